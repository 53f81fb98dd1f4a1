"""A letter as the bytes of a mail: a text and its HTML twin, in the programme's words or in ours.

A header that is more than a short line of ASCII is written by the standard library, which refuses a line break in one;
texts that people wrote are brought onto one line before they stand in a header.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import css_inline

from coaching.channels.base import Letter
from coaching.channels.calendar_part import add_calendar
from coaching.channels.house_words import Text, one_line, render_usual
from coaching.channels.two_parts import write_address, write_headers, write_two_parts
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
    if letter.facts.get("reply_to"):
        # Of a letter that a person wrote: the answer is for them, and not for the product.
        headers["Reply-To"] = write_address(one_line(letter.facts["by"]), letter.facts["reply_to"])
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
