"""What a poll says of itself, changed while no time is chosen: what it is for, its note, until when people answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from coaching.models import Capability, Poll, Purpose
from coaching.policies import Actor, may_run_cohort, may_view_poll, require
from coaching.services import audit
from coaching.services.polls import RUNNERS_ONLY, closing_moment, refuse_decided


def edit_poll(
    session: Session, poll: Poll, *, actor: Actor, now: datetime, title: str, note: str, closes_local: datetime
) -> Poll:
    """Puts these in place of what the poll says. The times that are proposed stay: people have answered for them.

    A later end opens a poll again whose time to answer was over. Links that went out are good until the new end. Who
    decides the poll at the same moment is found by its version.
    """
    require(may_run_cohort(actor, poll.cohort), seen=may_view_poll(actor, poll), message=RUNNERS_ONLY)
    refuse_decided(poll)
    if closes_local != poll.closes_local:
        poll.closes_at = closing_moment(closes_local, poll.timezone, poll.slots[-1].starts_at, now=now)
        invitees = [one.id for one in poll.invitees]
        links = update(Capability).where(Capability.purpose == Purpose.ANSWER_POLL, Capability.subject_id.in_(invitees))
        session.execute(links.values(expires_at=poll.closes_at))
    poll.title, poll.note = title, note
    audit.record(session, "poll.edited", poll, actor=actor, now=now)
    return poll
