"""A table of observations: its headings in any order, and what is refused with what to do."""

from __future__ import annotations

from datetime import date

import pytest

from coaching.errors import Invalid
from coaching.importers.observations import MAX_BYTES, MOST_ROWS, read_observations

HEAD = "email,goal,metric,date,value\n"


def test_rows_are_read_whatever_their_order_and_delimiter() -> None:
    data = "sep=;\nValue;Day;Metric;Goal;E-Mail\n1,5;2026-03-14; Hours ;Launch;ana@example.org\n\n;;;;\n2;soon;H;L;b\n"
    first, second = read_observations(data.encode())
    assert (first.number, first.email, first.goal, first.metric) == (3, "ana@example.org", "Launch", "Hours")
    assert (first.day, first.value) == (date(2026, 3, 14), "1,5")
    assert (second.day, second.written_day) == (None, "soon")


def test_a_spreadsheets_midnight_is_a_day_and_no_such_day_is_none() -> None:
    rows = read_observations(f"{HEAD}a,b,c,2026-03-14 00:00:00,1\na,b,c,2026-02-30,1\n".encode())
    assert [row.day for row in rows] == [date(2026, 3, 14), None]


REFUSED = {
    "email,goal,date,value\na,b,2026-01-01,1\n": "metric is missing",
    "email,goal,goal,metric,date,value\na,b,b,c,2026-01-01,1\n": "Two columns are headed goal",
    HEAD: "no row below",
    "just words": "headings email, goal",
    "<html></html>": "web page",
    HEAD + "a,b,c,2026-01-01,1\n" * (MOST_ROWS + 1): "more than 2,000 rows",
    "x" * (MAX_BYTES + 1): "over 500 KB",
}


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_what_is_no_such_table_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        read_observations(text.encode())
    assert list(refused.value.messages) == ["file"]
    assert "Zoom" not in refused.value.message


def test_a_broken_row_hides_no_other() -> None:
    rows = read_observations(f'{HEAD}a,b,c,2026-01-01,1\n"a,b,c,2026-01-01,1\na,b,c,2026-01-02,2\n'.encode())
    assert [(row.number, bool(row.broken)) for row in rows] == [(2, False), (3, True), (4, False)]
