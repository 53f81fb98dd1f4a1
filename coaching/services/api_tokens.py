"""API tokens: made once and shown once, stored hashed, with scopes and an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from coaching.errors import Invalid, NotFound
from coaching.models import ApiToken, Person
from coaching.policies import Actor, may_sign_in, require
from coaching.private_note_policies import PRIVATE_NOTES
from coaching.services import audit
from coaching.tokens import hash_secret

SCOPES = frozenset({"read", "write", PRIVATE_NOTES})
PREFIX = "coaching_"
LONGEST = timedelta(days=366)
_HOLDER: Select[*tuple[Any, ...]] = (
    select(
        Person.id,
        Person.public_id,
        Person.name,
        Person.timezone,
        Person.is_administrator,
        Person.suspended_at,
        Person.erased_at,
        ApiToken.scopes,
        ApiToken.expires_at,
        ApiToken.revoked_at,
    )
    .join_from(ApiToken, Person, Person.id == ApiToken.person_id)
    .where(ApiToken.secret_hash == bindparam("secret_hash"))
)
NO_MORE = "A token cannot make one that may do more than itself. Make it where you are signed in."


class TokenHolder(NamedTuple):
    """The person behind a token: what an Actor is made of, and what the token allows."""

    id: int
    public_id: str
    name: str
    timezone: str
    is_administrator: bool
    suspended_at: datetime | None
    erased_at: datetime | None
    scopes: str
    expires_at: datetime
    revoked_at: datetime | None


def create_api_token(
    session: Session,
    person: Person,
    *,
    label: str,
    scopes: frozenset[str],
    days: int,
    secret: str,
    now: datetime,
    actor: Actor | None = None,
) -> tuple[ApiToken, str]:
    """A token for the person's own use; the second value is what to show them, this once.

    A token grants no more than the person may do, and one that a token makes no more than that token. `actor` is
    None for the command line. Raises Invalid for unknown scopes or a life over a year.
    """
    if actor is not None:
        require(actor.person_id == person.id, seen=False)
        require(actor.scopes is None or scopes <= actor.scopes, seen=True, message=NO_MORE)
    if not scopes or not scopes <= SCOPES:
        raise Invalid.field(
            "scopes",
            "Choose read or write, and private_notes beside these where a program is to reach your private notes.",
        )
    if not timedelta(0) < timedelta(days=days) <= LONGEST:
        raise Invalid.field("days", "A token lives from 1 to 366 days.")
    shown = PREFIX + secret
    token = ApiToken(
        person_id=person.id,
        label=label,
        secret_hash=hash_secret(shown),
        scopes=" ".join(sorted(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    audit.record(session, "api_token.created", token, actor=actor, now=now)
    return token, shown


def find_token_holder(session: Session, shown: str, *, now: datetime) -> TokenHolder | None:
    """Who shows a living token; None where it is unknown, over, revoked, or its person is shut out. One query.

    Every request of the API asks this, so that only columns are read.
    """
    found = session.connection().execute(_HOLDER, {"secret_hash": hash_secret(shown)}).one_or_none()
    holder = TokenHolder(*found) if found is not None else None
    if holder is None or holder.revoked_at is not None or holder.expires_at <= now or not may_sign_in(holder):
        return None
    return holder


def list_api_tokens(session: Session, *, actor: Actor) -> list[ApiToken]:
    """One's own tokens, newest first."""
    statement = select(ApiToken).where(ApiToken.person_id == actor.person_id).order_by(ApiToken.id.desc())
    return list(session.scalars(statement))


def revoke_api_token(session: Session, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Ends one of one's own tokens."""
    statement = select(ApiToken).where(ApiToken.public_id == public_id, ApiToken.person_id == actor.person_id)
    token = session.scalars(statement).one_or_none()
    if token is None:
        raise NotFound
    token.revoked_at = token.revoked_at or now
    audit.record(session, "api_token.revoked", token, actor=actor, now=now)
