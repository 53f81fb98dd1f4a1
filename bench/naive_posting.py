"""The naive ways of posting check-ins, which the sweep is compared with: a commit a row, and a stored job a row."""

from __future__ import annotations

from threading import Event as Signal

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, joinedload

from bench.outbox_rows import NOW
from coaching.models import (
    Asking,
    CheckIn,
    CheckInState,
    Cohort,
    ContactPreference,
    Membership,
    Message,
    MessageKind,
    OptOut,
    Person,
)
from coaching.models.contact import FROM_HOUR, UNTIL_HOUR, WEEKLY_LIMIT
from coaching.services.asking_hours import Hours, days_later, next_allowed
from coaching.services.letter_links import UNSUBSCRIBE
from coaching.services.outbox import message_id_of
from coaching.tokens import derive_secret, hash_secret, new_public_id, new_secret


def post_naively(engine: Engine, rows: int) -> None:
    """Posts by objects, with a transaction of its own for each row."""
    with Session(engine) as session:
        for _ in range(rows):
            cohort = joinedload(CheckIn.membership).joinedload(Membership.cohort).joinedload(Cohort.programme)
            check_in = session.scalars(
                select(CheckIn)
                .where(CheckIn.state == CheckInState.DUE, CheckIn.wake_at <= NOW)
                .order_by(CheckIn.wake_at, CheckIn.id)
                .limit(1)
                .options(cohort, joinedload(CheckIn.step))
            ).one()
            if may_be_asked(session, check_in.membership.person):
                ask(session, check_in)
            session.commit()


def may_be_asked(session: Session, person: Person) -> bool:
    """Whether this kind of mail is wanted, the hour is right, and the week has a place left."""
    kind = MessageKind.CHECK_IN
    if session.scalar(select(OptOut).where(OptOut.person_id == person.id, OptOut.kind == kind)):
        return False
    wanted = session.get(ContactPreference, person.id)
    hours = Hours(person.timezone, FROM_HOUR, UNTIL_HOUR, weekends=False)
    if wanted is not None:
        hours = Hours(person.timezone, wanted.from_hour, wanted.until_hour, wanted.weekends)
    sent = select(Message.settled_at).where(Message.recipient_id == person.id, Message.kind == kind)
    limit = wanted.weekly_limit if wanted else WEEKLY_LIMIT
    used = [moment or NOW for moment in session.scalars(sent)]
    return next_allowed(NOW, hours, limit=limit, used=used).moment == NOW


def ask(session: Session, check_in: CheckIn) -> None:
    """The mail, what it asks, its link, and the state."""
    secret, public_id = new_secret(), new_public_id()
    person, cohort, step = check_in.membership.person, check_in.membership.cohort, check_in.step
    earlier = session.scalar(select(func.max(Asking.number)).where(Asking.check_in_id == check_in.id)) or 0
    item = {
        "id": check_in.public_id,
        "label": step.label,
        "question": step.question,
        "cohort": cohort.name,
        "programme": cohort.programme.name,
        "closes_at": check_in.closes_at.isoformat(),
        "nudge": 0,
        "needs_consent": False,
    }
    message = Message(
        public_id=public_id,
        kind=MessageKind.CHECK_IN,
        subject_id=check_in.id,
        occurrence=str(earlier + 1),
        recipient_id=person.id,
        cohort_id=cohort.id,
        address=person.email or "",
        facts={"items": [item], "is_synthetic": cohort.programme.is_synthetic},
        secret=secret,
        unsubscribe_hash=hash_secret(derive_secret(secret, UNSUBSCRIBE)),
        message_id=message_id_of(public_id),
        due_at=NOW,
        created_at=NOW,
    )
    session.add(message)
    session.flush()
    link = hash_secret(derive_secret(secret, check_in.public_id))
    session.add(Asking(check_in_id=check_in.id, message_id=message.id, number=earlier + 1, secret_hash=link))
    check_in.state, check_in.asked_at = CheckInState.ASKED, NOW
    check_in.wake_at = days_later(NOW, step.nudge_days, person.timezone)


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
