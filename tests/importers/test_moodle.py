"""Moodle's reports: who is in a course, who completed what, and what the files cannot tell."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from coaching.errors import Invalid
from coaching.importers.moodle import NAMELESS, NO_LEARNERS, MoodleImporter
from coaching.importers.moodle_layout import short_name
from tests.importers.builders import FIXTURES, SAMPLES
from tests.importers.workbooks import Kept, read, source

MOODLE = FIXTURES / "moodle"
PROGRESS = (MOODLE / "progress.anatomy_101.csv").read_bytes()


def find(name: str, data: bytes | str, **choices: Any) -> Any:
    return read(MoodleImporter(), source(data, name), **choices)


def test_activity_completion_is_figures_of_the_run_in_its_name() -> None:
    learners = Kept()
    found = read(MoodleImporter(), source(PROGRESS, "progress.anatomy_101.csv"), learners=learners)
    run = found.runs[0]
    assert (run.key, run.course, run.platform, run.first_day, run.last_day) == (
        "anatomy_101", "anatomy_101", "Moodle", "2026-02-13", "2026-02-27",
    )  # fmt: skip
    assert run.figures == {"joiners": 5, "active": 3, "completed_50": 2, "completed_90": 1}
    assert learners.runs == {"anatomy_101": {"ana@example.org", "bo@example.org", "cy@example.org", "m-4", "eve ko"}}
    assert NO_LEARNERS in found.files[0].notes
    assert [(one.number, "row 2" in one.reason) for one in found.files[0].problems] == [(7, True)]
    assert found.asks == []


def test_the_excel_flavour_says_the_same() -> None:
    text = PROGRESS.decode().replace('","', '"\t"').replace(",,", "\t\t").replace(",\n", "\t\n")
    again = find("progress.anatomy_101.csv", b"\xff\xfe" + text.encode("utf-16-le"))
    assert (again.files[0].encoding, again.files[0].delimiter) == ("utf-16-le", "\t")
    assert again.runs == find("progress.anatomy_101.csv", PROGRESS).runs


def test_words_in_other_languages_are_known_or_named() -> None:
    german = (
        '"","E-Mail-Adresse","Lesen",""\n"Ana","ana@example.org","Abgeschlossen","13.02.26"\n'
        '"Bo","b@example.org","Nicht abgeschlossen",""\n'
    )
    assert find("progress.x.csv", german).runs[0].figures == {
        "joiners": 2, "active": 1, "completed_50": 1, "completed_90": 1,
    }  # fmt: skip
    with pytest.raises(Invalid, match="“Valmis”"):
        find("progress.x.csv", german.replace("Nicht abgeschlossen", "Valmis"))


def test_course_completion_and_participants_of_one_run_are_one() -> None:
    completion = (
        "ID,Name,Email address,Read,Read - Completion date,Quiz,Quiz - Completion date,Course complete\n"
        "1,Ana,ana@example.org,Completed,13/02/26,Not completed,,\n"
        "2,Bo,bo@example.org,Completed,13/02/26,Completed,14/02/26,14/02/26\n"
    )
    listed = (
        '"First name",Surname,"Email address",Roles,Groups\nAna,Diaz,ANA@example.org,Student,Red\n'
        "Cy,No,cy@example.org,Student,\nTed,Ko,t@example.org,Teacher,\n"
    )
    found = read(
        MoodleImporter(), source(completion, "completion-anatomy.csv"), source(listed, "courseid_3_participants.csv"),
        run="spring", course="Anatomy",
    )  # fmt: skip
    assert [one.key for one in found.runs] == ["spring"]
    assert found.runs[0].figures == {"joiners": 3, "active": 2, "completed_50": 2, "completed_90": 1}
    assert (found.files[0].counts["course_complete"], found.files[1].counts["staff"]) == (1, 1)
    alone = find("courseid_3_participants.csv", listed.replace("Surname", "Last name"))
    assert (alone.runs[0].figures, alone.runs[0].course, alone.asks) == ({"joiners": 2}, "", [])
    assert NAMELESS in alone.files[0].notes


QUIZ = (
    "Surname,First name,Email address,State,Started on,Completed,Grade/9.00,Q. 1 /1.00\n"
    "Diaz,Ana,ana@example.org,Finished,12 February 2026  1:03 PM,1 March 2026  3:35 AM,5.00,1.00\n"
    "Diaz,Ana,ana@example.org,In progress,2 March 2026  1:03 PM,-,-,-\n"
    "Li,Bo,bo@example.org,In progress,16 February 2026  8:43 PM,-,-,-\nOverall average,,,,,,5.00,1.00\n"
)


def test_a_quiz_tells_who_tried_and_its_average_is_nobody() -> None:
    found = find("moodle_quiz.csv", QUIZ)
    assert found.runs[0].figures == {"joiners": 2, "learners": 2, "active": 1}
    assert (found.runs[0].first_day, found.runs[0].last_day) == ("2026-02-12", "2026-03-02")
    assert found.files[0].counts["averages"] == 1
    head = "First name,Surname,Email address,Quiz: One (Real),Course total (Real)\n"
    grades = f"{head}Ana,Diaz,ana@example.org,5,5\nOverall average,,,5,5\n"
    assert find("anat Grades.csv", grades).runs[0].figures == {"joiners": 1}


def test_what_is_none_of_its_reports_is_refused() -> None:
    with pytest.raises(Invalid, match="none of Moodle"):
        find("x.csv", "learner_id,step\n1,2\n")


@pytest.mark.skipif(not SAMPLES.exists(), reason="The shared samples are not on this machine.")
def test_a_real_quiz_report() -> None:
    data = (SAMPLES / "moodle_quiz_grades_report.csv").read_bytes()
    kept = Kept()
    found = read(MoodleImporter(), source(data, "moodle_quiz_grades_report.csv"), learners=kept)
    addresses = {row["Email address"].casefold() for row in csv.DictReader(io.StringIO(data.decode()))} - {"na"}
    assert kept.runs == {"moodle_quiz_grades_report.csv": addresses}
    assert found.runs[0].figures == {"joiners": len(addresses), "learners": 282, "active": 272}
    assert MoodleImporter().recognises("report.csv", data[:4096])


NAMES = {
    "progress.anatomy_101.csv": "anatomy_101", "progress.anatomy (2).csv": "anatomy", "completion-a1.csv": "a1",
    "A1 Grades.xlsx": "A1", "A1 Grades-20260101_0900-comma_separated.csv": "A1", "courseid_7_participants.csv": "",
    "report.csv": "", "moodle_quiz_grades_report.csv": "",
}  # fmt: skip


def test_the_short_name_is_in_the_name_of_the_file() -> None:
    assert {name: short_name(name) for name in NAMES} == NAMES
