"""A file for a spreadsheet: every value comes back as it was, and none is run on the way."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.blueprints.spreadsheets import csv_file, neutral, original

STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("start", [*STARTS, " =", "'=", "\u00a0@", "''+"])
def test_what_begins_like_a_formula_is_text(start: str) -> None:
    cell = neutral(f"{start}cmd|' /C calc'!A0")
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ["", "Ann", "O'Neill", "'twas", "3 of 8", "Élodie", "2026-03-14 09:00 Kick-off"])
def test_everything_else_is_left_alone(text: str) -> None:
    assert neutral(text) == original(text) == text


@given(st.text(alphabet=st.sampled_from(f"{STARTS}' aé"), max_size=6))
def test_the_value_comes_back(text: str) -> None:
    cell = neutral(text)
    assert original(cell) == text
    assert cell.startswith("'") or cell.strip()[:1] not in set(STARTS)


def test_a_file_has_its_encoding_its_name_and_its_numbers() -> None:
    response = csv_file(["Person", "Came to"], [["Élodie", 5], ["=1+1", -2], [None, 0]], name="attendance.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="attendance.csv"'
    assert response.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert rows == [["Person", "Came to"], ["Élodie", "5"], ["'=1+1", "-2"], ["", "0"]]
