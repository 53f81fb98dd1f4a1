"""A participant's home: what is next, asked and still to do, and what all put into practice. Nine statements."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from coaching.models import OPEN_STATUSES, CheckIn, CheckInState, Cohort, FollowUpStep, Goal, GoalState, Membership
from coaching.policies import Actor
from coaching.services.action_list import OWN_OPEN, OwnAction
from coaching.services.cohort_cards import ATTENDED_CARDS, CohortCard, read_cards
from coaching.services.due_metrics import DueMetric, read_due_metrics
from coaching.services.expected_moments import COLUMNS, Standing, expect_moments, with_standing
from coaching.services.goal_scores import COACH_SCORE, LATEST_SCORE, PARTICIPANT_SCORE, RATINGS
from coaching.services.launch_list import ATTENDED_LATEST, LaunchLine, read_launches
from coaching.services.practice_news import PracticeNews, read_news
from coaching.services.project_list import OWNERS_OF_PERSON, PROJECTS_OF_PERSON, ProjectLine, read_projects
from coaching.services.words import is_one_of
from coaching.services.zones import today_in


class OpenCheckIn(NamedTuple):
    """A check-in that can be answered now, or one that is to come; `expected_at` is when that is really asked, and
    `needs_consent` tells that it is only if one agrees to be asked for so long."""

    id: str
    cohort: str
    step: str
    question: str
    due_at: datetime
    closes_at: datetime
    expected_at: datetime | None
    needs_consent: bool


class GoalLine(NamedTuple):
    """One of one's own goals that go on, with its newest score, which is None before the first rating, and those of
    either side; and which side has agreed to it as it stands."""

    id: str
    statement: str
    cohort: str
    due_on: date | None
    state: GoalState
    baseline: int
    score: int | None
    participant_score: int | None
    coach_score: int | None
    ratings: int
    is_agreed_by_participant: bool
    is_agreed_by_coach: bool


class ParticipantHome(NamedTuple):
    """`check_ins` can be answered now, and `next_check_in` is the one to come; `actions` are the open ones,
    `due_metrics` want a value by now, `projects` are one's own, `practice_news` what others said in one's practice logs
    of late, `launches` the latest in all of one's cohorts."""

    cohorts: tuple[CohortCard, ...]
    check_ins: tuple[OpenCheckIn, ...]
    next_check_in: OpenCheckIn | None
    actions: tuple[OwnAction, ...]
    goals: tuple[GoalLine, ...]
    due_metrics: tuple[DueMetric, ...]
    projects: tuple[ProjectLine, ...]
    practice_news: tuple[PracticeNews, ...]
    launches: tuple[LaunchLine, ...]


_OWN = (Membership.person_id == bindparam("person_id"), is_one_of(Membership.status, OPEN_STATUSES))
_CHECK_INS = with_standing(
    select(
        CheckIn.public_id,
        Cohort.name,
        FollowUpStep.label,
        FollowUpStep.question,
        CheckIn.due_at,
        CheckIn.closes_at,
        *COLUMNS,
    )
    .join_from(Membership, CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(
        *_OWN,
        CheckIn.closes_at > bindparam("now"),
        is_one_of(CheckIn.state, (CheckInState.DUE, CheckInState.ASKED)),
    )
    .order_by(CheckIn.due_at, CheckIn.id)
)
_GOALS = (
    select(
        Goal.public_id,
        Goal.statement,
        Cohort.name,
        Goal.due_on,
        Goal.state,
        Goal.baseline,
        LATEST_SCORE,
        PARTICIPANT_SCORE,
        COACH_SCORE,
        RATINGS,
        Goal.participant_agreed_at.is_not(None),
        Goal.coach_agreed_at.is_not(None),
    )
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(*_OWN, Goal.ended_on.is_(None))
    .order_by(Goal.id)
)


def participant_home(session: Session, *, actor: Actor, now: datetime) -> ParticipantHome:
    """The cohorts in which the actor learns or looks on."""
    connection = session.connection()
    values = {"person_id": actor.person_id, "now": now}
    check_ins = _read_check_ins(connection, values, now)
    coming = [one for one in check_ins if one.due_at > now and one.expected_at is not None]
    return ParticipantHome(
        cohorts=read_cards(connection, ATTENDED_CARDS, person_id=actor.person_id, now=now),
        check_ins=tuple(one for one in check_ins if one.due_at <= now),
        next_check_in=min(coming, key=lambda one: one.expected_at or one.due_at, default=None),
        actions=tuple(OwnAction(*row) for row in connection.execute(OWN_OPEN, values).all()),
        goals=tuple(GoalLine(*row) for row in connection.execute(_GOALS, values).all()),
        due_metrics=read_due_metrics(connection, actor.person_id, today=today_in(now, actor.timezone)),
        projects=read_projects(connection, PROJECTS_OF_PERSON, OWNERS_OF_PERSON, values).lines,
        practice_news=read_news(connection, values, now=now),
        launches=read_launches(connection, ATTENDED_LATEST, values),
    )


def _read_check_ins(connection: Connection, values: dict[str, object], now: datetime) -> list[OpenCheckIn]:
    rows = connection.execute(_CHECK_INS, values).all()
    standings = [Standing(*row[-len(COLUMNS) :]) for row in rows]
    return [
        OpenCheckIn._make([*row[: -len(COLUMNS)], moment, standing.needs_consent])
        for row, standing, moment in zip(rows, standings, expect_moments(standings, now=now), strict=True)
    ]
