"""How long before a session a cohort's people are reminded: chosen in the form of the cohort, and over the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.models import Cohort
from tests.blueprints.api.caller import SEEN, Caller, body, make_token, problem
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.worlds import World


def typed(cohort: Cohort, *minutes: str, **values: str) -> dict[str, Any]:
    """The form of the cohort as a browser sends it: the empty field tells it from one that does not ask."""
    names = (
        "name",
        "description",
        "starts_on",
        "ends_on",
        "timezone",
        "present_percent",
        "partial_percent",
        "late_minutes",
    )
    standing = {name: str(getattr(cohort, name)) for name in names}
    return standing | {"version": str(cohort.version), "reminder_minutes": ["", *minutes]} | values


def ticked(page: TestResponse) -> set[str]:
    """The reminders that are ticked."""
    boxes = re.findall(r'<input type="checkbox"[^>]* name="reminder_minutes" value="(\d+)"( checked)?', page.text)
    return {value for value, is_ticked in boxes if is_ticked}


def test_the_form_offers_and_keeps_what_is_chosen(session: Session, browse: Browse, world: World) -> None:
    coach, path = browse(world.coach), f"/cohorts/{world.cohort.public_id}/edit"
    page = coach.get(path)
    assert ticked(page) == {"1440", "60"}
    assert "Who says that they cannot come is not reminded." in words(page)
    landed(coach.post(path, typed(world.cohort, "10080", "15")), f"/cohorts/{world.cohort.public_id}")
    session.expire_all()
    assert world.cohort.reminder_minutes == [10080, 15]
    assert ticked(coach.get(path)) == {"10080", "15"}
    landed(coach.post(path, typed(world.cohort)), f"/cohorts/{world.cohort.public_id}")
    session.expire_all()
    assert world.cohort.reminder_minutes == []


def test_a_refused_form_keeps_what_was_ticked(session: Session, browse: Browse, world: World) -> None:
    coach, path = browse(world.coach), f"/cohorts/{world.cohort.public_id}/edit"
    page = coach.post(path, typed(world.cohort, "2880", ends_on="1999-01-01"))
    refused(page, 422)
    assert ticked(page) == {"2880"}
    assert fields(page)["ends_on"] == "1999-01-01"
    session.expire_all()
    assert world.cohort.reminder_minutes == [1440, 60]


@pytest.mark.parametrize("minutes", [("soon",), ("4",), ("20161",), ("-60",), ("5", "6", "7", "8", "9", "10")])
def test_nonsense_is_refused_at_its_field(
    session: Session, browse: Browse, world: World, minutes: tuple[str, ...]
) -> None:
    path = f"/cohorts/{world.cohort.public_id}/edit"
    page = browse(world.coach).post(path, typed(world.cohort, *minutes))
    refused(page, 422, "Remind everyone of a session: ")
    assert 'href="#field-reminder_minutes"' in page.text
    session.expire_all()
    assert world.cohort.reminder_minutes == [1440, 60]


def test_a_program_chooses_any_span(session: Session, browse: Browse, world: World, new_client: Any) -> None:
    program = Caller(new_client(), make_token(session, world.coach))
    path = f"/cohorts/{world.cohort.public_id}"
    assert body(program.get(path))["reminder_minutes"] == [1440, 60]
    kept = body(program.patch(path, {"reminder_minutes": [45, 720, 45]}, etag=SEEN))
    assert kept["reminder_minutes"] == [720, 45]
    assert body(program.patch(path, {"name": "Another"}, etag=SEEN))["reminder_minutes"] == [720, 45]
    for wrong in ("60", [60.5], [None], [4], list(range(10, 16))):
        refusal = problem(program.patch(path, {"reminder_minutes": wrong}, etag=SEEN), 422)
        assert any(name.startswith("reminder_minutes") for name in refusal["errors"]), refusal
    page = browse(world.coach).get(f"{path}/edit")
    assert ticked(page) == {"720", "45"}
    assert "12 h before" in words(page)
