"""Who builds a course: whom one may add, and how a name from outside becomes a member."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import CourseProject, Membership, PracticeEntry
from coaching.services.course_projects import start_project
from coaching.services.project_owners import link_owner, list_team_candidates, remove_owner
from coaching.services.runs import log_launch
from tests.factories import NOW, make_membership, make_person
from tests.services.teams import Team, make_team


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def project(session: Session, team: Team) -> CourseProject:
    return start_project(
        session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care", outside_names=["Dee Doe", "Eve"]
    )


def logged(session: Session) -> set[int]:
    return set(session.scalars(select(PracticeEntry.membership_id)))


def test_a_name_becomes_the_member_with_the_launches(session: Session, team: Team, project: CourseProject) -> None:
    log_launch(session, project, actor=team.as_ana, now=NOW, launched_on=NOW.date())
    joined = make_membership(session, team.cleo.cohort, make_person(session, name="Dee Doe"))
    owner = link_owner(
        session, project, actor=team.as_ana, now=NOW, outside_name="dee  doe", membership_id=joined.public_id
    )
    session.flush()
    assert (owner.membership, owner.outside_name) == (joined, "")
    assert len(project.owners) == 3
    assert logged(session) == {team.ana.id, joined.id}


def test_who_is_on_the_team_twice_stands_there_once(session: Session, team: Team, project: CourseProject) -> None:
    by: dict[str, Any] = {"actor": team.as_coach, "now": NOW}
    link_owner(session, project, outside_name="Eve", membership_id=team.ana.public_id, **by)
    session.flush()
    session.refresh(project)
    assert [owner.outside_name or owner.membership_id for owner in project.owners] == [team.ana.id, "Dee Doe"]
    with pytest.raises(Invalid) as refusal:
        link_owner(session, project, outside_name="Eve", membership_id=team.ben.public_id, **by)
    assert list(refusal.value.messages) == ["outside_name"]
    stranger = make_membership(session)
    with pytest.raises(Invalid) as refusal:
        link_owner(session, project, outside_name="Dee Doe", membership_id=stranger.public_id, **by)
    assert list(refusal.value.messages) == ["membership_id"]


def test_whom_one_may_add_are_those_whom_one_sees(session: Session, team: Team, project: CourseProject) -> None:
    def found(actor: Any, text: str = "") -> list[str]:
        return [one.id for one in list_team_candidates(session, project, actor=actor, text=text)]

    hidden: Membership = make_membership(session, team.cleo.cohort, make_person(session, name="Zo_ra 100%"))
    assert found(team.as_ana) == found(team.as_coach) == [team.ben.public_id]
    # Who coordinates thousands finds by name; a blank is no name, and a wild card only itself.
    assert found(team.as_coordinator) == [team.ben.public_id]
    assert found(team.as_coordinator, "ZO_R") == found(team.as_coordinator, "0%") == [hidden.public_id]
    assert found(team.as_coordinator, "Zo%ra") == found(team.as_ana, "Zo_ra") == []
    # An owner of another cohort sees their own cohort's people, and not this one's.
    remove_owner(session, project, actor=team.as_ana, now=NOW, outside_name="Eve")
    link_owner(
        session, project, actor=team.as_coordinator, now=NOW, outside_name="Dee Doe", membership_id=team.cleo.public_id
    )
    assert found(team.as_cleo) == [hidden.public_id]
