"""Files with figures brought into a cohort: read, said where they belong, applied and undone on pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.blueprints import file_taking
from coaching.models import BatchState, CourseProject, CourseRun, ImportBatch, ReachSnapshot
from coaching.services import import_queue
from tests.blueprints.pages.browsing import Browse, Browser, fields, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_project, make_run
from tests.importers.fake import FakeImporter, fake_file, with_importer
from tests.worlds import World


@pytest.fixture(autouse=True)
def importer() -> Iterator[None]:
    with with_importer(FakeImporter()):
        yield


@pytest.fixture
def run(session: Session, world: World) -> CourseRun:
    run = make_run(session, make_project(session, owners=(world.member,), title="Care"), launched_on=date(2026, 5, 4))
    session.commit()
    return run


@pytest.fixture
def participant(browse: Browse, world: World) -> Browser:
    return browse(world.participant)


def bring(browser: Browser, world: World, *files: tuple[bytes, str]) -> TestResponse:
    address = f"/cohorts/{world.cohort.public_id}/file-imports"
    return browser.post(address, {"file": [(BytesIO(data), name) for data, name in files]})


def follow(answer: TestResponse, browser: Browser) -> TestResponse:
    """The page that a form led to."""
    assert answer.status_code == 303, words(answer)
    return browser.get(answer.headers["Location"])


def uploads(app: Flask) -> list[Path]:
    return list(app.extensions["settings"].uploads.iterdir())


def test_from_files_to_figures_and_back(
    session: Session, app: Flask, participant: Browser, world: World, run: CourseRun
) -> None:
    address = f"/cohorts/{world.cohort.public_id}/file-imports"
    assert "Nothing was imported yet" in words(participant.get(address))
    before = len(uploads(app))
    answer = bring(
        participant, world, (fake_file(people=["a", "?", "b"]), "one.csv"), (fake_file(run=2, people=["b"]), "two.csv")
    )
    page = follow(answer, participant)
    assert "one.csv: There is no learner in this row." in words(page)
    typed = fields(page)
    assert (typed["runs-0-to"], typed["runs-0-as_of"]) == (f"run:{run.public_id}", "2026-06-01")
    here = answer.headers["Location"]
    # The second run is proposed to be new, and goes into the first by mistake; what was typed stays.
    chosen = {name: value for name, value in typed.items() if name.startswith("runs-")}
    wrong = participant.post(
        f"{here}/choices", chosen | {"runs-1-to": typed["runs-0-to"], "runs-1-as_of": "2026-06-02"}
    )
    assert wrong_fields(wrong) == ["runs-1-to"]
    assert fields(wrong)["runs-1-as_of"] == "2026-06-02"
    page = follow(participant.post(f"{here}/choices", chosen | {"runs-1-to": "leave"}), participant)
    assert "What applying would do" in words(page)
    page = follow(participant.post(f"{here}/apply"), participant)
    assert "The figures count now" in words(page)
    assert session.scalars(select(ReachSnapshot.value).where(ReachSnapshot.is_current)).all() == [2]
    assert len(uploads(app)) == before
    # The same files again lead to the import that stands.
    again = bring(
        participant, world, (fake_file(run=2, people=["b"]), "x.csv"), (fake_file(people=["a", "?", "b"]), "y.csv")
    )
    assert again.headers["Location"] == here
    assert "known already" in words(follow(again, participant))
    page = follow(participant.post(f"{here}/undo"), participant)
    assert "What stood before it stands again" in words(page)
    assert "one.csv and 1 more" in words(participant.get(address))


def test_what_cannot_be_read_is_said_at_the_field_and_nothing_is_kept(
    app: Flask, session: Session, participant: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(uploads(app))
    for files, said in (
        ([(b"who knows", "a.csv")], "Nobody here knows"),
        ([(b"", "empty.csv")], "empty.csv is empty"),
        ([], "Choose at least one file"),
        ([(b"PK\x03\x04broken", "a.zip")], "is damaged"),
    ):
        answer = bring(participant, world, *files)
        assert wrong_fields(answer) == ["file"]
        assert said in words(answer)
    monkeypatch.setattr(file_taking, "MOST_BYTES", -1024 * 1024)
    answer = bring(participant, world, (b"FAKE", "a.csv"))
    assert (answer.status_code, "over 200 MB together" in words(answer)) == (413, True)
    assert len(uploads(app)) == before
    assert session.scalars(select(ImportBatch)).all() == []


def test_a_large_import_tells_how_far_it_is_and_is_cancelled(
    session: Session, participant: Browser, world: World, run: CourseRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_queue, "SMALL", 10)
    answer = bring(participant, world, (fake_file(people=["a"]), "one.csv"))
    here = answer.headers["Location"]
    page = follow(answer, participant)
    assert "wait for their turn" in words(page)
    assert 'http-equiv="refresh"' in page.text
    assert "HX-Refresh" not in participant.get(here, headers={"HX-Request": "true"}).headers
    assert "cancelled" in words(follow(participant.post(f"{here}/cancel"), participant))
    assert participant.get(here, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert session.scalars(select(ImportBatch.state)).all() == [BatchState.CANCELLED]


def test_the_page_asks_the_database_as_much_for_many_runs_as_for_two(
    session: Session,
    participant: Browser,
    world: World,
    run: CourseRun,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    def asked(count: int) -> int:
        project: CourseProject = session.get_one(CourseProject, run.project_id)
        for number in range(count):
            make_run(session, project, launched_on=date(2026, 4, 1 + number + count))
        session.commit()
        files: list[Any] = [(fake_file(run=number, people=["a"]), f"{number}.csv") for number in range(1, count + 1)]
        here = bring(participant, world, *files).headers["Location"]
        with count_queries() as statements:
            assert participant.get(here).status_code == 200
        return len(statements)

    assert asked(2) == asked(9)
