"""A cohort into which files are brought, by whoever a test says, and all that counts of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.models import (
    CourseProject,
    CourseRun,
    ImportBatch,
    ImportedRun,
    LearnerPage,
    PracticeEntry,
    ReachSnapshot,
    Stage,
    StageChange,
)
from coaching.policies import Actor
from coaching.services.file_applying import ask_to_apply
from coaching.services.file_choices import choose_runs
from coaching.services.file_imports import Brought, receive_files
from coaching.services.file_undoing import undo_files
from coaching.services.import_queue import apply_at_once, read_at_once
from coaching.services.import_work import Work
from coaching.tokens import new_secret
from coaching.uploads import keep_upload
from tests.factories import NOW, make_project, make_run
from tests.importers.fake import fake_file
from tests.services.teams import Team, make_team

LAUNCH = date(2026, 5, 4)


@dataclass
class FileHouse:
    """`run` is one that Ana's course `care` has had."""

    db: Session
    folder: Path
    team: Team
    project: CourseProject
    run: CourseRun

    def keep(self, *files: bytes) -> list[Brought]:
        kept = (keep_upload(io.BytesIO(data), limit=1 << 30, folder=self.folder, token=new_secret()) for data in files)
        return [Brought(f"file-{number}.csv", file) for number, file in enumerate(kept, 1)]

    def bring(self, *files: bytes, actor: Actor | None = None) -> ImportBatch:
        """Brings files in, and reads them as the request would."""
        batch, is_new = receive_files(
            self.db, self.team.cohort, self.keep(*files), actor=actor or self.team.as_ana, now=NOW
        )
        if is_new:
            read_at_once(self.db, batch, self.folder, now=NOW)
        return batch

    def choose(self, batch: ImportBatch, *runs: dict[str, Any], actor: Actor | None = None, **said: Any) -> None:
        choose_runs(self.db, batch, self.team.cohort, actor=actor or self.team.as_ana, now=NOW, runs=runs, **said)

    def to_run(self, key: str = "care-1", as_of: date = date(2026, 6, 1)) -> dict[str, Any]:
        return {"key": key, "to": "run", "run_id": self.run.public_id, "as_of": as_of}

    def to_new(self, key: str, launched_on: date, as_of: date) -> dict[str, Any]:
        days = {"launched_on": launched_on, "as_of": as_of}
        return {"key": key, "to": "new", "project_id": self.project.public_id, **days}

    def ask(self, batch: ImportBatch, actor: Actor | None = None) -> None:
        ask_to_apply(self.db, batch, self.team.cohort, actor=actor or self.team.as_ana, now=NOW)

    def apply(self, batch: ImportBatch, *runs: dict[str, Any], actor: Actor | None = None) -> None:
        if runs:
            self.choose(batch, *runs, actor=actor)
        self.ask(batch, actor)
        apply_at_once(self.db, batch, self.folder, now=NOW)

    def undo(self, batch: ImportBatch, actor: Actor | None = None) -> list[CourseRun]:
        return undo_files(self.db, batch, self.team.cohort, actor=actor or self.team.as_ana, now=NOW)

    def import_people(self, people: Sequence[object], key: int = 1, as_of: date = date(2026, 6, 1)) -> ImportBatch:
        batch = self.bring(fake_file(run=key, people=people))
        self.apply(batch, self.to_run(f"care-{key}", as_of))
        return batch

    def what_counts(self) -> dict[str, Any]:
        """All that readers of runs and projects see of imports, without who it came from and when."""
        self.db.flush()
        self.db.expire_all()
        figures = select(ReachSnapshot.run_id, ReachSnapshot.metric, ReachSnapshot.as_of, ReachSnapshot.value)
        imports = select(ImportedRun.run_id, ImportedRun.as_of, ImportedRun.people)
        learners = (
            select(ImportedRun.run_id, func.sum(func.length(LearnerPage.digests)))
            .join(LearnerPage, LearnerPage.imported_run_id == ImportedRun.id)
            .where(ImportedRun.is_current)
            .group_by(ImportedRun.run_id)
        )
        return {
            "figures": self._rows(figures.where(ReachSnapshot.is_current)),
            "imports": self._rows(imports.where(ImportedRun.is_current)),
            "learners": self._rows(learners),
            "people": self._rows(select(CourseProject.id, CourseProject.people, CourseProject.stage)),
            "runs": self._rows(select(CourseRun.launched_on, CourseRun.label)),
            "stages": self._rows(select(StageChange.stage, StageChange.on)),
            "practice": self._rows(select(PracticeEntry.membership_id, PracticeEntry.on, PracticeEntry.text)),
        }  # fmt: skip

    def _rows(self, statement: Any) -> list[tuple[Any, ...]]:
        return sorted((tuple(row) for row in self.db.execute(statement)), key=repr)

    @property
    def files(self) -> list[Path]:
        return list(self.folder.iterdir())


def make_file_house(session: Session, folder: Path) -> FileHouse:
    team = make_team(session)
    project = make_project(session, owners=(team.ana,), title="Care")
    run = make_run(session, project, launched_on=LAUNCH)
    for stage in (Stage.IDEA, Stage.LAUNCHED):
        project.stage_changes.append(StageChange(stage=stage, on=LAUNCH, recorded_at=NOW))
    project.stage = Stage.LAUNCHED
    return FileHouse(session, folder, team, project, run)


def make_work(house: FileHouse, batch: ImportBatch, token: str) -> Work:
    """The work of another process on a batch, in this session."""
    return Work(
        batch.id, house.folder, lambda: nullcontext(house.db), lambda: nullcontext(house.db.connection()),
        clock=lambda: NOW, token=token,
    )  # fmt: skip
