"""The links of a mail in words that people wrote: a template never has one, only a mark where one is to stand.

Whoever has such a link acts as the person it was sent to. So no template is trusted with one: `sealed` puts marks in
the place of links before anything is filled in, `text_faults` and `html_faults` look where the marks came to stand, and
only then does `revealed` put the links in. Whatever a template does to a mark, it does to no link.

Every other value that a template prints has marks around it, too, by which the address of another site is told apart
from one that was put together of what the mail knows about somebody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup

from coaching.channels.placeholder import Placeholder
from coaching.channels.placeholders import PLACEHOLDERS

# Of Unicode's area for private use: they mean nothing to anybody, and are taken out of what people wrote.
_OPEN, _CLOSE, _LINK = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}{_LINK}]")
_OWN = re.compile(f"{_OPEN}{_LINK}([0-9]+){_CLOSE}")
_VALUE = re.compile(f"{_OPEN}[^{_OPEN}{_CLOSE}{_LINK}]*{_CLOSE}")
# What the product has behind a link of its own.
_SUFFIX = "(?:/(?:did_it|not_yet|cannot_say|stop))?"
_TARGET = re.compile(f"{_OWN.pattern}({_SUFFIX})")
# A bracket alone cannot be the end of an address; what follows a link is what mail programs do not take for its end.
_STANDING = re.compile(rf"(?<![^ \t\n])[(\[<]*{_OWN.pattern}{_SUFFIX}[.,;:!?)\]>]*(?![^ \t\n])")
# Mail programs follow an address within < > or quotation marks over the end of a line.
_ENCLOSED = re.compile(
    rf"(?:\"|<\s*(?:URL:\s*)?)(?:[a-z][a-z0-9+.-]*://|www\.|mailto:)[^<>\"]*{_OWN.pattern}", re.IGNORECASE
)
_RUN = re.compile(r"[^\s<>\"]+")
_ADDRESS = re.compile(r"//|https?:|www\.|mailto:", re.IGNORECASE)
_INLINE = {"a", "b", "em", "i", "s", "strong", "u"}

LONGEST_QUOTE = 60

NOT_ALONE = (
    "Let the link in “{near}” stand by itself, because it is the person's own: begin a line or leave a space before "
    "it, with nothing but an opening bracket between, and let nothing but a full stop or the like follow it."
)
NOT_CONSTANT = "Write the address in “{near}” out: no name in braces can be a part of an address."
NOT_EXACT = (
    'Let the href of a link be a link of the mail and nothing else, as in href="{{{{ link }}}}", or an address that is '
    "written out: no name in braces can be a part of “{near}”."
)
NOT_ITS_OWN = "Let the link to “{near}” have other words: it shows a link of the mail, and leads to another site."


class OwnLink:
    """A link in a template: there or not, and printed as a whole. Everything else is refused before it runs."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


def sealed(kind: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values of a mail with marks for its links, and the links. One that the mail has not stays empty."""
    links: list[str] = []

    def seal(declared: tuple[Placeholder, ...], given: Mapping[str, Any]) -> dict[str, Any]:
        own = dict(given)
        for one in declared:
            if one.is_link and own[one.name]:
                links.append(str(own[one.name]))
                own[one.name] = OwnLink(len(links) - 1)
            elif one.lines:
                own[one.name] = [seal(one.lines, line) for line in own[one.name]]
        return own

    return seal(PLACEHOLDERS[kind], values), links


def marked(value: Any) -> str:
    """A value as a template prints it."""
    if isinstance(value, OwnLink):
        return f"{_OPEN}{_LINK}{value.number}{_CLOSE}"
    plain = _MARKS.sub("", value if isinstance(value, str) else str(value))
    return Markup(_OPEN + plain + _CLOSE) if isinstance(value, Markup) else _OPEN + plain + _CLOSE  # noqa: S704


def has_marks(source: str) -> bool:
    """Whether somebody wrote a mark, as itself or as HTML spells it."""
    return _MARKS.search(unescape(source)) is not None


def revealed(filled: str, links: list[str], *, is_html: bool) -> str:
    """What was filled in, with the links in it and without marks."""
    write: Callable[[str], str] = escape if is_html else str
    return _MARKS.sub("", _OWN.sub(lambda found: write(links[int(found[1])]), filled))


def numbers_in(filled: str) -> set[int]:
    """Which links a text has."""
    return {int(number) for number in _OWN.findall(filled)}


def without_marks(filled: str) -> str:
    """What was filled in, as far as it is no link."""
    return _MARKS.sub("", _OWN.sub("", filled))


def text_faults(filled: str) -> list[str]:
    """What is wrong with where the links and the other values of a text stand."""
    standing = {found.start(1) for found in _STANDING.finditer(filled)}
    for found in _OWN.finditer(filled):
        if found.start(1) not in standing:
            return [_quoting(NOT_ALONE, filled, found.start())]
    bare = _VALUE.sub(_bare, filled)
    enclosed = _ENCLOSED.search(bare)
    if enclosed:
        return [_quoting(NOT_ALONE, bare, enclosed.start())]
    put_together = _put_together(_VALUE.sub(_OPEN, filled))
    return [NOT_CONSTANT.format(near=put_together)] if put_together else []


def _put_together(emptied: str) -> str:
    """An address, up to the first value in it; empty where there is none that has one."""
    for run in _RUN.findall(emptied) if _OPEN in emptied else ():
        begun = _ADDRESS.search(run)
        if begun and _OPEN in run[begun.end() :]:
            return str(run[: run.index(_OPEN, begun.end())][-LONGEST_QUOTE:])
    return ""


def html_faults(cleaned: str) -> list[str]:
    """The same of HTML that was cleaned: of where its links lead, and of its words as a mail program shows them."""
    reader = _Reader()
    reader.feed(cleaned)
    reader.close()
    return list(dict.fromkeys([*reader.faults, *text_faults("".join(reader.words))]))


def targets_in(cleaned: str) -> set[int]:
    """Which links of the mail the links of HTML lead to."""
    reader = _Reader()
    reader.feed(cleaned)
    return reader.targets


def _bare(found: re.Match[str]) -> str:
    return _MARKS.sub("", found[0])


def _quoting(sentence: str, filled: str, place: int = 0) -> str:
    """The sentence with the words at the place that it is about."""
    before = re.split(r"[ \n]", filled[:place])[-1]
    after = re.split(r"[ \n]", filled[place:], maxsplit=1)[0]
    return sentence.format(near=_MARKS.sub("", _OWN.sub("{{ link }}", (before + after)[-LONGEST_QUOTE:])))


class _Reader(HTMLParser):
    """The words of HTML as they follow each other on a screen, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.faults: list[str] = []
        self.targets: set[int] = set()
        self.elsewhere = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.words.append("\n")
        if tag != "a":
            return
        target = dict(attrs).get("href") or ""
        own = _TARGET.fullmatch(target)
        self.elsewhere = "" if own else target
        if own and not own[2]:
            self.targets.add(int(own[1]))
        elif not own and _MARKS.search(target):
            self.faults.append(_quoting(NOT_EXACT, target))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.words.append("\n")
        elif tag == "a":
            self.elsewhere = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.elsewhere and _OWN.search(data):
            self.faults.append(_quoting(NOT_ITS_OWN, self.elsewhere))
