"""A run that was logged wrong is corrected, and what it said before stays on record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import AuditEntry, CourseProject, CourseRun, Platform, PracticeEntry, ReachMetric, Stage
from coaching.services.course_projects import start_project
from coaching.services.project_owners import add_owner
from coaching.services.project_stages import change_stage
from coaching.services.reach import add_reach
from coaching.services.runs import correct_run, log_launch
from tests.factories import NOW, make_project, make_run
from tests.services.teams import Team, make_team

TODAY = NOW.date()
MAY, JUNE = date(2026, 5, 4), date(2026, 6, 8)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def project(session: Session, team: Team) -> CourseProject:
    return start_project(session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care")


def launch(session: Session, project: CourseProject, team: Team, on: date = MAY) -> CourseRun:
    return log_launch(session, project, actor=team.as_ana, now=NOW, launched_on=on)


def correct(session: Session, run: CourseRun, team: Team, **values: Any) -> CourseRun:
    standing = {name: getattr(run, name) for name in ("label", "launched_on", "ended_on", "platform", "url")}
    return correct_run(session, run, **standing | {"actor": team.as_ana, "now": NOW, "reason": "Misread"} | values)


def stages(project: CourseProject) -> list[tuple[Stage, date]]:
    return sorted((change.stage, change.on) for change in project.stage_changes if change.stage != Stage.IDEA)


def note(project: CourseProject) -> str:
    return " ".join(change.note for change in project.stage_changes if change.stage == Stage.LAUNCHED)


def test_a_day_that_was_wrong_moves_everywhere(session: Session, team: Team, project: CourseProject) -> None:
    add_owner(session, project, actor=team.as_ana, now=NOW, membership_id=team.ben.public_id)
    run = launch(session, project, team)
    correct(session, run, team, launched_on=JUNE, label="Spring", actor=team.as_coach)
    session.flush()
    session.expire_all()
    assert (run.launched_on, run.label, run.version) == (JUNE, "Spring", 2)
    assert stages(project) == [(Stage.LAUNCHED, JUNE)]
    assert note(project) == ("Corrected: the launch was logged as of 4 May 2026, the run was called Run 1. Misread")
    log = session.execute(select(PracticeEntry.on, PracticeEntry.text)).all()
    assert [tuple(row) for row in log] == [(JUNE, "Launched Safer care: Spring")] * 2
    assert session.scalars(select(AuditEntry.act).order_by(AuditEntry.id.desc())).first() == "run.corrected"


def test_the_first_by_day_is_the_launch(session: Session, team: Team, project: CourseProject) -> None:
    first, second = launch(session, project, team, MAY), launch(session, project, team, JUNE)
    correct(session, first, team, launched_on=TODAY)
    assert stages(project) == [(Stage.LAUNCHED, JUNE), (Stage.RE_RUN, TODAY)]
    assert project.stage is Stage.RE_RUN
    stop = {"stage": Stage.STOPPED, "on": JUNE + timedelta(days=2), "note": "Done"}
    change_stage(session, project, actor=team.as_ana, now=NOW, **stop)
    correct(session, first, team, launched_on=MAY)
    assert project.stage is Stage.STOPPED
    assert second.launched_on == JUNE


def test_a_run_without_a_stage_gets_one(session: Session, team: Team) -> None:
    run = make_run(session, make_project(session, owners=(team.ana,)), launched_on=MAY)
    correct(session, run, team, launched_on=JUNE)
    assert stages(run.project) == [(Stage.LAUNCHED, JUNE)]


def test_what_else_changes_is_told(session: Session, team: Team, project: CourseProject) -> None:
    run = launch(session, project, team)
    correct(session, run, team, ended_on=JUNE, platform=Platform.MOODLE, url="https://example.org/a")
    correct(session, run, team, ended_on=None, url="")
    first, second = note(project).split(" Misread ")
    assert first == "Corrected: it had no end, it had another platform, it had no link."
    assert second == "Corrected: it ended on 8 June 2026, its link was https://example.org/a. Misread"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"launched_on": TODAY + timedelta(days=1)}, "launched_on"),
        ({"ended_on": MAY - timedelta(days=1)}, "ended_on"),
        ({"launched_on": JUNE}, "launched_on"),
        ({"label": "Spring", "reason": "  "}, "reason"),
        ({}, "reason"),
    ],
)
def test_what_cannot_be(
    session: Session, team: Team, project: CourseProject, values: dict[str, Any], field: str
) -> None:
    run = launch(session, project, team)
    figure = {"metric": ReachMetric.JOINERS, "value": 9, "as_of": MAY + timedelta(days=3)}
    add_reach(session, run, actor=team.as_ana, now=NOW, **figure)
    with pytest.raises(Invalid) as refusal:
        correct(session, run, team, **values)
    assert list(refusal.value.messages) == [field]
    assert (run.launched_on, run.label) == (MAY, "Run 1")


def test_a_day_has_one_launch(session: Session, team: Team, project: CourseProject) -> None:
    run = launch(session, project, team)
    launch(session, project, team, JUNE)
    with pytest.raises(Conflict, match="Another run of this course opened on that day"):
        correct(session, run, team, launched_on=JUNE)


@pytest.mark.parametrize(("who", "refusal"), [("ben", NotAllowed), ("observer", NotAllowed), ("stranger", NotFound)])
def test_nobody_else_corrects_it(
    session: Session, team: Team, project: CourseProject, who: str, refusal: type[Exception]
) -> None:
    run = launch(session, project, team)
    with pytest.raises(refusal):
        correct(session, run, team, launched_on=JUNE, actor=getattr(team, f"as_{who}"))
