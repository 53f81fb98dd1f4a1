"""Looking after the keys of private notes: what none of them reads, and putting all notes under the first one."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.models import PrivateNote
from coaching.services.note_cipher import Keyring

AT_ONCE = 200


class Rotated(NamedTuple):
    """What a batch came to. `last` is the number of the last row looked at, None where there are no more."""

    resealed: int
    unreadable: int
    last: int | None


def count_unreadable(session: Session, known: frozenset[str]) -> int:
    """How many private notes were written with a key that is not among these."""
    statement = select(func.count()).select_from(PrivateNote).where(PrivateNote.key_name.not_in(known))
    return session.execute(statement).scalar_one()


def describe_unreadable(session: Session, known: frozenset[str]) -> list[str]:
    """A sentence for an operator, where there is anything to say."""
    number = count_unreadable(session, known)
    if not number:
        return []
    which = "private note was" if number == 1 else "private notes were"
    return [
        f"{number:,} {which} written with a key that is not in COACHING_NOTES_KEY, and cannot be read. "
        "Add that key after the others."
    ]


def reseal_batch(session: Session, keys: Keyring, *, after: int, limit: int = AT_ONCE) -> Rotated:
    """Puts up to `limit` notes that another key sealed under the first one, the oldest first from this number on.

    Each batch is a transaction of its own, and a note that is under the first key is not looked at again: who is
    interrupted starts anew, and goes on where it ended. The rows are locked, so that an edit at the same moment waits.
    What cannot be read stays as it is.
    """
    statement = (
        select(PrivateNote)
        .where(PrivateNote.key_name != keys.first, PrivateNote.id > after)
        .order_by(PrivateNote.id)
        .limit(limit)
        .with_for_update()
    )
    notes = list(session.scalars(statement))
    unreadable = 0
    for note in notes:
        text = keys.read(note).text
        if text is None:
            unreadable += 1
        else:
            keys.seal(note, text)
    return Rotated(len(notes) - unreadable, unreadable, notes[-1].id if notes else None)
