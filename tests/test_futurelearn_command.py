"""`coaching import futurelearn --dry-run`: what is in FutureLearn's exports, on a machine that has nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from coaching.commands import main
from coaching.models import BatchState, ImportBatch, ReachMetric, ReachSnapshot
from tests.factories import make_membership, make_project
from tests.importers.exports import ENROLMENTS, FOLDER, STEPS, enrolment, fixtures, source, step, zipped

Command = Callable[..., Result]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """The command, where settings are wrong and no database can be reached."""
    monkeypatch.setenv("COACHING_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("COACHING_ENVIRONMENT", "production")
    monkeypatch.setenv("COACHING_INSTANCE", str(tmp_path / "nowhere"))

    def looked(*words: object) -> Result:
        return CliRunner().invoke(main, ["import", "futurelearn", *map(str, words)])

    return looked


def test_all_exports_are_told_as_json(look: Command) -> None:
    done = look(*sorted(FOLDER.glob("*.csv")), "--dry-run", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["enrolments"], told["people"], told["asks"]) == (7, 5, [])
    files = {(file["run"], file["kind"]): file for file in told["files"]}
    assert {file["course"] for file in told["files"]} == {"quality-improvement"}
    assert files.keys() >= {(1, "enrolments"), (2, "enrolments"), (1, "video-stats"), (2, "step-activity")}
    first = files[1, "enrolments"]
    assert (first["rows"], first["joiners"], first["fully_participated"], first["problems"]) == (6, 4, 2, [])
    steps = files[1, "step-activity"]
    wanted = {"learners": 4, "active": 3, "completed_50": 2, "completed_90": 1, "rows": 10, "joiners": None}
    assert {name: steps[name] for name in wanted} == wanted
    assert [run["key"] for run in told["runs"]] == ["quality-improvement-1", "quality-improvement-2"]


def test_a_zip_and_what_is_odd_are_told_in_words(look: Command, tmp_path: Path) -> None:
    many = source("my-course-3_enrolments.csv", ENROLMENTS, enrolment("a"), *["short"] * 12)
    for file in (zipped("all.zip", {one.name: one.open().read() for one in fixtures()}), many):
        (tmp_path / file.name).write_bytes(file.open().read())
    done = look(tmp_path / "all.zip", tmp_path / many.name, "--dry-run")
    assert done.exit_code == 0
    assert "quality-improvement-1_enrolments.csv: quality-improvement-1, enrolments, 6 rows" in done.stdout
    assert "4 joiners, 1 left, 2 participated fully" in done.stdout
    assert "row 3: The row has 1 cells where there are 13 headings" in done.stdout
    assert "and 2 more rows" in done.stdout
    assert done.stdout.endswith("8 enrolments of 6 people in 3 runs, staff left out.\n")


def test_a_run_that_nobody_named_is_in_no_total_and_is_asked_for(look: Command, tmp_path: Path) -> None:
    file = tmp_path / "enrolments.csv"
    file.write_text(f"{ENROLMENTS}\n{enrolment('a')}\n")
    done = look(file, "--dry-run", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["enrolments"], told["people"], told["asks"]) == (0, 0, ["course", "run"])
    assert (told["files"][0]["joiners"], told["files"][0]["run"]) == (1, None)
    assert "enrolments.csv" in done.stderr
    assert "--course and --run" in done.stderr
    named = look(file, "--dry-run", "--json", "--course", "my-course", "--run", "3")
    assert named.exit_code == 0
    assert json.loads(named.stdout)["enrolments"] == 1


def test_times_that_are_still_to_come_are_told(look: Command, tmp_path: Path) -> None:
    file = tmp_path / "my-course-3_step-activity.csv"
    file.write_text(f"{STEPS}\n{step('a', '1.1', completed='2199-01-01 00:00:00 UTC')}\n")
    told = json.loads(look(file, "--dry-run", "--json").stdout)["files"][0]
    assert (told["problem_count"], told["completed_90"]) == (1, 1)
    assert json.loads(look(file, "--dry-run", "--json", "--as-of", "2199-01-01").stdout)["files"][0]["problems"] == []


def test_what_cannot_be_read_ends_in_a_line(look: Command, tmp_path: Path) -> None:
    file = tmp_path / "my-course-3_enrolments.csv"
    file.write_text("<html>")
    done = look(file, "--dry-run")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("my-course-3_enrolments.csv looks like")
    refused = json.loads(look(file, "--dry-run", "--json").stderr)
    assert (refused["code"], refused["errors"].keys()) == ("invalid", {"file"})
    assert look(file).exit_code == 2, "Without a dry run there is something else to do."
    assert look(tmp_path / "nosuch.csv", "--dry-run").exit_code == 2
    assert look("--dry-run").exit_code == 2


def test_who_waits_at_a_terminal_sees_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, look: Command, tmp_path: Path
) -> None:
    monkeypatch.setattr("coaching.futurelearn_command.WORTH_WATCHING", 0)
    monkeypatch.setattr("coaching.futurelearn_command._is_at_a_terminal", lambda: True)
    done = look(*sorted(FOLDER.glob("*.csv")), "--dry-run", "--json")
    assert "Reading" in done.stderr
    assert json.loads(done.stdout)["enrolments"] == 7


@pytest.fixture
def bring(database_url: str, tmp_path: Path) -> Command:
    """The command that imports, on the test's database."""
    environment = {"COACHING_DATABASE_URL": database_url, "COACHING_INSTANCE": str(tmp_path / "instance")}

    def brought(*words: object) -> Result:
        return CliRunner().invoke(main, ["import", "futurelearn", *map(str, words)], env=environment)

    return brought


@pytest.fixture
def rows(database_url: str) -> Iterator[Session]:
    engine = create_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_exports_are_brought_into_a_course_once(bring: Command, rows: Session, tmp_path: Path) -> None:
    owner = make_membership(rows)
    project = make_project(rows, owners=(owner,))
    rows.commit()
    words = (*sorted(FOLDER.glob("*.csv")), "--project", project.public_id, "--as", owner.person.email)
    rows.rollback()
    done = bring(*words, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["state"], told["is_new"]) == ("applied", True)
    again = bring(*words)
    assert again.exit_code == 0
    assert f"These files came in before, as {told['import']}, which is applied" in again.stdout
    rows.expire_all()
    runs = {run.label: run for run in project.runs}
    assert runs.keys() == {"Run 1", "Run 2"}
    joiners = select(ReachSnapshot.value).where(ReachSnapshot.metric == ReachMetric.JOINERS)
    assert rows.scalars(joiners.where(ReachSnapshot.run_id == runs["Run 1"].id)).all() == [4]
    assert project.people == 5
    assert list((tmp_path / "instance" / "uploads").iterdir()) == []


def test_what_cannot_be_brought_in_leaves_nothing(bring: Command, rows: Session, tmp_path: Path) -> None:
    owner, stranger = make_membership(rows), make_membership(rows)
    project = make_project(rows, owners=(owner,))
    rows.commit()
    to = ("--project", project.public_id, "--as", owner.person.email)
    other = tmp_path / "other-course-1_enrolments.csv"
    other.write_text(f"{ENROLMENTS}\n{enrolment('a')}\n")
    broken = tmp_path / "my-course-1_enrolments.csv"
    broken.write_text("nothing\n")
    strange = stranger.person.email
    rows.rollback()
    several = bring(*FOLDER.glob("*-1_en*.csv"), other, *to)
    assert (several.exit_code, "one course at a time" in several.stderr) == (2, True)
    unread = bring(broken, *to)
    assert (unread.exit_code, "no column learner_id" in unread.stderr) == (1, True)
    assert bring(other, *to[:2], "--as", strange).exit_code == 2
    assert bring(other, *to[:2], "--as", "nobody@example.org").exit_code == 2
    assert bring(other, *to[2:]).exit_code == 2
    assert rows.scalars(select(ReachSnapshot)).all() == []
    states = rows.scalars(select(ImportBatch.state).order_by(ImportBatch.id)).all()
    assert states == [BatchState.CANCELLED, BatchState.FAILED]
    assert list((tmp_path / "instance" / "uploads").iterdir()) == []
