"""Evidence on its pages: a file streamed in and out, refused with what was typed, and never shown as a page."""

from __future__ import annotations

import errno
import io
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import uploads
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import CourseProject, Evidence, EvidenceKind
from coaching.services import evidence_files
from coaching.services.evidence_files import LARGEST_FILE
from coaching.services.sign_in import start_auth_session
from coaching.tokens import new_secret
from tests import factories
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.media_files import PDF, picture, sent
from tests.worlds import World


@pytest.fixture
def project(session: Session, world: World) -> CourseProject:
    return factories.make_project(session, owners=(world.member,), title="Sepsis, early")


@pytest.fixture
def place(project: CourseProject) -> str:
    return f"/projects/{project.public_id}/evidence"


@pytest.fixture
def folder(app: Flask) -> Iterator[Path]:
    """The app's folder of uploads, which tests share."""
    folder: Path = app.extensions["settings"].uploads
    before = {path.name for path in folder.iterdir()}
    yield folder
    for path in folder.iterdir():
        if path.name not in before:
            path.unlink()


@pytest.fixture
def mine(browse: Browse, world: World) -> Browser:
    return browse(world.participant)


def upload(data: bytes = PDF, name: str = "talk.pdf", **more: str) -> dict[str, Any]:
    return {"file": (io.BytesIO(data), name), "title": "", "about": ""} | more


def large(browser: Browser, data: bytes) -> dict[str, Any]:
    """A large file in a form with the token that its page would have held."""
    token = browser.get("/account").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    return sent(data, title="", about="", csrf_token=token)


def pieces(session: Session) -> list[Evidence]:
    session.expire_all()
    return list(session.scalars(select(Evidence).order_by(Evidence.id)))


class TestAdding:
    def test_a_link_of_a_run(self, session: Session, mine: Browser, project: CourseProject, place: str) -> None:
        assert "No evidence yet" in words(mine.get(place))
        run = factories.make_run(session, project, label="Spring")
        typed = form(mine.get(f"{place}/links/new?about=run:{run.public_id}"))
        assert typed["about"] == f"run:{run.public_id}"
        landed(mine.post(f"{place}/links", typed | {"url": "https://example.org/c", "title": "The course"}), place)
        page = mine.get(place)
        assert "The course Link: https://example.org/c Spring · Added by Participant Person" in words(page)
        assert "https://example.org/c" in links(page)
        assert "1 piece of evidence" in words(mine.get(place.removesuffix("/evidence")))
        assert "1 piece of evidence" in words(mine.get(f"/runs/{run.public_id}"))

    @pytest.mark.parametrize(
        "url",
        ["javascript:alert(1)", "data:text/html,<script>", " JaVaScRiPt:alert(1)", "//example.org", "ftp://example.org",
         "file:///etc/passwd", "https://user:word@example.org", "https://", ""],
    )  # fmt: skip
    def test_a_link_that_leads_nowhere_good_is_refused(
        self, session: Session, mine: Browser, place: str, url: str
    ) -> None:
        answer = mine.post(f"{place}/links", {"url": url, "title": "Mine", "about": ""})
        assert wrong_fields(answer) == ["url"]
        assert fields(answer)["title"] == "Mine"
        assert pieces(session) == []

    def test_a_file_comes_in_and_leaves_as_an_attachment(
        self, session: Session, mine: Browser, place: str, folder: Path
    ) -> None:
        landed(mine.post(f"{place}/files", upload(name="T\u00e4lk\u202e.pdf", title="A talk")), place)
        (piece,) = pieces(session)
        assert (folder / (piece.stored_name or "")).read_bytes() == PDF
        assert "A talk PDF, 1 KB: T\u00e4lk.pdf" in words(mine.get(place))
        address = f"/evidence/{piece.public_id}/content"
        for answer, body in ((mine.get(address), PDF), (mine.client.head(address), b"")):
            assert (answer.status_code, answer.data) == (200, body)
            told = answer.headers
            assert told["Content-Disposition"] == "attachment; filename=\"Talk.pdf\"; filename*=UTF-8''T%C3%A4lk.pdf"
            assert (told["Content-Type"], told["Content-Length"]) == ("application/pdf", str(len(PDF)))
            assert (told["X-Content-Type-Options"], told["Cache-Control"]) == ("nosniff", "no-store")

    def test_what_was_typed_stays_and_the_file_is_asked_for_again(
        self, session: Session, mine: Browser, place: str, folder: Path
    ) -> None:
        answer = mine.post(f"{place}/files", upload(title="x" * 201))
        refused(answer, 422, "Title: Use at most 200 characters.", "File: Choose the file again")
        assert fields(answer)["title"] == "x" * 201
        answer = mine.post(f"{place}/files", upload(b"<svg/>", "a.pdf", title="Mine"))
        refused(answer, 422, "File: This is none of the files that can be kept here")
        assert fields(answer)["title"] == "Mine"
        answer = mine.post(f"{place}/files", {"title": "Mine", "about": "run:nothing"})
        assert sorted(wrong_fields(answer)) == ["about", "file"]
        refused(mine.post(f"{place}/files", upload(about="else:0")), 422, "Choose what it shows")
        refused(mine.post(f"{place}/files", {"title": "Mine", "about": ""}), 422, "File: Choose a file.")
        assert (pieces(session), list(folder.iterdir())) == ([], [])

    def test_a_form_that_is_sent_twice_adds_one_piece_and_another_file_another(
        self, session: Session, mine: Browser, place: str, folder: Path
    ) -> None:
        shown = {"form_id": fields(mine.get(f"{place}/files/new"))["form_id"]}
        for data in (PDF, PDF, picture()):
            landed(mine.post(f"{place}/files", upload(data, "a.pdf") | shown), place)
        assert [piece.file_name for piece in pieces(session)] == ["a.pdf", "a.pdf.png"]
        assert len(list(folder.iterdir())) == 2

    @pytest.mark.parametrize(("who", "status"), [("observer", 403), ("fellow", 403), ("outsider", 404)])
    def test_of_whoever_may_not_bring_one_the_body_is_not_read(
        self, browse: Browse, world: World, place: str, who: str, status: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("coaching.blueprints.pages.evidence.read_body", None)
        assert browse(getattr(world, who)).post(f"{place}/files", upload()).status_code == status
        assert browse(getattr(world, who)).get(f"{place}/files/new").status_code == status

    def test_a_form_of_another_site_adds_nothing(self, session: Session, mine: Browser, place: str) -> None:
        assert mine.client.post(f"{place}/files", data=upload()).status_code == 400
        assert pieces(session) == []


class TestLargeFiles:
    def test_a_file_of_the_largest_size_passes_through_little_memory(
        self, session: Session, mine: Browser, place: str, folder: Path
    ) -> None:
        whole = PDF[:-7] + b"\n" * (LARGEST_FILE - len(PDF)) + PDF[-7:]
        # What the test itself holds of it is made before.
        body = large(mine, whole)
        mine.post(f"{place}/files", upload())
        tracemalloc.start()
        try:
            read = evidence_files.receive_file
            peaks = []

            def receive(*about: Any, **more: Any) -> Any:
                tracemalloc.reset_peak()
                start = tracemalloc.get_traced_memory()[0]
                received = read(*about, **more)
                peaks.append(tracemalloc.get_traced_memory()[1] - start)
                return received

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("coaching.blueprints.uploading.receive_file", receive)
                landed(mine.client.post(f"{place}/files", **body), place)
        finally:
            tracemalloc.stop()
        assert max(peaks) < 2 * 1024 * 1024
        assert [piece.size for piece in pieces(session)] == [len(PDF), LARGEST_FILE]

    @pytest.mark.parametrize("size", [LARGEST_FILE + 1, LARGEST_FILE + 3 * 1024 * 1024])
    def test_a_larger_one_is_refused_at_its_field(
        self, session: Session, mine: Browser, place: str, folder: Path, size: int
    ) -> None:
        answer = mine.client.post(f"{place}/files", **large(mine, b"%PDF-" + bytes(size - 5)))
        refused(answer, 413, "File: This file is over 20 MB")
        assert (pieces(session), list(folder.iterdir())) == ([], [])

    def test_elsewhere_a_body_has_the_usual_cap(self, mine: Browser, place: str) -> None:
        assert mine.client.post(f"{place}/links", **large(mine, bytes(7 * 1024 * 1024))).status_code == 413

    def test_what_arrives_lies_in_the_folder_and_holds_no_lock(
        self, app: Flask, mine: Browser, place: str, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        met = []
        keep = uploads.keep_upload

        def look(stream: Any, **more: Any) -> Any:
            # Larger than what stays in memory, it has gone to the disk, where it has no name.
            met.append((stream._rolled, list(folder.iterdir()), db.session().in_transaction()))
            return keep(stream, **more)

        monkeypatch.setattr(evidence_files, "keep_upload", look)
        landed(mine.client.post(f"{place}/files", **large(mine, PDF[:-7] + bytes(400_000) + PDF[-7:])), place)
        assert met == [(True, [], False)]

    @pytest.mark.parametrize("at", ["body", "folder"])
    def test_a_full_disk_is_told(
        self, session: Session, mine: Browser, place: str, folder: Path, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        def full(*_any: Any, **_more: Any) -> Any:
            raise OSError(errno.ENOSPC, "No space left on device")

        places = {"body": ("coaching.app.SpooledTemporaryFile", full), "folder": (uploads, "_copy", full)}
        monkeypatch.setattr(*places[at])
        refused(mine.post(f"{place}/files", upload(title="Mine")), 503, "There is no room left to keep this file")
        assert (pieces(session), list(folder.iterdir())) == ([], [])


class TestChanging:
    @pytest.fixture
    def piece(self, session: Session, mine: Browser, place: str, folder: Path) -> Evidence:
        mine.post(f"{place}/files", upload(title="A talk"))
        return pieces(session)[0]

    def test_another_title(self, session: Session, mine: Browser, place: str, piece: Evidence) -> None:
        address = f"/evidence/{piece.public_id}"
        assert f"{address}/edit" in links(mine.get(place))
        typed = form(mine.get(f"{address}/edit"))
        refused(mine.post(f"{address}/edit", typed | {"title": ""}), 422, "Title: Fill this in.")
        landed(mine.post(f"{address}/edit", typed | {"title": "The talk"}), place)
        again = mine.post(f"{address}/edit", typed | {"title": "Mine"})
        refused(again, 409, "Somebody changed this")
        assert pieces(session)[0].title == "The talk"

    def test_removed_it_is_gone_and_told(
        self, session: Session, mine: Browser, browse: Browse, world: World, place: str, piece: Evidence, folder: Path
    ) -> None:
        address = f"/evidence/{piece.public_id}"
        assert browse(world.fellow).post(f"{address}/removal", {"version": "1"}).status_code == 403
        assert mine.post(f"{address}/removal", {"version": "7"}).status_code == 409
        landed(mine.post(f"{address}/removal", {"version": "1"}), place)
        assert list(folder.iterdir()) == []
        page = words(mine.get(place))
        assert "Removed A talk Removed by Participant Person" in page
        assert "A talk" not in words(browse(world.fellow).get(place))
        for path in (f"{address}/content", f"{address}/edit"):
            assert mine.get(path).status_code == 404

    def test_outsiders_are_told_what_they_are_told_of_nothing(
        self, browse: Browse, world: World, piece: Evidence
    ) -> None:
        outsider = browse(world.outsider)
        answers = [outsider.get(f"/evidence/{one}/content") for one in (piece.public_id, "0" * 20)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].data == answers[1].data


def test_the_list_and_the_course_take_the_same_statements_however_much_there_is(
    session: Session,
    mine: Browser,
    project: CourseProject,
    place: str,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    taken = []
    for more in (1, 12):
        session.add_all(
            Evidence(
                project=project,
                kind=EvidenceKind.LINK,
                title="A",
                url="https://example.org",
                added_at=project.created_at,
            )
            for _ in range(more)
        )
        counts = []
        for address in (place, place.removesuffix("/evidence")):
            mine.get(address)
            with count_queries() as statements:
                mine.get(address)
            counts.append(len(statements))
        taken.append(counts)
    assert taken[0] == taken[1]


@pytest.mark.browser
def test_a_browser_says_how_far_a_file_is_and_what_came_of_it(
    session: Session, app: Flask, world: World, project: CourseProject, place: str, live_url: str, browser: Chromium
) -> None:
    secret = new_secret()
    start_auth_session(session, world.participant, secret=secret, via="password", now=utc_now())
    session.commit()
    signing: Any = app.session_interface
    held = signing.get_signing_serializer(app).dumps({"_user_id": secret, "_fresh": True})
    page = browser.new_page()
    page.context.add_cookies([{"name": "coaching", "value": held, "url": live_url}])
    page.goto(f"{live_url}{place}/files/new")
    page.get_by_label("Title").fill("A talk")
    # What was said on the way: an upload to this machine is over before one could look.
    page.evaluate(
        """() => { window.said = []; new MutationObserver(() =>
        window.said.push(document.querySelector("[data-upload-said]").textContent)).observe(
        document.querySelector("[data-upload-said]"), {childList: true}); }"""
    )
    page.get_by_label("File").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"<svg/>"})
    page.get_by_role("button", name="Add the file").click()
    page.get_by_role("alert").wait_for()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.get_by_label("Title").input_value() == "A talk"
    assert page.evaluate("window.said")[-1] == "Sent. The file is being checked."
    page.get_by_label("File").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="Add the file").click()
    page.get_by_text("The file is added.").wait_for()
    assert page.url == f"{live_url}{place}"
    with page.expect_download() as download:
        page.get_by_role("link", name="A talk", exact=True).click()
    assert (download.value.suggested_filename, Path(download.value.path()).read_bytes()) == ("a.pdf", PDF)
    page.close()
