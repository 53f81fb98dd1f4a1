"""What is said to a mail server about one mail before its text, and what its answers mean.

RFC 2920 lets a client say sender, recipient and DATA in one write where the server says PIPELINING, and read the three
answers in their order: a mail then takes two round trips instead of four. Each answer means what it means without it.
"""

from __future__ import annotations

import smtplib

from coaching.channels.base import Outcome, Verdict

# The server is about to hang up.
CLOSING = 421
TOO_LARGE = 552
_TAKEN = {250, 251}
_GO_ON = 354

Answer = tuple[int, bytes]


class Conversation:
    """Step by step, each after the answer to the one before: for servers that do not say PIPELINING."""

    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        self._server, self._sender = server, sender

    def introduce(self, _address: str) -> Answer:
        """Names the sender. The answer to that."""
        return self._server.mail(self._sender)

    def offer(self, address: str) -> Outcome | None:
        """Names the recipient and announces the mail; None where the server waits for it."""
        code, words = self._server.rcpt(address)
        if code not in _TAKEN:
            return refusal(code, words)
        code, words = self._server.docmd("DATA")
        return None if code == _GO_ON else refusal(code, words)

    def call_off(self) -> None:
        """After a sender was refused, nothing more was said."""


class PipelinedConversation(Conversation):
    """All in one write. The text of the mail is not among it, so the server cannot have taken anything before it."""

    def introduce(self, address: str) -> Answer:
        commands = f"MAIL FROM:{smtplib.quoteaddr(self._sender)}\r\nRCPT TO:{smtplib.quoteaddr(address)}\r\nDATA\r\n"
        self._server.send(commands.encode("ascii"))
        return self._server.getreply()

    def offer(self, _address: str) -> Outcome | None:
        code, words = self._server.getreply()
        if code not in _TAKEN:
            self._await_end(1)
            return refusal(code, words)
        code, words = self._server.getreply()
        return None if code == _GO_ON else refusal(code, words)

    def call_off(self) -> None:
        self._await_end(2)

    def _await_end(self, answers: int) -> None:
        """Reads the answers that are still to come. A server that waits for the text although it refused who it is
        from or for gets an empty one, which it refuses (RFC 2920, 3.1). What was refused stays so, whatever comes."""
        code = 0
        try:
            for _ in range(answers):
                code, _words = self._server.getreply()
            if code == _GO_ON:
                self._server.send(b".\r\n")
                self._server.getreply()
        except OSError:
            # The next command finds the connection closed, and another is opened.
            self._server.close()


def converse(server: smtplib.SMTP, sender: str) -> Conversation:
    """The way of speaking that this server understands."""
    return (PipelinedConversation if server.has_extn("pipelining") else Conversation)(server, sender)


def refusal(code: int, words: bytes) -> Outcome:
    """What the server refuses for good (5xx) fails; everything else is tried again."""
    return Outcome(Verdict.FAILED if code >= 500 else Verdict.RETRY, one_line(code, words))


def one_line(code: int, words: bytes) -> str:
    """The server's answer on one line. It may quote the address, which who may read the log may read too."""
    return f"{code} {' '.join(words.decode('utf-8', 'replace').split())}"[:300]


def describe(error: Exception) -> str:
    """What went wrong on the wire, in words."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return one_line(error.smtp_code, answer if isinstance(answer, bytes) else str(answer).encode())
    if isinstance(error, TimeoutError):
        return "it did not answer in time."
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]
