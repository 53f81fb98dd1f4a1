"""No form is taken from elsewhere: each needs the CSRF token of the session that sends it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.recipes import FORMS, request_options
from tests.security.stage import Answer, Stage
from tests.security.table import ROWS, WITHOUT_CSRF
from tests.security.test_mass_assignment import ROW_BY_ENDPOINT, doer

TOKENS: dict[str, str | None] = {
    "none": None,
    "empty": "",
    "nonsense": "nonsense",
    "unsigned": "0" * 40,
}


def send(stage: Stage, endpoint: str, token: str | None, **extra: Any) -> Answer:
    """The form as somebody who may send it would, with this token in place of the right one."""
    row, here = ROW_BY_ENDPOINT[endpoint], stage.world.here
    who = stage.identities[doer(row)]
    headers = {"Cookie": who.to_pages["Cookie"]} | ({"X-CSRFToken": token} if token is not None else {})
    options = request_options(endpoint, here, **extra)
    with stage.watched() as answer:
        answer.response = stage.client.open(row.path(stage, here), method="POST", headers=headers, **options)
    return answer


@pytest.mark.parametrize("endpoint", sorted(set(FORMS) - WITHOUT_CSRF))
def test_a_form_without_its_own_token_is_refused(stage: Stage, endpoint: str) -> None:
    another_sessions = stage.csrf_token("1" * 40)
    for name, token in (TOKENS | {"another session's": another_sessions}).items():
        answer = send(stage, endpoint, token)
        assert (answer.status, answer.kept) == (400, None), name
        assert "The form had expired" in answer.response.text


@pytest.mark.parametrize("endpoint", sorted(set(FORMS) - WITHOUT_CSRF))
def test_the_token_in_the_form_itself_is_taken(stage: Stage, endpoint: str) -> None:
    assert send(stage, endpoint, None, csrf_token=stage.csrf_token()).kind in {"ok", "in"}
    assert send(stage, endpoint, None, csrf_token=stage.csrf_token("1" * 40)).status == 400


# In the world nobody has asked not to be asked any more, nor switched a kind of mail off.
NOTHING_TO_TAKE_BACK = {"follow_up_links.take_back", "unsubscribing.switch_on"}


@pytest.mark.parametrize("endpoint", sorted(WITHOUT_CSRF))
def test_a_link_is_answered_without_a_token(stage: Stage, endpoint: str) -> None:
    here = stage.world.here
    with stage.watched() as answer:
        answer.response = stage.client.post(stage.path(endpoint, here), **request_options(endpoint, here))
    assert answer.status == 303
    assert answer.kept or endpoint in NOTHING_TO_TAKE_BACK


def test_the_api_alone_takes_no_token(stage: Stage) -> None:
    """A page that writes without being in FORMS would have no test of its own here."""
    pages = {
        row.endpoint for row in ROWS if stage.method(row.endpoint) != "GET" and not row.endpoint.startswith("api_")
    }
    assert pages == set(FORMS)
