"""The outbox and the status over the API, for administrators."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Message, MessageKind, MessageState
from tests.blueprints.api.caller import PREFIX, CallerOf, body, problem
from tests.blueprints.api.filling import fill
from tests.factories import NOW
from tests.worlds import World


def test_messages_are_listed_without_what_they_say(world: World, caller: CallerOf, session: Session) -> None:
    known = fill(session, world)
    admin = caller(world.administrator)
    (line,) = body(admin.get("/messages"))["items"]
    assert (line["id"], line["state"], line["recipient"]) == (known["message_id"], "unknown", "Participant Person")
    assert not {"facts", "secret", "wire", "claim_token"} & set(line)
    assert body(admin.get("/messages?state=sent"))["items"] == []
    shown = body(admin.get(f"/messages/{known['message_id']}"))
    assert shown == {name: line[name] for name in shown}


def test_the_list_goes_on(world: World, caller: CallerOf, session: Session) -> None:
    for number in range(5):
        session.add(
            Message(
                kind=MessageKind.INVITATION,
                subject_id=number,
                recipient_id=world.participant.id,
                address="a@example.org",
                facts={},
                message_id=f"<{number}@coaching.internal>",
                due_at=NOW,
                created_at=NOW,
            )
        )
    admin, seen, path = caller(world.administrator), [], "/messages?limit=2&state=due"
    while path:
        page = body(admin.get(path))
        seen += [row["id"] for row in page["items"]]
        path = (page["next"] or "").removeprefix(PREFIX)
    assert len(set(seen)) == 5


def test_a_message_of_unknown_fate_is_sent_again(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/messages/{fill(session, world)['message_id']}/resend"
    admin = caller(world.administrator)
    assert body(admin.post(path))["state"] == "due"
    problem(admin.post(path), 409)
    assert session.scalars(select(Message.state)).one() == MessageState.DUE


def test_a_message_of_unknown_fate_is_left_as_it_is(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/messages/{fill(session, world)['message_id']}/leave"
    admin = caller(world.administrator)
    found = body(admin.post(path))
    assert (found["state"], bool(found["left_at"])) == ("unknown", True)
    problem(admin.post(path), 409)


def test_it_is_for_administrators(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/messages/{fill(session, world)['message_id']}"
    for person in (world.coordinator, world.coach, world.participant, world.outsider):
        me = caller(person)
        for address in ("/messages", path, "/status"):
            problem(me.get(address), 404)
        problem(me.post(f"{path}/resend"), 404)
        problem(me.post(f"{path}/leave"), 404)


def test_the_status(world: World, caller: CallerOf, session: Session) -> None:
    fill(session, world)
    found = body(caller(world.administrator).get("/status"))
    assert (found["messages"]["unknown"], found["unknown_messages"], found["check_ins"]["asked"]) == (1, 1, 1)
    assert found["schema"]
    assert found["schedulers"] == []
