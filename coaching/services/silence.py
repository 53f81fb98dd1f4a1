"""Silence: check-ins that were asked, brought to mind and not answered. It goes to the coach, not harder at people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, literal_column, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import OPEN_STATUSES, CheckIn, CheckInState, Cohort, FollowUpStep, Membership, Person, Role
from coaching.policies import Actor, may_run_cohort, may_view_check_in, may_view_cohort, require, runs_cohort
from coaching.services import audit
from coaching.services.cohort_cards import COACHED
from coaching.services.launch_list import LONGEST_LIST
from coaching.services.words import is_one_of, is_word

FOR_ITS_COACHES = "Those who run the cohort see to it when somebody is silent."
_SILENT: Select[*tuple[Any, ...]] = (
    select(
        CheckIn.public_id,
        Membership.public_id,
        Person.name,
        Person.email,
        Cohort.public_id,
        Cohort.name,
        FollowUpStep.label,
        CheckIn.asked_at,
        CheckIn.nudged,
        CheckIn.closes_at,
    )
    .join_from(Membership, CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(
        is_word(Membership.role, Role.PARTICIPANT),
        is_one_of(Membership.status, OPEN_STATUSES),
        is_word(CheckIn.state, CheckInState.ASKED),
        CheckIn.escalated_at.is_not(None),
        CheckIn.seen_to_at.is_(None),
    )
    .order_by(CheckIn.asked_at, CheckIn.id)
    .limit(literal_column(str(LONGEST_LIST)))
)
_OF_COACHED = _SILENT.where(Membership.cohort_id.in_(COACHED))
_OF_COHORT = _SILENT.where(Membership.cohort_id == bindparam("cohort_id"))


class SilentCheckIn(NamedTuple):
    """A check-in that was asked, brought to mind `nudges` times, can still be answered, and was not."""

    id: str
    membership_id: str
    name: str
    email: str | None
    cohort_id: str
    cohort: str
    step: str
    asked_at: datetime
    nudges: int
    closes_at: datetime


def read_silent(connection: Connection, *, person_id: int) -> tuple[SilentCheckIn, ...]:
    """Who is silent in the cohorts that this person coaches, who has been asked longest ago first. One statement."""
    return tuple(SilentCheckIn(*row) for row in connection.execute(_OF_COACHED, {"person_id": person_id}).all())


def list_silent(session: Session, cohort: Cohort, *, actor: Actor) -> list[SilentCheckIn]:
    """Who is silent in a cohort, for those who run it. One statement."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_ITS_COACHES)
    return [SilentCheckIn(*row) for row in session.connection().execute(_OF_COHORT, {"cohort_id": cohort.id}).all()]


def see_to_silence(session: Session, check_in: CheckIn, *, actor: Actor, now: datetime) -> CheckIn:
    """Takes a silent check-in off the list of who needs their coach. It can be answered as before.

    Raises Conflict where it is not silent any more, or was never on the list.
    """
    membership = check_in.membership
    require(
        may_run_cohort(actor, membership.cohort),
        seen=may_view_check_in(actor, membership),
        message=FOR_ITS_COACHES,
    )
    # Whoever answers it at this moment holds the row.
    session.refresh(check_in, attribute_names=["state", "escalated_at", "seen_to_at"], with_for_update=True)
    if check_in.state != CheckInState.ASKED or check_in.escalated_at is None:
        raise Conflict("This check-in does not wait for anybody to see to it.", code="check-in-not-silent")
    if check_in.seen_to_at is None:
        check_in.seen_to_at = now
        audit.record(session, "check_in.seen_to", check_in, actor=actor, now=now)
    return check_in
