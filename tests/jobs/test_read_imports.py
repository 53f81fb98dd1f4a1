"""Imports by the timetable: a process killed in their middle leaves nothing that counts, and another ends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.config import Settings
from coaching.jobs import run_scheduler
from coaching.models import BatchState, CourseProject, ImportBatch, ImportedRun, LearnerPage, ReachSnapshot
from coaching.services import import_queue, learner_pages
from coaching.services.file_applying import ask_to_apply
from coaching.services.import_queue import work_on
from coaching.services.import_work import LEASE
from tests.factories import NOW
from tests.faults.process import _context, kill, make_pace
from tests.importers.fake import FakeImporter, fake_file, with_importer
from tests.services.file_house import FileHouse, make_file_house, make_work

PEOPLE = 200


def work_slowly(settings: Settings, seconds: float) -> None:
    """A scheduler that takes its time between two handfuls of a file, and writes each of them."""
    learner_pages.MOST_COLLECTED = 5
    with with_importer(FakeImporter(lambda: time.sleep(seconds))):
        run_scheduler(settings, pace=make_pace())


def start(settings: Settings, seconds: float) -> ForkServerProcess:
    process = _context.Process(target=work_slowly, args=(settings, seconds), daemon=True)
    process.start()
    return process


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_so()


@pytest.fixture
def house(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileHouse:
    monkeypatch.setattr(import_queue, "SMALL", 10)
    with with_importer(FakeImporter()):
        return make_file_house(session, tmp_path)


def look(session: Session, statement: object) -> object:
    found = session.scalar(statement)  # type: ignore[call-overload]
    session.commit()
    return found


def test_a_kill_in_the_middle_leaves_nothing_that_counts_and_another_ends_it(
    session: Session, house: FileHouse, make_settings: Callable[..., Settings], database_url: str
) -> None:
    settings = make_settings(database_url=database_url, uploads=house.folder, environment="development")
    with with_importer(FakeImporter()):
        batch = house.bring(fake_file(people=range(PEOPLE)))
        session.flush()
        work_on(make_work(house, batch, ""))
        house.choose(batch, house.to_run())
        # Schedulers go by the real clock, and files of long ago would be removed.
        batch.imported_at = utc_now()
        ask_to_apply(session, batch, house.team.cohort, actor=house.team.as_ana, now=NOW)
        session.commit()
    number, pages = batch.id, select(func.count()).select_from(LearnerPage)
    process = start(settings, 0.05)
    assert wait_until(lambda: bool(look(session, pages)))
    kill(process)
    session.expire_all()
    assert session.get_one(ImportBatch, number).state == BatchState.APPLYING
    assert session.scalars(select(ReachSnapshot.id)).all() == []
    assert session.scalars(select(ImportedRun.is_current)).all() == [False]
    assert house.project.people is None
    # As if the lease had run out.
    batch.lease_until = NOW - LEASE
    session.commit()
    process = start(settings, 0)
    state = select(ImportBatch.state).where(ImportBatch.id == number)
    assert wait_until(lambda: look(session, state) == BatchState.APPLIED), look(session, state)
    process.terminate()
    process.join(15)
    session.expire_all()
    assert session.scalars(select(CourseProject.people)).all() == [PEOPLE]
    assert session.scalars(select(ReachSnapshot.value).where(ReachSnapshot.is_current)).all() == [PEOPLE]
    assert session.scalars(select(ImportedRun.people)).all() == [PEOPLE]
    assert house.files == []
