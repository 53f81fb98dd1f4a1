"""A real SMTP server on this machine, which misbehaves for the recipients that ask for it by their address."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as Conversation

USER, PASSWORD = "coaching", "p@ss/word"


@dataclass(frozen=True)
class Received:
    """A mail that the server said yes to, or would have."""

    message_id: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Handler:
    """Decides by the local part: `later` and `never` are refused at RCPT, `full` and `spam` after the final dot,
    `drop` and `hang` are taken without an answer, `cut` loses the connection at RCPT."""

    delay: float = 0
    refuses_sender: bool = False
    pipelines: bool = False
    at_once: int = 0
    most_at_once: int = 0
    received: list[Received] = field(default_factory=list)
    conversations: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    on_received: Callable[[Received], None] = lambda _mail: None

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Conversation, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.conversations[hostname] += 1
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelines else responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Conversation, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses_sender:
            return "550 This sender may not send here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Conversation, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        local = address.partition("@")[0]
        if local == "later":
            return "451 Come back later"
        if local == "never":
            return "550 No such person"
        if local == "cut":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Conversation, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        local = address.partition("@")[0]
        if local == "full":
            return "452 No room just now"
        if local == "spam":
            return "554 Not wanted"
        content = envelope.original_content or b""
        mail = Received(str(email.message_from_bytes(content)["Message-ID"]), address, content)
        with self.lock:
            self.received.append(mail)
        self.on_received(mail)
        if local == "drop":
            server.transport.abort()
        if local == "hang":
            await asyncio.sleep(5)
        if self.delay:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await asyncio.sleep(self.delay)
            self.at_once -= 1
        return "250 Taken"


class _Controller(Controller):
    """Learns its port from its socket, where the system chose one."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """Starts with `with`, on a port of its own. `received` is what it took, in order."""

    def __init__(
        self, *, delay: float = 0, pipelines: bool = False, context: ssl.SSLContext | None = None, **options: Any
    ) -> None:
        self.handler = Handler(delay=delay, pipelines=pipelines)
        self._options = options
        self._context = context
        self._controller: _Controller | None = None

    def __enter__(self) -> MailServer:
        self._controller = self._started(0)
        self.port: int = self._controller.port
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def received(self) -> list[Received]:
        with self.handler.lock:
            return list(self.handler.received)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def start_again(self) -> None:
        """On the port that it had, with what it received so far."""
        self._controller = self._started(self.port)

    def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """Waits until so many mails have come in."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.received

    def _started(self, port: int) -> _Controller:
        controller = _Controller(
            self.handler,
            hostname="127.0.0.1",
            port=port,
            ssl_context=self._context,
            server_hostname="mail.example.org",
            **self._options,
        )
        controller.start()
        return controller


def check_password(
    _server: SMTP, _session: Conversation, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    """Lets the one user in that there is."""
    return AuthResult(handled=False, success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))
