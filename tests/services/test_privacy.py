"""Export gives a person all that is held on them; erasure leaves nothing of them and keeps the counts."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, NotFound
from coaching.models import (
    Attendance,
    Base,
    CheckIn,
    CheckInAnswer,
    CourseRun,
    Goal,
    Membership,
    Message,
    MessageState,
    Person,
    PracticeEntry,
    ReachSnapshot,
)
from coaching.services import follow_ups, people, privacy
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.goals import rate_goal
from tests.factories import actor_of, make_goal, make_membership, make_person

CANARY = "canary-4711"


@pytest.fixture
def session(demo_session: Session) -> Session:
    """These tests happen in the demo programme."""
    return demo_session


@pytest.fixture
def nia(session: Session, now: datetime) -> Person:
    """A person with something of theirs in as many tables as one has in real life."""
    person = session.scalars(select(Person).where(Person.email == "alumna@demo.example")).one()
    person.name, person.email = f"Nia {CANARY}", f"{CANARY}@example.org"
    membership = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    goal = make_goal(session, membership, statement=CANARY)
    rate_goal(session, goal, actor=actor_of(session, person), now=now, score=0, rated_on=now.date(), note=CANARY)
    people.request_password_reset(session, email=person.email, secret="s" * 43, now=now)
    answer = session.scalars(
        select(CheckInAnswer).join(CheckIn).where(CheckIn.membership_id == membership.id).limit(1)
    ).one()
    answer.note = CANARY
    session.flush()
    return person


def every_value(session: Session) -> str:
    session.flush()
    return "\n".join(str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))


def test_an_export_holds_what_is_held(session: Session, nia: Person) -> None:
    held = privacy.export_person(session, nia, actor=actor_of(session, nia))
    assert held["person"][0]["email"] == f"{CANARY}@example.org"
    assert CANARY in {goal["statement"] for goal in held["goal"]}
    assert {"membership", "status_change", "attendance", "check_in", "check_in_answer", "message", "rating"} <= set(
        held
    )
    assert len(held["attendance"]) == len(
        session.scalars(select(Attendance.id).join(Membership).where(Membership.person_id == nia.id)).all()
    )


def test_an_export_is_for_the_person_and_administrators(session: Session, nia: Person) -> None:
    with pytest.raises(NotFound):
        privacy.export_person(session, nia, actor=actor_of(session, make_person(session)))
    privacy.export_person(session, nia, actor=actor_of(session, make_person(session, is_administrator=True)))


def test_an_export_holds_nothing_of_others(session: Session, nia: Person) -> None:
    other = make_membership(session).person
    assert CANARY not in str(privacy.export_person(session, other, actor=None))


def test_erasure_leaves_nothing_of_the_person_and_keeps_the_counts(
    session: Session, nia: Person, now: datetime
) -> None:
    counted = (Membership, Attendance, CheckIn, CourseRun, ReachSnapshot)

    def counts() -> list[int]:
        return [session.scalars(select(func.count()).select_from(model)).one() for model in counted]

    before = counts()
    assert CANARY in every_value(session)
    privacy.erase_person(session, nia, actor=None, now=now)
    assert CANARY not in every_value(session)
    assert counts() == before
    number = session.scalars(select(Membership.id).where(Membership.person_id == nia.id)).one()
    for model in (Goal, PracticeEntry):
        assert session.scalars(select(model.id).where(model.membership_id == number)).all() == []
    assert session.scalars(select(Message.id).where(Message.recipient_id == nia.id)).all() == []
    assert nia.name == "Erased person"
    with pytest.raises(Conflict):
        privacy.erase_person(session, nia, actor=None, now=now)


def test_only_administrators_erase(session: Session, nia: Person, now: datetime) -> None:
    with pytest.raises(NotFound):
        privacy.erase_person(session, nia, actor=actor_of(session, nia), now=now)


def test_nobody_is_asked_after_their_erasure(session: Session, nia: Person, now: datetime) -> None:
    privacy.erase_person(session, nia, actor=None, now=now)
    membership = session.scalars(select(Membership).where(Membership.person_id == nia.id)).one()
    follow_ups.plan_check_ins(session, membership.cohort, now=now)
    post_due_check_ins(session, now=now, limit=500)
    asked = select(Message.state).where(Message.recipient_id == nia.id)
    assert set(session.scalars(asked)) <= {MessageState.CANCELLED}
