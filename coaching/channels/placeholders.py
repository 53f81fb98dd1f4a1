"""What the words of a mail can name, kind by kind: the one place where it is declared, shown and filled in.

Every value is plain: a text, a number, yes or no, or a list of such. Moments are printed before they get here, in the
reader's own zone, so that no template calls anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coaching.channels.placeholder import Placeholder

Value = str | int | bool | list[str] | list[dict[str, Any]]
# What stands for a link that nobody has: in an example, and where a mail is only looked at.
LINK_EXAMPLE = "https://coaching.example.org/the-link-of-each-person"


_NAME = Placeholder("name", "Who gets the mail.", "Ann Author")
_COHORT = Placeholder("cohort", "The cohort's name.", "Cohort 7")
_PROGRAMME = Placeholder("programme", "The programme's name.", "Course School")
_USUAL = Placeholder("usual_subject", "The subject that we would write.", "Two weeks on: Cohort 7")
_ANSWER = Placeholder(
    "link", "Where the person answers, without signing in. Theirs alone.", LINK_EXAMPLE, is_link=True, is_needed=True
)
_RSVP = Placeholder(
    "link",
    "Where the person says whether they come. It is empty for those who are not asked: put it between "
    "{% if link %} and {% endif %}.",
    LINK_EXAMPLE,
    is_link=True,
    is_needed=True,
)
_PLACE = Placeholder("place", "Where it is; may be empty.", "Room 4")
_THERE = Placeholder(
    "when_there", "The time in the session's own zone, where it is another; else empty.", "17:00 in Asia/Tokyo"
)
_END = "Monday 13 July 2026, 09:00 (Europe/London)"
_WHEN = "Tuesday 7 July 2026, 09:00 to 10:00 (Europe/London)"

TAPS = {"did_it": "Yes, I did it", "not_yet": "Not yet", "cannot_say": "I cannot say"}
_CHECK_IN = (
    _COHORT,
    _PROGRAMME,
    Placeholder("label", "Which step of the plan it is.", "Two weeks on"),
    Placeholder("question", "What is asked.", "Have you begun to put what you learned into practice?"),
    Placeholder("until", "Until when the person can answer, and change the answer.", _END),
    Placeholder(
        "is_reminder", "Whether the person was asked it before: {% if one.is_reminder %} ... {% endif %}.", False
    ),
    Placeholder("more", "How many further questions stand on the page: {% if one.more %} ... {% endif %}.", 2),
    _ANSWER,
    *(
        Placeholder(
            f"link_{word}", f"Where one tap answers “{said}”, and one button records it.", LINK_EXAMPLE, is_link=True
        )
        for word, said in TAPS.items()
    ),
    Placeholder(
        "needs_consent",
        "Whether the person is first asked if we may ask: {% if one.needs_consent %} ... {% endif %}. "
        "The links lead to that then.",
        False,
    ),
)
_ASKED = [
    {
        "cohort": f"Cohort {number}",
        "programme": "Course School",
        "label": "Two weeks on",
        "question": "Have you begun to put what you learned into practice?",
        "until": _END,
        "is_reminder": False,
        "more": 2,
        "link": f"{LINK_EXAMPLE}/{number}",
        "needs_consent": False,
    }
    | {f"link_{word}": f"{LINK_EXAMPLE}/{number}/{word}" for word in TAPS}
    for number in (7, 8)
]
_ACTION = (
    _COHORT,
    _PROGRAMME,
    Placeholder("statement", "What they said they would do.", "Ask two colleagues to try the first week"),
    Placeholder("day", "By when; may be empty.", "Tuesday 7 July 2026"),
    Placeholder("whose", "Whom it was promised to, where a coach does it for a participant; else empty.", ""),
)
_PROMISED = [
    {"cohort": "Cohort 7", "programme": "Course School", "statement": statement, "day": day, "whose": whose}
    for statement, day, whose in (
        ("Ask two colleagues to try the first week", "Tuesday 7 July 2026", ""),
        ("Send the example of a course outline", "", "Ann Author"),
    )
]

PLACEHOLDERS: Mapping[str, tuple[Placeholder, ...]] = {
    "check_in": (
        _NAME,
        Placeholder("count", "How many check-ins it asks for: all that somebody has due are in one mail.", 2),
        Placeholder("check_ins", "What is asked.", _ASKED, lines=_CHECK_IN),
        _USUAL,
    ),
    "session_reminder": (
        _NAME,
        _COHORT,
        _PROGRAMME,
        Placeholder("title", "The session's title.", "Circle 3"),
        Placeholder("when", "From when to when, in the person's own zone.", _WHEN),
        _THERE,
        Placeholder("ahead", "How far ahead it is.", "2 days"),
        _PLACE,
        Placeholder("preparation", "How to prepare; may be empty.", "Read chapter 2."),
        _RSVP,
        _USUAL,
    ),
    "action_reminder": (
        _NAME,
        Placeholder("count", "How many actions it reminds of: all of one day are in one mail.", 2),
        Placeholder("actions", "What the person said they would do.", _PROMISED, lines=_ACTION),
        Placeholder("link", "The page where the person finds their actions, once they are signed in.",
                    LINK_EXAMPLE, is_link=True),
        _USUAL,
    ),
    "session_invite": (
        _NAME,
        _COHORT,
        _PROGRAMME,
        Placeholder("news", "What the mail is about: that there is a session, that it has moved, is cancelled.",
                    "A session of Cohort 7 has moved."),
        Placeholder("act", "The same in a word: new, moved, changed, cancelled, several or left.", "moved"),
        Placeholder("title", "The title of the session, or of the series.", "Circle 3"),
        Placeholder("count", "How many sessions it is about.", 1),
        Placeholder(
            "sessions",
            "The sessions, at most thirty of them.",
            [{"title": "Circle 3", "act": "moved", "when": _WHEN, "was": "", "when_there": "17:00 in Asia/Tokyo",
              "place": "Room 4", "changes": "The place is new.", "reason": ""}],
            lines=(
                Placeholder("title", "The session's title.", "Circle 3"),
                Placeholder("act", "new, moved, changed, cancelled, or dropped: no longer expected.", "moved"),
                Placeholder("when", "From when to when; for one that is off, when it would have been.", _WHEN),
                Placeholder("was", "From when to when it was before it moved; else empty.", ""),
                _THERE,
                _PLACE,
                Placeholder("changes", "What is new about it but its time, in a sentence; may be empty.",
                            "The place is new."),
                Placeholder("reason", "Why it is cancelled; may be empty.", ""),
            ),
        ),
        _RSVP,
        _USUAL,
    ),
    "poll": (
        _NAME,
        _COHORT,
        Placeholder("title", "What a time is looked for.", "A first meeting"),
        Placeholder("note", "What the asker wrote with it; may be empty.", "An hour is enough."),
        Placeholder("by", "Who asks.", "Carol Coach"),
        Placeholder("minutes", "How many minutes it takes.", 60),
        Placeholder("times", "The proposed times, in the person's own zone.",
                    ["Tuesday 14 July 2026, 10:00 (Europe/London)", "Wednesday 15 July 2026, 10:00 (Europe/London)"]),
        Placeholder("until", "Until when the person can answer.", _END),
        Placeholder("is_reminder", "Whether the person was asked before: {% if is_reminder %} ... {% endif %}.", False),
        _ANSWER,
        _USUAL,
    ),
    "handover": (
        _NAME,
        _COHORT,
        _PROGRAMME,
        Placeholder("news", "What has changed, in a sentence.", "Dora Coach coaches Cohort 7 from now on."),
        Placeholder("old", "Who handed over.", "Carol Coach"),
        Placeholder("new", "Who took over.", "Dora Coach"),
        Placeholder("pair", "The participant whose one-to-ones it is about; empty for a whole cohort.", ""),
        Placeholder("sessions", "How many sessions to come went along.", 3),
        Placeholder("reader", "Who reads the mail: participant, old or new.", "participant"),
        Placeholder("link", "The cohort’s page, for who signs in.", LINK_EXAMPLE, is_link=True),
        _USUAL,
    ),
    "invitation": (
        _NAME,
        Placeholder("to", "Where the person is invited to.", "Cohort 7"),
        Placeholder("by", "Who invites.", "Carol Coach"),
        Placeholder("link", "Where the person chooses a password and comes in. It works once.", LINK_EXAMPLE,
                    is_link=True, is_needed=True),
        _USUAL,
    ),
}  # fmt: skip


def needed_links(kind: str, values: Mapping[str, Any]) -> set[Any]:
    """The links that people need, as far as this mail has them: its own, and those in the lines of its lists."""
    links = {values[one.name] for one in PLACEHOLDERS[kind] if one.is_needed}
    for over in PLACEHOLDERS[kind]:
        links |= {line[one.name] for one in over.lines if one.is_needed for line in values[over.name]}
    return {link for link in links if link}


def example_values(kind: str) -> dict[str, Value]:
    """Every value of a kind as it is declared."""
    return {one.name: one.example for one in PLACEHOLDERS[kind]}
