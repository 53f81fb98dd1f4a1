"""Files that are no Teams attendance report, and reports that cannot be read: the refusal says what to do."""

from __future__ import annotations

import pytest

from coaching.errors import Invalid
from coaching.importers.reports import read_report
from coaching.importers.teams import read_teams_report
from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import EVENTS, PEOPLE, STAYS, full_names, joins, lines, person, stay, teams, unique

ANN = stay("Ann", "14:00:00", "14:30:00", "30m")


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<html>", "a web page"),
        (b"learner_id,enrolled_at,unenrolled_at,role\n", "a FutureLearn export"),
        (unique("Ann,,30,"), "a Zoom participants report"),
        (b"name,shoe size\nAnn,38\n", "neither Zoom's participants report nor Teams' attendance report"),
        (full_names(), "nobody in it"),
        (lines(EVENTS), "nobody in it"),
        (lines("1. Summary", "Meeting title\tCircle"), "not its participants"),
        (lines("1. Riepilogo", "Titolo\tCerchio", "", "2. Partecipanti", "Nome\tPrimo accesso\tUltima uscita"),
         "English, French, German, Spanish or Dutch"),
        (lines("Nome\tOra\tUscita\tDurata\tID (UPN)\tRuolo", "Ann\t1\t2\t3\t4\t5"), "download the report again"),
        (full_names(ANN) + full_names(ANN)[3:], "second report begins at row 3"),
        (teams([person("Ann", "14:00:00", "14:30:00", "30m")]) + teams([])[3:], "second report begins at row 12"),
        (full_names(*[ANN] * 20_100), "more than 20,000 rows"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read(data: bytes, looks_like: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_teams_report(data)
    assert set(refusal.value.messages) == {"file"}
    (text,) = refusal.value.messages["file"]
    assert looks_like in text
    assert text.endswith(".")


def test_each_report_is_recognised_and_the_other_is_refused_by_name() -> None:
    zoom, ours = joins("Ann,,03/14/2024 02:00:00 PM,03/14/2024 02:30:00 PM,30,"), full_names(ANN)
    assert (read_report(zoom).format, read_report(ours).format) == ("zoom", "teams")
    assert read_report(lines(STAYS, ANN)).format == "teams"
    assert read_report(lines(PEOPLE, person("Ann", "14:00:00", "14:30:00", "30m"))).format == "teams"
    with pytest.raises(Invalid, match="coaching import zoom"):
        read_report(zoom, service="teams")
    with pytest.raises(Invalid, match="coaching import teams"):
        read_report(ours, service="zoom")
    with pytest.raises(Invalid, match="Microsoft Teams attendance report"):
        read_zoom_report(ours)


def test_zooms_newest_headings_are_not_taken_for_teams() -> None:
    head = "Name,Email,Join time,Leave time,Duration (minutes),Guest"
    data = lines(head, "Ann,,03/14/2024 02:00:00 PM,03/14/2024 02:30:00 PM,30,No")
    assert read_report(data).format == "zoom"
    with pytest.raises(Invalid, match="a Zoom participants report"):
        read_teams_report(data)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        read_teams_report(full_names(ANN), timezone="Europe/Londn")
    assert set(refusal.value.messages) == {"timezone"}
