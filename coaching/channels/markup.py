"""HTML of mails that people wrote: cleaned, made from a text, read as a text.

What stays of what somebody wrote are words with a plain structure, and links. No picture and nothing else that a mail
program would load from elsewhere can stand there, so that no mail tells anybody that it was read.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from coaching.channels.own_links import has_marks

TAGS = {
    "p", "br", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "h1", "h2", "h3", "blockquote", "hr", "a",
}  # fmt: skip
# With these goes what is in them, too.
_GONE = {"script", "style", "title", "template", "svg", "math", "iframe", "object", "noscript"}
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_BLANKS = re.compile(r"\s+")
_H1 = re.compile(r"(</?)h1\b")


def cleaned(html: str, *, own: str) -> str:
    """The HTML with nothing but what mails may hold. `own` is an address of ours, whose site links may lead to even
    without encryption: a product that is tried out on a desk has no certificate."""
    # Read when somebody's words are sent or looked at, because most processes never do.
    import nh3  # noqa: PLC0415

    home = urlsplit(own)[:2]

    def keep(_tag: str, attribute: str, value: str) -> str | None:
        if has_marks(value):
            # Where a link of the mail is to stand, or somebody tried to put one: that is looked at afterwards.
            return value.strip() if attribute == "href" else None
        if attribute != "href" or value.startswith(("https://", "mailto:")):
            return value
        return value if own and urlsplit(value)[:2] == home else None

    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=_GONE,
        attributes={"*": {"lang", "dir"}, "a": {"href"}},
        attribute_filter=keep,
        allowed_classes={"a": {"button"}},
        url_schemes={"https", "http", "mailto"},
        link_rel=None,
    )


def with_one_heading(html: str, heading: str) -> str:
    """The HTML with one first heading: `heading` where it has none, and those after the first a step lower."""
    found = list(_H1.finditer(html))
    if not found:
        return f"<h1>{escape(heading)}</h1>\n{html}"
    end = found[1].end() if len(found) > 1 else len(html)
    return html[:end] + _H1.sub(r"\1h2", html[end:])


def from_text(text: str, links: set[str]) -> str:
    """The text as HTML: its paragraphs, its addresses as links. An address of `links` that stands alone under a line
    becomes a button with that line's words."""
    return "\n".join(_paragraph(block.strip("\n"), links) for block in re.split(r"\n\s*\n", text) if block.strip())


def _paragraph(block: str, links: set[str]) -> str:
    lines = block.split("\n")
    written: list[str] = []
    for line in lines:
        before = written[-1] if written else ""
        if line.strip() in links and before and "<a " not in before:
            written[-1] = f'<a class="button" href="{escape(line.strip())}">{before.rstrip().removesuffix(":")}</a>'
        else:
            written.append(_linked(line))
    return f"<p>{'<br>'.join(written)}</p>"


def _linked(line: str) -> str:
    pieces, start = [], 0
    for found in _ADDRESS.finditer(line):
        address = escape(found[0])
        pieces += [escape(line[start : found.start()]), f'<a href="{address}">{address}</a>']
        start = found.end()
    return "".join(pieces) + escape(line[start:])


class _Reader(HTMLParser):
    """The words of a few paragraphs, with the address of each link behind its words."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[str] = [""]
        self.target = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.paragraphs[-1] += "\n"
        elif tag == "a":
            self.target = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.paragraphs[-1] += f":\n{self.target}"
        elif tag in {"p", "h1", "h2", "h3"}:
            self.paragraphs.append("")

    def handle_data(self, data: str) -> None:
        self.paragraphs[-1] += _BLANKS.sub(" ", data)


def as_text(html: str) -> str:
    """The paragraphs of our own HTML as a text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n\n".join(text.strip() for text in reader.paragraphs if text.strip())
