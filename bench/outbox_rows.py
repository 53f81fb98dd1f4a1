"""A database of check-ins for the benches of the sweep: as many as wanted that wait, and as many that are due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from typing import Any, cast

import psycopg
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from bench.defaults import product_defaults
from bench.stage import Stage
from coaching.database import open_engine
from coaching.models import (
    Base,
    CheckIn,
    CheckInState,
    Cohort,
    CohortKind,
    ContactPreference,
    FollowUpPlan,
    FollowUpStep,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
    Programme,
    Role,
)
from coaching.services.follow_up_plans import follow_default_plan
from coaching.services.insertion import insert_rows
from coaching.services.lateness import read_lag
from coaching.tokens import new_public_id
from tests.postgres import server_folder, server_url

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
# Somebody's plans have about so many steps.
STEPS = 11
AT_ONCE = 5000


@contextmanager
def database(stage: Stage, name: str) -> Iterator[Engine]:
    """An empty database with every table, on the engine that the stage stands on."""
    if stage.engine_name == "sqlite":
        url = f"sqlite:///{stage.folder}/{name}.db"
    else:
        _administer(f"DROP DATABASE IF EXISTS {name}")
        _administer(f"CREATE DATABASE {name}")
        url = server_url(name)
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()
        if stage.engine_name != "sqlite":
            _administer(f"DROP DATABASE {name} WITH (FORCE)")


def fill(engine: Engine, *, due: int, waiting: int, now: datetime = NOW, anytime: bool = False) -> None:
    """`due` check-ins whose moment has come at `now`, each of another person, so that each is a mail of its own; and
    `waiting` more of others, whose moment is to come: what somebody's own plans hold is looked through with what they
    have due, and is no part of what waits. `anytime`: everybody may be asked at night, too."""
    members = due + -(-waiting // (STEPS - 1))
    with Session(engine) as session:
        cohort = _make_cohort(session, _make_programme(session), "Cohort")
        first, *others = _make_steps(session, cohort)
        people = _make_people(session, members)
        memberships = _make_memberships(session, cohort, people)
        _insert_check_ins(session, product(memberships[:due], [first]), now - timedelta(hours=1))
        _insert_check_ins(session, islice(product(memberships[due:], others), waiting), now + timedelta(days=30))
        if anytime:
            hours = {"weekly_limit": 7, "from_hour": 0, "until_hour": 24, "weekends": True}
            _insert(session, ContactPreference, hours, ("person_id",), [(number,) for number in people])
        session.commit()
    settle_down(engine)


def fill_cohorts(engine: Engine, cohorts: int, members: int) -> list[int]:
    """Cohorts that have just ended, with the default plan and nothing planned yet; their numbers."""
    with Session(engine) as session:
        programme = _make_programme(session)
        people = _make_people(session, members)
        numbers = []
        for number in range(cohorts):
            cohort = _make_cohort(session, programme, f"Cohort {number}")
            follow_default_plan(session, cohort, now=NOW)
            _make_memberships(session, cohort, people)
            numbers.append(cohort.id)
        session.commit()
    settle_down(engine)
    return numbers


def fill_messages(engine: Engine, count: int) -> None:
    """Messages that are due, to somebody."""
    with Session(engine) as session:
        person = _make_people(session, 1)[0]
        shared = {
            "kind": MessageKind.INVITATION,
            "occurrence": "",
            "recipient_id": person,
            "channel": "mail",
            "address": "person@example.org",
            "facts": {},
            "state": MessageState.DUE,
            "due_at": NOW,
            "created_at": NOW,
        }
        rows = [(new_public_id(), f"<{number}@bench>", number) for number in range(count)]
        _insert(session, Message, shared, ("public_id", "message_id", "subject_id"), rows)
        session.commit()
    settle_down(engine)


def count_stuck(engine: Engine, now: datetime, *, after: timedelta = timedelta(minutes=1)) -> int:
    """Of what a row can wait for (its moment, its turn, the end of a lease), how much is longer overdue than that."""
    with engine.connect() as connection:
        return sum(each is not None and each > after.total_seconds() for each in read_lag(connection, now=now))


def settle_down(engine: Engine) -> None:
    """Lets the planner know what there is."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("ANALYZE")


def _make_programme(session: Session) -> Programme:
    programme = Programme(slug="bench", name="Bench", timezone="UTC", created_at=NOW)
    session.add(programme)
    session.flush()
    return programme


def _make_cohort(session: Session, programme: Programme, name: str) -> Cohort:
    cohort = Cohort(
        programme_id=programme.id,
        name=name,
        kind=CohortKind.FORMAL,
        timezone="UTC",
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 6, 1),
        created_at=NOW,
    )
    session.add(cohort)
    session.flush()
    return cohort


def _make_steps(session: Session, cohort: Cohort) -> list[tuple[int, str]]:
    plan = FollowUpPlan(programme_id=cohort.programme_id, created_at=NOW)
    session.add(plan)
    session.flush()
    cohort.follow_up_plan_id = plan.id
    words = {"plan_id": plan.id, "label": "Two weeks on", "offset": "P14D", "question": "Have you done it?"}
    session.execute(insert(FollowUpStep), [words | {"position": position} for position in range(STEPS)])
    return [(number, strand) for number, strand in session.execute(select(FollowUpStep.id, FollowUpStep.strand))]


def _make_memberships(session: Session, cohort: Cohort, people: list[int]) -> list[int]:
    shared: dict[str, Any] = {
        "cohort_id": cohort.id,
        "role": Role.PARTICIPANT,
        "status": MembershipStatus.ACTIVE,
        # Nobody is asked about what fell due before they joined.
        "joined_at": NOW - timedelta(days=90),
    }
    rows = [(new_public_id(), person) for person in people]
    _insert(session, Membership, shared, ("public_id", "person_id"), rows)
    return list(session.scalars(select(Membership.id).where(Membership.cohort_id == cohort.id)))


def _make_people(session: Session, count: int) -> list[int]:
    shared = {"timezone": "Europe/London", "is_administrator": False, "created_at": NOW}
    rows = [(new_public_id(), f"Person {number}", f"person{number}@example.org") for number in range(count)]
    _insert(session, Person, shared, ("public_id", "name", "email"), rows)
    return list(session.scalars(select(Person.id)))


def _insert_check_ins(session: Session, pairs: Iterator[tuple[int, tuple[int, str]]], due_at: datetime) -> None:
    shared = {
        "state": CheckInState.DUE,
        "due_at": due_at,
        "wake_at": due_at,
        "closes_at": due_at + timedelta(days=28),
        "anchor_id": 1,
        "anchor_on": date(2026, 6, 1),
    }
    while chunk := list(islice(pairs, AT_ONCE)):
        rows = [(new_public_id(), step, strand, membership) for membership, (step, strand) in chunk]
        _insert(session, CheckIn, shared, ("public_id", "step_id", "strand", "membership_id"), rows)


def _insert(
    session: Session, model: type[Base], shared: dict[str, Any], columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    """Rows as the product inserts many, with its own defaults for what is not said here."""
    table = cast(Table, model.__table__)
    rest = product_defaults(table, (*shared, *columns))
    insert_rows(session.connection(), table, rest | shared, columns, rows)


def _administer(statement: str) -> None:
    with psycopg.connect(host=str(server_folder()), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
