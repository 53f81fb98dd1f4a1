"""Databases that go away within batches: a PostgreSQL that stops or crashes and starts again, a disk without room."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Event as Signal
from typing import Any

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from bench.measure import Finding
from bench.outbox_rows import count_stuck, database, fill
from bench.stage import SECRET, Stage
from coaching.clock import utc_now
from coaching.config import Settings
from coaching.database import open_engine
from coaching.jobs import Pace, Workshop
from coaching.models import Base, CheckIn, CheckInState, Message, MessageState
from tests.faults.plant import Plant
from tests.faults.process import make_pace, start_process
from tests.faults.states import noted_states
from tests.mail_server import MailServer
from tests.postgres import OwnServer
from tests.services.outbox_rows import Clock

SCHEDULERS = 2
PACE = make_pace(lease=1.0, batch=10)
PATIENCE = 120.0
ENDS = {MessageState.SENT, MessageState.UNKNOWN}


def restart_servers(stage: Stage) -> list[Finding]:
    """Every other time as an administrator stops it, and as a crash does. The schedulers go on throughout."""
    restarts = max(3, stage.effort.kills // 20)
    amount, random = restarts * 30 + 100, Random(restarts)
    with OwnServer() as own, MailServer(delay=0.004) as server:
        engine = open_engine(own.url)
        Base.metadata.create_all(engine)
        with noted_states(engine) as log:
            fill(engine, due=amount, waiting=0, now=utc_now(), anytime=True)
            engine.dispose()
            settings = _settings(own.url, server, stage.folder)
            processes = [start_process(settings, PACE) for _ in range(SCHEDULERS)]
            for number in range(restarts):
                server.wait_for(len(server.received) + random.randrange(1, 15), 20)
                own.stop(at_once=bool(number % 2))
                time.sleep(random.random() * 0.3)
                own.start()
                engine.dispose()
            _wait_until_settled(engine, amount)
            for process in processes:
                process.terminate()
                process.join(30)
            what = f"{restarts} restarts of PostgreSQL under {SCHEDULERS} schedulers"
            findings = _findings(stage, engine, server, len(log.illegal()), what, now=utc_now())
        engine.dispose()
    return findings


def fill_disks(stage: Stage) -> list[Finding]:
    """The file may not grow by more than some pages, again and again; in between there is room."""
    times = max(5, stage.effort.kills // 20)
    amount, random, room = times * 30, Random(times), [10_000]
    with database(stage, "bench_full") as engine, MailServer() as server, noted_states(engine) as log:
        clock = Clock()
        fill(engine, due=amount, waiting=0, now=clock.now, anytime=True)
        narrow = open_engine(engine.url.render_as_string())

        @event.listens_for(narrow, "checkout")
        def limit(connection: Any, *_rest: object) -> None:
            (used,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {used + room[0]}").close()

        settings = _settings(str(engine.url), server, stage.folder)
        pace = Pace(post_batch=20)
        plant = Plant(Workshop(settings, narrow, "bench", pace, Signal(), clock), clock)
        for _ in range(times):
            room[0] = random.randrange(6)
            plant.run_for(minutes=2)
            room[0] = random.randrange(20, 60)
            plant.tick()
        room[0] = 10_000
        plant.run_for(hours=1)
        plant.workshop.close()
        narrow.dispose()
        return _findings(stage, engine, server, len(log.illegal()), f"disk full {times} times", now=clock.now)


def _findings(
    stage: Stage, engine: Engine, server: MailServer, illegal: int, what: str, *, now: datetime
) -> list[Finding]:
    """What is in the database at the end beside what arrived."""
    with Session(engine) as session:
        states = dict(session.execute(select(Message.message_id, Message.state)).all())
        asked = session.scalar(select(func.count()).where(CheckIn.state == CheckInState.ASKED)) or 0
    arrived = Counter(mail.message_id for mail in server.received)
    unknown = {number for number, state in states.items() if state == MessageState.UNKNOWN}
    found = {
        "lost": asked - len(arrived.keys() | unknown) + sum(state not in ENDS for state in states.values()),
        "doubled": sum(count > 1 for count in arrived.values()),
        "stuck past their deadline": count_stuck(engine, now),
        "changes of state that may not be": illegal,
    }
    note = f"{asked:,} check-ins, {len(unknown)} listed as undecidable"
    return [Finding(f"{what}: {words}", stage.engine_name, count, "messages", 0, note=note)
            for words, count in found.items()]  # fmt: skip


def _settings(url: str, server: MailServer, folder: Path) -> Settings:
    return Settings(environment="test", secret_key=SECRET, database_url=url, mail_url=server.url, instance=folder)


def _wait_until_settled(engine: Engine, amount: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with Session(engine) as session:
            states = Counter(session.scalars(select(Message.state)))
        if states.total() == amount and not states.keys() - ENDS:
            return
        time.sleep(0.1)
    raise RuntimeError(f"The schedulers did not finish: {dict(states)}.")
