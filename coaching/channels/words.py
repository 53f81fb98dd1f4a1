"""Mails in the words of a programme: its templates filled in, within our layout and with our footer underneath."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from coaching.channels.base import Letter, Words
from coaching.channels.house_words import (
    LONGEST_SUBJECT,
    Text,
    house_template,
    one_line,
    render_block,
    usual_subject,
    values_for,
)
from coaching.channels.markup import TAGS, as_text, cleaned, from_text, links_in, with_one_heading
from coaching.channels.placeholders import LINK_EXAMPLE, PLACEHOLDERS, example_values, needed_links, values_of
from coaching.channels.sandbox import TooLong, WrongTemplate, fill_in

SYNTHETIC = "Demo: everything here is synthetic data."
NEEDS_LINK = "Put {link} into it: without this link nobody can answer."
NEEDS_HTML_LINK = "Put {link} into it, or leave the HTML empty: without this link nobody can answer."
HTML_LINK = '<a class="button" href="{}">Answer</a>'
_MANY_LINES = re.compile(r"\n\s*\n\s*\n+")
_TAG = re.compile(r"<([a-zA-Z][\w-]*)")
_NO_TARGET = re.compile(r"<a(?![^>]*\bhref=)[^>]*>")


def render_words(letter: Letter, words: Words) -> Text:
    """The letter in these words. Raises whatever is wrong with them: who sends has ours to fall back on.

    Why somebody gets the mail, and that the link is theirs alone, stands below in our words, whatever is above.
    """
    kind = letter.kind
    values = values_of(letter, usual_subject=usual_subject(letter), news=as_text(render_block(letter, "news")))
    subject = one_line(fill_in(words.subject, kind, values, is_html=False))[:LONGEST_SUBJECT]
    body = _MANY_LINES.sub("\n\n", fill_in(words.text, kind, values, is_html=False).strip())
    if not subject or not body:
        raise ValueError("Nothing is left of the subject or of the text.")
    html = _html(words.html, body, kind, values)
    footer = render_block(letter, "footer")
    whole = house_template("words.html.jinja").render(
        values_for(letter),
        subject=subject,
        content=Markup(with_one_heading(html, subject)),  # noqa: S704  It was cleaned.
        footer=Markup(footer),  # noqa: S704  It is our own template's.
    )
    above = [SYNTHETIC] if letter.facts.get("is_synthetic") else []
    return Text(subject, "\n\n".join([*above, body, as_text(footer)]) + "\n", whole)


def _html(source: str, body: str, kind: str, values: Mapping[str, Any]) -> str:
    links = needed_links(kind, values)
    html = fill_in(source, kind, values, is_html=True) if source.strip() else from_text(body, links)
    return cleaned(html, own=next(iter(links), ""))


def faults_of(kind: str, words: Words) -> dict[str, list[str]]:
    """What is wrong with words for a kind of mail, by the field that can mend it; empty where they will do."""
    values = example_values(kind)
    faults: dict[str, list[str]] = {}
    filled: dict[str, str] = {}
    for field, is_html in (("subject", False), ("text", False), ("html", True)):
        try:
            filled[field] = fill_in(getattr(words, field), kind, values, is_html=is_html)
        except (WrongTemplate, TooLong) as error:
            faults[field] = [str(error)]
        except (TemplateError, TypeError, ValueError, SyntaxError) as error:
            faults[field] = [f"It cannot be filled in: {error}"]
    if "subject" in filled and not one_line(filled["subject"]):
        faults["subject"] = ["Nothing is left of it once it is filled in. Write a subject."]
    if "text" in filled:
        faults |= _faults_of_text(kind, filled["text"], values)
    if "html" in filled and words.html.strip():
        faults |= _faults_of_html(kind, words.html, filled["html"], values)
    return faults


def _faults_of_text(kind: str, text: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    if not text.strip():
        return {"text": ["Nothing is left of it once it is filled in. Write a text."]}
    missing = {link for link in needed_links(kind, values) if link not in text}
    return {"text": [NEEDS_LINK.format(link=_link_written(kind, "{}"))]} if missing else {}


def _faults_of_html(kind: str, source: str, filled: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    faults = []
    unknown = sorted({tag.lower() for tag in _TAG.findall(source)} - TAGS)
    if unknown:
        faults.append(
            f"Leave out {', '.join(f'<{tag}>' for tag in unknown)}: mails load nothing from elsewhere, and have our "
            f"layout. They may hold: {', '.join(sorted(TAGS))}."
        )
    kept = cleaned(filled, own=LINK_EXAMPLE)
    if _NO_TARGET.search(kept):
        faults.append("A link in it leads nowhere that mails lead to. Use https://, mailto: or a link of the mail.")
    if not needed_links(kind, values) <= links_in(kept):
        faults.append(NEEDS_HTML_LINK.format(link=_link_written(kind, HTML_LINK)))
    return {"html": faults} if faults else {}


def _link_written(kind: str, form: str) -> str:
    """How the link that people need is written; in a list, that of each line, within its loop."""
    for one in PLACEHOLDERS[kind]:
        if one.is_link:
            return form.format(one.usage)
        if any(line.is_link for line in one.lines):
            return f"{{% for one in {one.name} %}} {form.format('{{ one.link }}')} {{% endfor %}}"
    raise KeyError(kind)
