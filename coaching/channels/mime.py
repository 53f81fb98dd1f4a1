"""A letter as the bytes of a mail: a text and its HTML twin, in the programme's words or in ours.

Headers are set through the standard library's EmailMessage alone, which refuses a line break in one; texts that people
wrote are brought onto one line before they stand in a header.
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import css_inline

from coaching.channels.base import Letter
from coaching.channels.calendar_part import add_calendar
from coaching.channels.house_words import Text, one_line, render_usual
from coaching.channels.words import render_words


def render_mail(letter: Letter) -> Text:
    """What the mail says, in the programme's words or in ours, with the styles written into the elements.

    Words of a programme that cannot be filled in lose no mail: ours take their place, and the fault is noted with them.
    """
    text = _in_own_words(letter) or render_usual(letter)
    return text._replace(html=css_inline.inline(text.html))


def _in_own_words(letter: Letter) -> Text | None:
    if letter.words is None:
        return None
    try:
        return render_words(letter, letter.words)
    except Exception as error:
        # Whatever people wrote, the mail leaves. The error is named and not shown, because its text may quote it.
        letter.words.fault = type(error).__name__
        return None


def write_mail(letter: Letter, *, sender: str) -> bytes:
    """The whole mail, with CRLF, ready for a server."""
    text = render_mail(letter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(one_line(letter.name), addr_spec=letter.address)
    mail["Subject"] = text.subject
    mail["Date"] = format_datetime(letter.written_at)
    mail["Message-ID"] = letter.message_id
    # These two keep absence notes and other machines from answering.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if "unsubscribe" in letter.facts:
        # RFC 8058: the mail program has a button of its own, and posts to this address.
        mail["List-Unsubscribe"] = f"<{letter.facts['unsubscribe']}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text.plain, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(text.html, subtype="html", charset="utf-8", cte="quoted-printable")
    if "calendar" in letter.facts:
        facts = letter.facts
        add_calendar(mail, facts["calendar"], method=facts["method"], sender=sender, link=letter.link)
    _set_boundaries(mail, f"=={letter.message_id.strip('<>').partition('@')[0]}==")
    return mail.as_bytes()


def _set_boundaries(mail: EmailMessage, boundary: str) -> None:
    """Boundaries of our own, so that writing the same letter twice gives the same bytes."""
    mail.set_boundary(boundary)
    for part in mail.iter_parts():
        if part.is_multipart():
            part.set_boundary(f"{boundary}in==")
