"""Scheduler processes that are killed. Each is what `coaching scheduler` runs, in a process of its own.

They are forked from a server that has imported everything already (`forkserver`), so that a life begins at once and a
hundred of them are not a hundred starts of Python. The fork has one thread and no connection: nothing is shared.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess

from coaching.config import Settings
from coaching.jobs import Pace, run_scheduler
from coaching.services.delivery import SendingRules

_context = get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.process", "coaching.channels.mime", "sqlite3", "psycopg"])


def make_pace(*, tick: float = 0.02, lease: float = 60, batch: int = 50) -> Pace:
    """Short intervals. `lease` is for how long a process that was killed keeps what it held, in seconds."""
    span = timedelta(seconds=lease)
    wait = timedelta(seconds=tick)
    rules = SendingRules(batch=batch, claim_lease=span, send_lease=span, first_backoff=wait, first_pause=wait)
    return Pace(
        post_check_ins=tick,
        remind=tick,
        send_messages=tick,
        sweep_leases=tick,
        read_imports=tick,
        heartbeat=tick * 5,
        rules=rules,
        resend_after=wait,
        post_batch=batch,
    )


def start_process(settings: Settings, pace: Pace) -> ForkServerProcess:
    """A scheduler in a new process, which the caller ends."""
    process = _context.Process(target=run_scheduler, args=(settings,), kwargs={"pace": pace}, daemon=True)
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    """Ends it as a power cut would: nothing in it gets to run any more."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    assert process.exitcode == -signal.SIGKILL, "It had ended by itself before."


@contextmanager
def running(settings: Settings, pace: Pace) -> Iterator[ForkServerProcess]:
    """A scheduler process that is asked to end at the end, and does."""
    process = start_process(settings, pace)
    try:
        yield process
    finally:
        process.terminate()
        process.join(15)
        assert process.exitcode == 0
