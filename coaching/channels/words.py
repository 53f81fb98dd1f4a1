"""Mails in the words of a programme: its templates filled in, within our layout and with our footer underneath."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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
from coaching.channels.markup import TAGS, as_text, cleaned, from_text, with_one_heading
from coaching.channels.own_links import (
    OwnLink,
    html_faults,
    numbers_in,
    revealed,
    sealed,
    targets_in,
    text_faults,
    without_marks,
)
from coaching.channels.placeholder_values import values_of
from coaching.channels.placeholders import LINK_EXAMPLE, PLACEHOLDERS, example_values, needed_links
from coaching.channels.sandbox import LONGEST_OUTPUT, TooLong, fill_in, ways_through
from coaching.channels.template_errors import WrongTemplate

SYNTHETIC = "Demo: everything here is synthetic data."
NEEDS_LINK = "Put {link} into it: without this link nobody can answer."
NO_LINK_IN_SUBJECT = "Leave the link out: a subject is shown where others can read it."
NOTHING_LEFT = "Nothing is left of it once it is filled in. Write a {field}."
NEEDS_HTML_LINK = "Put {link} into it, or leave the HTML empty: without this link nobody can answer."
HTML_LINK = '<a class="button" href="{}">Answer</a>'
_MANY_LINES = re.compile(r"\n\s*\n\s*\n+")
_TAG = re.compile(r"<([a-zA-Z][\w-]*)")
_NO_TARGET = re.compile(r"<a(?![^>]*\bhref=)[^>]*>")


def render_words(letter: Letter, words: Words) -> Text:
    """The letter in these words. Raises whatever is wrong with them: who sends has ours to fall back on.

    Why somebody gets the mail, and that the link is theirs alone, stands below in our words, whatever is above.
    """
    usual = values_of(letter, usual_subject=usual_subject(letter), news=as_text(render_block(letter, "news")))
    values, links = sealed(letter.kind, usual)
    subject = one_line(_subject(_filled("subject", letter.kind, words, values)))[:LONGEST_SUBJECT]
    body = _MANY_LINES.sub("\n\n", _whole("text", letter.kind, words, values, links).strip())
    if not subject or not body:
        raise WrongTemplate(
            NOTHING_LEFT.format(field="subject" if body else "text"), field="text" if subject else "subject"
        )
    html = _html(letter.kind, words, body, values, links)
    footer = render_block(letter, "footer")
    whole = house_template("words.html.jinja").render(
        values_for(letter),
        subject=subject,
        content=Markup(with_one_heading(html, subject)),  # noqa: S704  It was cleaned.
        footer=Markup(footer),  # noqa: S704  It is our own template's.
    )
    above = [SYNTHETIC] if letter.facts.get("is_synthetic") else []
    return Text(subject, "\n\n".join([*above, body, as_text(footer)]) + "\n", whole)


def _filled(field: str, kind: str, words: Words, values: Mapping[str, Any], way: int | None = None) -> str:
    """One of the texts with marks where its links are to stand; the HTML cleaned."""
    try:
        filled = fill_in(getattr(words, field), kind, values, is_html=field == "html", way=way)
    except WrongTemplate as error:
        error.field = field
        raise
    return cleaned(filled, own=LINK_EXAMPLE) if field == "html" else filled


def _subject(filled: str) -> str:
    if numbers_in(filled):
        raise WrongTemplate(NO_LINK_IN_SUBJECT, field="subject")
    return without_marks(filled)


def _whole(field: str, kind: str, words: Words, values: Mapping[str, Any], links: list[str]) -> str:
    """The same with its links, each of which stands where it carries nothing elsewhere."""
    is_html = field == "html"
    filled = _filled(field, kind, words, values)
    for fault in html_faults(filled) if is_html else text_faults(filled):
        raise WrongTemplate(fault, field=field)
    whole = revealed(filled, links, is_html=is_html)
    if len(whole) > LONGEST_OUTPUT:
        raise TooLong(field=field)
    return whole


def _html(kind: str, words: Words, body: str, values: Mapping[str, Any], links: list[str]) -> str:
    if words.html.strip():
        return _whole("html", kind, words, values, links)
    needed = {links[one.number] for one in needed_links(kind, values)}
    return cleaned(from_text(body, needed), own=next(iter(links), ""))


def faults_of(kind: str, words: Words) -> dict[str, list[str]]:
    """What is wrong with words for a kind of mail, by the field that can mend it; empty where they will do."""
    values, _links = sealed(kind, example_values(kind))
    faults: dict[str, list[str]] = {}
    for field, find in (("subject", _faults_of_subject), ("text", _faults_of_text), ("html", _faults_of_html)):
        try:
            found = find(kind, words, values) or _faults_of_ways(field, kind, words, values)
        except WrongTemplate as error:
            found = [str(error)]
        if found:
            faults[field] = found
    return faults


def _faults_of_ways(field: str, kind: str, words: Words, values: Mapping[str, Any]) -> list[str]:
    """What is wrong where a mail goes into branches that the example does not."""
    for way in range(ways_through(getattr(words, field))):
        filled = _filled(field, kind, words, values, way)
        if field == "subject":
            _subject(filled)
        found = html_faults(filled) if field == "html" else text_faults(filled)
        if found:
            return found
    return []


def _faults_of_subject(kind: str, words: Words, values: Mapping[str, Any]) -> list[str]:
    subject = one_line(_subject(_filled("subject", kind, words, values)))
    return [] if subject else [NOTHING_LEFT.format(field="subject")]


def _faults_of_text(kind: str, words: Words, values: Mapping[str, Any]) -> list[str]:
    filled = _filled("text", kind, words, values)
    if not (without_marks(filled).strip() or numbers_in(filled)):
        return [NOTHING_LEFT.format(field="text")]
    faults = text_faults(filled)
    if not _needed(kind, values) <= numbers_in(filled):
        faults.append(NEEDS_LINK.format(link=_link_written(kind, "{}")))
    return faults


def _faults_of_html(kind: str, words: Words, values: Mapping[str, Any]) -> list[str]:
    if not words.html.strip():
        return []
    kept = _filled("html", kind, words, values)
    faults = html_faults(kept)
    unknown = sorted({tag.lower() for tag in _TAG.findall(words.html)} - TAGS)
    if unknown:
        faults.append(
            f"Leave out {', '.join(f'<{tag}>' for tag in unknown)}: mails load nothing from elsewhere, and have our "
            f"layout. They may hold: {', '.join(sorted(TAGS))}."
        )
    if _NO_TARGET.search(kept):
        faults.append("A link in it leads nowhere that mails lead to. Use https://, mailto: or a link of the mail.")
    if not _needed(kind, values) <= targets_in(kept):
        faults.append(NEEDS_HTML_LINK.format(link=_link_written(kind, HTML_LINK)))
    return faults


def _needed(kind: str, values: Mapping[str, Any]) -> set[int]:
    return {one.number for one in needed_links(kind, values) if isinstance(one, OwnLink)}


def _link_written(kind: str, form: str) -> str:
    """How the link that people need is written; in a list, that of each line, within its loop."""
    for one in PLACEHOLDERS[kind]:
        if one.is_needed:
            return form.format(one.usage)
        if any(line.is_needed for line in one.lines):
            return f"{{% for one in {one.name} %}} {form.format('{{ one.link }}')} {{% endfor %}}"
    raise KeyError(kind)
