"""What a coach reads before a session: who comes, what was agreed, where goals stand, what happened since last time.

So many statements, whether one meets or thirty. Coordinators prepare sessions too, and read of goals that there are
some, not what they say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, func, select
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    THERE,
    AnswerChoice,
    Attendance,
    CheckIn,
    CheckInAnswer,
    CoachingSession,
    CourseProject,
    CourseRun,
    FollowUpStep,
    Goal,
    GoalState,
    Membership,
    Person,
    ProjectOwner,
    Role,
    SessionState,
)
from coaching.policies import Actor, may_coach, may_view_session, require, runs_cohort
from coaching.services.action_list import ActionLine, Lines, list_open_at_start
from coaching.services.counted_sessions import COUNTS, HELD_FOR_MEMBER
from coaching.services.goal_scores import COACH_DAY, COACH_SCORE, PARTICIPANT_DAY, PARTICIPANT_SCORE
from coaching.services.session_record import FOR_THOSE_WHO_RUN_IT
from coaching.services.words import is_one_of, is_word

# Who never met before looks back so far.
LOOK_BACK = timedelta(days=60)


class LastTime(NamedTuple):
    """The session before this one, of the same people."""

    id: str
    title: str
    starts_at: datetime
    covered: str
    shared_notes: str


class PreparedGoal(NamedTuple):
    """A goal that has not ended, with the newest rating of either side on its current levels; None before the first."""

    id: str
    statement: str
    due_on: date | None
    state: GoalState
    own_score: int | None
    own_rated_on: date | None
    coach_score: int | None
    coach_rated_on: date | None


class PreparedAnswer(NamedTuple):
    """A check-in that was answered since last time."""

    id: str
    step: str
    choice: AnswerChoice
    note: str
    answered_at: datetime


class PreparedLaunch(NamedTuple):
    """A launch since last time."""

    project_id: str
    title: str
    label: str
    launched_on: date


class PreparedPerson(NamedTuple):
    """One of those who meet. `goal_count` is how many goals are open; what they are stands in `goals`, for coaches."""

    membership_id: str
    name: str
    attended: int
    counted: int
    goal_count: int
    goals: tuple[PreparedGoal, ...]
    actions: tuple[ActionLine, ...]
    answers: tuple[PreparedAnswer, ...]
    launches: tuple[PreparedLaunch, ...]


class Preparation(NamedTuple):
    """All of it. `since` is from when on answers and launches are told; `reads_goals` whether their words are."""

    last: LastTime | None
    since: datetime
    reads_goals: bool
    people: tuple[PreparedPerson, ...]


_LAST: Lines = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.covered,
        CoachingSession.shared_notes,
    )
    .where(
        CoachingSession.cohort_id == bindparam("cohort_id"),
        CoachingSession.starts_at < bindparam("starts_at"),
        CoachingSession.id != bindparam("session_id"),
        is_word(CoachingSession.state, SessionState.SCHEDULED),
    )
    .order_by(CoachingSession.starts_at.desc(), CoachingSession.id.desc())
    .limit(1)
)
_HELD = func.sum(case((COUNTS, 1), else_=0))
_CAME = func.sum(case((is_one_of(Attendance.status, THERE), 1), else_=0))
_IS_ONE_OF_THEM = (
    Membership.cohort_id == bindparam("cohort_id"),
    is_word(Membership.role, Role.PARTICIPANT),
    is_one_of(Membership.status, OPEN_STATUSES),
)
_PEOPLE: Lines = (
    select(Membership.id, Membership.public_id, Person.name, _CAME, _HELD)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(CoachingSession, HELD_FOR_MEMBER)
    .outerjoin(Attendance, (Attendance.session_id == CoachingSession.id) & (Attendance.membership_id == Membership.id))
    .where(*_IS_ONE_OF_THEM)
    .group_by(Membership.id, Person.id)
    .order_by(Person.name, Membership.id)
)
_GOALS: Lines = (
    select(
        Goal.membership_id,
        Goal.public_id,
        Goal.statement,
        Goal.due_on,
        Goal.state,
        PARTICIPANT_SCORE,
        PARTICIPANT_DAY,
        COACH_SCORE,
        COACH_DAY,
    )
    .join(Membership, Membership.id == Goal.membership_id)
    .where(*_IS_ONE_OF_THEM, Goal.ended_on.is_(None))
    .order_by(Goal.id)
)
_ANSWERS: Lines = (
    select(
        CheckIn.membership_id,
        CheckIn.public_id,
        FollowUpStep.label,
        CheckInAnswer.choice,
        CheckInAnswer.note,
        CheckInAnswer.answered_at,
    )
    .join(CheckIn, CheckIn.id == CheckInAnswer.check_in_id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Membership, Membership.id == CheckIn.membership_id)
    .where(*_IS_ONE_OF_THEM, CheckInAnswer.answered_at > bindparam("since"))
    .order_by(CheckInAnswer.answered_at.desc(), CheckIn.id)
)
_LAUNCHES: Lines = (
    select(
        ProjectOwner.membership_id,
        CourseProject.public_id,
        CourseProject.title,
        CourseRun.label,
        CourseRun.launched_on,
    )
    .join_from(CourseRun, CourseProject, CourseProject.id == CourseRun.project_id)
    .join(ProjectOwner, ProjectOwner.project_id == CourseProject.id)
    .join(Membership, Membership.id == ProjectOwner.membership_id)
    .where(*_IS_ONE_OF_THEM, CourseRun.launched_on >= bindparam("since_day"), CourseRun.launched_on <= bindparam("day"))
    .order_by(CourseRun.launched_on.desc(), CourseRun.id)
)


def prepare_session(session: Session, coaching_session: CoachingSession, *, actor: Actor, now: datetime) -> Preparation:
    """What to know before this session, for those who run the cohort. Six statements."""
    seen = may_view_session(actor, coaching_session)
    require(runs_cohort(actor, coaching_session.cohort), seen=seen, message=FOR_THOSE_WHO_RUN_IT)
    connection, pair = session.connection(), coaching_session.pair_membership_id
    values: dict[str, Any] = {
        "cohort_id": coaching_session.cohort_id,
        "session_id": coaching_session.id,
        "starts_at": coaching_session.starts_at,
        "now": now,
    }
    last = _read_last(connection, pair, values)
    since = last.starts_at if last is not None else min(now, coaching_session.starts_at) - LOOK_BACK
    values |= {"since": since, "since_day": since.date(), "day": now.date()}
    if pair is not None:
        values["pair_id"] = pair
    actions: defaultdict[str, list[ActionLine]] = defaultdict(list)
    for line in list_open_at_start(session, coaching_session, actor=actor):
        actions[line.membership_id].append(line)
    reads_goals = may_coach(actor, coaching_session.cohort)
    goals = _by_member(connection, _GOALS, pair, values, PreparedGoal)
    answers = _by_member(connection, _ANSWERS, pair, values, PreparedAnswer)
    launches = _by_member(connection, _LAUNCHES, pair, values, PreparedLaunch)
    people = tuple(
        PreparedPerson(
            membership_id=public_id,
            name=name,
            attended=int(came or 0),
            counted=int(counted or 0),
            goal_count=len(goals[number]),
            goals=tuple(goals[number]) if reads_goals else (),
            actions=tuple(actions[public_id]),
            answers=tuple(answers[number]),
            launches=tuple(launches[number]),
        )
        for number, public_id, name, came, counted in connection.execute(_of_pair(_PEOPLE, pair), values)
    )
    return Preparation(last, since, reads_goals, people)


def _read_last(connection: Connection, pair: int | None, values: dict[str, Any]) -> LastTime | None:
    """Of a one-to-one the one before with the same member; of everybody's, the one before of everybody."""
    statement = _LAST.where(CoachingSession.pair_membership_id.is_(None))
    if pair is not None:
        statement, values = (
            _LAST.where(CoachingSession.pair_membership_id == bindparam("pair_id")),
            values | {"pair_id": pair},
        )
    row = connection.execute(statement, values).one_or_none()
    return LastTime(*row) if row is not None else None


def _of_pair(statement: Lines, pair: int | None) -> Lines:
    return statement if pair is None else statement.where(Membership.id == bindparam("pair_id"))


def _by_member(
    connection: Connection, statement: Lines, pair: int | None, values: dict[str, Any], line: Any
) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    rows: Iterable[Any] = connection.execute(_of_pair(statement, pair), values)
    for row in rows:
        found[row[0]].append(line(*row[1:]))
    return found
