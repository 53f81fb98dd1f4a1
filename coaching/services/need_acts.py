"""What a coach says to a signal: not before a day, seen to, or back on the list."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Membership, NeedMark, NeedMarkState, Signal
from coaching.policies import Actor, may_see_to_need, may_view_member, require
from coaching.services import audit
from coaching.services.insertion import insert_missing
from coaching.services.needs import find_need
from coaching.services.zones import today_in

FOR_COACHES = "The coaches of the cohort see to who needs them."
LONGEST_SNOOZE = timedelta(days=366)


def snooze_need(
    session: Session,
    membership: Membership,
    signal: Signal,
    *,
    actor: Actor,
    now: datetime,
    occurrence: str,
    until: date,
) -> NeedMark:
    """Takes it off one's own list until that day.

    Raises Invalid where the day is not ahead, or more than a year ahead, and Conflict where it was mended meanwhile.
    """
    _require_coach(membership, actor)
    today = today_in(now, actor.timezone)
    if not today < until <= today + LONGEST_SNOOZE:
        raise Invalid.field("until", "Choose a day after today, within a year.")
    return _say(
        session,
        membership,
        signal,
        occurrence,
        actor=actor,
        now=now,
        state=NeedMarkState.SNOOZED,
        until=until,
        note="",
    )


def see_to_need(
    session: Session,
    membership: Membership,
    signal: Signal,
    *,
    actor: Actor,
    now: datetime,
    occurrence: str,
    note: str = "",
) -> NeedMark:
    """Takes it off one's own list for good; when it occurs anew it is told again.

    The cohort's other coaches see who saw to it, and the note. Raises Conflict where it was mended meanwhile.
    """
    _require_coach(membership, actor)
    return _say(
        session,
        membership,
        signal,
        occurrence,
        actor=actor,
        now=now,
        state=NeedMarkState.DONE,
        until=None,
        note=note,
    )


def bring_back_need(
    session: Session, membership: Membership, signal: Signal, *, actor: Actor, now: datetime, occurrence: str
) -> None:
    """Takes back what one said to it. Who said nothing has nothing to take back, and that is no error."""
    _require_coach(membership, actor)
    of = {"person_id": actor.person_id, "membership_id": membership.id, "signal": signal, "occurrence": occurrence}
    mark = session.scalars(select(NeedMark).filter_by(**of)).one_or_none()
    if mark is not None:
        audit.record(session, "need.brought_back", membership, actor=actor, now=now)
        session.delete(mark)


def _require_coach(membership: Membership, actor: Actor) -> None:
    require(may_see_to_need(actor, membership), seen=may_view_member(actor, membership), message=FOR_COACHES)


def _say(
    session: Session,
    membership: Membership,
    signal: Signal,
    occurrence: str,
    *,
    actor: Actor,
    now: datetime,
    state: NeedMarkState,
    until: date | None,
    note: str,
) -> NeedMark:
    if find_need(session, membership, signal, occurrence, actor=actor, now=now) is None:
        raise Conflict("This has changed meanwhile, and needs nobody any more. Load the list again.", code="need-gone")
    said = {"state": state, "until": until, "note": note, "at": now}
    of = {"person_id": actor.person_id, "membership_id": membership.id, "signal": signal, "occurrence": occurrence}
    # Two windows of one coach may say something at the same moment: the second changes what the first wrote.
    session.execute(insert_missing(session, NeedMark.__table__), of | said)
    mark = session.scalars(select(NeedMark).filter_by(**of)).one()
    for name, value in said.items():
        setattr(mark, name, value)
    audit.record(session, f"need.{state}", membership, actor=actor, now=now)
    return mark
