"""What a scheduler weighs beside few and beside many check-ins that wait: the process that `coaching scheduler` is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bench.measure import Finding
from bench.outbox_rows import database, fill
from bench.stage import NOTES_KEY, SECRET, Stage
from coaching.clock import utc_now
from coaching.models import Message, MessageState

FEW = 1_000
DUE = 500
PATIENCE = 180
# After the last mail: long enough for each of the short ticks.
LINGERS = 15
MOST_MEGABYTES = 150


def run(stage: Stage) -> list[Finding]:
    few, many = _weigh_beside(stage, FEW), _weigh_beside(stage, stage.effort.waiting)
    what, engine = "memory of a scheduler (PSS)", stage.engine_name
    return [
        Finding(
            f"{what}, {FEW:,} waiting", engine, few, "MB", MOST_MEGABYTES, note=f"after posting {DUE} and mailing them"
        ),
        Finding(f"{what}, {stage.effort.waiting:,} waiting", engine, many, "MB", MOST_MEGABYTES),
        Finding("memory of a scheduler, against few waiting", engine, many / few, "x", 1.1),
    ]


def _weigh_beside(stage: Stage, waiting: int) -> float:
    """Megabytes, after it has posted and mailed something, so that all that it uses is loaded."""
    with database(stage, f"bench_weigh_{waiting}") as engine:
        fill(engine, due=DUE, waiting=waiting, now=utc_now(), anytime=True)
        surroundings = os.environ | {
            "COACHING_ENVIRONMENT": "production",
            "COACHING_SECRET_KEY": SECRET,
            "COACHING_NOTES_KEY": NOTES_KEY,
            "COACHING_DATABASE_URL": engine.url.set(drivername=stage.engine_name).render_as_string(hide_password=False),
            "COACHING_INSTANCE": str(stage.folder),
        }
        command = [Path(sys.executable).parent / "coaching", "scheduler"]
        process = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_mailed(engine, process)
            time.sleep(LINGERS)
            weight: float = psutil.Process(process.pid).memory_full_info().pss / 1e6
        finally:
            process.terminate()
            process.wait(PATIENCE)
    return weight


def _wait_until_mailed(engine: Engine, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with Session(engine) as session:
            if session.scalar(select(func.count()).where(Message.state == MessageState.SENT)) == DUE:
                return
        time.sleep(0.2)
    raise RuntimeError("The scheduler did not mail what was due.")
