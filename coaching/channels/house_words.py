"""Our own words for every kind of mail: a text and its HTML twin, from the templates in `templates/mail`."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from coaching.channels.base import Letter
from coaching.channels.moments import ahead, beside, day_of, moment, until

LONGEST_SUBJECT = 150


class Text(NamedTuple):
    """What a mail says. The HTML has its styles in its head."""

    subject: str
    plain: str
    html: str


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("coaching", "templates/mail"),
        autoescape=select_autoescape(["html.jinja"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(moment=moment, until=until, beside=beside, ahead=ahead, day_of=day_of)
    return environment


@cache
def house_template(name: str) -> Template:
    return _environment().get_template(name)


def render_usual(letter: Letter) -> Text:
    """The subject, the text, and the HTML."""
    values = values_for(letter)
    subject, plain = _text_of(letter, values)
    html = house_template(f"{letter.kind}.html.jinja").render(values, subject=subject)
    return Text(subject, plain.strip() + "\n", html)


def usual_subject(letter: Letter) -> str:
    """The subject that we would write."""
    return _text_of(letter, values_for(letter))[0]


def render_plain(letter: Letter) -> tuple[str, str]:
    """The subject and the text alone, for ways that know no HTML."""
    subject, plain = _text_of(letter, values_for(letter))
    return subject, plain.strip() + "\n"


def _text_of(letter: Letter, values: dict[str, Any]) -> tuple[str, str]:
    """The subject, which the text template sets, and the text."""
    plain = house_template(f"{letter.kind}.txt.jinja").make_module(values)
    return one_line(str(plain.subject))[:LONGEST_SUBJECT], str(plain)  # type: ignore[attr-defined]


def render_block(letter: Letter, name: str) -> str:
    """One block of the HTML alone; empty where this kind has none of that name."""
    template = house_template(f"{letter.kind}.html.jinja")
    block = template.blocks.get(name)
    return "".join(block(template.new_context(values_for(letter)))) if block else ""


def values_for(letter: Letter) -> dict[str, Any]:
    """What our own templates know of a letter."""
    return {
        "name": letter.name,
        "link": letter.link,
        "facts": letter.facts,
        "timezone": letter.timezone,
        "written_at": letter.written_at,
        "is_synthetic": letter.facts.get("is_synthetic", False),
        "medium": letter.medium,
    }


def one_line(words: str) -> str:
    """The words with every run of blanks and line breaks as one space, and nothing that a terminal would obey.

    What begins like an encoded word (RFC 2047) is parted: the standard library would decode it, line breaks and all,
    and write what it says into the header.
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split()).replace("=?", "= ?")
