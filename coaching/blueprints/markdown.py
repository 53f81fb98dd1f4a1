"""Markdown that people wrote, as HTML: a plain structure and links, and nothing that runs or is loaded from elsewhere.

Whoever writes does not have to mean well. Some short texts take a parser so long that nobody else is served, so the
parser counts its steps, and what takes too many is shown as it was typed. The HTML is cleaned by an allow-list after
that, although the parser writes none but its own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType

# More than ten dense pages of lists and links take. So many are made in less than a tenth of a second.
MOST_STEPS = 4_000
LONGEST = 40_000
_ADDRESS = 8
# Of quotes and lists within each other, and of emphasis within emphasis.
DEEPEST = 12
# The parser leaves out, without a word, what lies deeper than its own limit; ours is asked before that. A list is two
# levels deep, so that the one after the deepest is at most two further down.
_NEVER_REACHED = DEEPEST + 3
TAGS = {
    "p", "br", "strong", "em", "s", "ul", "ol", "li", "h4", "h5", "h6", "blockquote", "hr", "a", "code", "pre",
}  # fmt: skip
# Raw HTML stays text, no picture is loaded from elsewhere, and no link is defined apart from where it stands. Tables
# make twenty times as much of what is typed, and are no good to read on a phone.
_LEFT_OUT = ["html_block", "html_inline", "image", "reference", "table"]
_LEADS_TO = ("https://", "http://", "mailto:")
# A page has a first heading, its sections have second ones, and a note's title is a third.
_HEADINGS_DOWN = 3


class TooManyStepsError(Exception):
    """The parser went further than any text that people write takes it."""


def render_markdown(text: str | None) -> Markup:
    """The text as HTML that may stand in a page; what is no Markdown that anybody writes stands there as typed."""
    # Read when somebody's words are shown, because most processes never do.
    import nh3  # noqa: PLC0415

    if not text:
        return Markup()
    try:
        html = _parser().render(text, {"steps": 0 if len(text) <= LONGEST else MOST_STEPS})
    except TooManyStepsError:
        return Markup('<div class="markdown prose-text">') + escape(text) + Markup("</div>")
    # Nobody outside learns from a link that leads there which page it stood on, or that we think well of it.
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_keep,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(f'<div class="markdown">{cleaned}</div>')  # noqa: S704  It was cleaned just now.


def count_steps(text: str) -> int:
    """How many steps the parser takes. Raises TooManyStepsError where it would not be let finish."""
    counted = {"steps": 0}
    _parser().parse(text, counted)
    return counted["steps"]


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """A link leads to another site, or writes a mail: a path of ours would be one that the reader may not know."""
    return None if (tag, attribute) == ("a", "href") and not value.lower().startswith(_LEADS_TO) else value


@cache
def _parser() -> MarkdownIt:
    """The parser, made once: it keeps nothing of a text, what it counts is the caller's."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    # A line ends where somebody ended it.
    chosen = {"html": False, "linkify": False, "typographer": False, "breaks": True, "maxNesting": _NEVER_REACHED}
    parser = MarkdownIt("js-default", chosen)
    parser.disable(_LEFT_OUT)
    # Whatever the parser tries at a place of the text, it tries these rules first.
    within: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before(parser.block.ruler.get_active_rules()[0], "steps", _count_block, within)
    parser.inline.ruler.before(parser.inline.ruler.get_active_rules()[0], "steps", _count)
    parser.core.ruler.push("headings", _shift_headings)
    return parser


def _count(state: Any, _silent: bool) -> bool:
    # An address in angle brackets is taken apart and put together again, which takes as long as many letters.
    return _step(state, _ADDRESS if state.src.startswith("<http", state.pos) else 1)


def _step(state: Any, number: int) -> bool:
    state.env["steps"] += number
    if state.env["steps"] > MOST_STEPS:
        raise TooManyStepsError
    return False


def _count_block(state: Any, _start: int, _end: int, _silent: bool) -> bool:
    if state.level >= DEEPEST:
        raise TooManyStepsError
    return _step(state, 1)


def _shift_headings(state: Any) -> None:
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + _HEADINGS_DOWN)}"
