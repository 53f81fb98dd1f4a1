"""What the link in an invite opens: the sessions of that invite that are still to come, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, NotFound
from coaching.models import CalendarInvite, CoachingSession, Cohort, Purpose, SessionState
from coaching.policies import Actor, may_rsvp
from coaching.services.actors import load_actor
from coaching.services.capabilities import open_capability
from coaching.services.rsvps import OwnRsvp, check_may_answer, own_rsvps

LEFT = "You are not expected at this any more, so there is nothing to answer."
ALL_BEGUN = "Nothing of this is still to come, so there is nothing to answer."


@dataclass(frozen=True, slots=True)
class OpenedInvite:
    """The sessions that may be answered for, what was answered so far, and the person, who may do nothing else."""

    sessions: Sequence[CoachingSession]
    own: dict[int, OwnRsvp]
    actor: Actor
    is_series: bool


def open_invite(session: Session, secret: str, *, now: datetime) -> OpenedInvite:
    """The invite of a link, for whoever holds it: nobody is signed in by it.

    Raises NotFound for an unknown link, Invalid (`link-ended`) for one that is over, and Conflict where there is
    nothing to answer any more.
    """
    capability = open_capability(session, secret, Purpose.RSVP, now=now)
    invite = session.get(CalendarInvite, capability.subject_id)
    if invite is None or invite.person_id != capability.person_id:
        raise NotFound
    sessions = _sessions(session, invite)
    if invite.session_id is not None:
        check_may_answer(sessions[0], now=now)
    else:
        sessions = [held for held in sessions if held.state == SessionState.SCHEDULED and held.starts_at > now]
    if not sessions:
        raise Conflict(ALL_BEGUN, code="session-begun")
    actor = _in_one_cohort(load_actor(session, capability.person), sessions[0].cohort)
    theirs = [held for held in sessions if may_rsvp(actor, held)]
    if not theirs:
        raise Conflict(LEFT, code="not-expected")
    own = own_rsvps(session, theirs, actor=actor)
    return OpenedInvite(theirs, own, actor, is_series=invite.series_id is not None)


def _sessions(session: Session, invite: CalendarInvite) -> list[CoachingSession]:
    of_invite = (
        CoachingSession.id == invite.session_id
        if invite.session_id is not None
        else CoachingSession.series_id == invite.series_id
    )
    statement = (
        select(CoachingSession)
        .where(of_invite)
        .options(joinedload(CoachingSession.cohort).joinedload(Cohort.programme))
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    return list(session.scalars(statement))


def _in_one_cohort(actor: Actor, cohort: Cohort) -> Actor:
    """The person without whatever else they are: a link in a mail gives no more power than it is for."""
    standings = {number: standing for number, standing in actor.standings.items() if number == cohort.id}
    return replace(actor, is_administrator=False, programme_ids=frozenset(), standings=standings)
