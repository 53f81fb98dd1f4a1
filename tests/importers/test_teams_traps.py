"""What goes wrong in real reports of Teams: each is named, and the rest of the file still counts."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest

from coaching.errors import Invalid
from coaching.importers.teams import read_teams_report
from tests.importers.builders import EVENTS, event, full_names, lines, minutes, person, stay, teams, told

ANN = stay("Ann Lee", "14:00:00", "14:30:00", "30m", "ann@example.org")


def test_the_missing_zone_is_said() -> None:
    report = read_teams_report(full_names(ANN))
    assert report.warnings == ("The file does not name a time zone; its times are shown as they stand.",)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (stay("Bad", "", "", ""), "does not say how long"),
        (stay("Bad", "", "", "soon"), "not a length of time"),
        (stay("Bad", "", "", "5m 5m"), "not a length of time"),
        (stay("Bad", "", "", "-5m"), "not a length of time"),
        (stay("Bad", "", "", "999h"), "longer than a meeting can be"),
        (stay("", "14:00:00", "14:30:00", "30m"), "neither a name nor an e-mail address"),
        (ANN + "\tmore", "more cells than there are headings"),
        (stay("Bad", "30/02/2024, 14:00:00", "14:30:00", "30m"), "no such date as 30/02/2024"),
        (stay("Bad", "14:30:00", "14:00:00", "30m"), "leaves the meeting before it joins"),
        (stay("Bad", "soon", "14:30:00", "30m"), "not a date and time"),
        (stay("Bad", "", "14:30:00", "30m"), "a leave time but no join time"),
        (stay("Bad", "14:00:00", "", ""), "neither a leave time nor a duration"),
        (stay("Bad", "10/03/2024, 14:00:00", "14:30:00", "30m"), "further apart than a meeting can last"),
        (f'"{stay("Bad", "14:00:00", "14:30:00", "30m")}', "quotation mark"),
    ],
)
def test_a_bad_row_is_named_and_hides_no_other(row: str, error: str) -> None:
    report = read_teams_report(full_names(ANN, row, stay("Bob Ray", "14:00:00", "14:20:00", "20m")))
    assert list(report.row_errors) == [3]
    assert error in report.row_errors[3]
    assert minutes(report) == {"Ann Lee": 30, "Bob Ray": 20}


def test_a_count_that_is_not_that_of_the_rows() -> None:
    report = read_teams_report(teams([person("Ann", "14:00:00", "14:30:00", "30m")], count=7))
    assert told(report, "The summary says 7 participants; the file has 1 row.")


def test_stays_that_do_not_come_to_what_the_participants_say() -> None:
    people = [person("Ann", "14:00:00", "14:50:00", "50m"), person("Bob (Guest)", "14:00:00", "14:50:00", "30m")]
    stays = [stay("Ann", "14:00:00", "14:30:00", "30m"), stay("Bob (Guest)", "14:00:00", "14:30:00", "30m")]
    report = read_teams_report(teams(people, stays, count=2))
    assert minutes(report) == {"Ann": 30, "Bob": 30}
    assert told(report, "Stays come to another length than the list of participants says; they were believed: Ann.")


def test_a_participant_without_stays_keeps_the_reports_figure() -> None:
    people = [
        person("Ann", "14:00:00", "14:50:00", "20m", "ann@example.org"),
        person("Bob", "14:00:00", "14:50:00", "20m", "bob@example.org"),
    ]
    report = read_teams_report(teams(people, [stay("Bob", "14:30:00", "14:50:00", "20m", "bob@example.org")], count=2))
    assert minutes(report) == {"Bob": 20, "Ann": 20}
    assert told(report, "Not among the in-meeting activities, so the row among the participants was taken: row 11.")
    assert told(report, "Away in between, but not said when, so the report's own minutes were taken: row 11.")


def test_two_devices_at_once_count_once() -> None:
    people = [person("Ann", "14:00:00", "14:40:00", "1h 10m", upn="ann@example.org")]
    stays = [stay("Ann", "14:00:00", "14:40:00", "40m"), stay("Ann", "14:10:00", "14:40:00", "30m")]
    report = read_teams_report(teams(people, stays))
    assert [(one.email, one.minutes) for one in report.people] == [("ann@example.org", 40)]


def test_who_was_still_there_when_the_report_was_made() -> None:
    report = read_teams_report(full_names(ANN, stay("Bob", "14:00:00", "", "12m 5s")))
    assert minutes(report) == {"Ann Lee": 30, "Bob": 13}
    assert told(report, "No leave time, so it was worked out from the duration: row 3.")


@pytest.mark.parametrize(
    ("name", "shown", "original", "guest"),
    [
        ("Ann Lee (Unverified)", "Ann Lee", "", True),
        ("Ann Lee (External)", "Ann Lee", "", True),
        ("Ann Lee (guest) (Unverified)", "Ann Lee", "", True),
        ("Ann Lee (Nicht überprüft)", "Ann Lee", "", True),
        ("Ann Lee (ICU) (External)", "Ann Lee", "ICU", True),
        ("Ann Lee (EXT)", "Ann Lee", "EXT", None),
        ("(Guest)", "(Guest)", "", None),
    ],
)
def test_marks_behind_a_name(name: str, shown: str, original: str, guest: bool | None) -> None:
    (one,) = read_teams_report(full_names(stay(name, "14:00:00", "14:30:00", "30m"))).people
    assert (one.name, one.original_name, one.guest) == (shown, original, guest)


def test_an_unverified_name_is_not_taken_for_the_verified_one() -> None:
    rows = (ANN, stay("Ann Lee (Unverified)", "14:30:00", "14:50:00", "20m"))
    assert [one.minutes for one in read_teams_report(full_names(*rows)).people] == [30, 20]


def test_an_address_that_is_none() -> None:
    people = [
        person("Ann", "14:00:00", "14:30:00", "30m", "at home", "ann@example.org"),
        person("Bob", "14:00:00", "14:30:00", "30m", "at home", "i:0#.f|bob"),
    ]
    report = read_teams_report(teams(people, count=2))
    assert [one.email for one in report.people] == ["ann@example.org", ""]
    assert told(report, "What stands as e-mail address is not one, and was left out: row 12.")


def events(*rows: str) -> bytes:
    return lines(EVENTS, *rows)


def test_two_devices_that_come_and_go_apart() -> None:
    report = read_teams_report(
        events(
            event("Ann", "Joined", "14:00:00"), event("Ann", "Joined", "14:10:00"), event("Ann", "Left", "14:20:00"),
            event("Ann", "Left", "14:40:00"), event("Ann", "Joined", "14:50:00"), event("Ann", "Left", "15:00:00"),
        )
    )  # fmt: skip
    assert minutes(report) == {"Ann": 50}


def test_a_lost_going_invents_no_minutes() -> None:
    report = read_teams_report(
        events(
            event("Ann", "Joined", "14:00:00"), event("Ann", "Joined", "14:05:00"), event("Ann", "Left", "14:20:00"),
            event("Ann", "Joined", "14:50:00"), event("Ann", "Left", "15:00:00"), event("Bob", "Joined", "14:00:00"),
            event("Bob", "Left", "15:30:00"),
        )
    )  # fmt: skip
    assert minutes(report) == {"Ann": 30, "Bob": 90}


def test_a_going_too_many_adds_nothing() -> None:
    rows = (event("Ann", "Joined", "14:00:00"), event("Ann", "Left", "14:10:00"), event("Ann", "Left", "14:40:00"))
    report = read_teams_report(events(*rows))
    assert minutes(report) == {"Ann": 10}
    assert told(report, "A leave time without a join time before it is left out: row 4.")


def test_who_never_went_and_who_never_came() -> None:
    report = read_teams_report(
        events(
            event("Ann", "Joined before", "14:00:00"), event("Bob", "Left", "14:10:00"),
            event("Cy", "Joined", "14:00:00"), event("Cy", "Left", "14:30:00"), event("Di", "Joined", "14:30:00"),
            event("Eve", "Waved", "14:30:00"),
        )
    )  # fmt: skip
    assert minutes(report) == {"Ann": 30, "Cy": 30, "Di": 1}
    assert told(report, "No leave time, so they count up to the last line of the report: rows 2, 6.")
    assert told(report, "A leave time without a join time before it is left out: row 3.")
    assert report.row_errors == {7: "The action 'Waved' is neither a coming nor a going."}


def test_an_open_date_is_asked_about_in_english_and_spanish_only() -> None:
    def cut(heading: str) -> bytes:
        return lines(heading, "Ann\t3/4/2024, 14:00:00\t3/4/2024, 14:30:00\t30m")

    for heading in ("Full Name\tJoin Time\tLeave Time\tDuration", "Nombre\tHora de unión\tHora de salida\tDuración"):
        with pytest.raises(Invalid, match="03/04/2024 is 4 March 2024 or 3 April 2024") as refusal:
            read_teams_report(cut(heading))
        assert set(refusal.value.messages) == {"date_order"}
    english = cut("Full Name\tJoin Time\tLeave Time\tDuration")
    assert read_teams_report(english, date_order="dmy").people[0].intervals[0].start == datetime(2024, 4, 3, 14)
    assert read_teams_report(english, expected_day=date(2024, 3, 4)).date_order == "mdy"
    german = cut("Name\tBeitrittszeit\tVerlassen um\tDauer")
    assert read_teams_report(german, expected_day=date(2024, 3, 4)).date_order == "dmy"
    same_both_ways = lines("Name\tBeitrittszeit\tVerlassen um", "Ann\t11.11.2024, 14:00:00\t11.11.2024, 14:30:00")
    assert read_teams_report(same_both_ways).date_order == "dmy"
    assert read_teams_report(german, date_order="mdy").people[0].intervals[0].start == datetime(2024, 3, 4, 14)


def test_the_hour_that_comes_twice() -> None:
    row = stay("Ann", "27/10/2024, 01:50:00", "27/10/2024, 01:10:00", "20m")
    report = read_teams_report(full_names(row), timezone="Europe/London")
    assert minutes(report) == {"Ann": 20}
    assert report.people[0].utc_intervals[0].start == datetime(2024, 10, 27, 0, 50, tzinfo=UTC)
    assert told(report, "A clock change made a local time occur twice")


@pytest.mark.parametrize("with_stays", [True, False])
def test_cutting_a_report_anywhere_never_invents_minutes(with_stays: bool) -> None:
    people = [person(f"Name {n}", "14:00:00", f"14:{n + 30}:00", f"{n + 20}m", f"n{n}@example.org") for n in range(4)]
    stays = [stay(f"Name {n}", f"14:{n + 10}:00", f"14:{n + 30}:00", "20m", f"n{n}@example.org") for n in range(4)]
    data = teams(people, stays if with_stays else ())
    most = {f"Name {n}": n + 20 for n in range(4)}
    first = data.index(b"Name 0")
    for end in range(first + 60, len(data), 3):
        found = minutes(read_teams_report(data[:end]))
        assert all(found[name] <= most[name] for name in found), end


def test_activities_under_unknown_headings() -> None:
    data = teams([person("Ann", "14:00:00", "14:50:00", "20m")], [ANN]).replace(b"Join time", b"???")
    report = read_teams_report(data)
    assert minutes(report) == {"Ann": 20}
    assert told(report, "The in-meeting activities could not be read")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_a_file_without_a_mark(encoding: str) -> None:
    data = full_names(stay("Zoë Müller", "14:00:00", "14:30:00", "30m"), ANN, encoding=encoding)
    assert minutes(read_teams_report(data)) == {"Zoë Müller": 30, "Ann Lee": 30}


def test_twenty_thousand_rows_in_about_a_second() -> None:
    people = [
        person(f"Persön {n} (Guest)", "14:00:00", "14:59:00", "40m", f"p{n}@example.org" if n % 3 else "")
        for n in range(7_000)
    ]
    stays = [
        stay(f"Persön {n % 7000} (Guest)", f"14:{n % 30:02d}:{n % 60:02d}", f"14:{30 + n % 30:02d}:00", "30m")
        for n in range(12_900)
    ]
    data = teams(people, stays, count=7_000, encoding="utf-16")
    best = 99.0
    for _ in range(2):
        start = time.process_time()
        report = read_teams_report(data, timezone="Europe/London")
        best = min(best, time.process_time() - start)
    assert report.row_errors == {}
    assert len(report.people) == 7_000
    assert best < 2.5  # Usually about 1 s; the slack is for a loaded machine.
