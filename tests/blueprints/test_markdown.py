"""Markdown as HTML: a plain structure, nothing that runs or is loaded, and no text that takes the parser long."""

from __future__ import annotations

import math

import pytest

from coaching.blueprints.markdown import LONGEST, MOST_STEPS, TooManyStepsError, count_steps, render_markdown
from coaching.schemas.note import LONGEST_NOTE

MANY = 100_000
NOTE = (
    "# Goal\n\nShe wants to *launch* by **June**, with [a page](https://example.org/a) and `code`.\n\n- One thing\n"
    "- Another\n  - within it\n\n1. first\n2. then\n\n> What she said\n\nPlain words that go on, as people write.\n\n"
)
BOMBS = {
    "brackets": "[" * MANY,
    "links": "[a](" * (MANY // 4),
    "pictures": "![" * (MANY // 2),
    "quotes": ">" * MANY,
    "lazy quote": ">" * 100 + "a\n" + "b\n" * (MANY // 2),
    "stars": "*" * MANY,
    "emphasis": "*a _b " * (MANY // 6),
    "ticks": "".join("`" * (number % 200 + 1) + "a" for number in range(1000)),
    "nested list": "\n".join("  " * number + "- a" for number in range(math.isqrt(MANY))),
    "list in a line": "- " * (MANY // 2),
    "quoted lists": "> - " * (MANY // 4),
    "long table": "|a|b|\n|-|-|\n" + "|c|d|\n" * (MANY // 6),
    "wide table": "|" * 1000 + "\n" + "|-" * 1000 + "\n" + "x\n" * 1000,
    "headings": "# a\n" * (MANY // 4),
    "entities": "&" * MANY,
    "tags": "<" * MANY,
    "addresses": "<http://a>" * (MANY // 10),
    "definitions": "\n".join(f"[{number}]: x" for number in range(MANY // 10)),
    "strikes": "~~a" * (MANY // 3),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_takes_too_long_is_shown_as_it_was_typed(name: str) -> None:
    for length in (LONGEST_NOTE, LONGEST, MANY):
        text = BOMBS[name][:length]
        try:
            steps = count_steps(text)
        except TooManyStepsError:
            steps = MOST_STEPS
        assert steps <= MOST_STEPS
        shown = render_markdown(text)
        # An answer is of the length of what was sent, whatever was made of it.
        assert len(shown) <= 12 * len(text) + 100
    assert render_markdown(BOMBS["brackets"]) == f'<div class="markdown prose-text">{BOMBS["brackets"]}</div>'


@pytest.mark.parametrize("text", [
    "\n".join("  " * number + f"- word{number}" for number in range(9)),
    "> " * 14 + "word0",
])  # fmt: skip
def test_no_word_is_left_out_however_deep_it_stands(text: str) -> None:
    shown = render_markdown(text)
    assert all(word in shown for word in text.split() if word.startswith("word"))


def test_nothing_nests_deeper_than_people_write() -> None:
    assert render_markdown("> " * 500 + "a").count("<blockquote>") < 20
    assert render_markdown("\n".join("  " * number + "- a" for number in range(60))).count("<ul>") < 20


def test_what_people_write_is_far_from_too_much() -> None:
    text = NOTE * (LONGEST_NOTE // len(NOTE))
    assert count_steps(text) < MOST_STEPS * 0.6
    assert "<h4>Goal</h4>" in render_markdown(text)


def test_a_note_has_its_structure() -> None:
    shown = render_markdown(NOTE)
    for part in (
        "<h4>Goal</h4>",
        "<em>launch</em>",
        "<strong>June</strong>",
        "<code>code</code>",
        "<blockquote>",
        "<ol>",
        '<a href="https://example.org/a" rel="noopener noreferrer nofollow">a page</a>',
    ):
        assert part in shown
    assert "<li>Another\n<ul>\n<li>within it</li>" in shown
    assert render_markdown("one\ntwo") == '<div class="markdown"><p>one<br>\ntwo</p>\n</div>'
    assert render_markdown("###### deep") == '<div class="markdown"><h6>deep</h6>\n</div>'
    assert (render_markdown(None), render_markdown("")) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![seen](https://example.org/pixel.png)",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](//evil.example/)",
        "[a](/sign-out)",
        "<javascript:alert(1)>",
        '[a](https://example.org "x" onmouseover=alert(1))',
        "[a]: javascript:alert(1)\n\n[a]",
        "`<b>`",
        "```html\n<script>\n```",
    ],
)
def test_nothing_runs_and_nothing_is_loaded(text: str) -> None:
    shown = render_markdown(text).lower()
    for part in ("<script", "<img", "<b>", 'javascript:alert(1)"', 'href="//', 'href="/', 'href="data', "<a onmouse"):
        assert part not in shown
