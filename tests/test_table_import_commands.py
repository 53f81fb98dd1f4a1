"""`coaching import moodle`, `figures`, `lags` and `people`: what is in a table, and who comes in by a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from coaching.commands import main
from coaching.models import Membership, Message, Role
from tests.factories import make_cohort, make_membership
from tests.importers.builders import FIXTURES

Command = Callable[..., Result]
PROGRESS = FIXTURES / "moodle" / "progress.anatomy_101.csv"


def invoke(environment: dict[str, str], *words: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, words)], env=environment)


@pytest.fixture
def look(tmp_path: Path) -> Command:
    """The command, where no database can be reached."""
    nowhere = {
        "COACHING_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "COACHING_INSTANCE": str(tmp_path / "nowhere"),
    }  # fmt: skip
    return lambda *words: invoke(nowhere, *words)


def test_moodle_and_figures_are_told_without_a_database(look: Command, tmp_path: Path) -> None:
    told = json.loads(look("moodle", PROGRESS, "--dry-run", "--json").stdout)
    assert told["runs"][0]["figures"] == {"joiners": 5, "active": 3, "completed_50": 2, "completed_90": 1}
    assert "anatomy_101: 5 joiners" in look("moodle", PROGRESS, "--dry-run").stdout
    assert "--dry-run" in look("moodle", PROGRESS).stderr
    table = tmp_path / "figures.csv"
    table.write_text("Kurs;Stand;Zahl\nAnatomie;03/02/2026;1 234\nHerz;03/02/2026;viele\n")
    asked = look("figures", table, "--dry-run", "--column", "joiners=Zahl")
    assert "Say first: Use --date-order" in asked.stdout
    words = ("--column", "joiners=Zahl", "--date-order", "dmy", "--dry-run", "--json")
    told = json.loads(look("figures", table, *words).stdout)
    assert (told["asks"], [row.get("joiners") for row in told["rows"]]) == ([], [1234, None])
    assert told["rows"][0]["as_of"] == "2026-02-03"
    assert "THING=HEADING" in look("figures", table, "--dry-run", "--column", "Zahl").stderr


def test_lags_are_told_with_those_below_nought(look: Command, tmp_path: Path) -> None:
    table = tmp_path / "lags.csv"
    table.write_text("date_awarded,first_wkshp,days\n03/01/16,03/01/13,-1096\n02/01/16,03/01/16,29\n01/01/15,,\n")
    told = json.loads(look("lags", table, "--dry-run", "--json").stdout)["lags"]
    wanted = {"rows": 2, "negative": 1, "not_yet": 1, "median": -533.5, "shortest": -1096, "longest": 29}
    assert {name: told[name] for name in wanted} == wanted
    assert "1 below nought" in look("lags", table, "--dry-run").stdout
    assert look("lags", table).exit_code == 2


@pytest.fixture
def rows(database_url: str) -> Iterator[Session]:
    engine = create_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_people_are_looked_at_and_brought_in(database_url: str, rows: Session, tmp_path: Path) -> None:
    coach = make_membership(rows, make_cohort(rows), role=Role.COACH)
    cohort, email = coach.cohort, coach.person.email
    rows.commit()
    table = tmp_path / "people.csv"
    table.write_text("Name,E-mail\nNia New,nia@example.net\nno,nowhere\n")
    environment = {"COACHING_DATABASE_URL": database_url, "COACHING_INSTANCE": str(tmp_path)}
    words = ("people", table, "--cohort", cohort.public_id)
    told = json.loads(invoke(environment, *words, "--dry-run", "--json").stdout)
    assert told["counts"] == {"new": 1, "known": 0, "review": 0, "left_out": 1}
    assert "--by" in invoke(environment, *words).stderr
    assert rows.scalar(select(func.count()).select_from(Membership)) == 1
    done = invoke(environment, *words, "--by", email, "--no-invitations")
    assert "1 new" in done.stdout
    rows.expire_all()
    assert rows.scalar(select(func.count()).select_from(Membership)) == 2
    assert rows.scalar(select(func.count()).select_from(Message)) == 0
