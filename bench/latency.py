"""How much longer the slowest calls take than the usual one, with the collector tamed as after start-up and without."""

from __future__ import annotations

import gc
from collections.abc import Callable

from bench.dashboard import on_cohorts
from bench.lists import COORDINATOR, PATH
from bench.measure import Finding, Timing
from bench.shape import NOW
from bench.stage import Stage
from coaching.memory import freeze_memory
from coaching.services.cohort_progress import cohort_progress


def _spell(call: Callable[[], object], calls: int, clock: Callable[[], float]) -> list[float]:
    seconds = []
    for _ in range(calls):
        started = clock()
        call()
        seconds.append(clock() - started)
    return seconds


def measure(
    call: Callable[[], object], *, rounds: int, calls: int, clock: Callable[[], float]
) -> tuple[Timing, Timing]:
    """The same calls with the collector tamed and as Python has it, in turns."""
    as_found = gc.get_threshold()
    tamed, usual = Timing([]), Timing([])
    _spell(call, calls, clock)
    try:
        for _ in range(rounds):
            freeze_memory()
            tamed.rounds.append(_spell(call, calls, clock))
            gc.unfreeze()
            gc.set_threshold(*as_found)
            usual.rounds.append(_spell(call, calls, clock))
    finally:
        gc.unfreeze()
        gc.set_threshold(*as_found)
    return tamed, usual


def run(stage: Stage) -> list[Finding]:
    rounds, calls, engine = stage.effort.rounds, stage.effort.slow_calls, stage.engine_name
    ask = stage.asker(PATH, token=stage.token_for(COORDINATOR))
    findings = []
    with stage.reading() as session:
        read = on_cohorts(stage, session, lambda cohort, who: cohort_progress(session, cohort, actor=who, now=NOW))
        for work, call in (("cohort dashboard", read), ("list of 50 rows, whole WSGI call", ask)):
            tamed, usual = measure(call, rounds=rounds, calls=calls, clock=stage.clock)
            note = f"p50 {tamed.p50 * 1000:.2f} ms, p99 {tamed.p99 * 1000:.2f} ms"
            findings += [
                Finding(f"{work}: p99 / p50", engine, tamed.p99 / tamed.p50, "x", 4, note=note),
                Finding(f"{work}: p99 / p50, default collector", engine, usual.p99 / usual.p50, "x"),
            ]
    return findings
