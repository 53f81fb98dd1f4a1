"""The rows of follow-ups: which steps hold, what they count from and for whom, and the check-ins that are there.

Everything is read for a `Part` of all check-ins at once, in a handful of statements however many members it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, true

from coaching.models import (
    OPEN_STATUSES,
    UNPAUSED_STATUSES,
    Anchor,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    CohortState,
    CourseProject,
    CourseRun,
    FollowUpPlan,
    FollowUpStep,
    Goal,
    Held,
    Membership,
    Person,
    ProjectOwner,
    Role,
    SessionState,
)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of all check-ins that an act is about: of these cohorts and members, of these steps and anchors.

    `members` may speak of memberships, cohorts and people; `cohorts` of cohorts alone.
    """

    cohorts: ColumnElement[bool]
    members: ColumnElement[bool]
    anchors: tuple[Anchor, ...] = tuple(Anchor)
    strands: tuple[str, ...] | None = None
    session_ids: tuple[int, ...] | None = None


class PlannedStep(NamedTuple):
    """A step that holds in a cohort."""

    cohort_id: int
    id: int
    strand: str
    anchor: Anchor
    role: Role
    offset: str
    window_days: int
    is_alumni: bool


class Anchored(NamedTuple):
    """Something that steps count from, for one member. `is_asked` is false for who is paused or wants to hear no
    more, and where the cohort does not run: what they have moves, and they get nothing new. Who `declined` to be asked
    so long after the end has no alumni step, and what fell due before somebody joined is not theirs.
    """

    membership_id: int
    cohort_id: int
    role: Role
    zone: str
    is_asked: bool
    declined: bool | None
    joined_at: datetime
    anchor_id: int
    on: date


class Kept(NamedTuple):
    """A check-in as it stands."""

    id: int
    membership_id: int
    strand: str
    anchor_id: int
    step_id: int
    on: date
    state: CheckInState
    due_at: datetime
    closes_at: datetime
    asked_at: datetime | None
    wake_at: datetime | None
    held: Held
    nudged: int


_PLANS = select(FollowUpPlan.id).join(Cohort, Cohort.follow_up_plan_id == FollowUpPlan.id).order_by(FollowUpPlan.id)
_STEPS = (
    select(
        Cohort.id,
        FollowUpStep.id,
        FollowUpStep.strand,
        FollowUpStep.anchor,
        FollowUpStep.role,
        FollowUpStep.offset,
        FollowUpStep.window_days,
        FollowUpStep.is_alumni,
    )
    .join(FollowUpStep, FollowUpStep.plan_id == Cohort.follow_up_plan_id)
    .where(FollowUpStep.retired_at.is_(None))
    .order_by(Cohort.id, FollowUpStep.position, FollowUpStep.id)
)
_KEPT: Select[*tuple[Any, ...]] = (
    select(
        CheckIn.id,
        CheckIn.membership_id,
        CheckIn.strand,
        CheckIn.anchor_id,
        CheckIn.step_id,
        CheckIn.anchor_on,
        CheckIn.state,
        CheckIn.due_at,
        CheckIn.closes_at,
        CheckIn.asked_at,
        CheckIn.wake_at,
        CheckIn.held,
        CheckIn.nudged,
    )
    .join(Membership, Membership.id == CheckIn.membership_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .order_by(CheckIn.id)
    .with_for_update(of=CheckIn)
)
_MEMBERS: Select[*tuple[Any, ...]] = (
    select(
        Membership.id,
        Membership.cohort_id,
        Membership.role,
        Person.timezone,
        and_(
            Membership.status.in_(UNPAUSED_STATUSES),
            Membership.follow_ups_stopped_at.is_(None),
            Cohort.state == CohortState.RUNNING,
        ),
        Membership.alumni_consent.is_(False),
        Membership.joined_at,
    )
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(Membership.status.in_(OPEN_STATUSES), Person.erased_at.is_(None))
)
# A session is for everybody who was in by then, a one-to-one for its participant, and either for the coach who holds
# it; a launch for its owners, in the programme that it was reported to; a goal for whom it belongs to, until it ends.
_IS_AT = or_(
    and_(
        Membership.role == Role.PARTICIPANT,
        or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
    ),
    and_(Membership.role == Role.COACH, CoachingSession.led_by_id == Membership.person_id),
)
_ANCHORED = {
    Anchor.COHORT_END: _MEMBERS.add_columns(Cohort.id, Cohort.ends_on),
    Anchor.SESSION_END: _MEMBERS.add_columns(CoachingSession.id, CoachingSession.local_start)
    .join(CoachingSession, CoachingSession.cohort_id == Membership.cohort_id)
    .where(CoachingSession.state == SessionState.SCHEDULED, CoachingSession.ends_at > Membership.joined_at, _IS_AT),
    Anchor.LAUNCH: _MEMBERS.add_columns(CourseRun.id, CourseRun.launched_on)
    .join(ProjectOwner, ProjectOwner.membership_id == Membership.id)
    .join(CourseProject, CourseProject.id == ProjectOwner.project_id)
    .join(CourseRun, CourseRun.project_id == CourseProject.id)
    .where(CourseProject.programme_id == Cohort.programme_id),
    Anchor.GOAL_DUE: _MEMBERS.add_columns(Goal.id, Goal.due_on)
    .join(Goal, Goal.membership_id == Membership.id)
    .where(Goal.due_on.is_not(None), Goal.ended_on.is_(None)),
}


def lock_plans(connection: Connection, part: Part) -> None:
    """Keeps the plans of these cohorts as they are until the transaction ends; whoever changes a plan locks it alone.

    So nobody plans by a step that is being changed at the same moment. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_PLANS.where(part.cohorts).with_for_update(read=True, of=FollowUpPlan))


def read_steps(connection: Connection, part: Part) -> list[PlannedStep]:
    """The steps that hold, by cohort."""
    statement = _STEPS.where(part.cohorts)
    if part.strands is not None:
        statement = statement.where(FollowUpStep.strand.in_(part.strands))
    if part.anchors != tuple(Anchor):
        statement = statement.where(FollowUpStep.anchor.in_(part.anchors))
    return [PlannedStep._make(row) for row in connection.execute(statement)]


def lock_check_ins(connection: Connection, part: Part) -> list[Kept]:
    """The check-ins, locked before any of their messages, as everyone does who changes both."""
    statement = _KEPT.where(part.members)
    if part.strands is not None:
        statement = statement.where(CheckIn.strand.in_(part.strands))
    if part.anchors != tuple(Anchor):
        statement = statement.join(FollowUpStep, FollowUpStep.id == CheckIn.step_id).where(
            FollowUpStep.anchor.in_(part.anchors)
        )
    if part.session_ids is not None:
        statement = statement.where(CheckIn.anchor_id.in_(part.session_ids))
    return [Kept._make(row) for row in connection.execute(statement)]


def read_anchored(connection: Connection, part: Part, anchor: Anchor) -> list[Anchored]:
    """Whatever steps with this anchor count from, for each member."""
    statement = _ANCHORED[anchor].where(part.members)
    if anchor == Anchor.SESSION_END and part.session_ids is not None:
        statement = statement.where(CoachingSession.id.in_(part.session_ids))
    found = [Anchored._make(row) for row in connection.execute(statement)]
    if anchor == Anchor.SESSION_END:
        # The session's own day, as its own clock showed it.
        return [each._replace(on=each.on.date()) for each in found if isinstance(each.on, datetime)]
    return found


def of_cohort(cohort_id: int, **narrower: Any) -> Part:
    """All check-ins of a cohort."""
    return Part(Cohort.id == cohort_id, Membership.cohort_id == cohort_id, **narrower)


def of_members(members: ColumnElement[bool], **narrower: Any) -> Part:
    """Those of the memberships that a condition names."""
    return Part(Cohort.id.in_(select(Membership.cohort_id).where(members)), members, **narrower)


def of_plan(plan_id: int, strands: Sequence[str]) -> Part:
    """Those by some steps of a plan, in every cohort that follows it."""
    follows = Cohort.follow_up_plan_id == plan_id
    return Part(follows, and_(follows, true()), strands=tuple(strands))
