"""What a coach reads before a session: of those who meet, since last time, in so many statements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.models import (
    AnswerChoice,
    AttendanceStatus,
    CheckInAnswer,
    CheckInState,
    CoachingSession,
    Membership,
    Rating,
)
from coaching.services.preparation import Preparation, prepare_session
from tests.factories import (
    NOW,
    make_action,
    make_check_in,
    make_goal,
    make_membership,
    make_project,
    make_run,
    make_session,
    make_step,
)
from tests.services.progress_rows import attend
from tests.services.teams import Team, make_team

Counter = Callable[[], AbstractContextManager[list[str]]]
TODAY = date(2026, 6, 15)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def coming(session: Session, team: Team) -> CoachingSession:
    return make_session(session, team.cohort, starts_at=NOW + timedelta(days=1), pair_membership_id=team.ana.id)


def prepare(session: Session, held: CoachingSession, team: Team) -> Preparation:
    session.flush()
    return prepare_session(session, held, actor=team.as_coach, now=NOW)


def rate(session: Session, goal: object, by: int, score: int, *, days_ago: int, edition: int = 1) -> None:
    on = TODAY - timedelta(days=days_ago)
    session.add(Rating(goal=goal, rated_by_id=by, score=score, rated_on=on, created_at=NOW, edition=edition))


def answer(session: Session, member: Membership, note: str, *, days_ago: int) -> None:
    step = make_step(session, member.cohort, label=note)
    check_in = make_check_in(session, step, member, state=CheckInState.ANSWERED)
    at = NOW - timedelta(days=days_ago)
    session.add(CheckInAnswer(check_in=check_in, choice=AnswerChoice.NOT_YET, note=note, answered_at=at, via="page"))


def test_of_a_pair_it_tells_what_happened_since_last_time(
    session: Session, team: Team, coming: CoachingSession
) -> None:
    assert prepare(session, coming, team).last is None
    before = make_session(
        session, team.cohort, starts_at=NOW - timedelta(days=14), pair_membership_id=team.ana.id, covered="The outline"
    )
    group = make_session(session, team.cohort, starts_at=NOW - timedelta(days=3), covered="Everybody’s")
    attend(session, before, team.ana, AttendanceStatus.PRESENT)
    attend(session, group, team.ana, AttendanceStatus.ABSENT)
    for member, words in ((team.ana, "Ask"), (team.ben, "Another’s")):
        make_action(session, member, statement=words, created_at=NOW - timedelta(days=2))
        answer(session, member, f"{words} lately", days_ago=2)
        answer(session, member, f"{words} long ago", days_ago=20)
        for days_ago in (2, 30):
            launched = TODAY - timedelta(days=days_ago)
            make_run(session, make_project(session, owners=(member,)), launched_on=launched)
    goal = make_goal(session, team.ana, statement="A course")
    make_goal(session, team.ana, statement="Over", ended_on=TODAY, state="reached")
    coach = team.as_coach.person_id
    for by, score, days_ago in ((team.ana.person_id, -1, 9), (team.ana.person_id, 0, 2), (coach, -1, 3)):
        rate(session, goal, by, score, days_ago=days_ago)
    # On levels that the goal does not have any more.
    rate(session, goal, coach, 2, days_ago=1, edition=0)
    known = prepare(session, coming, team)
    assert known.last is not None
    assert (known.last.covered, known.since) == ("The outline", before.starts_at)
    (one,) = known.people
    assert (one.membership_id, one.attended, one.counted) == (team.ana.public_id, 1, 2)
    assert [line.statement for line in one.actions] == ["Ask"]
    assert [each.note for each in one.answers] == ["Ask lately"]
    assert [each.launched_on for each in one.launches] == [TODAY - timedelta(days=2)]
    (seen,) = one.goals
    assert (seen.statement, seen.own_score, seen.coach_score) == ("A course", 0, -1)
    assert (seen.own_rated_on, seen.coach_rated_on) == (TODAY - timedelta(days=2), TODAY - timedelta(days=3))


def test_a_coordinator_prepares_without_the_words_of_goals(
    session: Session, team: Team, coming: CoachingSession
) -> None:
    make_goal(session, team.ana, statement="A course")
    known = prepare_session(session, coming, actor=team.as_coordinator, now=NOW)
    assert (known.reads_goals, known.people[0].goal_count, known.people[0].goals) == (False, 1, ())


def test_of_a_group_it_takes_as_many_statements_as_of_one(session: Session, team: Team, count_queries: Counter) -> None:
    coming = make_session(session, team.cohort, starts_at=NOW + timedelta(days=1))
    for number in range(6):
        member = make_membership(session, team.cohort)
        make_action(session, member)
        make_goal(session, member)
        answer(session, member, f"Note {number}", days_ago=1)
    session.flush()
    with count_queries() as seen:
        known = prepare_session(session, coming, actor=team.as_coach, now=NOW)
    assert len(known.people) == 8
    assert len(seen) == 6
