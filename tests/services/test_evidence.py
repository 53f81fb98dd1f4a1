"""Evidence: links and files of a course, its runs and lines of a log; who reads them, and what becomes of files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    AuditEntry,
    CohortState,
    CourseProject,
    Evidence,
    EvidenceKind,
    Person,
    PracticeEntry,
    PracticeKind,
)
from coaching.services import evidence
from coaching.services.actors import load_actor
from coaching.services.course_projects import get_project
from coaching.services.evidence_files import LARGEST_FILE, NAMELESS, ReceivedFile, receive_file, safe_name
from coaching.services.privacy import erase_person, export_person
from coaching.tokens import new_public_id
from coaching.uploads import prepare_folder
from tests import factories
from tests.factories import NOW, actor_of
from tests.media_files import DOCX, PDF, office, picture
from tests.services.racing import overlap
from tests.worlds import World, make_world

URL = "https://example.org/course"


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.fixture
def project(session: Session, world: World) -> CourseProject:
    made = factories.make_project(session, world.cohort, owners=(world.member,))
    factories.make_run(session, made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare_folder(tmp_path / "uploads")
    return tmp_path / "uploads"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def receive(folder: Path, data: bytes = PDF, name: str = "talk.pdf") -> ReceivedFile:
    return receive_file(BytesIO(data), file_name=name, folder=folder, token=new_public_id())


def make_entry(session: Session, world: World, project: CourseProject, **values: Any) -> PracticeEntry:
    entry = PracticeEntry(
        kind=PracticeKind.ENTRY, on=NOW.date(), text="Showed it around", created_at=NOW,
        **{"membership": world.member, "project_id": project.id} | values,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


class TestReceiving:
    def test_a_document_is_kept_as_it_came(self, folder: Path) -> None:
        received = receive(folder, office(DOCX), "Plan.DOCX")
        assert (received.file_name, received.media_type.rpartition(".")[2]) == ("Plan.docx", "document")
        assert (folder / received.kept.stored_name).read_bytes() == office(DOCX)

    def test_a_picture_is_kept_written_anew(self, folder: Path) -> None:
        received = receive(folder, picture("GIF") + b"<script>alert(1)</script>", "photo.gif")
        assert (received.media_type, received.file_name) == ("image/png", "photo.png")
        kept = (folder / received.kept.stored_name).read_bytes()
        assert kept.startswith(b"\x89PNG")
        assert b"script" not in kept
        assert received.kept.size == len(kept)

    @pytest.mark.parametrize(
        "data", [b"", b"<svg/>", PDF[:-8], picture()[:30], b"%PDF-" + bytes(LARGEST_FILE)], ids=len
    )
    def test_nothing_stays_of_what_is_refused(self, folder: Path, data: bytes) -> None:
        with pytest.raises(Invalid) as refusal:
            receive(folder, data)
        assert list(refusal.value.messages) == ["file"]
        assert names(folder) == []

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("talk.pdf", "talk.pdf"),
            ("talk.PDF", "talk.pdf"),
            ("talk", "talk.pdf"),
            ("talk.pdf.exe", "talk.pdf.exe.pdf"),
            ("invoice.html", "invoice.html.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\ann\\talk.pdf", "talk.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
            ('a"; filename="b.exe', "a; filename=b.exe.pdf"),
            ("gpj.\u202efdp.exe", "gpj.fdp.exe.pdf"),
            ("tal\u200bk\x00.pdf", "talk.pdf"),
            ("Pr\u00e4sentation \u8bfe\u7a0b.pdf", "Pr\u00e4sentation \u8bfe\u7a0b.pdf"),
            ("...", f"{NAMELESS}.pdf"),
            (".pdf", "pdf.pdf"),
            ("", f"{NAMELESS}.pdf"),
            ("a" * 500 + ".pdf", "a" * 190 + ".pdf"),
        ],
    )
    def test_a_name_is_one_line_of_one_folder_with_its_ending(self, name: str, kept: str) -> None:
        assert safe_name(name, "application/pdf") == kept


class TestAdding:
    def test_a_link_and_a_file_of_a_course_and_of_a_run(
        self, session: Session, world: World, project: CourseProject, folder: Path
    ) -> None:
        me = actor_of(session, world.participant)
        link = evidence.add_link(session, project, actor=me, now=NOW, url=URL)
        run = project.runs[0]
        file = evidence.add_file(
            session, project, receive(folder), actor=me, now=NOW, title="My talk", run_id=run.public_id
        )
        session.flush()
        assert (link.kind, link.title, link.run) == (EvidenceKind.LINK, URL, None)
        assert (file.kind, file.title, file.file_name, file.run) == (EvidenceKind.FILE, "My talk", "talk.pdf", run)
        assert evidence.list_evidence(session, project, actor=me) == [file, link]
        assert evidence.count_evidence(session, project, actor=me) == {None: 2, run.id: 1}
        acts = session.scalars(select(AuditEntry.act)).all()
        assert list(acts) == ["evidence.added", "evidence.added"]

    def test_of_a_line_of_ones_own_log_alone(self, session: Session, world: World, project: CourseProject) -> None:
        me, coach = actor_of(session, world.participant), actor_of(session, world.coach)
        of_run = make_entry(session, world, project, project_id=None, run_id=project.runs[0].id)
        entry, elsewhere = make_entry(session, world, project), make_entry(session, world, project, project_id=None)
        theirs = make_entry(session, world, project, membership=world.fellow_member)
        piece = evidence.add_link(session, project, actor=me, now=NOW, url=URL, entry_id=entry.public_id)
        assert evidence.list_own_entries(session, project, actor=me) == [entry, of_run]
        for actor, line in ((me, elsewhere), (me, theirs), (coach, entry)):
            with pytest.raises(Invalid) as refusal:
                evidence.add_link(session, project, actor=actor, now=NOW, url=URL, entry_id=line.public_id)
            assert list(refusal.value.messages) == ["entry_id"]
        readers = {
            who: evidence.list_evidence(session, project, actor=actor_of(session, getattr(world, who)))
            for who in ("participant", "fellow", "observer", "coach", "coordinator")
        }
        assert readers == {
            "participant": [piece],
            "fellow": [],
            "observer": [],
            "coach": [piece],
            "coordinator": [piece],
        }
        assert evidence.count_evidence(session, project, actor=me) == {None: 0}

    def test_a_run_of_another_course_is_not_its(self, session: Session, world: World, project: CourseProject) -> None:
        other = factories.make_run(session, factories.make_project(session, world.cohort, owners=(world.member,)))
        me = actor_of(session, world.participant)
        with pytest.raises(Invalid):
            evidence.add_link(session, project, actor=me, now=NOW, url=URL, run_id=other.public_id)
        line = make_entry(session, world, project).public_id
        with pytest.raises(Invalid):
            evidence.add_link(
                session, project, actor=me, now=NOW, url=URL, run_id=project.runs[0].public_id, entry_id=line
            )

    def test_there_is_an_end_to_it_also_for_two_at_once(
        self, session: Session, engine: Engine, world: World, project: CourseProject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(evidence, "MOST_PIECES", 1)
        session.commit()
        public_id, actor = project.public_id, actor_of(session, world.participant)
        session.rollback()

        def add(own: Session) -> None:
            evidence.add_link(own, get_project(own, public_id, actor=actor), actor=actor, now=NOW, url=URL)

        second = overlap(engine, add, add)
        assert isinstance(second, Conflict)
        assert session.scalars(select(Evidence)).all() != []

    def test_nobody_else_adds_and_an_archived_cohort_takes_none(
        self, session: Session, world: World, project: CourseProject
    ) -> None:
        for who, refusal in (("fellow", NotAllowed), ("observer", NotAllowed), ("outsider", NotFound)):
            with pytest.raises(refusal):
                evidence.add_link(session, project, actor=actor_of(session, getattr(world, who)), now=NOW, url=URL)
        world.cohort.state = CohortState.ARCHIVED
        for who in ("participant", "coach", "coordinator", "administrator"):
            with pytest.raises(Conflict):
                evidence.add_link(session, project, actor=actor_of(session, getattr(world, who)), now=NOW, url=URL)


class TestRemoving:
    def test_the_file_goes_with_the_commit_and_the_line_stays(
        self, session: Session, world: World, project: CourseProject, folder: Path
    ) -> None:
        me = actor_of(session, world.participant)
        piece = evidence.add_file(session, project, receive(folder), actor=me, now=NOW)
        session.commit()
        evidence.remove_evidence(session, piece, folder=folder, actor=me, now=NOW)
        session.flush()
        assert len(names(folder)) == 1
        session.rollback()
        assert len(names(folder)) == 1
        evidence.remove_evidence(session, piece, folder=folder, actor=me, now=NOW)
        session.commit()
        assert names(folder) == []
        assert (piece.title, piece.file_name, piece.removed_by_id) == ("talk.pdf", "talk.pdf", me.person_id)
        assert evidence.list_evidence(session, project, actor=me) == [piece]
        assert evidence.count_evidence(session, project, actor=me) == {None: 0}
        with pytest.raises(NotFound):
            evidence.get_evidence(session, piece.public_id, actor=me)

    def test_who_added_it_may_when_they_have_left_the_team(
        self, session: Session, world: World, project: CourseProject
    ) -> None:
        piece = evidence.add_link(session, project, actor=actor_of(session, world.participant), now=NOW, url=URL)
        session.flush()
        fellow = actor_of(session, world.fellow)
        with pytest.raises(NotAllowed):
            evidence.retitle_evidence(session, piece, actor=fellow, now=NOW, title="Mine")
        piece.added_by_id = fellow.person_id
        evidence.retitle_evidence(session, piece, actor=fellow, now=NOW, title="Mine")
        world.cohort.state = CohortState.ARCHIVED
        with pytest.raises(Conflict):
            evidence.retitle_evidence(session, piece, actor=fellow, now=NOW, title="Mine")

    def test_a_file_that_does_not_lie_there_is_said_to_be_missing(
        self, session: Session, world: World, project: CourseProject, folder: Path
    ) -> None:
        me = actor_of(session, world.participant)
        piece = evidence.add_file(session, project, receive(folder), actor=me, now=NOW)
        with evidence.open_evidence(piece, actor=me, folder=folder) as file:
            assert file.read() == PDF
        (folder / (piece.stored_name or "")).unlink()
        with pytest.raises(Conflict) as refusal:
            evidence.open_evidence(piece, actor=me, folder=folder)
        assert refusal.value.code == "file-missing"
        with pytest.raises(NotFound):
            evidence.open_evidence(piece, actor=actor_of(session, world.outsider), folder=folder)


class TestPrivacy:
    def test_who_added_it_is_given_it_and_erased_takes_it_along(
        self, session: Session, world: World, project: CourseProject, folder: Path
    ) -> None:
        me, coach = actor_of(session, world.participant), actor_of(session, world.coach)
        entry = make_entry(session, world, project)
        mine = evidence.add_file(session, project, receive(folder), actor=me, now=NOW, title="Me on stage")
        gone = evidence.add_link(session, project, actor=me, now=NOW, url=URL)
        logged = evidence.add_link(session, project, actor=me, now=NOW, url=URL, entry_id=entry.public_id)
        theirs = evidence.add_file(session, project, receive(folder), actor=coach, now=NOW)
        evidence.remove_evidence(session, gone, folder=folder, actor=me, now=NOW)
        session.commit()
        given = export_person(session, world.participant, actor=me)["evidence"]
        assert [(line["title"], line["url"], line["file_name"]) for line in given] == [
            ("Me on stage", "", "talk.pdf"), (URL, URL, ""), (URL, URL, ""),
        ]  # fmt: skip
        ids = [piece.id for piece in (mine, gone, logged, theirs)]
        person = session.get_one(Person, world.participant.id)
        admin = load_actor(session, world.administrator)
        erase_person(session, person, actor=admin, now=NOW, uploads=folder)
        assert len(names(folder)) == 2
        session.commit()
        assert names(folder) == [theirs.stored_name]
        left = [session.get(Evidence, number) for number in ids]
        assert [(one.title, one.url, one.file_name, one.stored_name) for one in left[:2] if one] == [
            ("Removed", "", "", None), ("Removed", "", "", None),
        ]  # fmt: skip
        assert left[2] is None
        assert left[3] is not None
        assert left[3].removed_at is None


def test_the_list_takes_the_same_statements_however_long_it_is(
    session: Session,
    world: World,
    project: CourseProject,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    taken = []
    for more in (2, 15):
        for _ in range(more):
            member = factories.make_membership(session, world.cohort)
            entry = make_entry(session, world, project, membership=member)
            of_log = {"entry": entry, "added_by": member.person}
            for about in (of_log, {"run": factories.make_run(session, launched_on=NOW.date())}):
                piece = Evidence(project=project, kind=EvidenceKind.LINK, title="A", url=URL, added_at=NOW, **about)
                session.add(piece)
        session.commit()
        coach = actor_of(session, world.coach)
        session.expire_all()
        with count_queries() as statements:
            again = get_project(session, project.public_id, actor=coach)
            shown = evidence.list_evidence(session, again, actor=coach)
            assert {(one.title, one.run.label if one.run else "") for one in shown}
        taken.append(len(statements))
    assert len(shown) == 34
    assert taken[0] == taken[1]
