"""GROW as a frame: four headings in the shared notes, taken apart and put together without losing a word."""

from __future__ import annotations

import pytest

from coaching.services.grow import PARTS, join_frame, split_frame

WHOLE = "Before\n\n## Goal\nA course\n\nwith two parts\n\n## Reality\nNo time\n\n## Options\nAsk\n\n## Will\nBy May"


def test_notes_in_the_frame_come_apart_and_together_again() -> None:
    framed = split_frame(WHOLE)
    assert framed is not None
    assert (framed.notes, framed.parts["goal"]) == ("Before", "A course\n\nwith two parts")
    assert join_frame(framed.notes, framed.parts) == WHOLE
    some = split_frame("## Reality\nNo time\n\n## Will\nBy May")
    assert some is not None
    assert some.parts == {"goal": "", "reality": "No time", "options": "", "will": "By May"}
    assert join_frame("", some.parts) == "## Reality\nNo time\n\n## Will\nBy May"
    assert join_frame(" ", dict.fromkeys(PARTS, " ")) == ""


@pytest.mark.parametrize(
    "text",
    ["", "Notes", "### Goal\nx", "Goal\nx", "## Goals\nx", "## Will\nx\n\n## Goal\ny", "## Goal\nx\n\n## Goal\ny"],
)
def test_notes_that_are_not_in_the_frame_stay_as_they_are(text: str) -> None:
    assert split_frame(text) is None
