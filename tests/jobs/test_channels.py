"""Channels by entry point, as a scheduler finds them: ours, another package's, and one that cannot be loaded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.channels import registry
from coaching.config import Settings
from coaching.jobs import Pace, Workshop, heartbeat, send_messages
from coaching.models import InboxItem, Message, MessageState
from coaching.services.status import read_status
from tests.factories import NOW, make_person
from tests.services.outbox_rows import Clock, make_message, states

FAX = """
from pathlib import Path

from coaching.channels.base import Outcome, Verdict


class Fax:
    is_idempotent = True

    def __init__(self, folder):
        self.folder = folder

    def write(self, letter):
        return f"{letter.address}: {letter.kind} {letter.link or letter.path}".encode()

    def open(self):
        pass

    def send(self, wire, *, message_id, address):
        (self.folder / "fax.txt").write_bytes(wire)
        return Outcome(Verdict.SENT, "Faxed.")

    def close(self):
        pass


def make(needs):
    return Fax(needs.settings.instance)


def make_none(needs):
    return None


def make_broken(needs):
    raise ValueError("password=hunter2")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs a package with these entry points beside ours, as pip would."""

    def into_the_path(**points: str) -> None:
        folder = tmp_path / "site"
        about = folder / "coaching_fax-1.2.dist-info"
        about.mkdir(parents=True)
        (folder / "coaching_fax.py").write_text(FAX)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: coaching-fax\nVersion: 1.2\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (about / "entry_points.txt").write_text("\n".join(["[coaching.channels]", *lines, ""]))
        monkeypatch.syspath_prepend(str(folder))

    return into_the_path


@pytest.fixture
def start(engine: Engine, make_settings: Callable[..., Settings], tmp_path: Path) -> Callable[[], Workshop]:
    """A scheduler, as it begins."""
    settings = make_settings(mail_url=f"file:{tmp_path / 'mail'}", instance=tmp_path)
    return lambda: Workshop(settings, engine, "here:1", Pace(), Event(), Clock())


def problems(session: Session) -> list[str]:
    """What status says of channels."""
    found: list[str] = read_status(session, now=NOW, late_after=timedelta(minutes=10))["problems"]
    session.commit()
    return [line for line in found if "channel" in line]


def test_our_own_channels_are_there(start: Callable[[], Workshop]) -> None:
    assert {"inbox", "mail"} <= set(start().found.channels)
    assert start().found.faults == {}


def test_an_installation_that_does_not_know_its_own_channels_says_so(
    start: Callable[[], Workshop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda **_group: ())
    assert start().found.faults == {"mail": registry.UNREGISTERED}


def test_another_packages_channel_is_used_for_its_messages(
    session: Session, start: Callable[[], Workshop], install: Callable[..., None], tmp_path: Path
) -> None:
    make_message(session, make_person(session, email="ann@example.org"), channel="fax")
    session.commit()
    install(fax="coaching_fax:make")
    assert send_messages.run(start()) == 1
    assert (tmp_path / "fax.txt").read_text() == "ann@example.org: invitation "
    assert states(session) == {"sent": 1}


def test_one_that_cannot_be_loaded_is_named_and_takes_none_along(
    session: Session, start: Callable[[], Workshop], install: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    install(
        fax="coaching_fax:make_broken",
        gone="coaching_gone:make",
        mail="coaching_fax:make",
        off="coaching_fax:make_none",
    )
    make_message(session)
    session.commit()
    with caplog.at_level(logging.ERROR):
        workshop = start()
    heartbeat.run(workshop)
    assert send_messages.run(workshop) == 1
    again = "Install coaching-fax again, or uninstall it, then restart the scheduler."
    faults = [
        f"The channel fax (coaching-fax 1.2) cannot be loaded: ValueError. {again}",
        f"The channel gone (coaching-fax 1.2) cannot be loaded: ModuleNotFoundError, coaching_gone. {again}",
        "The channel mail (coaching-fax 1.2) has the name of another channel. Uninstall one of the two.",
    ]
    assert [record.message for record in caplog.records] == faults
    assert problems(session) == [f"{fault} (Scheduler here:1)" for fault in faults]
    assert set(workshop.found.channels) & {"fax", "gone", "off"} == set()


def test_a_message_for_a_channel_that_nobody_has_waits_and_is_told(
    session: Session, start: Callable[[], Workshop], install: Callable[..., None]
) -> None:
    make_message(session, channel="fax")
    session.commit()
    assert problems(session) == []
    workshop = start()
    heartbeat.run(workshop)
    assert send_messages.run(workshop) == 0
    assert states(session) == {"due": 1}
    (told,) = problems(session)
    assert told.startswith("1 message waits for the channel fax, which no scheduler has.")
    install(fax="coaching_fax:make")
    assert send_messages.run(start()) == 1


def test_a_message_comes_into_the_inbox_of_who_has_no_mail(session: Session, start: Callable[[], Workshop]) -> None:
    person = make_person(session)
    person.email = None
    message = make_message(session, person, channel="inbox")
    session.commit()
    workshop = start()
    assert send_messages.run(workshop) == 1
    item = session.scalars(select(InboxItem)).one()
    assert (item.person_id, item.message_id) == (person.id, message.message_id)
    assert item.title == "Your invitation to Cohort 1"
    # As after a crash between the row and our commit.
    message.state, message.wire = MessageState.DUE, b'{"kind":"poll","title":"Other","text":"","path":""}'
    session.commit()
    assert send_messages.run(workshop) == 1
    assert session.scalars(select(InboxItem.title)).all() == ["Your invitation to Cohort 1"]


def test_a_message_whose_person_is_gone_fails_and_leaves_nothing(
    session: Session, start: Callable[[], Workshop]
) -> None:
    channel = start().found.channels["inbox"]
    wire = b'{"kind":"poll","title":"T","text":"","path":""}'
    for number in ("<nothing@coaching.internal>", "<00000000000000000000@coaching.internal>"):
        assert channel.send(wire, message_id=number, address="").verdict == "failed"
    assert session.scalars(select(InboxItem)).all() == []


def test_an_inbox_that_cannot_be_written_costs_its_messages_nothing(
    session: Session, start: Callable[[], Workshop], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_message(session, channel="inbox")
    session.commit()
    workshop = start()
    monkeypatch.setattr(workshop.found.channels["inbox"], "_put", lambda _entry: 1 / 0)
    send_messages.run(workshop)
    assert states(session) == {"due": 1}
    assert session.scalars(select(Message.attempts)).one() == 0


def test_the_web_looks_for_no_channels(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed is looked for where messages are sent, because it takes longer than a start may."""
    monkeypatch.setattr(registry, "entry_points", lambda **_group: 1 / 0)
    assert make_app(mail_from="Another <another@example.org>").test_client().get("/health/live").status_code == 200
