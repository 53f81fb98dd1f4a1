"""Every shape and language in which Teams, and spreadsheets after it, write the report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coaching.importers.presence import Interval
from coaching.importers.reports import read_report
from coaching.importers.teams import read_teams_report
from tests.importers.builders import FIXTURES, TEAMS_SAMPLE, full_names, lines, minutes, stay


def fixture(name: str) -> bytes:
    return (FIXTURES / "teams" / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "variant", "encoding", "delimiter", "order", "people"),
    [
        ("sections_english_us.csv", "sections with activities, English", "utf-16-le", "\t", "mdy",
         [("Nadia Host", 63), ("Osei, Amira", 50), ("Tom", 30), ("Bo Lindqvist", 1)]),
        ("sections_english_uk_unmarked.csv", "sections with activities, English", "utf-16-be", "\t", "dmy",
         [("Nadia Host", 63)]),
        ("sections_without_activities.csv", "sections without activities, English", "utf-8-sig", ",", "mdy",
         [("Nadia Host", 60), ("Amira Osei", 36)]),
        ("sections_french.csv", "sections with activities, French", "utf-16-le", "\t", "dmy",
         [("Zoé Lefèvre", 63), ("Amira Osei", 50)]),
        ("sections_german.csv", "sections with activities, German", "utf-8-sig", ";", "dmy",
         [("Jürgen Groß", 63), ("Amira Osei", 50)]),
        ("sections_spanish.csv", "sections with activities, Spanish", "utf-16-le", "\t", "dmy",
         [("Iñaki Peña", 63), ("Amira Osei", 50)]),
        ("sections_dutch.csv", "sections with activities, Dutch", "utf-16-le", "\t", "dmy",
         [("Sjoerd de Vries", 63), ("Amira Osei", 50)]),
        ("summary_2021_english.csv", "meeting summary + joins, English", "utf-16-le", "\t", "mdy",
         [("Nadia Host", 63), ("Amira Osei", 50)]),
        ("summary_2021_french.csv", "meeting summary + joins, French", "utf-16-le", "\t", "dmy",
         [("Zoé Lefèvre", 165), ("Amira Osei", 60)]),
        ("events_english.csv", "comings and goings, English", "utf-16-le", "\t", "mdy",
         [("Nadia Host", 63), ("Amira Osei", 60), ("Tom", 40)]),
        ("events_french.csv", "comings and goings, French", "utf-16-le", "\t", "dmy",
         [("Zoé Lefèvre", 120), ("Amira Osei", 60)]),
    ],
)  # fmt: skip
def test_a_variant(name, variant, encoding, delimiter, order, people) -> None:
    report = read_report(fixture(name))
    assert report.format == "teams"
    detected = (report.version, report.encoding, report.delimiter, report.date_order)
    assert detected == (variant, encoding, delimiter, order)
    assert [(person.name, person.minutes) for person in report.people] == people
    assert report.row_errors == {}
    assert not any("The summary says" in text or "another length" in text for text in report.warnings)


@pytest.mark.parametrize(
    ("name", "topic", "starts", "participants"),
    [
        ("sections_english_us.csv", "Coaching circle", datetime(2024, 3, 14, 13, 58, 40), 4),
        ("sections_french.csv", "Cercle de coaching", datetime(2024, 3, 14, 13, 58, 40), 2),
        ("sections_german.csv", "Coaching-Kreis", datetime(2024, 3, 4, 13, 58, 40), 2),
        ("sections_spanish.csv", "Círculo", datetime(2024, 3, 14, 13, 58, 40), 2),
        ("sections_dutch.csv", "Coachingkring", datetime(2024, 3, 14, 13, 58, 40), 2),
        ("summary_2021_english.csv", "Coaching circle", datetime(2021, 3, 14, 13, 58, 40), 2),
    ],
)
def test_the_meeting_in_every_language(name: str, topic: str, starts: datetime, participants: int) -> None:
    meeting = read_teams_report(fixture(name)).meeting
    assert meeting is not None
    assert (meeting.topic, meeting.local_start, meeting.participants) == (topic, starts, participants)
    assert meeting.local_end is not None
    assert meeting.duration_minutes == 63


def test_people_with_their_stays_and_accounts() -> None:
    report = read_teams_report(fixture("sections_english_us.csv"), timezone="America/New_York")
    amira, tom, bo = report.people[1:]
    assert (amira.email, amira.guest, amira.rows) == ("amira.osei@example.org", None, (19, 20))
    assert amira.intervals == (
        Interval(datetime(2024, 3, 14, 14, 0), datetime(2024, 3, 14, 14, 40)),
        Interval(datetime(2024, 3, 14, 14, 50), datetime(2024, 3, 14, 15, 0)),
    )
    assert amira.utc_intervals[0].start == datetime(2024, 3, 14, 18, 0, tzinfo=UTC)
    assert (tom.name, tom.original_name, tom.guest) == ("Tom", "", True)
    assert (bo.name, bo.email, bo.guest) == ("Bo Lindqvist", "bo@example.net", True)


def test_the_same_report_in_another_encoding_is_the_same() -> None:
    data = fixture("sections_french.csv")
    copy = data.decode("utf-16").replace("\n", "\r\n").encode("utf-8-sig")
    assert read_report(copy).sha256 == read_report(data).sha256


def test_a_spreadsheets_padding_changes_nothing() -> None:
    data = fixture("sections_without_activities.csv").decode("utf-8-sig")
    padded = "".join(line + "," * (8 if not line else 3) + "\r\n" for line in data.splitlines())
    assert minutes(read_report(padded.encode())) == {"Nadia Host": 60, "Amira Osei": 36}


@pytest.mark.parametrize(
    ("headings", "joined", "left"),
    [
        ("Vollständiger Name\tBenutzeraktion\tZeitstempel", "Beigetreten", "Verlassen"),
        ("Nombre completo\tAcción del usuario\tMarca de tiempo", "Se unió", "Salió"),
        ("Volledige naam\tGebruikersactie\tTijdstempel", "Deelgenomen", "Verlaten"),
    ],
)
def test_the_oldest_report_in_other_languages(headings: str, joined: str, left: str) -> None:
    data = lines(headings, f"Ann\t{joined}\t14.03.2021, 14:00:00", f"Ann\t{left}\t14.03.2021, 14:30:00")
    assert minutes(read_teams_report(data)) == {"Ann": 30}


@pytest.mark.parametrize(
    "time",
    ["14/03/2024 à 14:00:00", "2024-03-14 14 h 00 min 00 s", "14. März 2024 um 14:00:00", "14 mrt. 2024 14:00:00",
     "14/3/2024, 2:00:00 p. m.", "14 de marzo de 2024 a las 14:00:00", "March 14, 2024, 2:00:00\u202fPM",
     "\u200e14\u200e/\u200e03\u200e/\u200e2024\u200e \u200e14\u200e:\u200e00\u200e:\u200e00"],
)  # fmt: skip
def test_times_as_countries_write_them(time: str) -> None:
    report = read_teams_report(full_names(stay("Ann", time, time, "1m")))
    assert report.row_errors == {}
    assert report.people[0].intervals[0].start == datetime(2024, 3, 14, 14)


@pytest.mark.parametrize(
    ("length", "whole"),
    [("19m 26s", 20), ("1h", 60), ("1h 2m 3s", 63), ("2\u00a0h 44\u00a0m", 164), ("1 Std. 5 Min.", 65),
     ("1 u 5 m", 65), ("1 hr 5 min 1 sec", 66), ("45s", 1), ("00:21:07", 22), ("1d 2h", 1560)],
)  # fmt: skip
def test_lengths_as_countries_write_them(length: str, whole: int) -> None:
    assert minutes(read_teams_report(full_names(stay("Ann", "", "", length)))) == {"Ann": whole}


@pytest.mark.skipif(not TEAMS_SAMPLE.exists(), reason="the shared sample files are not here")
def test_the_shared_sample() -> None:
    report = read_report(TEAMS_SAMPLE.read_bytes(), timezone="Europe/Brussels")
    assert (report.format, report.encoding, report.delimiter, report.date_order) == ("teams", "utf-16-be", "\t", "dmy")
    assert report.meeting is not None
    assert report.meeting.topic == "Scrum Meeting"
    assert report.meeting.starts_at == datetime(2022, 11, 14, 8, 29, 7, tzinfo=UTC)
    assert report.meeting.participants == 7
    assert [person.minutes for person in report.people] == [20, 20, 20, 20, 19, 18, 15]
    assert (report.people[0].name, report.people[0].email) == ("JANSSENS JAN", "jan.janssens.ext@un.int")
    assert report.row_errors == {}
    assert report.warnings == ("The file does not name a time zone; its times were read as Europe/Brussels.",)


def test_a_report_cut_at_the_end_of_a_line_is_seen_by_its_summary() -> None:
    """Nothing in the rows tells it, and who stood in those that are missing would be absent."""
    whole = fixture("sections_english_us.csv").decode("utf-16")
    rows = whole.splitlines(keepends=True)
    people = next(number for number, line in enumerate(rows) if line.startswith("Name\t"))
    report = read_teams_report("".join(rows[: people + 2]).encode("utf-16"), timezone="UTC", date_order="mdy")
    assert report.may_be_cut
    assert "If people are missing" in report.warnings[0]
    assert not read_teams_report(whole.encode("utf-16"), timezone="UTC", date_order="mdy").may_be_cut
