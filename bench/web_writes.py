"""How long a web process waits for its small transactions while a sweep is at work: SQLite lets one write at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Event as EventType
from statistics import quantiles
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.measure import Finding
from bench.outbox_rows import NOW, database, fill
from bench.posting import workshop
from bench.stage import Stage
from coaching.database import open_engine
from coaching.jobs import post_check_ins
from coaching.models import SignInFailure


def run(stage: Stage) -> list[Finding]:
    """A web process writes while a sweep is at work in ours."""
    if stage.engine_name != "sqlite":
        return []
    rows = stage.effort.swept_beside_web
    with database(stage, "bench_web") as engine:
        fill(engine, due=rows, waiting=0)
        url = engine.url.render_as_string(hide_password=False)
        alone = _write_during(url, lambda: time.sleep(2))
        sweeper = workshop(stage, engine, NOW)
        during = _write_during(url, lambda: post_check_ins.run(sweeper))
    note = f"{len(during):,} writes; alone p99 {_p99(alone) * 1000:.1f} ms"
    return [Finding("web write during a sweep, p99", stage.engine_name, _p99(during) * 1000, "ms", 20, note=note)]


def _write_during(url: str, work: Callable[[], object]) -> list[float]:
    """The seconds of each write of another process, for as long as `work` takes."""
    context = get_context("spawn")
    ready, over, results = context.Event(), context.Event(), context.Queue()
    writer = context.Process(target=_write_on_and_on, args=(url, ready, over, results), daemon=True)
    writer.start()
    ready.wait(60)
    work()
    over.set()
    taken: list[float] = results.get(timeout=60)
    writer.join()
    return taken


def _write_on_and_on(url: str, ready: EventType, over: EventType, results: Any) -> None:
    engine = open_engine(url)
    with Session(engine) as session:
        session.execute(text("SELECT 1"))
    ready.set()
    taken = []
    while not over.is_set():
        started = time.perf_counter()
        with Session(engine) as session, session.begin():
            session.add(SignInFailure(account_hash="a", address_hash="b", at=NOW))
        taken.append(time.perf_counter() - started)
        time.sleep(0.01)
    results.put(taken)


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]
