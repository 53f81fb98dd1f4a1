"""What is logged while people sign in, follow links and write, and while things break: no secret, no word of theirs.

Nothing in the product configures logging but the commands that run schedulers, and those only for our own loggers. So
everything that any library would write at its own level is caught here, and of our own loggers every level.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from coaching.blueprints import problems
from coaching.config import Settings
from coaching.extensions import db
from coaching.jobs.guard import Guard
from coaching.services.note_cipher import Keyring
from coaching.serving import WebServer
from tests.databases import Databases
from tests.security.conftest import standing_stage
from tests.security.recipes import request_options
from tests.security.stage import Stage
from tests.security.test_mass_assignment import ROW_BY_ENDPOINT, doer
from tests.security.world import PASSWORD

WRITTEN = "a word that somebody wrote"


@pytest.fixture(scope="module")
def in_production(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[Stage]:
    with standing_stage(databases, make_app, "sqlite", environment="production") as stage:
        yield stage


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that was logged so far, as a log file would have it."""
    caplog.set_level(logging.DEBUG, "coaching")
    return lambda: caplog.text + "".join(str(record.__dict__) for record in caplog.records)


def private(stage: Stage) -> list[str]:
    """What must stand in no log."""
    here = stage.world.here
    cookies = [identity.to_pages.get("Cookie", "-").partition("=")[2] for identity in stage.identities.values()]
    return [
        PASSWORD,
        WRITTEN,
        "example.org",
        "token-of-",
        "auth-session-of-",
        *here.secrets.values(),
        *filter(None, cookies),
        *[f"/{segment}/" for segment in here.secrets],
        "statement-here",
        "private-note-here",
        request_options("private_notes.create", here)["data"]["body"],
        request_options("private_notes.update", here)["data"]["body"],
    ]


def assert_private(stage: Stage, log: str) -> None:
    assert [word for word in private(stage) if word in log] == []


WORDY = ("goals.create", "check_ins.answer", "check_in_links.answer", "poll_links.answer", "account.create_token",
         "api_tokens.create", "api_check_ins.answer", "sign_in.submit", "sign_in.end", "invitations.accept",
         "password_resets.create", "password_resets.submit", "members.create", "api_members.add",
         "imports.apply", "private_notes.create", "private_notes.update", "api_private_notes.create",
         "api_private_notes.edit", "private_note_exits.share")  # fmt: skip


def test_signing_in_links_and_forms_leave_nothing_in_the_log(in_production: Stage, logged: Callable[[], str]) -> None:
    stage, here = in_production, in_production.world.here
    for endpoint in WORDY:
        row = ROW_BY_ENDPOINT[endpoint]
        path = row.path(stage, here)
        stage.send(doer(row), stage.method(endpoint), path, **request_options(endpoint, here))
        # And once more, refused.
        options = request_options(endpoint, here, **{WRITTEN: WRITTEN})
        assert 400 <= stage.send("stranger", stage.method(endpoint), path, **options).status < 500 or "end" in endpoint
    for endpoint in ("check_in_links.show", "invitations.show", "password_resets.show"):
        assert stage.send("anonymous", "GET", stage.path(endpoint, here)).status == 200
    assert_private(stage, logged())


@pytest.mark.parametrize("endpoint", ["check_in_links.show", "goals.show", "api_goals.show", "invitations.show"])
def test_a_fault_is_logged_by_its_kind_and_place_alone(
    in_production: Stage, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    def fail(**_path: str) -> None:
        raise ValueError(WRITTEN)

    monkeypatch.setitem(in_production.app.view_functions, endpoint, fail)
    answer = in_production.send("coach", "GET", in_production.path(endpoint, in_production.world.here))
    assert answer.status == 500
    assert WRITTEN not in answer.response.text
    log = logged()
    assert "ValueError" in log
    assert endpoint in log
    assert_private(in_production, log)


@pytest.mark.parametrize("act", ["seal", "read"])
def test_a_fault_of_the_keys_quotes_no_private_note(
    in_production: Stage, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """A library's error may well hold what it was given."""

    def fail(_keys: Keyring, *given: Any) -> None:
        raise ValueError(f"{WRITTEN}: {given}")

    monkeypatch.setattr(Keyring, act, fail)
    here = in_production.world.here
    for endpoint in ("private_notes.create", "private_notes.update", "api_private_notes.create"):
        options = request_options(endpoint, here)
        path = ROW_BY_ENDPOINT[endpoint].path(in_production, here)
        answer = in_production.send("coach", in_production.method(endpoint), path, **options)
        assert answer.status == 500 or act == "read"
        assert WRITTEN not in answer.response.text
    if act == "read":
        path = in_production.path("private_notes.of_cohort", here)
        assert in_production.send("coach", "GET", path).status == 500
    assert "ValueError" in logged()
    assert_private(in_production, logged())


def test_a_databases_refusal_is_not_quoted(
    in_production: Stage, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLAlchemy's errors hold the statement with its values."""

    def collide(**_path: str) -> None:
        db.session.execute(text("INSERT INTO person (name) VALUES (:name)"), {"name": WRITTEN})

    def misspell(**_path: str) -> None:
        db.session.execute(text("SELECT nothing FROM nowhere WHERE name = :name"), {"name": WRITTEN})

    path = in_production.path("api_goals.create", in_production.world.here)
    for view, status in ((collide, 409), (misspell, 500)):
        monkeypatch.setitem(in_production.app.view_functions, "api_goals.create", view)
        answer = in_production.send("participant", "POST", path, json={"statement": WRITTEN})
        assert answer.status == status
        assert WRITTEN not in answer.response.text
    assert_private(in_production, logged())


def test_even_the_fault_of_the_page_about_faults_is_not_quoted(
    in_production: Stage, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flask would log the address and the text; and what leaves the app altogether, the server would."""

    def fail(*_args: Any, **_options: Any) -> None:
        raise ValueError(WRITTEN)

    monkeypatch.setitem(in_production.app.view_functions, "check_in_links.show", fail)
    monkeypatch.setattr(problems, "render_template", fail)
    answer = in_production.send("anonymous", "GET", in_production.path("check_in_links.show", in_production.world.here))
    assert answer.status == 500
    assert_private(in_production, logged())


def test_a_jobs_fault_is_not_quoted(logged: Callable[[], str]) -> None:
    def fail() -> None:
        raise IntegrityError("INSERT ...", {"note": WRITTEN}, ValueError(WRITTEN))

    Guard().run("send_messages", fail)
    assert "IntegrityError" in logged()
    assert WRITTEN not in logged()


def test_the_server_keeps_no_list_of_addresses(make_settings: Callable[..., Settings]) -> None:
    server = WebServer(make_settings(), host="127.0.0.1", port=1, workers=1, threads=1)
    assert server.cfg.accesslog is None
    assert not server.cfg.logconfig
    assert not server.cfg.logconfig_dict
    assert not server.cfg.syslog
    assert server.cfg.statsd_host is None
