"""The sweep beside what others would do it with: a stored APScheduler job for each check-in, and procrastinate.

Their jobs do nothing, and only the running of them is timed where they let it be told apart; ours joins, writes the
link, the message and the new state.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from bench.measure import Finding, ratio, take_turns
from bench.naive_posting import run_stored_jobs
from bench.outbox_rows import NOW, database, fill
from bench.posting import batch_of, poster
from bench.stage import Stage

# As many as two schedulers share. More take longer to say the same.
SHARED = 300
SHARED_SECONDS = 60.0


def run(stage: Stage) -> list[Finding]:
    return [*_against_stored_jobs(stage), *_two_on_one_store(stage), *_against_procrastinate(stage)]


def _against_stored_jobs(stage: Stage) -> list[Finding]:
    """Once, because ten thousand of them take minutes; ours before and after them."""
    jobs, batch, rows = stage.effort.stored_jobs, batch_of(stage), stage.effort.swept
    with database(stage, "bench_stored") as engine:
        fill(engine, due=rows * 2, waiting=0)
        post = poster(engine, batch, rows)
        ours = _seconds(post)
        stored = _seconds(lambda: run_stored_jobs(engine, jobs))
        ours = (ours + _seconds(post)) / 2
    times = (rows / ours) / (jobs / stored)
    note = f"{jobs / stored:,.0f} jobs/s added and run, ours {rows / ours:,.0f} rows/s"
    what = f"sweep against {jobs:,} stored APScheduler jobs"
    return [Finding(what, stage.engine_name, times, "x as fast", note=note)]


def _two_on_one_store(stage: Stage) -> list[Finding]:
    """What APScheduler's documentation warns of: its schedulers know nothing of one another."""
    with database(stage, "bench_shared") as engine:
        runs, fallen = _share_a_store(engine, SHARED)
    doubled = sum(number > 1 for number in runs.values())
    note = f"{SHARED - len(runs)} never ran; threads of schedulers that died: {'; '.join(fallen) or 'none'}"
    what = f"APScheduler, two schedulers on one store: of {SHARED} jobs ran twice"
    return [
        Finding(what, stage.engine_name, doubled, "jobs", note=note),
        Finding("APScheduler, two schedulers on one store: died", stage.engine_name, len(fallen), "of 2 schedulers"),
    ]


_runs: Counter[int] = Counter()
_runs_lock = Lock()


def _note_run(number: int) -> None:
    with _runs_lock:
        _runs[number] += 1


def _share_a_store(engine: Engine, jobs: int) -> tuple[Counter[int], list[str]]:
    """How often each job ran, and the errors by which a scheduler's own thread ended."""
    _runs.clear()
    fallen: list[str] = []
    loud, threading.excepthook = threading.excepthook, lambda fault: fallen.append(fault.exc_type.__name__)
    schedulers = []
    for _ in range(2):
        store = SQLAlchemyJobStore(engine=engine, tablename="shared_job")
        schedulers.append(BackgroundScheduler(jobstores={"default": store}, timezone="UTC"))
        schedulers[-1].start(paused=True)
    for number in range(jobs):
        schedulers[0].add_job(_note_run, "date", run_date=NOW, args=[number], misfire_grace_time=None)
    for scheduler in schedulers:
        scheduler.resume()
    deadline = time.monotonic() + SHARED_SECONDS
    while len(_runs) < jobs and len(fallen) < len(schedulers) and time.monotonic() < deadline:
        time.sleep(0.05)
    for scheduler in schedulers:
        scheduler.shutdown()
    threading.excepthook = loud
    return _runs, fallen


def _against_procrastinate(stage: Stage) -> list[Finding]:
    """Jobs that were deferred before, so that only the running of them is timed."""
    if stage.engine_name != "postgresql":
        return []
    if importlib.util.find_spec("procrastinate") is None:
        print("procrastinate is not installed (bench/requirements.txt): that peer is left out.", file=sys.stderr)
        return []
    batch, rows, few = batch_of(stage), stage.effort.swept, stage.effort.swept
    rounds = min(5, stage.effort.sweeps)
    with database(stage, "bench_procrastinate") as engine:
        fill(engine, due=rows * (rounds + 1), waiting=0)
        theirs = _make_procrastinate(engine, few, rounds + 1)
        timings = take_turns({"ours": poster(engine, batch, rows), "theirs": theirs}, rounds=rounds, calls=1)
    times = ratio(timings["theirs"], timings["ours"]) * rows / few
    note = f"{few / timings['theirs'].p50:,.0f} jobs/s, which do nothing, one worker"
    return [Finding("sweep against procrastinate", stage.engine_name, times, "x as fast", 10, at_most=False, note=note)]


def _make_procrastinate(engine: Engine, jobs: int, rounds: int) -> Callable[[], None]:
    """A call that runs the next `jobs` jobs, each round's in a queue of its own."""
    import procrastinate

    dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=dsn)).open() as setting_up:
        setting_up.schema_manager.apply_schema()
        _task_of(setting_up)
        for number in range(rounds):
            setting_up.configure_task("post", queue=f"round{number}").batch_defer(*[{"number": n} for n in range(jobs)])
    numbers = count()

    def work() -> None:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn))
        _runs.clear()
        _task_of(app)
        options = {"wait": False, "install_signal_handlers": False, "listen_notify": False}
        app.run_worker(queues=[f"round{next(numbers)}"], **options)
        if len(_runs) != jobs:
            raise RuntimeError(f"{len(_runs)} jobs of procrastinate ran instead of {jobs}.")

    return work


def _task_of(app: Any) -> None:
    @app.task(name="post")
    async def post(number: int) -> None:
        _runs[number] += 1


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
