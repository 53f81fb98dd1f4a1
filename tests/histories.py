"""Random histories of an event: moved, cancelled, renamed, joined and left, with mails that wait, leave or are refused.

What somebody's calendar shows in the end, whatever order their mails came in, is compared with what holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from coaching.services.calendar_events import Copy, Meeting, Rule
from coaching.services.event_changes import Fate, Told, Wanted, after, differences, holds, make_plan, says
from coaching.services.event_rows import Event, SessionRow
from coaching.services.invite_mail import calendar_of
from tests.calendar_client import CalendarClient, read_calendar

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC")
# Across the changes of the clocks, a time that some of them skip included.
FIRSTS = (datetime(2026, 3, 8, 2, 30), datetime(2026, 3, 15, 1, 30), datetime(2026, 3, 10, 9, 0))
RULES = ("FREQ=WEEKLY;COUNT=5", "FREQ=DAILY;INTERVAL=3;COUNT=6", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260601T235900")
TITLES = ("Circle", "Circle, with cake; and\nmore", "Kreis \N{GREEK SMALL LETTER OMEGA}")
UID = "event@coaching.internal"


@dataclass
class History:
    """One person, one event, and all that happens to both."""

    rng: Random
    now: datetime = START
    is_in: bool = True
    sequence: int = -1
    rows: dict[int, Told] = field(default_factory=dict)
    waiting: str | None = None
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.event = _series(self.rng) if self.rng.random() < 0.7 else _lone(self.rng)

    def live(self, number: int) -> int:
        """Lets so many things happen, then everything arrive; the number of mails that left."""
        for _ in range(number):
            self.rng.choice((self.move, self.cancel, self.rename, self.come_or_go, self.wait, self.move))()
            self.tell()
            self.mail_goes()
        self.settle()
        return len(self.sent)

    def settle(self) -> None:
        """Nothing is refused any more, until there is nothing to tell."""
        while True:
            self.tell()
            if self.waiting is None:
                break
            self.leave_by(Fate.LEFT)

    def move(self) -> None:
        self._change(lambda one: _moved(one, self.rng.choice((-30, -1, 0.5, 3, 24, 200))))

    def rename(self) -> None:
        self._change(lambda one: replace(one, title=self.rng.choice(TITLES)))

    def cancel(self) -> None:
        number = self.rng.choice(list(self.event.sessions))
        self.event.sessions[number] = replace(self.event.sessions[number], is_on=False)

    def come_or_go(self) -> None:
        self.is_in = not self.is_in

    def wait(self) -> None:
        self.now += timedelta(days=self.rng.choice((1, 5, 20)))

    def _change(self, how: object) -> None:
        number = self.rng.choice(list(self.event.sessions))
        row = self.event.sessions[number]
        if row.is_on:
            self.event.sessions[number] = replace(row, meeting=how(row.meeting))  # type: ignore[operator]

    @property
    def wanted(self) -> Wanted:
        meetings = {number: row.meeting for number, row in self.event.sessions.items() if row.is_on and self.is_in}
        return Wanted(meetings, self.is_in)

    def tell(self) -> None:
        """As the service does: nothing where what is said holds, or else one mail in place of any that waits."""
        if not differences(says(self.rows), self.wanted, now=self.now):
            return
        self.waiting = None
        plan = make_plan(holds(self.rows), self.wanted, now=self.now)
        changed = after(self.rows, plan, self.wanted)
        if plan is not None:
            self.sequence += 1
            copy = Copy(UID, self.sequence, self.now, "Ann Author", "ann@example.org")
            self.waiting = calendar_of(self.event, plan, copy)
        self.rows = {number: row for number, row in (self.rows | changed).items() if row is not None}

    def mail_goes(self) -> None:
        """What waits leaves, is refused, or goes on waiting."""
        chance = self.rng.random()
        if self.waiting is not None and chance < 0.7:
            self.leave_by(Fate.LEFT if chance < 0.6 else Fate.LOST)

    def leave_by(self, fate: Fate) -> None:
        if fate is Fate.LEFT and self.waiting is not None:
            self.sent.append(self.waiting)
        self.waiting = None
        self.rows = {
            number: replace(row, fate=fate) if row.fate is Fate.WAITING else row for number, row in self.rows.items()
        }

    def faults(self) -> list[str]:
        """What is wrong in the end, in words; empty where nothing is."""
        client = CalendarClient()
        shuffled = self.rng.sample(self.sent, len(self.sent))
        for text in shuffled:
            client.receive(text)
        shown = [one for one in client.shows(UID) if one[0] > self.now]
        meant = [one for one in self._shown() if one[0] > self.now]
        found = [] if shown == meant else [f"shows {shown}, meant {meant}"]
        uids = {one.value("UID") for text in self.sent for one in read_calendar(text)[1]}
        return found + ([] if uids <= {UID} else [f"other UIDs: {uids}"])

    def _shown(self) -> list[tuple[datetime, datetime, str]]:
        meetings = self.wanted.meetings.values()
        return sorted((one.starts_at, one.ends_at, _escaped(one.title)) for one in meetings)


def _escaped(title: str) -> str:
    return title.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _moved(one: Meeting, hours: float) -> Meeting:
    by = timedelta(hours=hours)
    return replace(one, starts_at=one.starts_at + by, ends_at=one.ends_at + by)


def _session(number: int, at: datetime, zone: str, recurrence: datetime | None) -> SessionRow:
    starts_at = at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    meeting = Meeting(number, "Circle", "Room 4", "", starts_at, starts_at + timedelta(hours=1), zone, recurrence)
    return SessionRow(meeting, f"s{number}", None, None, True, "")


def _series(rng: Random) -> Event:
    first, zone, rule = rng.choice(FIRSTS), rng.choice(ZONES), rng.choice(RULES)
    given = list(rrulestr(rule, dtstart=first))
    left_out = set(rng.sample(given[1:], 1)) if rng.random() < 0.3 else set()
    sessions = {
        number: _session(number, at, zone, at) for number, at in enumerate(given, start=1) if at not in left_out
    }
    return Event(1, None, "event", "Circle", Rule(first, zone, 60, rule, tuple(given)), sessions)


def _lone(rng: Random) -> Event:
    at = datetime(2026, 3, 29, 3, 30) + timedelta(days=rng.randrange(20))
    return Event(None, 1, "event", "Circle", None, {1: _session(1, at, rng.choice(ZONES), None)})
