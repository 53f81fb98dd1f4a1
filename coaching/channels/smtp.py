"""Mail by SMTP over one kept connection, where each step of the conversation tells what may have become of the mail.

The final dot decides. Before it the server cannot have taken the mail, so a lost connection is no loss; after it only
the server's answer tells, so a lost answer is a fate unknown.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from coaching.channels.base import ChannelDown, Letter, Outcome, Verdict
from coaching.channels.conversation import (
    CLOSING,
    TOO_LARGE,
    Answer,
    Conversation,
    converse,
    describe,
    one_line,
    refusal,
)
from coaching.channels.mime import write_mail

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TIMEOUT = 30.0
GOODBYE_TIMEOUT = 2.0
_DOTS = re.compile(rb"(?m)^\.")


class SmtpChannel:
    """A server, and the connection to it while there is one. It belongs to one thread.

    Every error of smtplib is an OSError too, so that one clause catches a refused greeting and a broken wire alike.
    """

    is_idempotent = False

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        security: str = "smtp",
        user: str = "",
        password: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        self.host, self.port, self.security = host, port, security
        self.sender = sender
        self.timeout = timeout
        self._envelope = parseaddr(sender)[1]
        self._user, self._password = user, password
        self._server: smtplib.SMTP | None = None

    @classmethod
    def from_url(cls, url: str, sender: str) -> SmtpChannel:
        """From `smtp://`, `smtp+starttls://` or `smtps://` with host, port and credentials, percent-encoded."""
        parts = urlsplit(url)
        return cls(
            parts.hostname or "localhost",
            parts.port or PORTS[parts.scheme],
            sender,
            security=parts.scheme,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def write(self, letter: Letter) -> bytes:
        return write_mail(letter, sender=self.sender)

    def open(self) -> None:
        if self._server is not None and self._is_alive():
            return
        try:
            self._connect()
        except OSError as error:
            self._drop()
            raise ChannelDown(f"No connection to the mail server: {describe(error)}") from error

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:  # noqa: ARG002  It is in the bytes.
        if not _is_plain(address):
            return Outcome(Verdict.FAILED, "The address has characters that mail servers do not take.")
        try:
            refused = self._announce(address)
        except ChannelDown as error:
            return Outcome(Verdict.DOWN, str(error))
        except OSError as error:
            self._drop()
            return Outcome(Verdict.RETRY, f"The connection was lost before the mail was handed over: {describe(error)}")
        return self._transfer(wire) if refused is None else self._recovered(refused)

    def close(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            if server.sock is not None:
                server.sock.settimeout(GOODBYE_TIMEOUT)
            server.quit()
        except OSError:
            server.close()

    def _connect(self) -> None:
        # The sender's domain greets: asking for this machine's name can wait for a name server for long.
        options: dict[str, Any] = {"timeout": self.timeout, "local_hostname": self._envelope.rpartition("@")[2]}
        if self.security == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, context=ssl.create_default_context(), **options
            )
        else:
            server = smtplib.SMTP(self.host, self.port, **options)
        # Kept at once, so that whatever fails below is closed.
        self._server = server
        if server.sock is not None:
            # Each command waits for its answer, so there is nothing to gain from holding short packets back.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.ehlo_or_helo_if_needed()
        if self.security == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
        if self._user:
            server.login(self._user, self._password)

    def _is_alive(self) -> bool:
        """Asks before each batch: servers hang up on connections that were quiet for some minutes."""
        try:
            if self._server is not None and self._server.noop()[0] == 250:
                return True
        except OSError:
            pass
        self._drop()
        return False

    def _announce(self, address: str) -> Outcome | None:
        """Says who a mail is from and for; None where the server waits for it. Many servers hang up after so many
        mails, so a lost connection is opened again, once.

        A refused sender is a matter between that server and ours, not of the message: the way is shut.
        """
        try:
            code, words = self._introduce(address)
        except OSError:
            code, words = CLOSING, b""
        if code == CLOSING:
            self._drop()
            try:
                code, words = self._introduce(address)
            except OSError as error:
                self._drop()
                raise ChannelDown(f"The mail server hangs up: {describe(error)}") from error
        if code == 250:
            return self._conversation().offer(address)
        self._conversation().call_off()
        if code == TOO_LARGE:
            return refusal(code, words)
        return Outcome(Verdict.DOWN, f"The mail server refuses the sender: {one_line(code, words)}")

    def _introduce(self, address: str) -> Answer:
        return self._conversation().introduce(address)

    def _conversation(self) -> Conversation:
        return converse(self._open_server(), self._envelope)

    def _open_server(self) -> smtplib.SMTP:
        if self._server is None:
            self.open()
        if self._server is None:
            raise ChannelDown("There is no connection to the mail server.")
        return self._server

    def _transfer(self, wire: bytes) -> Outcome:
        server = self._open_server()
        ending = b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            server.send(_DOTS.sub(b"..", wire) + ending)
        except OSError as error:
            # The dot is last, and not all was sent: the server cannot have taken the mail.
            self._drop()
            return Outcome(Verdict.RETRY, f"The connection was lost in the middle of the mail: {describe(error)}")
        try:
            code, words = server.getreply()
        except OSError as error:
            self._drop()
            return Outcome(Verdict.UNKNOWN, f"The server did not say whether it took the mail: {describe(error)}")
        if 200 <= code < 300:
            return Outcome(Verdict.SENT, one_line(code, words))
        if not 400 <= code < 600:
            self._drop()
            return Outcome(Verdict.UNKNOWN, f"The server's answer cannot be read: {one_line(code, words)}")
        return self._recovered(refusal(code, words))

    def _recovered(self, outcome: Outcome) -> Outcome:
        """The outcome again, with the connection ready for the next mail, or let go."""
        try:
            if self._server is not None and self._server.rset()[0] == 250:
                return outcome
        except OSError:
            pass
        self._drop()
        return outcome

    def _drop(self) -> None:
        """Lets a connection go that is broken, without a word to the other side."""
        server, self._server = self._server, None
        if server is not None:
            server.close()


def _is_plain(address: str) -> bool:
    """Whether an address can stand in a command as it is: it cannot end the line, or name another recipient."""
    return address.isascii() and address.isprintable() and not set(address) & set(" <>,;")
