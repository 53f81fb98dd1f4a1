"""The jobs, one tick at a time, on a database of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.config import Settings
from coaching.jobs import (
    Pace,
    Workshop,
    expire_check_ins,
    heartbeat,
    post_check_ins,
    send_messages,
    sweep_leases,
    tidy,
    watch,
)
from coaching.models import (
    ApiToken,
    AuthSession,
    Base,
    Capability,
    CheckIn,
    CheckInState,
    Delivery,
    DropInCode,
    IdempotencyKey,
    ImportBatch,
    ImportRow,
    InboxItem,
    Message,
    MessageKind,
    MessageState,
    NeedMark,
    NeedMarkState,
    PrivateNote,
    Purpose,
    RememberedMatch,
    RowOutcome,
    SchedulerHeartbeat,
    Signal,
    SignInFailure,
)
from coaching.services.retention import RULES
from tests.factories import NOW, make_cohort, make_membership, make_person, make_session
from tests.services.check_in_rows import make_planned_cohort, make_planned_member
from tests.services.outbox_rows import Clock, make_message, states

Counter = Callable[[], AbstractContextManager[list[str]]]
DAY = timedelta(days=1)
# Private notes have two rules, and hang on a cohort's end: tests/services/test_private_notes.py.
REMOVING = [rule for rule in RULES if not rule.scrubbed and rule.model is not PrivateNote]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def make_workshop(
    engine: Engine, make_settings: Callable[..., Settings], drop: Path, clock: Clock
) -> Callable[..., Workshop]:
    """A scheduler process's tools on the test's database, with a mail drop and a clock that stands still."""

    def make(pace: Pace | None = None, **settings: Any) -> Workshop:
        chosen = make_settings(**({"mail_url": f"file:{drop}"} | settings))
        return Workshop(chosen, engine, "here:1", pace or Pace(), Event(), clock)

    return make


@pytest.fixture
def workshop(make_workshop: Callable[..., Workshop]) -> Workshop:
    return make_workshop()


def count(session: Session, model: type[Base]) -> int:
    session.commit()
    found = session.scalar(select(func.count()).select_from(model)) or 0
    session.commit()
    return found


def test_a_due_check_in_is_posted_and_in_the_next_tick_in_the_mail(
    session: Session, workshop: Workshop, drop: Path
) -> None:
    make_planned_member(session)
    session.commit()
    assert post_check_ins.run(workshop) == 1
    assert send_messages.run(workshop) == 1
    assert len(list(drop.glob("*.eml"))) == 1
    assert post_check_ins.run(workshop) == send_messages.run(workshop) == 0


def test_posting_goes_on_batch_after_batch(session: Session, make_workshop: Callable[..., Workshop]) -> None:
    cohort = make_planned_cohort(session)
    for _ in range(5):
        make_planned_member(session, cohort)
    session.commit()
    assert post_check_ins.run(make_workshop(Pace(post_batch=2))) == 5


def test_posting_stops_between_batches_when_told_to(session: Session, workshop: Workshop) -> None:
    make_planned_member(session)
    session.commit()
    workshop.stop.set()
    assert post_check_ins.run(workshop) == 0
    assert count(session, Message) == 0


def test_the_batch_is_short_on_sqlite_and_long_on_postgresql(workshop: Workshop, engine_name: str) -> None:
    assert workshop.batch == (125 if engine_name == "sqlite" else 500)


def test_an_idle_tick_of_posting_only_reads(workshop: Workshop, count_queries: Counter) -> None:
    with count_queries() as statements:
        post_check_ins.run(workshop)
        send_messages.run(workshop)
    assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT"]


def test_lateness_is_logged_once_when_it_begins_and_once_when_it_is_over(
    session: Session, workshop: Workshop, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    make_message(session)
    session.commit()

    def said() -> list[tuple[str, str]]:
        caplog.clear()
        with caplog.at_level(logging.INFO, "coaching"):
            watch.run(workshop)
        return [(record.levelname, record.message) for record in caplog.records]

    clock.wait(minutes=10)
    assert said() == []
    clock.wait(minutes=1)
    workshop.started_at = clock.now - timedelta(seconds=59)
    assert said() == []
    workshop.started_at = clock.now - timedelta(seconds=60)
    assert said() == [("ERROR", "Late: A message has been due for 11 minutes. See coaching status.")]
    clock.wait(minutes=1)
    assert said() == []
    send_messages.run(workshop)
    assert said() == [("INFO", "Nothing is late any more.")]
    assert said() == []


def test_an_ended_process_is_swept_up_after(session: Session, workshop: Workshop, clock: Clock) -> None:
    """Over a mail drop nothing is undecidable, so what was on its way is due again."""
    for state in (MessageState.CLAIMED, MessageState.TRANSMITTING):
        make_message(session, state=state, claim_token="gone", lease_until=NOW)
    session.commit()
    clock.wait(seconds=-1)
    assert sweep_leases.run(workshop) == 0
    clock.wait(seconds=1)
    assert sweep_leases.run(workshop) == 2
    assert states(session) == {"due": 2}


@pytest.mark.parametrize(("resends", "state"), [(False, "unknown"), (True, "retry")])
def test_the_settings_say_whether_the_undecidable_is_sent_again(
    session: Session, make_workshop: Callable[..., Workshop], clock: Clock, resends: bool, state: str
) -> None:
    make_message(session, state=MessageState.TRANSMITTING, claim_token="gone", lease_until=NOW)
    session.commit()
    workshop = make_workshop(mail_url="smtp://127.0.0.1:1", resend_unknown=resends)
    sweep_leases.run(workshop)
    assert states(session) == {"unknown": 1}
    clock.wait(minutes=1)
    sweep_leases.run(workshop)
    assert states(session) == {state: 1}


def test_silence_expires_in_batches(
    session: Session, make_workshop: Callable[..., Workshop], clock: Clock, workshop: Workshop
) -> None:
    cohort = make_planned_cohort(session)
    for _ in range(3):
        make_planned_member(session, cohort)
    session.commit()
    post_check_ins.run(workshop)
    clock.wait(days=27)
    assert expire_check_ins.run(workshop) == 0
    clock.wait(days=1)
    assert expire_check_ins.run(make_workshop(Pace(post_batch=2))) == 3
    assert count(session, CheckIn) == 15
    expired = select(func.count()).where(CheckIn.state == CheckInState.EXPIRED)
    assert session.scalar(expired) == 3


def test_a_scheduler_says_that_it_lives_and_leaves_no_trace_when_it_ends_in_order(
    session: Session, workshop: Workshop, clock: Clock
) -> None:
    heartbeat.run(workshop)
    clock.wait(seconds=10)
    heartbeat.run(workshop)
    beat = session.scalars(select(SchedulerHeartbeat)).one()
    assert (beat.name, beat.started_at, beat.seen_at) == ("here:1", NOW, NOW + timedelta(seconds=10))
    session.commit()
    heartbeat.stop(workshop)
    heartbeat.stop(workshop)
    assert count(session, SchedulerHeartbeat) == 0


def make_kept_rows(session: Session) -> None:
    """One row of everything that has an end, each of the moment NOW."""
    person = make_person(session)
    message = make_message(session, person, state=MessageState.SENT, settled_at=NOW)
    session.add_all(
        [
            AuthSession(secret_hash="a", person_id=person.id, started_at=NOW, expires_at=NOW, via="password"),
            Capability(
                secret_hash="c",
                purpose=Purpose.INVITATION,
                subject_id=person.id,
                person_id=person.id,
                created_at=NOW,
                expires_at=NOW,
            ),
            ApiToken(
                person_id=person.id, label="x", secret_hash="t", scopes="read", created_at=NOW,
                expires_at=NOW + 90 * DAY, revoked_at=NOW,
            ),
            IdempotencyKey(person_id=person.id, key="k", fingerprint="f", created_at=NOW),
            SignInFailure(account_hash="a", address_hash="b", at=NOW),
            SchedulerHeartbeat(name="killed", started_at=NOW, seen_at=NOW),
            DropInCode(session_id=make_session(session).id, code="ACDEFG34", opened_at=NOW, closes_at=NOW),
            RememberedMatch(cohort_id=make_cohort(session).id, name="a guest", created_at=NOW),
            InboxItem(
                person_id=person.id, message_id="m", kind=MessageKind.POLL, title="T", text="x", created_at=NOW
            ),
            Delivery(message_id=message.id, outcome=MessageState.SENT, at=NOW, detail="250 OK"),
            NeedMark(
                person_id=person.id, membership_id=make_membership(session).id, signal=Signal.UNBOOKED,
                occurrence="never", state=NeedMarkState.DONE, at=NOW,
            ),
        ]
    )  # fmt: skip
    session.commit()


@pytest.mark.parametrize("rule", REMOVING, ids=lambda rule: rule.model.__tablename__)
def test_everything_is_kept_for_as_long_as_its_model_says(
    session: Session, workshop: Workshop, clock: Clock, rule: Any
) -> None:
    make_kept_rows(session)
    clock.now = NOW + rule.kept
    tidy.run(workshop)
    assert count(session, rule.model) == 1
    clock.wait(seconds=1)
    tidy.run(workshop)
    assert count(session, rule.model) == 0


def test_names_of_whom_nobody_matched_go_and_what_a_member_is_remembered_by_stays(
    session: Session, workshop: Workshop, clock: Clock
) -> None:
    member, held = make_membership(session), make_session(session)
    batch = ImportBatch(
        cohort_id=held.cohort_id,
        session_id=held.id,
        kind="zoom",
        file_name="r.csv",
        sha256="0",
        detected={},
        imported_at=NOW,
    )
    batch.rows = [
        ImportRow(number=1, name="A Guest", email="guest@example.org", minutes=5, outcome=RowOutcome.IGNORED),
        ImportRow(number=2, name="Ann", minutes=5, outcome=RowOutcome.MATCHED, membership_id=member.id),
    ]
    session.add_all(
        [batch, RememberedMatch(cohort_id=held.cohort_id, name="ann", membership_id=member.id, created_at=NOW)]
    )
    session.commit()
    clock.now = NOW + 90 * DAY
    assert tidy.run(workshop) == 0
    clock.wait(seconds=1)
    assert tidy.run(workshop) == 1
    assert tidy.run(workshop) == 0
    rows = session.execute(select(ImportRow.name, ImportRow.email).order_by(ImportRow.number)).all()
    assert rows == [("Erased person", ""), ("Ann", "")]
    assert count(session, RememberedMatch) == 1


def test_the_log_of_a_message_goes_with_it(session: Session, workshop: Workshop, clock: Clock) -> None:
    make_kept_rows(session)
    clock.wait(days=366)
    assert tidy.run(workshop) == len(REMOVING)
    assert count(session, Delivery) == 0


def test_what_waits_or_is_undecided_is_not_tidied_away(session: Session, workshop: Workshop, clock: Clock) -> None:
    make_message(session)
    make_message(session, state=MessageState.RETRY)
    session.commit()
    clock.wait(days=3000)
    tidy.run(workshop)
    assert states(session) == {"due": 1, "retry": 1}


def test_every_rule_agrees_with_what_the_model_declares() -> None:
    declared = {
        "30 days": timedelta(days=30),
        "24 hours": timedelta(hours=24),
        "90 days": timedelta(days=90),
        "A year": timedelta(days=365),
        "Two years": timedelta(days=730),
    }
    for rule in RULES:
        if rule.model.__privacy__ is not None:
            said = rule.model.__privacy__.retention
            assert rule.kept in {span for words, span in declared.items() if words in said}, said


def test_a_tidying_of_many_rows_takes_many_short_transactions(
    session: Session, workshop: Workshop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidy, "AT_ONCE", 2)
    session.add_all(SignInFailure(account_hash="a", address_hash="b", at=NOW) for _ in range(5))
    session.commit()
    clock.wait(days=2)
    assert tidy.run(workshop) == 5


def test_the_workshop_knows_when_it_began(workshop: Workshop) -> None:
    assert workshop.started_at == NOW
    assert isinstance(workshop.clock(), datetime)
