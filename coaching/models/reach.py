"""ReachSnapshot: figures of a run as of a date; and what an import tells of a run's learners."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, choice
from coaching.models.course_project import CourseRun
from coaching.models.import_batch import ImportBatch
from coaching.models.person import Person

LARGEST_REACH = 100_000_000


class ReachMetric(StrEnum):
    """Enrolments are not people: `joiners` registered, `learners` visited a step, `active` completed a step,
    `completed_50` and `completed_90` at least that share of the steps; `statements` bought or were given one."""

    JOINERS = "joiners"
    LEARNERS = "learners"
    ACTIVE = "active"
    COMPLETED_50 = "completed_50"
    COMPLETED_90 = "completed_90"
    STATEMENTS = "statements"


class ReachSource(StrEnum):
    PARTICIPANT = "participant"
    COACH = "coach"
    CHECK_IN = "check_in"
    IMPORT = "import"
    DEMO = "demo"


class ReachState(StrEnum):
    """How far to believe a figure: a participant said so, a coach or coordinator stands by it, a platform told it."""

    SELF_REPORTED = "self_reported"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"


class ReachSnapshot(Identified, Base):
    """A figure of a run as of a date. Rows are added, never changed: a correction is a new row that names the old one
    and says why, and `is_current` marks the newest standing figure of its run and metric, so that a total is one
    index scan. What a participant reported is self-reported until a coach confirms it, and again once that is taken
    back, which says why; what came with an import names its batch, and is withdrawn when that is undone: it stays on
    record and stands no longer."""

    __tablename__ = "reach_snapshot"
    __privacy__ = Privacy(
        subject=("recorded_by_id",),
        export=("metric", "value", "as_of", "source", "reason"),
        erase="scrub",
        scrubbed={"reason": ""},
        retention="As long as the programme: totals are computed from it.",
        further=(
            Privacy(
                subject=("confirmed_by_id",), export=("confirmed_at",), erase="keep", retention="As long as the figure."
            ),
            Privacy(
                subject=("unconfirmed_by_id",),
                export=("unconfirmed_at", "unconfirmed_because"),
                erase="scrub",
                scrubbed={"unconfirmed_because": ""},
                retention="As long as the figure.",
            ),
        ),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("course_run.id"))
    metric: Mapped[ReachMetric] = choice(ReachMetric)
    value: Mapped[int]
    as_of: Mapped[date]
    source: Mapped[ReachSource] = choice(ReachSource)
    is_current: Mapped[bool] = mapped_column(default=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("reach_snapshot.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unconfirmed_at: Mapped[datetime | None]
    unconfirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unconfirmed_because: Mapped[str] = mapped_column(String(500), default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    run: Mapped[CourseRun] = relationship(back_populates="snapshots")
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=recorded_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)
    unconfirmed_by: Mapped[Person | None] = relationship(foreign_keys=unconfirmed_by_id)

    __table_args__ = (
        CheckConstraint(f"value BETWEEN 0 AND {LARGEST_REACH}", name="value"),
        Index("ix_reach_snapshot_run_metric", "run_id", "metric", "as_of"),
        PartialIndex(
            "uq_reach_snapshot_current",
            "run_id",
            "metric",
            unique=True,
            where="is_current = 1",
            postgresql="is_current",
        ),
    )

    @property
    def state(self) -> ReachState:
        """A coach's own figure is confirmed as it comes in."""
        if self.source == ReachSource.IMPORT:
            return ReachState.IMPORTED
        is_confirmed = self.confirmed_at is not None or self.source == ReachSource.COACH
        return ReachState.CONFIRMED if is_confirmed else ReachState.SELF_REPORTED


class ImportedRun(Base):
    """What one import told of one run, which its files name by `key`. It has no run before the import is applied, and
    `is_opened` where the import opened the run itself. Of several imports that told a run's learners the newest that
    stands `is_current`, and its learners are the run's. `people` is how many different learners it has, staff left
    out, and None where it told none. What an import told goes when it is undone."""

    __tablename__ = "imported_run"
    __privacy__ = Privacy(
        subject=("batch_id", "imported_by_id"),
        export=("as_of", "people"),
        erase="keep",
        retention="As long as the programme: whose figures these are stands with the batch.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    key: Mapped[str] = mapped_column(String(300))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("course_run.id"))
    as_of: Mapped[date]
    people: Mapped[int | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    is_opened: Mapped[bool] = mapped_column(default=False)
    batch: Mapped[ImportBatch] = relationship()
    run: Mapped[CourseRun | None] = relationship()

    __table_args__ = (
        UniqueConstraint("batch_id", "key"),
        Index("ix_imported_run_run", "run_id"),
        PartialIndex("uq_imported_run_current", "run_id", unique=True, where="is_current = 1", postgresql="is_current"),
    )


class LearnerPage(Base):
    """Salted digests of the learners of an imported run, 16 bytes each, in ascending order and each once on its page;
    nothing else is kept of them. A page holds the digests of one first byte, in several pieces where they are many."""

    __tablename__ = "learner_page"
    # The digests are of learners elsewhere, of whom the product knows nobody: who imported them is not told by them.
    __privacy__ = Privacy(
        subject=("imported_run_id", "batch_id", "imported_by_id"),
        export=(),
        erase="keep",
        retention="As long as the programme: people are counted by them. Those of an import that was undone go.",
    )

    imported_run_id: Mapped[int] = mapped_column(ForeignKey("imported_run.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    piece: Mapped[int] = mapped_column(primary_key=True)
    digests: Mapped[bytes] = mapped_column(LargeBinary)
