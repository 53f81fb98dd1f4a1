"""Links in mail: issued with a secret, opened by it for their one purpose, and ended by use or by time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Invalid, NotFound
from coaching.models import Asking, Capability, CheckIn, Membership, Person, Purpose
from coaching.policies import may_sign_in
from coaching.tokens import hash_secret, read_link_token

ENDED = "This link has ended. Ask for a new one."
UNKNOWN = "This link is not known. Copy it whole from the mail, or ask for a new one."


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
    capability = _find(session, secret)
    if capability is None and _find_asked(session, secret) is None:
        raise NotFound(UNKNOWN)
    if capability is None or capability.purpose != purpose:
        raise _is_for_something_else()
    return capability


def find_asked(session: Session, token: str) -> int:
    """The number of the check-in whose link this is, whether or not it can still be answered. It is the link of an
    asking, and names its check-in: nothing else has to be stored for it, nor found.

    Raises NotFound for an unknown one and for a person who may not sign in, and Invalid with the code `wrong-purpose`.
    """
    number = _find_asked(session, token)
    if number is not None:
        return number
    if _find(session, token) is not None:
        raise _is_for_something_else()
    raise NotFound(UNKNOWN)


def _find(session: Session, secret: str) -> Capability | None:
    """The link of this secret, of somebody who may sign in."""
    statement = (
        select(Capability).where(Capability.secret_hash == hash_secret(secret)).options(joinedload(Capability.person))
    )
    capability = session.scalars(statement).one_or_none()
    return capability if capability is not None and may_sign_in(capability.person) else None


def _find_asked(session: Session, token: str) -> int | None:
    """The number of the check-in that this link names, where it is one of its links, of somebody who may sign in."""
    read = read_link_token(token)
    if read is None:
        return None
    public_id, secret = read
    statement = (
        select(CheckIn.id, Person)
        .join(Membership, Membership.id == CheckIn.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            CheckIn.public_id == public_id,
            exists().where(Asking.check_in_id == CheckIn.id, Asking.secret_hash == hash_secret(secret)),
        )
    )
    found = session.execute(statement).one_or_none()
    return found[0] if found is not None and may_sign_in(found[1]) else None


def _is_for_something_else() -> Invalid:
    return Invalid("This link is for something else. Open it as it stands in the mail.", code="wrong-purpose")


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
