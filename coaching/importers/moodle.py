"""Moodle's reports of who is in a course and how far they came, as figures of a run.

Moodle tells who is enrolled and who completed what. It does not tell who only looked, save in a quiz's report, so
`learners` is there in none of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coaching.importers.base import Brings, Findings, FoundFile, FoundRun, Learners, SourceFile
from coaching.importers.caps import Caps
from coaching.importers.days import WrittenDay, find_order, read_written_day
from coaching.importers.moodle_layout import HOW_TO_EXPORT, REPORTS, Layout, find_layout, short_name
from coaching.importers.moodle_words import has_finished, has_tried, is_nobody, is_staff, read_state
from coaching.importers.names import fold_name
from coaching.importers.sheets import note_problem, open_tables, read_bytes

CAPS = Caps(
    advice=HOW_TO_EXPORT,
    too_large="more than can be read at once",
    too_long="Export one group at a time.",
    max_bytes=20 * 1024 * 1024,
    max_rows=50_000,
    max_columns=1_000,
)
# Headings that Moodle writes, of which a file that is Moodle's has two.
_MARKS = ("email address", "surname", "last name", "first name", "id number", "completed", "course complete", "groups")
SAME_PERSON = "This row has the e-mail address of row {}, and another name. The two count as one."
NOBODY = "This row names nobody."
NO_LEARNERS = "Moodle does not tell who looked at the course without completing anything: learners are not known."
NO_ROLES = "The file tells no roles: who teaches may be counted among the people."
QUIZ = (
    "A quiz’s report lists who tried it: more people may be enrolled. What share of the course they did is not known."
)
GRADES = "A grade is no completion: of this file only who is listed is taken."
NAMELESS = "The file does not say of which course and run it is."
DOUBTFUL_DAYS = "Its days can be read with the day or the month first, so the first and the last day are not taken."


@dataclass(slots=True)
class _Tally:
    """The people of a run over all its files: how much of it each completed, and whether the files tell at all."""

    shares: dict[str, float] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    days: list[WrittenDay] = field(default_factory=list)
    tells_activities: bool = False
    tells_quiz: bool = False


@dataclass(slots=True)
class _Reading:
    """A file being read: what it is, what is found in it, and the row in which each of its people first stood."""

    layout: Layout
    found: FoundFile
    tally: _Tally
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)


class MoodleImporter:
    """Reads activity completion, course completion, participants, grades and quiz reports, in CSV or XLSX."""

    kind = "moodle"
    label = "Moodle"
    brings: Brings = "figures"

    def recognises(self, name: str, head: bytes) -> bool:
        """A report by its name, or a table that begins with headings of Moodle's."""
        if name.casefold().startswith(("progress.", "completion-")):
            return True
        start = head[:4096].replace(b"\x00", b"").decode("utf-8", "replace").casefold()
        return sum(mark in start.partition("\n")[0] for mark in _MARKS) > 1

    def read(
        self,
        files: Sequence[SourceFile],
        *,
        choices: Mapping[str, Any],
        learners: Learners,
        watch: Callable[[int], None],
    ) -> Findings:
        """Reads all files. Those of one course are one run; `choices` may have `course`, `run` and `date_order`."""
        findings, tallies, read = Findings(), dict[str, _Tally](), 0
        for source in files:
            found = FoundFile(source.name, self.kind)
            findings.files.append(found)
            found.course = str(choices.get("course") or short_name(source.name))
            # Files that do not say whose they are stay apart until somebody does.
            found.run = str(choices.get("run") or found.course or source.name)
            tally = tallies.setdefault(found.run, _Tally())
            _read_file(source, found, tally)
            if not found.course:
                found.notes.append(NAMELESS)
            read += source.size
            watch(read)
        for key, tally in tallies.items():
            course = next(one.course for one in findings.files if one.run == key)
            findings.runs.append(_run(key, course, tally, findings.files, choices))
            learners.add(key, list(tally.shares))
        return findings


def _read_file(source: SourceFile, found: FoundFile, tally: _Tally) -> None:
    table = next(iter(open_tables(read_bytes(source, CAPS), CAPS, found).values()))
    place = next((at for at, row in enumerate(table.rows) if sum(bool(cell.strip()) for cell in row) > 1), 0)
    headings = table.rows[place] if table.rows else []
    body = [(place + 2 + at, row) for at, row in enumerate(table.rows[place + 1 :]) if any(map(str.strip, row))]
    layout = find_layout(headings, [row for _, row in body if not is_nobody(row)])
    found.notes.append(f"This is Moodle’s {REPORTS[layout.kind]}.")
    _note_what_is_missing(layout, found)
    for number, why in table.broken.items():
        note_problem(found, number, why)
    reading = _Reading(layout, found, tally)
    before = set(tally.shares)
    found.counts = {"joiners": 0}
    for number, row in body:
        _read_row(number, row, reading)
    tally.tells_activities |= bool(layout.activities)
    tally.tells_quiz |= layout.kind == "quiz report"
    found.rows = len(body)
    found.counts |= {"joiners": len(reading.seen), "new": len(reading.seen.keys() - before)}
    found.counts |= {"activities": len(layout.activities)} if layout.activities else {}
    if layout.activities or layout.state is not None:
        found.counts["active"] = len(tally.done & reading.seen.keys())


def _note_what_is_missing(layout: Layout, found: FoundFile) -> None:
    notes = {"quiz report": QUIZ, "grades": GRADES}
    found.notes.append(notes.get(layout.kind, NO_LEARNERS))
    if layout.role is None:
        found.notes.append(NO_ROLES)


def _read_row(number: int, row: Sequence[str], reading: _Reading) -> None:
    layout, found = reading.layout, reading.found
    if is_nobody(row):
        found.counts["averages"] = found.counts.get("averages", 0) + 1
        return
    if layout.role is not None and is_staff(_cell(row, layout.role)):
        found.counts["staff"] = found.counts.get("staff", 0) + 1
        return
    identifier, name = _who(row, layout)
    if not identifier:
        note_problem(found, number, NOBODY)
        return
    earlier = reading.seen.setdefault(identifier, (number, name))
    if earlier[0] != number and name and earlier[1] and name != earlier[1]:
        note_problem(found, number, SAME_PERSON.format(earlier[0]))
    _count_row(row, reading, identifier)


def _count_row(row: Sequence[str], reading: _Reading, identifier: str) -> None:
    layout, tally, found = reading.layout, reading.tally, reading.found
    states = [bool(read_state(_cell(row, at))) for at, _ in layout.activities]
    share = sum(states) / len(states) if states else 0.0
    tally.shares[identifier] = max(share, tally.shares.get(identifier, 0.0))
    if any(states):
        tally.done.add(identifier)
    if layout.state is not None:
        state = _cell(row, layout.state)
        tally.tried |= {identifier} if has_tried(state) else set()
        tally.done |= {identifier} if has_finished(state) else set()
    if layout.complete is not None and _cell(row, layout.complete) not in {"", "-"}:
        found.counts["course_complete"] = found.counts.get("course_complete", 0) + 1
    places = [*layout.days, *(at for (_, at), is_done in zip(layout.activities, states, strict=True) if is_done and at)]
    tally.days += [day for at in places if (day := read_written_day(_cell(row, at)))]


def _who(row: Sequence[str], layout: Layout) -> tuple[str, str]:
    """What tells this person from others, and their name folded: the address, else a number, else the name."""
    said = {thing: _cell(row, at) for thing, at in layout.who.items()}
    name = fold_name(said.get("name") or f"{said.get('first_name', '')} {said.get('last_name', '')}")
    email = said.get("email", "").casefold()
    if "@" in email:
        return email, name
    number = next((said[thing] for thing in ("id_number", "id") if said.get(thing) not in {None, "", "-", "NA"}), "")
    return number or name, name


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _run(key: str, course: str, tally: _Tally, files: Iterable[FoundFile], choices: Mapping[str, Any]) -> FoundRun:
    run = FoundRun(key, course, key if key != course else "", "Moodle", has_learners=bool(tally.shares))
    run.figures["joiners"] = len(tally.shares)
    if tally.tells_quiz and not tally.tells_activities:
        run.figures["learners"] = len(tally.tried)
    if tally.tells_activities or tally.tells_quiz:
        run.figures["active"] = len(tally.done)
    if tally.tells_activities:
        run.figures["completed_50"] = sum(share >= 0.5 for share in tally.shares.values())
        run.figures["completed_90"] = sum(share >= 0.9 for share in tally.shares.values())
    order = find_order(tally.days, choices.get("date_order"))
    if order is None:
        for one in files:
            one.notes += [DOUBTFUL_DAYS] if one.run == key else []
        return run
    days: list[date] = sorted(day for written in tally.days if (day := written.under(order)) is not None)
    if days:
        run.first_day, run.last_day = days[0].isoformat(), days[-1].isoformat()
    return run


MOODLE = MoodleImporter()
