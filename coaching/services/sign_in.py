"""Signing in and out: server-side sign-in sessions, and the throttle in front of passwords."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from coaching.errors import Invalid, NotAllowed
from coaching.models import AuthSession, Person, SignInFailure
from coaching.policies import may_sign_in
from coaching.services.passwords import is_password_right
from coaching.services.people import find_person_by_email, normalise_email, request_password_reset
from coaching.tokens import hash_secret

SESSION_LIFETIME = timedelta(days=14)
WINDOW = timedelta(minutes=15)
# Failures within the window, after which the pair, or the address on any account, has to wait. No count is kept
# on an account alone: whoever knows an address could lock its owner out.
PAIR_LIMIT = 5
ADDRESS_LIMIT = 50
# Mails with a reset link that an account gets within the window, from wherever they were asked for.
RESET_LIMIT = 5
# Every page asks this, so that the statement is built once.
_SIGNED_IN: Select[Person, datetime, datetime | None, str] = (
    select(Person, AuthSession.expires_at, AuthSession.ended_at, AuthSession.via)
    .join_from(AuthSession, Person, Person.id == AuthSession.person_id)
    .where(AuthSession.secret_hash == bindparam("secret_hash"))
)
WRONG = "The e-mail address or the password is not right. Check both, or reset the password."


def sign_in_with_password(
    session: Session, *, email: str, password: str, address: str, key: str, now: datetime
) -> Person:
    """The person whose password this is.

    `key` keys the hashes of account and address that a failure leaves. Raises NotAllowed with the code `too-many`
    while throttled, and Invalid otherwise; known, unknown, invited and suspended accounts answer alike.
    """
    account_hash = keyed_hash(key, normalise_email(email))
    address_hash = keyed_hash(key, address)
    _refuse_while_throttled(session, account_hash, address_hash, now=now)
    person = find_person_by_email(session, email)
    fits = is_password_right(password, person.password_hash if person else None)
    if person is None or not fits or not may_sign_in(person):
        session.add(SignInFailure(account_hash=account_hash, address_hash=address_hash, at=now))
        raise Invalid(WRONG, code="wrong-credentials")
    return person


def ask_for_reset(session: Session, *, email: str, address: str, key: str, secret: str, now: datetime) -> None:
    """Mails a reset link as `request_password_reset` does, but not as often as somebody may ask.

    Every demand is noted like a failure, whether or not there is such an account: from one address further ones have
    to wait (NotAllowed, `too-many`). From many, an account gets no more mails for a while, and the last one is good.
    """
    account_hash = keyed_hash(key, f"reset {normalise_email(email)}")
    address_hash = keyed_hash(key, f"reset {address}")
    _refuse_while_throttled(session, account_hash, address_hash, now=now)
    demands = select(func.count()).where(SignInFailure.account_hash == account_hash, SignInFailure.at > now - WINDOW)
    if session.scalars(demands).one() < RESET_LIMIT:
        session.add(SignInFailure(account_hash=account_hash, address_hash=address_hash, at=now))
        request_password_reset(session, email=email, secret=secret, now=now)


def start_auth_session(session: Session, person: Person, *, secret: str, via: str, now: datetime) -> AuthSession:
    """A new sign-in session for a person who may sign in; the browser keeps `secret`, the row its hash."""
    auth_session = AuthSession(
        secret_hash=hash_secret(secret),
        person_id=person.id,
        started_at=now,
        expires_at=now + SESSION_LIFETIME,
        via=via,
    )
    session.add(auth_session)
    return auth_session


def find_signed_in(session: Session, secret: str, *, now: datetime, via: str | None = None) -> Person | None:
    """The person behind a browser's secret, while the session stands and the person may sign in. One query.

    `via` asks for a session that was started in this way alone.
    """
    found = session.execute(_SIGNED_IN, {"secret_hash": hash_secret(secret)}).one_or_none()
    if found is None:
        return None
    person, expires_at, ended_at, how = found
    if ended_at is not None or expires_at <= now or not may_sign_in(person):
        return None
    return person if via in {None, how} else None


def end_auth_session(session: Session, secret: str, *, now: datetime) -> None:
    """Signs this browser out, on the server."""
    session.execute(
        update(AuthSession)
        .where(AuthSession.secret_hash == hash_secret(secret), AuthSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def keyed_hash(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _refuse_while_throttled(session: Session, account_hash: str, address_hash: str, *, now: datetime) -> None:
    failures = SignInFailure
    recent = failures.at > now - WINDOW
    from_address = select(func.count()).where(failures.address_hash == address_hash, recent)
    of_pair = from_address.where(failures.account_hash == account_hash)
    pair_count, address_count = session.execute(select(of_pair.scalar_subquery(), from_address.scalar_subquery())).one()
    if pair_count >= PAIR_LIMIT or address_count >= ADDRESS_LIMIT:
        raise NotAllowed("Too many attempts. Wait a quarter of an hour, or reset the password.", code="too-many")
