"""Names as people type them into Zoom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.importers.names import MAX_NAME, cap_name, clean_name, fold_name, split_original


@pytest.mark.parametrize(
    ("cell", "shown", "original"),
    [
        ("Ann Lee", "Ann Lee", ""),
        ("Annie (Ann Lee)", "Annie", "Ann Lee"),
        ("Annie ( Ann Lee )", "Annie", "Ann Lee"),
        ("24-A5(Ann Lee)", "24-A5", "Ann Lee"),
        ("Jo (HR) (Joanna Smith)", "Jo (HR)", "Joanna Smith"),
        ("Jo (Joanna (Jo) Smith)", "Jo", "Joanna (Jo) Smith"),
        ("(Ann Lee)", "(Ann Lee)", ""),
        ("Ann) Lee)", "Ann) Lee)", ""),
        ("Ann Lee ()", "Ann Lee", ""),
        ("Ann (she/her) Lee", "Ann (she/her) Lee", ""),
        ("", "", ""),
        (")", ")", ""),
    ],
)
def test_display_and_original(cell: str, shown: str, original: str) -> None:
    assert split_original(cell) == (shown, original)


def test_nested_marks_do_not_take_long() -> None:
    assert split_original("(" * 5_000 + ")" * 5_000) == ("(" * 5_000 + ")" * 5_000, "")


def test_a_name_is_put_on_one_line_without_disturbing_characters() -> None:
    assert clean_name(" Ann\r\n  Lee\u202e\x07 ") == "Ann Lee"
    assert clean_name("\u2067مريم حداد\u2069") == "مريم حداد"
    assert clean_name("👩‍🎓 Zoe\u0308") == "👩‍🎓 Zoë"


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert cap_name("x" * MAX_NAME) == "x" * MAX_NAME
    assert cap_name("x" * 201) == "x" * 199 + "…"
    assert cap_name("x" * 198 + "👩‍🎓" * 9) == "x" * 198 + "…"


@given(st.text())
def test_no_name_is_longer_than_its_column(text: str) -> None:
    assert len(cap_name(clean_name(text))) <= MAX_NAME


@pytest.mark.parametrize(
    ("one", "other"),
    [("ANN LEE", "ann  lee"), ("Zoë Müller", "zoe muller"), ("Łucja Søby", "lucja soby"), ("O'Neil", "O’Neil"),
     ("Anne-Marie", "anne marie"), ("Straße", "strasse"), ("Ann\u200b Lee", "Ann Lee"), ("김 민준", "김 민준")],
)  # fmt: skip
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other) != ""


@pytest.mark.parametrize(("one", "other"), [("राम", "रोम"), ("मीना", "मोना"), ("Иван", "Ивана"), ("ก้อง", "กอง")])
def test_names_that_differ_in_a_vowel_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_a_name_of_signs_alone_folds_to_nothing() -> None:
    assert fold_name("😀 ...") == ""
