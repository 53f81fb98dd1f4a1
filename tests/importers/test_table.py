"""Text to rows: a broken row is named, the others are read."""

from __future__ import annotations

import pytest

from coaching.errors import Invalid
from coaching.importers.caps import MEETING
from coaching.importers.table import read_table


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    table = read_table(text, delimiter)
    assert table.broken == {}
    return table.rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = end.join(["a,b,c", "", '1,"2' + end + '3",4', ""])
    assert rows(text) == [["a", "b", "c"], [], ["1", f"2{end}3", "4"]]


def test_quotation_marks_doubled_and_in_the_middle() -> None:
    assert rows('"Say ""hi""",b,c\nJoe "Jo" Low,b,c\n') == [['Say "hi"', "b", "c"], ['Joe "Jo" Low', "b", "c"]]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_a_first_line_that_names_the_delimiter_is_no_row(first: str) -> None:
    assert rows(f"{first}\na;b;c\n", ";") == [[], ["a", "b", "c"]]


def test_a_mark_never_closed_costs_one_row() -> None:
    table = read_table('a,b,c\n"Ann,1,2\nBob,3,4\nCy,5,6\n', ",")
    assert list(table.broken) == [2]
    assert "never closed" in table.broken[2]
    assert table.rows == [["a", "b", "c"], [], ["Bob", "3", "4"], ["Cy", "5", "6"]]


def test_a_mark_closed_by_a_later_row_costs_one_row() -> None:
    table = read_table('a,b,c\n"Ann,1,2\nBob,3,4\n"Low, Cy",5,6\n', ",")
    assert list(table.broken) == [2]
    assert table.rows[2:] == [["Bob", "3", "4"], ["Low, Cy", "5", "6"]]


def test_a_mark_that_would_swallow_a_long_file_costs_one_row() -> None:
    text = 'a,b,c\n"Ann,1,2\n' + "Bob Longname of Somewhere,3,4\n" * 10_000
    table = read_table(text, ",")
    assert list(table.broken) == [2]
    assert len(table.rows) == 10_002


def test_an_open_mark_is_a_cut_only_at_the_very_end() -> None:
    assert "never closed" in read_table('a,b,c\n"Low, C\n', ",").broken[2]
    assert "never closed" in read_table('a,b,c\n"Low, C\n1,2,3', ",").broken[2]


def test_a_row_cut_off_in_its_quotation_marks() -> None:
    table = read_table('a,b,c\n1,2,3\n"Low, C', ",")
    assert "incomplete" in table.broken[3]


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('a,b,c\n"Ann,1,2\n"Bob,3,4\nCy,5,6\n', [2, 3]),
        ('a,b,c\nAnn,"1,2\nBob,"3,4\nCy,5,6\n', [2, 3]),
        ('a,b,c\nAnn,"1,2\n"Bob",3,4\nCy,5,6\n', [2]),
        ('a,b,c\n"Ann,1,2\nBob 5\'10",3,4\nCy,5,6\n', [2]),
        ('a,b,c\nAnn,1,"2\nCy,5,6\n', [2]),
    ],
)
def test_open_marks_cost_their_own_rows_only(text: str, lost: list[int]) -> None:
    table = read_table(text, ",")
    assert list(table.broken) == lost
    assert table.rows[-1] == ["Cy", "5", "6"]


def test_a_quoted_cell_of_many_lines_and_commas_is_whole() -> None:
    text = 'a,b,c,d\n"Ann,\nof Here, There",1,2,3\nBob,4,5,6\n' + "\n" * 9
    assert rows(text)[1] == ["Ann,\nof Here, There", "1", "2", "3"]


@pytest.mark.parametrize("cell", ['"Jo" Low', '"Jo"x', '"Jo" '])
def test_marks_that_are_not_by_the_book(cell: str) -> None:
    assert [row[1:] for row in rows(f"a,b,c\n{cell},1,2\nBob,3,4\n")] == [["b", "c"], ["1", "2"], ["3", "4"]]


def test_many_broken_rows_are_many_lost_rows() -> None:
    text = "a,b,c\n" + "".join(f'"n{number},1,2\nm{number},3,4\n' for number in range(900))
    table = read_table(text, ",")
    assert len(table.broken) == 900
    assert [row for row in table.rows[1:] if row] == [[f"m{number}", "3", "4"] for number in range(900)]


def test_a_file_that_has_to_be_read_over_and_over_is_refused() -> None:
    # Each line closes the mark of the one before and opens its own, so that every attempt runs to the end.
    text = "a,b,c\n" + 'n","1\n' * 300
    with pytest.raises(Invalid, match="quotation marks"):
        read_table(text, ",")


def test_the_cap_on_rows() -> None:
    assert len(rows("a,b,c\n" * MEETING.max_rows)) == MEETING.max_rows
    with pytest.raises(Invalid, match=r"more than 20,000 rows"):
        rows("a,b,c\n" * (MEETING.max_rows + 20))
    with pytest.raises(Invalid, match=r"more than 20,000 rows"):
        rows("\n" * (4 * MEETING.max_rows))


def test_the_cap_on_columns_ignores_padding() -> None:
    assert len(rows("," * MEETING.max_columns * 2 + "\n")) == 1
    with pytest.raises(Invalid, match="Row 2 has 61 columns"):
        rows("a,b,c\n" + ",".join("x" * (MEETING.max_columns + 1)) + "\n")


@pytest.mark.parametrize("length", [MEETING.max_cell + 1, 200_000])
def test_the_cap_on_a_cell(length: int) -> None:
    rows("x" * MEETING.max_cell + ",b,c\n")
    with pytest.raises(Invalid, match="A cell in row 2 has more than 10,000 characters"):
        rows("a,b,c\n" + "x" * length + ",b,c\n")
