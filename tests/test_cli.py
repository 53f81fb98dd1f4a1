"""The `coaching` command, run as a command: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from coaching.commands import main
from coaching.models import Attendance, CoachingSession, Cohort, ImportBatch, Message, Person

Command = Callable[..., Result]
REPORT = Path(__file__).parent / "browser" / "zoom_report.csv"


@pytest.fixture
def run(empty_database_url: str, tmp_path: Path) -> Command:
    """Runs the command on an empty database of its own."""
    environment = {
        "COACHING_DATABASE_URL": empty_database_url,
        "COACHING_INSTANCE": str(tmp_path),
        "COACHING_BASE_URL": "http://localhost:8000",
    }

    def run(*words: str, **changed: str) -> Result:
        result = CliRunner().invoke(main, words, env=environment | changed)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def rows(empty_database_url: str) -> Iterator[Session]:
    """A look at the database that the command worked on."""
    engine = create_engine(empty_database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_the_demo_fills_an_empty_database_once_and_links_can_be_had_again(run: Command, rows: Session) -> None:
    made = json.loads(run("demo", "--json").stdout)
    assert made["synthetic"] is True
    assert {"coordinator", "coach", "participant"} <= set(made["links"])
    assert all(link.startswith("http://localhost:8000/demo/") for link in made["links"].values())
    people = rows.scalars(select(func.count()).select_from(Person)).one()
    rows.rollback()
    again = run("demo")
    assert again.exit_code == 2
    assert "--links" in again.stderr
    assert json.loads(run("demo", "--if-empty", "--json").stdout)["links"]
    assert json.loads(run("demo", "--links", "--json").stdout)["links"] != made["links"]
    assert rows.scalars(select(func.count()).select_from(Person)).one() == people


def test_the_demo_is_refused_outside_development(run: Command) -> None:
    refused = run("demo", COACHING_ENVIRONMENT="production", COACHING_SECRET_KEY="0123456789abcdefghijklmnopqrstuvwxyz")
    assert refused.exit_code == 2
    assert "development" in refused.stderr


def test_a_database_without_the_schema_is_said_so(run: Command) -> None:
    refused = run("person", "add", "ruth@example.org", "--name", "Ruth")
    assert refused.exit_code == 2
    assert "coaching upgrade" in refused.stderr


def test_a_bad_setting_ends_every_command_with_what_to_do(run: Command) -> None:
    refused = run("status", COACHING_ENVIRONMENT="production")
    assert refused.exit_code == 2
    assert "secrets.token_urlsafe" in refused.stderr


def test_status_tells_how_things_stand(run: Command) -> None:
    run("demo")
    found = json.loads(run("status", "--json").stdout)
    assert found["schema"]
    assert set(found) >= {"schema", "messages", "oldest_due_seconds", "schedulers"}
    assert "messages" in run("status").stdout


def test_the_first_people_are_added_by_hand(run: Command, rows: Session) -> None:
    run("upgrade")
    link = run("person", "add", "Ruth@example.org", "--name", "Ruth", "--administrator").stdout.strip()
    assert link.startswith("http://localhost:8000/invitations/")
    ruth = rows.scalars(select(Person)).one()
    assert (ruth.email, ruth.is_administrator) == ("ruth@example.org", True)
    assert rows.scalars(select(Message.address)).all() == ["ruth@example.org"]
    rows.rollback()
    assert run("person", "add", "ruth@example.org", "--name", "Ruth").exit_code == 2
    assert run("programme", "add", "school", "--name", "School").exit_code == 0
    assert run("programme", "add", "school", "--name", "School").exit_code == 2
    assert run("programme", "coordinator", "school", "ruth@example.org").exit_code == 0
    assert run("programme", "coordinator", "school", "nobody@example.org").exit_code == 2
    assert run("audit").stdout.strip() == "The audit trail is whole."


def test_a_token_is_shown_once_and_made_for_who_is_there(run: Command) -> None:
    run("upgrade")
    run("person", "add", "ruth@example.org", "--name", "Ruth")
    made = json.loads(run("token", "ruth@example.org", "--scope", "read", "--scope", "write", "--json").stdout)
    assert made["token"].startswith("coaching_")
    assert made["scopes"] == ["read", "write"]
    assert run("token", "nobody@example.org").exit_code == 2
    assert run("token", "ruth@example.org", "--days", "9999").exit_code == 2


def test_a_person_is_exported_suspended_restored_and_erased(run: Command, rows: Session) -> None:
    run("upgrade")
    run("person", "add", "ruth@example.org", "--name", "Ruth")
    assert json.loads(run("person", "export", "ruth@example.org").stdout)["person"][0]["name"] == "Ruth"
    assert run("person", "suspend", "ruth@example.org").exit_code == 0
    assert rows.scalars(select(Person.suspended_at)).one() is not None
    rows.rollback()
    assert run("person", "restore", "ruth@example.org").exit_code == 0
    assert run("person", "erase", "ruth@example.org", "--yes").exit_code == 0
    assert run("person", "export", "ruth@example.org").exit_code == 2


def test_a_report_is_looked_at_without_a_session(run: Command) -> None:
    looked = json.loads(run("import", "zoom", str(REPORT), "--dry-run", "--json").stdout)
    assert (looked["format"], looked["meeting"]["participants"]) == ("zoom", 4)
    assert [person["minutes"] for person in looked["people"]] == [75, 72, 53, 60]
    assert looked["warnings"]
    assert "George Harrison" in run("import", "zoom", str(REPORT), "--dry-run").stdout
    assert run("import", "zoom", str(REPORT)).exit_code == 2


def test_a_report_is_imported_into_a_session(run: Command, rows: Session) -> None:
    run("demo")
    held = rows.scalars(
        select(CoachingSession).join(Cohort).where(Cohort.name.like("Ivy%")).order_by(CoachingSession.starts_at)
    ).first()
    assert held is not None
    before = rows.scalars(select(func.count()).select_from(Attendance)).one()
    rows.rollback()
    words = ("import", "zoom", str(REPORT), "--session", held.public_id)
    looked = json.loads(run(*words, "--dry-run", "--json").stdout)
    assert looked["problems"]["file"]
    assert {row["outcome"] for row in looked["rows"]} == {"review"}
    refused = run(*words, "--json")
    assert refused.exit_code == 2
    assert "another" in refused.stderr or "24 September 2020" in refused.stderr
    assert rows.scalars(select(func.count()).select_from(ImportBatch)).one() == 0
    rows.rollback()
    done = json.loads(run(*words, "--anyway", "--json").stdout)
    assert json.loads(run(*words, "--anyway", "--json").stdout)["import"] == done["import"]
    assert rows.scalars(select(func.count()).select_from(ImportBatch)).one() == 1
    assert rows.scalars(select(func.count()).select_from(Attendance)).one() == before
    rows.rollback()
    assert run("import", "zoom", str(REPORT), "--session", "nothing", "--dry-run").exit_code == 2
