"""Who is let in: a living token with the scope for the act, and everything else is refused alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import ApiToken, Person
from coaching.tokens import new_public_id
from tests import factories
from tests.blueprints.api.caller import SEEN, Caller, CallerOf, body, problem
from tests.worlds import World

TOKEN = {"label": "Script", "scopes": ["read"]}


def test_oneself(world: World, caller: CallerOf) -> None:
    found = body(caller(world.participant).get("/me"))
    assert found == {
        "id": world.participant.public_id,
        "name": "Participant Person",
        "email": world.participant.email,
        "timezone": "Europe/London",
        "is_administrator": False,
    }


def test_ones_own_places(world: World, caller: CallerOf) -> None:
    (found,) = body(caller(world.participant).get("/me/memberships"))["items"]
    assert found == {
        "id": world.member.public_id,
        "cohort_id": world.cohort.public_id,
        "cohort": world.cohort.name,
        "programme_id": world.programme.public_id,
        "role": "participant",
        "status": "active",
    }
    assert body(caller(world.administrator).get("/me/memberships"))["items"] == []


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer no-such-token", "Basic dTpw", "Bearer \xff"]
)
def test_no_token_no_answer(world: World, caller: CallerOf, authorization: str) -> None:
    response = caller().get("/me", headers={"Authorization": authorization})
    problem(response, 401)
    assert response.headers["WWW-Authenticate"].lower().startswith("bearer")


def test_a_browsers_session_is_no_token(world: World, caller: CallerOf) -> None:
    """No page of somebody else can make a browser act here: what it sends by itself counts for nothing."""
    me = caller(world.participant)
    with me.client.session_transaction() as kept:
        kept["_user_id"] = "whatever"
    me.token = None
    problem(me.get("/me"), 401)


def test_a_token_ends(world: World, caller: CallerOf, session: Session) -> None:
    changes = ({"expires_at": utc_now() - timedelta(seconds=1)}, {"revoked_at": utc_now()})
    for change in changes:
        me = caller(world.participant)
        body(me.get("/me"))
        session.execute(update(ApiToken).values(**change))
        problem(me.get("/me"), 401)
    me = caller(world.fellow)
    session.execute(update(Person).where(Person.id == world.fellow.id).values(suspended_at=utc_now()))
    problem(me.get("/me"), 401)


def test_a_token_does_what_its_scopes_say(world: World, caller: CallerOf) -> None:
    reader, writer = caller(world.participant, "read"), caller(world.participant, "write")
    path = f"/members/{world.member.public_id}/goals"
    body(reader.get(path))
    problem(reader.post(path, {"statement": "Launch"}), 403, code="scope")
    problem(reader.patch(f"/cohorts/{world.cohort.public_id}", {}, etag=SEEN), 403, code="scope")
    problem(writer.get(path), 403, code="scope")
    body(writer.post(path, {"statement": "Launch"}), 201)


def test_a_token_makes_lists_and_ends_tokens(world: World, caller: CallerOf, session: Session) -> None:
    me = caller(world.participant)
    made = body(me.post("/tokens", TOKEN | {"days": 5}), 201)
    assert (made["label"], made["scopes"], made["revoked_at"]) == ("Script", ["read"], None)
    assert made["secret"] not in session.scalars(select(ApiToken.secret_hash)).all()
    other = Caller(me.client, made["secret"])
    listed = body(other.get("/tokens"))["items"]
    assert [token["label"] for token in listed] == ["Script", "tests"]
    assert listed[0] == {name: value for name, value in made.items() if name != "secret"}
    gone = me.delete(f"/tokens/{made['id']}")
    assert (gone.status_code, gone.data) == (204, b"")
    problem(other.get("/tokens"), 401)
    assert body(me.get("/tokens"))["items"][0]["revoked_at"] is not None
    body(caller(world.coach).get("/me"))


def test_a_token_makes_none_that_may_do_more(world: World, caller: CallerOf, session: Session) -> None:
    writer = caller(world.participant, "write")
    body(writer.post("/tokens", TOKEN | {"scopes": ["write"]}), 201)
    for scopes in (["read"], ["read", "write"]):
        problem(writer.post("/tokens", TOKEN | {"scopes": scopes}), 403)
    assert len(session.scalars(select(ApiToken)).all()) == 2


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes.0"),
        ({"scopes": "read"}, "scopes"),
        ({"label": ""}, "label"),
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"secret": "mine"}, "secret"),
        ({"person_id": 1}, "person_id"),
    ],
)
def test_a_token_is_checked(world: World, caller: CallerOf, changes: dict[str, object], name: str) -> None:
    problem(caller(world.participant).post("/tokens", TOKEN | changes), 422, names=name)


def test_another_persons_token_is_not_there(world: World, caller: CallerOf, session: Session) -> None:
    caller(world.coach)
    theirs = session.scalars(select(ApiToken).where(ApiToken.person_id == world.coach.id)).one()
    me = caller(world.administrator)
    hidden = me.delete(f"/tokens/{theirs.public_id}")
    assert problem(hidden, 404) == problem(me.delete(f"/tokens/{new_public_id()}"), 404)
    session.refresh(theirs)
    assert theirs.revoked_at is None


def test_what_is_not_ones_own_is_answered_like_what_is_not_there(
    world: World, caller: CallerOf, session: Session
) -> None:
    """Byte for byte, and for every thing that has an address of its own."""
    goal = factories.make_goal(session, world.member)
    project = factories.make_project(session, world.cohort)
    held = factories.make_session(session, world.cohort)
    stranger = caller(world.outsider)
    ours = {
        "programmes": world.programme,
        "cohorts": world.cohort,
        "members": world.member,
        "goals": goal,
        "projects": project,
        "sessions": held,
    }
    for noun, row in ours.items():
        hidden, missing = stranger.get(f"/{noun}/{row.public_id}"), stranger.get(f"/{noun}/{new_public_id()}")
        assert (hidden.status_code, hidden.data) == (404, missing.data)
        assert dict(hidden.headers) == dict(missing.headers)


def test_answers_are_not_stored_on_the_way(world: World, caller: CallerOf) -> None:
    response = caller(world.participant).get("/me")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
