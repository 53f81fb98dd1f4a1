"""Figures confirmed by who does not build the course, and taken back with a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed
from coaching.models import AuditEntry, CourseRun, ReachMetric, ReachSnapshot, ReachSource, ReachState, Role
from coaching.services.reach import correct_reach, report_reach
from coaching.services.reach_confirmation import confirm_reach, unconfirm_reach
from coaching.services.reach_over_time import project_reach
from tests.factories import NOW, actor_of, make_membership, make_project, make_run
from tests.services.teams import Team, make_team


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def run(session: Session, team: Team) -> CourseRun:
    return make_run(session, make_project(session, owners=(team.ana,)))


def said(
    session: Session, run: CourseRun, value: int = 100, source: ReachSource = ReachSource.PARTICIPANT
) -> ReachSnapshot:
    snapshot = report_reach(
        session, run, metric=ReachMetric.JOINERS, value=value, as_of=NOW.date(), source=source, recorded_by_id=None,
        now=NOW,
    ).snapshot  # fmt: skip
    session.flush()
    return snapshot


@pytest.mark.parametrize("who", ["coach", "coordinator"])
def test_a_figure_is_confirmed_and_doubted_again(session: Session, team: Team, run: CourseRun, who: str) -> None:
    figure, actor = said(session, run), getattr(team, f"as_{who}")
    assert figure.state is ReachState.SELF_REPORTED
    confirm_reach(session, figure, actor=actor, now=NOW)
    assert (figure.state, figure.confirmed_by_id, figure.value) == (ReachState.CONFIRMED, actor.person_id, 100)
    with pytest.raises(Conflict, match="confirmed already"):
        confirm_reach(session, figure, actor=actor, now=NOW)
    with pytest.raises(Invalid):
        unconfirm_reach(session, figure, actor=actor, now=NOW, reason=" ")
    unconfirm_reach(session, figure, actor=actor, now=NOW, reason="It was of the pilot")
    assert (figure.state, figure.unconfirmed_because) == (ReachState.SELF_REPORTED, "It was of the pilot")
    with pytest.raises(Conflict, match="Nobody has confirmed"):
        unconfirm_reach(session, figure, actor=actor, now=NOW, reason="Again")
    assert session.scalars(select(AuditEntry.act)).all() == ["reach.confirmed", "reach.unconfirmed"]


@pytest.mark.parametrize("who", ["ana", "ben", "observer"])
def test_nobody_else_confirms(session: Session, team: Team, run: CourseRun, who: str) -> None:
    with pytest.raises(NotAllowed):
        confirm_reach(session, said(session, run), actor=getattr(team, f"as_{who}"), now=NOW)


def test_a_coach_who_builds_the_course_confirms_nothing_of_it(session: Session, team: Team) -> None:
    builder = make_membership(session, team.cohort, role=Role.COACH)
    run = make_run(session, make_project(session, owners=(team.ana, builder)))
    with pytest.raises(NotAllowed, match="does not build the course"):
        confirm_reach(session, said(session, run), actor=actor_of(session, builder.person), now=NOW)


def test_what_needs_no_word_gets_none(session: Session, team: Team, run: CourseRun) -> None:
    first = said(session, run)
    correct_reach(session, first, actor=team.as_ana, now=NOW, value=90, reason="Recount")
    with pytest.raises(Conflict, match="stands no longer"):
        confirm_reach(session, first, actor=team.as_coach, now=NOW)
    with pytest.raises(Conflict, match="confirmed already"):
        confirm_reach(session, said(session, run, 80, ReachSource.COACH), actor=team.as_coach, now=NOW)
    with pytest.raises(Conflict, match="the platform itself"):
        confirm_reach(session, said(session, run, 70, ReachSource.IMPORT), actor=team.as_coach, now=NOW)


def test_a_sum_tells_how_much_of_it_is_which(session: Session, team: Team, run: CourseRun) -> None:
    project = run.project
    others = [make_run(session, project, launched_on=run.launched_on.replace(day=day)) for day in (11, 18, 25)]
    figures = [said(session, one, value) for one, value in zip([run, *others[:2]], (1, 20, 300), strict=True)]
    said(session, others[2], 4000, ReachSource.IMPORT)
    confirm_reach(session, figures[1], actor=team.as_coach, now=NOW)
    session.flush()
    total = project_reach(session, project, actor=team.as_ana, now=NOW).total
    assert total is not None
    assert (total.value, total.runs) == (4321, 4)
    assert (total.self_reported, total.confirmed, total.imported) == (301, 20, 4000)
