"""What is not asked for is refused: no field can be slipped in, and nobody grants above their own level."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.recipes import BODIES, FORMS, MEMBER, TOKEN, UPLOADS, request_options
from tests.security.stage import PEOPLE, Answer, Stage
from tests.security.table import ROWS, Row

# Columns and powers that somebody might hope to set along the way.
EXTRAS: dict[str, str] = {
    "id": "0" * 20,
    "public_id": "0" * 20,
    "version": "7",
    "person_id": "1",
    "cohort_id": "1",
    "programme_id": "1",
    "membership_id": "0" * 20,
    "batch_id": "1",
    "role": "coach",
    "status": "completed",
    "state": "answered",
    "is_administrator": "true",
    "confirmed_at": "2026-01-01T00:00:00Z",
    "is_current": "true",
    "source": "coach",
    "scopes": "write",
    "actor_id": "1",
    "created_at": "2020-01-01T00:00:00Z",
    "suspended_at": "",
    "password_hash": "x",
    "via": "page",
}
# Each address with the row that it can be done to.
ROW_BY_ENDPOINT = {row.endpoint: row for row in ROWS if not row.variant} | {
    row.endpoint: row for row in reversed(ROWS) if "ok" in row.expected.values()
}


def doer(row: Row) -> str:
    """Somebody who may do it."""
    return next(name for name in ("coach", *PEOPLE) if row.expected[name] == "ok")


def send(stage: Stage, row: Row, identity: str, **extra: Any) -> Answer:
    here = stage.world.here
    options = request_options(row.endpoint, here, **extra)
    return stage.send(identity, stage.method(row.endpoint), row.path(stage, here), **options)


def asked_for(stage: Stage, endpoint: str) -> set[str]:
    options = request_options(endpoint, stage.world.here)
    return set(options.get("data") or options.get("json") or {})


# Signing out must not fail for anything, and the switch of colours writes a cookie and nothing else.
LENIENT = {"appearance.choose", "sign_in.end"}


@pytest.mark.parametrize("endpoint", sorted({*FORMS, *BODIES, *UPLOADS} - LENIENT))
def test_what_is_not_asked_for_is_refused(stage: Stage, endpoint: str) -> None:
    row = ROW_BY_ENDPOINT[endpoint]
    extras = {name: value for name, value in EXTRAS.items() if name not in asked_for(stage, endpoint)}
    together = send(stage, row, doer(row), **extras)
    assert together.status == 422
    assert not together.kept
    taken = {}
    # A refusal that names a field has refused it. The others are sent one by one.
    for name in extras.keys() - together.refused_fields:
        answer = send(stage, row, doer(row), **{name: extras[name]})
        if answer.status != 422 or answer.kept:
            taken[name] = (answer.status, answer.kept)
    assert taken == {}


@pytest.mark.parametrize("endpoint", sorted(BODIES))
def test_the_api_names_what_it_does_not_know(stage: Stage, endpoint: str) -> None:
    row = ROW_BY_ENDPOINT[endpoint]
    answer = send(stage, row, doer(row), is_administrator=True)
    assert answer.problem_field == {"is_administrator"}


@pytest.mark.parametrize(("adder", "allowed"), [
    ("coach", {"participant", "observer"}),
    ("coordinator", {"participant", "observer", "coach"}),
    ("administrator", {"participant", "observer", "coach"}),
    ("participant", set()),
    ("observer", set()),
])  # fmt: skip
@pytest.mark.parametrize("endpoint", ["members.create", "api_members.add"])
def test_nobody_gives_a_role_above_their_own(stage: Stage, endpoint: str, adder: str, allowed: set[str]) -> None:
    given = {
        role
        for role in ("participant", "observer", "coach", "coordinator", "administrator")
        if send(stage, ROW_BY_ENDPOINT[endpoint], adder, **MEMBER | {"role": role}).kept
    }
    assert given == allowed


@pytest.mark.parametrize("endpoint", ["members.create", "api_members.add"])
def test_a_role_that_is_none_is_refused(stage: Stage, endpoint: str) -> None:
    for role in ("coordinator", "administrator", "Coach", "", "coach "):
        answer = send(stage, ROW_BY_ENDPOINT[endpoint], "coach", **MEMBER | {"role": role})
        assert answer.status in {403, 422}, role
        assert not answer.kept


@pytest.mark.parametrize("identity", ["reader", "writer"])
def test_a_token_makes_none_that_may_do_more(stage: Stage, identity: str) -> None:
    row = ROW_BY_ENDPOINT["api_tokens.create"]
    for scopes in (["read", "write"], ["read"], ["write"], ["admin"], []):
        answer = send(stage, row, identity, **TOKEN | {"scopes": scopes})
        is_within = identity == "writer" and scopes == ["write"]
        assert (answer.kind == "ok") == is_within, scopes
        assert bool(answer.kept) == is_within


@pytest.mark.parametrize("endpoint", ["account.create_token", "api_tokens.create"])
def test_a_token_ends_within_a_year_and_has_scopes_that_exist(stage: Stage, endpoint: str) -> None:
    for wrong in ({"days": 367}, {"days": 0}, {"days": -1}, {"scopes": ["admin"]}, {"scopes": []}):
        answer = send(stage, ROW_BY_ENDPOINT[endpoint], "participant", **TOKEN | wrong)
        assert (answer.status, answer.kept) == (422, None), wrong


def test_a_coach_stays_what_a_coordinator_made_them(stage: Stage) -> None:
    """A coach changes no coach's standing, their own included, so that none can be shut out by another."""
    here = stage.world.here
    for endpoint in ("members.change", "api_members.change"):
        path = stage.path(endpoint, here, member=here.ids["coach member"])
        answer = stage.send("coach", "POST", path, **request_options(endpoint, here))
        assert (answer.kind, answer.kept) == ("403", None)
