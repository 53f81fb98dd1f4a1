"""The whole page of a cohort as its coach gets it: sign-in by cookie, policies, data, template."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.dashboard import counted, raw_reader
from bench.measure import Finding, take_turns
from bench.shape import public_id
from bench.stage import Stage
from coaching.extensions import db

COHORT = 1
LIMIT_MS = 10
STATEMENTS = 11


def _statements(stage: Stage, ask: Callable[[], bytes]) -> int:
    with stage.app.app_context():
        engine = db.engine
    with counted(engine) as statements:
        ask()
    return len(statements)


def run(stage: Stage) -> list[Finding]:
    path = f"/cohorts/{public_id('c', COHORT)}"
    ask = stage.asker(path, cookie=stage.cookie_for(stage.shape.coach(COHORT)))
    raw = raw_reader(stage)
    size = len(ask())
    # Processor time on both engines: of PostgreSQL's share, what our own process spends on it.
    timings = take_turns(
        {"raw": lambda: raw(COHORT), "page": ask},
        rounds=stage.effort.rounds,
        calls=stage.effort.calls,
        clock=time.thread_time,
    )
    page, engine = timings["page"], stage.engine_name
    note = f"{size / 1000:.0f} kB of HTML, {page.p50 / timings['raw'].p50:.1f} x the raw data"
    return [
        Finding("cohort page, 15 members: processor time", engine, page.p50 * 1000, "ms", LIMIT_MS, note=note),
        Finding("cohort page, 15 members: statements", engine, _statements(stage, ask), "", STATEMENTS),
    ]
