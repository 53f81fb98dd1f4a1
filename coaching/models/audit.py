"""The audit trail: append-only, identifiers only, hash-chained."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base


class AuditEntry(Base):
    """Who did what to which row, when. `digest` covers the entry and the digest before it.

    `actor_id` and `subject_id` are numbers without foreign keys: the trail outlives what it speaks of.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The newest entry's number and digest: locked to append, and what makes a cut-off tail show."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
