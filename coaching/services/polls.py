"""Availability polls: proposed, looked at, closed, and made into a session. Answering is `poll_answers`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, Messages, NotFound
from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Cohort,
    Membership,
    MessageKind,
    Poll,
    PollInvitee,
    PollSlot,
    PollState,
    Role,
)
from coaching.policies import Actor, may_run_cohort, may_view_cohort, may_view_poll, require, runs_cohort
from coaching.services import audit, poll_mails
from coaching.services.coaching_sessions import schedule_session
from coaching.services.outbox import cancel_messages
from coaching.services.poll_checks import CHOSEN, CLOSED
from coaching.services.recurrence import EARLIEST_YEAR, LATEST_YEAR
from coaching.services.zones import check_zone, to_utc

RUNNERS_ONLY = "Only those who run the cohort do this. You can answer."
SOMETHING_WRONG = "Some of the proposed times cannot be used. Each says what to do."


@dataclass(frozen=True, slots=True)
class PollLine:
    """A poll in a list, with how many of those who are asked have answered."""

    id: str
    title: str
    state: PollState
    closes_at: datetime
    asked: int
    answered: int


def get_poll(session: Session, public_id: str, *, actor: Actor) -> Poll:
    """A poll that the actor is asked by, or one of a cohort that they run."""
    poll = find_poll(session, Poll.public_id == public_id)
    if poll is None or not may_view_poll(actor, poll):
        raise NotFound
    return poll


def find_poll(session: Session, condition: ColumnElement[bool]) -> Poll | None:
    """A poll with its slots and with who is asked: three statements, however many they are."""
    member = selectinload(Poll.invitees).joinedload(PollInvitee.membership).joinedload(Membership.person)
    statement = (
        select(Poll)
        .where(condition)
        .options(
            joinedload(Poll.cohort).joinedload(Cohort.programme),
            joinedload(Poll.session),
            selectinload(Poll.slots),
            member,
        )
    )
    return session.scalars(statement).one_or_none()


def list_polls(session: Session, cohort: Cohort, *, actor: Actor) -> list[PollLine]:
    """The cohort's polls, the newest first: all for those who run it, for the others those that ask them."""
    require(may_view_cohort(actor, cohort), seen=False)
    counts = (func.count(PollInvitee.id), func.count(PollInvitee.answered_at))
    statement = (
        select(Poll.public_id, Poll.title, Poll.state, Poll.closes_at, *counts)
        .outerjoin(PollInvitee, PollInvitee.poll_id == Poll.id)
        .where(Poll.cohort_id == cohort.id)
        .group_by(Poll.id)
        .order_by(Poll.id.desc())
    )
    if not runs_cohort(actor, cohort):
        own = select(PollInvitee.poll_id).where(PollInvitee.membership_id == actor.standings[cohort.id].membership_id)
        statement = statement.where(Poll.id.in_(own))
    return [PollLine(*row) for row in session.execute(statement)]


def create_poll(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    timezone: str,
    duration_minutes: int,
    closes_local: datetime,
    slots: Sequence[datetime],
    note: str = "",
    required: Collection[str] | None = None,
    optional: Collection[str] = (),
) -> Poll:
    """Proposes times, and asks by mail. Members are named by their public identifiers.

    Without `required` every participant who is not among the optional ones is required.
    """
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    proposed = _propose(slots, check_zone(timezone), now=now)
    closes_at = closing_moment(closes_local, timezone, proposed[-1].starts_at, now=now)
    poll = Poll(
        cohort=cohort,
        title=title,
        note=note,
        timezone=timezone,
        duration_minutes=duration_minutes,
        closes_at=closes_at,
        created_at=now,
        created_by_id=actor.person_id,
        slots=proposed,
        invitees=_find_invitees(session, cohort, required, optional),
    )
    session.add(poll)
    # Links and mails refer to who is asked by number.
    session.flush()
    poll_mails.ask(session, poll, poll.invitees, by=actor.name, now=now)
    audit.record(session, "poll.created", poll, actor=actor, now=now)
    return poll


def remind_invitees(session: Session, poll: Poll, *, actor: Actor, now: datetime) -> int:
    """Asks those who have not answered once more, by mail; how many they are. A poll reminds once."""
    require(may_run_cohort(actor, poll.cohort), seen=may_view_poll(actor, poll), message=RUNNERS_ONLY)
    _lock_open(session, poll, now=now)
    if poll_mails.was_reminded(session, poll):
        raise Conflict(
            "Those who have not answered were reminded already. A word in person does more than a third mail."
        )
    silent = [one for one in poll.invitees if one.answered_at is None and one.membership.status in OPEN_STATUSES]
    if not silent:
        raise Conflict("Everybody has answered already.")
    poll_mails.ask(session, poll, silent, by=actor.name, now=now, is_reminder=True)
    audit.record(session, "poll.reminded", poll, actor=actor, now=now)
    return len(silent)


def close_poll(session: Session, poll: Poll, *, actor: Actor, now: datetime) -> Poll:
    """Ends a poll without a session. Mails that have not left are called off."""
    require(may_run_cohort(actor, poll.cohort), seen=may_view_poll(actor, poll), message=RUNNERS_ONLY)
    _lock_undecided(session, poll)
    end_poll(session, poll, actor=actor, now=now, reason=CLOSED)
    return poll


def end_poll(session: Session, poll: Poll, *, actor: Actor, now: datetime, reason: str) -> None:
    """Closes a poll that the caller has locked and that nobody has decided. The caller has asked permission."""
    poll.state = PollState.CLOSED
    cancel_messages(session, MessageKind.POLL, [poll.id], now=now, reason=reason)
    audit.record(session, "poll.closed", poll, actor=actor, now=now)


def choose_slot(
    session: Session,
    poll: Poll,
    *,
    actor: Actor,
    now: datetime,
    slot_id: str,
    title: str = "",
    location: str = "",
) -> CoachingSession:
    """Makes a slot into a session, which invites everybody. Answers may be in or not: the coach decides.

    Raises Conflict where the slot has passed or the coach holds another session then.
    """
    require(may_run_cohort(actor, poll.cohort), seen=may_view_poll(actor, poll), message=RUNNERS_ONLY)
    _lock_undecided(session, poll)
    slot = next((one for one in poll.slots if one.public_id == slot_id), None)
    if slot is None:
        raise Invalid.field("slot_id", "Choose one of the proposed times.")
    if slot.starts_at <= now:
        raise Conflict("This time has passed. Choose one that is to come.", code="slot-passed")
    held = schedule_session(
        session,
        poll.cohort,
        actor=actor,
        now=now,
        title=title or poll.title,
        local_start=slot.local_start,
        timezone=poll.timezone,
        duration_minutes=poll.duration_minutes,
        location=location,
    )
    poll.state, poll.session = PollState.CHOSEN, held
    cancel_messages(session, MessageKind.POLL, [poll.id], now=now, reason=CHOSEN)
    audit.record(session, "poll.chosen", poll, actor=actor, now=now)
    return held


def is_answerable(poll: Poll, now: datetime) -> bool:
    """Whether people may still answer. It ends by itself at its closing time."""
    return poll.state == PollState.OPEN and poll.closes_at > now


def _lock_undecided(session: Session, poll: Poll) -> None:
    """Holds the poll, so that of two who decide at once the second hears of it, and answers wait."""
    session.refresh(poll, attribute_names=["state", "closes_at", "version"], with_for_update=True)
    refuse_decided(poll)


def refuse_decided(poll: Poll) -> None:
    """Refuses what can only be done to a poll that is neither closed nor a session by now."""
    if poll.state == PollState.CHOSEN:
        raise Conflict("A time was chosen already. Move the session where it does not fit.", code="poll-chosen")
    if poll.state == PollState.CLOSED:
        raise Conflict("This poll was closed already. Make a new one.", code="poll-closed")


def _lock_open(session: Session, poll: Poll, *, now: datetime) -> None:
    _lock_undecided(session, poll)
    if poll.closes_at <= now:
        raise Conflict("The time to answer is over. Choose a time, or make a new poll.", code="poll-closed")


def _propose(slots: Sequence[datetime], timezone: str, *, now: datetime) -> list[PollSlot]:
    """The slots by time. What is wrong with any of them is said of each, under `slots` and its place."""
    proposed: list[PollSlot] = []
    wrong: dict[str, list[str]] = {}
    for place, local in enumerate(slots):
        try:
            moment = _moment(local, timezone, now=now)
            if local in slots[:place]:
                raise Invalid.field("slot", "This time is proposed already. Leave one of the two out.")
            proposed.append(PollSlot(local_start=local, starts_at=moment))
        except Invalid as refusal:
            wrong[f"slots.{place}"] = [refusal.message]
    if wrong:
        messages: Messages = wrong
        raise Invalid(SOMETHING_WRONG if len(wrong) > 1 else next(iter(wrong.values()))[0], messages)
    return sorted(proposed, key=attrgetter("starts_at"))


def _moment(local: datetime, timezone: str, *, now: datetime) -> datetime:
    if not EARLIEST_YEAR <= local.year <= LATEST_YEAR:
        raise Invalid.field("slot", f"Choose a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    moment = to_utc(local, timezone, field="slot")
    if moment <= now:
        raise Invalid.field("slot", "This time has passed. Propose one that is to come.")
    return moment


def closing_moment(local: datetime, timezone: str, last: datetime, *, now: datetime) -> datetime:
    """Until when people may answer: in time for the last of the slots."""
    closes_at = to_utc(local, timezone, field="closes_local")
    if closes_at <= now:
        raise Invalid.field("closes_local", "This has passed. Leave people some time to answer.")
    if closes_at >= last:
        raise Invalid.field("closes_local", "Answers end before the last of the proposed times. Choose an earlier end.")
    return closes_at


def _find_invitees(
    session: Session, cohort: Cohort, required: Collection[str] | None, optional: Collection[str]
) -> list[PollInvitee]:
    statement = (
        select(Membership)
        .where(Membership.cohort_id == cohort.id, Membership.status.in_(OPEN_STATUSES))
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    )
    members = {member.public_id: member for member in session.scalars(statement)}
    if required is None:
        everyone = (name for name, member in members.items() if member.role == Role.PARTICIPANT)
        required = [name for name in everyone if name not in set(optional)]
    for field, names in (("required", required), ("optional", optional)):
        if not members.keys() >= set(names):
            raise Invalid.field(field, "Choose members of this cohort.")
    if set(required) & set(optional):
        raise Invalid.field("optional", "Somebody is required and optional. Choose one of the two for each.")
    if not (required or optional):
        raise Invalid.field("required", "Choose at least one person to ask.")
    asked = [(name, True) for name in dict.fromkeys(required)] + [(name, False) for name in dict.fromkeys(optional)]
    return [PollInvitee(membership=members[name], is_required=is_required) for name, is_required in asked]
