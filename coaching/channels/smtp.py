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
from coaching.channels.mime import write_mail

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TIMEOUT = 30.0
GOODBYE_TIMEOUT = 2.0
# The server is about to hang up.
CLOSING = 421
TOO_LARGE = 552
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
            raise ChannelDown(f"No connection to the mail server: {_words(error)}") from error

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:  # noqa: ARG002  It is in the bytes.
        if not _is_plain(address):
            return Outcome(Verdict.FAILED, "The address has characters that mail servers do not take.")
        try:
            refused = self._introduce() or self._offer(address)
        except ChannelDown as error:
            return Outcome(Verdict.DOWN, str(error))
        except OSError as error:
            self._drop()
            return Outcome(Verdict.RETRY, f"The connection was lost before the mail was handed over: {_words(error)}")
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

    def _introduce(self) -> Outcome | None:
        """Names the sender. Many servers hang up after so many mails, so a lost connection is opened again, once.

        A refused sender is a matter between that server and ours, not of the message: the way is shut.
        """
        try:
            code, words = self._open_server().mail(self._envelope)
        except OSError:
            code, words = CLOSING, b""
        if code == CLOSING:
            self._drop()
            try:
                code, words = self._open_server().mail(self._envelope)
            except OSError as error:
                self._drop()
                raise ChannelDown(f"The mail server hangs up: {_words(error)}") from error
        if code == 250:
            return None
        if code == TOO_LARGE:
            return _refusal(code, words)
        return Outcome(Verdict.DOWN, f"The mail server refuses the sender: {_answer(code, words)}")

    def _open_server(self) -> smtplib.SMTP:
        if self._server is None:
            self.open()
        if self._server is None:
            raise ChannelDown("There is no connection to the mail server.")
        return self._server

    def _offer(self, address: str) -> Outcome | None:
        """Names the recipient and announces the mail; None where the server waits for it."""
        server = self._open_server()
        code, words = server.rcpt(address)
        if code not in {250, 251}:
            return _refusal(code, words)
        code, words = server.docmd("DATA")
        return None if code == 354 else _refusal(code, words)

    def _transfer(self, wire: bytes) -> Outcome:
        server = self._open_server()
        ending = b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            server.send(_DOTS.sub(b"..", wire) + ending)
        except OSError as error:
            # The dot is last, and not all was sent: the server cannot have taken the mail.
            self._drop()
            return Outcome(Verdict.RETRY, f"The connection was lost in the middle of the mail: {_words(error)}")
        try:
            code, words = server.getreply()
        except OSError as error:
            self._drop()
            return Outcome(Verdict.UNKNOWN, f"The server did not say whether it took the mail: {_words(error)}")
        if 200 <= code < 300:
            return Outcome(Verdict.SENT, _answer(code, words))
        if not 400 <= code < 600:
            self._drop()
            return Outcome(Verdict.UNKNOWN, f"The server's answer cannot be read: {_answer(code, words)}")
        return self._recovered(_refusal(code, words))

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


def _refusal(code: int, words: bytes) -> Outcome:
    return Outcome(Verdict.FAILED if code >= 500 else Verdict.RETRY, _answer(code, words))


def _answer(code: int, words: bytes) -> str:
    """The server's answer on one line. It may quote the address, which who may read the log may read too."""
    return f"{code} {' '.join(words.decode('utf-8', 'replace').split())}"[:300]


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return _answer(error.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())
    if isinstance(error, TimeoutError):
        return "it did not answer in time."
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]
