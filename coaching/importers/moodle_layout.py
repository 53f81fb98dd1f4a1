"""Which of Moodle's reports a table is, and where in it what stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from coaching.errors import Invalid
from coaching.importers.moodle_words import column_of, is_completion_date, read_state

Kind = Literal["activity completion", "course completion", "participants", "quiz report", "grades"]
REPORTS: dict[Kind, str] = {
    "activity completion": "report of activity completion",
    "course completion": "report of course completion",
    "participants": "list of participants",
    "quiz report": "report of a quiz",
    "grades": "report of grades",
}
HOW_TO_EXPORT = (
    "In Moodle, open the course, then Reports, Activity completion, and download it as a spreadsheet; "
    "or upload its course completion report or its list of participants."
)
UNKNOWN = f"This is none of Moodle’s reports that can be read. {HOW_TO_EXPORT}"
FOREIGN = (
    "The words in this report are in a language that is not known here: “{}”. Set your language in Moodle to English "
    "and download it again."
)
_WHO = ("email", "id_number", "id", "name", "first_name", "last_name")
# What a report's file name says of the course it is of: `progress.anatomy_101.csv`.
_NAMES = (
    re.compile(r"^progress[._-](?P<course>.+)$", re.IGNORECASE),
    re.compile(r"^completion[._-](?P<course>.+)$", re.IGNORECASE),
    re.compile(r"^(?P<course>.+?)[ _-]+grades(?:[ _-].*)?$", re.IGNORECASE),
    re.compile(r"^(?P<course>.+?)[ _-]+participants(?:[ _-].*)?$", re.IGNORECASE),
)
_NO_NAME = re.compile(r"^(courseid_\d+|course|moodle|\d+|.*_quiz|quiz)$", re.IGNORECASE)
_EXTENSION = re.compile(r"(?: ?\(\d+\))?\.(?:csv|txt|tsv|xlsx)$", re.IGNORECASE)


@dataclass(slots=True)
class Layout:
    """`who` is the place of each thing that tells people apart, `activities` the place of each activity's cell and of
    the day beside it, None where there is no day."""

    kind: Kind
    who: dict[str, int]
    activities: list[tuple[int, int | None]] = field(default_factory=list)
    role: int | None = None
    state: int | None = None
    days: list[int] = field(default_factory=list)
    complete: int | None = None


def short_name(file_name: str) -> str:
    """The course's short name, where the file's name has it."""
    stem = _EXTENSION.sub("", file_name)
    found = next((match["course"] for pattern in _NAMES if (match := pattern.match(stem))), "")
    return "" if _NO_NAME.match(found) else found.strip(" ._-")[:200]


def find_layout(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Layout:
    """The layout of a report with these headings and rows below them. Raises Invalid on `file`."""
    known = [column_of(heading) if heading.strip() else None for heading in headings]
    places = {thing: known.index(thing) for thing in known if thing is not None}
    who = {thing: places[thing] for thing in _WHO if thing in places}
    is_progress = bool(headings) and not headings[0].strip()
    if "completed_on" in places or "complete" in places:
        return _course_completion(headings, known, who)
    if is_progress:
        return _activity_completion(headings, known, rows, who)
    if not who:
        raise Invalid.field("file", UNKNOWN)
    if "state" in places and ("started" in places or "grade" in places):
        days = [places[thing] for thing in ("started", "finished") if thing in places]
        return Layout("quiz report", who, role=places.get("role"), state=places["state"], days=days)
    if all(thing is not None for thing in known):
        return Layout("participants", who, role=places.get("role"))
    if _has_states(rows, known):
        return _activity_completion(headings, known, rows, who)
    return Layout("grades", who, role=places.get("role"))


def _has_states(rows: Sequence[Sequence[str]], known: Sequence[str | None]) -> bool:
    free = [at for at, thing in enumerate(known) if thing is None]
    return any(read_state(row[at]) is not None for row in rows[:50] for at in free if at < len(row))


def _course_completion(headings: Sequence[str], known: Sequence[str | None], who: dict[str, int]) -> Layout:
    layout = Layout("course completion", who)
    for at, thing in enumerate(known):
        if thing == "complete":
            layout.complete = at
        elif thing is None and headings[at].strip():
            has_day = at + 1 < len(headings) and is_completion_date(headings[at + 1])
            layout.activities.append((at, at + 1 if has_day else None))
    return layout


def _activity_completion(
    headings: Sequence[str], known: Sequence[str | None], rows: Sequence[Sequence[str]], who: dict[str, int]
) -> Layout:
    """Above names there is no heading; behind what tells people apart come two columns an activity."""
    if not headings[0].strip():
        who = {"name": 0, **who}
    width = max((len(row) for row in rows), default=len(headings))
    first = next((at for at in range(1, width) if at >= len(known) or known[at] is None), width)
    first = _first_activity(rows, first, width)
    layout = Layout("activity completion", who)
    layout.activities = [(at, at + 1 if at + 1 < width else None) for at in range(first, width, 2)]
    for row in rows:
        for at, _ in layout.activities:
            if at < len(row) and row[at].strip() not in {"", "-"} and read_state(row[at]) is None:
                raise Invalid.field("file", FOREIGN.format(row[at].strip()[:40]))
    return layout


def _first_activity(rows: Sequence[Sequence[str]], guessed: int, width: int) -> int:
    """The first column that says whether something is completed; the guess where no row says anything."""
    stated = (at for at in range(1, width) if any(at < len(row) and read_state(row[at]) is not None for row in rows))
    return next(stated, guessed)
