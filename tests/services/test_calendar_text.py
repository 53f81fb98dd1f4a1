"""The text of calendars, as two libraries read it that had no part in writing it: icalendar and vobject."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

from coaching.services.calendar_events import Copy, Meeting, Rule, until_in_utc, write_part, write_whole
from coaching.services.calendar_text import LONGEST_LINE, fold, on_clocks, time_zones, to_moment

WRITTEN = datetime(2026, 2, 1, 8, tzinfo=UTC)
HOSTILE = [
    "A, b; c \\ d\nATTENDEE:mailto:eve@example.org",
    "END:VEVENT\r\nEND:VCALENDAR",
    'Zoë "the coach": ' + "é" * 90,
    "\N{PARTY POPPER}" * 40,
    "a\u2028b\x85c\x0bd",
    "BEGIN:VEVENT",
    "\\n is no break",
]


def copy_of(name: str = "Ann Author") -> Copy:
    return Copy("event@coaching.internal", 3, WRITTEN, name, "ann@example.org")


def meeting(title: str = "Circle", zone: str = "Europe/London", **values: object) -> Meeting:
    start = datetime(2026, 7, 7, 8, tzinfo=UTC)
    return Meeting(1, title, str(values.get("place", "")), str(values.get("text", "")), start, start + span(60), zone)


def span(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def readable(words: str) -> str:
    """What is left of words in a calendar: one kind of line break, and nothing unseen."""
    for mark in ("\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"):
        words = words.replace(mark, "\n")
    return "".join(letter for letter in words if letter == "\n" or letter.isprintable() or ord(letter) > 0x9F)


def check_words(words: str) -> None:
    text = write_part(copy_of(words), None, [meeting(words, place=words, text=words)])
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= LONGEST_LINE
    assert "\n" not in "".join(lines)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    (other,) = vobject.readOne(text).vevent_list
    meant = readable(words)
    assert [str(event[name]) for name in ("SUMMARY", "LOCATION", "DESCRIPTION") if meant] == [meant] * (
        3 if meant else 0
    )
    assert other.summary.value == meant
    assert str(event["ATTENDEE"]) == "mailto:ann@example.org"
    assert str(event["ATTENDEE"].params["RSVP"]) == "FALSE"
    assert event["UID"] == other.uid.value == "event@coaching.internal"


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_wrote_is_one_value_whatever_is_in_it(words: str) -> None:
    check_words(words)


@settings(deadline=None, max_examples=60)
@given(words=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp")), min_size=1, max_size=120))
def test_any_words_come_back(words: str) -> None:
    check_words(words)


@given(words=st.text(max_size=300))
def test_a_folded_line_is_the_line(words: str) -> None:
    line = "X:" + words.replace("\r", "").replace("\n", "").encode("utf-8", "ignore").decode()
    folded = fold(line)
    assert folded.replace("\r\n ", "").removesuffix("\r\n") == line
    assert all(len(piece.encode()) <= LONGEST_LINE for piece in folded.split("\r\n"))


# Changes in both halves of the earth, by half an hour, backwards in winter, and none at all.
@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca", "Asia/Kolkata"],
)
def test_a_time_zone_is_what_the_database_of_zones_says(zone: str) -> None:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    (written,) = time_zones([zone], [first, datetime(2026, 12, 31, tzinfo=UTC)])
    read = tzical(io.StringIO(written)).get(zone)
    ours = ZoneInfo(zone)
    for moment in near_changes(ours, first):
        assert moment.astimezone(read).replace(tzinfo=None) == moment.astimezone(ours).replace(tzinfo=None), moment


def near_changes(zone: ZoneInfo, first: datetime) -> Iterator[datetime]:
    """Noon of every day of two years, and every half hour of the days around a change of the clocks."""
    for days in range(2 * 365):
        noon = first + timedelta(days=days, hours=12)
        yield noon
        if noon.astimezone(zone).utcoffset() != (noon + timedelta(days=1)).astimezone(zone).utcoffset():
            yield from (noon + timedelta(minutes=minutes) for minutes in range(0, 2 * 1440, 30))


def test_the_librarys_own_time_zone_begins_summer_an_hour_late() -> None:
    """Why the zones are written here. Should this fail one day, the library's can be used."""
    theirs = Timezone.from_tzid("Europe/London", first_date=WRITTEN.date(), last_date=datetime(2026, 12, 31).date())
    (summer,) = theirs.walk("DAYLIGHT")
    assert summer["DTSTART"].dt == datetime(2026, 3, 29, 2)
    assert datetime(2026, 3, 29, 1, tzinfo=UTC).astimezone(ZoneInfo("Europe/London")).dst()


@pytest.mark.parametrize(
    ("rule", "zone", "written"),
    [
        ("FREQ=WEEKLY;COUNT=4", "Europe/London", "FREQ=WEEKLY;COUNT=4"),
        ("FREQ=WEEKLY;UNTIL=20260701T090000", "Europe/London", "FREQ=WEEKLY;UNTIL=20260701T080000Z"),
        ("RRULE:FREQ=DAILY;UNTIL=20260701;INTERVAL=2", "Asia/Tokyo", "FREQ=DAILY;UNTIL=20260701T145959Z;INTERVAL=2"),
        ("FREQ=WEEKLY;UNTIL=20260701T080000Z", "Europe/London", "FREQ=WEEKLY;UNTIL=20260701T080000Z"),
    ],
)
def test_the_end_of_a_rule_is_in_utc(rule: str, zone: str, written: str) -> None:
    assert until_in_utc(rule, zone) == written


def test_a_series_across_a_change_is_its_rows_whoever_expands_it() -> None:
    """One session at a time that the clocks skip, one left out, one moved: the rule and what differs give the rows."""
    first, zone = datetime(2026, 3, 15, 1, 30), "Europe/London"
    given = tuple(rrulestr("FREQ=WEEKLY;COUNT=5", dtstart=first))
    rule = Rule(first, zone, 60, "FREQ=WEEKLY;COUNT=5", given)
    starts = {at: to_moment(at, zone) for at in given if at != given[1]}
    starts[given[3]] += timedelta(hours=5)
    held = [Meeting(n, "Circle", "", "", at, at + span(60), zone, key) for n, (key, at) in enumerate(starts.items())]
    text = write_whole(copy_of(), rule, held)
    assert on_clocks(starts[given[2]], zone) == datetime(2026, 3, 29, 2, 30)
    master, *apart = Calendar.from_ical(text).walk("VEVENT")
    left_out = {master["EXDATE"].dts[0].dt.replace(tzinfo=None)}
    expanded = set(rrulestr(master["RRULE"].to_ical().decode(), dtstart=first)) - left_out
    read = {at: at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in expanded}
    for event in apart:
        read[event["RECURRENCE-ID"].dt.replace(tzinfo=None)] = event["DTSTART"].dt.astimezone(UTC)
    assert read == starts
    assert {event["RECURRENCE-ID"].dt.replace(tzinfo=None) for event in apart} == {given[2], given[3]}
    other = vobject.readOne(text)
    assert [one.dtstart.value.astimezone(UTC) for one in other.vevent_list[1:]] == [starts[given[2]], starts[given[3]]]
