"""Delivery: what each outcome makes of a message, and that nothing is held up, lost or doubled on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from coaching.channels.base import Outcome, Verdict
from coaching.models import Capability, Message, MessageKind, MessageState, Purpose
from coaching.services.capabilities import issue_capability
from coaching.services.delivery import Circuit, SendingRules, send_due_messages
from coaching.services.letter_links import LINK_PATHS
from coaching.services.outbox import cancel_messages
from tests.factories import NOW, make_person
from tests.services.outbox_rows import Clock, ObedientChannel, deliveries, make_message, make_office, states

SECRET = "s" * 43


def outcome(verdict: Verdict, detail: str = "the server's words") -> Outcome:
    return Outcome(verdict, detail)


def send(engine: Engine, session: Session, channel: ObedientChannel, clock: Clock | None = None) -> dict[str, int]:
    session.commit()
    return dict(send_due_messages(make_office(engine, channel, clock or Clock())))


def test_what_is_due_is_sent_once(engine: Engine, session: Session) -> None:
    messages = [make_message(session) for _ in range(3)]
    channel = ObedientChannel()
    assert send(engine, session, channel) == {"sent": 3}
    assert send(engine, session, channel) == {}
    assert [number for _to, number, _wire in channel.sent] == [message.message_id for message in messages]
    assert states(session) == {"sent": 3}
    assert deliveries(session, messages[0]) == [("sent", "250 OK")]


def test_the_bytes_are_written_once_and_stored_before_the_first_attempt(engine: Engine, session: Session) -> None:
    person = make_person(session)
    message = make_message(session, person)
    clock, channel = Clock(), ObedientChannel({str(person.email): outcome(Verdict.RETRY)})
    send(engine, session, channel, clock)
    person.name = "Somebody else now"
    clock.wait(hours=1)
    channel.outcomes.clear()
    send(engine, session, channel, clock)
    first, second = channel.sent
    assert first == second
    assert NOW.isoformat().encode() in first[2]
    assert deliveries(session, message) == [("retry", "the server's words"), ("sent", "250 OK")]


def test_when_the_bytes_leave_they_are_in_the_database(engine: Engine, session: Session) -> None:
    make_message(session)
    stored: list[object] = []

    class Watching(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            with Session(engine) as other:
                row = other.query(Message).filter_by(message_id=message_id).one()
                stored.append((row.state, row.wire == wire, row.address == address))
            return super().send(wire, message_id=message_id, address=address)

    send(engine, session, Watching())
    assert stored == [(MessageState.TRANSMITTING, True, True)]


def test_of_a_batch_one_message_at_a_time_is_on_its_way(engine: Engine, session: Session) -> None:
    """However a process ends, at most one message is undecidable."""
    for _ in range(3):
        make_message(session)
    seen: list[dict[str, int]] = []

    class Watching(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            with Session(engine) as other:
                seen.append(dict(states(other)))
            return super().send(wire, message_id=message_id, address=address)

    send(engine, session, Watching())
    assert seen == [
        {"transmitting": 1, "claimed": 2},
        {"sent": 1, "transmitting": 1, "claimed": 1},
        {"sent": 2, "transmitting": 1},
    ]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(Verdict.SENT, "sent"), (Verdict.RETRY, "retry"), (Verdict.FAILED, "failed"), (Verdict.UNKNOWN, "unknown")],
)
def test_a_verdict_is_settled_with_its_words(engine: Engine, session: Session, verdict: Verdict, state: str) -> None:
    person = make_person(session)
    message = make_message(session, person)
    assert send(engine, session, ObedientChannel({str(person.email): outcome(verdict)})) == {verdict: 1}
    assert deliveries(session, message) == [(state, "the server's words")]
    session.refresh(message)
    assert (message.state, message.attempts) == (state, 1)
    assert (message.wire is None) == (verdict in {Verdict.SENT, Verdict.FAILED})


def test_a_refused_message_backs_off_alone(engine: Engine, session: Session) -> None:
    poison = make_person(session)
    make_message(session, poison)
    clock = Clock()
    channel = ObedientChannel({str(poison.email): outcome(Verdict.RETRY)})
    assert send(engine, session, channel, clock) == {"retry": 1}
    make_message(session)
    assert send(engine, session, channel, clock) == {"sent": 1}
    clock.wait(seconds=59)
    assert send(engine, session, channel, clock) == {}
    clock.wait(seconds=1)
    assert send(engine, session, channel, clock) == {"retry": 1}
    clock.wait(seconds=119)
    assert send(engine, session, channel, clock) == {}


def test_a_message_that_is_refused_again_and_again_fails_in_the_end(engine: Engine, session: Session) -> None:
    person = make_person(session)
    message = make_message(session, person)
    channel, clock = ObedientChannel({str(person.email): outcome(Verdict.RETRY)}), Clock()
    rules = SendingRules(most_attempts=3)
    for _ in range(6):
        session.commit()
        send_due_messages(make_office(engine, channel, clock, rules=rules))
        clock.wait(hours=6)
    assert [state for state, _words in deliveries(session, message)] == ["retry", "retry", "failed"]
    assert len(channel.sent) == 3


def test_a_message_that_cannot_be_written_holds_nobody_up(
    engine: Engine, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    poison = make_message(session, facts={"poison": "a word nobody may read in a log"})
    make_message(session)
    assert send(engine, session, ObedientChannel()) == {"retry": 1, "sent": 1}
    assert deliveries(session, poison) == [("retry", "It cannot be written: KeyError.")]
    assert "nobody may read" not in caplog.text


def test_a_server_that_is_down_costs_no_attempt_and_is_left_alone_for_longer_and_longer(
    engine: Engine, session: Session
) -> None:
    for _ in range(3):
        make_message(session)
    session.commit()
    clock, channel = Clock(), ObedientChannel(is_down=True)
    office = make_office(engine, channel, clock)
    assert send_due_messages(office) == {"down": 3}
    assert states(session) == {"due": 3}
    for pause in (15, 30, 60, 120, 240, 300, 300):
        clock.wait(seconds=pause - 1)
        assert send_due_messages(office) == {}
        clock.wait(seconds=1)
        assert send_due_messages(office) == {"down": 3}
    assert {message.attempts for message in session.query(Message)} == {0}
    session.commit()
    channel.is_down = False
    clock.wait(seconds=300)
    assert send_due_messages(office) == {"sent": 3}
    assert office.desks["mail"].carriers[0].circuit.failures == 0


def test_a_server_that_goes_down_within_a_batch_puts_the_rest_back(engine: Engine, session: Session) -> None:
    people = [make_person(session) for _ in range(3)]
    for person in people:
        make_message(session, person)
    channel = ObedientChannel({str(people[1].email): outcome(Verdict.DOWN)})
    assert send(engine, session, channel) == {"sent": 1, "down": 2}
    assert states(session) == {"sent": 1, "due": 2}
    assert {message.attempts for message in session.query(Message).filter_by(state="due")} == {0}


def test_a_circuit_shut_by_a_clock_that_ran_ahead_does_not_stay_shut() -> None:
    circuit = Circuit(SendingRules())
    circuit.shut(NOW + timedelta(days=1))
    assert not circuit.is_shut(NOW)
    assert circuit.is_shut(NOW + timedelta(days=1))


def test_a_process_that_is_told_to_stop_finishes_its_message_and_puts_the_rest_back(
    engine: Engine, session: Session
) -> None:
    for _ in range(3):
        make_message(session)
    session.commit()
    channel = ObedientChannel()
    office = make_office(engine, channel, Clock(), should_stop=lambda: bool(channel.sent))
    assert send_due_messages(office) == {"sent": 1}
    assert states(session) == {"sent": 1, "due": 2}


def test_a_message_called_off_while_others_are_sent_does_not_leave(engine: Engine, session: Session) -> None:
    first, second = make_message(session), make_message(session)
    subjects = {"kind": second.kind, "subject_ids": [second.subject_id]}

    class CallingOff(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            with Session(engine) as other:
                cancel_messages(other, now=NOW, **subjects)  # type: ignore[arg-type]
                other.commit()
            return super().send(wire, message_id=message_id, address=address)

    channel = CallingOff()
    assert send(engine, session, channel) == {"sent": 1}
    assert [number for _to, number, _wire in channel.sent] == [first.message_id]
    assert states(session) == {"sent": 1, "cancelled": 1}


def test_a_suspended_person_gets_nothing(engine: Engine, session: Session) -> None:
    person = make_person(session)
    message = make_message(session, person)
    person.suspended_at = NOW
    channel = ObedientChannel()
    assert send(engine, session, channel) == {"cancelled": 1}
    assert channel.sent == []
    assert deliveries(session, message) == [("cancelled", "The account is suspended.")]


@pytest.mark.parametrize("end", [{"used_at": NOW}, {"expires_at": NOW}])
def test_a_message_whose_link_has_ended_is_not_sent(engine: Engine, session: Session, end: dict[str, object]) -> None:
    person = make_person(session)
    issue_capability(
        session, Purpose.INVITATION, person.id, person.id, secret=SECRET, expires_at=NOW + timedelta(days=1), now=NOW
    )
    message = make_message(session, person, secret=SECRET)
    session.execute(update(Capability).values(end))
    assert send(engine, session, ObedientChannel()) == {"cancelled": 1}
    assert deliveries(session, message) == [("cancelled", "The link in it has ended.")]


def test_the_letter_goes_to_the_address_that_the_person_has_when_it_is_written(
    engine: Engine, session: Session
) -> None:
    person = make_person(session, email="old@example.org")
    message = make_message(session, person)
    person.email = "new@example.org"
    channel = ObedientChannel()
    send(engine, session, channel)
    assert channel.sent[0][0] == "new@example.org"
    session.refresh(message)
    assert message.address == "new@example.org"


def test_the_link_is_whole_and_its_secret_gone_when_it_was_sent(engine: Engine, session: Session) -> None:
    person = make_person(session)
    issue_capability(
        session, Purpose.INVITATION, person.id, person.id, secret=SECRET, expires_at=NOW + timedelta(days=1), now=NOW
    )
    make_message(session, person, secret=SECRET)
    channel = ObedientChannel()
    send(engine, session, channel)
    assert f"https://coaching.example.org/invitations/{SECRET}".encode() in channel.sent[0][2]
    session.expire_all()
    assert SECRET not in str([(row.facts, row.secret, row.wire) for row in session.query(Message)])


def test_two_schedulers_on_one_database_send_each_message_once(engine: Engine, session: Session) -> None:
    """The second claims and sends while the first is in the middle of its batch."""
    for _ in range(6):
        make_message(session)
    session.commit()
    clock, rules = Clock(), SendingRules(batch=2)
    second = ObedientChannel()
    office = make_office(engine, second, clock, rules=rules)

    class First(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            send_due_messages(office)
            return super().send(wire, message_id=message_id, address=address)

    first = First()
    send_due_messages(make_office(engine, first, clock, rules=rules))
    assert (len(first.sent), len(second.sent)) == (2, 4)
    assert len({number for _to, number, _wire in first.sent + second.sent}) == 6
    assert states(session) == {"sent": 6}


def test_an_attempt_is_settled_when_the_database_is_back(engine: Engine, session: Session) -> None:
    """What the server said is not lost with a database that was away when it said so."""
    make_message(session)
    session.commit()
    away: list[bool] = []

    class Cutting(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            away.append(True)
            return super().send(wire, message_id=message_id, address=address)

    def refuse(*_arguments: object) -> None:
        if away:
            raise OperationalError("UPDATE", {}, Exception("The database is away."))

    channel, clock = Cutting(), Clock()
    office = make_office(engine, channel, clock)
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        with pytest.raises(OperationalError):
            send_due_messages(office)
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    assert states(session) == {"transmitting": 1}
    assert send_due_messages(office) == {}
    assert states(session) == {"sent": 1}
    assert len(channel.sent) == 1


def test_an_idle_tick_takes_no_lock(engine: Engine, session: Session, count_queries: Callable[[], object]) -> None:
    make_message(session, due_at=NOW + timedelta(days=1))
    session.commit()
    office = make_office(engine, ObedientChannel(), Clock())
    with count_queries() as statements:  # type: ignore[attr-defined]
        send_due_messages(office)
    assert len(statements) == 1
    assert statements[0].startswith("SELECT")


def test_every_link_leads_to_a_page_that_needs_nobody_to_be_signed_in(app: Flask) -> None:
    from coaching.blueprints.access import PUBLIC_ENDPOINTS

    urls = app.url_map.bind("localhost")
    endpoints = {kind: urls.match(path.format(secret=SECRET))[0] for kind, path in LINK_PATHS.items()}
    assert endpoints == {
        MessageKind.CHECK_IN: "check_in_links.show",
        MessageKind.INVITATION: "invitations.show",
        MessageKind.PASSWORD_RESET: "password_resets.show",
        MessageKind.POLL: "poll_links.show",
        MessageKind.SESSION_INVITE: "rsvp_links.show",
        MessageKind.SESSION_REMINDER: "rsvp_links.show",
    }
    assert set(endpoints.values()) <= PUBLIC_ENDPOINTS
