"""CourseProject: the real-world course that participants build with their teams, its stages and its runs."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.cohort import Cohort, Membership
from coaching.models.goal import Goal
from coaching.models.programme import Programme
from coaching.models.skill import Skill

if TYPE_CHECKING:
    from coaching.models.reach import ReachSnapshot


LONG_BEFORE = timedelta(days=2 * 365)


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
    `cohort_id` is where it began. `stage` is the newest of its StageChanges. `people` is how many different learners
    its imported runs had together, None while no import told: it is counted anew whenever these change."""

    __tablename__ = "course_project"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str] = mapped_column(String(500), default="")
    platform: Mapped[Platform] = choice(Platform)
    url: Mapped[str] = mapped_column(String(500), default="")
    stage: Mapped[Stage] = choice(Stage)
    people: Mapped[int | None]
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
    skills: Mapped[list["ProjectSkill"]] = relationship(
        back_populates="project", order_by="ProjectSkill.skill_id", cascade="all, delete-orphan"
    )
    goals: Mapped[list["ProjectGoal"]] = relationship(
        back_populates="project", order_by="ProjectGoal.goal_id", cascade="all, delete-orphan"
    )

    @property
    def standing_stages(self) -> list["StageChange"]:
        """The stage changes that nobody took back, in the order of their days."""
        return [change for change in self.stage_changes if change.withdrawn_at is None]

    @property
    def withdrawn_stages(self) -> list["StageChange"]:
        """Those that were taken back: they stay on record with the reason."""
        return [change for change in self.stage_changes if change.withdrawn_at is not None]

    @property
    def skill_ids(self) -> list[str]:
        """The skills that it uses, by public identifier, as its form and its schema name them."""
        return [used.skill.public_id for used in self.skills]


class ProjectEdit(Base):
    """What a project said before one edit, and when it said so no more: a report that names a course by the title of
    its day can still be understood."""

    __tablename__ = "project_edit"
    __privacy__ = Privacy(
        subject=("actor_id",),
        export=("edited_at",),
        erase="keep",
        retention="As long as the project: it tells what the course was, not who they were.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str] = mapped_column(String(500))
    platform: Mapped[Platform] = choice(Platform)
    url: Mapped[str] = mapped_column(String(500))
    edited_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


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


class ProjectSkill(Base):
    """A skill of the programme that building the course uses."""

    __tablename__ = "project_skill"

    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True, index=True)
    project: Mapped[CourseProject] = relationship(back_populates="skills")
    skill: Mapped[Skill] = relationship()


class ProjectGoal(Base):
    """A goal of one of its owners that the course serves. Whoever may not read the goal does not learn of it here."""

    __tablename__ = "project_goal"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=("added_at",),
        erase="delete",
        retention="As long as the goal.",
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"), primary_key=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_at: Mapped[datetime]
    project: Mapped[CourseProject] = relationship(back_populates="goals")
    goal: Mapped[Goal] = relationship()


class StageChange(Identified, Base):
    """One dated step of a project. To stop has a note that says why, and so has going back to an earlier stage. A date
    before the cohort's end is normal.

    One that was wrong is withdrawn, with the `reason`: it stays on record and stands no longer. What stands in its
    place, if anything does, is a row of its own that `corrects` it.
    """

    __tablename__ = "stage_change"
    __privacy__ = Privacy(
        subject=("actor_id",),
        export=("stage", "on", "note"),
        erase="scrub",
        scrubbed={"note": ""},
        retention="As long as the project.",
        further=(
            Privacy(
                subject=("withdrawn_by_id",),
                export=("stage", "on", "withdrawn_at", "reason"),
                erase="scrub",
                scrubbed={"reason": ""},
                retention="As long as the project.",
            ),
        ),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"), index=True)
    stage: Mapped[Stage] = choice(Stage)
    on: Mapped[date]
    note: Mapped[str] = mapped_column(String(1000), default="")
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("stage_change.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(1000), default="")
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

    @property
    def is_long_before_start(self) -> bool:
        """Whether it opened so long before the cohort began that the year may be a slip. A course can be that old."""
        return self.launched_on < self.project.cohort.starts_on - LONG_BEFORE
