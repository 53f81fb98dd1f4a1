"""The sweep and the claims: ours beside a range UPDATE by the bare driver, and beside the naive ways, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from statistics import median
from typing import Any

from sqlalchemy import Engine

from bench.measure import Finding, ratio, take_turns
from bench.naive_posting import post_naively, run_stored_jobs
from bench.outbox_rows import database, fill, fill_messages
from bench.posting import batch_of, claim_and_settle_some, poster
from bench.stage import Stage


def run(stage: Stage) -> list[Finding]:
    """Every comparison on this engine. `--quick` has fewer rows and rounds."""
    return [*_claims(stage), *_whole_sweep(stage), *_peers(stage)]


def range_updates(engine: Engine, table: str, values: str, rows: int) -> Callable[[], None]:
    """The limit: the next `rows` of a table changed by one statement of the bare driver, by their numbers."""
    numbers = count(0)
    driver: Any = engine.raw_connection()
    statement = f"UPDATE {table} SET {values} WHERE id > {{low}} AND id <= {{high}}"

    def update() -> None:
        number = next(numbers)
        cursor = driver.cursor()
        cursor.execute("BEGIN IMMEDIATE") if engine.dialect.name == "sqlite" else None
        cursor.execute(statement.format(low=number * rows, high=(number + 1) * rows))
        if cursor.rowcount != rows:
            raise RuntimeError(f"{cursor.rowcount} rows instead of {rows}")
        driver.driver_connection.commit()

    return update


def _claims(stage: Stage) -> list[Finding]:
    """Claim and settle in batches. Both change the same number of rows of two equal tables."""
    batch, rows = batch_of(stage), 2 * stage.effort.swept
    amount = rows * (stage.effort.sweeps + 1)
    with database(stage, "bench_claims") as ours, database(stage, "bench_claims_raw") as raw:
        fill_messages(ours, amount)
        fill_messages(raw, amount)
        competitors = {
            "ours": lambda: claim_and_settle_some(ours, batch, rows),
            "raw": range_updates(raw, "message", "state = 'sent'", rows),
        }
        timings = take_turns(competitors, rounds=stage.effort.sweeps, calls=1, clock=stage.clock)
    share = 1 / ratio(timings["ours"], timings["raw"])
    rate = rows / timings["ours"].p50
    target = 0.06 if stage.engine_name == "sqlite" else 0.20
    note = f"{rate:,.0f} rows/s, batches of {batch}; raw {rows / timings['raw'].p50:,.0f}"
    return [Finding("claim + settle", stage.engine_name, share, "x raw UPDATE", target, at_most=False, note=note)]


def _whole_sweep(stage: Stage) -> list[Finding]:
    """Claim, join, link, message, new state: everything that posting a check-in does."""
    batch, rows = batch_of(stage), stage.effort.swept
    amount = rows * (stage.effort.sweeps + 1)
    with database(stage, "bench_sweep") as ours, database(stage, "bench_sweep_raw") as raw:
        fill(ours, due=amount, waiting=0)
        fill(raw, due=amount, waiting=0)
        competitors = {
            "ours": poster(ours, batch, rows),
            "raw": range_updates(raw, "check_in", "state = 'asked'", rows),
        }
        walls: list[float] = []
        timings = take_turns(
            {"ours": _timed(competitors["ours"], walls), "raw": competitors["raw"]},
            rounds=stage.effort.sweeps,
            calls=1,
            clock=stage.clock,
        )
    own = "of its thread's time" if stage.engine_name == "sqlite" else "of the clock's time"
    note = f"batches of {batch}, a second {own}; {rows / median(walls):,.0f} by the clock"
    share = 1 / ratio(timings["ours"], timings["raw"])
    return [
        Finding(
            "whole sweep", stage.engine_name, rows / timings["ours"].p50, "rows/s", 10_000, at_most=False, note=note
        ),
        Finding("whole sweep", stage.engine_name, share, "x raw UPDATE", note="of the check-ins alone"),
    ]


def _timed(call: Callable[[], None], walls: list[float]) -> Callable[[], None]:
    def timed() -> None:
        started = time.perf_counter()
        call()
        walls.append(time.perf_counter() - started)

    return timed


def _peers(stage: Stage) -> list[Finding]:
    """The naive ways, by the clock on the wall: a commit a row through the ORM, and a stored job a check-in."""
    batch, rows, few = batch_of(stage), stage.effort.swept, stage.effort.posted_naively
    rounds = min(5, stage.effort.sweeps)
    with database(stage, "bench_peers") as ours, database(stage, "bench_naive") as naive:
        fill(ours, due=rows * (rounds + 1), waiting=0)
        fill(naive, due=few * (rounds + 1), waiting=0)
        competitors = {
            "ours": poster(ours, batch, rows),
            "naive": lambda: post_naively(naive, few),
            "stored": lambda: run_stored_jobs(naive, few),
        }
        timings = take_turns(competitors, rounds=rounds, calls=1)
    by_row = ratio(timings["naive"], timings["ours"]) * rows / few
    by_job = ratio(timings["stored"], timings["ours"]) * rows / few
    naive_rate, stored_rate = (few / timings[name].p50 for name in ("naive", "stored"))
    return [
        Finding(
            "sweep against a commit a row (ORM)",
            stage.engine_name,
            by_row,
            "x as fast",
            50,
            at_most=False,
            note=f"{naive_rate:,.0f} rows/s",
        ),
        Finding(
            "sweep against a stored APScheduler job each",
            stage.engine_name,
            by_job,
            "x as fast",
            note=f"{stored_rate:,.0f} jobs/s, which do nothing but be added and run",
        ),
    ]
