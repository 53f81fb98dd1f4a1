"""How somebody wants to be asked: when, how often, and of which kinds not at all. It is for themselves to say.

Whatever they say holds at once: what waits for them is decided anew in the same transaction, and mails of a kind that
they switch off do not leave any more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from coaching.errors import Invalid
from coaching.models import (
    ContactPreference,
    Membership,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Role,
)
from coaching.models.contact import FROM_HOUR, UNTIL_HOUR, WEEKLY_LIMIT
from coaching.policies import Actor, is_that_person, may_view_member, require
from coaching.services import audit
from coaching.services.follow_ups import resume_check_ins
from coaching.services.held_check_ins import decide_anew, lock_person
from coaching.services.letter_links import SWITCHABLE
from coaching.services.outbox import CANCELLABLE, EMPTIED, log_deliveries
from coaching.services.zones import today_in

FOR_THEMSELVES = "When somebody may be asked is for themselves to say."
SWITCHED_OFF = "They switched mails of this kind off."
LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """What somebody has said, with the defaults for what they have not. `version` is 0 while they said nothing."""

    version: int
    weekly_limit: int
    from_hour: int
    until_hour: int
    weekends: bool
    paused_until: date | None
    switched_off: tuple[MessageKind, ...]


@dataclass(frozen=True, slots=True)
class ContactNote:
    """What their coach is told of it: that somebody is paused, until when, and what they switched off."""

    paused_until: date | None
    switched_off: tuple[MessageKind, ...]


def read_preferences(session: Session, person: Person, *, actor: Actor, now: datetime) -> ContactChoice:
    """How a person wants to be asked, for themselves."""
    require(is_that_person(actor, person.id), seen=False)
    row = session.get(ContactPreference, person.id, populate_existing=True)
    off = _switched_off(session, person.id)
    if row is None:
        return ContactChoice(
            0, WEEKLY_LIMIT, FROM_HOUR, UNTIL_HOUR, weekends=False, paused_until=None, switched_off=off
        )
    pause = _pause_of(row, person.timezone, now)
    return ContactChoice(row.version, row.weekly_limit, row.from_hour, row.until_hour, row.weekends, pause, off)


def read_note(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> ContactNote:
    """What those who see a member may know, so that they do not take silence for an answer."""
    require(may_view_member(actor, membership), seen=False)
    row = session.get(ContactPreference, membership.person_id)
    pause = _pause_of(row, membership.person.timezone, now) if row is not None else None
    return ContactNote(pause, _switched_off(session, membership.person_id))


def set_preferences(
    session: Session,
    person: Person,
    *,
    actor: Actor,
    now: datetime,
    weekly_limit: int,
    from_hour: int,
    until_hour: int,
    weekends: bool,
    paused_until: date | None,
    switched_off: Collection[MessageKind],
) -> ContactChoice:
    """Keeps all of it in place of what was said before."""
    require(is_that_person(actor, person.id), seen=False)
    # Before anything is read: a scheduler that is at this person's check-ins comes first, or finds what is new.
    lock_person(session, person.id)
    today = today_in(now, person.timezone)
    if from_hour >= until_hour:
        raise Invalid.field("until_hour", "Choose a later hour than the one from which we may ask.")
    if paused_until is not None and not today < paused_until <= today + LONGEST_PAUSE:
        raise Invalid.field("paused_until", "Choose a day from tomorrow to a year from now, or leave this blank.")
    row = session.get(ContactPreference, person.id)
    if row is None:
        row = ContactPreference(person_id=person.id)
        session.add(row)
    row.weekly_limit, row.from_hour, row.until_hour = weekly_limit, from_hour, until_hour
    row.weekends, row.paused_until = weekends, paused_until
    # The kinds are read from the database, and so is what waits.
    session.flush()
    _switch(session, person, switched_off, now=now)
    decide_anew(session, person.id, now=now)
    audit.record(session, "person.contact_preferences_set", person, actor=actor, now=now)
    return read_preferences(session, person, actor=actor, now=now)


def switch_kind(
    session: Session, person: Person, kind: MessageKind, *, actor: Actor, now: datetime, is_wanted: bool
) -> None:
    """Switches one kind of mail off, or on again. Said twice, it is said once."""
    require(is_that_person(actor, person.id), seen=False)
    lock_person(session, person.id)
    off = set(_switched_off(session, person.id))
    if is_wanted == (kind not in off):
        return
    _switch(session, person, off - {kind} if is_wanted else off | {kind}, now=now)
    decide_anew(session, person.id, now=now)
    act = "switched_on" if is_wanted else "switched_off"
    audit.record(session, f"person.{kind}_{act}", person, actor=actor, now=now)


def _switch(session: Session, person: Person, wanted_off: Collection[MessageKind], *, now: datetime) -> None:
    before, after = set(_switched_off(session, person.id)), set(wanted_off)
    if before == after:
        return
    for kind in sorted(after - before):
        session.add(OptOut(person_id=person.id, kind=kind, at=now))
        if kind != MessageKind.CHECK_IN:
            _call_off(session, person, kind, now=now)
    session.execute(delete(OptOut).where(OptOut.person_id == person.id, OptOut.kind.in_(before - after)))
    _touch(session, person)
    session.flush()
    if MessageKind.CHECK_IN in before - after:
        _ask_again(session, person, now=now)


def _touch(session: Session, person: Person) -> None:
    """A new version, so that a form which was filled in before does not take back what was said meanwhile."""
    row = session.get(ContactPreference, person.id)
    if row is None:
        session.add(ContactPreference(person_id=person.id))
    else:
        flag_modified(row, "weekly_limit")


def _call_off(session: Session, person: Person, kind: MessageKind, *, now: datetime) -> None:
    statement = (
        update(Message)
        .where(Message.recipient_id == person.id, Message.kind == kind, Message.state.in_(CANCELLABLE))
        .values(state=MessageState.CANCELLED, settled_at=now, **EMPTIED)
        .returning(Message.id)
    )
    stopped = session.execute(statement).scalars().all()
    log_deliveries(session, [(number, SWITCHED_OFF) for number in stopped], MessageState.CANCELLED, now=now)


def _ask_again(session: Session, person: Person, *, now: datetime) -> None:
    """What was called off meanwhile comes back, as far as it is recent enough."""
    theirs = select(Membership).where(Membership.person_id == person.id, Membership.role == Role.PARTICIPANT)
    for membership in session.scalars(theirs.order_by(Membership.id)):
        resume_check_ins(session, membership, now=now)


def _switched_off(session: Session, person_id: int) -> tuple[MessageKind, ...]:
    found = session.scalars(select(OptOut.kind).where(OptOut.person_id == person_id))
    return tuple(sorted(kind for kind in found if kind in SWITCHABLE))


def _pause_of(row: ContactPreference, zone: str, now: datetime) -> date | None:
    """The day until which somebody is paused; one that has come is over."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return row.paused_until if row.paused_until is not None and row.paused_until > today else None
