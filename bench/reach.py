"""Reach of a programme of all cohorts, as it stands and over time, beside the same questions written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bench.dashboard import counted
from bench.measure import Finding, ratio, take_turns
from bench.shape import ADMINISTRATOR, NOW, public_id
from bench.stage import Stage
from coaching.models import Programme
from coaching.services.actors import load_actor
from coaching.services.reach_over_time import programme_reach

STATEMENTS = 4
LIMIT = 2
ALL = 1

RAW = (
    """SELECT f.metric, sum(f.value),
      sum(CASE WHEN f.source <> 'import' AND (f.confirmed_at IS NOT NULL OR f.source = 'coach') THEN f.value END),
      sum(CASE WHEN f.source = 'import' THEN f.value END), count(*), min(f.as_of), max(f.as_of)
    FROM course_run r JOIN reach_snapshot f ON f.run_id = r.id WHERE r.project_id IN
      (SELECT id FROM course_project WHERE programme_id = :programme) AND f.is_current GROUP BY f.metric""",
    """SELECT as_of, sum(value - coalesce(before, 0)), count(*) - count(before) FROM (
      SELECT f.as_of, f.value, lag(f.value) OVER (PARTITION BY f.run_id ORDER BY f.as_of, f.id) AS before
      FROM course_run r JOIN reach_snapshot f ON f.run_id = r.id WHERE r.project_id IN
        (SELECT id FROM course_project WHERE programme_id = :programme)
        AND f.metric = 'joiners' AND f.withdrawn_at IS NULL) g
    GROUP BY as_of ORDER BY as_of""",
    """SELECT sum(people), count(*), min(oldest), max(newest) FROM (
      SELECT p.people, min(i.as_of) AS oldest, max(i.as_of) AS newest
      FROM course_project p JOIN course_run r ON r.project_id = p.id
      LEFT JOIN imported_run i ON i.run_id = r.id AND i.is_current
      WHERE p.programme_id = :programme AND p.people IS NOT NULL GROUP BY p.id) c""",
    """SELECT r.public_id, r.label, p.public_id, p.title, r.launched_on, f.value, f.as_of, count(*) OVER ()
    FROM course_project p JOIN course_run r ON r.project_id = p.id
    LEFT JOIN reach_snapshot f ON f.run_id = r.id AND f.metric = 'joiners' AND f.is_current
    WHERE p.programme_id = :programme AND (
      (f.as_of < :stale AND (r.ended_on IS NULL OR r.ended_on > f.as_of)) OR (f.id IS NULL AND r.launched_on < :stale))
    ORDER BY coalesce(f.as_of, r.launched_on), r.id LIMIT 100""",
)


def raw_reader(stage: Stage, weeks: int) -> Callable[[], list[Any]]:
    """The limit: the same questions by the bare driver, the rows left as they come."""
    driver, stale = stage.driver(), NOW.date() - timedelta(weeks=weeks)
    if stage.engine_name == "sqlite":
        values: dict[str, Any] = {"programme": ALL, "stale": stale.isoformat()}
        return lambda: [driver.execute(statement, values).fetchall() for statement in RAW]
    values = {"programme": ALL, "stale": stale}
    statements = [raw.replace(":programme", "%(programme)s").replace(":stale", "%(stale)s") for raw in RAW]
    return lambda: [driver.execute(statement, values).fetchall() for statement in statements]


@contextmanager
def one_programme(stage: Stage) -> Iterator[None]:
    """Every course in one programme, and back in its cohort's afterwards."""
    back = "UPDATE course_project SET programme_id = (SELECT programme_id FROM cohort WHERE id = cohort_id)"
    _execute(stage, f"UPDATE course_project SET programme_id = {ALL}")
    try:
        yield
    finally:
        _execute(stage, back)


def _execute(stage: Stage, statement: str) -> None:
    with stage.engine.begin() as connection:
        connection.execute(text(statement))
    with stage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE course_project"))


def run(stage: Stage) -> list[Finding]:
    with one_programme(stage), stage.reading() as session:
        programme = session.query(Programme).filter_by(public_id=public_id("g", ALL)).one()
        actor = load_actor(session, stage.person(session, ADMINISTRATOR))
        raw = raw_reader(stage, programme.stale_weeks or 12)
        with counted(stage.engine) as statements:
            reach = programme_reach(session, programme, actor=actor, now=NOW)
        competitors = {"raw": raw, "ours": lambda: programme_reach(session, programme, actor=actor, now=NOW)}
        timings = take_turns(competitors, rounds=stage.effort.rounds, calls=1, clock=stage.clock)
    work, limit = f"reach of a programme of {stage.shape.cohorts} cohorts", timings["raw"]
    runs = reach.total.runs if reach.total else 0
    note = f"raw {limit.p50 * 1000:.0f} ms, {runs} runs, {len(reach.points)} days"
    return [
        Finding(f"{work}: data", stage.engine_name, ratio(timings["ours"], limit), "x raw", LIMIT, note=note),
        Finding(f"{work}: statements", stage.engine_name, len(statements), "", STATEMENTS),
    ]
