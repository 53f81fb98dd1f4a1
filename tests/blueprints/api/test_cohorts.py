"""Cohorts over the API: opened, listed page by page, read, edited."""

from __future__ import annotations

from datetime import date
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.models import Cohort, CohortKind
from coaching.tokens import new_public_id
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, Caller, CallerOf, body, problem
from tests.worlds import World

NEW = {
    "name": "Autumn",
    "kind": "formal",
    "timezone": "Europe/London",
    "starts_on": "2026-09-07",
    "ends_on": "2026-12-07",
}


def test_a_coordinator_opens_a_cohort(world: World, caller: CallerOf, session: Session) -> None:
    coordinator = caller(world.coordinator)
    response = coordinator.post(f"/programmes/{world.programme.public_id}/cohorts", NEW)
    made = body(response, 201)
    assert made | NEW == made
    assert made["programme_id"] == world.programme.public_id
    assert response.headers["Location"] == f"{PREFIX}/cohorts/{made['id']}"
    shown = coordinator.get(f"/cohorts/{made['id']}")
    assert body(shown) == made
    assert shown.headers["ETag"] == response.headers["ETag"]
    assert session.scalars(select(Cohort.name).where(Cohort.public_id == made["id"])).one() == "Autumn"


def test_a_participant_opens_none(world: World, caller: CallerOf, session: Session) -> None:
    problem(caller(world.participant).post(f"/programmes/{world.programme.public_id}/cohorts", NEW), 404)
    assert len(session.scalars(select(Cohort)).all()) == 2


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": 5}, "name"),
        ({"kind": "informal"}, "kind"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"starts_on": "7 September"}, "starts_on"),
        ({"starts_on": 20260907}, "starts_on"),
        ({"ends_on": "2026-09-01"}, "ends_on"),
        ({"id": "0" * 20}, "id"),
        ({"version": 3}, "version"),
        ({"programme_id": "0" * 20}, "programme_id"),
    ],
)
def test_what_cannot_be_used_is_named(world: World, caller: CallerOf, changes: dict[str, object], name: str) -> None:
    refused = caller(world.coordinator).post(f"/programmes/{world.programme.public_id}/cohorts", NEW | changes)
    problem(refused, 422, names=name)


def test_the_list_goes_on_page_by_page(world: World, caller: CallerOf, session: Session) -> None:
    for number in range(5):
        factories.make_cohort(session, world.programme, name=f"Page {number}", starts_on=date(2026, 1, 5 + number))
    coach = caller(world.coordinator)
    seen, path = [], f"/cohorts?text=page&limit=2&programme={world.programme.public_id}"
    while path:
        response = coach.get(path)
        found = body(response)
        seen += [cohort["name"] for cohort in found["items"]]
        assert (found["next"] is not None) == ("Link" in response.headers)
        if found["next"]:
            assert response.headers["Link"] == f'<{found["next"]}>; rel="next"'
            assert parse_qs(urlsplit(found["next"]).query)["limit"] == ["2"]
        path = (found["next"] or "").removeprefix(PREFIX)
    assert seen == [f"Page {number}" for number in (4, 3, 2, 1, 0)]


def test_the_list_is_narrowed(world: World, caller: CallerOf, session: Session) -> None:
    factories.make_cohort(session, world.programme, kind=CohortKind.FORMAL, name="Formal one")
    coordinator = caller(world.coordinator)
    assert [one["name"] for one in body(coordinator.get("/cohorts?kind=formal"))["items"]] == ["Formal one"]
    assert len(body(coordinator.get("/cohorts?state=past"))["items"]) == 2
    assert body(coordinator.get("/cohorts?state=future"))["items"] == []
    assert body(coordinator.get(f"/cohorts?programme={new_public_id()}")) == {"items": [], "next": None}


def test_everybody_lists_what_is_theirs(world: World, caller: CallerOf) -> None:
    for person in (world.coach, world.participant, world.observer, world.coordinator):
        (found,) = body(caller(person).get("/cohorts"))["items"]
        assert found["id"] == world.cohort.public_id
        assert found["participants"] == 2
    (other,) = body(caller(world.outsider).get("/cohorts"))["items"]
    assert other["id"] != world.cohort.public_id
    assert body(caller(world.outsider).get(f"/cohorts?programme={world.programme.public_id}"))["items"] == []
    assert len(body(caller(world.administrator).get("/cohorts"))["items"]) == 2


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=5&limit=6", "limit"),
        ("after=%00", "after"),
        ("after=00000000000000000000", "after"),
        ("kind=other", "kind"),
        ("kind=formal&kind=coaching", "kind"),
        ("state=gone", "state"),
        ("text=a%00b", "text"),
        ("programme=5", "programme"),
        ("sort=name", "sort"),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(world: World, caller: CallerOf, query: str, name: str) -> None:
    problem(caller(world.coach).get(f"/cohorts?{query}"), 422, names=name)


def test_an_edit_names_the_version_that_it_changes(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}"
    first = coach.get(path)
    etag = first.headers["ETag"]
    problem(coach.patch(path, {"name": "New name"}), 428, names="If-Match")
    changed = coach.patch(path, {"name": "New name"}, etag=etag)
    assert body(changed) == body(first) | {"name": "New name", "version": 2}
    assert changed.headers["ETag"] == coach.get(path).headers["ETag"] != etag
    problem(coach.patch(path, {"name": "Newer name"}, etag=etag), 412, code="stale")
    assert body(coach.get(path))["name"] == "New name"
    etag = coach.get(path).headers["ETag"]
    anything = problem(coach.patch(path, {"name": "Newer name"}, etag="*"), 428, names="If-Match", code="no-condition")
    assert "names no version" in anything["detail"]
    weak = problem(coach.patch(path, {"name": "Newer name"}, etag=f"W/{etag}"), 412, code="stale")
    assert "W/" in weak["detail"]
    assert coach.patch(path, {"name": "Newer name"}, etag=f'"other", {etag}').status_code == 200


def test_what_did_not_change_is_not_sent_again(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}"
    etag = coach.get(path).headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = coach.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert coach.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    body(coach.patch(path, {"name": "New name"}, etag=etag))
    assert coach.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"kind": "formal"}, "kind"),
        ({"id": "0" * 20}, "id"),
        ({"partial_percent": 76}, "partial_percent"),
        ({"present_percent": 50, "partial_percent": 51}, "partial_percent"),
        ({"present_percent": 101}, "present_percent"),
        ({"present_percent": 0}, "present_percent"),
        ({"late_minutes": -1}, "late_minutes"),
        ({"late_minutes": 1.5}, "late_minutes"),
    ],
)
def test_an_edit_is_checked(world: World, caller: CallerOf, changes: dict[str, object], name: str) -> None:
    problem(caller(world.coach).patch(f"/cohorts/{world.cohort.public_id}", changes, etag=SEEN), 422, names=name)


def test_who_may_edit_a_cohort(world: World, caller: CallerOf) -> None:
    path = f"/cohorts/{world.cohort.public_id}"
    for person in (world.coach, world.coordinator, world.administrator):
        assert caller(person).patch(path, {"description": str(person.id)}, etag=SEEN).status_code == 200
    for person in (world.participant, world.observer):
        problem(caller(person).patch(path, {"description": "mine"}, etag=SEEN), 403)
    hidden = problem(caller(world.outsider).patch(path, {"description": "mine"}, etag=SEEN), 404)
    missing = problem(caller(world.outsider).patch(f"/cohorts/{new_public_id()}", {}, etag=SEEN), 404)
    assert hidden == missing


def test_of_two_edits_at_once_the_second_is_stale(app: Flask, world: World, caller: CallerOf, session: Session) -> None:
    """The second has passed the check of its version when the first is kept: the database tells them apart."""
    path = f"/cohorts/{world.cohort.public_id}"
    first = caller(world.coach)
    etag = first.get(path).headers["ETag"]
    second = Caller(app.test_client(), first.token)
    world.cohort.name = "The first's name"
    session.flush()
    answers: list[TestResponse] = []
    thread = Thread(target=lambda: answers.append(second.patch(path, {"name": "The second's"}, etag=etag)))
    thread.start()
    thread.join(0.5)
    session.commit()
    thread.join(30)
    problem(answers[0], 412, code="stale")
    assert body(first.get(path))["name"] == "The first's name"
