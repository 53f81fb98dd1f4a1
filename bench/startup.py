"""How long the product takes until it could serve, and what a worker of the web server weighs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

import psutil

from bench.measure import Finding
from bench.stage import NOTES_KEY, SECRET, Stage

STARTS = 7
WORKERS = 2
PATIENCE = 30
# The limit beside it: what importing the frameworks alone takes.
FRAMEWORKS = "import flask, sqlalchemy.orm, flask_sqlalchemy, flask_login, flask_wtf, flask_smorest, marshmallow"
START = "import wsgi"


def _surroundings(stage: Stage) -> dict[str, str]:
    return os.environ | {
        "COACHING_ENVIRONMENT": "production",
        "COACHING_SECRET_KEY": SECRET,
        "COACHING_NOTES_KEY": NOTES_KEY,
        "COACHING_DATABASE_URL": stage.url,
        "COACHING_INSTANCE": str(stage.folder),
        "COACHING_BASE_URL": "http://127.0.0.1:8000",
    }


def _seconds(program: str, surroundings: dict[str, str]) -> float:
    """From within, so that the interpreter's own start is left out."""
    timed = f"import time; started = time.perf_counter(); {program}; print(time.perf_counter() - started)"
    found = subprocess.run([sys.executable, "-c", timed], env=surroundings, capture_output=True, text=True, check=True)
    return float(found.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _weigh(surroundings: dict[str, str]) -> float:
    """The megabytes of a worker (PSS: what is shared counts in parts), after some requests."""
    port = _free_port()
    command = [Path(sys.executable).parent / "coaching", "web", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/live")
        for _ in range(40):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5).read()
        workers = psutil.Process(server.pid).children()
        return sum(worker.memory_full_info().pss for worker in workers) / len(workers) / 1e6
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def run(stage: Stage) -> list[Finding]:
    surroundings, engine = _surroundings(stage), stage.engine_name
    ours, frameworks = [], []
    for _ in range(STARTS):
        ours.append(_seconds(START, surroundings))
        frameworks.append(_seconds(FRAMEWORKS, surroundings))
    note = f"the frameworks alone {median(frameworks):.2f} s"
    return [
        Finding("start-up: import and create_app", engine, median(ours), "s", 0.8, note=note),
        Finding("start-up: against the frameworks' import", engine, median(ours) / median(frameworks), "x"),
        Finding("memory of a web worker (PSS)", engine, _weigh(surroundings), "MB", 80, note=f"{WORKERS} workers"),
    ]
