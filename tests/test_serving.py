"""gunicorn as we run it: what it cannot read is answered as the API answers, and quoted nowhere."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from coaching.cli import upgrade_schema
from coaching.config import Settings

SECRET = "coaching_a-token-that-somebody-put-into-an-address"
UNREADABLE = {
    "no request": (f"{SECRET}\r\n\r\n", 400, "malformed"),
    "a header without a name": (f"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n: {SECRET}\r\n\r\n", 400, "malformed"),
    "a long address": (f"GET /api/v1/me?{SECRET}{'x' * 5000} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri-too-long"),
    "a long header": (
        f"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX: {SECRET}{'x' * 9000}\r\n\r\n", 431, "headers-too-large",
    ),
    "many headers": (
        "GET /api/v1/me HTTP/1.1\r\nHost: x\r\n" + "X: x\r\n" * 150 + "\r\n", 431, "headers-too-large",
    ),
}  # fmt: skip


def ask(port: int, request: str) -> tuple[int, dict[str, str], bytes]:
    """The answer to these bytes: status, headers, body."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(request.encode())
        line.shutdown(socket.SHUT_WR)
        with line.makefile("rb") as answer:
            whole = answer.read()
    head, _, body = whole.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split()[1]), dict(one.split(": ", 1) for one in rest), body


def start(instance: Path, *command: str) -> tuple[subprocess.Popen[bytes], int]:
    """A server of this instance, whose log is the file `log` in it, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = f"from coaching.commands import main; main({[*command, '--port', str(port)]!r})"
    with (instance / "log").open("wb") as written:
        server = subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"COACHING_INSTANCE": str(instance), "COACHING_ENVIRONMENT": "development"},
            stdout=written,
            stderr=written,
        )
    return server, port


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Waits until somebody listens."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("The server did not start.")


def test_what_cannot_be_read_is_a_problem_and_is_not_logged(tmp_path: Path) -> None:
    upgrade_schema(Settings(instance=tmp_path))
    server, port = start(tmp_path, "web", "--workers", "1")
    try:
        wait_for(port, server)
        for name, (request, status, code) in UNREADABLE.items():
            answered, headers, body = ask(port, request)
            told = json.loads(body)
            assert (answered, told["status"], told["code"]) == (status, status, code), name
            assert told["detail"], name
            assert headers["Content-Type"] == "application/problem+json"
            assert headers["Content-Length"] == str(len(body))
        head = "POST /sign-in HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nTransfer-Encoding: chunked\r\n"
        form = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        answered, _, body = ask(port, f"{head}{form}no length\r\n{SECRET}\r\n")
        assert (answered, json.loads(body)["status"]) == (400, 400)
        answered, _, body = ask(port, "GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (answered, json.loads(body)["status"]) == (401, 401)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    assert SECRET not in (tmp_path / "log").read_text()


def test_an_end_in_order_is_told_from_a_crash_by_the_last_line_of_the_log(tmp_path: Path) -> None:
    server, port = start(tmp_path, "serve")
    try:
        wait_for(port, server)
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    lines = (tmp_path / "log").read_text().splitlines()
    assert [line.endswith(" INFO Stopped.") for line in lines[-2:]] == [False, True]
