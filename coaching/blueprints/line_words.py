"""A line's events in words: what they are called in the list and in the picture, and which page has all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from flask import url_for

from coaching.blueprints.formatting import date_text, in_zone, listed, minutes, plural
from coaching.blueprints.wording import words
from coaching.services.line_events import LineEvent, LineKind

LANES = {
    LineKind.SESSION: "Sessions",
    LineKind.GOAL: "Goals",
    LineKind.ACTION: "Actions",
    LineKind.PROJECT: "Courses",
    LineKind.CHECK_IN: "Check-ins",
    LineKind.PRACTICE: "Practice",
    LineKind.SKILL: "Skills",
    LineKind.NOTE: "Notes",
    LineKind.STANDING: "Standing",
}
# What one of them is, beside its day.
ONE = {
    LineKind.SESSION: "Session",
    LineKind.GOAL: "Goal",
    LineKind.ACTION: "Action",
    LineKind.PROJECT: "Course",
    LineKind.CHECK_IN: "Check-in",
    LineKind.PRACTICE: "Practice log",
    LineKind.SKILL: "",
    LineKind.NOTE: "",
    LineKind.STANDING: "",
}
# One and several of each, for counting them.
COUNTED = {
    LineKind.SESSION: ("session", "sessions"),
    LineKind.GOAL: ("entry about goals", "entries about goals"),
    LineKind.ACTION: ("entry about actions", "entries about actions"),
    LineKind.PROJECT: ("stage of a course", "stages of courses"),
    LineKind.CHECK_IN: ("check-in", "check-ins"),
    LineKind.PRACTICE: ("entry of the practice log", "entries of the practice log"),
    LineKind.SKILL: ("look at their skills", "looks at their skills"),
    LineKind.NOTE: ("note", "notes"),
    LineKind.STANDING: ("change of standing", "changes of standing"),
}
NAMES = {
    LineKind.STANDING: "Standing in the cohort",
    LineKind.SKILL: "Skills, as they see them",
    LineKind.NOTE: "A note",
}


def said(event: LineEvent) -> str:
    """What happened, in a word or two."""
    if event.kind == LineKind.GOAL and event.value is not None:
        return f"Rated {score(event.value)}"
    return words(event.what)


def score(value: int) -> str:
    """A score with its sign: +1, 0, −2."""
    return f"+{value}" if value > 0 else f"−{-value}" if value else "0"


def named(event: LineEvent) -> str:
    """What it is about."""
    return event.title or NAMES.get(event.kind, LANES[event.kind])


def figure(event: LineEvent) -> str:
    """The minutes or the enrolments that came with it."""
    if event.value is None or event.kind == LineKind.GOAL:
        return ""
    if event.kind == LineKind.SESSION:
        return str(minutes(event.value))
    return plural(event.value, "enrolment", "enrolments")


def when(event: LineEvent, zone: str) -> str:
    """Its day, and the time of a session."""
    if event.kind == LineKind.SESSION and event.at is not None:
        return f"{date_text(event.on)}, {in_zone(event.at, zone):%H:%M}"
    return date_text(event.on)


def described(events: Sequence[LineEvent]) -> str:
    """One event, or several of a kind that share a mark, in a sentence."""
    days = span(events[0].on, events[-1].on)
    if len(events) == 1:
        return f"{days}: {named(events[0])}, {said(events[0]).lower()}"
    return f"{days}: {plural(len(events), *COUNTED[events[0].kind])} ({summed(events)})"


def summed(events: Iterable[LineEvent]) -> str:
    """How many of what: "3 present, 1 absent"."""
    counts = Counter(said(event).lower() for event in events)
    return ", ".join(f"{count} {word}" for word, count in counts.most_common())


def span(first: date, last: date) -> str:
    first, last = sorted((first, last))
    return date_text(first) if first == last else f"{date_text(first)} to {date_text(last)}"


def overview(events: Iterable[LineEvent]) -> str:
    """All of a line in a sentence, for those who do not see the picture."""
    counts = Counter(event.kind for event in events)
    parts = [plural(counts[kind], *COUNTED[kind]) for kind in LANES if counts[kind]]
    return f"{listed(parts)}. Each mark is a link; the list has the same." if parts else "Nothing yet."


def address(event: LineEvent) -> str:
    """The page that has the whole of it."""
    if event.subject == "practice":
        return url_for("practice_entries.show", public_id=event.subject_id)
    if event.subject == "skills":
        return url_for("skill_assessments.show", membership_id=event.subject_id)
    if event.subject == "member":
        return url_for("members.show", public_id=event.subject_id, _anchor="history")
    return url_for(f"{event.subject}s.show", public_id=event.subject_id)
