"""A million enrolments of a FutureLearn run brought in, beside the database's own loader of the same file.

Ours begins with a file in the folder of uploads and ends with figures that count, and with every learner's digest
stored. It reads the file twice: once to show what is in it, and once to apply that. The limit reads it once, and keeps
every cell: the `sqlite3` shell's `.import` (`apt-get install sqlite3`), and PostgreSQL's COPY. Rows that Python inserts
are no limit, so where there is no shell there is no ratio. What a process weighs at most is asked of itself.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from hashlib import blake2b
from pathlib import Path

import psycopg
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from bench.measure import Finding, Timing, ratio
from bench.stage import DATABASE, Stage
from coaching.clock import utc_now
from coaching.models import (
    Base,
    Cohort,
    CohortKind,
    CourseProject,
    ImportBatch,
    LearnerPage,
    Person,
    Platform,
    Programme,
    ProgrammeCoordinator,
    ReachMetric,
    ReachSnapshot,
)
from coaching.models import (
    Stage as ProjectStage,
)
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.file_applying import apply_files, ask_to_apply
from coaching.services.file_choices import choose_runs
from coaching.services.file_imports import Brought, receive_files
from coaching.services.file_reading import read_files
from coaching.services.file_undoing import undo_files
from coaching.services.import_work import Work
from coaching.tokens import new_secret
from coaching.uploads import keep_upload

NEEDS_COHORTS = False
NAME = "enrolled-course-1_enrolments.csv"
KEY = "enrolled-course-1"
HEAD = (
    "learner_id,enrolled_at,unenrolled_at,role,fully_participated_at,purchased_statement_at,gender,country,age_range,"
    "highest_education_level,employment_status,employment_area,detected_country"
)
REST = ",Unknown,GB,26-35,university_degree,working_full_time,health_and_social_care,GB"
LEAST = {"sqlite": 0.35, "postgresql": 0.6}
MOST_MEGABYTES = 100
ROUNDS = 3
SHELL = "sqlite3"
LOADERS = {"sqlite": "sqlite3 .import", "postgresql": "COPY"}
PROGRAM = """
import atexit, sys
from pathlib import Path
from coaching.commands import main

def tell():
    lines = Path("/proc/self/status").read_text().splitlines()
    print(next(line for line in lines if line.startswith("VmHWM:")), file=sys.stderr)

atexit.register(tell)
main()
"""


def write_export(place: Path, rows: int) -> None:
    """An export as FutureLearn's: identifiers of 36 characters, some staff, some who left and some who stayed."""
    with place.open("w") as file:
        file.write(HEAD + "\n")
        for number in range(rows):
            name = blake2b(number.to_bytes(8, "big"), digest_size=16).hexdigest()
            learner = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
            at = f"2021-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}:07 UTC"
            left = at if number % 20 == 3 else ""
            role = "learner" if number % 1000 else "organisation_admin"
            fully = f"2022{at[4:]}" if number % 7 == 2 else ""
            file.write(f"{learner},{at},{left},{role},{fully},{REST}\n")


class Importing:
    """Imports of one file into one run, each in the place of the one before."""

    def __init__(self, stage: Stage, export: Path) -> None:
        self.stage, self.export = stage, export
        self.folder = stage.folder / "learners"
        self.folder.mkdir(exist_ok=True)
        now = utc_now()
        with Session(stage.engine) as session, session.begin():
            programme = Programme(slug="learners", name="Learners", timezone="UTC", created_at=now)
            cohort = Cohort(
                programme=programme, name="Learners", kind=CohortKind.COACHING, timezone="UTC",
                starts_on=date(2020, 1, 5), ends_on=date(2020, 6, 29), created_at=now,
            )  # fmt: skip
            person = Person(
                name="Learners' Coordinator", email="learners@bench.example", timezone="UTC", created_at=now
            )
            session.add_all([cohort, person])
            # What follows refers to these by their numbers.
            session.flush()
            session.add(ProgrammeCoordinator(programme_id=programme.id, person_id=person.id, appointed_at=now))
            project = CourseProject(
                programme_id=programme.id, cohort_id=cohort.id, title="Enrolled course",
                platform=Platform.FUTURELEARN, stage=ProjectStage.IDEA, created_at=now,
            )  # fmt: skip
            session.add(project)
            session.flush()
            self.cohort_id, self.person_id, self.project_id = cohort.id, person.id, project.public_id

    def prepare(self) -> Work:
        """A batch of the file, received and not read."""
        with self.export.open("rb") as stream:
            kept = keep_upload(stream, limit=1 << 40, folder=self.folder, token=new_secret())
        with Session(self.stage.engine) as session, session.begin():
            cohort, actor = self._who(session)
            batch, _is_new = receive_files(session, cohort, [Brought(NAME, kept)], actor=actor, now=utc_now())
            # The work finds the batch by its number.
            session.flush()
            number = batch.id
        return Work(number, self.folder, self.writing, self.reading, utc_now)

    def _who(self, session: Session) -> tuple[Cohort, Actor]:
        person = session.get_one(Person, self.person_id)
        return session.get_one(Cohort, self.cohort_id), load_actor(session, person)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with Session(self.stage.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.stage.engine.connect() as connection:
            yield connection

    def choose(self, work: Work) -> None:
        """Says that what was read is to be a new run of the course."""
        with self.writing() as session:
            cohort, actor = self._who(session)
            batch = session.get_one(ImportBatch, work.batch_id)
            days = {"launched_on": date(2020, 12, 31), "as_of": date(2022, 12, 31)}
            runs = [{"key": KEY, "to": "new", "project_id": self.project_id, **days}]
            choose_runs(session, batch, cohort, actor=actor, now=utc_now(), runs=runs)
            ask_to_apply(session, batch, cohort, actor=actor, now=utc_now())

    def check_and_undo(self, work: Work, joiners: int) -> None:
        """All of it has to be there; afterwards the same file may come in again."""
        with self.writing() as session:
            told = session.scalars(
                select(ReachSnapshot.value).where(
                    ReachSnapshot.batch_id == work.batch_id, ReachSnapshot.metric == ReachMetric.JOINERS
                )
            ).all()
            stored = session.scalar(select(func.sum(func.length(LearnerPage.digests)))) or 0
            if list(told) != [joiners] or stored != joiners * 16:
                raise RuntimeError(f"The export is not read as it was meant: {told}, {stored} bytes of digests.")
            cohort, actor = self._who(session)
            undo_files(session, session.get_one(ImportBatch, work.batch_id), cohort, actor=actor, now=utc_now())


def load_into_sqlite(stage: Stage, export: Path) -> None:
    """The shell's own loader, into a database of its own."""
    place = stage.folder / "raw.db"
    place.unlink(missing_ok=True)
    make = f"CREATE TABLE raw ({HEAD});"
    subprocess.run([SHELL, place, make, ".mode csv", f".import --skip 1 {export} raw"], check=True)


def load_into_postgresql(export: Path) -> None:
    """What `\\copy` does: the file's bytes as they are, into a table of texts."""
    from tests.postgres import server_folder

    with psycopg.connect(host=str(server_folder()), user="postgres", dbname=DATABASE) as connection:
        columns = ", ".join(f"{name} text" for name in HEAD.split(","))
        connection.execute(f"DROP TABLE IF EXISTS raw_learners; CREATE TABLE raw_learners ({columns})")
        with (
            connection.cursor().copy("COPY raw_learners FROM STDIN (FORMAT csv, HEADER)") as copy,
            export.open("rb") as file,
        ):
            while data := file.read(1 << 20):
                copy.write(data)


def peak_megabytes(export: Path, joiners: int) -> float:
    """What `coaching import futurelearn --dry-run` weighs at most. It asks that of itself: what a parent is told of its
    child begins with the parent's own weight."""
    words = ["import", "futurelearn", str(export), "--dry-run", "--json"]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True)
    if json.loads(done.stdout)["enrolments"] != joiners:
        raise RuntimeError("The command does not read the export as it was meant.")
    return int(done.stderr.split()[-2]) * 1024 / 1e6


def run(stage: Stage) -> list[Finding]:
    Base.metadata.create_all(stage.engine)
    rows, engine = stage.effort.enrolments, stage.engine_name
    export = stage.folder / NAME
    write_export(export, rows)
    importing = Importing(stage, export)
    load = partial(load_into_sqlite, stage) if engine == "sqlite" else load_into_postgresql
    taken: dict[str, list[float]] = {"raw": [], "dry run": [], "applied": []}
    joiners = rows - -(-rows // 1000)
    for _ in range(min(ROUNDS, stage.effort.sweeps)):
        work = importing.prepare()
        if engine != "sqlite" or shutil.which(SHELL):
            taken["raw"].append(_seconds(partial(load, export)))
        taken["dry run"].append(_seconds(partial(read_files, work)))
        importing.choose(work)
        taken["applied"].append(_seconds(partial(apply_files, work)))
        importing.check_and_undo(work, joiners)
    return [*_speed(engine, rows, taken), *_weight(stage, export, rows)]


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _speed(engine: str, rows: int, taken: dict[str, list[float]]) -> list[Finding]:
    applied = Timing([[one] for one in taken["applied"]])
    both = Timing([[sum(pair)] for pair in zip(taken["dry run"], taken["applied"], strict=True)])
    loader, what = LOADERS[engine], f"{rows:,} enrolments"
    if not taken["raw"]:
        return [Finding(f"{what} read, their digests stored and counted", engine, applied.p50, "s", note="no shell")]
    raw = Timing([[one] for one in taken["raw"]])
    note = f"{rows / applied.p50:,.0f} rows/s; {loader} {rows / raw.p50:,.0f}"
    return [
        Finding(f"{what} read, their digests stored and counted", engine, ratio(raw, applied), f"x {loader}",
                LEAST[engine], at_most=False, note=note),
        Finding(f"{what}, with the dry run before it", engine, ratio(raw, both), f"x {loader}",
                note=f"{rows / both.p50:,.0f} rows/s"),
    ]  # fmt: skip


def _weight(stage: Stage, export: Path, rows: int) -> list[Finding]:
    """The command needs no database, so it is weighed with one of the engines."""
    if stage.engine_name != "sqlite":
        return []
    findings = []
    for times in (1, 3):
        many = rows * times
        write_export(export, many)
        weight = peak_megabytes(export, many - -(-many // 1000))
        findings.append(Finding(f"memory of a process, {many:,} enrolments", "none", weight, "MB", MOST_MEGABYTES))
    return findings
