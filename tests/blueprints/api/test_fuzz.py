"""Whatever the OpenAPI document allows, and whatever it does not, is answered as it says: never by a fault.

schemathesis makes the requests from the document, with the identifiers of things that are there, and sends them as an
administrator, a coach and a participant. The seed is fixed, so that a run says the same twice. With
COACHING_TEST_FUZZ=10 it sends ten times as much.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from tests.blueprints.api.caller import SEEN, make_token
from tests.blueprints.api.filling import fill
from tests.conftest import skip_or_fail
from tests.databases import ENGINES, Database, Databases
from tests.postgres import NoServerError
from tests.turns import share_of
from tests.worlds import make_world

FACTOR = int(os.environ.get("COACHING_TEST_FUZZ", "1"))
EXAMPLES = {GenerationMode.POSITIVE: 4 * FACTOR, GenerationMode.NEGATIVE: 3 * FACTOR}
STRICT = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass
class Side:
    """The product on one engine, with what is there and who asks."""

    engine_name: str
    app: Flask
    client: FlaskClient
    known: dict[str, str]
    tokens: list[str]


@pytest.fixture
def sides(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[list[Side]]:
    """Both engines at once: to make a request takes longer than to answer it, so each is made once and sent to both."""
    try:
        standing = {name: databases.standing(name) for name in ENGINES}
    except NoServerError as error:
        skip_or_fail(str(error))
        raise
    yield [_side(name, database, make_app(database_url=_url(database))) for name, database in standing.items()]
    for database in standing.values():
        database.clean()


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def _side(engine_name: str, database: Database, app: Flask) -> Side:
    with Session(database.engine) as session, session.begin():
        world = make_world(session)
        known = fill(session, world) | {"timezone": "Europe/London", "email": "somebody@example.org"}
        known |= {"membership_id": known["member_id"], "pair_with": known["member_id"]}
        tokens = [make_token(session, person) for person in (world.administrator, world.coach, world.participant)]
    return Side(engine_name, app, app.test_client(), known, tokens)


@pytest.mark.parametrize("mode", list(EXAMPLES))
def test_every_operation_answers_as_documented(sides: list[Side], mode: GenerationMode) -> None:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", sides[0].app)
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) > 50
    for operation in share_of(mode.value, operations, parts=5):
        _fuzz(operation, sides, mode)


def _fuzz(operation: Any, sides: list[Side], mode: GenerationMode) -> None:
    name = operation.definition.raw["operationId"]

    @seed(zlib.crc32(name.encode()))
    @settings(
        max_examples=EXAMPLES[mode],
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        who=st.sampled_from(range(len(sides[0].tokens))),
        is_known=st.sampled_from([True, True, True, False]),
        etag=st.sampled_from([SEEN, SEEN, '"old"', "*", None]),
    )
    def send(case: Case, who: int, is_known: bool, etag: str | None) -> None:
        for side in sides:
            note(f"On {side.engine_name}.")
            if is_known:
                _name_what_is_there(case, side.known, in_body=mode is GenerationMode.POSITIVE)
            headers = {"Authorization": f"Bearer {side.tokens[who]}"} | ({"If-Match": etag} if etag else {})
            if etag == SEEN and is_known and case.method == "PATCH":
                seen = side.client.get(case.formatted_path, headers=headers)
                headers["If-Match"] = seen.headers.get("ETag", etag)
            response = case.call(headers=headers, app=side.app)
            case.validate_response(response, checks=STRICT)

    send()


def _name_what_is_there(case: Case, known: dict[str, str], *, in_body: bool) -> None:
    case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
    if in_body and isinstance(case.body, dict):
        case.body |= {name: known[name] for name in case.body if name in known}
