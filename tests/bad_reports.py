"""Reports as they go wrong in real life, of a session on 9 March 2026 at 09:00 UTC: what each door has to say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

HELD_AT = datetime(2026, 3, 9, 9, tzinfo=UTC)
DAY = "03/09/2026"
HEAD = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,\r\n"
    "812,Circle,DAY 09:00:00 AM,DAY 10:00:00 AM,host@example.com,60,COUNT,\r\n\r\n"
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"
)
ROW = "{},,DAY 09:00:00 AM,DAY 10:00:00 AM,60,No\r\n"
NAMES = ("Participant Person", "Somebody Else", "Nobody Known")


def report(*names: str, day: str = DAY, count: int | None = None) -> str:
    """A whole report of these people, with joins and leaves."""
    text = HEAD.replace("COUNT", str(count or len(names))) + "".join(ROW.format(name) for name in names)
    return text.replace("DAY", day)


GOOD = report(*NAMES)


class Bad(NamedTuple):
    """A file, and what has to be said of it. One that `asks` is read, and recorded once somebody says it is meant."""

    data: bytes
    says: str
    asks: bool = False
    date_order: str = ""


BAD = {
    "empty": Bad(b"", "The file is empty."),
    "blank lines alone": Bad(b"\xef\xbb\xbf\r\n\r\n", "The file is empty."),
    "a PDF": Bad(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "This looks like a PDF document"),
    "far too many people": Bad(
        b"Name (original name),Email,Total duration (minutes),Guest\r\n"
        + b"".join(b"N%d,,55,No\r\n" % number for number in range(16_000)),
        "This report has 16,000 people, and a session takes 1,000 at most.",
    ),
    "another session's": Bad(
        report(*NAMES, day="03/16/2026").encode(),
        "This report is of a meeting on 16 March 2026; the session was on 9 March 2026.",
        asks=True,
    ),
    "another session's of the same day": Bad(
        GOOD.replace("09:00:00 AM", "03:00:00 PM").replace("10:00:00 AM", "04:00:00 PM").encode(),
        "This report is of a meeting from 15:00 to 16:00; the session was from 09:00 to 10:00 (UTC).",
        asks=True,
    ),
    "the wrong order of day and month": Bad(
        GOOD.encode(), "Read month first, its dates would be of that day: say how they are written.", True, "dmy"
    ),
    "no such order": Bad(
        report(*NAMES, day="03/16/2026").encode(), "No date in this file is possible day first.", date_order="dmy"
    ),
    "cut off in the middle of a row": Bad(
        GOOD.encode()[:-40], "This row is incomplete: the file ends in the middle of it.", asks=True
    ),
    "an impossible date": Bad(
        GOOD.replace("Somebody Else,,03/09", "Somebody Else,,13/45").encode(),
        "There is no such date as 13/45/2026.",
        True,
    ),
    "impossible dates alone": Bad(
        report(*NAMES, day="02/30/2026").encode(), "The day of the meeting cannot be read", asks=True
    ),
}
# Taken as they are, with a note of what is doubtful.
DOUBTFUL = {
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "it was read as utf-16-le"),
    "UTF-16 the other way round": (GOOD.encode("utf-16-be"), "it was read as utf-16-be"),
    "cut off between two rows": (
        report(*NAMES[:2], count=3).encode(),
        "The summary says 3 participants; the file has 2 rows.",
    ),
    "a summary that disagrees": (
        report(*NAMES, count=2).encode(),
        "The summary says 2 participants; the file has 3 rows.",
    ),
    "no zone": (GOOD.encode(), "The file does not name a time zone; its times were read as UTC."),
    "no addresses": (GOOD.encode(), "3 of 3 names have no e-mail address and can be matched by name only."),
}
