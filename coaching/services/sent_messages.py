"""What was sent and what was not, with the log of attempts and the reason: for whoever a message is about.

What a message said is not kept once it is settled. What it was about is: its kind, its cohort, and the check-ins that
it asked. Four statements a page, whoever is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, literal_column, select
from sqlalchemy.orm import Session

from coaching.models import (
    Anchor,
    Asking,
    CheckIn,
    CheckInState,
    Cohort,
    Delivery,
    FollowUpStep,
    Held,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Person,
)
from coaching.services.check_in_anchors import ANCHOR_NAME, with_anchors
from coaching.services.message_scope import MessageScope
from coaching.services.message_subjects import ABOUT
from coaching.services.words import is_one_of

PAGE = 50
_MESSAGES: Select[*tuple[Any, ...]] = (
    select(
        Message.id,
        Message.public_id,
        Message.kind,
        Message.state,
        Message.channel,
        Message.due_at,
        Message.settled_at,
        Message.attempts,
        Message.left_at,
        Person.name,
        Cohort.name,
        ABOUT,
    )
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(Cohort, Cohort.id == Message.cohort_id)
    .order_by(Message.id.desc())
    .limit(literal_column(str(PAGE + 1)))
    .offset(bindparam("offset"))
)
_ATTEMPTS = (
    select(Delivery.message_id, Delivery.at, Delivery.outcome, Delivery.detail)
    .where(Delivery.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(Delivery.id)
)
_ASKED = (
    with_anchors(
        select(
            Asking.message_id,
            CheckIn.public_id,
            FollowUpStep.label,
            Cohort.name,
            Asking.is_nudge,
            FollowUpStep.anchor,
            CheckIn.anchor_on,
            ANCHOR_NAME,
            FollowUpStep.offset,
        )
        .join(CheckIn, CheckIn.id == Asking.check_in_id)
        .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
        .join(Membership, Membership.id == CheckIn.membership_id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
    )
    .where(Asking.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(Asking.id)
)
_NEVER_ASKED: Select[*tuple[Any, ...]] = (
    select(CheckIn.public_id, CheckIn.state, CheckIn.held, CheckIn.due_at, FollowUpStep.label, Person.name, Cohort.name)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Membership, Membership.id == CheckIn.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .outerjoin(Asking, Asking.check_in_id == CheckIn.id)
    .where(
        is_one_of(CheckIn.state, (CheckInState.EXPIRED, CheckInState.CANCELLED)),
        CheckIn.asked_at.is_(None),
        CheckIn.due_at <= bindparam("now"),
        Asking.id.is_(None),
    )
    .order_by(CheckIn.due_at.desc(), CheckIn.id)
    .limit(literal_column(str(PAGE)))
)


class Attempt(NamedTuple):
    """A line of a message's log: when, what came of it, and the other side's words or ours."""

    at: datetime
    outcome: MessageState
    detail: str


class AskedCheckIn(NamedTuple):
    """A check-in that a message asked, for the first time or as a nudge, with what it counts from."""

    id: str
    step: str
    cohort: str
    is_nudge: bool
    anchor: Anchor
    anchor_on: date
    anchor_name: str | None
    offset: str


class SentMessage(NamedTuple):
    """A message and what became of it. `reason` is the newest line of its log: why it was not sent, or who took it.

    `about` is the title of the session, or of the series, that it is an invite to or a reminder of. `left_at` is when
    somebody decided not to send one of unknown fate again.
    """

    id: str
    kind: MessageKind
    state: MessageState
    channel: str
    name: str
    cohort: str
    about: str
    due_at: datetime
    settled_at: datetime | None
    attempts: int
    left_at: datetime | None
    reason: str
    asked: tuple[AskedCheckIn, ...]
    log: tuple[Attempt, ...]


class SentPage(NamedTuple):
    """A page of messages, the newest first; `is_more` tells whether there is another."""

    lines: tuple[SentMessage, ...]
    is_more: bool


class NeverAsked(NamedTuple):
    """A check-in that ended without ever being asked, which is our silence and not theirs; `held` is what kept it."""

    id: str
    state: CheckInState
    held: Held
    due_at: datetime
    step: str
    name: str
    cohort: str


def list_sent(
    session: Session,
    scope: MessageScope,
    *,
    state: MessageState | None = None,
    kind: MessageKind | None = None,
    offset: int = 0,
) -> SentPage:
    """What was written for whom the scope is about, the newest first, with each attempt. Three statements."""
    connection = session.connection()
    statement = _MESSAGES.where(scope.messages)
    if state is not None:
        statement = statement.where(Message.state == state)
    if kind is not None:
        statement = statement.where(Message.kind == kind)
    rows = connection.execute(statement, {"offset": max(0, offset)}).all()
    ids = {"ids": [row.id for row in rows[:PAGE]]}
    log = _by_message(connection.execute(_ATTEMPTS, ids).all() if ids["ids"] else [])
    asked = _by_message(connection.execute(_ASKED, ids).all() if ids["ids"] else [])
    return SentPage(tuple(_line(row, log, asked) for row in rows[:PAGE]), len(rows) > PAGE)


def list_never_asked(session: Session, scope: MessageScope, *, now: datetime) -> list[NeverAsked]:
    """Check-ins whose moment passed and that nobody was asked, the newest first. One statement."""
    rows = session.connection().execute(_NEVER_ASKED.where(scope.memberships), {"now": now})
    return [NeverAsked(*row) for row in rows]


def _by_message(rows: Sequence[Any]) -> Mapping[int, list[Any]]:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for number, *rest in rows:
        grouped[number].append(rest)
    return grouped


def _line(row: Any, log: Mapping[int, list[Any]], asked: Mapping[int, list[Any]]) -> SentMessage:
    number, public_id, kind, state, channel, due_at, settled_at, attempts, left_at, name, cohort, about = row
    lines = tuple(Attempt(*each) for each in log.get(number, ()))
    items = tuple(AskedCheckIn(*each) for each in asked.get(number, ()))
    return SentMessage(
        id=public_id,
        kind=kind,
        state=state,
        channel=channel,
        name=name,
        cohort=cohort or (items[0].cohort if items else ""),
        about=about or "",
        due_at=due_at,
        settled_at=settled_at,
        attempts=attempts,
        left_at=left_at,
        reason=lines[-1].detail if lines else "",
        asked=items,
        log=lines,
    )
