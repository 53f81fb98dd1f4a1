"""The calendar in a mail: given its organiser, who is the sender, and beside the text as its own part and as a file."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import parseaddr

# Only at the start of a line: what people wrote never stands there.
_BEGIN = re.compile(r"^BEGIN:VEVENT\r\n", re.MULTILINE)
FILE_NAME = "invite.ics"
LONGEST_LINE = 75


def add_calendar(mail: EmailMessage, calendar: str, *, method: str, sender: str, link: str) -> None:
    """Adds the calendar as the last alternative, which calendars read, and as a file for those that read only files.

    Both are base64, so that its lines arrive as they were folded.
    """
    whole = organised(calendar, sender=sender, link=link).encode()
    # Its parameters say which character set and which method, as the calendar itself does.
    mail.add_alternative(whole, maintype="text", subtype="calendar", params={"charset": "utf-8", "method": method})
    mail.add_attachment(whole, maintype="application", subtype="ics", filename=FILE_NAME)


def organised(calendar: str, *, sender: str, link: str) -> str:
    """The calendar with who organises it, and where the answer goes, in every event."""
    name, address = parseaddr(sender)
    quoted = name.replace('"', "'")
    organizer = f'ORGANIZER;CN="{quoted}":mailto:{address}' if quoted else f"ORGANIZER:mailto:{address}"
    lines = [organizer, *([f"URL:{link}"] if link else [])]
    return _BEGIN.sub(lambda found: found[0] + "".join(map(_folded, lines)), calendar)


def _folded(line: str) -> str:
    """Names of senders and addresses are short and plain, so that letters can be counted for octets."""
    pieces = [line[:LONGEST_LINE]]
    pieces += [line[start : start + LONGEST_LINE - 1] for start in range(LONGEST_LINE, len(line), LONGEST_LINE - 1)]
    return "\r\n ".join(pieces) + "\r\n"
