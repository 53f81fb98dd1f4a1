"""The sweep: every check-in whose moment has come gets its link and its message, batch by batch.

One batch is one transaction: the check-ins are locked (`FOR UPDATE SKIP LOCKED`, or SQLite's one writer), and their
links, their messages and their new state are written together. So a check-in is asked once, however many schedulers
run and wherever one of them is killed. Who cannot or must not be asked now gets no mail; why is kept in the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ARRAY,
    Connection,
    Integer,
    Table,
    and_,
    any_,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Capability,
    CheckIn,
    CheckInState,
    Cohort,
    Delivery,
    FollowUpStep,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
    Programme,
    Purpose,
)
from coaching.models.base import UTCDateTime
from coaching.services.insertion import insert_rows
from coaching.services.outbox import message_id_of
from coaching.services.words import is_word
from coaching.tokens import hash_secret, new_public_ids, new_secret

# The tables, not the classes: hundreds of rows a statement, and nothing for the session to hold.
_check_in = cast(Table, CheckIn.__table__)
_message = cast(Table, Message.__table__)
_capability = cast(Table, Capability.__table__)
_now: Any = bindparam("now", type_=UTCDateTime())
_is_due = and_(_check_in.c.wake_at <= _now, is_word(CheckIn.state, CheckInState.DUE))
# In the index's own order, so that a planner without statistics takes the index too, and reads one entry of it.
_PEEK = select(_check_in.c.id).where(_is_due).order_by(_check_in.c.wake_at, _check_in.c.id).limit(literal_column("1"))
_EARLIER = (
    select(func.count())
    .where(_message.c.kind == MessageKind.CHECK_IN, _message.c.subject_id == _check_in.c.id)
    .scalar_subquery()
)
_DUE = (
    select(
        _check_in.c.id,
        _check_in.c.closes_at,
        FollowUpStep.label,
        FollowUpStep.question,
        Membership.status,
        Membership.person_id,
        Person.email,
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)),
        Cohort.id,
        Cohort.name,
        Programme.name,
        Programme.is_synthetic,
        _EARLIER,
    )
    .join(FollowUpStep, FollowUpStep.id == _check_in.c.step_id)
    .join(Membership, Membership.id == _check_in.c.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(_is_due)
    .order_by(_check_in.c.wake_at, _check_in.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=_check_in, skip_locked=True)
)
_TO_STATE = update(_check_in).values(state=bindparam("state_now"), asked_at=bindparam("asked"), wake_at=None)
# PostgreSQL takes the numbers as one array: hundreds of parameters would take longer to read than to find.
_BY_NUMBERS = {
    "sqlite": _TO_STATE.where(_check_in.c.id.in_(bindparam("ids", expanding=True))),
    "postgresql": _TO_STATE.where(_check_in.c.id == any_(bindparam("ids", type_=ARRAY(Integer)))),
}
_NUMBERS = select(_message.c.public_id, _message.c.id).where(
    _message.c.public_id.in_(bindparam("identifiers", expanding=True))
)
_LOG = insert(cast(Table, Delivery.__table__))


class DueCheckIn(NamedTuple):
    """A check-in whose moment has come, with what its mail says and who would get it."""

    id: int
    closes_at: datetime
    label: str
    question: str
    status: MembershipStatus
    person_id: int
    email: str | None
    may_sign_in: bool
    cohort_id: int
    cohort: str
    programme: str
    is_synthetic: bool
    earlier: int


def is_any_due(connection: Connection, *, now: datetime) -> bool:
    """Whether a sweep would find something: a read, so that an idle tick takes no lock."""
    return connection.execute(_PEEK, {"now": now}).first() is not None


def post_due_check_ins(session: Session, *, now: datetime, limit: int) -> int:
    """Posts up to `limit` check-ins, the oldest first, and returns how many were dealt with.

    Call it again while it returns `limit`, each time in a transaction of its own.
    """
    connection = session.connection()
    due = [DueCheckIn._make(row) for row in connection.execute(_DUE, {"now": now, "limit": limit}).all()]
    expired = [each.id for each in due if each.closes_at <= now]
    standing = [each for each in due if each.closes_at > now]
    reasons = {each.id: _why_not(each) for each in standing}
    _ask(connection, [each for each in standing if not reasons[each.id]], now=now)
    _refuse(connection, [(each, reasons[each.id]) for each in standing if reasons[each.id]], now=now)
    _set_state(connection, expired, CheckInState.EXPIRED)
    return len(due)


def _why_not(due: DueCheckIn) -> str:
    """Why somebody is not asked now, in words for their coach; empty where they are."""
    if due.status == MembershipStatus.PAUSED:
        return "The member is paused."
    if due.status not in OPEN_STATUSES:
        return "The member has left the cohort."
    if not due.may_sign_in:
        return "The account is suspended."
    if not due.email:
        return "There is no e-mail address."
    return ""


def _ask(connection: Connection, asked: Sequence[DueCheckIn], *, now: datetime) -> None:
    if not asked:
        return
    secrets = [new_secret() for _each in asked]
    insert_rows(
        connection,
        _capability,
        {"purpose": Purpose.ANSWER_CHECK_IN, "created_at": now},
        ("secret_hash", "subject_id", "person_id", "expires_at"),
        [
            (hash_secret(secret), each.id, each.person_id, each.closes_at)
            for each, secret in zip(asked, secrets, strict=True)
        ],
    )
    _insert_messages(connection, asked, MessageState.DUE, secrets, now=now)
    _set_state(connection, [each.id for each in asked], CheckInState.ASKED, now)


def _refuse(connection: Connection, refused: Sequence[tuple[DueCheckIn, str]], *, now: datetime) -> None:
    """Calls check-ins off, with a message that was never sent as the place where the reason is kept."""
    if not refused:
        return
    asked = [each for each, _reason in refused]
    identifiers = _insert_messages(connection, asked, MessageState.CANCELLED, [None] * len(asked), now=now)
    numbers = dict(connection.execute(_NUMBERS, {"identifiers": identifiers}).all())
    lines = [
        {"message_id": numbers[identifier], "outcome": MessageState.CANCELLED, "at": now, "detail": reason}
        for identifier, (_each, reason) in zip(identifiers, refused, strict=True)
    ]
    connection.execute(_LOG, lines)
    _set_state(connection, [each.id for each in asked], CheckInState.CANCELLED)


def _insert_messages(
    connection: Connection,
    asked: Sequence[DueCheckIn],
    state: MessageState,
    secrets: Sequence[str | None],
    *,
    now: datetime,
) -> list[str]:
    """A message for each, and the public identifiers that they got."""
    identifiers = new_public_ids(len(asked))
    shared = {
        "kind": MessageKind.CHECK_IN,
        "channel": "mail",
        "state": state,
        "due_at": now,
        "created_at": now,
        "settled_at": None if state == MessageState.DUE else now,
        "attempts": 0,
    }
    columns = (
        "public_id", "message_id", "subject_id", "occurrence", "recipient_id", "cohort_id", "address", "facts",
        "secret",
    )  # fmt: skip
    rows = [
        (
            identifier,
            message_id_of(identifier),
            each.id,
            # Which asking this is: one that was called off, because the cohort's end moved, is followed by another.
            str(each.earlier + 1),
            each.person_id,
            each.cohort_id,
            each.email or "",
            _facts(each),
            secret,
        )
        for each, identifier, secret in zip(asked, identifiers, secrets, strict=True)
    ]
    insert_rows(connection, _message, shared, columns, rows)
    return identifiers


def _facts(each: DueCheckIn) -> dict[str, Any]:
    return {
        "label": each.label,
        "question": each.question,
        "cohort": each.cohort,
        "programme": each.programme,
        "closes_at": each.closes_at.isoformat(),
        "is_synthetic": each.is_synthetic,
    }


def _set_state(
    connection: Connection, ids: Sequence[int], state: CheckInState, asked_at: datetime | None = None
) -> None:
    if ids:
        statement = _BY_NUMBERS[connection.dialect.name]
        connection.execute(statement, {"ids": list(ids), "state_now": state, "asked": asked_at})
