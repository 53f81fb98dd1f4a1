"""The sweep and the claims: ours beside a range UPDATE by the bare driver, and beside the naive ways, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.synchronize import Event as EventType
from statistics import median, quantiles
from threading import Event as Signal
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session, joinedload, sessionmaker

from bench.measure import Finding, ratio, take_turns
from bench.outbox_rows import NOW, database, fill, fill_cohorts, fill_messages
from bench.stage import Stage
from coaching.config import Settings
from coaching.database import engine_options, prepare_engine
from coaching.jobs import Pace, Workshop, post_check_ins, send_messages
from coaching.models import (
    Capability,
    CheckIn,
    CheckInState,
    Cohort,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Purpose,
    SignInFailure,
)
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.claims import claim_messages
from coaching.services.follow_ups import plan_check_ins
from coaching.services.outbox import message_id_of
from coaching.services.settlements import settle_messages
from coaching.tokens import hash_secret, new_public_id, new_secret

LEASE = timedelta(minutes=2)


def run(stage: Stage) -> list[Finding]:
    """Every comparison on this engine. `--quick` has fewer rows and rounds."""
    findings = [*_claims(stage), *_whole_sweep(stage), *_peers(stage), *_pending(stage), *_planning(stage)]
    if stage.engine_name == "sqlite":
        findings += _web_writes(stage)
    return findings


def _batch(stage: Stage) -> int:
    return 50 if stage.engine_name == "sqlite" else 500


def _rounds(stage: Stage) -> int:
    return 8 if stage.is_quick else 24


def _updates(engine: Engine, table: str, values: str, rows: int) -> Callable[[], None]:
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
    batch, rows = _batch(stage), 2000
    amount = rows * (_rounds(stage) + 1)
    with database(stage, "bench_claims") as ours, database(stage, "bench_claims_raw") as raw:
        fill_messages(ours, amount)
        fill_messages(raw, amount)
        make_session = sessionmaker(ours)
        tokens = count()

        def claim_and_settle() -> None:
            for _ in range(rows // batch):
                token = str(next(tokens))
                with make_session.begin() as session:
                    ids = claim_messages(session, token=token, now=NOW, lease=LEASE, limit=batch, channels=["mail"])
                with make_session.begin() as session:
                    settled = settle_messages(
                        session, ids, token=token, now=NOW, outcome=MessageState.SENT, detail="250 OK"
                    )
                if len(settled) != batch:
                    raise RuntimeError(f"{len(settled)} messages instead of {batch}")

        competitors = {"ours": claim_and_settle, "raw": _updates(raw, "message", "state = 'sent'", rows)}
        timings = take_turns(competitors, rounds=_rounds(stage), calls=1, clock=stage.clock)
    share = 1 / ratio(timings["ours"], timings["raw"])
    rate = rows / timings["ours"].p50
    target = 0.06 if stage.engine_name == "sqlite" else 0.20
    note = f"{rate:,.0f} rows/s, batches of {batch}; raw {rows / timings['raw'].p50:,.0f}"
    return [Finding("claim + settle", stage.engine_name, share, "x raw UPDATE", target, at_most=False, note=note)]


def _whole_sweep(stage: Stage) -> list[Finding]:
    """Claim, join, link, message, new state: everything that posting a check-in does."""
    batch, rows = _batch(stage), 1000
    amount = rows * (_rounds(stage) + 1)
    with database(stage, "bench_sweep") as ours, database(stage, "bench_sweep_raw") as raw:
        fill(ours, due=amount, waiting=0)
        fill(raw, due=amount, waiting=0)
        competitors = {
            "ours": _poster(ours, batch, rows),
            "raw": _updates(raw, "check_in", "state = 'asked'", rows),
        }
        walls: list[float] = []
        timings = take_turns(
            {"ours": _timed(competitors["ours"], walls), "raw": competitors["raw"]},
            rounds=_rounds(stage),
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


def _poster(engine: Engine, batch: int, rows: int) -> Callable[[], None]:
    make_session = sessionmaker(engine)

    def post() -> None:
        for _ in range(rows // batch):
            with make_session.begin() as session:
                if post_due_check_ins(session, now=NOW, limit=batch) != batch:
                    raise RuntimeError("There is not enough that is due.")

    return post


def _timed(call: Callable[[], None], walls: list[float]) -> Callable[[], None]:
    def timed() -> None:
        started = time.perf_counter()
        call()
        walls.append(time.perf_counter() - started)

    return timed


def _peers(stage: Stage) -> list[Finding]:
    """The naive ways, by the clock on the wall: a commit a row through the ORM, and a stored job a check-in."""
    batch, rows, few = _batch(stage), 1000, 40
    rounds = 5
    with database(stage, "bench_peers") as ours, database(stage, "bench_naive") as naive:
        fill(ours, due=rows * (rounds + 1), waiting=0)
        fill(naive, due=few * (rounds + 1), waiting=0)
        competitors = {
            "ours": _poster(ours, batch, rows),
            "naive": lambda: _post_naively(naive, few),
            "stored": lambda: _run_stored_jobs(naive, few),
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


def _post_naively(engine: Engine, rows: int) -> None:
    with Session(engine) as session:
        for _ in range(rows):
            cohort = joinedload(CheckIn.membership).joinedload(Membership.cohort).joinedload(Cohort.programme)
            check_in = session.scalars(
                select(CheckIn)
                .where(CheckIn.state == CheckInState.DUE, CheckIn.due_at <= NOW)
                .order_by(CheckIn.due_at, CheckIn.id)
                .limit(1)
                .options(cohort, joinedload(CheckIn.step))
            ).one()
            secret, public_id = new_secret(), new_public_id()
            person = check_in.membership.person
            session.add(
                Capability(
                    secret_hash=hash_secret(secret),
                    purpose=Purpose.ANSWER_CHECK_IN,
                    subject_id=check_in.id,
                    person_id=person.id,
                    created_at=NOW,
                    expires_at=check_in.closes_at,
                )
            )
            session.add(
                Message(
                    public_id=public_id,
                    kind=MessageKind.CHECK_IN,
                    subject_id=check_in.id,
                    recipient_id=person.id,
                    address=person.email or "",
                    facts={"question": check_in.step.question, "cohort": check_in.membership.cohort.name},
                    secret=secret,
                    message_id=message_id_of(public_id),
                    due_at=NOW,
                    created_at=NOW,
                )
            )
            check_in.state, check_in.asked_at = CheckInState.ASKED, NOW
            session.commit()


_ran: list[int] = []
_all_ran = Signal()


def _stored_job(wanted: int) -> None:
    _ran.append(1)
    if len(_ran) == wanted:
        _all_ran.set()


def _run_stored_jobs(engine: Engine, jobs: int) -> None:
    _ran.clear()
    _all_ran.clear()
    store = SQLAlchemyJobStore(engine=engine, tablename="stored_job")
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
    scheduler.start(paused=True)
    for _ in range(jobs):
        scheduler.add_job(_stored_job, "date", run_date=NOW, args=[jobs], misfire_grace_time=None)
    scheduler.resume()
    if not _all_ran.wait(60):
        raise RuntimeError("The stored jobs did not all run.")
    scheduler.shutdown()


def _pending(stage: Stage) -> list[Finding]:
    """A thousand that wait beside a million: batches cost the same, and an idle tick next to nothing."""
    few, many = 1_000, 100_000 if stage.is_quick else 1_000_000
    batch, rows = _batch(stage), 500
    amount = rows * (_rounds(stage) + 1)
    with database(stage, "bench_few") as small, database(stage, "bench_many") as large:
        fill(small, due=amount, waiting=few)
        fill(large, due=amount, waiting=many)
        competitors = {"few": _poster(small, batch, rows), "many": _poster(large, batch, rows)}
        timings = take_turns(competitors, rounds=_rounds(stage), calls=1, clock=stage.clock)
        with _workshop(stage, large) as workshop:
            ticks = take_turns({"tick": lambda: _tick(workshop)}, rounds=_rounds(stage), calls=20)
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
    members, rounds = 200, _rounds(stage)
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
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
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
