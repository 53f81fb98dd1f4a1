"""The inbox over the API: one's own, page by page, marked as read."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.blueprints.api.caller import CallerOf, body, problem
from tests.services.test_inbox import put
from tests.worlds import World


def test_an_inbox_is_read_page_by_page_and_marked(session: Session, world: World, caller: CallerOf) -> None:
    items = [put(session, world.participant, number) for number in range(3)]
    stranger = put(session, world.coach, 9)
    session.commit()
    me = caller(world.participant)
    first = body(me.get("/me/inbox?limit=2"))
    assert [line["title"] for line in first["items"]] == ["Item 2", "Item 1"]
    rest = body(me.get(first["next"].removeprefix("/api/v1")))
    assert ([line["title"] for line in rest["items"]], rest["next"]) == (["Item 0"], None)
    assert me.post(f"/me/inbox/{items[0].public_id}/read").status_code == 204
    problem(me.post(f"/me/inbox/{stranger.public_id}/read"), 404)
    assert body(me.post("/me/inbox/read", {"newest": items[1].public_id})) == {"marked": 1}
    assert body(me.post("/me/inbox/read")) == {"marked": 1}
    lines = body(me.get("/me/inbox"))["items"]
    assert all(line["read_at"] for line in lines)
    assert set(lines[0]) == {"id", "kind", "title", "text", "path", "created_at", "read_at"}
