"""Export gives a person all that is held on them; erasure leaves nothing of them and keeps the counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coaching.errors import Conflict, NotFound
from coaching.models import (
    Action,
    ActionState,
    Attendance,
    Base,
    CalendarFeed,
    CalendarInvite,
    CheckIn,
    CheckInAnswer,
    CoachingSession,
    CourseRun,
    Goal,
    InvitedSession,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Person,
    PracticeEntry,
    ReachSnapshot,
    Rsvp,
    RsvpChoice,
)
from coaching.services import follow_ups, people, privacy, session_effects
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.feeds import make_feed
from coaching.services.goals import rate_goal
from coaching.services.reminder_posting import post_due_reminders
from coaching.services.retention import RULES, find_outdated, remove_outdated
from coaching.services.rsvps import RsvpAnswer, answer_rsvps
from tests.factories import actor_of, make_action, make_goal, make_membership, make_person, make_session

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
    make_action(session, membership, statement=CANARY, state=ActionState.DROPPED, reason=CANARY, closed_at=now)
    make_session(
        session,
        membership.cohort,
        pair_membership_id=membership.id,
        title="Just us",
        covered=CANARY,
        shared_notes=CANARY,
    )
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
    assert (CANARY, "dropped", CANARY) in {(one["statement"], one["state"], one["reason"]) for one in held["action"]}
    assert (CANARY, CANARY) in {(one["covered"], one["shared_notes"]) for one in held["coaching_session"]}
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
    counted = (Action, Membership, Attendance, CheckIn, CourseRun, ReachSnapshot)

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


@pytest.fixture
def told(session: Session, nia: Person, now: datetime) -> Membership:
    """Nia again, invited to a session of her cohort, reminded of it, with an answer and a feed."""
    member = session.scalars(select(Membership).where(Membership.person_id == nia.id)).one()
    member.status = MembershipStatus.ACTIVE
    held = make_session(session, member.cohort, title="Circle", starts_at=now + timedelta(hours=1))
    session_effects.follow_scheduled(session, [held], now=now)
    held.next_reminder_at = now
    session.flush()
    post_due_reminders(session, now=now, limit=500)
    actor = actor_of(session, nia)
    answer = RsvpAnswer(held, RsvpChoice.MAYBE, f"A note, {CANARY}")
    answer_rsvps(session, [answer], actor=actor, now=now, via="page")
    make_feed(session, None, actor=actor, secret="f" * 43, now=now)
    session.flush()
    return member


CALENDAR = (CalendarInvite, InvitedSession, CalendarFeed, Rsvp)


def rows_of(model: type[Base], person: Person) -> Any:
    """The numbers of a person's rows of one of the tables that calendars live by."""
    if model is Rsvp:
        return select(Rsvp.id).join(Membership).where(Membership.person_id == person.id)
    if model is InvitedSession:
        return select(InvitedSession.id).join(CalendarInvite).where(CalendarInvite.person_id == person.id)
    return select(model.__table__.c.id).where(model.__table__.c.person_id == person.id)


def test_what_calendars_were_told_is_exported_and_erased_and_others_keep_theirs(
    session: Session, told: Membership, nia: Person, now: datetime
) -> None:
    held = privacy.export_person(session, nia, actor=actor_of(session, nia))
    assert {"calendar_invite", "invited_session", "calendar_feed", "rsvp"} <= set(held)
    assert {line["kind"] for line in held["message"]} >= {"session_invite", "session_reminder"}
    assert held["rsvp"][0]["note"] == f"A note, {CANARY}"
    assert "secret" not in str(held["calendar_feed"])

    def theirs() -> list[int]:
        return [len(session.scalars(rows_of(model, nia)).all()) for model in CALENDAR]

    def everybodys() -> int:
        return session.scalars(select(func.count()).select_from(CalendarInvite)).one()

    own, before = theirs(), everybodys()
    assert min(own) >= 1
    privacy.erase_person(session, nia, actor=None, now=now)
    assert theirs() == [0] * len(CALENDAR)
    assert everybodys() == before - own[0]
    assert CANARY not in every_value(session)


def test_nobody_is_invited_or_reminded_after_their_erasure(
    session: Session, told: Membership, nia: Person, now: datetime
) -> None:
    statement = select(CoachingSession).where(
        CoachingSession.cohort_id == told.cohort_id, CoachingSession.title == "Circle"
    )
    held = session.scalars(statement.order_by(CoachingSession.id.desc())).first()
    assert held is not None
    privacy.erase_person(session, nia, actor=None, now=now)
    held.starts_at += timedelta(days=2)
    held.next_reminder_at = now
    session.flush()
    session_effects.follow_changed(session, [held], now=now)
    post_due_reminders(session, now=held.starts_at - timedelta(hours=1), limit=500)
    assert session.scalars(select(Message.id).where(Message.recipient_id == nia.id)).all() == []


def test_of_a_message_that_is_gone_it_stays_known_what_it_told(
    session: Session, told: Membership, now: datetime
) -> None:
    """Messages are kept for a year after they were settled; what a calendar has of a session outlives them."""
    mine = select(InvitedSession).join(CalendarInvite).where(CalendarInvite.person_id == told.person_id)
    before = len(session.scalars(mine).all())
    assert before >= 1
    session.execute(update(Message).values(state=MessageState.SENT, settled_at=now))
    rule = next(rule for rule in RULES if rule.model is Message)
    keys = find_outdated(session.connection(), rule, now=now + timedelta(days=366), limit=5000)
    remove_outdated(session, rule, keys)
    kept = session.scalars(mine.execution_options(populate_existing=True)).all()
    assert ([row.message_id for row in kept], len(kept)) == ([None] * before, before)
    assert all(row.told for row in kept)
