"""What the benches of the sweep have in common: how much at once, a scheduler's tools, and a call that posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Event as Signal

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from bench.outbox_rows import NOW
from bench.stage import SECRET, Stage
from coaching.config import Settings
from coaching.jobs import Pace, Workshop
from coaching.jobs.workshop import POSTGRESQL_BATCH, SQLITE_BATCH
from coaching.services.check_in_posting import post_due_check_ins


def batch_of(stage: Stage) -> int:
    """How many rows the product takes at once."""
    return SQLITE_BATCH if stage.engine_name == "sqlite" else POSTGRESQL_BATCH


def workshop(stage: Stage, engine: Engine, now: datetime) -> Workshop:
    """A scheduler's tools, for which it is always `now`."""
    settings = Settings(environment="test", secret_key=SECRET, instance=stage.folder)
    return Workshop(settings, engine, "bench", Pace(), Signal(), lambda: now)


def poster(engine: Engine, batch: int, rows: int) -> Callable[[], None]:
    """A call that posts `rows` due check-ins, batch after batch."""
    make_session = sessionmaker(engine)

    def post() -> None:
        for _ in range(rows // batch):
            with make_session.begin() as session:
                if post_due_check_ins(session, now=NOW, limit=batch) != batch:
                    raise RuntimeError("There is not enough that is due.")

    return post
