"""Every shape in which Zoom, and spreadsheets after it, write the report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coaching.importers.presence import Interval
from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import FIXTURES, SHARED_SAMPLE


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "variant", "encoding", "delimiter", "order", "people"),
    [
        ("header_joins.csv", "meeting-header + joins", "utf-8-sig", ",", "mdy",
         [("Nadia Host", 63), ("Amira Osei", 50), ("Tom", 60), ("O'Hara, Siân", 1)]),
        ("joins.csv", "joins", "utf-8-sig", ",", "mdy", [("Priya Raman", 60), ("Bo Lindqvist", 30)]),
        ("joins_without_guest.csv", "joins", "utf-8-sig", ",", "mdy", [("Priya Raman", 60), ("Bo Lindqvist", 30)]),
        ("header_unique.csv", "meeting-header + unique users", "utf-8-sig", ",", "mdy",
         [("Nadia Host", 75), ("Amira Osei", 72), ("Bo's iPad", 57)]),
        ("unique.csv", "unique users", "utf-8-sig", ",", None, [("Nadia Host", 75), ("Amira Osei", 72)]),
        ("newest_header_unique.csv", "meeting-header + unique users", "utf-8-sig", ",", "mdy",
         [("Nadia Host", 77), ("Amira Osei", 64)]),
        ("newest_joins.csv", "joins", "utf-8-sig", ",", "mdy", [("Nadia Host", 77), ("Amira Osei", 60)]),
        ("resaved_by_a_spreadsheet.csv", "meeting-header + joins", "utf-8", ",", "mdy",
         [("Nadia Host", 63), ("Amira Osei", 1)]),
        ("semicolons_day_first.csv", "joins", "cp1252", ";", "dmy", [("Zoë Müller", 60), ("Jürgen Groß", 30)]),
        ("tabs_utf16.csv", "joins", "utf-16-le", "\t", "mdy", [("Łucja Nowak", 60), ("مريم حداد", 30)]),
        ("meeting_columns.csv", "meeting columns + joins", "utf-8-sig", ",", "mdy",
         [("Nadia Host", 63), ("Amira Osei", 20)]),
        ("old_mac_line_ends.csv", "unique users", "utf-8-sig", ",", None, [("Nadia Host", 75), ("Amira Osei", 72)]),
    ],
)  # fmt: skip
def test_a_variant(name, variant, encoding, delimiter, order, people) -> None:
    report = read_zoom_report(fixture(name))
    assert report.format == "zoom"
    detected = (report.version, report.encoding, report.delimiter, report.date_order)
    assert detected == (variant, encoding, delimiter, order)
    assert [(person.name, person.minutes) for person in report.people] == people
    assert report.row_errors == {}


def test_the_meeting_and_its_people_in_local_time() -> None:
    report = read_zoom_report(fixture("header_joins.csv"))
    meeting = report.meeting
    assert meeting is not None
    assert (meeting.id, meeting.topic, meeting.host) == ("81200000001", "Coaching circle", "nadia.host@example.org")
    assert meeting.local_start == datetime(2024, 3, 14, 13, 58, 40)
    assert meeting.local_end == datetime(2024, 3, 14, 15, 1, 10)
    assert (meeting.starts_at, meeting.ends_at) == (None, None)
    assert (meeting.duration_minutes, meeting.participants) == (63, 7)
    amira = report.people[1]
    assert amira.rows == (6, 7, 8)
    assert amira.email == "amira.osei@example.org"
    assert amira.guest is True
    assert amira.intervals == (
        Interval(datetime(2024, 3, 14, 14, 0), datetime(2024, 3, 14, 14, 40)),
        Interval(datetime(2024, 3, 14, 14, 50), datetime(2024, 3, 14, 15, 0)),
    )
    assert amira.utc_intervals == ()
    assert (report.people[2].name, report.people[2].original_name) == ("Tom", "Tomasz Wolski")
    assert report.people[0].guest is False


def test_the_meeting_and_its_people_in_utc() -> None:
    report = read_zoom_report(fixture("header_joins.csv"), timezone="America/New_York")
    assert report.timezone == "America/New_York"
    assert report.meeting is not None
    assert report.meeting.starts_at == datetime(2024, 3, 14, 17, 58, 40, tzinfo=UTC)
    assert report.meeting.local_start == datetime(2024, 3, 14, 13, 58, 40)
    amira = report.people[1]
    assert amira.minutes == 50
    assert amira.utc_intervals[0] == Interval(
        datetime(2024, 3, 14, 18, 0, tzinfo=UTC), datetime(2024, 3, 14, 18, 40, tzinfo=UTC)
    )
    assert amira.intervals == read_zoom_report(fixture("header_joins.csv")).people[1].intervals


def test_the_newest_summary_names_its_host() -> None:
    meeting = read_zoom_report(fixture("newest_header_unique.csv")).meeting
    assert meeting is not None
    assert meeting.id == "81200000003"
    assert meeting.host == "Nadia Host (nadia.host@example.org)"
    assert meeting.local_end == datetime(2025, 6, 16, 16, 26, 31)


def test_a_meeting_repeated_in_every_row() -> None:
    report = read_zoom_report(fixture("meeting_columns.csv"))
    assert report.meeting is not None
    assert report.meeting.host == "nadia.host@example.org"
    assert report.meeting.duration_minutes == 63
    assert [person.email for person in report.people] == ["nadia.host@example.org", ""]


def test_a_rounded_meeting_number_is_said() -> None:
    report = read_zoom_report(fixture("resaved_by_a_spreadsheet.csv"))
    assert "A spreadsheet has rounded the meeting's ID." in report.warnings


def test_a_guessed_encoding_is_said() -> None:
    warnings = read_zoom_report(fixture("semicolons_day_first.csv")).warnings
    assert any("read as cp1252" in warning for warning in warnings)


@pytest.mark.skipif(not SHARED_SAMPLE.exists(), reason="the shared sample files are not here")
def test_the_shared_sample() -> None:
    report = read_zoom_report(SHARED_SAMPLE.read_bytes(), timezone="Europe/London")
    assert (report.version, report.encoding, report.date_order) == ("meeting-header + unique users", "utf-8-sig", "mdy")
    assert report.meeting is not None
    assert report.meeting.starts_at == datetime(2020, 9, 24, 10, 35, 16, tzinfo=UTC)
    assert report.meeting.duration_minutes == 75
    assert len(report.people) == 10
    assert [person.minutes for person in report.people] == [75, 72, 70, 73, 53, 60, 58, 54, 57, 57]
    assert (report.people[3].name, report.people[3].original_name) == ("Paul McCartney", "Wings")
    assert (report.people[9].name, report.people[9].original_name) == ("Eric's iPad", "Clapton")
    assert report.row_errors == {}
    assert report.may_be_cut
    assert report.warnings == (
        "The summary says 170 participants; the file has 10 rows. If people are missing, export the report again.",
        "The file does not name a time zone; its times were read as Europe/London.",
        "4 of 10 names have no e-mail address and can be matched by name only.",
    )
    assert report.sha256 == read_zoom_report(SHARED_SAMPLE.read_bytes()).sha256
