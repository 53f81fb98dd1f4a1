"""The summary of a refused form calls each field by the label that people see at it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.security.recipes import FORMS, request_options
from tests.security.stage import Stage
from tests.security.test_mass_assignment import ROW_BY_ENDPOINT, doer

# Where a label is a question, the summary may name what it asks for.
NOUNS = {
    "What is the goal?": "Goal",
    "Where is it now?": "Where it is now",
    "How many have enrolled so far?": "Enrolments so far",
    "When did it open?": "Day it opened",
    "What is the course called?": "Title",
    "For whom is it?": "For whom",
    "How important is it?": "Importance",
    "How difficult will it be?": "Difficulty",
    "Where does it start?": "Where you start",
    "What is reached then?": "Milestone",
    "How far is it?": "Stage",
    "New stage": "Stage",
    "As of which day?": "As of",
    "What is the right figure?": "How many",
    "Why does it change?": "Why it changes",
    "What do you call this run?": "Name of the run",
    "Which run is this figure of?": "Which run",
    "Is there anything to add?": "Anything to add",
    "Whose course is it?": "Who builds it",
    # What a check-in asks, in the world of these tests.
    "question-1-here": "Your answer",
}


class _Named(HTMLParser):
    """What the summary calls each field, and what stands at the field itself."""

    def __init__(self) -> None:
        super().__init__()
        self.summary: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self._legend = ""
        self._taken: list[str] | None = None
        self._aside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("#field-"):
            self._taken = ["summary", given["href"].removeprefix("#field-")]
        elif tag == "label":
            self._taken = ["label", given.get("for", "").removeprefix("field-")]
        elif tag == "legend":
            self._taken = ["legend", ""]
        elif tag == "input" and given.get("type") in {"radio", "checkbox"} and self._legend:
            self.labels.setdefault(given["name"], self._legend)
        elif tag == "span" and "optional" in given.get("class", ""):
            self._aside = True

    def handle_data(self, data: str) -> None:
        if self._taken and not self._aside:
            kind, name = self._taken
            if kind == "legend":
                self._legend = data.strip()
                self._taken = None
            elif kind == "label":
                self.labels.setdefault(name, data.strip())
            else:
                self.summary[name] = data.partition(": ")[0].strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "label", "legend"}:
            self._taken = None
        elif tag == "span":
            self._aside = False
        elif tag == "fieldset":
            self._legend = ""


def refused(stage: Stage, endpoint: str) -> Iterator[_Named]:
    """The page after nothing was filled in, and after everything was filled in wrongly."""
    row, here = ROW_BY_ENDPOINT[endpoint], stage.world.here
    right: dict[str, Any] = request_options(endpoint, here)["data"]
    kept = {name: right[name] for name in ("version",) if name in right}
    for data in (kept, dict.fromkeys(right, "x" * 30000) | kept):
        page = _Named()
        page.feed(stage.send(doer(row), "POST", row.path(stage, here), data=data).response.text)
        yield page


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_a_field_is_called_what_stands_at_it(stage: Stage, endpoint: str) -> None:
    wrong = {}
    for page in refused(stage, endpoint):
        for name in page.summary.keys() & page.labels.keys():
            label, called = page.labels[name], page.summary[name]
            if called not in {label, label.rstrip("?"), label.removeprefix("Who is ").rstrip("?"), NOUNS.get(label)}:
                wrong[name] = (called, label)
    assert wrong == {}, "What the summary says, and what the label says."
