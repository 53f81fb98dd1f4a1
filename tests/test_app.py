"""The edge: one request is one transaction, and what goes wrong is answered in the asker's own kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import schema
from coaching.app import CoachingApp, create_app
from coaching.blueprints.access import keep_writes
from coaching.config import BadSettings, Settings
from coaching.errors import Conflict
from coaching.extensions import csrf, db
from coaching.models import Person
from tests.factories import NOW


@pytest.fixture
def door(make_settings: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app with four more addresses, each writing a person and answering in its own way."""
    app = create_app(make_settings(database_url=database_url))
    monkeypatch.setattr("coaching.blueprints.access.PUBLIC_ENDPOINTS", frozenset({"write"}))

    @app.route("/write/<how>", methods=["GET", "POST"], endpoint="write")
    @csrf.exempt
    def write(how: str) -> Any:
        db.session.add(Person(name=how, email=f"{how}@example.org", timezone="UTC", created_at=NOW))
        db.session.flush()
        if how == "raises":
            raise Conflict("No.")
        response = app.make_response((how, 422 if how in {"refused", "kept"} else 200))
        return keep_writes(response) if how == "kept" else response

    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("how", "status", "kept"),
    [("done", 200, True), ("refused", 422, False), ("kept", 422, True), ("raises", 409, False)],
)
def test_a_request_is_kept_or_undone_as_a_whole(
    door: Flask, session: Session, how: str, status: int, kept: bool
) -> None:
    assert door.test_client().post(f"/write/{how}").status_code == status
    assert session.scalars(select(Person.name)).all() == ([how] if kept else [])


def test_a_get_keeps_nothing_it_wrote(door: Flask, session: Session, engine_name: str) -> None:
    """On SQLite nothing is committed after a GET. On PostgreSQL a reader's connection commits by itself, so that no
    GET may write at all, which the matrix of routes proves for each of them."""
    if engine_name == "postgresql":
        pytest.skip("Proved for every route by the matrix.")
    door.test_client().get("/write/done")
    assert session.scalars(select(Person.name)).all() == []


def test_a_refusal_is_problem_details_to_a_program_and_a_page_to_a_person(door: Flask) -> None:
    page = door.test_client().post("/write/raises")
    assert page.mimetype == "text/html"
    assert b"No." in page.data
    problem = door.test_client().post("/write/raises", headers={"Accept": "application/json"})
    assert problem.mimetype == "application/problem+json"
    assert problem.json is not None
    assert problem.json == {
        "type": "urn:coaching:problem:conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "No.",
        "code": "conflict",
    }


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_address_is_kept_for_its_root_and_without_options(door: Flask) -> None:
    assert isinstance(door, CoachingApp)
    where = "c_1234567890123456"
    with door.test_request_context("/"):
        plain = url_for("cohorts.show", public_id=where)
        assert plain == door.url_for("cohorts.show", public_id=where) == f"/cohorts/{where}"
        assert door.kept_address.cache_info().hits == 1
        assert url_for("cohorts.show", public_id=where, _anchor="here") == f"{plain}#here"
        assert url_for("cohorts.show", public_id=where, _external=True) == f"http://localhost{plain}"
        assert url_for("cohorts.show", public_id=where, page=2) == f"{plain}?page=2"
    with door.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/below"}):
        assert url_for("cohorts.show", public_id=where) == f"/below{plain}"


def test_production_does_not_start_without_a_secret() -> None:
    with pytest.raises(BadSettings):
        create_app(Settings(environment="production"))


def test_the_product_is_ready_only_with_its_schema(make_settings: Any, empty_database_url: str) -> None:
    app = create_app(make_settings(database_url=empty_database_url))
    client = app.test_client()
    assert client.get("/health/live").json == {"status": "alive"}
    assert client.get("/health/ready").status_code == 503
    with app.app_context():
        schema.upgrade(db.engine)
    assert client.get("/health/ready").json == {"status": "ready"}
    with app.app_context():
        db.engine.dispose()
