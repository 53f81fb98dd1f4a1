"""A cohort's plan on its dates: when each step is asked here, and how many were asked, answered or stayed silent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, case, func, select
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import Anchor, CheckIn, CheckInState, Cohort, FollowUpPlan, FollowUpStep, Membership
from coaching.policies import Actor, may_view_cohort_progress
from coaching.services.asking_hours import SATURDAY
from coaching.services.due_moments import parse_offset
from coaching.services.follow_up_plans import CohortPlan, standing_steps

_check_in = cast(Table, CheckIn.__table__)


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


_IS_ASKED = _check_in.c.asked_at.is_not(None) | (_check_in.c.state == CheckInState.ANSWERED)
_COUNTS = (
    select(
        _check_in.c.strand,
        func.min(_check_in.c.due_at),
        func.max(_check_in.c.due_at),
        _count(_check_in.c.state == CheckInState.DUE),
        _count(_IS_ASKED),
        _count(_check_in.c.state == CheckInState.ANSWERED),
        _count(_check_in.c.asked_at.is_not(None) & (_check_in.c.state == CheckInState.EXPIRED)),
        _count(_check_in.c.state == CheckInState.ASKED),
    )
    .join(Membership, Membership.id == _check_in.c.membership_id)
    .where(
        Membership.cohort_id == bindparam("cohort_id"),
        # What was called off before it was asked belongs to no date any more.
        _IS_ASKED | (_check_in.c.state != CheckInState.CANCELLED),
    )
    .group_by(_check_in.c.strand)
)


class Counts(NamedTuple):
    """What became of one step's check-ins. `silent` were asked and did not answer in time; `open` may answer yet."""

    waiting: int = 0
    asked: int = 0
    answered: int = 0
    silent: int = 0
    open: int = 0


class TimedStep(NamedTuple):
    """A step on its dates in one cohort: one day, or the first and the last where it counts from several things; None
    where there is nothing yet that it counts from. Who does not see the cohort's progress sees no counts.
    `is_gone`: people were asked by it, and it is no part of the plan any more."""

    step: FollowUpStep
    first: date | None
    last: date | None
    counts: Counts | None
    is_gone: bool = False

    @property
    def moved_to(self) -> date | None:
        """The Monday on which those are asked who chose no weekends, where its one day is a day of a weekend."""
        if self.last is None or self.first != self.last or self.last.weekday() < SATURDAY:
            return None
        return self.last + timedelta(days=7 - self.last.weekday())


def read_timeline(session: Session, held: CohortPlan, *, actor: Actor) -> list[TimedStep]:
    """The steps that the reader may see, by date; those without one come last. Who sees the cohort's progress sees
    what was asked by steps that are gone, too: its answers stay."""
    timed = _time(session, held.cohort, held.steps)
    if may_view_cohort_progress(actor, held.cohort):
        return timed
    return [one._replace(counts=None) for one in timed if not one.is_gone]


def describe_timeline(session: Session, cohort_id: str) -> list[dict[str, Any]]:
    """A cohort's steps on their dates for the command line, which may see everything."""
    cohort = session.scalars(select(Cohort).where(Cohort.public_id == cohort_id)).one_or_none()
    if cohort is None:
        raise NotFound
    plan = session.get(FollowUpPlan, cohort.follow_up_plan_id) if cohort.follow_up_plan_id is not None else None
    return [
        {
            "label": one.step.label,
            "anchor": one.step.anchor,
            "offset": one.step.offset,
            "first": one.first,
            "last": one.last,
            "is_gone": one.is_gone,
        }
        | (one.counts or Counts())._asdict()
        for one in _time(session, cohort, standing_steps(plan) if plan is not None else [])
    ]


def _time(session: Session, cohort: Cohort, steps: list[FollowUpStep]) -> list[TimedStep]:
    rows: Iterable[Any] = session.execute(_COUNTS, {"cohort_id": cohort.id})
    known = {strand: (first, last, Counts(*counts)) for strand, first, last, *counts in rows}
    timed = []
    for step in steps:
        first, last, counts = known.get(step.strand, (None, None, Counts()))
        timed.append(TimedStep(step, *_days(step, cohort, first, last), counts))
    gone = {strand for strand, (_, _, counts) in known.items() if counts.asked} - {step.strand for step in steps}
    for step in _steps_of(session, cohort, gone):
        first, last, counts = known[step.strand]
        timed.append(TimedStep(step, *_days_there(cohort, first, last), counts, is_gone=True))
    return sorted(timed, key=lambda one: (one.first is None, one.first or date.max, one.step.position))


def _days(
    step: FollowUpStep, cohort: Cohort, first: datetime | None, last: datetime | None
) -> tuple[date | None, date | None]:
    if step.anchor == Anchor.COHORT_END:
        day = cohort.ends_on + parse_offset(step.offset)
        return day, day
    return _days_there(cohort, first, last)


def _steps_of(session: Session, cohort: Cohort, strands: Collection[str]) -> Iterable[FollowUpStep]:
    """The latest wording by which each of these was asked here."""
    if not strands:
        return ()
    latest = (
        select(func.max(_check_in.c.step_id))
        .join(Membership, Membership.id == _check_in.c.membership_id)
        .where(Membership.cohort_id == cohort.id, _check_in.c.strand.in_(strands), _IS_ASKED)
        .group_by(_check_in.c.strand)
    )
    return session.scalars(select(FollowUpStep).where(FollowUpStep.id.in_(latest)))


def _days_there(cohort: Cohort, first: datetime | None, last: datetime | None) -> tuple[date | None, date | None]:
    zone = ZoneInfo(cohort.timezone)
    return (first.astimezone(zone).date() if first else None), (last.astimezone(zone).date() if last else None)
