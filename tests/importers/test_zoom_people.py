"""Who is one person in a report, and who is not."""

from __future__ import annotations

from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import UNIQUE, join, joins, lines, minutes, summary, told, unique


def test_rejoins_merge_by_address_whatever_its_case() -> None:
    report = read_zoom_report(
        joins(
            join("Ann Lee", "Ann@Example.org", "02:00:00 PM", "02:30:00 PM", 30),
            join("Ann Lee", "ann@example.org", "02:20:00 PM", "02:50:00 PM", 30),
        )
    )
    assert [(person.email, person.minutes, person.rows) for person in report.people] == [
        ("Ann@Example.org", 50, (2, 3))
    ]


def test_rejoins_without_an_address_merge_by_name() -> None:
    report = read_zoom_report(
        joins(
            join("Ann Lee", "", "02:00:00 PM", "02:10:00 PM", 10),
            join("ann lee", "", "02:40:00 PM", "02:50:00 PM", 10),
            join("Ánn Lee", "", "02:40:00 PM", "02:50:00 PM", 10),
        )
    )
    assert minutes(report) == {"Ann Lee": 20, "Ánn Lee": 10}


def test_a_rejoin_that_lost_its_address_goes_to_the_one_of_that_name() -> None:
    report = read_zoom_report(
        joins(
            join("Ann Lee", "", "02:00:00 PM", "02:10:00 PM", 10),
            join("Ann Lee", "ann@example.org", "02:10:00 PM", "02:50:00 PM", 40),
        )
    )
    assert [(person.email, person.minutes) for person in report.people] == [("ann@example.org", 50)]
    assert told(report, "Rows without an address were added to the person of the same name: Ann Lee.")


def test_spellings_of_one_name_and_address_are_one_person_without_a_doubt() -> None:
    report = read_zoom_report(unique("Ann Lee,Ann@example.org,10,", "ANN LEE,ann@example.org,20,", "Ann Lee,,5,"))
    assert [(person.minutes, person.other_names) for person in report.people] == [(35, ())]


def test_two_addresses_of_one_name_leave_the_row_without_one_alone() -> None:
    report = read_zoom_report(unique("Ann Lee,a@example.org,10,", "Ann Lee,b@example.org,20,", "Ann Lee,,30,"))
    assert [person.minutes for person in report.people] == [10, 20, 30]


def test_one_address_under_two_names() -> None:
    report = read_zoom_report(
        joins(
            join("Ann Lee", "room@example.org", "02:00:00 PM", "02:30:00 PM", 30),
            join("Bob Ray", "room@example.org", "02:00:00 PM", "02:30:00 PM", 30),
        )
    )
    assert [(person.name, person.other_names, person.minutes) for person in report.people] == [
        ("Ann Lee", ("Bob Ray",), 30)
    ]
    assert told(report, "One address stands under more than one name: room@example.org.")


def test_figures_of_several_rows_add_up_to_no_more_than_the_meeting() -> None:
    head = summary("09/24/2021 11:00:00 AM", "09/24/2021 12:00:00 PM", 60, 2)
    rows = [
        UNIQUE,
        "Ann Lee,ann@example.org,30,",
        "Annie,ann@example.org,10,",
        "Bob,bob@example.org,50,",
        "Rob,bob@example.org,50,",
    ]
    report = read_zoom_report(lines(*head, *rows))
    assert minutes(report) == {"Ann Lee": 40, "Bob": 60}
    assert told(report, "the minutes of several rows were added up for Ann Lee, Bob")


def test_an_address_that_is_none_is_left_out() -> None:
    report = read_zoom_report(unique("Ann Lee,ann at home,30,", "Bob,n/a,20,", f"Cy,{'c' * 250}@example.org,10,"))
    assert [person.email for person in report.people] == ["", "", ""]
    assert told(report, "What stands as e-mail address is not one, and was left out: rows 2, 4.")
    assert told(report, "3 of 3 names have no e-mail address")


def test_an_address_without_a_name_is_a_person() -> None:
    assert minutes(read_zoom_report(unique(",ann@example.org,30,"))) == {"ann@example.org": 30}
