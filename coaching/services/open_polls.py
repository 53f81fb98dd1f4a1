"""The polls that a participant's page of a cohort points to: those without a decision, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from coaching.models import Cohort, Poll, PollInvitee, PollState
from coaching.policies import Actor, may_view_cohort, require, runs_cohort
from coaching.services.words import is_word

_OPEN = (
    select(Poll.public_id, Poll.title, Poll.closes_at, PollInvitee.id, PollInvitee.answered_at)
    .outerjoin(
        PollInvitee, and_(PollInvitee.poll_id == Poll.id, PollInvitee.membership_id == bindparam("membership_id"))
    )
    .where(Poll.cohort_id == bindparam("cohort_id"), is_word(Poll.state, PollState.OPEN))
    .order_by(Poll.closes_at, Poll.id)
)


@dataclass(frozen=True, slots=True)
class OpenPoll:
    """A poll that is not decided yet. `waits` is whether it waits for an answer of the viewer's."""

    id: str
    title: str
    closes_at: datetime
    waits: bool


def read_open_polls(connection: Connection, cohort: Cohort, *, actor: Actor, now: datetime) -> list[OpenPoll]:
    """All for those who run the cohort; for the others those that ask them and may still be answered."""
    require(may_view_cohort(actor, cohort), seen=False)
    runs = runs_cohort(actor, cohort)
    standing = actor.standings.get(cohort.id)
    values = {"cohort_id": cohort.id, "membership_id": standing.membership_id if standing is not None else None}
    rows: Iterable[Any] = connection.execute(_OPEN, values)
    return [
        OpenPoll(public_id, title, closes_at, waits=asked is not None and answered_at is None and closes_at > now)
        for public_id, title, closes_at, asked, answered_at in rows
        if runs or (asked is not None and closes_at > now)
    ]
