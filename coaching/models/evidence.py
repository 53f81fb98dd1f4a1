"""Evidence: a file or a link that shows that a course was built, launched, used."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.course_project import CourseProject, CourseRun
from coaching.models.person import Person
from coaching.models.practice import PracticeEntry


class EvidenceKind(StrEnum):
    FILE = "file"
    LINK = "link"


class Evidence(Identified, Versioned, Base):
    """One piece of evidence of a project, or of one of its runs or of a line of the practice log about it.

    A file lies in the folder of uploads under `stored_name`, which nobody chose; its media type is what its bytes say,
    and `sha256` and `size` are of the bytes as they are kept. One that was removed stays as a row without its file.
    What belongs to a line of the log is read by its readers alone, and goes with the line.
    """

    __tablename__ = "evidence"
    __privacy__ = Privacy(
        subject=("added_by_id",),
        export=("kind", "title", "url", "file_name", "media_type", "size", "added_at", "removed_at"),
        erase="scrub",
        scrubbed={"title": "Removed", "url": "", "file_name": ""},
        retention="As long as the project or the line of the log; a file until it is removed or its giver erased.",
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("course_project.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("course_run.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("practice_entry.id", ondelete="CASCADE"), index=True)
    kind: Mapped[EvidenceKind] = choice(EvidenceKind)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500), default="")
    file_name: Mapped[str] = mapped_column(String(200), default="")
    stored_name: Mapped[str | None] = mapped_column(String(64), unique=True)
    media_type: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    project: Mapped[CourseProject] = relationship()
    run: Mapped[CourseRun | None] = relationship()
    entry: Mapped[PracticeEntry | None] = relationship()
    added_by: Mapped[Person | None] = relationship(foreign_keys=[added_by_id])
    removed_by: Mapped[Person | None] = relationship(foreign_keys=[removed_by_id])

    __table_args__ = (
        CheckConstraint("kind <> 'link' OR removed_at IS NOT NULL OR url <> ''", name="link"),
        CheckConstraint("kind <> 'file' OR removed_at IS NOT NULL OR stored_name IS NOT NULL", name="file"),
    )
