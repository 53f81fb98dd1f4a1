"""Where things stand in a Teams attendance report: its sections, their headings in every language, and the summary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coaching.errors import Invalid
from coaching.importers.lookalikes import HOW_TO_EXPORT_TEAMS, refuse_table
from coaching.importers.presence import whole_minutes
from coaching.importers.table import Table
from coaching.importers.teams_times import plain_time, read_length
from coaching.importers.teams_words import KNOWN, LANGUAGES, Language, name_cells
from coaching.importers.zoom_layout import normal_heading

# A summary has at most a dozen lines; people add a few of their own.
_SEARCHED_ROWS = 40
_TITLE = re.compile(r"(\d{1,2})\. ?[^\W\d].*", re.DOTALL)
_PEOPLE, _ACTIVITIES = 2, 3
_STRETCH = frozenset({"name", "join", "leave"})
_EVENT = frozenset({"name", "action", "stamp"})


@dataclass(frozen=True, slots=True)
class Part:
    """A table within the file: the place of its headings, the place behind its last row, and its columns."""

    header: int
    end: int
    columns: Mapping[str, int]
    width: int


@dataclass(frozen=True, slots=True)
class TeamsLayout:
    """`stays` have a row for each stay, `people` one for each person with first join and last leave, `events` one for
    each coming and going. `is_unread`: there are activities, but under headings that are not known."""

    variant: str
    language: Language
    summary: Mapping[str, str] | None
    people: Part | None = None
    stays: Part | None = None
    events: Part | None = None
    is_unread: bool = False

    @property
    def last_part(self) -> Part | None:
        """The table that the file ends in, if it is one of these."""
        parts = [part for part in (self.people, self.stays, self.events) if part is not None]
        return max(parts, key=lambda part: part.end, default=None)


def looks_like_teams(table: Table) -> bool:
    """Whether this is Teams' report, be it in a language that is not known here."""
    top = _top(table)
    if any(_read_header(row) or any("(upn)" in cell for cell in row) for row in top):
        return True
    first = next((place for place, row in enumerate(top) if any(row)), None)
    return first is not None and _section(table.rows[first]) == 1


def find_teams_layout(table: Table) -> TeamsLayout:
    """The layout of this report, or a refusal that says what the file is instead, or what to do."""
    if not looks_like_teams(table):
        raise refuse_table(_top(table))
    sections = _sections(table)
    return _in_sections(table, sections) if len(sections) > 1 or 1 in sections else _in_one(table)


def _in_sections(table: Table, sections: Mapping[int, tuple[int, int]]) -> TeamsLayout:
    """The report since 2022: a summary, the participants, and in most files each of their stays."""
    found = {number: _part_within(table, *sections[number]) for number in (_PEOPLE, _ACTIVITIES) if number in sections}
    languages = [part[1] for part in found.values() if part is not None]
    if not languages:
        raise _unknown_language() if _PEOPLE in sections or _ACTIVITIES in sections else _without_people()
    people, stays = found.get(_PEOPLE), found.get(_ACTIVITIES)
    language = languages[0]
    kind = "sections with activities" if stays else "sections without activities"
    return TeamsLayout(
        f"{kind}, {language.name}",
        language,
        _summary(table, *sections[1], language) if 1 in sections else None,
        people=people[0] if people else None,
        stays=stays[0] if stays else None,
        is_unread=_ACTIVITIES in sections and stays is None,
    )


def _in_one(table: Table) -> TeamsLayout:
    """The report of 2021 and before: one table, from 2021 on with a summary above."""
    found = _part_within(table, 0, len(table.rows))
    if found is None:
        raise _unknown_language()
    part, language = found
    summary = _summary(table, 0, part.header, language)
    if table.rows[part.header] in table.rows[part.header + 1 :]:
        raise _second_report(table.rows.index(table.rows[part.header], part.header + 1))
    if "action" in part.columns:
        return TeamsLayout(f"comings and goings, {language.name}", language, summary, events=part)
    above = "meeting summary + " if summary is not None else ""
    return TeamsLayout(f"{above}joins, {language.name}", language, summary, stays=part)


def _sections(table: Table) -> dict[int, tuple[int, int]]:
    """The numbered sections: where their rows begin and end."""
    titles = [(number, place) for place, row in enumerate(table.rows) if (number := _section(row))]
    ends = [*(place for _, place in titles[1:]), len(table.rows)]
    sections: dict[int, tuple[int, int]] = {}
    for (number, place), end in zip(titles, ends, strict=False):
        if number in sections:
            raise _second_report(place)
        sections[number] = (place + 1, end)
    return sections


def _section(row: Sequence[str]) -> int:
    """The number of the section that this row is the title of: a cell such as "2. Participants" with nothing beside."""
    if not row or not row[0][:3].lstrip()[:1].isdigit():
        return 0
    found = _TITLE.fullmatch(row[0].strip())
    return int(found[1]) if found and not any(map(str.strip, row[1:])) else 0


def _part_within(table: Table, start: int, end: int) -> tuple[Part, Language] | None:
    """The table whose headings stand near the top of these rows, and the language that they are in."""
    for place in range(start, min(end, start + _SEARCHED_ROWS)):
        headings = [normal_heading(cell) for cell in table.rows[place]]
        if (found := _read_header(headings)) is not None:
            columns, language = found
            width = max(place for place, cell in enumerate(headings) if cell) + 1
            return Part(place, end, columns, width), language
    return None


def _read_header(headings: Sequence[str]) -> tuple[dict[str, int], Language] | None:
    """What these headings mean, and in which language; None for a row that heads no people in Teams' way."""
    if sum(map(bool, headings)) < len(_STRETCH) or any("(minutes)" in cell for cell in headings):
        return None
    read = [(name_cells(headings, language.headings), language) for language in LANGUAGES]
    good = [(columns, language) for columns, language in read if columns.keys() >= _STRETCH or columns.keys() >= _EVENT]
    return max(good, key=lambda one: len(one[0]), default=None)


def _summary(table: Table, start: int, end: int, language: Language) -> Mapping[str, str] | None:
    """What the lines above the people say of the meeting, in words that every importer reads."""
    summary: dict[str, str] = {}
    for row in table.rows[start:end]:
        cells = [cell.strip() for cell in row[:2]]
        if len(cells) < 2 or not cells[1]:
            continue
        label = normal_heading(cells[0]).removesuffix(":")
        key = next((key for key, pattern in language.summary if pattern.search(label)), "")
        if key in {"start", "end"}:
            summary.setdefault(key, plain_time(cells[1]))
        elif key == "duration" and (length := read_length(cells[1])) is not None:
            summary.setdefault(key, str(whole_minutes(length)))
        elif key:
            summary.setdefault(key, cells[1])
    return summary or None


def _top(table: Table) -> list[list[str]]:
    return [[normal_heading(cell) for cell in row] for row in table.rows[:_SEARCHED_ROWS]]


def _second_report(place: int) -> Invalid:
    return Invalid.field(
        "file",
        f"A second report begins at row {place + 1}. Put each report in a file of its own, and import them apart.",
    )


def _unknown_language() -> Invalid:
    return Invalid.field(
        "file",
        "This looks like a Microsoft Teams attendance report, but its headings are cut off, or in a language other "
        f"than {KNOWN}. Change the language in the settings of Teams to one of these, and download the report again.",
    )


def _without_people() -> Invalid:
    return Invalid.field("file", f"The report has its summary, but not its participants. {HOW_TO_EXPORT_TEAMS}")
