"""CohortChange and Handover: what became of a cohort, and who gave it into whose hands."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, choice
from coaching.models.cohort import Cohort, CohortState, Membership, Role
from coaching.models.person import Person


class CohortChange(Base):
    """One dated step of a cohort's life: paused, resumed, archived, opened again. Rows are added, never changed."""

    __tablename__ = "cohort_change"
    __privacy__ = Privacy(
        subject=("actor_id",),
        export=("state", "at", "reason"),
        erase="scrub",
        scrubbed={"reason": ""},
        retention="As long as the cohort.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    state: Mapped[CohortState] = choice(CohortState)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor: Mapped[Person | None] = relationship()


class Handover(Identified, Base):
    """That a coach gave a cohort, or their one-to-ones with one participant, to another coach. Never changed.

    `pair_membership_id` is that participant, and None where it was the whole cohort. `stays_as` is what the old coach
    is in the cohort since, and None where they left it.
    """

    __tablename__ = "handover"
    __privacy__ = Privacy(
        subject=("from_membership_id", "person_id"),
        export=("at", "reason"),
        erase="scrub",
        scrubbed={"reason": ""},
        retention="As long as the cohort.",
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    pair_membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), index=True)
    from_membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    to_membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    stays_as: Mapped[Role | None] = choice(Role)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cohort: Mapped[Cohort] = relationship()
    pair_membership: Mapped[Membership | None] = relationship(foreign_keys=[pair_membership_id])
    from_membership: Mapped[Membership] = relationship(foreign_keys=[from_membership_id])
    to_membership: Mapped[Membership] = relationship(foreign_keys=[to_membership_id])
