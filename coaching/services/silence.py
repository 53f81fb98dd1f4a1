"""Silence: check-ins that were asked, brought to mind and not answered. It goes to the coach, not harder at people.

A coach finds it among the signals of who needs them (`needs`), and says there what became of it. This is the same of
one cohort, for all who run it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, literal_column, select
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    OPEN_STATUSES,
    CheckIn,
    CheckInState,
    Cohort,
    FollowUpStep,
    Membership,
    NeedMark,
    NeedMarkState,
    Person,
    Role,
    Signal,
)
from coaching.policies import Actor, may_view_cohort, require, runs_cohort
from coaching.services.launch_list import LONGEST_LIST
from coaching.services.words import is_one_of, is_word

FOR_ITS_COACHES = "Those who run the cohort see to it when somebody is silent."
_COACH = aliased(Person)
_SEEN_TO_BY = (
    select(_COACH.name)
    .join_from(NeedMark, _COACH, _COACH.id == NeedMark.person_id)
    .where(
        NeedMark.membership_id == Membership.id,
        is_word(NeedMark.signal, Signal.SILENT_CHECK_IN),
        NeedMark.occurrence == CheckIn.public_id,
        is_word(NeedMark.state, NeedMarkState.DONE),
    )
    .order_by(NeedMark.at, NeedMark.id)
    .limit(literal_column("1"))
    .scalar_subquery()
)
_OF_COHORT: Select[*tuple[Any, ...]] = (
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
        _SEEN_TO_BY,
    )
    .join_from(Membership, CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(
        Membership.cohort_id == bindparam("cohort_id"),
        is_word(Membership.role, Role.PARTICIPANT),
        is_one_of(Membership.status, OPEN_STATUSES),
        is_word(CheckIn.state, CheckInState.ASKED),
        CheckIn.escalated_at.is_not(None),
    )
    .order_by(CheckIn.asked_at, CheckIn.id)
    .limit(literal_column(str(LONGEST_LIST)))
)


class SilentCheckIn(NamedTuple):
    """A check-in that was asked, brought to mind `nudges` times, can still be answered, and was not.

    `seen_to_by` is the coach who said first that they saw to it, None while nobody did.
    """

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
    seen_to_by: str | None


def list_silent(session: Session, cohort: Cohort, *, actor: Actor) -> list[SilentCheckIn]:
    """Who is silent in a cohort, for those who run it. One statement."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_ITS_COACHES)
    return [SilentCheckIn(*row) for row in session.connection().execute(_OF_COHORT, {"cohort_id": cohort.id}).all()]
