"""ImportBatch: a file that came in, what was understood of it, and what became of each row."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, choice


class BatchState(StrEnum):
    APPLIED = "applied"
    UNDONE = "undone"


class ImportBatch(Identified, Base):
    """One file applied to one session. The same report applied again changes nothing; an undone one may come back.

    `sha256` is of what its rows say, not of its bytes: a copy in another encoding is the same report.
    """

    __tablename__ = "import_batch"
    __privacy__ = Privacy(
        subject=("imported_by_id",),
        export=("kind", "file_name", "imported_at", "state"),
        erase="keep",
        retention="As long as the programme: it says where attendance came from. The file itself is not kept.",
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    detected: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[BatchState] = choice(BatchState, default=BatchState.APPLIED)
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    rows: Mapped[list["ImportRow"]] = relationship(order_by="ImportRow.number")

    __table_args__ = (Index("ix_import_batch_session_hash", "session_id", "sha256"),)


class RowOutcome(StrEnum):
    MATCHED = "matched"
    REVIEW = "review"
    IGNORED = "ignored"


class ImportRow(Identified, Base):
    """One person of the file: matched to a member, waiting for review, or set aside as nobody of this cohort.

    `before` keeps what the attendance was, so that undoing the batch puts it back.
    """

    __tablename__ = "import_row"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("name", "email", "minutes", "outcome"),
        erase="scrub",
        scrubbed={"name": "Erased person", "email": ""},
        retention="As long as the batch; names of people nobody matched go 90 days after the import.",
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    minutes: Mapped[int]
    intervals: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    outcome: Mapped[RowOutcome] = choice(RowOutcome)
    reason: Mapped[str] = mapped_column(String(300), default="")
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (Index("ix_import_row_batch_number", "batch_id", "number"),)

    @property
    def is_in_doubt(self) -> bool:
        return self.outcome == RowOutcome.REVIEW


class RememberedMatch(Identified, Base):
    """Who a name in a report is, once somebody said so: the next import of this cohort knows it.

    `name` and `email` are what the report had, folded for comparison. Without a member it is nobody of this cohort.
    """

    __tablename__ = "remembered_match"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("name", "email", "created_at"),
        erase="delete",
        retention="As long as the cohort; who was set aside as nobody of it goes after 90 days.",
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("cohort_id", "name", "email"),)
