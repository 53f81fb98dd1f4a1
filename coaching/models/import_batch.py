"""ImportBatch: a file that came in, what was understood of it, and what became of each row."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, choice


class BatchState(StrEnum):
    """A report of a session is applied at once. Other files are read first, shown, and applied when somebody has said
    what they belong to; reading and applying may take a while, be cancelled, and fail."""

    READING = "reading"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    FAILED = "failed"


class RunTarget(StrEnum):
    """Where a run that files tell of belongs: to a run that is there, to a new one of a project, or nowhere."""

    RUN = "run"
    NEW = "new"
    LEAVE = "leave"


class ImportBatch(Identified, Base):
    """What came in together: a report applied to one session, or files of a platform, of figures or of people, which
    came into a cohort. The same report applied again changes nothing; an undone one may come back.

    `sha256` of a report is of what its rows say, not of its bytes: a copy in another encoding is the same report; of
    several files it is of their hashes. `detected` is what was understood, `choices` what somebody decided. While it is
    read or applied, `done` of `total` tells how far that is, and the lease whose it is: one that ran out is taken up by
    another process, from the start, and `tries` counts how often one began. Nothing of a batch counts before it is
    applied, by `applied_by_id`, who said what the files belong to.
    """

    __tablename__ = "import_batch"
    __privacy__ = Privacy(
        subject=("imported_by_id",),
        export=("kind", "file_name", "imported_at", "state"),
        erase="keep",
        retention="As long as the programme: it says where attendance and reach came from. Files go after 30 days.",
        further=(
            Privacy(
                subject=("applied_by_id",), export=("applied_at",), erase="keep", retention="As long as the import."
            ),
        ),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    detected: Mapped[dict[str, Any]] = mapped_column(JSON)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[BatchState] = choice(BatchState, default=BatchState.APPLIED)
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(500), default="")
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    is_cancel_asked: Mapped[bool] = mapped_column(default=False)
    lease_token: Mapped[str] = mapped_column(String(64), default="")
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    rows: Mapped[list["ImportRow"]] = relationship(order_by="ImportRow.number")
    files: Mapped[list["ImportFile"]] = relationship(back_populates="batch", order_by="ImportFile.number")

    __table_args__ = (
        Index("ix_import_batch_session_hash", "session_id", "sha256"),
        Index("ix_import_batch_cohort_hash", "cohort_id", "sha256"),
        # What there is to do: few rows among all that were ever imported.
        PartialIndex("ix_import_batch_waiting", "id", where="state IN ('reading', 'applying')"),
    )


class ImportFile(Base):
    """One file of a batch. It lies in the folder of uploads under `stored_name`, and goes when it is not needed."""

    __tablename__ = "import_file"
    __privacy__ = Privacy(
        subject=("batch_id", "imported_by_id"),
        export=("name", "size"),
        erase="keep",
        retention="As long as the batch; the file itself goes when it was applied, or 30 days after it came in.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_name: Mapped[str | None] = mapped_column(String(64), unique=True)
    detected: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    batch: Mapped[ImportBatch] = relationship(back_populates="files")

    __table_args__ = (UniqueConstraint("batch_id", "number"),)


class RowOutcome(StrEnum):
    """Whose a row of a report is; or what became of a row of another file: new, known already, or left out."""

    NEW = "new"
    KNOWN = "known"
    LEFT_OUT = "left_out"
    MATCHED = "matched"
    REVIEW = "review"
    IGNORED = "ignored"


class ImportRow(Identified, Base):
    """One person of a report: matched to a member, waiting for review, or set aside as nobody of this cohort; or a row
    of another file that a person should know of. No row of a course's learners says anything of a learner.

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


class RememberedMapping(Identified, Base):
    """What somebody said once about files of this kind: which column is what, or which run a course's export is of.

    `key` is the fingerprint of the headings, or the name of the course and its run on the platform.
    """

    __tablename__ = "remembered_mapping"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(300))
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("programme_id", "kind", "key"),)
