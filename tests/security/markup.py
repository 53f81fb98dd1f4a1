"""Reads a page as a browser does, and finds what a strict content policy refuses and what nobody meant to be there."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

# What loads or leads somewhere.
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "hx-get", "hx-post"}
SAFE_SCHEMES = {"", "http", "https", "mailto"}
LOADED = {"script", "link", "use"}
# What our pages never have: one of them came out of somebody's text.
FOREIGN = {"img", "iframe", "object", "embed", "base", "source", "audio", "video", "marquee", "foreignobject"}


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.finds: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FOREIGN:
            self.finds.append(f"<{tag}>")
        given = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.finds.append(f"inline <{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith("on"):
                self.finds.append(f"{name}= in <{tag}>")
            if name in ADDRESSES:
                self._check_address(tag, name, value)

    def _check_address(self, tag: str, name: str, value: str) -> None:
        parts = urlsplit(value.strip())
        if parts.scheme.lower() not in SAFE_SCHEMES:
            self.finds.append(f"{name}={value!r} in <{tag}>")
        is_loaded = tag in LOADED and not (tag == "link" and name != "href")
        if is_loaded and not value.startswith("/assets/"):
            self.finds.append(f"<{tag}> loads {value!r}")
        if tag == "form" and (parts.scheme or parts.netloc):
            self.finds.append(f"a form sends to {value!r}")


def finds_in(page: str) -> list[str]:
    """Everything on the page that does not belong there."""
    finder = _Finder()
    finder.feed(page)
    finder.close()
    return finder.finds
