"""How people want to be asked: when, how often, and of which kinds not at all."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base, Privacy, Versioned, choice
from coaching.models.message import MessageKind

# Who has said nothing is asked at most twice in seven days, on weekdays, from eight in the morning to six.
WEEKLY_LIMIT = 2
FROM_HOUR = 8
UNTIL_HOUR = 18


class ContactPreference(Versioned, Base):
    """When and how often a person may be asked, over all of their cohorts; who has no row has the defaults.

    `from_hour` and `until_hour` are hours of the clock where the person lives: from 8 until 18 means from 08:00 until
    before 18:00. While `paused_until` lies ahead nothing is asked at all.
    """

    __tablename__ = "contact_preference"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("weekly_limit", "from_hour", "until_hour", "weekends", "paused_until"),
        erase="delete",
        retention="Until the person is erased.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    weekly_limit: Mapped[int] = mapped_column(default=WEEKLY_LIMIT)
    from_hour: Mapped[int] = mapped_column(default=FROM_HOUR)
    until_hour: Mapped[int] = mapped_column(default=UNTIL_HOUR)
    weekends: Mapped[bool] = mapped_column(default=False)
    paused_until: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("weekly_limit BETWEEN 1 AND 7", name="weekly_limit"),
        CheckConstraint("from_hour >= 0 AND from_hour < until_hour AND until_hour <= 24", name="hours"),
    )


class OptOut(Base):
    """A kind of message that a person does not want any more."""

    __tablename__ = "opt_out"
    __privacy__ = Privacy(
        subject=("person_id",), export=("kind", "at"), erase="delete", retention="Until it is taken back."
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MessageKind] = choice(MessageKind)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "kind"),)
