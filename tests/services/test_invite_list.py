"""Who has the new time: what the page says of each member's calendar, by what became of their mail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotAllowed, NotFound
from coaching.models import CoachingSession, Membership, MembershipStatus, MessageState, Role
from coaching.services import session_effects
from coaching.services.invite_list import InviteLine, Knowing, list_invites
from tests.factories import NOW, actor_of, make_membership, make_person
from tests.services.calendar_rows import cancel, mails_of, make_at, make_group, make_series, move, schedule, send_all

Counter = Callable[[], AbstractContextManager[list[str]]]
Group = tuple[CoachingSession, list[Membership]]


@pytest.fixture
def group(session: Session) -> Group:
    """A session that everybody knows of."""
    cohort, members = make_group(session, 2)
    held = make_at(session, cohort)
    schedule(session, held)
    send_all(session)
    return held, members


def lines(session: Session, held: CoachingSession, coach: Membership) -> dict[str, InviteLine]:
    session.flush()
    found = list_invites(session, held, actor=actor_of(session, coach.person))
    return {line.membership_id: line for line in found}


def settle(session: Session, member: Membership, state: MessageState) -> None:
    (mail,) = mails_of(session, member)
    mail.state, mail.settled_at = state, NOW
    session.flush()


@pytest.mark.parametrize(
    ("state", "knowing", "goes_by_the_old"),
    [
        (MessageState.DUE, Knowing.WAITING, True),
        (MessageState.RETRY, Knowing.WAITING, True),
        (MessageState.CLAIMED, Knowing.WAITING, True),
        (MessageState.TRANSMITTING, Knowing.WAITING, False),
        (MessageState.SENT, Knowing.SENT, False),
        (MessageState.UNKNOWN, Knowing.UNKNOWN, False),
        (MessageState.FAILED, Knowing.FAILED, True),
    ],
)
def test_a_move_is_known_by_what_became_of_its_mail(
    session: Session, group: Group, state: MessageState, knowing: Knowing, *, goes_by_the_old: bool
) -> None:
    held, (coach, ann, _bob) = group
    before = held.starts_at
    assert lines(session, held, coach)[ann.public_id].state == Knowing.SENT
    move(session, held, hours=2)
    settle(session, ann, state)
    line = lines(session, held, coach)[ann.public_id]
    assert (line.state, line.has) == (knowing, before if goes_by_the_old else None)
    is_over = knowing in (Knowing.SENT, Knowing.FAILED, Knowing.UNKNOWN)
    assert line.at == (NOW if is_over else None)


def test_everybody_has_a_line_and_what_stands_in_the_way_is_named(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    make_membership(session, cohort, role=Role.OBSERVER)
    nameless = make_membership(session, cohort, make_person(session, email=None))
    shut_out = make_membership(session, cohort, make_person(session, suspended_at=NOW))
    paused = make_membership(session, cohort, status=MembershipStatus.PAUSED)
    held = make_at(session, cohort)
    schedule(session, held)
    send_all(session)
    late = make_membership(session, cohort)
    said = {key: line.state for key, line in lines(session, held, coach).items()}
    hindered = [said[one.public_id] for one in (nameless, shut_out, paused)]
    assert hindered == [Knowing.NO_ADDRESS, Knowing.SHUT_OUT, Knowing.PAUSED]
    assert (said[ann.public_id], said[late.public_id]) == (Knowing.SENT, Knowing.NOT_TOLD)
    assert len(said) == 7


def test_who_pauses_goes_by_the_time_that_they_know(session: Session, group: Group) -> None:
    held, (coach, ann, _bob) = group
    before = held.starts_at
    ann.status = MembershipStatus.PAUSED
    session.flush()
    session_effects.follow_joined(session, ann, now=NOW)
    move(session, held, hours=2)
    line = lines(session, held, coach)[ann.public_id]
    assert (line.state, line.has) == (Knowing.PAUSED, before)


def test_of_a_cancelled_session_it_says_who_still_has_it(session: Session, group: Group) -> None:
    held, (coach, ann, bob) = group
    cancel(session, held)
    settle(session, bob, MessageState.SENT)
    found = lines(session, held, coach)
    assert (found[ann.public_id].state, found[ann.public_id].has) == (Knowing.WAITING, held.starts_at)
    assert (found[bob.public_id].state, found[bob.public_id].has) == (Knowing.SENT, None)


def test_who_has_left_is_listed_with_what_they_were_told(session: Session, group: Group) -> None:
    held, (coach, ann, _bob) = group
    ann.status = MembershipStatus.WITHDRAWN
    session.flush()
    session_effects.follow_left(session, ann, now=NOW)
    assert lines(session, held, coach)[ann.public_id].state == Knowing.WAITING
    send_all(session)
    line = lines(session, held, coach)[ann.public_id]
    assert (line.state, line.has) == (Knowing.SENT, None)


def test_of_a_series_each_session_is_by_itself(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    move(session, held[1], hours=1)
    states = [lines(session, one, coach)[ann.public_id].state for one in held]
    assert states == [Knowing.SENT, Knowing.WAITING, Knowing.SENT, Knowing.SENT]


def test_the_list_is_for_those_who_run_the_cohort_and_takes_one_statement(
    session: Session, group: Group, count_queries: Counter
) -> None:
    held, (coach, ann, _bob) = group
    with pytest.raises(NotAllowed):
        list_invites(session, held, actor=actor_of(session, ann.person))
    with pytest.raises(NotFound):
        list_invites(session, held, actor=actor_of(session, make_person(session)))
    actor = actor_of(session, coach.person)
    assert held.cohort.programme
    with count_queries() as statements:
        list_invites(session, held, actor=actor)
    assert len(statements) == 1


def test_a_session_that_was_held_asks_nobody_to_be_told(session: Session, group: Group) -> None:
    """Logged after the fact, nobody was invited: each line says so, and none says that a mail waits."""
    _held, (coach, *_people) = group
    over = make_at(session, coach.cohort, local_start=(NOW - timedelta(days=9)).replace(tzinfo=None))
    schedule(session, over)
    assert {line.state for line in lines(session, over, coach).values()} == {Knowing.NOT_TOLD}
