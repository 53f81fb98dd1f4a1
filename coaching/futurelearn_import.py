"""What `coaching import futurelearn --project` does: brings the exports in as a page would, to the end, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from coaching import clock
from coaching.cli import database, find_person
from coaching.config import Settings
from coaching.database import open_engine
from coaching.errors import Invalid, Refusal
from coaching.models import BatchState, Cohort, CourseProject, ImportBatch
from coaching.policies import Actor
from coaching.refusals import CannotRun
from coaching.services.actors import load_actor
from coaching.services.course_projects import get_project
from coaching.services.file_applying import ask_to_apply
from coaching.services.file_checks import NEW, RUN
from coaching.services.file_choices import choose_runs
from coaching.services.file_imports import Brought, cancel_files, get_file_import, receive_files
from coaching.services.import_queue import work_on
from coaching.services.import_work import LEASE, Work
from coaching.tokens import new_secret
from coaching.uploads import discard_upload, keep_upload, prepare_folder

# A command is given files that lie on the machine already.
MOST_BYTES = 1 << 40


@dataclass(frozen=True)
class Bringing:
    """Who brings exports into which project. The batch is worked on here, under a lease as the timetable would, so
    that no scheduler takes it up meanwhile."""

    settings: Settings
    project_id: str
    email: str
    as_of: date | None

    def bring_in(self, paths: Sequence[Path]) -> dict[str, Any]:
        """From files to figures that count. Where that cannot be, nothing of them counts."""
        token, folder = new_secret(), self.settings.uploads
        prepare_folder(folder)
        brought: list[Brought] = []
        is_new = False
        try:
            for path in paths:
                with path.open("rb") as stream:
                    kept = keep_upload(stream, limit=MOST_BYTES, folder=folder, token=new_secret())
                brought.append(Brought(path.name, kept))
            with database(self.settings) as session:
                batch, is_new = self._receive(session, brought, token)
                number, public_id, state = batch.id, batch.public_id, batch.state
        finally:
            if not is_new:
                for file in brought:
                    discard_upload(folder, file.kept.stored_name)
        if not is_new:
            return {"import": public_id, "state": str(state), "is_new": False}
        engine = open_engine(self.settings.database_url)
        try:
            write = sessionmaker(engine, expire_on_commit=False).begin
            self._work(Work(number, folder, write, engine.connect, clock.utc_now, token), public_id)
        finally:
            engine.dispose()
        return {"import": public_id, "state": str(BatchState.APPLIED), "is_new": True}

    def _receive(self, session: Session, brought: Sequence[Brought], token: str) -> tuple[ImportBatch, bool]:
        actor, project = self._who(session)
        batch, is_new = receive_files(session, project.cohort, brought, actor=actor, now=clock.utc_now())
        if is_new:
            _hold(batch, token)
        # The work finds the batch by its number.
        session.flush()
        return batch, is_new

    def _who(self, session: Session) -> tuple[Actor, CourseProject]:
        actor = load_actor(session, find_person(session, self.email))
        return actor, get_project(session, self.project_id, actor=actor)

    def _work(self, work: Work, public_id: str) -> None:
        try:
            work_on(work)
            with work.write() as session:
                actor, project = self._who(session)
                batch, cohort = get_file_import(session, public_id, actor=actor)
                _expect(batch, BatchState.READY)
                self._choose(session, batch, cohort, actor, project)
                ask_to_apply(session, batch, cohort, actor=actor, now=clock.utc_now())
                _hold(batch, work.token)
            work_on(work)
            with work.write() as session:
                _expect(get_file_import(session, public_id, actor=actor)[0], BatchState.APPLIED)
        except (Refusal, CannotRun):
            with work.write() as session:
                self._cancel(session, work, public_id)
            raise

    def _cancel(self, session: Session, work: Work, public_id: str) -> None:
        """What cannot be applied as it is does not wait for anybody."""
        actor, _project = self._who(session)
        batch, cohort = get_file_import(session, public_id, actor=actor)
        if batch.state == BatchState.READY:
            cancel_files(session, batch, cohort, work.folder, actor=actor, now=clock.utc_now())

    def _choose(
        self, session: Session, batch: ImportBatch, cohort: Cohort, actor: Actor, project: CourseProject
    ) -> None:
        """Every run of the files is one of the project: the one that it most likely is, or a new one."""
        found = batch.detected["runs"]
        courses = sorted({one["course"] for one in found})
        if len(courses) > 1:
            raise Invalid(f"These are of several courses: {', '.join(courses)}. Bring them in one course at a time.")
        runs = [self._place(one, batch.choices.get("runs", {}).get(one["key"]), project) for one in found]
        choose_runs(session, batch, cohort, actor=actor, now=clock.utc_now(), runs=runs)

    def _place(self, found: dict[str, Any], proposed: dict[str, Any] | None, project: CourseProject) -> dict[str, Any]:
        last = date.fromisoformat(found["last_day"]) if found["last_day"] else None
        mine = {run.public_id for run in project.runs}
        if proposed is not None and proposed["to"] == RUN and proposed["run_id"] in mine:
            day = self.as_of or date.fromisoformat(proposed["as_of"])
            return {"key": found["key"], "to": RUN, "run_id": proposed["run_id"], "as_of": day}
        opened = date.fromisoformat(found["first_day"]) if found["first_day"] else None
        days = {"launched_on": opened, "as_of": self.as_of or last}
        return {"key": found["key"], "to": NEW, "project_id": project.public_id, **days}


def _hold(batch: ImportBatch, token: str) -> None:
    batch.lease_token, batch.lease_until = token, clock.utc_now() + LEASE


def _expect(batch: ImportBatch, state: BatchState) -> None:
    if batch.state != state:
        raise CannotRun(batch.problem or "The import was stopped before its end.", code="import")
