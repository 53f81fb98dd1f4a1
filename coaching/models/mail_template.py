"""MailTemplate and MailWording: what a programme's own mails say, and what they said before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.message import MessageKind
from coaching.models.person import Person

LONGEST_SUBJECT = 300
LONGEST_TEXT = 10_000
LONGEST_HTML = 20_000


class MailTemplate(Identified, Versioned, Base):
    """A programme's words for one kind of mail. Where there is no row, or it says `is_ours`, the mail has ours.

    A return to our words keeps the row, so that its version only ever rises. Without `html` the HTML is made from
    the text. `fault` says why the words could not be filled in since they were saved, and `fault_at` when for the first
    time: such a mail had ours.
    """

    __tablename__ = "mail_template"
    __privacy__ = Privacy(
        subject=("updated_by_id",),
        export=("kind", "subject", "text", "html", "updated_at"),
        erase="keep",
        retention="As long as the programme: the words are its own.",
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[MessageKind] = choice(MessageKind)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    html: Mapped[str] = mapped_column(String(LONGEST_HTML), default="")
    is_ours: Mapped[bool] = mapped_column(default=False)
    updated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    fault: Mapped[str] = mapped_column(String(80), default="")
    fault_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("programme_id", "kind"),)


class MailWording(Identified, Base):
    """What a kind of mail said from a moment on; never changed. `is_ours` is a return to our words, and has none."""

    __tablename__ = "mail_wording"
    __privacy__ = Privacy(
        subject=("made_by_id",),
        export=("kind", "subject", "text", "html", "made_at"),
        erase="keep",
        retention="As long as the programme, so that it can go back to what it said before.",
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[MessageKind] = choice(MessageKind)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), default="")
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT), default="")
    html: Mapped[str] = mapped_column(String(LONGEST_HTML), default="")
    is_ours: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[Person] = relationship()

    __table_args__ = (Index("ix_mail_wording_programme_id_kind", "programme_id", "kind"),)
