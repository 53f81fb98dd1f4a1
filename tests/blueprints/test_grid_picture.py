"""The picture of attendance: every cell is in it once, in the shape of its status, and it says what it shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from coaching.blueprints.grid_picture import CELL, GLYPHS, HEAD, STEP, draw_grid, draw_sample
from coaching.services.attendance_grid import AttendanceGrid, GridMember, GridSession

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORDS = ("present", "late", "partial", "absent", "excused", None, "before")


def member(number: int, cells: tuple[str | None, ...], *, name: str = "", absences: int = 0) -> GridMember:
    return GridMember(
        f"m{number}", name or f"Member {number}", START, 1, len(cells), 0, 0, 0, absences, None, cells,
        (None,) * len(cells),
    )  # fmt: skip


def grid_of(*members: GridMember, is_whole: bool = True) -> AttendanceGrid:
    sessions = tuple(
        GridSession(f"s{place}", f"Session {place}", START + timedelta(days=place), START, "UTC", 1, 2, 0)
        for place in range(len(members[0].cells))
    )
    return AttendanceGrid(sessions, members, is_whole)


def draw(grid: AttendanceGrid) -> tuple[ET.Element, ET.Element]:
    """The names and the cells, read back."""
    drawn = draw_grid(
        grid, [f"day {place}" for place in range(len(grid.sessions))], title="Who <came>", description="x"
    )
    names, cells = ET.fromstring(f"<p>{drawn}</p>")
    return names, cells


def corners(cells: ET.Element) -> dict[str, set[tuple[int, int]]]:
    """The column and row of each cell, by status."""
    found = {}
    for group in cells.iter("g"):
        back = group.find("path")
        assert back is not None
        pairs = re.findall(r"M(\d+) (\d+)", back.attrib["d"])
        found[group.attrib["class"].removeprefix("cells-")] = {
            (int(x) // STEP, (int(y) - HEAD) // STEP) for x, y in pairs
        }
    return found


def test_every_cell_stands_once_under_its_session_and_beside_its_member() -> None:
    turned = (*WORDS[1:], WORDS[0])
    _, cells = draw(grid_of(member(1, WORDS), member(2, turned)))
    wanted = {word or "none": {(WORDS.index(word), 0), (turned.index(word), 1)} for word in WORDS}
    assert corners(cells) == wanted


def test_no_two_statuses_have_one_shape() -> None:
    assert len(set(GLYPHS.values())) == len(GLYPHS) == len(WORDS)


def test_forty_by_thirty_is_a_dozen_groups_and_as_large_as_its_cells() -> None:
    _, cells = draw(grid_of(*(member(number, tuple(WORDS[(number + place) % 7] for place in range(30)))
                              for number in range(40))))  # fmt: skip
    assert len(list(cells.iter("g"))) == len(WORDS)
    assert sum(map(len, corners(cells).values())) == 1200
    assert int(cells.attrib["width"]) > 30 * STEP > 30 * CELL
    assert int(cells.attrib["height"]) > 40 * STEP


def test_it_is_one_named_picture_without_a_style_of_its_own() -> None:
    names, cells = draw(grid_of(member(1, ("absent", "absent"), name="Bo <script>", absences=2)))
    assert cells.attrib["role"] == "img"
    named = {one.attrib["id"]: one.text for one in cells if "id" in one.attrib}
    assert cells.attrib["aria-labelledby"].split() == list(named)
    assert list(named.values()) == ["Who <came>", "x"]
    assert names.attrib["aria-hidden"] == "true"
    assert "Bo <script>" in [one.text for one in names.iter("text")]
    said = [one.text for one in cells.iter("text")]
    assert "1 of 2; 2 in a row missed" in said
    assert said.count("1 of 2") == 2
    assert not [one for picture in (names, cells) for one in picture.iter() if "style" in one.attrib]


def test_who_is_alone_gets_no_counts_of_others() -> None:
    _, cells = draw(grid_of(member(1, ("present", "absent")), is_whole=False))
    assert [one.text for one in cells.iter("text")] == ["day 0", "day 1", "1 of 2"]


def test_the_key_is_drawn_as_the_cells_are() -> None:
    for status in GLYPHS:
        assert f"cells-{status}" in draw_sample(status)
