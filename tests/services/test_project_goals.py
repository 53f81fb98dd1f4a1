"""Which goals a course serves: told to those who read the goal, chosen by them, and unnoticed by everybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed
from coaching.models import CourseProject, Goal, GoalState, ProjectGoal
from coaching.services.privacy import export_person
from coaching.services.project_goals import list_servable, list_served, read_serving, serve_goal, stop_serving
from coaching.services.project_owners import remove_owner
from tests.factories import NOW, make_goal, make_project
from tests.services.teams import Team, make_team


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def project(session: Session, team: Team) -> CourseProject:
    return make_project(session, team.cohort, owners=(team.ana, team.cleo), title="Safer care")


@pytest.fixture
def goal(session: Session, team: Team) -> Goal:
    return make_goal(session, team.ana, statement="Launch it")


def test_only_who_reads_the_goal_learns_of_it(session: Session, team: Team, project: CourseProject, goal: Goal) -> None:
    version = project.version
    serve_goal(session, project, actor=team.as_ana, now=NOW, goal_id=goal.public_id)
    session.flush()
    assert [one.statement for one in list_served(session, project, actor=team.as_coach)] == ["Launch it"]
    assert [one.name for one in list_served(session, project, actor=team.as_ana)] == [team.ana.person.name]
    # Neither the co-owner, nor a fellow, nor the coordinator; and nothing of the project itself has changed.
    for actor in (team.as_cleo, team.as_ben, team.as_observer, team.as_coordinator):
        assert list_served(session, project, actor=actor) == ()
    session.refresh(project)
    assert project.version == version
    assert [one.title for one in read_serving(session, goal)] == ["Safer care"]


def test_what_is_held_tells_the_goal_to_its_owner_alone(
    session: Session, team: Team, project: CourseProject, goal: Goal
) -> None:
    serve_goal(session, project, actor=team.as_coach, now=NOW, goal_id=goal.public_id)
    session.flush()
    assert "project_goal" in export_person(session, team.ana.person, actor=team.as_ana)
    assert "project_goal" not in export_person(session, team.cleo.person, actor=team.as_cleo)


def test_each_chooses_among_the_goals_that_they_set(
    session: Session, team: Team, project: CourseProject, goal: Goal
) -> None:
    theirs = make_goal(session, team.cleo)
    ended = make_goal(session, team.ana, state=GoalState.DROPPED, ended_on=NOW.date())
    of_no_owner = make_goal(session, team.ben)
    assert list_servable(session, project, actor=team.as_ana) == (goal,)
    assert list_servable(session, project, actor=team.as_coach) == (goal,)
    assert list_servable(session, project, actor=team.as_cleo) == (theirs,)
    for other in (theirs, of_no_owner):
        with pytest.raises(Invalid) as refusal:
            serve_goal(session, project, actor=team.as_ana, now=NOW, goal_id=other.public_id)
        assert list(refusal.value.messages) == ["goal_id"]
    # What was reached may be noted afterwards, too.
    serve_goal(session, project, actor=team.as_ana, now=NOW, goal_id=ended.public_id)
    for actor in (team.as_ben, team.as_observer, team.as_coordinator):
        with pytest.raises(NotAllowed, match="whose goals they are"):
            serve_goal(session, project, actor=actor, now=NOW, goal_id=goal.public_id)


def test_it_is_added_once_and_taken_off_once(session: Session, team: Team, project: CourseProject, goal: Goal) -> None:
    serve_goal(session, project, actor=team.as_ana, now=NOW, goal_id=goal.public_id)
    with pytest.raises(Conflict, match="already"):
        serve_goal(session, project, actor=team.as_coach, now=NOW, goal_id=goal.public_id)
    stop_serving(session, project, actor=team.as_ana, now=NOW, goal_id=goal.public_id)
    assert list_served(session, project, actor=team.as_ana) == ()
    with pytest.raises(Conflict, match="does not serve"):
        stop_serving(session, project, actor=team.as_ana, now=NOW, goal_id=goal.public_id)


def test_the_goals_of_who_leaves_the_team_go_with_them(
    session: Session, team: Team, project: CourseProject, goal: Goal
) -> None:
    theirs = make_goal(session, team.cleo)
    serve_goal(session, project, actor=team.as_ana, now=NOW, goal_id=goal.public_id)
    serve_goal(session, project, actor=team.as_cleo, now=NOW, goal_id=theirs.public_id)
    remove_owner(session, project, actor=team.as_coach, now=NOW, membership_id=team.ana.public_id)
    assert session.scalars(select(ProjectGoal.goal_id)).all() == [theirs.id]
    assert session.scalar(select(func.count()).select_from(Goal)) == 2
