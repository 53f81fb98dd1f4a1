"""Actions as lists: what a session opens with, what was agreed in it, and whose eyes each line is for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.models import Action, ActionState, AttendanceStatus, CoachingSession, MembershipStatus
from coaching.policies import Actor
from coaching.services.action_list import list_member_actions, list_open_at_start, list_session_actions
from tests.factories import NOW, make_action, make_membership, make_session
from tests.services.progress_rows import attend
from tests.services.teams import Team, make_team

Counter = Callable[[], AbstractContextManager[list[str]]]
LATER = NOW + timedelta(days=7)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def held(session: Session, team: Team) -> CoachingSession:
    return make_session(session, team.cohort, starts_at=NOW)


def opened_with(session: Session, held: CoachingSession, actor: Actor) -> list[str]:
    return [line.statement for line in list_open_at_start(session, held, actor=actor)]


def make(session: Session, team: Team, statement: str, *, days_ago: float, **values: Any) -> Action:
    return make_action(session, team.ana, statement=statement, created_at=NOW - timedelta(days=days_ago), **values)


def test_a_session_opens_with_what_was_open_when_it_began(session: Session, team: Team, held: CoachingSession) -> None:
    earlier = make_session(session, team.cohort, starts_at=NOW - timedelta(days=7))
    coming = make_session(session, team.cohort, starts_at=LATER)
    make(session, team, "alone", days_ago=2)
    # Written down after this session, and agreed in the one before it.
    make(session, team, "before", days_ago=-1, session_id=earlier.id, due_on=date(2026, 6, 14))
    closed = {"state": ActionState.DONE, "closed_at": NOW - timedelta(hours=1)}
    make(session, team, "over", days_ago=5, session_id=earlier.id, **closed)
    make(session, team, "settled here", days_ago=5, **closed | {"closed_at": NOW + timedelta(minutes=10)})
    make(session, team, "here", days_ago=0.5, session_id=held.id)
    make(session, team, "prepared", days_ago=3, session_id=coming.id)
    make(session, team, "since", days_ago=-2)
    # By the day that they are due, those without one last.
    assert opened_with(session, held, team.as_coach) == ["before", "alone", "settled here"]
    assert opened_with(session, coming, team.as_coach) == ["before", "alone", "here", "since"]
    assert [line.state for line in list_open_at_start(session, held, actor=team.as_ana)][-1] == ActionState.DONE


def test_it_opens_with_the_actions_of_those_who_came(session: Session, team: Team, held: CoachingSession) -> None:
    others = [make_membership(session, team.cohort) for _ in range(3)]
    for member in (team.ana, team.ben, *others):
        make_action(session, member, statement=member.person.name, created_at=NOW - timedelta(days=1))
    make_action(session, team.cleo, created_at=NOW - timedelta(days=1))
    attend(session, held, team.ana, status=AttendanceStatus.LATE)
    attend(session, held, team.ben, status=AttendanceStatus.ABSENT)
    attend(session, held, others[0], status=AttendanceStatus.EXCUSED)
    others[1].status = MembershipStatus.WITHDRAWN
    session.flush()
    came = [team.ana.person.name, others[2].person.name]
    assert opened_with(session, held, team.as_coach) == sorted(came)
    pair = make_session(session, team.cohort, starts_at=NOW, pair_membership_id=team.ben.id)
    assert opened_with(session, pair, team.as_coordinator) == [team.ben.person.name]


def test_nobody_reads_a_fellows(session: Session, team: Team, held: CoachingSession) -> None:
    for member in (team.ana, team.ben):
        make_action(session, member, statement=member.person.name, created_at=NOW - timedelta(days=1))
        make_action(session, member, statement=f"Agreed: {member.person.name}", session_id=held.id)
    own = team.ben.person.name
    assert opened_with(session, held, team.as_ben) == [own]
    assert [line.statement for line in list_session_actions(session, held, actor=team.as_ben)] == [f"Agreed: {own}"]
    assert len(list_session_actions(session, held, actor=team.as_coach)) == 2
    assert opened_with(session, held, team.as_observer) == []
    assert list_session_actions(session, held, actor=team.as_observer) == []


def test_a_members_open_actions_come_first(session: Session, team: Team) -> None:
    make_action(session, team.ana, statement="some day")
    make_action(session, team.ana, statement="was", state=ActionState.DROPPED, due_on=date(2026, 1, 1))
    for day in (20, 3):
        make_action(session, team.ana, statement=f"on day {day}", due_on=date(2026, 6, day))
    make_action(session, team.ben)
    found = [line.statement for line in list_member_actions(session, team.ana, actor=team.as_ana)]
    assert found == ["on day 3", "on day 20", "some day", "was"]


@pytest.mark.parametrize("members", [3, 20])
def test_lists_take_one_statement_each(
    session: Session, team: Team, held: CoachingSession, count_queries: Counter, members: int
) -> None:
    for _ in range(members):
        member = make_membership(session, team.cohort)
        make_action(session, member, created_at=NOW - timedelta(days=1))
        make_action(session, member, session_id=held.id)
    with count_queries() as statements:
        assert len(list_open_at_start(session, held, actor=team.as_coach)) == members
        assert len(list_session_actions(session, held, actor=team.as_coach)) == members
    assert len(statements) == 2
