"""The timetable beside everything else: rows that wait, idle ticks, planning."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bench.measure import Finding, ratio, take_turns
from bench.outbox_rows import NOW, database, fill, fill_cohorts
from bench.posting import batch_of, poster, workshop
from bench.stage import Stage
from coaching.jobs import Workshop, post_check_ins, send_messages
from coaching.models import Cohort
from coaching.services.follow_ups import plan_check_ins


def run(stage: Stage) -> list[Finding]:
    """Every figure on this engine."""
    return [*_pending(stage), *_planning(stage)]


def _pending(stage: Stage) -> list[Finding]:
    """A thousand that wait beside a million: batches cost the same, and an idle tick next to nothing."""
    few, many = 1_000, stage.effort.waiting
    batch, rows = batch_of(stage), 500
    amount = rows * (stage.effort.sweeps + 1)
    with database(stage, "bench_few") as small, database(stage, "bench_many") as large:
        fill(small, due=amount, waiting=few)
        fill(large, due=amount, waiting=many)
        competitors = {"few": poster(small, batch, rows), "many": poster(large, batch, rows)}
        timings = take_turns(competitors, rounds=stage.effort.sweeps, calls=1, clock=stage.clock)
        idle = workshop(stage, large, NOW - timedelta(days=1))
        ticks = take_turns({"tick": lambda: _tick(idle)}, rounds=stage.effort.sweeps, calls=20)
    slower = max(ratio(timings["many"], timings["few"]), ratio(timings["few"], timings["many"]))
    return [
        Finding(f"batches with {many:,} waiting", stage.engine_name, slower, f"x those with {few:,}", 1.35),
        Finding("idle tick of posting and sending", stage.engine_name, ticks["tick"].p50 * 1000, "ms", 2.0),
    ]


def _tick(idle: Workshop) -> None:
    if post_check_ins.run(idle) or send_messages.run(idle):
        raise RuntimeError("The tick was not idle.")


def _planning(stage: Stage) -> list[Finding]:
    """A year of check-ins for everyone, in cohorts of 200 that are planned one after the other."""
    members, rounds = 200, stage.effort.planned
    with database(stage, "bench_plans") as engine:
        cohorts = iter(fill_cohorts(engine, rounds + 1, members))

        def plan() -> None:
            with Session(engine) as session, session.begin():
                if plan_check_ins(session, session.get_one(Cohort, next(cohorts)), now=NOW) != members * 5:
                    raise RuntimeError("Not everything was planned.")

        timings = take_turns({"ours": plan}, rounds=rounds, calls=1, clock=stage.clock)
    rate = members * 5 / timings["ours"].p50
    subject = f"planning a year for {rounds * members:,} members"
    # PostgreSQL has no target: it waits for another process at every statement.
    target = 20_000 if stage.engine_name == "sqlite" else None
    return [Finding(subject, stage.engine_name, rate, "rows/s", target, at_most=False)]
