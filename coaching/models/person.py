"""Person: someone with an account; and what lets a person in: sign-in sessions, API tokens, links."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice


class Person(Identified, Versioned, Base):
    """Someone with an account or an invitation to one. `email` is stored normalised: trimmed and in lower case."""

    __tablename__ = "person"
    __privacy__ = Privacy(
        subject=("id",),
        export=("name", "email", "timezone", "created_at", "suspended_at"),
        erase="scrub",
        scrubbed={"name": "Erased person", "email": None, "password_hash": None, "timezone": "UTC"},
        retention="While the person has a membership or a post; then until they or the programme ask for erasure.",
    )

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_administrator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class AuthSession(Base):
    """A sign-in kept on the server: the browser holds the secret, the row its hash. Ended means out."""

    __tablename__ = "auth_session"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("started_at", "expires_at", "ended_at", "via"),
        erase="delete",
        retention="30 days after it expires.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    via: Mapped[str] = mapped_column(String(24))


class ApiToken(Identified, Base):
    """A bearer token of a person for the API: stored hashed, with scopes and an end."""

    __tablename__ = "api_token"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("label", "scopes", "created_at", "expires_at", "revoked_at"),
        erase="delete",
        retention="30 days after it expires or is revoked.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Purpose(StrEnum):
    """The one thing a link is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    ANSWER_POLL = "answer_poll"
    RSVP = "rsvp"


class Capability(Base):
    """A link in a mail: a 256-bit secret stored hashed, for one purpose, one subject, one person, until its expiry.

    `used_at` is set by what may happen once (an invitation, a reset). A check-in's link is none of these: it belongs to
    the asking that it came with.
    """

    __tablename__ = "capability"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("purpose", "created_at", "expires_at", "used_at"),
        erase="delete",
        retention="30 days after it expires.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose] = choice(Purpose)
    subject_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()

    __table_args__ = (Index("ix_capability_purpose_subject", "purpose", "subject_id"),)


class SignInFailure(Base):
    """A failed sign-in, for throttling: keyed hashes of the account tried and of the address it came from."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[str] = mapped_column(String(64))
    address_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_sign_in_failure_account", "account_hash", "at"),
        Index("ix_sign_in_failure_address", "address_hash", "at"),
    )


class IdempotencyKey(Base):
    """A POST that was answered: the same key with the same request gets the same answer again."""

    __tablename__ = "idempotency_key"
    __privacy__ = Privacy(
        subject=("person_id",), export=(), erase="delete", retention="24 hours, then removed by the timetable."
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(128))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(Integer)
    body: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (Index("uq_idempotency_key_person_key", "person_id", "key", unique=True),)
