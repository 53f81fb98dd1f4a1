"""InboxItem: a message that its recipient reads within the product."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base, Identified, PartialIndex, Privacy, choice
from coaching.models.message import MessageKind


class InboxItem(Identified, Base):
    """One message in one person's inbox, kept once for its Message-ID.

    `path` is the page of ours that it is about, empty where there is none. It is never a whole address, and no link
    with a secret.
    """

    __tablename__ = "inbox_item"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("kind", "title", "text", "path", "created_at", "read_at"),
        erase="delete",
        retention="A year: it is a copy of what was said, and what it is about has pages of its own.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[MessageKind] = choice(MessageKind)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("path = '' OR (substr(path, 1, 1) = '/' AND substr(path, 1, 2) <> '//')", name="path"),
        Index("ix_inbox_item_person", "person_id", "id"),
        PartialIndex("ix_inbox_item_unread", "person_id", where="read_at IS NULL"),
    )
