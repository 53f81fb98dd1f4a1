"""The benches run: what a change of the schema breaks in them is seen here, and not when somebody wants to measure."""

from __future__ import annotations

from bench.__main__ import benches
from bench.dataset import build
from bench.dataset_rows import TABLES
from bench.shape import Effort, Shape
from bench.stage import set_up
from coaching.models import Base
from tests.databases import make_engine
from tests.turns import share_of

# As many cohorts as the dashboards walk through.
LEAST = Shape(cohorts=40, members=2)
TOUCH = Effort(
    rounds=2,
    calls=1,
    sweeps=1,
    swept=250,
    posted_naively=2,
    waiting=1_000,
    enrolments=1_000,
    one_in=1_000,
    mails=2,
    sendings=1,
    round_trip=0.001,
)
# These start processes or walk through years, and stand on the same rows; one of them undoes what calms the collector.
LONG = {"faults", "latency", "peers", "processes", "scheduler_memory", "startup", "web_writes", "zones"}


def test_every_bench_measures_something() -> None:
    known = benches()
    assert known.keys() > LONG
    runs = {name: known[name].run for name in share_of("benches", sorted(known.keys() - LONG), parts=4)}
    with set_up("sqlite", LEAST, TOUCH) as stage:
        for name, run in runs.items():
            findings = run(stage)
            assert findings, name
            assert [each for each in findings if each.measured <= 0 and each.target != 0] == []


def test_the_large_dataset_fills_both_engines(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    try:
        build(engine, Shape(cohorts=5, members=3))
        with engine.connect() as connection:
            for name in TABLES:
                assert connection.execute(Base.metadata.tables[name].select().limit(1)).first(), name
    finally:
        engine.dispose()
