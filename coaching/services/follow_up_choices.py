"""What participants say about being asked at all: "stop asking me", and whether they may be asked for a whole year.

Both are columns of the membership, which the planning reads: whoever said no gets no new check-in, and nothing that was
called off comes back. What ends here is what is open and all that is to come; who takes it back is asked what is still
recent enough. Who said what and when is in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, literal, select, true, update
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict
from coaching.models import (
    OPEN_STATUSES,
    Anchor,
    CheckIn,
    CheckInState,
    Cohort,
    FollowUpStep,
    Held,
    Membership,
    MessageKind,
)
from coaching.models.base import UTCDateTime
from coaching.policies import Actor, may_answer_check_in, may_view_check_in, may_view_member, require
from coaching.services import audit
from coaching.services.actors import holder_of_link
from coaching.services.capabilities import find_asked
from coaching.services.check_ins import OpenedLink
from coaching.services.follow_ups import resume_check_ins
from coaching.services.outbox import cancel_messages

FOR_THEMSELVES = "Whether somebody is asked is for themselves to say."
STOPPED = "They asked not to be asked any more."
DECLINED = "They do not want to be asked so long after the end."

_TO_COME = (
    select(CheckIn.public_id, FollowUpStep.label, CheckIn.due_at, FollowUpStep.is_alumni, FollowUpStep.anchor)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .where(
        CheckIn.membership_id == bindparam("membership_id"),
        CheckIn.state == CheckInState.DUE,
        CheckIn.due_at > bindparam("now"),
    )
    .order_by(CheckIn.due_at, CheckIn.id)
)


class ComingCheckIn(NamedTuple):
    """A check-in whose moment is still to come."""

    id: str
    step: str
    due_at: datetime
    is_alumni: bool
    anchor: Anchor


def list_to_come(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[ComingCheckIn]:
    """What the member is still to be asked, by its moment. One statement."""
    require(may_view_check_in(actor, membership), seen=False)
    rows: Iterable[Any] = session.connection().execute(_TO_COME, {"membership_id": membership.id, "now": now})
    return [ComingCheckIn(*row) for row in rows]


def list_alumni_moments(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[datetime]:
    """When the alumni check-ins to come would be asked."""
    return [one.due_at for one in list_to_come(session, membership, actor=actor, now=now) if one.is_alumni]


def read_alumni_question(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[datetime]:
    """The moments that the question of consent is about, where nothing was said to it yet; else nothing."""
    if membership.alumni_consent is not None or membership.follow_ups_stopped_at is not None:
        return []
    return list_alumni_moments(session, membership, actor=actor, now=now)


def open_choices_by_link(session: Session, token: str) -> OpenedLink:
    """The membership's own choices by the link of one of its check-ins, which for this need not be open any more:
    to say "no more" is never too late. Nobody is signed in by it."""
    number = find_asked(session, token)
    member = joinedload(CheckIn.membership)
    statement = (
        select(CheckIn)
        .where(CheckIn.id == number)
        .options(
            joinedload(CheckIn.step),
            member.joinedload(Membership.person),
            member.joinedload(Membership.cohort).joinedload(Cohort.programme),
        )
    )
    check_in = session.scalars(statement).one()
    if check_in.membership.status not in OPEN_STATUSES:
        raise Conflict(
            f"You have left {check_in.membership.cohort.name}, so you are asked nothing.", code="member-left"
        )
    return OpenedLink(check_in, holder_of_link(check_in.membership.person))


def stop_follow_ups(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> None:
    """Ends what is open and all that is to come of this membership, at once. Said twice, it is said once."""
    _require_own(session, membership, actor)
    if membership.follow_ups_stopped_at is not None:
        return
    membership.follow_ups_stopped_at = now
    _end(session, membership, true(), reason=STOPPED, now=now)
    audit.record(session, "membership.follow_ups_stopped", membership, actor=actor, now=now)


def resume_follow_ups(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> None:
    """Takes "stop asking me" back: what is to come is asked again, and what is still recent enough."""
    _require_own(session, membership, actor)
    if membership.follow_ups_stopped_at is None:
        return
    membership.follow_ups_stopped_at = None
    resume_check_ins(session, membership, now=now)
    audit.record(session, "membership.follow_ups_resumed", membership, actor=actor, now=now)


def say_alumni_consent(session: Session, membership: Membership, *, actor: Actor, now: datetime, may_ask: bool) -> None:
    """Whether the alumni steps may ask. A yes asks what is due at once; a no ends all of them, and can be changed."""
    _require_own(session, membership, actor)
    if membership.alumni_consent == may_ask:
        return
    membership.alumni_consent, membership.alumni_consent_at = may_ask, now
    if may_ask:
        # Those that were ended by a no come back; the statements there read the membership's new word.
        resume_check_ins(session, membership, now=now)
        _release(session, membership, now=now)
    else:
        _end(session, membership, FollowUpStep.is_alumni.is_(True), reason=DECLINED, now=now)
    act = "agreed" if may_ask else "declined"
    audit.record(session, f"membership.alumni_{act}", membership, actor=actor, now=now)


def _require_own(session: Session, membership: Membership, actor: Actor) -> None:
    require(
        may_answer_check_in(actor, membership),
        seen=may_view_member(actor, membership),
        message=FOR_THEMSELVES,
    )
    # Locked, so that of a yes and a no at once the later one stands, with what follows from it.
    names = ["follow_ups_stopped_at", "alumni_consent", "alumni_consent_at", "version"]
    session.refresh(membership, attribute_names=names, with_for_update=True)


def _end(session: Session, membership: Membership, which: ColumnElement[bool], *, reason: str, now: datetime) -> None:
    """Calls off what is due and asked, with whatever has not been handed over. What was asked keeps when."""
    # The check-ins are locked before any of their messages, as everyone does who changes both.
    statement = (
        select(CheckIn)
        .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
        .where(
            CheckIn.membership_id == membership.id,
            CheckIn.state.in_((CheckInState.DUE, CheckInState.ASKED)),
            which,
        )
        .order_by(CheckIn.id)
        .with_for_update(of=CheckIn)
        .execution_options(populate_existing=True)
    )
    ending: Sequence[CheckIn] = session.scalars(statement).all()
    for check_in in ending:
        check_in.state, check_in.wake_at, check_in.held = CheckInState.CANCELLED, None, Held.NOT_HELD
    # What follows looks at the check-ins as they are now.
    session.flush()
    stopped = set(cancel_messages(session, MessageKind.CHECK_IN, [one.id for one in ending], now=now, reason=reason))
    for check_in in ending:
        if check_in.id in stopped:
            # Nobody was asked after all: should they change their mind in time, they are.
            check_in.asked_at = None


def _release(session: Session, membership: Membership, *, now: datetime) -> None:
    """What waited for the yes waits no more: what was asked already is open, and the rest is looked at again."""
    soonest = case((CheckIn.due_at > now, CheckIn.due_at), else_=literal(now, UTCDateTime()))
    session.execute(
        update(CheckIn)
        .where(CheckIn.membership_id == membership.id, CheckIn.held == Held.CONSENT)
        .values(held=Held.NOT_HELD, wake_at=case((CheckIn.state == CheckInState.DUE, soonest)))
    )
