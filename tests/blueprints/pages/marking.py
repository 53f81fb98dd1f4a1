"""Whether a form that was refused leads people, and their assistive technology, to what is wrong with it."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.blueprints.pages.browsing import fields


class _Marks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.described: dict[str, str] = {}
        self.summary: list[str] = []
        self._groups: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        own = given.get("aria-describedby", "")
        if tag == "fieldset":
            self._groups.append(own)
        if "id" in given:
            self.ids.append(given["id"])
            self.described[given["id"]] = " ".join([own, *self._groups])
        if tag == "a" and given.get("href", "").startswith("#field-"):
            self.summary.append(given["href"][1:])

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            self._groups.pop()


def _read(response: TestResponse) -> _Marks:
    marks = _Marks()
    marks.feed(response.text)
    assert sorted(set(marks.ids)) == sorted(marks.ids), "An id is there twice."
    return marks


def wrong_fields(response: TestResponse) -> list[str]:
    """The fields that the summary leads to. Each is there, once, and is described by its own error."""
    marks = _read(response)
    for target in marks.summary:
        assert target in marks.ids, f"{target} is nowhere on the page: {marks.ids}"
        errors = [one for one in marks.described[target].split() if one.endswith("-error")]
        assert errors, f"{target} is not described by its error."
        assert set(errors) <= set(marks.ids)
    return [target.removeprefix("field-") for target in marks.summary]


def ids(response: TestResponse) -> list[str]:
    """Every id on the page, in its order."""
    return _read(response).ids


def form(response: TestResponse) -> dict[str, str]:
    """What the page's one form would send if nobody touched it: without what belongs to the switch of colours."""
    apart = {"", "csrf_token", "form_id", "next"}
    return {name: value for name, value in fields(response).items() if name not in apart}
