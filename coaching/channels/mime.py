"""A letter as the bytes of a mail: a text and its HTML twin, from the templates in `templates/mail`.

A header that is more than a short line of ASCII is written by the standard library, which refuses a line break in one;
texts that people wrote are brought onto one line before they stand in a header.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from coaching.channels.base import Letter
from coaching.channels.calendar_part import add_calendar
from coaching.channels.two_parts import write_address, write_headers, write_two_parts

LONGEST_SUBJECT = 150


class Text(NamedTuple):
    """What a mail says."""

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
    environment.filters.update(moment=_moment, until=_until, beside=_beside, ahead=_ahead)
    return environment


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


def render_mail(letter: Letter) -> Text:
    """The subject, which the text template sets, the text, and the HTML with its styles written into the elements."""
    values = {
        "name": letter.name,
        "link": letter.link,
        "facts": letter.facts,
        "timezone": letter.timezone,
        "written_at": letter.written_at,
        "is_synthetic": letter.facts.get("is_synthetic", False),
    }
    plain = _template(f"{letter.kind}.txt.jinja").make_module(values)
    subject = one_line(str(plain.subject))[:LONGEST_SUBJECT]  # type: ignore[attr-defined]
    html = _template(f"{letter.kind}.html.jinja").render(values, subject=subject)
    return Text(subject, str(plain).strip() + "\n", css_inline.inline(html))


def write_mail(letter: Letter, *, sender: str) -> bytes:
    """The whole mail, with CRLF, ready for a server."""
    text = render_mail(letter)
    headers = {
        "From": sender,
        "To": write_address(one_line(letter.name), letter.address),
        "Subject": text.subject,
        "Date": format_datetime(letter.written_at),
        "Message-ID": letter.message_id,
        # These two keep absence notes and other machines from answering.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if "unsubscribe" in letter.facts:
        # RFC 8058: the mail program has a button of its own, and posts to this address.
        headers["List-Unsubscribe"] = f"<{letter.facts['unsubscribe']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    boundary = f"=={letter.message_id.strip('<>').partition('@')[0]}=="
    if "calendar" not in letter.facts:
        return write_two_parts(headers, plain=text.plain, html=text.html, boundary=boundary)
    mail = EmailMessage(policy=SMTP)
    mail.set_content(text.plain, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(text.html, subtype="html", charset="utf-8", cte="quoted-printable")
    facts = letter.facts
    add_calendar(mail, facts["calendar"], method=facts["method"], sender=sender, link=letter.link)
    _set_boundaries(mail, boundary)
    return write_headers(headers) + mail.as_bytes()


def _set_boundaries(mail: EmailMessage, boundary: str) -> None:
    """Boundaries of our own, so that writing the same letter twice gives the same bytes."""
    mail.set_boundary(boundary)
    for part in mail.iter_parts():
        if part.is_multipart():
            part.set_boundary(f"{boundary}in==")


def one_line(words: str) -> str:
    """The words with every run of blanks and line breaks as one space, and nothing that a terminal would obey.

    What begins like an encoded word (RFC 2047) is parted: the standard library would decode it, line breaks and all,
    and write what it says into the header.
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split()).replace("=?", "= ?")


def _moment(iso: str, zone_name: str) -> str:
    """A stored moment as people read it, in their own zone, which is named."""
    local = _local(iso, zone_name)
    return f"{_day(local)}, {local:%H:%M} ({_place(zone_name)})"


def _until(iso: str, end: str, zone_name: str) -> str:
    """From a moment until another, in the reader's own zone; the end has its day where it is another one."""
    first, last = _local(iso, zone_name), _local(end, zone_name)
    to = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)}, {last:%H:%M}"
    return f"{_day(first)}, {first:%H:%M} to {to} ({_place(zone_name)})"


def _beside(iso: str, zone_name: str, own_zone: str) -> str:
    """The same moment in a session's zone, where its clocks show something else than the reader's own."""
    there, here = _local(iso, zone_name), _local(iso, own_zone)
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    day = "" if there.date() == here.date() else f"{_day(there)}, "
    return f"{day}{there:%H:%M} in {_place(zone_name)}"


def _ahead(iso: str, written_at: datetime) -> str:
    """How far ahead a moment is, as people say it: 2 days, 5 hours, 50 minutes. Counted from when the mail is written,
    which may be long after it was due."""
    minutes = max(round((datetime.fromisoformat(iso) - written_at).total_seconds() / 60), 1)
    hours = round(minutes / 60)
    # Within two minutes of the hour it is the hour: what is due a day before is written some seconds later.
    if minutes < 58:
        return _counted(minutes, "minute")
    return _counted(round(hours / 24), "day") if hours % 24 == 0 or hours > 48 else _counted(hours, "hour")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _place(zone_name: str) -> str:
    return zone_name.replace("_", " ")


def _local(iso: str, zone_name: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(ZoneInfo(zone_name))


def _day(local: datetime) -> str:
    return f"{local:%A} {local.day} {local:%B %Y}"
