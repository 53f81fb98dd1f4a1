"""What came of a poll so far: who said what of which slot, which slots are best, and where the coach is elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import OPEN_STATUSES, Poll, PollAnswer, PollChoice, PollInvitee
from coaching.policies import Actor, may_view_poll, require, runs_cohort
from coaching.services.clashes import Clash, Engagement, as_clash, overlapping, read_poll_engagements
from coaching.services.coaching_sessions import usual_coach
from coaching.services.poll_ranking import SlotTally, rank_slots

FOR_RUNNERS = "What everybody answered is for those who run the cohort."


@dataclass(frozen=True, slots=True)
class InviteeLine:
    """Somebody who is asked, with what they said of each slot, by its identifier."""

    membership_id: str
    name: str
    is_required: bool
    has_left: bool
    answered_at: datetime | None
    choices: dict[str, PollChoice]


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot with what was said of it. `rank` is 1 for the best; None for one that is no good.

    `taken_by` is the coach's other session at that time, which keeps the slot from being chosen; `clashes` are members
    who are expected elsewhere.
    """

    id: str
    starts_at: datetime
    ends_at: datetime
    yes: int
    if_need_be: int
    no: int
    silent: int
    required_no: int
    rank: int | None
    is_past: bool
    taken_by: Clash | None
    clashes: tuple[Clash, ...]

    @property
    def may_be_chosen(self) -> bool:
        return not self.is_past and self.taken_by is None


@dataclass(frozen=True, slots=True)
class PollResults:
    """The whole table. Who has left the cohort is shown and not counted."""

    slots: tuple[SlotLine, ...]
    members: tuple[InviteeLine, ...]
    answered: int
    asked: int


def read_results(session: Session, poll: Poll, *, actor: Actor, now: datetime) -> PollResults:
    """The results, for those who run the cohort. The same number of statements for 5 people and for 100."""
    require(runs_cohort(actor, poll.cohort), seen=may_view_poll(actor, poll), message=FOR_RUNNERS)
    names = {slot.id: slot.public_id for slot in poll.slots}
    statement = (
        select(PollAnswer.invitee_id, PollAnswer.slot_id, PollAnswer.choice)
        .join(PollInvitee, PollInvitee.id == PollAnswer.invitee_id)
        .where(PollInvitee.poll_id == poll.id)
    )
    said: dict[int, dict[str, PollChoice]] = {}
    for invitee_id, slot_id, choice in session.execute(statement):
        said.setdefault(invitee_id, {})[names[slot_id]] = choice
    members = sorted((_member(one, said.get(one.id, {})) for one in poll.invitees), key=lambda one: one.name)
    counted = [one for one in members if not one.has_left]
    return PollResults(
        slots=tuple(_slots(session, poll, counted, actor=actor, now=now)),
        members=tuple(members),
        answered=sum(one.answered_at is not None for one in counted),
        asked=len(counted),
    )


def _member(invitee: PollInvitee, choices: dict[str, PollChoice]) -> InviteeLine:
    member = invitee.membership
    has_left = member.status not in OPEN_STATUSES
    return InviteeLine(
        member.public_id, member.person.name, invitee.is_required, has_left, invitee.answered_at, choices
    )


def _slots(
    session: Session, poll: Poll, members: Sequence[InviteeLine], *, actor: Actor, now: datetime
) -> list[SlotLine]:
    length = timedelta(minutes=poll.duration_minutes)
    span = (poll.slots[0].starts_at, poll.slots[-1].starts_at + length)
    coach_id = usual_coach(session, poll.cohort, actor=actor)
    engagements = read_poll_engagements(session, poll.id, coach_id, span, actor=actor)
    lines = [
        _slot(slot.public_id, (slot.starts_at, slot.starts_at + length), members, engagements, now=now)
        for slot in poll.slots
    ]
    tallies = [
        SlotTally(place, one.starts_at, one.yes, one.if_need_be, one.required_no, is_open=one.may_be_chosen)
        for place, one in enumerate(lines)
    ]
    ranks = {one.number: rank for rank, one in enumerate(rank_slots(tallies), start=1)}
    return [replace(line, rank=ranks.get(place)) for place, line in enumerate(lines)]


def _slot(
    name: str,
    span: tuple[datetime, datetime],
    members: Sequence[InviteeLine],
    engagements: Sequence[Engagement],
    *,
    now: datetime,
) -> SlotLine:
    said = Counter(one.choices.get(name) for one in members)
    elsewhere = overlapping(engagements, *span)
    taken = next((one for one in elsewhere if one.is_coach and one.holds), None)
    return SlotLine(
        id=name,
        starts_at=span[0],
        ends_at=span[1],
        yes=said[PollChoice.YES],
        if_need_be=said[PollChoice.IF_NEED_BE],
        no=said[PollChoice.NO],
        silent=said[None],
        required_no=sum(one.is_required and one.choices.get(name) == PollChoice.NO for one in members),
        rank=None,
        is_past=span[0] <= now,
        taken_by=as_clash(taken) if taken else None,
        clashes=tuple(as_clash(one) for one in elsewhere if one is not taken),
    )
