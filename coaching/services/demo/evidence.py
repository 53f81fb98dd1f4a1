"""What shows that the demo's courses are there: links to them, a picture and a page of a talk, made here."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from coaching.models import CourseProject, CourseRun, Evidence, EvidenceKind, ProjectOwner
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.evidence_files import receive_file

MOST_COURSES = 3
_PAGE = "BT /F1 28 Tf 72 480 Td ({title}) Tj 0 -40 Td /F1 14 Tf ({text}) Tj ET"


def build_evidence(session: Session, cohorts: list[DemoCohort], *, folder: Path | None, now: datetime) -> None:
    """Links for the newest courses that were launched, and with a folder for files also files for the first of them."""
    statement = (
        select(CourseProject)
        .join(CourseRun, CourseRun.project_id == CourseProject.id)
        .where(CourseProject.cohort_id.in_([cohort.row.id for cohort in cohorts]))
        .options(selectinload(CourseProject.runs), selectinload(CourseProject.owners))
        .order_by(CourseProject.id.desc())
        .distinct()
        .limit(MOST_COURSES)
    )
    for number, project in enumerate(session.scalars(statement).all()):
        _add_links(session, project, now=now)
        if number == 0 and folder is not None:
            _add_files(session, project, folder, now=now)


def _add_links(session: Session, project: CourseProject, *, now: datetime) -> None:
    slug = "-".join("".join(sign for sign in project.title.lower() if sign.isalnum() or sign == " ").split())
    for title, place, run in (
        ("The course on its platform", f"https://courses.example.org/{slug}", project.runs[0]),
        ("What the trust wrote about it", f"https://news.example.org/{slug}", None),
    ):
        piece = Evidence(kind=EvidenceKind.LINK, title=title, url=place)
        _put(session, project, piece, run, now=now)


def _add_files(session: Session, project: CourseProject, folder: Path, *, now: datetime) -> None:
    made = (
        ("Enrolments on the first day", "first-day.png", _picture(), project.runs[0]),
        ("Slides of a talk about it", "talk.pdf", _page(project.title), None),
    )
    for number, (title, name, data, run) in enumerate(made):
        received = receive_file(BytesIO(data), file_name=name, folder=folder, token=f"{project.public_id}-{number}")
        piece = Evidence(
            kind=EvidenceKind.FILE, title=title, file_name=received.file_name, media_type=received.media_type,
            stored_name=received.kept.stored_name, size=received.kept.size, sha256=received.kept.sha256,
        )  # fmt: skip
        _put(session, project, piece, run, now=now)


def _put(session: Session, project: CourseProject, piece: Evidence, run: CourseRun | None, *, now: datetime) -> None:
    first: ProjectOwner = project.owners[0]
    piece.project, piece.run, piece.added_at = project, run, now - timedelta(days=1)
    piece.added_by_id = first.membership.person_id if first.membership else None
    session.add(piece)


def _picture() -> bytes:
    """Bars that rise, as a platform shows the enrolments of a first day."""
    # Only who makes the demo needs the library.
    from PIL import Image, ImageDraw  # noqa: PLC0415

    picture = Image.new("RGB", (640, 360), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((24, 18), "Enrolments by hour (synthetic)", fill="black")
    for hour in range(12):
        height = 20 + hour * hour * 2
        pen.rectangle((30 + hour * 50, 330 - height, 64 + hour * 50, 330), fill="#2f6f8f")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _page(title: str) -> bytes:
    """A PDF of one page."""
    plain = "".join(letter for letter in title if letter.isascii() and letter not in "()\\")
    text = _PAGE.format(title=plain, text="What we learned from the first run. Synthetic.")
    parts = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}{end}".encode("ascii")
