"""The invented words of the demo: names, goals, courses. None of them is anybody's."""

FIRST_NAMES = (
    "Aisha Alun Amara Anders Anwen Arjun Asha Beatriz Bilal Bronwen Callum Carys Chidi Clara Daisy Dafydd Dara Deepa "
    "Dmitri Efua Eilidh Elif Emeka Esme Farah Fergus Fiona Gareth Grace Hamza Hana Harriet Hiro Ines Iona Isaac Ivana "
    "Jamal Jasmine Joel Kaia Karim Kavya Keir Lena Leo Lucia Magda Malik Marta Mei Milo Mina Nadia Niall Nia Oisin "
    "Olive Omar Oona Owen Petra Quinn Rafael Rhian Rosa Rowan Sanjay Selma Shona Sipho Sofia Tariq Tess Uma Viktor "
    "Wanda Xin Yara Yusuf Zainab Zora"
).split()
LAST_NAMES = (
    "Abara Achterberg Adeyemi Ainsworth Bakshi Barlow Bevan Brandt Calder Chaudhry Collier Dacosta Dunmore Eastwood "
    "Ekwueme Fairley Farrant Gethin Goswami Hallam Hartnell Ibekwe Jankowski Kaplan Kershaw Lachlan Lindholm Loxley "
    "Mahendra Marchetti Mbeki Merrick Nakagawa Nettle Okoro Osei Pargeter Pemberton Quillfeather Rashid Redfern "
    "Sandoval Shah Silveira Tamworth Thackeray Udoka Vasquez Wainwright Whitlock Xu Yardley Zielinski"
).split()

FORMAL_NAMES = ("Alder", "Birch", "Cedar", "Damson", "Elm", "Fir", "Gorse")
COACHING_NAMES = ("Hazel (coaching)", "Ivy (coaching)")

SESSION_TITLES = (
    "Welcome and first ideas",
    "Who learns, and what for",
    "Storyboards that teach",
    "Filming with what you have",
    "Conversation, not lecture",
    "Everyone can take part: accessibility",
    "Quality, piloting and launch",
    "Show, tell and what comes next",
)

PRACTICE_HOUR = {
    "join_url": "https://meet.example.org/practice-hour",
    "agenda": "Who is stuck, and where?\nOne course a time: what you see, what you would try.\nWhat will you do by next month?",
    "preparation": "Bring the page of your course that you are least sure of.",
    "materials": "The checklist for a first run: https://courses.example.org/checklist",
}

COURSE_SUBJECTS = (
    "Safer prescribing in primary care",
    "Listening well: conversations about loss",
    "Sepsis: think early, act early",
    "Introduction to digital pathology",
    "Simulation for new educators",
    "Hearing loss in later life",
    "Genomics for busy clinicians",
    "Wound care at home",
    "Supporting families in neonatal care",
    "Understanding delirium",
    "Leading small teams through change",
    "Oral health for care homes",
    "Diabetes technology explained",
    "Trauma-informed practice",
    "Reading the ECG with confidence",
    "Antibiotics: when less is more",
    "Frailty: from label to plan",
    "Good handovers",
    "Nutrition on the ward",
    "Mental health first conversations",
    "Teaching at the bedside",
    "Children's asthma in school",
    "Pain: what we know now",
    "Stroke: the first day and the first year",
    "Welcoming international colleagues",
    "Learning disability: what matters to me",
    "Research skills for nurses",
    "Falls: prevention that works",
    "Breastfeeding support online",
    "Radiation safety refreshed",
    "Dermatology in skin of colour",
    "Green theatres",
    "Palliative care in the community",
    "Using data to improve a service",
    "Menopause at work",
    "Dysphagia essentials",
    "Careers in allied health",
    "Point-of-care ultrasound basics",
    "Vaccination conversations",
    "Rehabilitation after critical illness",
    "Interprofessional feedback",
    "Podcasting for clinical teams",
)
AUDIENCES = (
    "Nurses and midwives",
    "General practice teams",
    "Care home staff",
    "Students and trainers",
    "Everyone in the NHS",
)
TEAM_MATES = ("A learning technologist", "A patient partner", "A ward sister", "A medical illustrator")

# statement, why, and the five levels from much less than expected to much more.
GOALS = (
    (
        "Launch an online course with my team",
        "Our face-to-face day reaches forty people a year. Twice that many ask.",
        (
            "No team and no plan",
            "A plan on paper",
            "The course is open",
            "500 people join the first run",
            "A second run is open",
        ),
    ),
    (
        "Turn our teaching day into short videos people finish",
        "Colleagues on nights never get to the teaching day.",
        (
            "Nothing filmed",
            "One video filmed",
            "Six videos are online",
            "Half of the viewers finish them",
            "Other sites use them",
        ),
    ),
    (
        "Lead a discussion online in which quiet people speak",
        "The same three voices fill every webinar.",
        (
            "I avoid it",
            "I tried once",
            "Half of the group writes something",
            "Most do, and answer each other",
            "They keep it going without me",
        ),
    ),
    (
        "Make our materials accessible to everyone",
        "Two colleagues could not use last year's course.",
        (
            "I do not know the gaps",
            "The gaps are listed",
            "Captions and contrast are right",
            "A tester with a screen reader passes",
            "It is our team's standard",
        ),
    ),
)
NOTES_DID = (
    "We opened last month. The discussion on week two is lively.",
    "Ran it with the pilot group first, then opened it to all.",
    "Launched with two colleagues. The short videos made the difference.",
    "The second run is on. We cut the reading by half.",
)
NOTES_NOT_YET = (
    "Winter pressures. The storyboard is done, filming is booked.",
    "Waiting for the trust to agree on the platform.",
    "My co-author moved on, looking for another.",
)
# What was covered, and the notes that all share.
RECORDS = (
    (
        "Who is here and what each of us wants to build. The five questions that every course has to answer.",
        "We meet every third week for an hour, with cameras on where that is possible.\n\n"
        "Agreed: what is said in the circle stays in the circle. Stories may leave it, names may not.",
    ),
    (
        "From an idea to one page: audience, promise, the first week. Two of us presented, the others asked.",
        "The first week decides whether people stay. Start with something that they do, not with a welcome text.\n\n"
        "Short videos: three minutes, one thought. The guide to captions is in the materials of the first circle.",
    ),
    (
        "Finding a co-author and the platform's deadlines. What to do when a topic has to wait for approval.",
        "Ask for approval of the outline, not of the finished course: it takes a third of the time.\n\n"
        "Three of us look for a critical friend. Say so in the forum by the end of the week.",
    ),
    (
        "The pilot: whom to ask, what to look at, when to stop changing things.",
        "Five testers find most of what is wrong. Watch two of them while they do it.",
    ),
)
ACTIONS = (
    "Write the promise of my course in two sentences",
    "Ask two colleagues to read the outline",
    "Film a three-minute trial video",
    "Find a co-author from another profession",
    "Book the platform's next launch date",
    "Write the first discussion question, and try it on the team",
    "Put captions on the videos of week one",
    "Ask last year's learners what they missed",
)
PROMISED = "Send the outline of a course that worked, with its weekly tasks"
WHY_MOVED = "Two weeks of night shifts left no time for it."
WHY_DROPPED = "The team decided to build on an existing course instead."
