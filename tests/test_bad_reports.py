"""Reports that are wrong, through each door, end to end: a clear question or error, and nothing half-imported.

Page and command on one engine: a report is read before any database is asked, and the API looks at both.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from coaching.commands import main
from coaching.models import Attendance, AttendanceChange, CoachingSession, ImportBatch, ImportRow
from tests.bad_reports import BAD, DOUBTFUL, HELD_AT, Bad
from tests.blueprints.api.caller import Caller, body, make_token, problem
from tests.blueprints.pages.browsing import Browser, fields, words
from tests.conftest import SECRET_KEY
from tests.factories import make_session
from tests.worlds import World, make_world

CUT = BAD["cut off in the middle of a row"]


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.fixture
def held(session: Session, world: World) -> CoachingSession:
    return make_session(session, world.cohort, starts_at=HELD_AT, local_start=HELD_AT.replace(tzinfo=None))


def nothing_is_recorded(session: Session) -> bool:
    session.expire_all()
    tables = (Attendance, AttendanceChange, ImportBatch, ImportRow)
    return not any(session.scalar(select(func.count()).select_from(table)) for table in tables)


def test_the_api_refuses_or_asks(
    session: Session, world: World, held: CoachingSession, new_client: Callable[[], FlaskClient]
) -> None:
    coach = Caller(new_client(), make_token(session, world.coach))

    def send(bad: Bad, **more: str) -> Any:
        typed = more | ({"date_order": bad.date_order} if bad.date_order else {})
        return coach.post(
            f"/sessions/{held.public_id}/imports", data={"file": (io.BytesIO(bad.data), "report.csv"), **typed}
        )

    for name, bad in BAD.items():
        if bad.asks:
            assert bad.says in str(body(send(bad, dry_run="true"))["problems"]), name
            assert bad.says in str(problem(send(bad), 422, code="unconfirmed")["errors"]), name
        else:
            assert bad.says in str(problem(send(bad, dry_run="true"), 422, code="invalid")["errors"]), name
            assert bad.says in str(problem(send(bad), 422)["errors"]), name
    assert nothing_is_recorded(session)
    session.rollback()
    for name, (data, says) in DOUBTFUL.items():
        seen = body(send(Bad(data, says), dry_run="true"))
        assert says in " ".join(seen["detected"]["warnings"]), name
        assert [row["name"] for row in seen["rows"]][:2] == ["Participant Person", "Somebody Else"], name
    assert [row["name"] for row in body(send(CUT, anyway="true"), 201)["rows"]] == [
        "Participant Person", "Somebody Else"
    ]  # fmt: skip


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_page_refuses_or_asks_and_keeps_what_was_chosen(
    session: Session, world: World, held: CoachingSession, new_client: Callable[[], FlaskClient]
) -> None:
    coach = Browser(new_client(), SECRET_KEY).sign_in(session, world.coach)
    address = f"/sessions/{held.public_id}/imports"
    for name, bad in BAD.items():
        typed = {"file": (io.BytesIO(bad.data), "report.csv"), "timezone": "UTC", "date_order": bad.date_order}
        page = coach.post(f"{address}/new", typed)
        assert bad.says in words(page), (name, words(page))
        assert page.status_code == (200 if bad.asks else 422), name
        if not bad.asks:
            assert "There is a problem" in words(page), name
            continue
        kept = {
            one: value for one, value in fields(page).items() if one in {"kept", "file_name", "timezone", "date_order"}
        }
        again = coach.post(address, kept)
        assert again.status_code == 422, name
        for text in (
            "Record it all the same: Tick this if the report is meant as it is.",
            bad.says,
            "What we understood",
        ):
            assert text in words(again), (name, text)
        assert kept.items() <= fields(again).items(), name
    assert nothing_is_recorded(session)
    session.rollback()
    for name, (data, says) in DOUBTFUL.items():
        page = coach.post(f"{address}/new", {"file": (io.BytesIO(data), "report.csv"), "timezone": "UTC"})
        assert says in words(page), name


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_command_refuses_or_asks(empty_database_url: str, tmp_path: Path) -> None:
    environment = {"COACHING_DATABASE_URL": empty_database_url, "COACHING_INSTANCE": str(tmp_path)}

    def run(*said: str) -> Result:
        return CliRunner().invoke(main, said, env=environment)

    assert run("upgrade").exit_code == 0
    engine = create_engine(empty_database_url)
    place = tmp_path / "report.csv"
    with Session(engine) as session:
        held = make_session(session, make_world(session).cohort, starts_at=HELD_AT)
        session.commit()
        for name, bad in BAD.items():
            place.write_bytes(bad.data)
            order = ("--date-order", bad.date_order) if bad.date_order else ()
            command = ("import", "zoom", str(place), "--session", held.public_id, *order)
            looked, done = run(*command, "--dry-run"), run(*command)
            assert bad.says in (looked.stdout if bad.asks else looked.stderr), name
            assert (looked.exit_code, done.exit_code) == (0 if bad.asks else 2, 2), name
            assert bad.says in done.stderr, name
            assert ("use --anyway" in done.stderr) == bad.asks, name
            session.rollback()
        assert nothing_is_recorded(session)
        for name, (data, says) in DOUBTFUL.items():
            place.write_bytes(data)
            told = run("import", "zoom", str(place), "--dry-run", "--json", "--timezone", "UTC", "--date-order", "mdy")
            assert says in " ".join(json.loads(told.stdout)["warnings"]), name
        place.write_bytes(DOUBTFUL["no zone"][0])
        assert "Use --date-order mdy or --date-order dmy." in run("import", "zoom", str(place), "--dry-run").stderr
    engine.dispose()
