"""ContactAddress: where a person wants to be told things besides their mail."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base, Identified, Privacy


class ContactAddress(Identified, Base):
    """A person's address on one channel, one for each.

    Whoever knows `address` can write there, so it is shown to nobody again, in an export neither. `label` is what it is
    called on pages and in the list of messages.
    """

    __tablename__ = "contact_address"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("channel", "label", "created_at"),
        erase="delete",
        retention="Until the person removes it.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(24))
    address: Mapped[str] = mapped_column(String(1000))
    label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "channel"),)
