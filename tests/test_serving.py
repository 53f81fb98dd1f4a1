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
    settings = Settings(instance=tmp_path)
    upgrade_schema(settings)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = f"from coaching.commands import main; main(['web', '--workers', '1', '--port', '{port}'])"
    log = tmp_path / "log"
    with log.open("wb") as written:
        server = subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"COACHING_INSTANCE": str(tmp_path), "COACHING_ENVIRONMENT": "development"},
            stdout=written,
            stderr=written,
        )
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
    assert SECRET not in log.read_text()
