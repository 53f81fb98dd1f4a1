"""Rsvps: who says that they come. The newest answer counts, and one for another time counts as none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Membership,
    Person,
    Role,
    Rsvp,
    RsvpChoice,
    SessionState,
)
from coaching.policies import Actor, attends, may_rsvp, may_view_session, require, runs_cohort
from coaching.services.bookings import when
from coaching.services.insertion import insert_or_update

NOT_EXPECTED = "Only those who are in the cohort say whether they come."
FOR_THOSE_WHO_RUN_IT = "Who comes is for the cohort’s coaches and coordinators. You can look at your own answer."
CANCELLED = "This session was cancelled, so there is nothing to answer."
BEGUN = "This session has begun. Who was there is recorded by the coach."
_CHANGES = ("choice", "note", "starts_at", "answered_at", "via")


@dataclass(frozen=True, slots=True)
class RsvpLine:
    """What one member says. `is_expected` are the participants, or the one of a pair; others may answer, too.

    `answered_for` is the start that was answered for. Where the session has another by now, `is_current` is false,
    and the answer says nothing about the new one.
    """

    membership_id: str
    name: str
    is_expected: bool
    choice: RsvpChoice | None
    note: str
    answered_for: datetime | None
    answered_at: datetime | None
    is_current: bool

    @property
    def counted(self) -> RsvpChoice | None:
        """The answer as it counts: none where it is for the time before."""
        return self.choice if self.is_current else None


@dataclass(frozen=True, slots=True)
class OwnRsvp:
    """What somebody says themselves of a session; as in a line of the list."""

    choice: RsvpChoice | None = None
    note: str = ""
    answered_for: datetime | None = None
    answered_at: datetime | None = None
    is_current: bool = False

    @property
    def counted(self) -> RsvpChoice | None:
        """The answer as it counts: none where it is for the time before."""
        return self.choice if self.is_current else None


@dataclass(frozen=True, slots=True)
class RsvpAnswer:
    """What is said of one session. `starts_at` is the start that was looked at; None for whatever it is now."""

    held: CoachingSession
    choice: RsvpChoice
    note: str = ""
    starts_at: datetime | None = None


def answer_rsvps(session: Session, answers: Sequence[RsvpAnswer], *, actor: Actor, now: datetime, via: str) -> None:
    """Keeps what somebody says of one session or of several, each in place of what they said before. One statement.

    `via` is the door: `link`, `page` or `api`. Raises Conflict for a session that was cancelled, has begun, or has
    another start than the one that was looked at.
    """
    for answer in answers:
        require(may_rsvp(actor, answer.held), seen=may_view_session(actor, answer.held), message=NOT_EXPECTED)
        check_may_answer(answer.held, now=now)
        _require_same_start(answer)
    rows = [
        {
            "session_id": answer.held.id,
            "membership_id": actor.standings[answer.held.cohort_id].membership_id,
            "choice": answer.choice,
            "note": answer.note,
            # The start as it was read: where the session moves at this moment, the answer is for the time before.
            "starts_at": answer.held.starts_at,
            "answered_at": now,
            "via": via,
        }
        # In one order, so that two who answer several at once do not wait for each other.
        for answer in sorted(answers, key=lambda one: one.held.id)
    ]
    table = cast(Table, Rsvp.__table__)
    upsert = insert_or_update(session, table, key=("session_id", "membership_id"), changes=_CHANGES)
    session.execute(upsert.values(rows))


def list_rsvps(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[RsvpLine]:
    """A line for each who is expected, answered or not, and for others who answered; for those who run the cohort."""
    require(
        runs_cohort(actor, coaching_session.cohort),
        seen=may_view_session(actor, coaching_session),
        message=FOR_THOSE_WHO_RUN_IT,
    )
    expected = Membership.role == Role.PARTICIPANT
    if coaching_session.pair_membership_id is not None:
        expected = Membership.id == coaching_session.pair_membership_id
    statement = (
        _lines(coaching_session)
        .where(Membership.status.in_(OPEN_STATUSES), or_(expected, Rsvp.id.is_not(None)))
        .order_by(Person.name, Membership.id)
    )
    return [_line(coaching_session, row) for row in session.execute(statement)]


def own_rsvps(session: Session, sessions: Iterable[CoachingSession], *, actor: Actor) -> dict[int, OwnRsvp]:
    """What the actor says of each of these sessions, by its number; of those alone at which they are expected."""
    theirs = [held for held in sessions if attends(actor, held)]
    statement = select(Rsvp).where(
        Rsvp.session_id.in_([held.id for held in theirs]),
        Rsvp.membership_id.in_({actor.standings[held.cohort_id].membership_id for held in theirs}),
    )
    given = {one.session_id: one for one in session.scalars(statement)} if theirs else {}
    return {held.id: _own(held, given.get(held.id)) for held in theirs}


def own_rsvp(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> OwnRsvp:
    """What the actor says of this session."""
    require(attends(actor, coaching_session), seen=may_view_session(actor, coaching_session), message=NOT_EXPECTED)
    return own_rsvps(session, [coaching_session], actor=actor)[coaching_session.id]


def check_may_answer(coaching_session: CoachingSession, *, now: datetime) -> None:
    """Refuses answers about a session that was cancelled or has begun."""
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict(CANCELLED, code="session-cancelled")
    if coaching_session.starts_at <= now:
        raise Conflict(BEGUN, code="session-begun")


def _require_same_start(answer: RsvpAnswer) -> None:
    held = answer.held
    if answer.starts_at is not None and answer.starts_at != held.starts_at:
        now_at = when(held.starts_at, held.ends_at, held.timezone)
        raise Conflict(f"{held.title} was moved meanwhile: it is on {now_at}. Answer for this time.", code="moved")


def _lines(coaching_session: CoachingSession) -> Select[Any]:
    statement: Any = (
        select(
            Membership.public_id,
            Membership.id,
            Membership.role,
            Person.name,
            Rsvp.choice,
            Rsvp.note,
            Rsvp.starts_at,
            Rsvp.answered_at,
        )
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Rsvp, (Rsvp.membership_id == Membership.id) & (Rsvp.session_id == coaching_session.id))
        .where(Membership.cohort_id == coaching_session.cohort_id)
    )
    return cast("Select[Any]", statement)


def _line(held: CoachingSession, row: Any) -> RsvpLine:
    public_id, membership_id, role, name, choice, note, starts_at, answered_at = row
    pair = held.pair_membership_id
    is_expected = role == Role.PARTICIPANT and pair in {None, membership_id}
    is_current = choice is not None and starts_at == held.starts_at
    return RsvpLine(public_id, name, is_expected, choice, note or "", starts_at, answered_at, is_current)


def _own(held: CoachingSession, given: Rsvp | None) -> OwnRsvp:
    if given is None:
        return OwnRsvp()
    is_current = given.starts_at == held.starts_at
    return OwnRsvp(given.choice, given.note, given.starts_at, given.answered_at, is_current)
