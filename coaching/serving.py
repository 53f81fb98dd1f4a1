"""gunicorn, told by us: the web alone, or the web with the scheduler beside it in one worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.exceptions import BadRequest

from coaching.app import create_app
from coaching.config import Settings
from coaching.memory import freeze_memory

UNREADABLE = {
    errors.LimitRequestLine: (414, "uri-too-long", "The address is too long. Send at most 4,094 characters."),
    errors.LimitRequestHeaders: (431, "headers-too-large", "The headers are too large, or too many. Send fewer."),
    errors.ExpectationFailed: (417, "expectation-failed", "Leave the header Expect out."),
    errors.UnsupportedTransferCoding: (501, "transfer-coding", "Send the body as it is, or chunked."),
}
MALFORMED = (400, "malformed", "This is not a request in HTTP that can be read.")

log = logging.getLogger(__name__)


class WebWorker(ThreadWorker):
    """gunicorn's, which answers what it cannot read as the API does; the log does not quote it: it may hold secrets."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        # With a request that could be read, what failed is our own answer.
        if req is not None or not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.info("A request was refused unread: %s", type(exc).__name__)
        try:
            util.write_nonblock(client, _refusal(exc))
        except OSError:
            self.log.debug("Whoever sent it had gone.")


def _refusal(error: errors.ParseException) -> bytes:
    """The whole answer to a request that never reached the app, as `blueprints/problems.py` would write it."""
    status, code, detail = UNREADABLE.get(type(error), MALFORMED)
    title = HTTPStatus(status).phrase
    told = {"type": f"urn:coaching:problem:{code}", "title": title, "status": status, "detail": detail, "code": code}
    body = orjson.dumps(told)
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _say_stopped(_server: Any) -> None:
    """The last line of a log tells an end in order from a crash; where there is no log of ours, nothing is said."""
    log.info("Stopped.")


class ChunkedBody:
    """A body in chunks, of which a broken one is the sender's fault: read as gunicorn reads it, it would be ours."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def read(self, *size: int) -> bytes:
        try:
            data: bytes = self.stream.read(*size)
        except errors.ParseException as error:
            raise BadRequest from error
        return data

    def readline(self, *size: int) -> bytes:
        try:
            line: bytes = self.stream.readline(*size)
        except errors.ParseException as error:
            raise BadRequest from error
        return line


def with_sound_chunks(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application, where it meets bodies in chunks."""

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = ChunkedBody(environ["wsgi.input"])
        return app(environ, start_response)

    return application


class WebServer(BaseApplication):
    """The WSGI application under gunicorn's threaded workers.

    `beside` is started in each worker once it is up, and what it returns is called when the worker leaves.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        host: str,
        port: int,
        workers: int,
        threads: int,
        beside: Callable[[], Callable[[], None]] | None = None,
    ) -> None:
        self.settings = settings
        self.beside = beside
        self.stop_beside: Callable[[], None] | None = None
        self.options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": threads,
            "worker_class": WebWorker,
            "control_socket_disable": True,
            "graceful_timeout": 20,
            "timeout": 60,
            "keepalive": 5,
            "loglevel": "warning",
            # What forwarded headers are worth is for ProxyFix to say, by COACHING_TRUSTED_PROXIES.
            "forwarded_allow_ips": "",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)
        self.cfg.set("post_worker_init", self._worker_is_up)
        self.cfg.set("worker_exit", self._worker_leaves)
        self.cfg.set("on_exit", _say_stopped)

    def load(self) -> Any:
        return with_sound_chunks(create_app(self.settings))

    def _worker_is_up(self, _worker: Any) -> None:
        freeze_memory()
        if self.beside is not None:
            self.stop_beside = self.beside()

    def _worker_leaves(self, _server: Any, _worker: Any) -> None:
        if self.stop_beside is not None:
            self.stop_beside()
