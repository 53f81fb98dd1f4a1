"""Programme: what a coordinator is responsible for."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base, Identified, Privacy, Versioned


class Programme(Identified, Versioned, Base):
    """A training programme with its cohorts. `minimum_group` is the smallest group whose ratings are shown."""

    __tablename__ = "programme"

    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    minimum_group: Mapped[int] = mapped_column(default=5)
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ProgrammeCoordinator(Base):
    """A person's post as coordinator of a programme."""

    __tablename__ = "programme_coordinator"
    __privacy__ = Privacy(
        subject=("person_id",), export=("appointed_at",), erase="delete", retention="While the post is held."
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    appointed_at: Mapped[datetime]
