"""Clashes: who is expected at two places at once, over all their cohorts. They are shown, and nothing is refused.

Somebody is expected at a session as a participant of its cohort, as the one of a pair, or as the coach who holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, or_, select, union, union_all
from sqlalchemy.orm import Session, joinedload

from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Membership,
    Person,
    PollInvitee,
    Role,
    SessionState,
)
from coaching.models.base import UTCDateTime
from coaching.policies import Actor, may_view_session, require, runs_cohort
from coaching.services.bookings import LONGEST, may_be_told
from coaching.services.words import is_one_of, is_word

_earliest: Any = bindparam("earliest", type_=UTCDateTime())
_since: Any = bindparam("since", type_=UTCDateTime())
_until: Any = bindparam("until", type_=UTCDateTime())
_is_then = (
    is_word(CoachingSession.state, SessionState.SCHEDULED),
    CoachingSession.starts_at > _earliest,
    CoachingSession.starts_at < _until,
    CoachingSession.ends_at > _since,
)
_is_expected = (is_word(Membership.role, Role.PARTICIPANT), is_one_of(Membership.status, OPEN_STATUSES))


def _engagements(people: Select[int]) -> Select[int, str, CoachingSession]:
    """Where these people, and the coach, are expected in a span of time, in one statement.

    It starts from the people, of whom there are few, and goes to sessions by the indexes of cohort and coach.
    """
    who = union(people, select(bindparam("coach_id", type_=Integer))).cte("who")
    person_id = who.c.person_id
    engaged = union_all(
        select(person_id, CoachingSession.id.label("session_id"))
        .join(Membership, Membership.person_id == person_id)
        .join(CoachingSession, CoachingSession.cohort_id == Membership.cohort_id)
        .where(
            *_is_expected,
            *_is_then,
            or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
        ),
        select(person_id, CoachingSession.id)
        .join(CoachingSession, CoachingSession.led_by_id == person_id)
        .where(*_is_then),
    ).cte("engaged")
    return (
        select(Person.id, Person.name, CoachingSession)
        .select_from(engaged)
        .join(Person, Person.id == engaged.c.person_id)
        .join(CoachingSession, CoachingSession.id == engaged.c.session_id)
        .options(joinedload(CoachingSession.cohort))
        .order_by(CoachingSession.starts_at, Person.name, Person.id, CoachingSession.id)
    )


_OF_SESSION = _engagements(
    select(Membership.person_id).where(
        Membership.cohort_id == bindparam("cohort_id"),
        *_is_expected,
        Membership.id == func.coalesce(bindparam("pair_id", type_=Integer), Membership.id),
    )
)
_OF_POLL = _engagements(
    select(Membership.person_id)
    .join(PollInvitee, PollInvitee.membership_id == Membership.id)
    .where(PollInvitee.poll_id == bindparam("poll_id"))
)


@dataclass(frozen=True, slots=True)
class Engagement:
    """Somebody expected at a session, which is named where the one who asks may see it.

    `is_coach` is whether they hold the session that is asked about, `holds` whether they hold the other one.
    """

    person_id: int
    name: str
    is_coach: bool
    holds: bool
    starts_at: datetime
    ends_at: datetime
    session_id: int
    named: CoachingSession | None


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody who would have to choose. Where the other session is not for the viewer to see, it is not named."""

    name: str
    is_coach: bool
    session_id: str | None
    title: str | None
    cohort: str | None
    starts_at: datetime | None
    ends_at: datetime | None


def list_clashes(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[Clash]:
    """Who is expected elsewhere while this session goes on, for those who run its cohort. One statement."""
    require(
        runs_cohort(actor, coaching_session.cohort),
        seen=may_view_session(actor, coaching_session),
        message="Who is expected elsewhere is for those who run the cohort.",
    )
    if coaching_session.state == SessionState.CANCELLED:
        return []
    values = {
        "cohort_id": coaching_session.cohort_id,
        "pair_id": coaching_session.pair_membership_id,
        "coach_id": coaching_session.led_by_id,
    }
    span = (coaching_session.starts_at, coaching_session.ends_at)
    found = _read(session, _OF_SESSION, values, span, actor=actor)
    return [as_clash(one) for one in found if one.session_id != coaching_session.id]


def read_poll_engagements(
    session: Session, poll_id: int, coach_id: int | None, span: tuple[datetime, datetime], *, actor: Actor
) -> list[Engagement]:
    """Where those who are asked by a poll, and the coach, are expected in this span. The caller asked permission."""
    return _read(session, _OF_POLL, {"poll_id": poll_id, "coach_id": coach_id}, span, actor=actor)


def overlapping(engagements: Sequence[Engagement], starts_at: datetime, ends_at: datetime) -> list[Engagement]:
    """Those of them that lie, wholly or partly, in this stretch of time."""
    return [one for one in engagements if one.starts_at < ends_at and one.ends_at > starts_at]


def as_clash(one: Engagement) -> Clash:
    """The engagement as the viewer is told of it."""
    held = one.named
    if held is None:
        return Clash(one.name, one.is_coach, None, None, None, None, None)
    return Clash(one.name, one.is_coach, held.public_id, held.title, held.cohort.name, held.starts_at, held.ends_at)


def _read(
    session: Session,
    statement: Select[int, str, CoachingSession],
    values: dict[str, Any],
    span: tuple[datetime, datetime],
    *,
    actor: Actor,
) -> list[Engagement]:
    since, until = span
    moments = {"earliest": since - LONGEST, "since": since, "until": until}
    found: dict[tuple[int, int], Engagement] = {}
    for person_id, name, held in session.execute(statement, values | moments):
        named = held if may_be_told(actor, held) else None
        is_coach = person_id == values["coach_id"]
        holds = held.led_by_id == person_id
        one = Engagement(person_id, name, is_coach, holds, held.starts_at, held.ends_at, held.id, named)
        # Who learns in a cohort and holds its session too is there once.
        found.setdefault((person_id, held.id), one)
    return list(found.values())
