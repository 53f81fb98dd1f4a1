"""What the browser tests stand on: the product as people run it, and a real mail server beside it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.schema import upgrade
from coaching.services.people import create_person, invite_person
from coaching.services.programmes import appoint_coordinator, create_programme
from tests.conftest import SAMPLES
from tests.databases import make_engine

Found = TypeVar("Found")
PATIENCE = 60.0
COACHING = Path(sys.executable).with_name("coaching")


class Mailbox:
    """An SMTP server's handler that keeps what it takes, by recipient."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name.
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 taken"

    def link_to(self, address: str, path: str) -> str:
        """Waits for a mail to the address with a link that begins with this path, and gives the link."""
        return wait_for(lambda: self._link(address, path), f"a mail to {address} with a link to {path}")

    def _link(self, address: str, path: str) -> str | None:
        for to, mail in reversed(self.mails):
            body = mail.get_body(("plain",))
            assert body is not None
            found = re.search(rf"http://\S+{path}\S+", body.get_content())
            if to == address and found:
                return found[0]
        return None


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """Looks until there is something to see."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"Waited in vain for {what}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """`coaching serve` in a process of its own, on a database of its own."""

    def __init__(self, database_url: str, instance: Path, mail_url: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "COACHING_DATABASE_URL": database_url,
            "COACHING_INSTANCE": str(instance),
            "COACHING_MAIL_URL": mail_url,
            "COACHING_BASE_URL": self.base,
            "PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> str:
        """A programme with a coordinator, and the secret of her invitation: what operators do with `coaching`."""
        engine = make_engine(self.environment["COACHING_DATABASE_URL"])
        upgrade(engine)
        with Session(engine) as session, session.begin():
            now = utc_now()
            zone = {"timezone": "Europe/London"}
            school = create_programme(session, actor=None, now=now, slug="school", name="Course School", **zone)
            ruth = create_person(session, now=now, email="ruth@example.org", name="Ruth", **zone)
            session.flush()
            appoint_coordinator(session, school, ruth, actor=None, now=now)
            invite_person(session, ruth, to="Coaching", by="your administrator", secret="s" * 43, now=now)
        engine.dispose()
        return "s" * 43

    def start(self) -> None:
        self.process = subprocess.Popen([COACHING, "serve"], env=self.environment, start_new_session=True)
        wait_for(self._is_ready, "the product to be ready")

    def stop(self) -> None:
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.base}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """A real SMTP server on loopback, and the URL by which the product reaches it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def product(empty_database_url: str, tmp_path: Path, mailbox: tuple[Mailbox, str]) -> Iterator[Product]:
    """The product on an empty database, ready to be started."""
    product = Product(empty_database_url, tmp_path / "instance", mailbox[1])
    yield product
    product.stop()


@pytest.fixture
def real_reports(engine_name: str) -> Callable[[str], Path | None]:
    """A real export by its name, on SQLite and where the exports stand beside the checkout; our own does elsewhere.

    One engine is enough: what a report says is read before any database is asked.
    """

    def find(name: str) -> Path | None:
        found = SAMPLES / name
        return found if engine_name == "sqlite" and found.is_file() else None

    return find
