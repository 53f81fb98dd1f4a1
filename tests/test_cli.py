"""The `coaching` command, run as a command: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.commands import main
from coaching.models import Attendance, CoachingSession, Cohort, ExportChoice, ImportBatch, Message, Person, Role
from tests.factories import NOTES_KEY, make_membership, make_private_note
from tests.services.outbox_rows import make_message

Command = Callable[..., Result]
REPORT = Path(__file__).parent / "browser" / "zoom_report.csv"
TEAMS_REPORT = Path(__file__).parent / "importers" / "fixtures" / "teams" / "sections_french.csv"


# Only a test of `upgrade` or of `demo` has to begin where there is nothing yet: both take long.
with_tables = pytest.mark.parametrize("url", ["database_url"], indirect=True)
with_the_demo = pytest.mark.parametrize("url", ["demo_database_url"], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, engine_name: str) -> str:
    """The URL of the test's database, which is empty where the test does not say otherwise."""
    found: str = request.getfixturevalue(getattr(request, "param", "empty_database_url"))
    return found


@pytest.fixture
def run(url: str, tmp_path: Path) -> Command:
    """Runs the command on the test's database."""
    environment = {
        "COACHING_DATABASE_URL": url,
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
def rows(url: str) -> Iterator[Session]:
    """A look at the database that the command worked on."""
    engine = create_engine(url)
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
    refused = run(
        "demo",
        COACHING_ENVIRONMENT="production",
        COACHING_SECRET_KEY="0123456789abcdefghijklmnopqrstuvwxyz",
        COACHING_NOTES_KEY="a-key-of-notes-only-tests-use-0123456789Abc",
    )
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


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


WRONG = {
    "no such command": ("nosuch", "--json"),
    "no such option": ("status", "--nosuch", "--json"),
    "one word too many": ("status", "more", "--json"),
    "nobody": ("token", "nobody@example.org", "--json"),
    "a scope that is none": ("token", "ruth@example.org", "--scope", "admin", "--json"),
    "a life of many digits": ("token", "ruth@example.org", "--days", "9" * 20, "--json"),
    "a token for nothing": ("token", "ruth@example.org", "--label", "", "--json"),
    "a file that is none": ("import", "zoom", "nosuch.csv", "--json"),
    "a session that is none": ("import", "zoom", str(REPORT), "--session", "nosuch", "--json"),
    "no session": ("import", "zoom", str(REPORT), "--json"),
    "a revision that is none": ("upgrade", "--revision", "nosuch"),
    "an address that is none": ("person", "add", "ruth", "--name", "Ruth"),
    "a name that nobody sees": ("person", "add", "ada@example.org", "--name", "\u202e\u200b"),
    "a zone that is none": ("person", "add", "ada@example.org", "--name", "Ada", "--timezone", "Mars/Olympus"),
    "a short name with blanks": ("programme", "add", "my school", "--name", "School"),
    "a programme that is none": ("programme", "coordinator", "nosuch", "ruth@example.org"),
    "a port that is none": ("serve", "--port", "70000"),
}


@with_tables
def test_the_key_of_private_notes_is_rotated_and_a_missing_one_is_said(run: Command, rows: Session) -> None:
    new, old = "a-new-key-of-notes-only-tests-use-012345678", NOTES_KEY
    coach = make_membership(rows, role=Role.COACH)
    member = make_membership(rows, coach.cohort)
    decided = {"in_export": ExportChoice.INCLUDE, "decided_at": utc_now()}
    note = make_private_note(rows, coach, "Only mine", about=member, **decided)
    email = member.person.email or ""
    rows.commit()
    told = run("status", "--check", COACHING_NOTES_KEY=new)
    assert "1 private note was written with a key that is not in COACHING_NOTES_KEY" in told.stdout
    without = run("notes", "rotate-key", COACHING_NOTES_KEY=new)
    assert (without.exit_code, "1 cannot be read" in without.stderr) == (1, True)
    done = run("notes", "rotate-key", COACHING_NOTES_KEY=f"{new},{old}")
    assert (done.exit_code, "1 put under the first key" in done.stdout) == (0, True)
    assert "private note" not in run("status", "--check", COACHING_NOTES_KEY=new).stdout
    again = run("notes", "rotate-key", COACHING_NOTES_KEY=new)
    assert (again.exit_code, "0 put under the first key" in again.stdout) == (0, True)
    held = json.loads(run("person", "export", email, COACHING_NOTES_KEY=new).stdout)
    assert held["private_notes_about_you"][0]["text"] == "Only mine"
    rows.refresh(note)
    assert note.edited_at is None


@with_tables
def test_wrong_words_are_refused_on_standard_error_and_in_json_where_asked(run: Command) -> None:
    run("person", "add", "ruth@example.org", "--name", "Ruth")
    for name, words in WRONG.items():
        refused = run(*words)
        assert (refused.exit_code, refused.stdout) == (2, ""), name
        assert refused.stderr, name
        if "--json" in words:
            assert json.loads(refused.stderr)["detail"], name


@with_tables
def test_a_wrong_field_is_named_in_json(run: Command) -> None:
    refused = json.loads(run("token", "ruth@example.org", "--label", "", "--days", "0", "--json").stderr)
    assert refused["code"] == "invalid"
    assert set(refused["errors"]) == {"label", "days"}


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_port_that_is_taken_is_named_in_one_line(run: Command, command: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = run(command, "--port", str(port))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1
    assert f"Port {port} of 127.0.0.1 is taken" in refused.stderr
    assert "PORT=" in refused.stderr


@pytest.mark.parametrize("command", ["serve", "web", "scheduler", "upgrade", "status", "demo"])
def test_surroundings_in_which_nothing_runs_are_named_in_one_line(
    run: Command, rows: Session, tmp_path: Path, command: str
) -> None:
    def said(**changed: str) -> str:
        refused = run(command, *(("--port", str(free_port())) if command in {"serve", "web"} else ()), **changed)
        assert (refused.exit_code, refused.stdout) == (1, ""), refused.output
        (line,) = refused.stderr.splitlines()
        return line

    nobody = f"postgresql://ann:secret@127.0.0.1:{free_port()}/coaching"
    assert "The database cannot be used" in said(COACHING_DATABASE_URL=nobody)
    assert "secret" not in said(COACHING_DATABASE_URL=nobody)
    assert "The database cannot be used" in said(COACHING_DATABASE_URL=f"sqlite:///{REPORT}")
    (tmp_path / "file").touch()
    assert "COACHING_INSTANCE" in said(COACHING_INSTANCE=str(tmp_path / "file" / "instance"))
    run("upgrade")
    rows.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    rows.commit()
    assert "revision 9999" in said()


@with_the_demo
def test_status_tells_how_things_stand(run: Command) -> None:
    found = json.loads(run("status", "--json").stdout)
    assert found["schema"]
    assert set(found) >= {"schema", "messages", "oldest_due_seconds", "schedulers"}
    assert "Messages by mail:" in run("status").stdout


def test_status_says_with_its_exit_whether_there_is_anything_to_look_at(run: Command, rows: Session) -> None:
    run("upgrade")
    well = run("status", "--check")
    assert (well.exit_code, well.stdout) == (0, "All is well.\n")
    make_message(rows, now=utc_now() - timedelta(minutes=20))
    rows.commit()
    bad = run("status", "--check")
    assert (bad.exit_code, len(bad.stdout.splitlines())) == (1, 2)
    assert "A message has been due for 20 minutes." in bad.stdout
    assert json.loads(run("status", "--check", "--json").stdout)["problems"] == bad.stdout.splitlines()
    assert run("status", "--check", "--json").exit_code == 1
    assert run("status").exit_code == 0
    assert "due for 20 minutes" not in run("status", "--check", COACHING_LATE_AFTER="21").stdout


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


@with_tables
def test_a_token_is_shown_once_and_made_for_who_is_there(run: Command) -> None:
    run("person", "add", "ruth@example.org", "--name", "Ruth")
    made = json.loads(run("token", "ruth@example.org", "--scope", "read", "--scope", "write", "--json").stdout)
    assert made["token"].startswith("coaching_")
    assert made["scopes"] == ["read", "write"]
    assert run("token", "nobody@example.org").exit_code == 2
    assert run("token", "ruth@example.org", "--days", "9999").exit_code == 2


@with_tables
def test_a_person_is_exported_suspended_restored_and_erased(run: Command, rows: Session) -> None:
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


def test_a_teams_report_is_looked_at_and_each_command_names_the_other(run: Command) -> None:
    looked = json.loads(run("import", "teams", str(TEAMS_REPORT), "--dry-run", "--timezone", "UTC", "--json").stdout)
    assert (looked["format"], looked["version"]) == ("teams", "sections with activities, French")
    assert (looked["timezone"], looked["meeting"]["starts_at"][:16]) == ("UTC", "2024-03-14T13:58")
    assert [person["minutes"] for person in looked["people"]] == [63, 50]
    for service, report in (("zoom", TEAMS_REPORT), ("teams", REPORT)):
        refused = run("import", service, str(report), "--dry-run")
        assert refused.exit_code == 2
        assert f"coaching import {'teams' if service == 'zoom' else 'zoom'}" in refused.stderr


@with_the_demo
def test_a_teams_report_is_imported_into_a_session(run: Command, rows: Session) -> None:
    held = rows.scalars(select(CoachingSession).order_by(CoachingSession.starts_at)).first()
    assert held is not None
    rows.rollback()
    words = ("import", "teams", str(TEAMS_REPORT), "--session", held.public_id, "--json")
    assert "14 March 2024" in run(*words).stderr
    done = json.loads(run(*words, "--anyway").stdout)
    assert json.loads(run(*words, "--anyway").stdout)["import"] == done["import"]
    assert rows.scalars(select(ImportBatch.kind).where(ImportBatch.session_id == held.id)).all() == ["teams"]


@with_the_demo
def test_a_report_is_imported_into_a_session(run: Command, rows: Session) -> None:
    held = rows.scalars(
        select(CoachingSession).join(Cohort).where(Cohort.name.like("Ivy%")).order_by(CoachingSession.starts_at)
    ).first()
    assert held is not None
    before = rows.scalars(select(func.count()).select_from(Attendance)).one()
    batches = select(func.count()).where(ImportBatch.session_id == held.id)
    rows.rollback()
    words = ("import", "zoom", str(REPORT), "--session", held.public_id)
    looked = json.loads(run(*words, "--dry-run", "--json").stdout)
    assert looked["problems"]["file"]
    assert {row["outcome"] for row in looked["rows"]} == {"review"}
    refused = run(*words, "--json")
    assert refused.exit_code == 2
    assert "another" in refused.stderr or "24 September 2020" in refused.stderr
    assert rows.scalars(batches).one() == 0
    rows.rollback()
    done = json.loads(run(*words, "--anyway", "--json").stdout)
    assert json.loads(run(*words, "--anyway", "--json").stdout)["import"] == done["import"]
    assert rows.scalars(batches).one() == 1
    assert rows.scalars(select(func.count()).select_from(Attendance)).one() == before
    rows.rollback()
    assert run("import", "zoom", str(REPORT), "--session", "nothing", "--dry-run").exit_code == 2


@with_the_demo
def test_the_follow_ups_of_a_cohort_are_listed_on_their_dates(run: Command, rows: Session) -> None:
    """The cohort that is under way is asked after its sessions and launches, too."""
    ivy = rows.scalars(select(Cohort.public_id).where(Cohort.name.like("Ivy%"))).one()
    rows.rollback()
    lines = json.loads(run("follow-ups", "--cohort", ivy, "--json").stdout)
    assert len(lines) == 7
    after = next(line for line in lines if line["anchor"] == "session_end")
    assert after["asked"] == after["answered"] + after["silent"] > 0
    assert after["waiting"] > 0
    assert f"{after['asked']} asked" in run("follow-ups", "--cohort", ivy).stdout
    assert run("follow-ups", "--cohort", "nothing").exit_code == 2
