"""Sender, recipient and DATA in one write: each refusal and each hang-up means what it means step by step."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread

import pytest

from coaching.channels.base import ChannelDown, Outcome, Verdict
from coaching.channels.smtp import SmtpChannel
from tests.mail_server import MailServer

SENDER = "Coaching <coaching@example.org>"
WIRE = b"Message-ID: <one@coaching.internal>\r\nSubject: Hello\r\n\r\nWords.\r\n"
USUAL = {"MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 Go on", ".": "250 Taken"}
HANGS_UP = ""


class ScriptedServer:
    """Says PIPELINING, and answers the first mail as it is told to; every other one is taken."""

    def __init__(self, **script: str) -> None:
        self.script = {name.replace("DOT", "."): answer for name, answer in script.items()}
        self.connections = 0
        self.contents: list[bytes] = []
        self.writes: list[bytes] = []
        self._open = ExitStack()
        self._socket = self._open.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port = self._socket.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._open.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.sendall(b"220 mail.example.org\r\n")
                try:
                    self._converse(connection, self._lines(connection))
                except OSError:
                    continue

    def _lines(self, connection: socket.socket) -> Iterator[bytes]:
        waiting = b""
        while write := connection.recv(65536):
            self.writes.append(write)
            *lines, waiting = (waiting + write).split(b"\r\n")
            yield from lines

    def _converse(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        for line in lines:
            word = line[:4].decode().upper()
            answer = self.script.pop(word, USUAL.get(word, "250 OK"))
            if word == "EHLO":
                answer = "250-mail.example.org\r\n250 PIPELINING"
            if answer == HANGS_UP:
                return
            connection.sendall(f"{answer}\r\n".encode())
            if answer.startswith("354") and not self._take(connection, lines):
                return

    def _take(self, connection: socket.socket, lines: Iterator[bytes]) -> bool:
        """Whether the conversation goes on after the text of a mail."""
        text = list(iter(lambda: next(lines, b"."), b"."))
        self.contents.append(b"".join(line + b"\r\n" for line in text))
        answer = self.script.pop(".", USUAL["."])
        if answer != HANGS_UP:
            connection.sendall(f"{answer}\r\n".encode())
        return answer != HANGS_UP


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def converse(opened: ExitStack, server: ScriptedServer) -> SmtpChannel:
    opened.callback(server.close)
    channel = SmtpChannel("127.0.0.1", server.port, SENDER, timeout=2)
    opened.callback(channel.close)
    channel.open()
    return channel


def send(channel: SmtpChannel, local: str = "ann") -> Outcome:
    return channel.send(WIRE, message_id="<one@coaching.internal>", address=f"{local}@example.org")


def test_a_mail_takes_two_writes(opened: ExitStack) -> None:
    server = ScriptedServer()
    channel = converse(opened, server)
    assert [send(channel), send(channel)] == [Outcome(Verdict.SENT, "250 Taken")] * 2
    group = b"MAIL FROM:<coaching@example.org>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n"
    assert server.writes[1:] == [group, WIRE + b".\r\n"] * 2
    assert server.contents == [WIRE, WIRE]
    assert server.connections == 1


NEED = {"DATA": "503 Need a recipient"}


@pytest.mark.parametrize(
    ("script", "verdict", "words", "contents", "connections"),
    [
        # Refused by an answer, and the conversation goes on.
        ({"MAIL": "550 Not you", "RCPT": "503 No", **NEED}, Verdict.DOWN, "refuses the sender: 550", [], 1),
        ({"MAIL": "552 Too large", "RCPT": "503 No", **NEED}, Verdict.FAILED, "552 Too large", [], 1),
        ({"RCPT": "550 Nobody", **NEED}, Verdict.FAILED, "550 Nobody", [], 1),
        ({"RCPT": "450 Later", **NEED}, Verdict.RETRY, "450 Later", [], 1),
        ({"DATA": "451 Busy"}, Verdict.RETRY, "451 Busy", [], 1),
        ({"DATA": "554 No"}, Verdict.FAILED, "554 No", [], 1),
        ({"DOT": "452 Full"}, Verdict.RETRY, "452 Full", [WIRE], 1),
        ({"DOT": "554 Spam"}, Verdict.FAILED, "554 Spam", [WIRE], 1),
        # Refused, and waited for all the same: it gets nothing, whatever it says of that.
        ({"RCPT": "550 Nobody", "DOT": "554 To nobody"}, Verdict.FAILED, "550 Nobody", [b""], 1),
        ({"RCPT": "450 Later", "DOT": "250 Taken"}, Verdict.RETRY, "450 Later", [b""], 1),
        ({"RCPT": "550 Nobody", "DOT": HANGS_UP}, Verdict.FAILED, "550 Nobody", [b""], 2),
        ({"MAIL": "550 Not you", "RCPT": "503 No", "DOT": "554"}, Verdict.DOWN, "refuses the sender: 550", [b""], 1),
        # Hangs up after a refusal: what was refused stays so.
        ({"RCPT": "550 Nobody", "DATA": HANGS_UP}, Verdict.FAILED, "550 Nobody", [], 2),
        ({"RCPT": "421 Closing", "DATA": HANGS_UP}, Verdict.RETRY, "421 Closing", [], 2),
        # Hangs up at a step.
        ({"MAIL": HANGS_UP}, Verdict.SENT, "250 Taken", [WIRE], 2),
        ({"MAIL": "421 Closing", "RCPT": HANGS_UP}, Verdict.SENT, "250 Taken", [WIRE], 2),
        ({"RCPT": HANGS_UP}, Verdict.RETRY, "before the mail was handed over", [], 2),
        ({"DATA": HANGS_UP}, Verdict.RETRY, "before the mail was handed over", [], 2),
        ({"DOT": HANGS_UP}, Verdict.UNKNOWN, "did not say whether it took the mail", [WIRE], 2),
        # Speaks nonsense.
        ({"RCPT": "what?", **NEED}, Verdict.RETRY, "", [], 1),
        ({"DOT": "what?"}, Verdict.UNKNOWN, "cannot be read", [WIRE], 2),
    ],
)
def test_every_verdict_is_as_it_is_step_by_step(
    opened: ExitStack, script: dict[str, str], verdict: Verdict, words: str, contents: list[bytes], connections: int
) -> None:
    server = ScriptedServer(**script)
    channel = converse(opened, server)
    outcome = send(channel)
    assert (outcome.verdict, words in outcome.detail) == (verdict, True)
    assert server.contents == contents
    # Answers that were not read would be taken for those to the next mail.
    server.script.clear()
    assert send(channel) == Outcome(Verdict.SENT, "250 Taken")
    assert server.contents[-1] == WIRE
    assert server.connections == connections


def test_a_connection_lost_in_the_middle_of_a_long_mail_is_no_loss(opened: ExitStack) -> None:
    class Leaving(ScriptedServer):
        def _take(self, _connection: socket.socket, lines: Iterator[bytes]) -> bool:
            next(lines)
            return False

    channel = converse(opened, Leaving())
    outcome = channel.send(WIRE + b"x" * 76 * 400_000, message_id="<one@x>", address="ann@example.org")
    assert outcome.verdict == Verdict.RETRY
    assert "in the middle of the mail" in outcome.detail


def test_a_server_that_goes_away_for_good_between_two_mails_is_down(opened: ExitStack) -> None:
    server = MailServer(pipelines=True)
    opened.enter_context(server)
    channel = SmtpChannel("127.0.0.1", server.port, SENDER, timeout=1)
    channel.open()
    assert send(channel).verdict == Verdict.SENT
    server.stop()
    assert send(channel).verdict == Verdict.DOWN
    with pytest.raises(ChannelDown):
        channel.open()
