"""Cohorts: opened, edited, found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.importers.presence import USUAL
from coaching.models import (
    DEFAULT_REMINDERS,
    Cohort,
    CohortKind,
    Membership,
    MembershipStatus,
    Programme,
    Role,
    StatusChange,
)
from coaching.policies import Actor, may_coordinate, may_open_cohort, may_run_cohort, may_view_cohort, require
from coaching.services import audit, follow_ups, reminders
from coaching.services.calendar_lock import lock_calendar
from coaching.services.follow_up_plans import follow_default_plan
from coaching.services.zones import check_zone

LONGEST_DAYS = 5 * 366
_BY_ID = select(Cohort).where(Cohort.public_id == bindparam("public_id")).options(joinedload(Cohort.programme))


def get_cohort(session: Session, public_id: str, *, actor: Actor) -> Cohort:
    """A cohort that the actor may look at, with its programme."""
    cohort = session.scalars(_BY_ID, {"public_id": public_id}).one_or_none()
    if cohort is None or not may_view_cohort(actor, cohort):
        raise NotFound
    return cohort


def open_cohort(
    session: Session,
    programme: Programme,
    *,
    actor: Actor,
    now: datetime,
    name: str,
    kind: CohortKind,
    starts_on: date,
    ends_on: date,
    timezone: str,
    description: str = "",
    reminder_minutes: Iterable[int] = DEFAULT_REMINDERS,
    present_percent: int | None = None,
    partial_percent: int | None = None,
    late_minutes: int | None = None,
) -> Cohort:
    """A new cohort with the default follow-up plan. Who opens it without coordinating the programme coaches it."""
    require(may_open_cohort(actor, programme.id), seen=False)
    _check_dates(starts_on, ends_on)
    _check_name_is_free(session, programme.id, name)
    cohort = Cohort(
        programme=programme,
        name=name,
        kind=kind,
        description=description,
        timezone=check_zone(timezone),
        starts_on=starts_on,
        ends_on=ends_on,
        reminder_minutes=_longest_first(reminder_minutes),
        created_at=now,
        **USUAL._asdict(),
    )
    _set_thresholds(cohort, present_percent, partial_percent, late_minutes)
    session.add(cohort)
    _furnish(session, cohort, actor=actor, now=now)
    audit.record(session, "cohort.opened", cohort, actor=actor, now=now)
    return cohort


def _furnish(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> None:
    """The follow-up plan, and the coach where it is not a coordinator who opens the cohort."""
    # Both refer to the cohort by its number.
    session.flush()
    follow_default_plan(session, cohort, now=now)
    if not may_coordinate(actor, cohort.programme.id):
        _seat_coach(session, cohort, actor=actor, now=now)


def edit_cohort(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    name: str,
    starts_on: date,
    ends_on: date,
    timezone: str,
    description: str = "",
    reminder_minutes: Iterable[int] | None = None,
    present_percent: int | None = None,
    partial_percent: int | None = None,
    late_minutes: int | None = None,
) -> Cohort:
    """Changes a cohort. Check-ins that have not been asked yet move with its end, in the same transaction.

    Sessions to come follow another choice of reminders; None leaves them as they are.
    """
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    # A session that is scheduled at this moment follows the reminders that were chosen, too.
    lock_calendar(session.connection(), cohort.id)
    _check_dates(starts_on, ends_on)
    if name != cohort.name:
        _check_name_is_free(session, cohort.programme_id, name)
    _set_thresholds(cohort, present_percent, partial_percent, late_minutes)
    is_moved = (ends_on, timezone) != (cohort.ends_on, cohort.timezone)
    cohort.name, cohort.description = name, description
    cohort.starts_on, cohort.ends_on, cohort.timezone = starts_on, ends_on, check_zone(timezone)
    if is_moved:
        # The check-ins are moved by statements that read the cohort's row.
        session.flush()
        follow_ups.move_check_ins(session, cohort, now=now)
    if reminder_minutes is not None:
        _choose_reminders(session, cohort, _longest_first(reminder_minutes), now=now)
    audit.record(session, "cohort.edited", cohort, actor=actor, now=now)
    return cohort


def _choose_reminders(session: Session, cohort: Cohort, chosen: list[int], *, now: datetime) -> None:
    if chosen != cohort.reminder_minutes:
        cohort.reminder_minutes = chosen
        # The sessions are planned by statements that read the cohort's row.
        session.flush()
        reminders.plan_cohort_reminders(session, cohort, now=now)


def _seat_coach(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> None:
    membership = Membership(
        cohort_id=cohort.id,
        person_id=actor.person_id,
        role=Role.COACH,
        status=MembershipStatus.ACTIVE,
        joined_at=now,
    )
    session.add(membership)
    # The history refers to the membership by its number.
    session.flush()
    session.add(
        StatusChange(membership_id=membership.id, status=MembershipStatus.ACTIVE, at=now, actor_id=actor.person_id)
    )


def _longest_first(minutes: Iterable[int]) -> list[int]:
    return sorted(set(minutes), reverse=True)


def _set_thresholds(cohort: Cohort, present: int | None, partial: int | None, late: int | None) -> None:
    """What counts as present, in part and late from now on; None leaves it. What was recorded stays as it is."""
    present = cohort.present_percent if present is None else present
    partial = cohort.partial_percent if partial is None else partial
    if partial > present:
        raise Invalid.field("partial_percent", f"Choose at most {present}: it comes before present.")
    cohort.present_percent, cohort.partial_percent = present, partial
    cohort.late_minutes = cohort.late_minutes if late is None else late


def _check_dates(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Invalid.field("ends_on", "The last day is before the first. Choose a later one.")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise Invalid.field("ends_on", "A cohort lasts at most five years. Check the year.")


def _check_name_is_free(session: Session, programme_id: int, name: str) -> None:
    statement = select(Cohort.id).where(Cohort.programme_id == programme_id, Cohort.name == name)
    if session.scalars(statement).first() is not None:
        raise Conflict("The programme has a cohort of this name already. Choose another name.")
