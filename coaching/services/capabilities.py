"""Links in mail: issued with a secret, opened by it for their one purpose, and ended by use or by time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Invalid, NotFound
from coaching.models import Capability, Purpose
from coaching.policies import may_sign_in
from coaching.tokens import hash_secret

ENDED = "This link has ended. Ask for a new one."


def issue_capability(
    session: Session,
    purpose: Purpose,
    subject_id: int,
    person_id: int,
    *,
    secret: str,
    expires_at: datetime,
    now: datetime,
) -> Capability:
    """A new link for one purpose, one subject and one person; only the hash of `secret` is kept."""
    capability = Capability(
        secret_hash=hash_secret(secret),
        purpose=purpose,
        subject_id=subject_id,
        person_id=person_id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(capability)
    return capability


def open_capability(session: Session, secret: str, purpose: Purpose, *, now: datetime) -> Capability:
    """The link of this secret, where it is for this purpose and has not ended.

    Raises NotFound for an unknown one and for a person who may not sign in, and Invalid with the code
    `wrong-purpose` or `link-ended` otherwise.
    """
    capability = find_capability(session, secret, purpose)
    if capability.used_at is not None or capability.expires_at <= now:
        raise Invalid(ENDED, code="link-ended")
    return capability


def find_capability(session: Session, secret: str, purpose: Purpose) -> Capability:
    """The link of this secret whether or not it has ended, for where the page behind it tells what became of things.

    Raises as `open_capability` does otherwise.
    """
    statement = (
        select(Capability).where(Capability.secret_hash == hash_secret(secret)).options(joinedload(Capability.person))
    )
    capability = session.scalars(statement).one_or_none()
    if capability is None or not may_sign_in(capability.person):
        raise NotFound("This link is not known. Copy it whole from the mail, or ask for a new one.")
    if capability.purpose != purpose:
        raise Invalid("This link is for something else. Open it as it stands in the mail.", code="wrong-purpose")
    return capability


def spend_capability(session: Session, capability: Capability, *, now: datetime) -> None:
    """Uses up a single-use link. Of two who spend it at once one wins; the other is told that it has ended."""
    statement = (
        update(Capability)
        .where(Capability.id == capability.id, Capability.used_at.is_(None))
        .values(used_at=now)
        .returning(Capability.id)
    )
    if session.execute(statement).one_or_none() is None:
        raise Invalid(ENDED, code="link-ended")


def end_capabilities(session: Session, purpose: Purpose, subject_id: int, *, now: datetime) -> None:
    """Ends every open link of this purpose and subject, so that only the newest one works."""
    session.execute(
        update(Capability)
        .where(Capability.purpose == purpose, Capability.subject_id == subject_id, Capability.used_at.is_(None))
        .values(used_at=now)
    )
