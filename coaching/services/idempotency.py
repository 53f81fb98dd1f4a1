"""Idempotency keys: a POST that comes again with its key is answered as it was the first time, and acts once.

The key is stored in the transaction of what it stands for: either both are there or neither. What is stored of an
answer is sealed with the API token that asked, because an answer may hold what the database otherwise has only as a
hash (a new token), and whoever reads the table is not who asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import IdempotencyKey
from coaching.policies import Actor
from coaching.services.insertion import insert_missing

LONGEST_KEY = 128
FIELD = "Idempotency-Key"


class Answer(NamedTuple):
    """What was answered: all of it that a second asker gets again."""

    status: int
    body: bytes
    headers: dict[str, str]


def claim_key(
    session: Session, key: str, *, actor: Actor, fingerprint: str, secret: str, now: datetime
) -> Answer | None:
    """The answer that this key had before, or None where the key is new and from now on this request's.

    Of two who claim at once the second waits here until the first is done. `secret` is the token that asks.
    Raises Invalid (`body-changed`) where the key stands for another request.
    """
    _check_key(key)
    statement = insert_missing(session, IdempotencyKey.__table__).returning(IdempotencyKey.id)
    values = {"person_id": actor.person_id, "key": key, "fingerprint": fingerprint, "created_at": now}
    if session.execute(statement, values).one_or_none() is not None:
        return None
    found = session.execute(
        select(IdempotencyKey).where(IdempotencyKey.person_id == actor.person_id, IdempotencyKey.key == key)
    ).scalar_one_or_none()
    if found is None or found.status is None or found.body is None:
        raise Conflict("This Idempotency-Key was being removed just now. Send the request once more.")
    if found.fingerprint != fingerprint:
        raise Invalid(
            "This Idempotency-Key came before with another request, or with another token. Use a new key.",
            {FIELD: ["Use a new key for a new request."]},
            code="body-changed",
        )
    body = _sealed(base64.b64decode(found.body), secret, key, found.created_at)
    return Answer(found.status, body, json.loads(found.headers or "{}"))


def keep_answer(session: Session, key: str, answer: Answer, *, actor: Actor, secret: str, now: datetime) -> None:
    """Stores what the claimed key's request is answered with. `now` and `secret` are those of the claim."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.person_id == actor.person_id, IdempotencyKey.key == key)
        .values(
            status=answer.status,
            body=base64.b64encode(_sealed(answer.body, secret, key, now)).decode(),
            headers=json.dumps(answer.headers),
        )
    )


def _check_key(key: str) -> None:
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid.field(FIELD, f"Send 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID.")


def _sealed(body: bytes, secret: str, key: str, at: datetime) -> bytes:
    """The body under a key stream that only the token's holder can make; applied twice it is the body again.

    Key and moment make the stream this answer's own: no two answers ever share one.
    """
    stream = hashlib.shake_256(f"{secret}\x1f{key}\x1f{at.isoformat()}".encode()).digest(len(body))
    return (int.from_bytes(body) ^ int.from_bytes(stream)).to_bytes(len(body))
