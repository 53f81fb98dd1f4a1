"""Stages of a course: why it stopped or went back, and what was noted wrong put right without losing it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import CourseProject, Stage, StageChange
from coaching.services.course_projects import start_project
from coaching.services.line_events import LineKind
from coaching.services.person_line import Wanted, read_line
from coaching.services.programme_progress import programme_progress
from coaching.services.project_stages import amend_stage, change_stage, take_back_stage
from coaching.services.runs import log_launch
from tests.factories import NOW
from tests.services.teams import Team, make_team

MARCH, APRIL, MAY = date(2026, 3, 9), date(2026, 4, 13), date(2026, 5, 4)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def project(session: Session, team: Team) -> CourseProject:
    return start_project(session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care", on=date(2026, 2, 2))


def change(session: Session, project: CourseProject, team: Team, stage: Stage, on: date, note: str = "") -> StageChange:
    return change_stage(session, project, actor=team.as_ana, now=NOW, stage=stage, on=on, note=note)


def refused(field: str, act: Any, *args: Any, **values: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        act(*args, **values)
    assert list(refusal.value.messages) == [field]


class TestWhy:
    def test_to_stop_and_to_go_back_need_a_reason(self, session: Session, team: Team, project: CourseProject) -> None:
        change(session, project, team, Stage.PILOTED, MARCH)
        refused("note", change, session, project, team, Stage.STOPPED, APRIL)
        refused("note", change, session, project, team, Stage.BUILDING, APRIL, "  ")
        # What comes in late about the time before is no step back.
        change(session, project, team, Stage.BUILDING, MARCH - timedelta(days=5))
        change(session, project, team, Stage.BUILDING, APRIL, "The pilot was too long.")
        assert project.stage is Stage.BUILDING

    def test_back_and_forth_within_a_day(self, session: Session, team: Team, project: CourseProject) -> None:
        for stage in (Stage.BUILDING, Stage.PILOTED, Stage.BUILDING):
            change(session, project, team, stage, APRIL, "So it went.")
        assert project.stage is Stage.BUILDING
        with pytest.raises(Conflict, match="noted for that day already"):
            change(session, project, team, Stage.BUILDING, APRIL)

    def test_what_stopped_is_taken_up_at_any_stage(self, session: Session, team: Team, project: CourseProject) -> None:
        change(session, project, team, Stage.PILOTED, MARCH)
        change(session, project, team, Stage.STOPPED, APRIL, "The sponsor left.")
        change(session, project, team, Stage.DESIGNING, MAY)
        assert project.stage is Stage.DESIGNING


class TestPuttingRight:
    def test_an_amended_stage_stands_and_the_wrong_one_stays_on_record(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        wrong = change(session, project, team, Stage.PILOTED, APRIL, "On the ward.")
        right = amend_stage(
            session, wrong, actor=team.as_coach, now=NOW, stage=Stage.BUILDING, on=MARCH, reason="It was the other one."
        )
        assert (project.stage, right.corrects_id) == (Stage.BUILDING, wrong.id)
        assert (wrong.stage, wrong.on, wrong.note) == (Stage.PILOTED, APRIL, "On the ward.")
        assert (wrong.withdrawn_at, wrong.withdrawn_by_id) == (NOW, team.as_coach.person_id)
        assert wrong.reason == "It was the other one."
        session.refresh(project)
        assert wrong not in project.standing_stages
        assert project.withdrawn_stages == [wrong]

    def test_a_stage_that_was_taken_back_counts_no_more(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        change(session, project, team, Stage.DESIGNING, MARCH)
        wrong = change(session, project, team, Stage.STOPPED, APRIL, "A slip.")
        take_back_stage(session, wrong, actor=team.as_ana, now=NOW, reason="It goes on.")
        assert project.stage is Stage.DESIGNING
        # The same may be noted again, and the same is not taken back twice.
        change(session, project, team, Stage.STOPPED, APRIL, "Now it did.")
        with pytest.raises(Conflict, match="taken back already"):
            take_back_stage(session, wrong, actor=team.as_ana, now=NOW, reason="Again.")

    def test_what_was_taken_back_is_told_nowhere_else(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        wrong = change(session, project, team, Stage.PILOTED, APRIL)
        session.flush()

        def told() -> tuple[int, int]:
            line = read_line(session, team.ana, actor=team.as_ana, now=NOW, wanted=Wanted(kinds=(LineKind.PROJECT,)))
            progress = programme_progress(session, team.programme, actor=team.as_coordinator, now=NOW)
            return len(line.events), progress.total.stages[Stage.PILOTED].numerator

        assert told() == (2, 1)
        take_back_stage(session, wrong, actor=team.as_ana, now=NOW, reason="Another course.")
        session.flush()
        assert told() == (1, 0)

    def test_a_course_always_has_a_stage(self, session: Session, team: Team, project: CourseProject) -> None:
        (only,) = project.stage_changes
        with pytest.raises(Conflict, match="always has a stage"):
            take_back_stage(session, only, actor=team.as_ana, now=NOW, reason="No.")
        amend_stage(session, only, actor=team.as_ana, now=NOW, stage=Stage.BUILDING, on=MARCH, reason="Further on.")
        assert project.stage is Stage.BUILDING

    def test_a_launch_is_corrected_at_its_run(self, session: Session, team: Team, project: CourseProject) -> None:
        log_launch(session, project, actor=team.as_ana, now=NOW, launched_on=MAY)
        (launched,) = [one for one in project.stage_changes if one.stage is Stage.LAUNCHED]
        by: dict[str, Any] = {"actor": team.as_ana, "now": NOW, "reason": "No."}
        with pytest.raises(Conflict, match="Correct the run"):
            take_back_stage(session, launched, **by)
        with pytest.raises(Conflict, match="Correct the run"):
            amend_stage(session, launched, stage=Stage.PILOTED, on=MAY, **by)
        idea = project.stage_changes[0]
        refused("stage", amend_stage, session, idea, stage=Stage.RE_RUN, on=MAY, **by)

    def test_it_says_what_was_wrong_and_says_something_else(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        one = change(session, project, team, Stage.PILOTED, APRIL)
        by: dict[str, Any] = {"actor": team.as_ana, "now": NOW, "reason": "A slip."}
        refused("reason", take_back_stage, session, one, **by | {"reason": " "})
        refused("stage", amend_stage, session, one, stage=Stage.PILOTED, on=APRIL, **by)
        refused("note", amend_stage, session, one, stage=Stage.STOPPED, on=APRIL, **by)
        refused("on", amend_stage, session, one, stage=Stage.PILOTED, on=NOW.date() + timedelta(days=2), **by)
        with pytest.raises(Conflict, match="noted for that day already"):
            amend_stage(session, one, stage=Stage.IDEA, on=date(2026, 2, 2), note="Why", **by)
        assert one.withdrawn_at is None
