"""The timetable beside everything else: rows that wait, idle ticks, planning, and the web during a sweep."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event as EventType
from statistics import quantiles
from threading import Event as Signal
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench.measure import Finding, ratio, take_turns
from bench.outbox_rows import NOW, database, fill, fill_cohorts
from bench.posting import batch_of, poster, rounds_of
from bench.stage import Stage
from coaching.config import Settings
from coaching.database import open_engine
from coaching.jobs import Pace, Workshop, post_check_ins, send_messages
from coaching.models import Cohort, SignInFailure
from coaching.services.follow_ups import plan_check_ins


def run(stage: Stage) -> list[Finding]:
    """Every figure on this engine. `--quick` has fewer rows and rounds."""
    findings = [*_pending(stage), *_planning(stage)]
    if stage.engine_name == "sqlite":
        findings += _web_writes(stage)
    return findings


def _pending(stage: Stage) -> list[Finding]:
    """A thousand that wait beside a million: batches cost the same, and an idle tick next to nothing."""
    few, many = 1_000, 100_000 if stage.is_quick else 1_000_000
    batch, rows = batch_of(stage), 500
    amount = rows * (rounds_of(stage) + 1)
    with database(stage, "bench_few") as small, database(stage, "bench_many") as large:
        fill(small, due=amount, waiting=few)
        fill(large, due=amount, waiting=many)
        competitors = {"few": poster(small, batch, rows), "many": poster(large, batch, rows)}
        timings = take_turns(competitors, rounds=rounds_of(stage), calls=1, clock=stage.clock)
        with _workshop(stage, large) as workshop:
            ticks = take_turns({"tick": lambda: _tick(workshop)}, rounds=rounds_of(stage), calls=20)
    slower = max(ratio(timings["many"], timings["few"]), ratio(timings["few"], timings["many"]))
    return [
        Finding(f"batches with {many:,} waiting", stage.engine_name, slower, f"x those with {few:,}", 1.35),
        Finding("idle tick of posting and sending", stage.engine_name, ticks["tick"].p50 * 1000, "ms", 2.0),
    ]


@contextmanager
def _workshop(stage: Stage, engine: Engine) -> Iterator[Workshop]:
    """A scheduler's tools, at a moment before anything else is due."""
    settings = Settings(environment="test", secret_key="only-for-the-bench-0123456789-abcdef", instance=stage.folder)
    early = NOW - timedelta(days=1)
    yield Workshop(settings, engine, "bench", Pace(), Signal(), lambda: early)


def _tick(workshop: Workshop) -> None:
    if post_check_ins.run(workshop) or send_messages.run(workshop):
        raise RuntimeError("The tick was not idle.")


def _planning(stage: Stage) -> list[Finding]:
    """A year of check-ins for everyone in cohorts of 200, at once."""
    members, rounds = 200, rounds_of(stage)
    with database(stage, "bench_plans") as engine:
        cohorts = iter(fill_cohorts(engine, rounds + 1, members))

        def plan() -> None:
            with Session(engine) as session, session.begin():
                if plan_check_ins(session, session.get_one(Cohort, next(cohorts)), now=NOW) != members * 5:
                    raise RuntimeError("Not everything was planned.")

        timings = take_turns({"ours": plan}, rounds=rounds, calls=1, clock=stage.clock)
    rate = members * 5 / timings["ours"].p50
    return [Finding("planning check-ins", stage.engine_name, rate, "rows/s", 20_000, at_most=False)]


def _web_writes(stage: Stage) -> list[Finding]:
    """A web process writes small transactions while a sweep is at work in ours."""
    rows = 5_000 if stage.is_quick else 30_000
    with database(stage, "bench_web") as engine:
        fill(engine, due=rows, waiting=0)
        url = engine.url.render_as_string(hide_password=False)
        alone = _write_during(url, lambda: time.sleep(2))
        with _workshop(stage, engine) as workshop:
            workshop.clock = lambda: NOW
            during = _write_during(url, lambda: post_check_ins.run(workshop))
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
