"""Mail servers in every mood, through the whole engine: no row is stuck past its deadline, no state is one that may not
be, what waits backs off as it is said to, and what went wrong with one message or for a while holds nothing else up."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.channels.base import Letter, Outcome
from coaching.channels.smtp import SmtpChannel
from coaching.config import Settings
from coaching.jobs import Pace, Workshop
from coaching.models import Delivery, Message
from coaching.services.settlements import LONGEST_BACKOFF, MOST_ATTEMPTS
from tests.factories import NOW, make_person
from tests.faults.moody_server import MoodyServer
from tests.faults.plant import Plant
from tests.services.check_in_rows import make_planned_member
from tests.services.outbox_rows import Clock, make_message, states

pytestmark = pytest.mark.usefixtures("legal_states")
PlantOf = Callable[..., Plant]
# What a message is after five minutes with a server in this mood, and after half a day with the server well again.
MOODS = {
    "away": ("due", "sent"),
    "hangs up": ("due", "sent"),
    "closes": ("due", "sent"),
    "refuses the sender": ("due", "sent"),
    "slow": ("sent", "sent"),
    "later": ("retry", "sent"),
    "busy": ("retry", "sent"),
    "full": ("retry", "sent"),
    "never": ("failed", "failed"),
    "spam": ("failed", "failed"),
    # The connection was lost after all was written: the server may have taken it.
    "cut": ("unknown", "unknown"),
    "silent": ("unknown", "unknown"),
}


@pytest.fixture
def server() -> Iterator[MoodyServer]:
    with MoodyServer() as server:
        yield server


@pytest.fixture
def plant_of(
    engine: Engine, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlantOf]:
    """Makes a scheduler for a mail server, which does not wait long for its answers."""
    monkeypatch.setitem(SmtpChannel.__init__.__kwdefaults__ or {}, "timeout", 0.3)
    made: list[Plant] = []

    def make(port: int, *, scheme: str = "smtp", pace: Pace | None = None, **values: Any) -> Plant:
        clock = Clock()
        settings = make_settings(mail_url=f"{scheme}://localhost:{port}", **values)
        made.append(Plant(Workshop(settings, engine, "here:1", pace or Pace(), Event(), clock), clock))
        return made[-1]

    yield make
    for plant in made:
        plant.workshop.close()


def set_mood(server: MoodyServer, mood: str) -> None:
    server.stop()
    server.mood, server.delay = mood, 0.02 if mood == "slow" else 0.0
    if mood != "away":
        server.start()


def test_in_every_mood_nothing_is_stuck_lost_or_doubled(
    session: Session, server: MoodyServer, plant_of: PlantOf
) -> None:
    plant = plant_of(server.port)
    # The whole way from a check-in's moment is taken by one of them.
    make_planned_member(session)
    for mood, (during, after) in MOODS.items():
        set_mood(server, mood)
        messages = [make_message(session, now=plant.clock.now) for _ in range(2)]
        session.commit()
        plant.run_for(minutes=5)
        assert states(session).keys() - {"sent", "failed", "unknown"} <= {during}, mood
        assert [message.state for message in messages] == [during, during], mood
        session.commit()
        set_mood(server, "well")
        plant.run_for(hours=12)
        session.expire_all()
        assert [message.state for message in messages] == [after, after], mood
        if during == "due":
            assert [message.attempts for message in messages] == [1, 1], mood
        session.commit()
        assert plant.lag() == (None, None, None), mood
    assert set(server.taken.values()) == {1}
    sent = set(session.scalars(select(Message.message_id).where(Message.state == "sent")))
    session.commit()
    assert sent <= server.taken.keys()


def test_with_the_policy_on_what_was_left_undecided_arrives_in_the_end(
    session: Session, server: MoodyServer, plant_of: PlantOf
) -> None:
    plant = plant_of(server.port, resend_unknown=True)
    server.mood = "cut"
    message = make_message(session)
    session.commit()
    plant.run_for(minutes=2)
    assert server.taken == {}
    server.mood = "well"
    plant.run_for(hours=1)
    assert states(session) == {"sent": 1}
    assert server.taken == {message.message_id: 1}


def test_a_message_that_is_refused_again_and_again_backs_off_as_it_is_said_to(
    session: Session, server: MoodyServer, plant_of: PlantOf
) -> None:
    """Twice as long each time, by chance between half and the whole of it, at most six hours; failed after the last."""
    plant = plant_of(server.port)
    server.mood = "later"
    messages = [make_message(session) for _ in range(4)]
    session.commit()
    waits: list[list[timedelta]] = [[] for _ in messages]
    for _ in range(MOST_ATTEMPTS * len(messages)):
        plant.tick()
        session.expire_all()
        for number, message in enumerate(messages):
            if message.state == "retry" and message.attempts > len(waits[number]):
                assert message.attempts == len(waits[number]) + 1
                waits[number].append(message.due_at - plant.clock.now)
        waiting = [message.due_at for message in messages if message.state == "retry"]
        session.commit()
        if not waiting:
            break
        plant.clock.now = min(waiting)
    assert states(session) == {"failed": len(messages)}
    for attempt, found in enumerate(zip(*waits, strict=True)):
        whole = min(timedelta(minutes=2**attempt), LONGEST_BACKOFF)
        assert all(whole / 2 <= each <= whole for each in found), attempt
        assert len(set(found)) > 1, "They all come back at the same moment."
    assert {len(each) for each in waits} == {MOST_ATTEMPTS - 1}
    assert timedelta(days=1) < plant.clock.now - NOW < timedelta(days=3)


def test_poison_holds_nobody_up(
    session: Session, server: MoodyServer, plant_of: PlantOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot be written is tried again and fails in the end; one that crashes the channel is undecided."""
    plain_write, plain_send = SmtpChannel.write, SmtpChannel.send

    def write(channel: SmtpChannel, letter: Letter) -> bytes:
        if letter.address == "unwritable@example.org":
            raise ZeroDivisionError
        return plain_write(channel, letter)

    def send(channel: SmtpChannel, wire: bytes, *, message_id: str, address: str) -> Outcome:
        if address == "crash@example.org":
            raise ZeroDivisionError
        return plain_send(channel, wire, message_id=message_id, address=address)

    monkeypatch.setattr(SmtpChannel, "write", write)
    monkeypatch.setattr(SmtpChannel, "send", send)
    plant = plant_of(server.port)
    unwritable, crash = (make_message(session, make_person(session, email=f"{name}@example.org"))
                         for name in ("unwritable", "crash"))  # fmt: skip
    rest = [make_message(session) for _ in range(5)]
    session.commit()
    plant.tick()
    assert states(session) == {"retry": 1, "unknown": 1, "sent": len(rest)}
    plant.run_for(days=3)
    session.expire_all()
    assert (unwritable.state, unwritable.attempts) == ("failed", MOST_ATTEMPTS)
    assert (crash.state, crash.attempts) == ("unknown", 1)
    details = set(session.scalars(select(Delivery.detail).where(Delivery.message_id.in_([unwritable.id, crash.id]))))
    assert details == {"It cannot be written: ZeroDivisionError.", "The channel failed: ZeroDivisionError."}


def test_a_clock_that_jumps_a_day_ahead_and_back_holds_nothing_up_and_doubles_nothing(
    session: Session, server: MoodyServer, plant_of: PlantOf
) -> None:
    plant = plant_of(server.port)
    for mood, jump in {"later": 1, "away": 1, "well": 1, "full": -1, "hangs up": -1}.items():
        set_mood(server, mood)
        make_message(session, now=plant.clock.now)
        make_message(session, now=plant.clock.now, state="claimed", claim_token="gone",
                     lease_until=plant.clock.now + timedelta(minutes=2))  # fmt: skip
        session.commit()
        plant.tick()
        plant.clock.wait(days=jump)
        plant.tick()
        plant.clock.wait(days=-jump)
        plant.tick()
        set_mood(server, "well")
        # Nothing waits for longer than the longest wait there is, whichever clock set it.
        plant.run_for(hours=6, minutes=6)
        assert states(session).keys() == {"sent"}, (mood, jump)
    assert set(server.taken.values()) == {1}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("There is no openssl to make a certificate with.")
    place = tmp_path_factory.mktemp("tls")
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    places = ["-keyout", str(place / "key.pem"), "-out", str(place / "cert.pem")]
    subprocess.run([openssl, "req", "-x509", *kind, *names, *places], check=True, capture_output=True)
    return place


def test_mail_waits_while_a_certificate_is_not_to_be_trusted(
    session: Session, plant_of: PlantOf, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with MoodyServer(context=context) as server:
        plant = plant_of(server.port, scheme="smtps")
        message = make_message(session)
        session.commit()
        plant.run_for(minutes=3)
        assert (states(session), server.taken) == ({"due": 1}, {})
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        plant.run_for(minutes=10)
        assert states(session) == {"sent": 1}
        session.refresh(message)
        assert message.attempts == 1
