"""What the benches of the sweep have in common: how much at once, a scheduler's tools, and a call that posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event as Signal

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from bench.outbox_rows import NOW
from bench.stage import SECRET, Stage
from coaching.config import Settings
from coaching.jobs import Pace, Workshop
from coaching.jobs.workshop import POSTGRESQL_BATCH, SQLITE_BATCH
from coaching.models import MessageState
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.claims import claim_messages
from coaching.services.settlements import settle_messages
from coaching.tokens import new_secret

LEASE = timedelta(minutes=2)


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


def post_some(engine: Engine, batch: int, rows: int) -> None:
    """Posts due check-ins until it has posted as many, while others do the same."""
    make_session, done = sessionmaker(engine), 0
    while done < rows:
        with make_session.begin() as session:
            posted = post_due_check_ins(session, now=NOW, limit=batch)
        if not posted:
            raise RuntimeError("There is not enough that is due.")
        done += posted


def claim_and_settle_some(engine: Engine, batch: int, rows: int) -> None:
    """Claims due messages and settles them as sent until it has settled as many, while others do the same."""
    make_session, done = sessionmaker(engine), 0
    outcome, detail = MessageState.SENT, "250 OK"
    while done < rows:
        token = new_secret()
        with make_session.begin() as session:
            ids = claim_messages(session, token=token, now=NOW, lease=LEASE, limit=batch, channels=["mail"])
        with make_session.begin() as session:
            settled = settle_messages(session, ids, token=token, now=NOW, outcome=outcome, detail=detail)
        if not settled:
            raise RuntimeError("There is not enough that is due.")
        done += len(settled)
