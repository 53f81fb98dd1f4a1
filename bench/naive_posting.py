"""The naive ways of posting check-ins, which the sweep is compared with: a commit a row, and a stored job a row."""

from __future__ import annotations

from threading import Event as Signal

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload

from bench.outbox_rows import NOW
from coaching.models import Capability, CheckIn, CheckInState, Cohort, Membership, Message, MessageKind, Purpose
from coaching.services.outbox import message_id_of
from coaching.tokens import hash_secret, new_public_id, new_secret


def post_naively(engine: Engine, rows: int) -> None:
    """Posts by objects, with a transaction of its own for each row."""
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
            check_in.state, check_in.asked_at, check_in.wake_at = CheckInState.ASKED, NOW, None
            session.commit()


_ran: list[int] = []
_all_ran = Signal()


def _stored_job(wanted: int) -> None:
    _ran.append(1)
    if len(_ran) == wanted:
        _all_ran.set()


def run_stored_jobs(engine: Engine, jobs: int) -> None:
    """Runs jobs of APScheduler that its store keeps; they do nothing."""
    _ran.clear()
    _all_ran.clear()
    store = SQLAlchemyJobStore(engine=engine, tablename="stored_job")
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
    scheduler.start(paused=True)
    for _ in range(jobs):
        scheduler.add_job(_stored_job, "date", run_date=NOW, args=[jobs], misfire_grace_time=None)
    scheduler.resume()
    if not _all_ran.wait(60 + jobs / 50):
        raise RuntimeError("The stored jobs did not all run.")
    scheduler.shutdown()
