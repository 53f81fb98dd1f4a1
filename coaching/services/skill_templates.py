"""What a programme's skills may begin with: a scale in our words, and six skills of those who build courses."""

from __future__ import annotations

POINTS = 5
WORDS = ("I have not done this", "I do it with much help", "I do it with some help", "I do it on my own", "I teach it")
COURSE_BUILDERS = (
    ("Finding out what learners need", "Whom the course is for, what they know, and what they want to do after it."),
    ("Writing learning outcomes", "What people can do at the end that they could not do before."),
    ("Designing activities", "What learners do, step by step, so that they learn by doing."),
    ("Making content for the screen", "Texts, videos and pictures that are short, clear and accessible."),
    ("Looking after learners online", "Welcoming them, leading their discussions, answering."),
    ("Learning from data and feedback", "What the figures and comments say, and what to change."),
)
