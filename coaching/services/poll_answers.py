"""What people say of the slots of a poll: by the link in their mail or in the app, and anew until it closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import OPEN_STATUSES, MessageKind, Poll, PollAnswer, PollChoice, PollInvitee, PollState, Purpose
from coaching.policies import Actor, Standing, is_polled, may_answer_poll, may_view_poll, require
from coaching.services.bookings import when
from coaching.services.capabilities import find_capability
from coaching.services.insertion import insert_or_update
from coaching.services.outbox import cancel_messages
from coaching.services.polls import find_poll
from coaching.services.reasons import ANSWERED_BEFORE

NOT_ASKED = "This poll does not ask you, so it waits for no answer of yours."
EVERY_SLOT = "Say whether you could come at this time."
CLOSED = "The time to answer is over. Your coach will choose a time soon."
ENDED = "The poll was closed without a time. Your coach will be in touch."


@dataclass(frozen=True, slots=True)
class OpenedPoll:
    """What a link opens: the poll, what the person said so far, and the person, who may do nothing else."""

    poll: Poll
    own: dict[str, PollChoice]
    actor: Actor


def open_poll(session: Session, secret: str, *, now: datetime) -> OpenedPoll:
    """The poll of a link, for whoever holds it: nobody is signed in by it.

    Raises NotFound for an unknown link and for somebody who may not sign in or has left, and Conflict where there is
    nothing to answer any more, which says what became of it.
    """
    capability = find_capability(session, secret, Purpose.ANSWER_POLL)
    poll_id = select(PollInvitee.poll_id).where(PollInvitee.id == capability.subject_id).scalar_subquery()
    poll = find_poll(session, Poll.id == poll_id)
    person = capability.person
    invitee = _find_invitee(poll, capability.subject_id, person.id) if poll is not None else None
    if poll is None or invitee is None:
        raise NotFound
    member = invitee.membership
    standing = Standing(member.id, member.role, member.status, poll.cohort.programme_id)
    # With this one standing they may answer, and nothing that they are besides counts here.
    actor = Actor(person.id, person.public_id, person.name, person.timezone, standings={poll.cohort_id: standing})
    require_answerable(poll, now=now, zone=person.timezone)
    return OpenedPoll(poll, read_own(session, poll, actor=actor), actor)


def read_own(session: Session, poll: Poll, *, actor: Actor) -> dict[str, PollChoice]:
    """What the actor said of each slot, by its public identifier."""
    require(is_polled(actor, poll), seen=may_view_poll(actor, poll), message=NOT_ASKED)
    invitee = _invitee(poll, actor)
    names = {slot.id: slot.public_id for slot in poll.slots}
    statement = select(PollAnswer.slot_id, PollAnswer.choice).where(PollAnswer.invitee_id == invitee.id)
    return {names[slot_id]: choice for slot_id, choice in session.execute(statement)}


def answer_poll(
    session: Session, poll: Poll, *, actor: Actor, now: datetime, answers: Mapping[str, PollChoice]
) -> None:
    """What somebody who is asked says of every slot, in place of what they said before. One statement for all slots.

    A mail that still waits to ask them is called off.
    """
    require(may_answer_poll(actor, poll), seen=may_view_poll(actor, poll), message=NOT_ASKED)
    # Shared among those who answer: it only keeps the poll from being closed or decided at this moment.
    names = ["state", "closes_at", "session_id", "version"]
    session.refresh(poll, attribute_names=names, with_for_update={"read": True})
    session.expire(poll, ["session"])
    require_answerable(poll, now=now, zone=actor.timezone)
    known = {slot.public_id: slot.id for slot in poll.slots}
    if not known.keys() >= answers.keys():
        raise Invalid.field("answers", "Answer for the times of this poll alone.")
    missing = {f"slot-{name}": [EVERY_SLOT] for name in known if name not in answers}
    if missing:
        raise Invalid("Say of each time whether you could come.", missing)
    invitee = _invitee(poll, actor)
    rows = [
        {"invitee_id": invitee.id, "slot_id": known[name], "choice": choice}
        for name, choice in sorted(answers.items(), key=lambda one: known[one[0]])
    ]
    table = cast(Table, PollAnswer.__table__)
    session.execute(insert_or_update(session, table, key=("invitee_id", "slot_id"), changes=("choice",)).values(rows))
    invitee.answered_at = now
    cancel_messages(
        session, MessageKind.POLL, [poll.id], now=now, reason=ANSWERED_BEFORE, recipient_id=invitee.membership.person_id
    )


def require_answerable(poll: Poll, *, now: datetime, zone: str) -> None:
    """Refuses an answer to a poll that is over, and says what became of it, in the reader's own zone."""
    if poll.state == PollState.CHOSEN and poll.session is not None:
        held = poll.session
        its_time = when(held.starts_at, held.ends_at, zone)
        if held.state == "cancelled":
            raise Conflict(f"{held.title} was to be on {its_time}, and was cancelled since.", code="poll-chosen")
        raise Conflict(f"{held.title} is on {its_time}.", code="poll-chosen")
    if poll.state != PollState.OPEN:
        raise Conflict(ENDED, code="poll-closed")
    if poll.closes_at <= now:
        raise Conflict(CLOSED, code="poll-over")


def _find_invitee(poll: Poll, number: int, person_id: int) -> PollInvitee | None:
    """Who is asked by a link: the person it was sent to, while they are in the cohort."""
    found = next((one for one in poll.invitees if one.id == number), None)
    if found is None or found.membership.person_id != person_id:
        return None
    return found if found.membership.status in OPEN_STATUSES else None


def _invitee(poll: Poll, actor: Actor) -> PollInvitee:
    own = actor.standings[poll.cohort_id].membership_id
    return next(one for one in poll.invitees if one.membership_id == own)
