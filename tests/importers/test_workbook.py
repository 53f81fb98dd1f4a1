"""A workbook is read as it is shown; one that was made to fill the memory is refused before anything takes it apart."""

from __future__ import annotations

import struct
import time
from typing import Any

import pytest

from coaching.errors import Invalid
from coaching.importers import workbook_scan
from coaching.importers.people import CAPS
from coaching.importers.workbook import read_workbook
from coaching.importers.workbook_scan import repack
from tests.importers.workbooks import packed, row_of, sheet_of, workbook

# 14 March 2026 as a spreadsheet counts days.
A_DAY = 46_095
SHEET = "xl/worksheets/sheet1.xml"


def test_cells_are_what_they_show() -> None:
    day, formula = ('s="1"', f"<v>{A_DAY}</v>"), ("", "<f>1+2</f><v>3</v>")
    data = workbook({"Empty": [], "People": [[], ["e-mail", "n"], [day, 12.0], [formula, 1.25], ["=SUM(A1)", 1_234]]})
    tables = read_workbook(data, CAPS)
    assert list(tables) == ["People"]
    assert tables["People"].rows == [[], ["e-mail", "n"], ["2026-03-14", "12"], ["3", "1.25"], ["=SUM(A1)", "1234"]]


def test_a_hidden_sheet_is_not_read_and_a_styled_cell_far_away_takes_no_room() -> None:
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    sheets: dict[str, list[list[str]]] = {"A": [], "B": [["secret"]]}
    data = workbook(sheets, {SHEET: sheet_of(row_of(1, ["one"]) + far)}, hidden=["B"])
    assert {name: table.rows for name, table in read_workbook(data, CAPS).items()} == {"A": [["one"]]}


def _lying() -> bytes:
    """A zip whose list of contents says that its largest part is small."""
    data = bytearray(workbook({"A": [["x"]]}, {SHEET: sheet_of(" " * 50_000_000)}))
    at = data.rfind(b"xl/worksheets/sheet1.xml") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


LONG = "<sst>" + f"<si><t>{'x' * 30_000}</t></si>" + "</sst>"
MANY = "".join(row_of(at, [('t="s"', "<v>0</v>")] * 20) for at in range(1, 101))
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + sheet_of("")
BOMBS: dict[str, tuple[Any, str]] = {
    "much of nothing": (lambda: workbook({"A": []}, {SHEET: sheet_of(" " * 50_000_000)}), "unpacks"),
    "a list of contents that lies": (_lying, "damaged|unpacks"),
    "one cell far away": (
        lambda: workbook({"A": []}, {SHEET: sheet_of(
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}), "far away"),
    "a place in other letters": (
        lambda: workbook({"A": []}, {SHEET: sheet_of(
            '<row r="1048576"><c r="XFD&#49;048576"><v>1</v></c></row>')}), "far away"),
    "a text in many cells": (
        lambda: workbook({"A": []}, {"xl/sharedStrings.xml": LONG, SHEET: sheet_of(MANY)}),
        "unpacks"),
    "too many cells": (
        lambda: workbook({"A": []}, {SHEET: sheet_of(
            '<row r="1">' + "".join(f"<c><v>{at * 7919}</v></c>" for at in range(1_001)) + "</row>")}),
        "cells that hold something"),
    "too many elements": (
        lambda: workbook({"A": []}, {SHEET: sheet_of("<c/>" * 10_001)}), "unpacks"),
    "a document type": (lambda: workbook({"A": []}, {SHEET: ENTITIES}), "damaged"),
    "too many parts": (lambda: packed({"xl/workbook.xml": "<a/>"} | {f"{at}.xml": "" for at in range(1_001)}),
        "unpacks"),
    "half a file": (lambda: workbook({"A": [["x"]]})[:400], "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_fill_the_memory_is_refused_in_no_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_scan, "MOST_CELLS", 1_000 if name == "too many cells" else workbook_scan.MOST_CELLS)
    monkeypatch.setattr(workbook_scan, "MOST_ELEMENTS", 10_000)
    make, why = BOMBS[name]
    data = make()
    begin = time.perf_counter()
    with pytest.raises(Invalid, match=why):
        read_workbook(data, CAPS)
    assert time.perf_counter() - begin < 3


def test_what_is_taken_apart_is_what_was_looked_at() -> None:
    again = repack(workbook({"A": [["x"]]}, {"xl/media/film.bin": b"x" * 1_000}))
    assert b"film" not in again
    assert repack(again) == again


OTHERS = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600: "old Excel workbook.*password",
    packed({"content.xml": "<a/>", "mimetype": "x"}): "OpenDocument",
    packed({"Index/Document.iwa": "x"}): "Numbers",
    packed({"xl/workbook.bin": "x"}): "XLSB",
    packed({"people.csv": "a,b"}): "ZIP archive",
}


@pytest.mark.parametrize("data", OTHERS)
def test_other_files_are_named_with_what_to_do(data: bytes) -> None:
    with pytest.raises(Invalid, match=OTHERS[data]) as refusal:
        read_workbook(data, CAPS)
    assert "upload" in str(refusal.value)
