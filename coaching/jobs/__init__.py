"""The timetable. APScheduler only ticks: every job wakes, asks the database what is due, and does it.

Its jobs live in memory, at fixed intervals in UTC. A tick that was missed is made up once; a job never runs beside
itself in one process; and any number of processes may run, because the database arbitrates.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from types import ModuleType

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from coaching.clock import utc_now
from coaching.config import Settings
from coaching.database import open_engine
from coaching.jobs import (
    expire_check_ins,
    heartbeat,
    post_check_ins,
    read_imports,
    remind,
    send_messages,
    sweep_leases,
    sweep_uploads,
    tidy,
    watch,
)
from coaching.jobs.guard import Guard
from coaching.jobs.workshop import Pace, Workshop
from coaching.uploads import prepare_folder

__all__ = ["JOBS", "Pace", "Workshop", "build_scheduler", "run_scheduler", "start_scheduler"]

# Each is a module with `run`, and its interval stands under its name in Pace.
JOBS: dict[str, ModuleType] = {
    "heartbeat": heartbeat,
    "watch": watch,
    "post_check_ins": post_check_ins,
    "remind": remind,
    "send_messages": send_messages,
    "sweep_leases": sweep_leases,
    "read_imports": read_imports,
    "expire_check_ins": expire_check_ins,
    "tidy": tidy,
    "sweep_uploads": sweep_uploads,
}
DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
WATCH_SECONDS = 1.0

log = logging.getLogger(__name__)


def build_scheduler(
    settings: Settings, engine: Engine, *, name: str, pace: Pace | None = None, stop: Event | None = None
) -> BackgroundScheduler:
    """The timetable of one process, not started yet. Every job's first tick is at once."""
    workshop = Workshop(settings, engine, name, pace or Pace(), stop or Event())
    return _timetable(workshop, Guard())


def start_scheduler(settings: Settings, *, pace: Pace | None = None, name: str | None = None) -> Callable[[], None]:
    """Starts the timetable beside whatever this process does, and returns what stops it.

    Stopping lets the message that is on its way arrive, puts the rest of the batch back, and takes seconds.
    """
    prepare_folder(settings.uploads)
    engine = open_engine(settings.database_url)
    stop = Event()
    workshop = Workshop(settings, engine, name or f"{socket.gethostname()}:{os.getpid()}", pace or Pace(), stop)
    guard = Guard()
    scheduler = _timetable(workshop, guard)
    scheduler.start()
    watcher = Thread(target=_watch, args=(scheduler, stop), name="clock-watch", daemon=True)
    watcher.start()

    def stop_scheduler() -> None:
        stop.set()
        scheduler.shutdown(wait=True)
        watcher.join()
        guard.run("stop", partial(heartbeat.stop, workshop))
        workshop.close()
        engine.dispose()

    return stop_scheduler


def run_scheduler(settings: Settings, *, pace: Pace | None = None, name: str | None = None) -> None:
    """Runs the timetable until SIGTERM or SIGINT. Call it in the main thread."""
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: told.set())
    stop_scheduler = start_scheduler(settings, pace=pace, name=name)
    told.wait()
    stop_scheduler()
    # The last line of a log tells an end in order from a crash.
    log.info("Stopped.")


def _timetable(workshop: Workshop, guard: Guard) -> BackgroundScheduler:
    # What APScheduler warns of, a tick that finds its job still at work, is how this timetable is meant.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults=DEFAULTS)
    for name, module in JOBS.items():
        scheduler.add_job(
            partial(guard.run, name, partial(module.run, workshop)),
            "interval",
            id=name,
            seconds=getattr(workshop.pace, name),
            next_run_time=utc_now(),
        )
    return scheduler


def _watch(scheduler: BackgroundScheduler, stop: Event) -> None:
    while not stop.wait(WATCH_SECONDS):
        set_right(scheduler, utc_now())


def set_right(scheduler: BackgroundScheduler, now: datetime) -> None:
    """Lets the timetable go on after the clock was set back: a tick further ahead than its own interval can only
    have been set by a clock that ran ahead, and would otherwise be waited for."""
    for job in scheduler.get_jobs():
        if job.next_run_time is not None and job.next_run_time > now + job.trigger.interval + timedelta(seconds=5):
            job.modify(next_run_time=now)
