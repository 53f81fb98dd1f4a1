"""Claims and sweeps by one, two and four processes at once, beside the bare driver's range UPDATE in the same run.

The processes stand ready throughout; each round some of them are given their share. Time is the clock's, because what
one waits for the other to let go of counts too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Engine

from bench.measure import Finding, Timing, ratio, take_turns
from bench.outbox_rows import database, fill, fill_messages
from bench.posting import batch_of, claim_and_settle_some, post_some
from bench.stage import Stage
from bench.sweep import range_updates
from coaching.database import open_engine

AT_ONCE = (1, 2, 4)
PATIENCE = 120
WORK: dict[str, Callable[[Engine, int, int], None]] = {"claim + settle": claim_and_settle_some, "sweep": post_some}
# Of a raw UPDATE by one process. With four on two cores nothing is asked but to be told.
CLAIM_TARGETS = {("sqlite", 1): 0.06, ("postgresql", 1): 0.20, ("postgresql", 2): 0.30}
SWEEP_TARGET = 10_000


def run(stage: Stage) -> list[Finding]:
    return [*_claims(stage), *_sweeps(stage)]


def _claims(stage: Stage) -> list[Finding]:
    rows = 2 * _share(stage) * max(AT_ONCE)
    amount = rows * len(AT_ONCE) * (stage.effort.sweeps + 2)
    with database(stage, "bench_some") as ours, database(stage, "bench_some_raw") as raw:
        fill_messages(ours, amount)
        fill_messages(raw, rows * (stage.effort.sweeps + 2))
        timings = _measure(stage, ours, raw, "claim + settle", ("message", "state = 'sent'"), rows)
    return [
        Finding(
            f"claim + settle, {_many(number)}",
            stage.engine_name,
            1 / ratio(timings[_many(number)], timings["raw"]),
            "x raw UPDATE",
            CLAIM_TARGETS.get((stage.engine_name, number)),
            at_most=False,
            note=f"{rows / timings[_many(number)].p50:,.0f} rows/s; raw {rows / timings['raw'].p50:,.0f}",
        )
        for number in AT_ONCE
    ]


def _sweeps(stage: Stage) -> list[Finding]:
    rows = _share(stage) * max(AT_ONCE)
    amount = rows * len(AT_ONCE) * (stage.effort.sweeps + 2)
    with database(stage, "bench_sweepers") as ours, database(stage, "bench_sweepers_raw") as raw:
        fill(ours, due=amount, waiting=0)
        fill(raw, due=rows * (stage.effort.sweeps + 2), waiting=0)
        timings = _measure(stage, ours, raw, "sweep", ("check_in", "state = 'asked'"), rows)
    return [
        Finding(
            f"whole sweep, {_many(number)}",
            stage.engine_name,
            rows / timings[_many(number)].p50,
            "rows/s",
            SWEEP_TARGET if number < 4 else None,
            at_most=False,
            note=f"by the clock; {1 / ratio(timings[_many(number)], timings['raw']):.2f} x raw UPDATE",
        )
        for number in AT_ONCE
    ]


def _share(stage: Stage) -> int:
    """What each of four is given: whole batches."""
    return max(batch_of(stage), stage.effort.swept // max(AT_ONCE) // batch_of(stage) * batch_of(stage))


def _many(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"


def _measure(
    stage: Stage, ours: Engine, raw: Engine, work: str, change: tuple[str, str], rows: int
) -> dict[str, Timing]:
    url = ours.url.render_as_string(hide_password=False)
    with _standing_by(url, work, batch_of(stage)) as helpers:
        competitors: dict[str, Callable[[], object]] = {
            _many(number): lambda number=number: _share_out(helpers[:number], rows // number)  # type: ignore[misc]
            for number in AT_ONCE
        }
        # Each connects and prepares its statements before anything is timed.
        _share_out(helpers, batch_of(stage))
        competitors["raw"] = range_updates(raw, *change, rows)
        return take_turns(competitors, rounds=stage.effort.sweeps, calls=1)


@dataclass(frozen=True)
class _Helper:
    """A process that does the share it is given, and says when it has."""

    line: Connection
    process: Any


@contextmanager
def _standing_by(url: str, work: str, batch: int) -> Iterator[list[_Helper]]:
    context = get_context("spawn")
    helpers = []
    for _ in range(max(AT_ONCE)):
        line, other = context.Pipe()
        process = context.Process(target=_help, args=(other, url, work, batch), daemon=True)
        process.start()
        helpers.append(_Helper(line, process))
    try:
        yield helpers
    finally:
        for helper in helpers:
            helper.line.send(0)
            helper.process.join(PATIENCE)


def _share_out(helpers: list[_Helper], share: int) -> None:
    for helper in helpers:
        helper.line.send(share)
    for helper in helpers:
        if not helper.line.poll(PATIENCE):
            raise RuntimeError("A process did not finish its share.")
        helper.line.recv()


def _help(line: Connection, url: str, work: str, batch: int) -> None:
    engine = open_engine(url)
    while share := line.recv():
        WORK[work](engine, batch, share)
        line.send("done")
    engine.dispose()
