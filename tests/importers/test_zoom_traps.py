"""What goes wrong in real reports: each is named, and the rest of the file still counts."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import UNIQUE, WAITING, join, joins, lines, minutes, summary, told, unique

ANN = "Ann Lee,ann@example.org,30,Yes"


def test_the_missing_zone_is_said_where_there_are_times() -> None:
    timed = read_zoom_report(joins(join("Ann", "ann@example.org", "02:00:00 PM", "02:30:00 PM", 30)))
    assert timed.warnings == ("The file does not name a time zone; its times are shown as they stand.",)
    assert read_zoom_report(unique(ANN)).warnings == (
        "The file does not say when the meeting was. Check that it is the report of the meeting that you mean.",
    )


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("Bad,,,", "does not say how long"),
        ("Bad,,-5,", "negative"),
        ("Bad,,soon,", "not a number of minutes"),
        ("Bad,,1e3,", "not a number of minutes"),
        ("Bad,,999999,", "longer than a meeting can be"),
        (",,5,", "neither a name nor an e-mail address"),
        ("Bad, Row,,5,Yes", "more cells than there are headings"),
        ("Bad", "does not say how long"),
        ('"Bad,,5,', "quotation mark"),
    ],
)
def test_a_bad_row_is_named_and_hides_no_other(row: str, error: str) -> None:
    report = read_zoom_report(unique(ANN, row, "Bob Ray,,20,"))
    assert list(report.row_errors) == [3]
    assert error in report.row_errors[3]
    assert minutes(report) == {"Ann Lee": 30, "Bob Ray": 20}
    assert told(report, "1 row could not be read and is counted for nobody: row 3.")


@pytest.mark.parametrize(
    ("start", "end", "length", "error"),
    [
        ("02/30/2024 02:00:00 PM", "02:30:00 PM", "30", "no such date as 02/30/2024"),
        ("02:30:00 PM", "02:00:00 PM", "30", "leaves the meeting before it joins"),
        ("14/2024", "02:30:00 PM", "30", "not a date and time"),
        ("", "02:30:00 PM", "30", "a leave time but no join time"),
        ("02:00:00 PM", "", "", "neither a leave time nor a duration"),
        ("", "", "", "does not say how long"),
        ("03/10/2024 02:00:00 PM", "02:30:00 PM", "30", "further apart than a meeting can last"),
        ("02:00:00 PM", "02:30:00 PM", "-30", "negative"),
    ],
)
def test_bad_times_are_named_and_hide_no_other(start: str, end: str, length: str, error: str) -> None:
    row = join("Bad", "", start, end, length)
    report = read_zoom_report(joins(join("Ann", "", "02:00:00 PM", "02:30:00 PM", 30), row))
    assert error in report.row_errors[3]
    assert minutes(report) == {"Ann": 30}


def test_a_row_without_times_among_others_keeps_zooms_figure() -> None:
    report = read_zoom_report(
        joins(
            join("Ann", "", "02:00:00 PM", "02:30:00 PM", 30),
            join("Bob", "", "", "", 12),
            join("Cy", "", "02:00:00 PM", "", 9),
        )
    )
    assert minutes(report) == {"Ann": 30, "Bob": 12, "Cy": 9}
    assert told(report, "No join time, so the report's own minutes were taken: row 3.")
    assert told(report, "No leave time, so it was worked out from the duration: row 4.")


def test_times_that_do_not_fit_the_duration() -> None:
    report = read_zoom_report(joins(join("Ann", "", "02:00:00 PM", "02:30:00 PM", 55)))
    assert minutes(report) == {"Ann": 30}
    assert told(report, "Join and leave times do not fit the duration; the times were believed: row 2.")


@pytest.mark.parametrize(("length", "said"), [(28, False), (32, False), (33, True), (27, True)])
def test_two_minutes_are_no_difference(length: int, said: bool) -> None:
    report = read_zoom_report(joins(join("Ann", "", "02:00:00 PM", "02:30:00 PM", length)))
    assert told(report, "do not fit the duration") is said


def test_join_times_alone_leave_zooms_figure() -> None:
    head = "Name (Original Name),User Email,Join Time,Total Duration (Minutes)"
    report = read_zoom_report(lines(head, "Ann,,03/14/2024 02:00:00 PM,30"))
    assert report.version == "unique users"
    assert minutes(report) == {"Ann": 30}


def test_the_waiting_room_is_not_the_meeting() -> None:
    report = read_zoom_report(
        lines(
            WAITING,
            join("Ann", "", "01:50:00 PM", "02:00:00 PM", 10) + ",Yes",
            join("Ann", "", "02:00:00 PM", "02:30:00 PM", 30) + ",No",
            join("Bob", "", "01:50:00 PM", "02:30:00 PM", 40) + ",Yes",
        )
    )
    assert minutes(report) == {"Ann": 30}
    assert told(report, "Time in the waiting room is not counted: rows 2, 4.")


def test_everybody_in_the_waiting_room_is_a_report_of_nobody() -> None:
    report = read_zoom_report(lines(WAITING, join("Ann", "", "01:50:00 PM", "02:00:00 PM", 10) + ",Yes"))
    assert report.people == ()


def test_a_summary_that_disagrees_with_its_rows() -> None:
    head = summary("03/14/2024 02:00:00 PM", "03/14/2024 03:00:00 PM", 90, 7)
    rows = [
        join("Ann", "", "01:00:00 PM", "02:30:00 PM", 90),
        join("Bob", "", "02:00:00 PM", "04:00:00 PM", 120),
    ]
    report = read_zoom_report(lines(*head, *joins(*rows, encoding="utf-8").decode().splitlines()))
    assert told(report, "The summary says 7 participants; the file has 2 rows.")
    assert told(report, "The summary says that the meeting took 90 minutes; its start and end are 60 minutes apart.")
    assert told(report, "Times before the meeting's start or after its end: rows 5, 6.")
    assert told(report, "Some were there longer than the summary's 90 minutes: Bob.")


def test_a_summary_that_agrees_is_not_mentioned() -> None:
    head = summary("03/14/2024 02:00:00 PM", "03/14/2024 03:00:00 PM", 60, 2)
    report = read_zoom_report(lines(*head, UNIQUE, ANN, "Bob Ray,bob@example.org,60,"), timezone="UTC")
    assert report.warnings == ("The file does not name a time zone; its times were read as UTC.",)


@pytest.mark.parametrize(
    ("start", "end", "length", "said"),
    [
        ("soon", "03/14/2024 03:00:00 PM", "60", "start 'soon' is not a date and time"),
        ("02/31/2024 02:00:00 PM", "03/14/2024 03:00:00 PM", "60", "is not a date and time"),
        ("03/14/2024 03:00:00 PM", "03/14/2024 02:00:00 PM", "60", "end comes before its start"),
        ("03/14/2024 02:00:00 PM", "03/14/2024 03:00:00 PM", "an hour", "duration 'an hour' is not a number"),
    ],
)
@pytest.mark.parametrize("timezone", [None, "Europe/London"])
def test_a_bad_summary_hides_nobody(start: str, end: str, length: str, said: str, timezone: str | None) -> None:
    report = read_zoom_report(lines(*summary(start, end, length, 1), UNIQUE, ANN), timezone=timezone)
    assert minutes(report) == {"Ann Lee": 30}
    assert told(report, said)


def test_a_summary_without_a_duration_has_that_of_its_times() -> None:
    report = read_zoom_report(lines(*summary("03/14/2024 02:00:00 PM", "03/14/2024 03:00:00 PM", "", 1), UNIQUE, ANN))
    assert report.meeting is not None
    assert report.meeting.duration_minutes == 60


def test_names_of_every_kind() -> None:
    names = ["👩‍🎓 Zoe", "مريم حداد", "Ann\u202eeeL", "=1+1", "n" * 300, '"Lee\r\nAnn"', '"Lee, Ann ""Annie"""']
    report = read_zoom_report(unique(*(f"{name},,{number + 1}," for number, name in enumerate(names))))
    shown = [person.name for person in report.people]
    assert shown == ["👩‍🎓 Zoe", "مريم حداد", "AnneeL", "=1+1", "n" * 199 + "…", "Lee Ann", 'Lee, Ann "Annie"']


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_quoted_line_ends(end: str) -> None:
    report = read_zoom_report(unique(ANN, f'"Bob{end}Ray",,20,', "Cy,,10,", end=end))
    assert minutes(report) == {"Ann Lee": 30, "Bob Ray": 20, "Cy": 10}


@pytest.mark.parametrize("length", ["57.0", "57,0", "56.5", " 57 "])
def test_durations_as_spreadsheets_write_them(length: str) -> None:
    data = lines("Name (Original Name);User Email;Total Duration (Minutes)", f"Ann;;{length}")
    assert minutes(read_zoom_report(data)) == {"Ann": 57}


def test_a_file_cut_in_the_middle_of_a_row() -> None:
    report = read_zoom_report(unique(ANN, "Bob Ray,bob@example.org,20,Yes")[:-10])
    assert minutes(report) == {"Ann Lee": 30}
    assert "incomplete" in report.row_errors[3]


def test_a_file_cut_in_the_middle_of_a_character() -> None:
    whole = unique(ANN, "Zoë", encoding="utf-8")
    report = read_zoom_report(whole[:-3])
    assert minutes(report) == {"Ann Lee": 30}
    assert "incomplete" in report.row_errors[3]


def test_a_file_cut_in_the_first_character_of_a_row() -> None:
    report = read_zoom_report(unique(ANN, encoding="utf-16-le") + "Ł".encode("utf-16-le")[:1])
    assert minutes(report) == {"Ann Lee": 30}
    assert "incomplete" in report.row_errors[3]


def test_a_file_cut_in_its_last_cell_gets_a_hint() -> None:
    report = read_zoom_report(unique(ANN)[:-3])
    assert minutes(report) == {"Ann Lee": 30}
    assert told(report, "does not end with a line break")
    assert report.may_be_cut
    assert "does not end with a line break" in report.warnings[0]
    assert not read_zoom_report(unique(ANN)).may_be_cut


@pytest.mark.parametrize("whole", [True, False])
def test_cutting_a_report_anywhere_never_invents_minutes(whole: bool) -> None:
    head = summary("03/14/2024 02:00:00 PM", "03/14/2024 03:00:00 PM", 60, 2) if whole else ()
    rows = [f"Name {number},n{number}@example.org,{number + 20},Yes" for number in range(5)]
    data = lines(*head, UNIQUE, *rows)
    full = minutes(read_zoom_report(data))
    first = data.index(b"Name 0")
    for end in range(first + 20, len(data)):
        part = read_zoom_report(data[:end])
        assert minutes(part).items() <= full.items()
        assert len(part.people) + len(part.row_errors) == data[first:end].rstrip(b"\r\n").count(b"\n") + 1


def test_the_hour_that_comes_twice() -> None:
    row = "Ann,,10/27/2024 01:50:00 AM,10/27/2024 01:10:00 AM,20,Yes"
    report = read_zoom_report(joins(row), timezone="Europe/London")
    assert minutes(report) == {"Ann": 20}
    assert report.people[0].utc_intervals[0].start == datetime(2024, 10, 27, 0, 50, tzinfo=UTC)
    assert told(report, "A clock change made a local time occur twice")
    assert "before it joins" in read_zoom_report(joins(row)).row_errors[2]


def test_a_meeting_that_starts_in_the_hour_that_comes_twice() -> None:
    head = summary("10/27/2024 01:30:00 AM", "10/27/2024 03:00:00 AM", 150, 1)
    report = read_zoom_report(lines(*head, UNIQUE, ANN), timezone="Europe/London")
    assert report.meeting is not None
    assert report.meeting.starts_at == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert told(report, "start or end falls on a clock change")


def test_the_hour_that_never_was() -> None:
    report = read_zoom_report(
        joins("Ann,,03/31/2024 01:30:00 AM,03/31/2024 02:30:00 AM,60,Yes"), timezone="Europe/London"
    )
    assert told(report, "A clock change skipped a local time")


def test_minutes_across_a_clock_change_are_real_minutes() -> None:
    data = joins("Ann,,03/31/2024 12:30:00 AM,03/31/2024 03:30:00 AM,120,Yes")
    assert minutes(read_zoom_report(data, timezone="Europe/London")) == {"Ann": 120}
    assert told(read_zoom_report(data), "Join and leave times do not fit the duration")


def test_twenty_thousand_rows_in_about_a_second() -> None:
    clock = [f"{hour:02d}:{minute:02d}:{hour:02d} PM" for hour in range(1, 12) for minute in range(60)]
    rows = [
        join(f"Persön {number % 7000} (Name {number % 7000})", f"p{number % 7000}@example.org" if number % 3 else "",
             clock[number % 300], clock[300 + number % 300], 300)
        for number in range(20_000)
    ]  # fmt: skip
    data = joins(*rows)
    best = 99.0
    for _ in range(2):
        start = time.process_time()
        report = read_zoom_report(data, timezone="Europe/London")
        best = min(best, time.process_time() - start)
    assert report.row_errors == {}
    assert best < 2.5  # Usually about 1 s; the slack is for a loaded machine.
