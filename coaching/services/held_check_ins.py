"""When somebody, or a whole cohort, is paused or comes back, or somebody says anew how they want to be asked: what
waits for them is decided anew.

Mails that have not left are taken back, and what was put off is looked at again at once, by the sweep, with the rules
as they are now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, literal, null, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    Asking,
    CheckIn,
    CheckInState,
    Cohort,
    CohortState,
    Held,
    Membership,
    MembershipStatus,
    Message,
    Person,
)
from coaching.models.base import UTCDateTime
from coaching.services.askings import take_back
from coaching.services.due_moments import LATEST
from coaching.services.outbox import CANCELLABLE
from coaching.services.reasons import COHORT_PAUSED, IS_PAUSED

CHANGED = "They changed when they may be asked."


def lock_person(session: Session, person_id: int) -> None:
    """Waits for a scheduler that is dealing with this person, and keeps others away until the transaction ends."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def decide_anew(session: Session, person_id: int, *, now: datetime) -> None:
    """After somebody changed how they want to be asked. Lock the person before reading what they change."""
    theirs = CheckIn.membership_id.in_(select(Membership.id).where(Membership.person_id == person_id))
    _take_back(session, theirs, CHANGED, now=now)
    _change(session, theirs & (CheckIn.held != Held.NOT_HELD) & CheckIn.wake_at.is_not(None), wake_at=now)


def pause_member(session: Session, membership: Membership, *, now: datetime) -> None:
    """What a member was to be asked by a mail that has not left is not asked while they are paused."""
    _take_back(session, CheckIn.membership_id == membership.id, IS_PAUSED, now=now)


def resume_member(session: Session, membership: Membership, *, now: datetime) -> None:
    """Wakes what the pause held back, unless the cohort is paused, too. What lies too far back is not asked."""
    if membership.cohort.state == CohortState.RUNNING:
        _wake(session, CheckIn.membership_id == membership.id, now=now)


def pause_cohort(session: Session, cohort: Cohort, *, now: datetime) -> None:
    """What its members were to be asked by mails that have not left is not asked while it is paused."""
    _take_back(session, _in_cohort(cohort), COHORT_PAUSED, now=now)


def resume_cohort(session: Session, cohort: Cohort, *, now: datetime) -> None:
    """Wakes what the pause held back, save of those who are paused themselves. What lies too far back is not asked."""
    _wake(session, _in_cohort(cohort, Membership.status != MembershipStatus.PAUSED), now=now)


def _in_cohort(cohort: Cohort, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return CheckIn.membership_id.in_(select(Membership.id).where(Membership.cohort_id == cohort.id, *conditions))


def _wake(session: Session, whose: ColumnElement[bool], *, now: datetime) -> None:
    paused = whose & (CheckIn.held == Held.PAUSED) & CheckIn.wake_at.is_not(None)
    is_late = (CheckIn.state == CheckInState.DUE) & (CheckIn.due_at < now - LATEST)
    _change(
        session,
        paused,
        state=case((is_late, literal(CheckInState.EXPIRED, CheckIn.state.type)), else_=CheckIn.state),
        wake_at=case((is_late, null()), else_=literal(now, UTCDateTime())),
        held=Held.NOT_HELD,
    )


def _take_back(session: Session, whose: ColumnElement[bool], reason: str, *, now: datetime) -> None:
    has_not_left = exists().where(
        Asking.check_in_id == CheckIn.id, Message.id == Asking.message_id, Message.state.in_(CANCELLABLE)
    )
    waiting = (
        select(CheckIn.id)
        .where(whose, CheckIn.state == CheckInState.ASKED, has_not_left)
        .order_by(CheckIn.id)
        .with_for_update()
    )
    never = take_back(session, session.scalars(waiting).all(), now=now, reason=reason)
    if never:
        # The sweep says what becomes of them, as of all that is due.
        _change(session, CheckIn.id.in_(never), state=CheckInState.DUE, asked_at=None, wake_at=now)


def _change(session: Session, which: ColumnElement[bool], **values: object) -> None:
    session.execute(update(CheckIn).where(which).values(values).execution_options(synchronize_session="fetch"))
