"""The chat address over the API: given, tried out, removed, and in no answer."""

from __future__ import annotations

from tests.blueprints.api.caller import CallerOf, body, problem
from tests.worlds import World

TOKEN = "abcdefghij0123456789"
WEBHOOK = {"address": f"https://chat.example.org/hooks/{TOKEN}", "label": "My own channel"}


def test_an_address_is_given_tried_out_and_removed(world: World, caller: CallerOf) -> None:
    me = caller(world.participant)
    problem(me.get("/me/chat"), 404)
    problem(me.put("/me/chat", {"address": "https://localhost/hooks/abcdefghij012"}), 422, names="address")
    given = body(me.put("/me/chat", WEBHOOK))
    assert given == body(me.get("/me/chat"))
    assert set(given) == {"label", "created_at", "last_outcome", "last_at", "last_detail"}
    assert TOKEN not in str(given)
    assert me.post("/me/chat/test").status_code == 202
    problem(me.post("/me/chat/test"), 409)
    assert me.delete("/me/chat").status_code == 204
    problem(me.delete("/me/chat"), 404)
    problem(caller(world.fellow).get("/me/chat"), 404)
