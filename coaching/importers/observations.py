"""A table of observations: whose, of which goal and metric, on which day, and the value. Pure: bytes to rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coaching.errors import Invalid
from coaching.importers.caps import Caps
from coaching.importers.days import EARLIEST, LATEST
from coaching.importers.opening import open_file

COLUMNS = ("email", "goal", "metric", "date", "value")
HOW_TO_WRITE = "The first row has the headings email, goal, metric, date and value. Save the sheet as 'CSV UTF-8'."
TOO_LARGE = "This file is over 500 KB. Bring in fewer rows at a time."
MAX_BYTES = 500_000
MOST_ROWS = 2_000
CAPS = Caps(
    advice=HOW_TO_WRITE,
    too_large="far more than these rows fill",
    too_long="Bring in fewer at a time.",
    max_bytes=MAX_BYTES,
)
TOO_WIDE = "This row has more cells than headings. Put a value with a comma into quotation marks, or write a point."
BAD_DAY = "Write the date as YYYY-MM-DD, such as 2026-03-14, between 1970 and 2199."
_HEADINGS: Mapping[str, str] = {
    "email": "email", "e-mail": "email", "email address": "email", "e-mail address": "email", "person": "email",
    "goal": "goal", "metric": "metric",
    "date": "date", "day": "date", "observed on": "date", "observed_on": "date", "on": "date",
    "value": "value",
}  # fmt: skip
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
# Above the headings a spreadsheet may have a line that names the delimiter, or blank ones.
_SEARCHED_ROWS = 10


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """A row as it was written; `day` is None where it is no date, and `broken` says what is wrong with the whole."""

    number: int
    email: str
    goal: str
    metric: str
    written_day: str
    day: date | None
    value: str
    broken: str = ""


def read_observations(data: bytes) -> list[ObservationRow]:
    """The rows in these bytes. Raises Invalid on the field `file` when this is no such table."""
    if len(data) > MAX_BYTES:
        raise Invalid.field("file", TOO_LARGE)
    table = open_file(data, CAPS).table
    header, columns = _find_headings(table.rows)
    width = len(table.rows[header])
    rows = [
        _row(place + 1, cells, columns, table.broken.get(place + 1) or _why_too_wide(cells, width))
        for place, cells in enumerate(table.rows)
        if place > header and (any(cell.strip() for cell in cells) or place + 1 in table.broken)
    ]
    if not rows:
        raise Invalid.field("file", "There is no row below the headings. Write an observation in each row.")
    if len(rows) > MOST_ROWS:
        raise Invalid.field("file", f"The file has more than {MOST_ROWS:,} rows. Bring in fewer at a time.")
    return rows


def read_day(text: str) -> date | None:
    """The day that this text writes, None where it writes none between the years that pages take, too."""
    found = _DAY.fullmatch(text.strip())
    if found is None or not EARLIEST <= int(found[1]) <= LATEST:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def fold(text: str) -> str:
    """What two spellings of a name have in common."""
    return " ".join(text.split()).casefold()


def _find_headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    best: dict[str, int] = {}
    for place, cells in enumerate(rows[:_SEARCHED_ROWS]):
        named = [_HEADINGS.get(fold(cell)) for cell in cells]
        columns = {name: named.index(name) for name in COLUMNS if name in named}
        if len(columns) == len(COLUMNS):
            twice = [name for name in COLUMNS if named.count(name) > 1]
            if twice:
                raise Invalid.field("file", f"Two columns are headed {twice[0]}. Leave one of them out.")
            return place, columns
        best = max(best, columns, key=len)
    missing = [name for name in COLUMNS if name not in best]
    which = f"The heading {missing[0]} is missing." if len(missing) == 1 else f"Missing: {', '.join(missing)}."
    raise Invalid.field("file", f"{which} {HOW_TO_WRITE}")


def _row(number: int, cells: Sequence[str], columns: Mapping[str, int], broken: str) -> ObservationRow:
    said = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
    day = read_day(said["date"])
    return ObservationRow(number, said["email"], said["goal"], said["metric"], said["date"], day, said["value"], broken)


def _why_too_wide(cells: Sequence[str], width: int) -> str:
    """A decimal comma without quotation marks would make 1 of 1,5."""
    return TOO_WIDE if any(cell.strip() for cell in cells[width:]) else ""
