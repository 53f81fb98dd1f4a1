"""A list of people over the API: looked at, brought in once, listed, taken back."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.test import TestResponse

from tests.blueprints.api.caller import Caller, CallerOf, body, problem
from tests.worlds import World

LIST = b"Name,E-mail,As\nNia New,nia@example.net,\nCo Coach,co@example.net,coach\nno,nowhere,\n"


def bring(me: Caller, world: World, content: bytes = LIST, **more: Any) -> TestResponse:
    data = {"file": (io.BytesIO(content), "people.csv"), **more}
    return me.post(f"/cohorts/{world.cohort.public_id}/people-imports", data=data)


def test_a_list_is_looked_at_brought_in_once_and_taken_back(world: World, caller: CallerOf) -> None:
    me = caller(world.coach)
    seen = body(bring(me, world, dry_run="true"))
    assert (seen["id"], seen["columns"]["email"], seen["counts"]) == (
        None, "E-mail", {"new": 1, "known": 0, "review": 0, "left_out": 2},
    )  # fmt: skip
    assert [row["outcome"] for row in seen["rows"]] == ["new", "left_out", "left_out"]
    made = body(bring(me, world), 201)
    assert body(bring(me, world))["id"] == made["id"]
    listed = body(me.get(f"/cohorts/{world.cohort.public_id}/people-imports"))["items"]
    assert [(one["id"], one["counts"]["new"]) for one in listed] == [(made["id"], 1)]
    undone = body(me.post(f"/people-imports/{made['id']}/undo"))
    assert (undone["state"], undone["rows"][0]["reason"][:9]) == ("undone", "Taken out")
    assert body(me.get(f"/people-imports/{made['id']}"))["state"] == "undone"
    # It is no report of a session.
    problem(me.get(f"/imports/{made['id']}"), 404)


def test_what_the_file_does_not_say_is_asked_by_field(world: World, caller: CallerOf) -> None:
    me = caller(world.coach)
    assert body(bring(me, world, b"Wer,Wo\nNia,nia@example.net\n", dry_run="true"))["asks"] == ["columns"]
    errors = problem(bring(me, world, b"Wer,Wo\nNia,nia@example.net\n"), 422)["errors"]
    assert list(errors) == ["columns"]
    assert "file" in problem(bring(me, world, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99), 422)["errors"]
    assert body(bring(me, world, b"Wer,Wo\nNia,nia@example.net\n", column_email="Wo", column_name="Wer"), 201)
