"""Who says that they come: one answer a session, for the start that was looked at, given over to nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, NotAllowed, NotFound
from coaching.models import CoachingSession, Membership, Role, Rsvp, RsvpChoice, SessionState
from coaching.policies import Actor
from coaching.services import privacy
from coaching.services.rsvps import RsvpAnswer, answer_rsvps, list_rsvps, own_rsvp, own_rsvps
from tests.factories import actor_of, make_coordinator, make_membership, make_person, make_session
from tests.services.racing import overlap

YES, MAYBE, NO = RsvpChoice.YES, RsvpChoice.MAYBE, RsvpChoice.NO


@pytest.fixture
def member(session: Session) -> Membership:
    return make_membership(session, person=make_person(session, name="Ann"))


@pytest.fixture
def actor(session: Session, member: Membership) -> Actor:
    return actor_of(session, member.person)


@pytest.fixture
def held(session: Session, member: Membership, now: datetime) -> CoachingSession:
    return make_session(session, member.cohort, starts_at=now + timedelta(days=1))


def _say(session: Session, held: CoachingSession, actor: Actor, now: datetime, *said: Any, **more: Any) -> None:
    answer_rsvps(session, [RsvpAnswer(held, *said, **more)], actor=actor, now=now, via="page")


def test_the_newest_word_counts_and_takes_one_statement(
    session: Session, held: CoachingSession, actor: Actor, now: datetime, count_queries: Any
) -> None:
    with count_queries() as statements:
        _say(session, held, actor, now, YES, "A little late")
    assert len(statements) == 1
    _say(session, held, actor, now + timedelta(hours=1), NO)
    (given,) = session.scalars(select(Rsvp))
    assert (given.choice, given.note, given.starts_at, given.via) == (NO, "", held.starts_at, "page")
    assert given.answered_at == now + timedelta(hours=1)


def test_of_two_windows_the_later_stands(
    engine: Engine, session: Session, held: CoachingSession, now: datetime
) -> None:
    person = session.scalars(select(Membership)).one().person
    actor, number = actor_of(session, person), held.id
    session.commit()

    def say(choice: RsvpChoice) -> Any:
        return lambda other: _say(other, other.get_one(CoachingSession, number), actor, now, choice)

    assert overlap(engine, say(YES), say(NO)) is None
    assert session.scalars(select(Rsvp.choice)).one() == NO


def test_an_answer_for_another_time_counts_as_none(
    session: Session, held: CoachingSession, member: Membership, actor: Actor, now: datetime
) -> None:
    coach = actor_of(session, make_membership(session, member.cohort, role=Role.COACH).person)
    silent = make_membership(session, member.cohort, make_person(session, name="Bo"))
    before = held.starts_at
    _say(session, held, actor, now, YES, starts_at=before)
    _say(session, held, coach, now, MAYBE)
    lines = {line.name: line for line in list_rsvps(session, held, actor=coach)}
    assert lines["Ann"].counted == YES
    assert (lines["Bo"].choice, lines["Bo"].membership_id) == (None, silent.public_id)
    assert [line.is_expected for line in lines.values()].count(False) == 1
    held.starts_at += timedelta(hours=1)
    session.flush()
    line = next(line for line in list_rsvps(session, held, actor=coach) if line.name == "Ann")
    assert (line.choice, line.counted, line.answered_for) == (YES, None, before)
    assert not own_rsvp(session, held, actor=actor).is_current
    # The page that was open still shows the old time: the answer to it is not one to the new.
    with pytest.raises(Conflict, match="was moved meanwhile: it is on Tuesday 16 June 2026, 11:00"):
        _say(session, held, actor, now, NO, starts_at=before)
    assert own_rsvp(session, held, actor=actor).choice == YES


def test_what_was_cancelled_or_has_begun_is_not_answered(
    session: Session, held: CoachingSession, actor: Actor, now: datetime
) -> None:
    with pytest.raises(Conflict, match="has begun"):
        _say(session, held, actor, held.starts_at, YES)
    held.state = SessionState.CANCELLED
    with pytest.raises(Conflict, match="was cancelled"):
        _say(session, held, actor, now, YES)


def test_who_answers_and_who_reads(
    session: Session, held: CoachingSession, member: Membership, actor: Actor, now: datetime
) -> None:
    fellow = actor_of(session, make_membership(session, member.cohort).person)
    coordinator = actor_of(session, make_coordinator(session, member.cohort.programme))
    stranger = actor_of(session, make_membership(session).person)
    held.pair_membership_id = member.id
    session.flush()
    for who, refusal in ((fellow, NotFound), (coordinator, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            _say(session, held, who, now, YES)
        with pytest.raises(refusal):
            own_rsvp(session, held, actor=who)
        assert own_rsvps(session, [held], actor=who) == {}
    for who, refused in ((actor, NotAllowed), (fellow, NotFound)):
        with pytest.raises(refused):
            list_rsvps(session, held, actor=who)
    assert [line.name for line in list_rsvps(session, held, actor=coordinator)] == ["Ann"]


def test_it_is_given_out_and_erased(
    session: Session, held: CoachingSession, member: Membership, actor: Actor, now: datetime
) -> None:
    _say(session, held, actor, now, NO, "On a train")
    (line,) = privacy.export_person(session, member.person, actor=None)["rsvp"]
    assert (line["choice"], line["note"]) == (NO, "On a train")
    privacy.erase_person(session, member.person, actor=None, now=now)
    assert session.scalars(select(Rsvp)).all() == []
