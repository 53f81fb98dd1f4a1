"""An HTTP server that stands for a Mattermost: it keeps what comes in, and answers, or fails to, as it is told."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Webhook:
    """What the server does, and what came to it. `answer` is a status; or the way in which it fails."""

    port: int = 0
    answer: int | str = 200
    headers: dict[str, str] = field(default_factory=dict)
    came: list[tuple[str, str, bytes]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0
    over: Event = field(default_factory=Event)


@contextmanager
def webhook_server(context: ssl.SSLContext | None = None) -> Iterator[Webhook]:
    """The server, on a port of this machine, until the end of the block."""
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            webhook.connections += 1
            super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            webhook.came.append((self.path, self.headers["Host"], body))
            if webhook.answer == "hang up":
                self.connection.shutdown(socket.SHUT_RDWR)
            elif webhook.answer == "silence":
                webhook.over.wait(5)
            elif webhook.answer == "drip":
                while not webhook.over.wait(0.05):
                    self.wfile.write(b"H")
            elif webhook.answer == "nonsense":
                self.wfile.write(b"220 mail.example.org ESMTP\r\n")
            else:
                self.send_response(int(webhook.answer))
                for name, value in webhook.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(self.path.encode())

        def log_message(self, *_words: Any) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_about: Any) -> None:
            """A client that hangs up is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: webhook.names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    webhook.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield webhook
    finally:
        webhook.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
