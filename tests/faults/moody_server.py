"""A mail server whose mood can be changed while it runs: it refuses, hangs up or falls silent at any step."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections import Counter
from contextlib import suppress
from threading import Lock, Thread
from typing import BinaryIO

# In which mood it answers what at which step. Empty: it hangs up without a word.
ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "hangs up": (b"", b""),
    "closes": (b"MAIL", b"421 Closing"),
    "refuses the sender": (b"MAIL", b"550 Not from you"),
    "later": (b"RCPT", b"451 Come back later"),
    "never": (b"RCPT", b"550 No such person"),
    "busy": (b"DATA", b"451 Busy"),
    "cut": (b"the mail", b""),
    "full": (b".", b"452 No room just now"),
    "spam": (b".", b"554 Not wanted"),
    "silent": (b".", b""),
}
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(\S+)")


class MoodyServer:
    """Starts with `with`, on a port of its own. `taken` counts the mails that it has, by their Message-ID."""

    def __init__(self, *, context: ssl.SSLContext | None = None) -> None:
        self.mood, self.delay = "well", 0.0
        self.taken: Counter[str] = Counter()
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._context = context
        self._listener: socket.socket | None = None
        self.port = 0

    def __enter__(self) -> MoodyServer:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """On the port that it had, where it ran before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Hangs up on everybody, and takes no more calls."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            for connection in self._open:
                connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            Thread(target=self._talk_or_give_up, args=(connection,), daemon=True).start()

    def _talk_or_give_up(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with self._lock:
                self._open.add(connection)
            try:
                self._talk(connection)
            finally:
                with self._lock:
                    self._open.discard(connection)
                connection.close()

    def _talk(self, connection: socket.socket) -> None:
        if self.mood == "hangs up":
            return
        connection.sendall(b"220 mail.example.org\r\n")
        with connection.makefile("rb") as lines:
            while line := lines.readline():
                step = line.strip().upper()[:4]
                if not self._answer(connection, step, b"354 Go on" if step == b"DATA" else b"250 OK"):
                    return
                if step == b"DATA" and self._spoils(b"DATA") is None and not self._take(connection, lines):
                    return

    def _take(self, connection: socket.socket, lines: BinaryIO) -> bool:
        """Reads the mail to its dot, and keeps it unless it is refused there; whether the conversation goes on."""
        content = bytearray()
        while (line := lines.readline()) and line != b".\r\n":
            content += line
            if self._spoils(b"the mail") is not None:
                return False
        found = MESSAGE_ID.search(bytes(content))
        if found and self.mood not in {"full", "spam"}:
            with self._lock:
                self.taken[found.group(1).decode()] += 1
        return self._answer(connection, b".", b"250 Taken")

    def _spoils(self, step: bytes) -> bytes | None:
        """What it answers at this step in the mood that it is in, where that is not the usual."""
        at, answer = ANSWERS.get(self.mood, (None, b""))
        return answer if at == step else None

    def _answer(self, connection: socket.socket, step: bytes, usual: bytes) -> bool:
        """Whether the conversation goes on."""
        time.sleep(self.delay)
        spoilt = self._spoils(step)
        answer = usual if spoilt is None else spoilt
        if answer:
            connection.sendall(answer + b"\r\n")
        return bool(answer) and not answer.startswith(b"421")
