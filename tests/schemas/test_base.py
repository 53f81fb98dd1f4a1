"""What every schema does with what is sent: JSON as it is typed, forms as strings, blanks as missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields
from werkzeug.datastructures import MultiDict

from coaching.errors import Invalid
from coaching.models import Platform
from coaching.schemas.base import (
    BaseSchema,
    Day,
    Line,
    PublicId,
    QuerySchema,
    Text,
    WebAddress,
    Whole,
    Word,
    checked,
    load_form,
)
from coaching.schemas.person import ApiTokenSchema
from coaching.tokens import new_public_id


class Shape(BaseSchema):
    title = Line(20, required=True)
    why = Text(50)
    size = Whole(0, 100_000, load_default=1)
    day = Day(load_default=None, allow_none=True)
    platform = Word(Platform, load_default=Platform.OTHER)
    link = WebAddress()
    people = fields.List(PublicId(), load_default=list)
    agreed = fields.Boolean(load_default=False)
    id = PublicId(attribute="public_id", dump_only=True)


class Filter(QuerySchema):
    size = Whole(0, 10)


SHAPE = Shape()


def refused(data: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        checked(SHAPE, data)
    return dict(refusal.value.messages)


def test_what_is_left_out_has_its_default() -> None:
    assert checked(SHAPE, {"title": "A course"}) == {
        "title": "A course",
        "why": "",
        "size": 1,
        "day": None,
        "platform": Platform.OTHER,
        "link": "",
        "people": [],
        "agreed": False,
    }


def test_unknown_and_dump_only_fields_are_refused() -> None:
    unknown = ["There is no such field here. Leave it out."]
    assert refused({"title": "x", "colour": "red", "id": new_public_id()}) == {"colour": unknown, "id": unknown}


@pytest.mark.parametrize("data", [None, [], [{"title": "x"}], "title", 3])
def test_what_is_no_object_is_refused(data: Any) -> None:
    assert refused(data) == {"_schema": ["Send one object with named fields."]}


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_a_blank_is_missing(blank: str) -> None:
    assert refused({"title": blank}) == {"title": ["Fill this in."]}
    kept = checked(SHAPE, {"title": "x", "why": blank, "day": blank, "link": blank, "size": blank})
    assert (kept["why"], kept["day"], kept["link"], kept["size"]) == ("", None, "", 1)


def test_a_partial_edit_touches_only_what_is_sent_and_a_blank_clears() -> None:
    assert checked(SHAPE, {"why": " ", "day": ""}, partial=True) == {"why": "", "day": None}


def test_text_is_trimmed_and_composed() -> None:
    kept = checked(SHAPE, {"title": "  Cafe\u0301 \n course ", "why": " one\r\ntwo\rthree "})
    assert kept["title"] == "Café course"
    assert kept["why"] == "one\ntwo\nthree"


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x7f", "\x85", "\ud800"])
def test_control_characters_are_refused(letter: str) -> None:
    assert refused({"title": f"a{letter}b"}) == {
        "title": ["Remove the control characters: they cannot be stored."],
    }


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Wo\u200bund \u00adcare\ufeff", "Wound care"),
        ("\u202egnp.esruoc\u202c", "gnp.esruoc"),
        ("An\u200dna\u200e", "Anna"),
        ("e\u2060\u0301tude", "étude"),
        ("می\u200cخواهم \u200fC++\u200e", "می\u200cخواهم \u200fC++\u200e"),
        ("👨\u200d👩\u200d👧 ❤️\u200d🔥", "👨\u200d👩\u200d👧 ❤️\u200d🔥"),
        (
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f x\U000e0067",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f x",
        ),
    ],
)
def test_what_nobody_can_see_is_taken_out_where_it_means_nothing(sent: str, kept: str) -> None:
    assert checked(SHAPE, {"title": sent, "why": sent})["title"] == kept
    assert checked(SHAPE, {"title": "x", "why": sent})["why"] == kept


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d\u2060", "\u3164", "\u2800 \u115f", "\u202e", "\u0301"])
def test_what_shows_nothing_is_a_blank(unseen: str) -> None:
    assert refused({"title": unseen}) == {"title": ["Fill this in."]}
    assert checked(SHAPE, {"title": "x", "why": unseen})["why"] == ""


def test_caps_count_what_is_kept() -> None:
    assert checked(SHAPE, {"title": " " * 99 + "x" * 20})["title"] == "x" * 20
    assert refused({"title": "x" * 21}) == {"title": ["Use at most 20 characters."]}


@pytest.mark.parametrize("value", ["3", 3.0, 3.5, True, [3], {}, "three"])
def test_json_numbers_are_numbers(value: Any) -> None:
    assert refused({"title": "x", "size": value}) == {"size": ["Write a whole number."]}


@pytest.mark.parametrize("value", [-1, 100_001, 10**400])
def test_numbers_have_bounds(value: int) -> None:
    assert refused({"title": "x", "size": value}) == {"size": ["Write a whole number from 0 to 100,000."]}


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_text_is_text(value: Any) -> None:
    assert refused({"title": value}) == {"title": ["Write text here."]}


@pytest.mark.parametrize("value", ["2026-13-01", "2026-02-30", "20260201", "2026-W05-1", "1 May", 20260501, "2026-5-1"])
def test_dates_are_iso_dates(value: Any) -> None:
    assert refused({"title": "x", "day": value}) == {"day": ["Write a date as YYYY-MM-DD."]}


def test_dates_have_bounds() -> None:
    assert checked(SHAPE, {"title": "x", "day": " 2026-05-01 "})["day"] == date(2026, 5, 1)
    assert refused({"title": "x", "day": "0026-05-01"}) == {"day": ["Write a date between 1970 and 2199."]}


@pytest.mark.parametrize("value", ["FutureLearn", "FUTURELEARN", "x" * 10_000])
def test_words_are_of_the_vocabulary(value: str) -> None:
    assert list(refused({"title": "x", "platform": value})) == ["platform"]


def test_the_vocabulary_is_named() -> None:
    (text,) = refused({"title": "x", "platform": "udemy"})["platform"]
    assert text.startswith("Choose one of: futurelearn, moodle, ")


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", "example.org", "//example.org", "ftp://a", "http://[", "http://",
        "http://...", "http://-", "https://example..org", "https://a\\b.org", "https://a.org/b c", "https://[::zz]/",
    ],
)  # fmt: skip
def test_links_are_web_addresses(value: str) -> None:
    (text,) = refused({"title": "x", "link": value})["link"]
    assert text.startswith("Write a whole web address")


@pytest.mark.parametrize("value", ["https://ada:secret@example.org/", "https://futurelearn.com@example.org/"])
def test_a_link_has_nothing_before_its_host(value: str) -> None:
    (text,) = refused({"title": "x", "link": value})["link"]
    assert text.startswith("Leave out what stands before the @")


@pytest.mark.parametrize(
    "value", ["https://moodle/course?id=3", "http://127.0.0.1:8080/", "https://[::1]/", "https://münchen.de/a@b"]
)
def test_a_link_may_lead_to_any_host(value: str) -> None:
    assert checked(SHAPE, {"title": "x", "link": value})["link"] == value


@pytest.mark.parametrize("value", ["", "a", "1" * 19, "1" * 21, "u" * 20, "A" * 20, "../../../../../../etc"])
def test_identifiers_have_their_form(value: str) -> None:
    assert list(refused({"title": "x", "people": [new_public_id(), value]})) == ["people.1"]


def test_one_fault_is_the_message_and_several_are_listed() -> None:
    with pytest.raises(Invalid, match=r"^title: Fill this in\.$"):
        checked(SHAPE, {})
    with pytest.raises(Invalid, match=r"Each field says what to do"):
        checked(SHAPE, {"size": "x"})


def test_a_message_does_not_echo_a_name_of_any_length() -> None:
    assert all(len(name) <= 80 for name in refused({"title": "x", "y" * 100_000: 1}))


def test_a_form_holds_strings() -> None:
    form = MultiDict(
        [
            ("csrf_token", "secret"),
            ("version", "3"),
            ("title", " A course "),
            ("size", " 30,000 "),
            ("day", "2026-05-01"),
            ("agreed", "on"),
            ("people", "0" * 20),
            ("people", ""),
            ("people", "1" * 20),
        ]
    )
    kept = load_form(SHAPE, form, beside=["version"])
    assert (kept["title"], kept["size"], kept["day"], kept["agreed"]) == ("A course", 30_000, date(2026, 5, 1), True)
    assert kept["people"] == ["0" * 20, "1" * 20]


@pytest.mark.parametrize("words", ["3.5", "1e3", "three", "1,00", "30,00,000", "٣", "0x10", "1_000", "--1", "9" * 5000])
def test_a_form_does_not_guess_numbers(words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        load_form(SHAPE, MultiDict({"title": "x", "size": words}))
    assert refusal.value.messages == {"size": ["Write a whole number."]}


def test_a_form_refuses_what_the_schema_does_not_know() -> None:
    with pytest.raises(Invalid) as refusal:
        load_form(SHAPE, MultiDict({"title": "x", "is_administrator": "1"}))
    assert list(refusal.value.messages) == ["is_administrator"]


def test_of_a_repeated_input_the_last_counts() -> None:
    assert load_form(SHAPE, MultiDict([("title", "one"), ("title", "two")]))["title"] == "two"


def test_the_arguments_of_a_url_are_read_like_a_form() -> None:
    assert checked(Filter(), {"size": "7"}) == {"size": 7}
    with pytest.raises(Invalid):
        checked(Filter(), {"size": "70"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*Shape().fields, "other", ""])


@given(st.dictionaries(NAMES, JSON, max_size=8) | JSON)
def test_whatever_is_sent_is_read_or_refused_with_texts(data: Any) -> None:
    kept, messages = read_or_refused(lambda: checked(SHAPE, data))
    if messages is not None:
        assert messages
        assert all(text for texts in messages.values() for text in texts)
    else:
        assert 1 <= len(kept["title"]) <= 20
        assert kept["title"] == kept["title"].strip()


@given(st.lists(st.tuples(NAMES, st.text(max_size=30)), max_size=8))
def test_whatever_a_form_holds_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    kept, messages = read_or_refused(lambda: load_form(SHAPE, MultiDict(pairs)))
    assert messages if messages is not None else 0 <= kept["size"] <= 100_000


def read_or_refused(read: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], Any]:
    try:
        return read(), None
    except Invalid as refusal:
        return {}, refusal.messages


def test_the_words_of_a_form_are_those_that_it_shows() -> None:
    for value, said in (("udemy", "Choose one of the options."), ("", None)):
        with pytest.raises(Invalid) as refusal:
            load_form(SHAPE, MultiDict({"platform": value}))
        assert refusal.value.messages.get("platform") == ([said] if said else None)


@pytest.mark.parametrize(
    ("scopes", "named"),
    [
        ({}, {"scopes": ["Fill this in."]}),
        ({"scopes": "read"}, {"scopes": ["Send a list, in square brackets."]}),
        ({"scopes": ["read", "all"]}, {"scopes.1": ["Choose one of: read, write, private_notes."]}),
    ],
)
def test_a_list_says_what_to_do(scopes: dict[str, Any], named: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(ApiTokenSchema(), {"label": "Report"} | scopes)
    assert refusal.value.messages == named
