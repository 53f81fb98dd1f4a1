"""Whatever the OpenAPI document allows, and whatever it does not, is answered as it says: never by a fault.

schemathesis makes the requests from the document, with the identifiers of things that are there, and sends them as an
administrator, a coach and a participant. The seed is fixed, so that a run says the same twice. With
COACHING_TEST_FUZZ=10 it sends ten times as much.
"""

from __future__ import annotations

import os
import zlib
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
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
from tests.worlds import World

FACTOR = int(os.environ.get("COACHING_TEST_FUZZ", "1"))
EXAMPLES = {GenerationMode.POSITIVE: 6 * FACTOR, GenerationMode.NEGATIVE: 4 * FACTOR}
STRICT = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(EXAMPLES))
def test_every_operation_answers_as_documented(
    app: Flask, world: World, session: Session, mode: GenerationMode
) -> None:
    known = fill(session, world) | {"timezone": "Europe/London", "email": "somebody@example.org"}
    known |= {"membership_id": known["member_id"], "pair_with": known["member_id"]}
    people = (world.administrator, world.coach, world.participant)
    tokens = [make_token(session, person) for person in people]
    session.commit()
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) > 50
    for operation in operations:
        _fuzz(operation, known, tokens, mode, app.test_client())


def _fuzz(operation: Any, known: dict[str, str], tokens: list[str], mode: GenerationMode, client: FlaskClient) -> None:
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
        token=st.sampled_from(tokens),
        is_known=st.sampled_from([True, True, True, False]),
        etag=st.sampled_from([SEEN, SEEN, '"old"', "*", None]),
    )
    def send(case: Case, token: str, is_known: bool, etag: str | None) -> None:
        if is_known:
            case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
                case.body |= {name: known[name] for name in case.body if name in known}
        headers = {"Authorization": f"Bearer {token}"} | ({"If-Match": etag} if etag else {})
        if etag == SEEN and is_known and case.method == "PATCH":
            headers["If-Match"] = client.get(case.formatted_path, headers=headers).headers.get("ETag", etag)
        response = case.call(headers=headers)
        case.validate_response(response, checks=STRICT)

    send()
