"""What is counted of a programme: eight statements, each grouped by cohort or by kind of cohort."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, case, func, or_, select

from coaching.models import (
    OPEN_STATUSES,
    AnswerChoice,
    Attendance,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CoachingSession,
    Cohort,
    CohortKind,
    CourseProject,
    CourseRun,
    FollowUpStep,
    Membership,
    MembershipStatus,
    ReachSnapshot,
    Response,
    Role,
    Stage,
    StageChange,
    StatusChange,
    Wave,
    WaveInvitation,
)
from coaching.services.counted_sessions import COUNTS, HELD_FOR_MEMBER, UNRECORDED
from coaching.services.project_list import CURRENT_JOINERS, IS_CONFIRMED, IS_IMPORTED
from coaching.services.session_list import WAS_THERE
from coaching.services.words import is_one_of, is_word

Statement = Select[*tuple[Any, ...]]

GOOD = 4
# The stages in the order in which a course goes through them; to stop is no step forward.
STAGES = (Stage.IDEA, Stage.DESIGNING, Stage.BUILDING, Stage.PILOTED, Stage.LAUNCHED, Stage.RE_RUN)

_IN_PROGRAMME = Cohort.programme_id == bindparam("programme_id")
_IS_PARTICIPANT = is_word(Membership.role, Role.PARTICIPANT)

COHORTS: Statement = (
    select(Cohort.id, Cohort.public_id, Cohort.name, Cohort.kind, Cohort.starts_on, Cohort.ends_on, Cohort.state)
    .where(_IN_PROGRAMME)
    .order_by(Cohort.starts_on, Cohort.id)
)


def _people(*statuses: MembershipStatus) -> ColumnElement[int]:
    """Members whose history holds one of these statuses."""
    return func.count(Membership.id.distinct()).filter(is_one_of(StatusChange.status, statuses))


# What tells in a history that somebody came so far. A later step implies the earlier ones, noted or not.
_COMPLETED = (MembershipStatus.COMPLETED,)
_STARTED = (MembershipStatus.ACTIVE, MembershipStatus.PAUSED, *_COMPLETED)
_ACCEPTED = (MembershipStatus.ACCEPTED, *_STARTED)
_SHORTLISTED = (MembershipStatus.SHORTLISTED, *_ACCEPTED)
# These are decided on an application; who has none of them was brought in without one.
_APPLIED = (
    MembershipStatus.APPLIED,
    MembershipStatus.SHORTLISTED,
    MembershipStatus.WAITLISTED,
    MembershipStatus.DECLINED,
)

PEOPLE: Statement = (
    select(
        Membership.cohort_id,
        func.count(Membership.id.distinct()).filter(is_one_of(Membership.status, OPEN_STATUSES)),
        _people(*_APPLIED),
        _people(*_APPLIED, *_ACCEPTED),
        _people(*_SHORTLISTED),
        _people(*_ACCEPTED),
        _people(*_STARTED),
        func.count(Membership.id.distinct()).filter(is_word(Membership.status, MembershipStatus.WITHDRAWN)),
        _people(*_COMPLETED),
    )
    .join_from(Cohort, Membership, Membership.cohort_id == Cohort.id)
    .outerjoin(StatusChange, StatusChange.membership_id == Membership.id)
    .where(_IN_PROGRAMME, _IS_PARTICIPANT)
    .group_by(Membership.cohort_id)
)
ATTENDANCE: Statement = (
    select(
        Membership.cohort_id,
        func.count().filter(WAS_THERE),
        func.count().filter(COUNTS),
        func.count().filter(UNRECORDED),
    )
    .join_from(Cohort, Membership, Membership.cohort_id == Cohort.id)
    .join(CoachingSession, HELD_FOR_MEMBER)
    .outerjoin(Attendance, and_(Attendance.session_id == CoachingSession.id, Attendance.membership_id == Membership.id))
    .where(_IN_PROGRAMME, _IS_PARTICIPANT)
    .group_by(Membership.cohort_id)
)
ANSWERS: Statement = (
    select(Wave.cohort_id, func.count().filter(Response.rating >= GOOD), func.count())
    .join_from(Cohort, Wave, Wave.cohort_id == Cohort.id)
    .join(Response, Response.wave_id == Wave.id)
    .where(_IN_PROGRAMME)
    .group_by(Wave.cohort_id)
)
INVITATIONS: Statement = (
    select(Wave.cohort_id, func.count().filter(WaveInvitation.has_answered), func.count())
    .join_from(Cohort, Wave, Wave.cohort_id == Cohort.id)
    .join(WaveInvitation, WaveInvitation.wave_id == Wave.id)
    .where(_IN_PROGRAMME)
    .group_by(Wave.cohort_id)
)
REACH: Statement = (
    select(
        CourseProject.cohort_id,
        func.count(CourseProject.id.distinct()),
        func.count(CourseProject.id.distinct()).filter(CourseRun.id.is_not(None)),
        func.count(CourseRun.id),
        func.coalesce(func.sum(ReachSnapshot.value), 0),
        func.coalesce(func.sum(ReachSnapshot.value).filter(IS_CONFIRMED), 0),
        func.coalesce(func.sum(ReachSnapshot.value).filter(IS_IMPORTED), 0),
        func.min(ReachSnapshot.as_of),
        func.max(ReachSnapshot.as_of),
    )
    .join_from(Cohort, CourseProject, CourseProject.cohort_id == Cohort.id)
    .outerjoin(CourseRun, CourseRun.project_id == CourseProject.id)
    .outerjoin(ReachSnapshot, CURRENT_JOINERS)
    .where(_IN_PROGRAMME)
    .group_by(CourseProject.cohort_id)
)
_WAS_SENT = or_(CheckIn.asked_at.is_not(None), CheckInAnswer.id.is_not(None))
STEPS: Statement = (
    select(
        Cohort.kind,
        FollowUpStep.label,
        FollowUpStep.offset,
        func.count(),
        *(func.count().filter(is_word(CheckInAnswer.choice, choice)) for choice in AnswerChoice),
        func.count().filter(is_word(CheckIn.state, CheckInState.ASKED)),
    )
    .join_from(Cohort, Membership, Membership.cohort_id == Cohort.id)
    .join(CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
    .where(_IN_PROGRAMME, _IS_PARTICIPANT, _WAS_SENT)
    .group_by(Cohort.kind, FollowUpStep.label, FollowUpStep.offset)
    .order_by(func.min(FollowUpStep.position), FollowUpStep.label)
)


def _rank(column: Any) -> Any:
    return case({stage: place for place, stage in enumerate(STAGES)}, value=column)


# How far each project came: its furthest stage in its history, whatever its stage is now.
_FURTHEST = (
    select(
        Cohort.kind.label("kind"),
        CourseProject.stage.label("stage"),
        func.coalesce(func.max(_rank(StageChange.stage)), _rank(CourseProject.stage), 0).label("rank"),
    )
    .join_from(Cohort, CourseProject, CourseProject.cohort_id == Cohort.id)
    .outerjoin(StageChange, and_(StageChange.project_id == CourseProject.id, StageChange.withdrawn_at.is_(None)))
    .where(_IN_PROGRAMME)
    .group_by(Cohort.id, CourseProject.id)
)


def _stages(kind: ColumnElement[bool] | None) -> Statement:
    """Projects by kind and furthest stage, and how many of them have stopped."""
    furthest = (_FURTHEST if kind is None else _FURTHEST.where(kind)).subquery()
    return select(
        furthest.c.kind,
        furthest.c.rank,
        func.count(),
        func.count().filter(furthest.c.stage == Stage.STOPPED),
    ).group_by(furthest.c.kind, furthest.c.rank)


class Rows(NamedTuple):
    """What the statements gave; the middle ones by the number of the cohort."""

    cohorts: Sequence[Row[*tuple[Any, ...]]]
    people: dict[int, tuple[Any, ...]]
    attendance: dict[int, tuple[Any, ...]]
    answers: dict[int, tuple[Any, ...]]
    invitations: dict[int, tuple[Any, ...]]
    reach: dict[int, tuple[Any, ...]]
    steps: Sequence[Row[*tuple[Any, ...]]]
    stages: Sequence[Row[*tuple[Any, ...]]]


def read(connection: Connection, programme_id: int, *, now: datetime, kind: CohortKind | None) -> Rows:
    """Runs the eight statements, for cohorts of `kind` alone where one is named."""
    values = {"programme_id": programme_id, "now": now}
    only = None if kind is None else Cohort.kind == kind

    def run(statement: Statement) -> Sequence[Row[*tuple[Any, ...]]]:
        return connection.execute(statement if only is None else statement.where(only), values).all()

    def by_cohort(statement: Statement) -> dict[int, tuple[Any, ...]]:
        return {row[0]: tuple(row[1:]) for row in run(statement)}

    return Rows(
        cohorts=run(COHORTS),
        people=by_cohort(PEOPLE),
        attendance=by_cohort(ATTENDANCE),
        answers=by_cohort(ANSWERS),
        invitations=by_cohort(INVITATIONS),
        reach=by_cohort(REACH),
        steps=run(STEPS),
        stages=connection.execute(_stages(only), values).all(),
    )
