"""`Idempotency-Key`: the same POST again is answered as the first time, and acts once, however it comes."""

from __future__ import annotations

import base64
import io
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.errors import Conflict
from coaching.models import ApiToken, Goal, IdempotencyKey
from coaching.services.idempotency import claim_key
from tests import factories
from tests.blueprints.api.caller import SEEN, Caller, CallerOf, body, make_token, problem
from tests.worlds import World

KEY = {"Idempotency-Key": "one-launch"}
GOAL = {"statement": "Launch a course with my team"}


def count(session: Session, model: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def same(first: TestResponse, second: TestResponse) -> bool:
    headers = ("Content-Type", "ETag", "Location")
    return (first.status_code, first.data, [first.headers.get(name) for name in headers]) == (
        second.status_code,
        second.data,
        [second.headers.get(name) for name in headers],
    )


def test_the_same_again_gets_the_same_answer(world: World, caller: CallerOf, session: Session) -> None:
    me, path = caller(world.participant), f"/members/{world.member.public_id}/goals"
    first = me.post(path, GOAL, headers=KEY)
    body(first, 201)
    assert "Idempotency-Replayed" not in first.headers
    assert {"ETag", "Location"} <= set(first.headers.keys())
    second = me.post(path, GOAL, headers=KEY)
    assert same(first, second)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(session, Goal) == 1


def test_without_a_key_it_acts_again(world: World, caller: CallerOf, session: Session) -> None:
    me, path = caller(world.participant), f"/members/{world.member.public_id}/goals"
    for key in ({}, {}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "b"}):
        assert "Idempotency-Replayed" not in me.post(path, GOAL, headers=key).headers
    assert count(session, Goal) == 4


def test_a_key_is_for_one_request(world: World, caller: CallerOf, session: Session) -> None:
    me, path = caller(world.participant), f"/members/{world.member.public_id}/goals"
    body(me.post(path, GOAL, headers=KEY), 201)
    problem(me.post(path, GOAL | {"why": "For them"}, headers=KEY), 422, code="body-changed", names="Idempotency-Key")
    problem(me.post(f"{path}?again=1", GOAL, headers=KEY), 422, code="body-changed")
    elsewhere = f"/cohorts/{world.cohort.public_id}/projects"
    problem(me.post(elsewhere, {"title": "A course"}, headers=KEY), 422, code="body-changed")
    assert count(session, Goal) == 1


def test_a_key_is_ones_own(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/cohorts/{world.cohort.public_id}/projects"
    callers = {person.name: caller(person) for person in (world.participant, world.fellow, world.coach)}
    for replayed in (None, "true"):
        for name, me in callers.items():
            made = me.post(path, {"title": f"A course of {name}"}, headers=KEY)
            assert body(made, 201)["title"] == f"A course of {name}"
            assert made.headers.get("Idempotency-Replayed") == replayed


def test_a_refusal_is_not_kept(world: World, caller: CallerOf, session: Session) -> None:
    me, path = caller(world.participant), f"/members/{world.member.public_id}/goals"
    problem(me.post(path, {"statement": ""}, headers=KEY), 422, names="statement")
    assert count(session, IdempotencyKey) == 0
    body(me.post(path, GOAL, headers=KEY), 201)
    assert count(session, Goal) == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a\tb", "caf\xe9"])
def test_a_key_that_cannot_be_used_is_refused(world: World, caller: CallerOf, key: str, session: Session) -> None:
    refused = caller(world.participant).post(
        f"/members/{world.member.public_id}/goals", GOAL, headers={"Idempotency-Key": key}
    )
    problem(refused, 422, names="Idempotency-Key")
    assert count(session, Goal) == 0


def test_two_at_once_act_once(world: World, session: Session, app: Flask) -> None:
    token = make_token(session, world.participant)
    path = f"/api/v1/members/{world.member.public_id}/goals"
    session.commit()
    start = Barrier(6)
    answers: list[TestResponse] = []

    def send() -> None:
        client = app.test_client()
        start.wait()
        answers.append(client.post(path, json=GOAL, headers={"Authorization": f"Bearer {token}", **KEY}))

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 6
    assert all(same(answers[0], answer) for answer in answers)
    assert sorted("Idempotency-Replayed" in answer.headers for answer in answers) == [False] + [True] * 5
    assert answers[0].status_code == 201
    assert count(session, Goal) == 1


def test_a_new_token_is_given_again_and_stored_nowhere(world: World, caller: CallerOf, session: Session) -> None:
    me = caller(world.participant)
    first = me.post("/tokens", {"label": "Script", "scopes": ["read"]}, headers=KEY)
    secret = body(first, 201)["secret"]
    assert same(first, me.post("/tokens", {"label": "Script", "scopes": ["read"]}, headers=KEY))
    assert count(session, ApiToken) == 2
    kept = session.scalars(select(IdempotencyKey)).one()
    assert secret not in (kept.body or "")
    assert secret.encode() not in base64.b64decode(kept.body or "")


def test_another_token_does_not_get_the_answer(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/members/{world.member.public_id}/goals"
    body(caller(world.participant).post(path, GOAL, headers=KEY), 201)
    problem(caller(world.participant).post(path, GOAL, headers=KEY), 422, code="body-changed")


def test_an_upload_is_the_same_whatever_stands_between_its_parts(
    world: World, caller: CallerOf, session: Session, samples: Any
) -> None:
    coach = caller(world.coach)
    held = factories.make_session(session, world.cohort)
    report = (samples / "zoom_participants.csv").read_bytes()

    def send(**more: str) -> TestResponse:
        data = {"file": (io.BytesIO(report), "report.csv"), "anyway": "true", **more}
        return coach.post(f"/sessions/{held.public_id}/imports", data=data, headers=KEY)

    first = send()
    body(first, 201)
    assert same(first, send())
    problem(send(timezone="Asia/Tokyo"), 422, code="body-changed")


def test_a_key_that_is_forgotten_is_free(world: World, caller: CallerOf, session: Session) -> None:
    me, path = caller(world.participant), f"/members/{world.member.public_id}/goals"
    body(me.post(path, GOAL, headers=KEY), 201)
    session.execute(delete(IdempotencyKey))
    assert "Idempotency-Replayed" not in me.post(path, GOAL, headers=KEY).headers
    assert count(session, Goal) == 2


def test_a_key_whose_row_goes_at_that_moment_is_a_conflict(world: World, session: Session, now: Any) -> None:
    """A row without an answer can only be one that is being taken away or was never finished."""
    session.add(IdempotencyKey(person_id=world.coach.id, key="k", fingerprint="f", created_at=now))
    session.flush()
    actor = factories.actor_of(session, world.coach)
    with pytest.raises(Conflict):
        claim_key(session, "k", actor=actor, fingerprint="f", secret="s", now=now)


def test_other_methods_take_no_notice_of_a_key(world: World, caller: CallerOf, session: Session) -> None:
    coach: Caller = caller(world.coach)
    path = f"/cohorts/{world.cohort.public_id}"
    for name in ("One", "Two"):
        assert body(coach.patch(path, {"name": name}, etag=SEEN, headers=KEY))["name"] == name
    assert count(session, IdempotencyKey) == 0
