"""What the sweep writes of a batch: mails with what they ask, reasons of who is not asked, and new states.

Every function is one statement or two, however many rows there are, on the caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Table, bindparam, update

from coaching.channels.base import MAIL
from coaching.models import Asking, CheckIn, Delivery, Message, MessageKind, MessageState
from coaching.services.asking_rules import Change, Item, Mail, Refusal
from coaching.services.due_records import DueCheckIn
from coaching.services.insertion import insert_identified, insert_rows, update_rows
from coaching.services.letter_links import UNSUBSCRIBE
from coaching.services.numbers import ENGINES, among, packed
from coaching.services.outbox import message_id_of
from coaching.tokens import derive_secret, hash_secret, new_public_ids, new_secrets

_check_in = cast(Table, CheckIn.__table__)
_message = cast(Table, Message.__table__)
_asking = cast(Table, Asking.__table__)
_delivery = cast(Table, Delivery.__table__)
MOST_UPDATES = 4
# Under other names than the columns', which an UPDATE keeps for itself.
_NEW_VALUES = tuple(f"new_{name}" for name in Change._fields[1:])
_ALIKE = {
    engine: update(_check_in)
    .where(among(_check_in.c.id, "numbers", engine))
    .values({name: bindparam(f"new_{name}") for name in Change._fields[1:]})
    for engine in ENGINES
}
_COLUMNS = (
    "public_id", "message_id", "subject_id", "occurrence", "recipient_id", "cohort_id", "channel", "address", "facts",
    "secret", "unsubscribe_hash", "state", "settled_at",
)  # fmt: skip


class _Written(NamedTuple):
    """A message as it is written, with the check-ins that it asks."""

    identifier: str
    secret: str
    items: Sequence[Item]


def write_askings(connection: Connection, mails: Sequence[Mail], refusals: Sequence[Refusal], *, now: datetime) -> None:
    """A message for each mail, and one that was never sent for each refusal, as the place where its reason is kept."""
    if not mails and not refusals:
        return
    identifiers = new_public_ids(len(mails) + len(refusals))
    secrets = new_secrets(len(mails))
    written = [
        _Written(identifier, secret, mail.items)
        for identifier, secret, mail in zip(identifiers, secrets, mails, strict=False)
    ]
    refused = [
        _Written(identifier, "", [Item(refusal.due, is_nudge=False, needs_consent=False)])
        for identifier, refusal in zip(identifiers[len(mails) :], refusals, strict=True)
    ]
    rows = [_mail_row(each, mail.channel) for each, mail in zip(written, mails, strict=True)]
    rows += [_refusal_row(each, now) for each in refused]
    shared = {"kind": MessageKind.CHECK_IN, "due_at": now, "created_at": now, "attempts": 0}
    numbers = insert_identified(connection, _message, shared, _COLUMNS, rows)
    _insert_askings(connection, [*written, *refused], numbers)
    lines = [(numbers[each.identifier], refusal.reason) for each, refusal in zip(refused, refusals, strict=True)]
    outcome = {"outcome": MessageState.CANCELLED, "at": now}
    insert_rows(connection, _delivery, outcome, ("message_id", "detail"), lines)


def write_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """The check-ins as they stand from now on. Most of a batch are asked and wake alike: those are one statement."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for change in changes:
        alike[change[1:]].append(change.id)
    if len(alike) > MOST_UPDATES:
        update_rows(connection, _check_in, Change._fields[1:], changes)
        return
    for values, numbers in alike.items():
        named = dict(zip(_NEW_VALUES, values, strict=True))
        connection.execute(_ALIKE[connection.dialect.name], named | {"numbers": packed(connection, numbers)})


def _mail_row(written: _Written, channel: str) -> tuple[Any, ...]:
    due = written.items[0].due
    is_of_one = len(written.items) == 1 or len({item.due.cohort_id for item in written.items}) == 1
    return (
        written.identifier,
        message_id_of(written.identifier),
        due.id,
        # Which asking of its first check-in this is. A message is unique for it.
        str((due.number or 0) + 1),
        due.person_id,
        due.cohort_id if is_of_one else None,
        channel,
        due.email if channel == MAIL else "",
        _facts(written.items),
        written.secret,
        hash_secret(derive_secret(written.secret, UNSUBSCRIBE)),
        MessageState.DUE,
        None,
    )


def _refusal_row(written: _Written, now: datetime) -> tuple[Any, ...]:
    due = written.items[0].due
    return (
        written.identifier, message_id_of(written.identifier), due.id, str((due.number or 0) + 1), due.person_id,
        due.cohort_id, due.channel, "", {}, None, None, MessageState.CANCELLED, now,
    )  # fmt: skip


def _facts(items: Sequence[Item]) -> dict[str, Any]:
    return {
        "items": [_item_facts(*item) for item in items],
        "is_synthetic": any(item.due.cohort.is_synthetic for item in items),
    }


def _item_facts(due: DueCheckIn, is_nudge: bool, needs_consent: bool) -> dict[str, Any]:
    facts = {
        "id": due.public_id,
        "label": due.step.label,
        "question": due.step.question,
        "cohort": due.cohort.name,
        "programme": due.cohort.programme,
        "closes_at": due.closes_at.isoformat(),
        "nudge": due.nudged + 1 if is_nudge else 0,
        "needs_consent": needs_consent,
    }
    if due.about:
        facts["about"] = due.about
    if due.step.more:
        facts["more"] = due.step.more
    return facts


def _insert_askings(connection: Connection, written: Sequence[_Written], numbers: dict[str, int]) -> None:
    """What each mail asks, with the hash of its link: what opens that follows from the mail's own secret."""
    rows = [
        (
            item.due.id,
            numbers[each.identifier],
            (item.due.number or 0) + 1,
            item.is_nudge,
            hash_secret(derive_secret(each.secret, item.due.public_id)) if each.secret else None,
        )
        for each in written
        for item in each.items
    ]
    insert_rows(connection, _asking, {}, ("check_in_id", "message_id", "number", "is_nudge", "secret_hash"), rows)
