"""People: found by e-mail, invited, let in by link, suspended; a password set and reset."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import ApiToken, AuthSession, MessageKind, Person, Purpose
from coaching.policies import Actor, may_administer, may_sign_in, require
from coaching.services import audit, capabilities, follow_ups, outbox
from coaching.services.passwords import hash_password
from coaching.services.zones import check_zone

INVITATION_LIFETIME = timedelta(days=14)
RESET_LIFETIME = timedelta(hours=1)


def normalise_email(email: str) -> str:
    """The form in which an address is stored and compared."""
    return email.strip().casefold()


def find_person_by_email(session: Session, email: str) -> Person | None:
    return session.scalars(select(Person).where(Person.email == normalise_email(email))).one_or_none()


def get_person(session: Session, public_id: str, *, actor: Actor) -> Person:
    """A person by public identifier, for oneself and for administrators."""
    person = session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None or not (may_administer(actor) or person.id == actor.person_id):
        raise NotFound
    return person


def create_person(session: Session, *, email: str, name: str, timezone: str, now: datetime) -> Person:
    """A new person without a password. Raises Conflict where the address is taken."""
    if find_person_by_email(session, email) is not None:
        raise Conflict("There is an account with this e-mail address already.")
    person = Person(name=name, email=normalise_email(email), timezone=check_zone(timezone), created_at=now)
    session.add(person)
    # The number is needed by what refers to the person in the same act.
    session.flush()
    return person


def invite_person(
    session: Session,
    person: Person,
    *,
    to: str,
    by: str,
    secret: str,
    now: datetime,
    is_synthetic: bool = False,
    cohort_id: int | None = None,
) -> None:
    """Mails the person a link by which they choose a password and come in. `to` is where they are invited."""
    capabilities.end_capabilities(session, Purpose.INVITATION, person.id, now=now)
    capabilities.issue_capability(
        session,
        Purpose.INVITATION,
        person.id,
        person.id,
        secret=secret,
        expires_at=now + INVITATION_LIFETIME,
        now=now,
    )
    outbox.enqueue(
        session,
        kind=MessageKind.INVITATION,
        subject_id=person.id,
        occurrence=now.isoformat(timespec="microseconds"),
        recipient=person,
        facts={"to": to, "by": by, "is_synthetic": is_synthetic},
        cohort_id=cohort_id,
        secret=secret,
        now=now,
    )


def accept_invitation(
    session: Session, secret: str, *, name: str, password: str, timezone: str, now: datetime
) -> Person:
    """Sets the name, the password and the zone of who was invited, and uses the link up."""
    capability = capabilities.open_capability(session, secret, Purpose.INVITATION, now=now)
    person = capability.person
    person.password_hash = hash_password(password)
    _set_name_and_zone(session, person, name, timezone, now=now)
    capabilities.spend_capability(session, capability, now=now)
    capabilities.end_capabilities(session, Purpose.PASSWORD_RESET, person.id, now=now)
    audit.record(session, "person.joined", person, actor=None, now=now)
    return person


def request_password_reset(session: Session, *, email: str, secret: str, now: datetime) -> None:
    """Mails a reset link where the account exists and may sign in; says nothing either way, by the clock neither."""
    person = find_person_by_email(session, email)
    if person is not None and may_sign_in(person):
        _mail_reset(session, person, secret=secret, now=now)
        return
    # The same for somebody who is nobody, and undone: from the time that it takes a stranger learns nothing.
    with session.begin_nested() as undone:
        nobody = Person(name="Nobody", email=None, timezone="UTC", created_at=now)
        session.add(nobody)
        session.flush()
        _mail_reset(session, nobody, secret=secret, now=now)
        session.flush()
        undone.rollback()


def _mail_reset(session: Session, person: Person, *, secret: str, now: datetime) -> None:
    capabilities.end_capabilities(session, Purpose.PASSWORD_RESET, person.id, now=now)
    capabilities.issue_capability(
        session,
        Purpose.PASSWORD_RESET,
        person.id,
        person.id,
        secret=secret,
        expires_at=now + RESET_LIFETIME,
        now=now,
    )
    outbox.enqueue(
        session,
        kind=MessageKind.PASSWORD_RESET,
        subject_id=person.id,
        occurrence=now.isoformat(timespec="microseconds"),
        recipient=person,
        facts={},
        secret=secret,
        now=now,
    )


def reset_password(session: Session, secret: str, *, password: str, now: datetime) -> Person:
    """Sets a new password by link, uses the link up, and signs the person out everywhere."""
    capability = capabilities.open_capability(session, secret, Purpose.PASSWORD_RESET, now=now)
    person = capability.person
    person.password_hash = hash_password(password)
    capabilities.spend_capability(session, capability, now=now)
    # An invitation that nobody has used sets a password too: it must not undo this one.
    capabilities.end_capabilities(session, Purpose.INVITATION, person.id, now=now)
    _sign_out_everywhere(session, person, now=now)
    audit.record(session, "person.password_reset", person, actor=None, now=now)
    return person


def edit_person(session: Session, person: Person, *, actor: Actor, now: datetime, name: str, timezone: str) -> None:
    """Changes one's own name and time zone."""
    require(person.id == actor.person_id, seen=may_administer(actor))
    _set_name_and_zone(session, person, name, timezone, now=now)
    audit.record(session, "person.edited", person, actor=actor, now=now)


def _set_name_and_zone(session: Session, person: Person, name: str, timezone: str, *, now: datetime) -> None:
    is_elsewhere = timezone != person.timezone
    person.name, person.timezone = name, check_zone(timezone)
    if is_elsewhere:
        follow_ups.follow_zone(session, person, now=now)


def suspend_person(session: Session, person: Person, *, actor: Actor | None, now: datetime) -> None:
    """Shuts every door at once: sign-in sessions and API tokens end. `actor` is None for the command line."""
    _require_administrator(actor)
    if actor is not None and person.id == actor.person_id:
        raise Invalid("You cannot suspend yourself. Ask another administrator.")
    person.suspended_at = person.suspended_at or now
    _sign_out_everywhere(session, person, now=now)
    session.execute(
        update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    audit.record(session, "person.suspended", person, actor=actor, now=now)


def restore_person(session: Session, person: Person, *, actor: Actor | None, now: datetime) -> None:
    """Lets a suspended person sign in again; what was ended stays ended."""
    _require_administrator(actor)
    person.suspended_at = None
    audit.record(session, "person.restored", person, actor=actor, now=now)


def _require_administrator(actor: Actor | None) -> None:
    require(actor is None or may_administer(actor), seen=False)


def _sign_out_everywhere(session: Session, person: Person, *, now: datetime) -> None:
    session.execute(
        update(AuthSession)
        .where(AuthSession.person_id == person.id, AuthSession.ended_at.is_(None))
        .values(ended_at=now)
    )
