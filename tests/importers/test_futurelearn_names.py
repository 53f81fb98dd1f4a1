"""What the name of an export says, and when it says too much or too little."""

from __future__ import annotations

import pytest

from coaching.importers.futurelearn_names import read_name


@pytest.mark.parametrize(
    ("name", "key", "kind"),
    [
        ("my-course-3_enrolments.csv", "my-course-3", "enrolments"),
        ("my-course-3_enrolments (1).csv", "my-course-3", "enrolments"),
        ("my-course-3_enrolments(12).csv", "my-course-3", "enrolments"),
        ("my-course-3_enrolments copy.csv", "my-course-3", "enrolments"),
        ("my-course-3_enrolments - Copy (2).csv", "my-course-3", "enrolments"),
        ("Copy of my-course-3_enrolments.csv", "my-course-3", "enrolments"),
        ("MY-COURSE-3_ENROLMENTS.CSV", "my-course-3", "enrolments"),
        ("my_course_3_step_activity.csv", "my-course-3", "step-activity"),
        ("my course 3 step activity.csv.csv", "my-course-3", "step-activity"),
        ("../../etc/my-course-12_team-members.csv", "my-course-12", "team-members"),
        ("C:\\exports\\my-course-3_enrolments.csv", "my-course-3", "enrolments"),
        ("my-course-03_enrollments.csv", "my-course-3", "enrolments"),
        ("my-course-run-3_enrolments.csv", "my-course-3", "enrolments"),
        ("covid-19-2_enrolments.csv", "covid-19-2", "enrolments"),
        ("python-101-3_weekly-sentiment-survey-responses.csv", "python-101-3", "weekly-sentiment-survey-responses"),
        ("führung-2_video-stats.csv", "führung-2", "video-stats"),
    ],
)
def test_a_name_says_the_run(name: str, key: str, kind: str) -> None:
    said = read_name(name)
    assert (said.key, said.kind, said.doubt) == (key, kind, "")


@pytest.mark.parametrize(
    ("name", "course"),
    [
        ("enrolments.csv", ""),
        ("my-course_enrolments.csv", "my-course"),
        ("3_enrolments.csv", ""),
        ("my-course-2021_enrolments.csv", "my-course-2021"),
        ("my-course-0_enrolments.csv", "my-course-0"),
        ("my-course-3.csv", ""),
        ("my-course-1-2_enrolments.csv", "my-course-1"),
        ("my-course-1+2_enrolments.csv", "my-course-1"),
        ("my-course-1-and-2_enrolments.csv", "my-course-1-and"),
        ("my-course-1 & 2_enrolments.csv", "my-course-1"),
        ("my-course-2-my-course-1_enrolments.csv", "my-course-2-my-course"),
        ("my-course-2_my-course-1_enrolments.csv", "my-course-2-my-course"),
        ("my-course-2_enrolments_my-course-3_enrolments.csv", ""),
        ("my-course-2_enrolments-3.csv", "my-course-2"),
    ],
)
def test_a_name_that_can_be_read_two_ways_is_not_guessed_at(name: str, course: str) -> None:
    said = read_name(name)
    assert said.key == ""
    assert said.doubt.endswith(".")
    assert said.course == course
