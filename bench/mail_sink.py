"""A mail server that does next to nothing, in a process of its own: what it takes is gone.

`python -m bench.mail_sink ROUND_TRIP [pipelining]` prints its port. It lets every answer wait for so many seconds, and
answers what came in one write in one go, as a server at the other end of a long line does.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ANSWERS = {b"DATA": b"354 Go on\r\n", b"QUIT": b"221 Bye\r\n"}
_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One conversation."""

    def __init__(self, round_trip: float, *, pipelines: bool) -> None:
        self.round_trip = round_trip
        self.greeting = b"250-sink\r\n250 PIPELINING\r\n" if pipelines else b"250 sink\r\n"
        self.waiting, self.is_text = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        answers = b"".join(self._answers())
        if answers:
            self._say(answers)

    def _answers(self) -> Iterator[bytes]:
        while True:
            line, found, rest = self.waiting.partition(_END if self.is_text else b"\r\n")
            if not found:
                return
            self.waiting = rest
            word = line[:4].upper()
            answer = self.greeting if word == b"EHLO" else _ANSWERS.get(word, b"250 OK\r\n")
            yield b"250 Taken\r\n" if self.is_text else answer
            self.is_text = not self.is_text and word == b"DATA"

    def _say(self, words: bytes) -> None:
        if not self.round_trip:
            self.transport.write(words)
            return
        asyncio.get_running_loop().call_later(self.round_trip, self.transport.write, words)


@contextmanager
def running(round_trip: float = 0, *, pipelines: bool = True) -> Iterator[int]:
    """The port of such a server, which ends with the block."""
    words = [sys.executable, "-m", "bench.mail_sink", str(round_trip), *(["pipelining"] if pipelines else [])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def _serve(round_trip: float, *, pipelines: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(round_trip, pipelines=pipelines), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), pipelines="pipelining" in sys.argv[2:]))
