"""CourseProject: the real-world course that participants build with their teams, its runs and their reach."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, Versioned, choice
from coaching.models.cohort import Cohort, Membership
from coaching.models.programme import Programme

LARGEST_REACH = 100_000_000


class Platform(StrEnum):
    FUTURELEARN = "futurelearn"
    MOODLE = "moodle"
    NHS_LEARNING_HUB = "nhs_learning_hub"
    COURSERA = "coursera"
    OPEN_EDX = "open_edx"
    OTHER = "other"


class Stage(StrEnum):
    IDEA = "idea"
    DESIGNING = "designing"
    BUILDING = "building"
    PILOTED = "piloted"
    LAUNCHED = "launched"
    RE_RUN = "re_run"
    STOPPED = "stopped"


class CourseProject(Identified, Versioned, Base):
    """A course in the making or in the world. It belongs to a programme, so that its reach counts there once;
    `cohort_id` is where it began. `stage` is the newest of its StageChanges."""

    __tablename__ = "course_project"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str] = mapped_column(String(500), default="")
    platform: Mapped[Platform] = choice(Platform)
    url: Mapped[str] = mapped_column(String(500), default="")
    stage: Mapped[Stage] = choice(Stage)
    created_at: Mapped[datetime]
    programme: Mapped[Programme] = relationship()
    cohort: Mapped[Cohort] = relationship()
    owners: Mapped[list["ProjectOwner"]] = relationship(back_populates="project", order_by="ProjectOwner.id")
    runs: Mapped[list["CourseRun"]] = relationship(
        back_populates="project", order_by="CourseRun.launched_on, CourseRun.id"
    )
    stage_changes: Mapped[list["StageChange"]] = relationship(
        back_populates="project", order_by="StageChange.on, StageChange.id"
    )


class ProjectOwner(Base):
    """Someone who builds the course: a member of a cohort, or a team-mate outside, who is only a name."""

    __tablename__ = "project_owner"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("added_at",),
        erase="keep",
        retention="As long as the project: who built it, without a name after erasure.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), index=True)
    outside_name: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime]
    project: Mapped[CourseProject] = relationship(back_populates="owners")
    membership: Mapped[Membership | None] = relationship()

    __table_args__ = (
        UniqueConstraint("project_id", "membership_id"),
        CheckConstraint("membership_id IS NOT NULL OR outside_name <> ''", name="somebody"),
    )


class StageChange(Identified, Base):
    """One dated step of a project. A date before the cohort's end is normal."""

    __tablename__ = "stage_change"
    __privacy__ = Privacy(
        subject=("actor_id",),
        export=("stage", "on", "note"),
        erase="scrub",
        scrubbed={"note": ""},
        retention="As long as the project.",
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"), index=True)
    stage: Mapped[Stage] = choice(Stage)
    on: Mapped[date]
    note: Mapped[str] = mapped_column(String(1000), default="")
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    project: Mapped[CourseProject] = relationship(back_populates="stage_changes")


class CourseRun(Identified, Versioned, Base):
    """One run of a course on a platform. It counts once wherever it is looked at from."""

    __tablename__ = "course_run"
    __privacy__ = Privacy(
        subject=("recorded_by_id",),
        export=("label", "launched_on", "ended_on", "url"),
        erase="keep",
        retention="As long as the programme: run totals outlive the people who built the course.",
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"))
    label: Mapped[str] = mapped_column(String(120))
    platform: Mapped[Platform] = choice(Platform)
    url: Mapped[str] = mapped_column(String(500), default="")
    launched_on: Mapped[date]
    ended_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    project: Mapped[CourseProject] = relationship(back_populates="runs")
    snapshots: Mapped[list["ReachSnapshot"]] = relationship(
        back_populates="run", order_by="ReachSnapshot.as_of, ReachSnapshot.id"
    )

    __table_args__ = (
        UniqueConstraint("project_id", "launched_on", name="uq_course_run_project_launch"),
        CheckConstraint("ended_on IS NULL OR ended_on >= launched_on", name="dates_in_order"),
    )

    @property
    def is_before_end(self) -> bool:
        """Whether the course opened before its cohort ended, which is normal and worth telling."""
        return self.launched_on < self.project.cohort.ends_on


class ReachMetric(StrEnum):
    """Enrolments are not people: `joiners` registered, `learners` visited a step, `active` completed a step,
    `completed` at least half of the steps."""

    JOINERS = "joiners"
    LEARNERS = "learners"
    ACTIVE = "active"
    COMPLETED = "completed"


class ReachSource(StrEnum):
    PARTICIPANT = "participant"
    COACH = "coach"
    CHECK_IN = "check_in"
    DEMO = "demo"


class ReachSnapshot(Identified, Base):
    """A figure of a run as of a date. Rows are added, never changed: a correction is a new row that names the old
    one and says why, and `is_current` marks the newest standing figure of its run and metric, so that a total is one
    index scan."""

    __tablename__ = "reach_snapshot"
    __privacy__ = Privacy(
        subject=("recorded_by_id",),
        export=("metric", "value", "as_of", "source", "reason"),
        erase="scrub",
        scrubbed={"reason": ""},
        retention="As long as the programme: totals are computed from it.",
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("course_run.id"))
    metric: Mapped[ReachMetric] = choice(ReachMetric)
    value: Mapped[int]
    as_of: Mapped[date]
    source: Mapped[ReachSource] = choice(ReachSource)
    is_verified: Mapped[bool] = mapped_column(default=False)
    is_current: Mapped[bool] = mapped_column(default=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("reach_snapshot.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    run: Mapped[CourseRun] = relationship(back_populates="snapshots")

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
