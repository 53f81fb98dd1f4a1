"""Whatever is sent: a clear problem that names the field, never a fault, and nothing half-written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from coaching.models import Base
from tests.blueprints.api.caller import Caller, CallerOf, problem
from tests.blueprints.api.filling import fill
from tests.databases import ENGINES
from tests.worlds import World

JSON = "application/json"
# What is sent, as what, and the status and the code of the refusal.
BODIES = {
    "half an object": (b'{"name": "Half', JSON, 400, "malformed"),
    "not JSON": (b"name=Autumn", JSON, 400, "malformed"),
    "NaN": (b'{"value": NaN}', JSON, 400, "malformed"),
    "infinity": (b'{"value": -Infinity}', JSON, 400, "malformed"),
    "Latin-1": ('{"name": "Zoë"}'.encode("latin-1"), JSON, 400, "malformed"),
    "UTF-16": ('{"name": "Autumn"}'.encode("utf-16"), f"{JSON}; charset=utf-16", 415, "wrong-type"),
    "UTF-16 that says nothing": ('{"name": "Autumn"}'.encode("utf-16"), JSON, 400, "malformed"),
    "a byte order mark": (b'\xef\xbb\xbf{"name": "Autumn"}', JSON, 400, "malformed"),
    "a field twice": (b'{"name": "Autumn", "name": "Spring"}', JSON, 400, "malformed"),
    "half a surrogate pair": (rb'{"name": "\ud800"}', JSON, 400, "malformed"),
    "no end of depth": (b"[" * 100_000, JSON, 400, "malformed"),
    "much depth": (b'{"name":' * 900 + b"1" + b"}" * 900, JSON, 422, "invalid"),
    "compressed": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", JSON, 400, "malformed"),
    "a list": (b"[]", JSON, 422, "invalid"),
    "a text": (b'"Autumn"', JSON, 422, "invalid"),
    "nothing in words": (b"null", JSON, 422, "invalid"),
    "an unknown field": (b'{"no_such_field": 1}', JSON, 422, "invalid"),
    "a zero byte in a name": (rb'{"a\u0000b": 1}', JSON, 422, "invalid"),
    "plain text": (b"{}", "text/plain", 415, "wrong-type"),
    "a form": (b"name=Autumn", "application/x-www-form-urlencoded", 415, "wrong-type"),
    "no type": (b"{}", None, 415, "wrong-type"),
    "10 MB": (b'{"name": "' + b"x" * 10_000_000 + b'"}', JSON, 413, "too-large"),
    "2 MB": (b'{"name": "' + b"x" * 2_000_000 + b'"}', JSON, 413, "too-large"),
}


# These take a file.
FILES = {
    "api_imports.bring_in",
    "api_observation_imports.bring_in",
    "api_people_imports.bring_in",
    "api_evidence.bring_file",
    "api_file_imports.bring_in",
}


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != "api_token"
    }


def writes(app: Flask, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Method and path of everything in the API that takes JSON."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in FILES:
            for method in sorted((rule.methods or set()) & {"POST", "PATCH", "PUT"}):
                path = rule.rule.removeprefix("/api/v1")
                # The words of mails are named by a kind of message.
                path = path.replace("<kind>", "check_in")
                for argument in rule.arguments & known.keys():
                    path = path.replace(f"<id:{argument}>", known[argument])
                yield method, path


# What is not even JSON of ours goes no further on one engine than on the other.
ON_ENGINES = [
    (engine_name, kind)
    for engine_name in ENGINES
    for kind, (_content, _type, status, _code) in BODIES.items()
    if engine_name == "sqlite" or status == 422
]


@pytest.mark.parametrize(("engine_name", "kind"), ON_ENGINES)
def test_no_write_takes_it(app: Flask, world: World, caller: CallerOf, session: Session, kind: str) -> None:
    content, content_type, status, code = BODIES[kind]
    known = fill(session, world)
    me = caller(world.administrator)
    session.commit()
    before = counts(session)
    seen = 0
    for method, path in writes(app, known):
        headers = {"If-Match": '"any"'}
        response = me.call(method, path, data=content, content_type=content_type, headers=headers)
        problem(response, status, code=code)
        seen += 1
    assert seen > 20
    assert counts(session) == before


GOAL = {"statement": "Launch"}
WRONG = [
    ({"statement": 5}, "statement"),
    ({"statement": ["Launch"]}, "statement"),
    ({"statement": {"text": "Launch"}}, "statement"),
    ({"statement": True}, "statement"),
    ({"statement": None}, "statement"),
    ({"statement": "   "}, "statement"),
    ({"statement": "a\x00b"}, "statement"),
    ({"statement": "x" * 501}, "statement"),
    ({"why": "x" * 5001}, "why"),
    ({"importance": "2"}, "importance"),
    ({"importance": 1.5}, "importance"),
    ({"importance": 2.0}, "importance"),
    ({"importance": True}, "importance"),
    ({"importance": 10**30}, "importance"),
    ({"importance": -(2**63)}, "importance"),
    ({"importance": 2**64 - 1}, "importance"),
    ({"due_on": "2026-13-01"}, "due_on"),
    ({"due_on": "2026-02-30"}, "due_on"),
    ({"due_on": "0001-01-01"}, "due_on"),
    ({"due_on": 5}, "due_on"),
    ({"id": "0" * 20}, "id"),
    ({"membership_id": "0" * 20}, "membership_id"),
    ({"version": 1}, "version"),
    ({"created_at": "2026-01-01T00:00:00Z"}, "created_at"),
    ({"x" * 500: 1}, "x" * 80),
]


@pytest.mark.parametrize(("changes", "name"), WRONG, ids=[f"{name[:9]}{n}" for n, (_, name) in enumerate(WRONG)])
def test_the_field_is_named(world: World, caller: CallerOf, changes: dict[str, Any], name: str) -> None:
    me = caller(world.participant)
    found = problem(me.post(f"/members/{world.member.public_id}/goals", GOAL | changes), 422, names=name)
    assert set(found["errors"]) == {name}


def test_every_wrong_field_is_named_at_once(world: World, caller: CallerOf) -> None:
    sent = {"importance": 9, "difficulty": "hard", "due_on": "soon", "colour": "red"}
    found = problem(caller(world.participant).post(f"/members/{world.member.public_id}/goals", sent), 422)
    assert set(found["errors"]) == {"statement", "importance", "difficulty", "due_on", "colour"}


def test_a_part_of_a_list_is_named(world: World, caller: CallerOf, session: Session) -> None:
    known = fill(session, world)
    marks = [{"membership_id": world.member.public_id, "status": "present"}, {"membership_id": 7, "status": "here"}]
    refused = caller(world.coach).post(f"/sessions/{known['session_id']}/attendance", {"marks": marks})
    found = problem(refused, 422)
    assert set(found["errors"]) == {"marks.1.membership_id", "marks.1.status"}


def test_a_field_that_comes_twice_is_named_wherever_it_is(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/sessions/{fill(session, world)['session_id']}/attendance"
    coach = caller(world.coach)
    twice = '{"marks": [{}, {"status": "present", "status": "absent"}], "marks": [{"status": "absent"}]}'
    found = problem(coach.post(path, data=twice, content_type=JSON), 400, code="malformed")
    assert found["errors"] == {"marks": ["Give this once."]}
    inner = '{"marks": [{}, {"status": "present", "status": "absent"}]}'
    found = problem(coach.post(path, data=inner, content_type=JSON), 400, code="malformed")
    assert found["errors"] == {"marks.1.status": ["Give this once."]}


def test_a_body_in_chunks_has_the_same_end(world: World, caller: CallerOf) -> None:
    refused = caller(world.participant).post(
        f"/members/{world.member.public_id}/goals",
        input_stream=io.BytesIO(b'{"statement": "' + b"x" * 2_000_000 + b'"}'),
        content_type=JSON,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    problem(refused, 413, code="too-large")


def test_the_place_in_a_broken_body_is_named(world: World, caller: CallerOf) -> None:
    refused = caller(world.participant).post(
        f"/members/{world.member.public_id}/goals", data=b'{\n "statement": }', content_type=JSON
    )
    assert "line 2" in problem(refused, 400, names="body")["detail"]


@pytest.mark.parametrize("query", ["a=1", "limit=5", "limit=5&limit=6", "%00=%00", "%ff=%fe"])
def test_an_address_without_arguments_takes_none(world: World, caller: CallerOf, query: str) -> None:
    problem(caller(world.participant).get(f"/me?{query}"), 422, code="invalid")


@pytest.mark.parametrize("name", ["", "0", "x" * 20, "0" * 19, "0" * 21, "%00" * 20, "%ff", "..", "0" * 5000])
def test_what_is_no_identifier_is_not_there(world: World, caller: CallerOf, name: str) -> None:
    response = caller(world.coach).get(f"/cohorts/{name}/members")
    problem(response, 404)


def test_a_method_that_is_not_there_says_which_are(world: World, caller: CallerOf) -> None:
    response = caller(world.coach).call("DELETE", f"/cohorts/{world.cohort.public_id}")
    problem(response, 405)
    assert {"GET", "PATCH"} <= set(response.headers["Allow"].split(", "))


def file(content: bytes = b"not a report", name: str = "report.csv") -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


def imports(me: Caller, path: str, **parts: Any) -> TestResponse:
    """Sends an upload from memory; the test client would leave a temporary file open."""
    boundary, content = encode_multipart(MultiDict(parts))
    return me.post(path, data=content, content_type=f"multipart/form-data; boundary={boundary}")


def test_an_upload_is_read_strictly(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/sessions/{fill(session, world)['session_id']}/imports"
    coach = caller(world.coach)
    session.commit()
    before = counts(session)

    problem(imports(coach, path), 422, names="file")
    problem(imports(coach, path, file="a text"), 422, names="file")
    problem(imports(coach, path, file=file()), 422, names="file")
    problem(imports(coach, path, file=file(b"")), 422, names="file")
    problem(imports(coach, path, file=file(b"\x00" * 1000)), 422, names="file")
    problem(imports(coach, path, file=[file(), file()]), 422, names="file")
    problem(imports(coach, path, file=file(), other=file()), 422, names="other")
    problem(imports(coach, path, file=file(), dry_run="perhaps"), 422, names="dry_run")
    problem(imports(coach, path, file=file(), dry_run=["true", "false"]), 422, names="dry_run")
    problem(imports(coach, path, file=file(), date_order="ymd"), 422, names="date_order")
    problem(imports(coach, path, file=file(), timezone="Mars/Olympus"), 422)
    problem(imports(coach, path, file=file(), colour="red"), 422, names="colour")
    problem(imports(coach, path, file=file(b"x" * 10_000_000)), 413)
    problem(imports(coach, path, file=file(b"x" * 5_900_000)), 422, names="file")
    problem(imports(coach, path, timezone="x" * 2_000_000, file=file()), 413)
    problem(coach.post(path, {"file": "text"}), 415, names="Content-Type")
    problem(coach.post(path, data=b"half", content_type="multipart/form-data; boundary=x"), 422, names="file")
    problem(coach.post(path, data=b"half", content_type="multipart/form-data"), 422, names="file")
    assert counts(session) == before
