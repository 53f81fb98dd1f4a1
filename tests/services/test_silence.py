"""Silence: who stands on the list of who needs their coach, until somebody has seen to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import AuditEntry, CheckInState, Membership, Role
from coaching.policies import Actor
from coaching.services.silence import list_silent, see_to_silence
from tests.factories import NOW, actor_of, make_check_in, make_membership, make_step


@pytest.fixture
def member(session: Session) -> Membership:
    return make_membership(session)


@pytest.fixture
def coach(session: Session, member: Membership) -> Actor:
    return actor_of(session, make_membership(session, member.cohort, role=Role.COACH).person)


def test_who_was_seen_to_is_off_the_list_and_can_still_answer(
    session: Session, member: Membership, coach: Actor
) -> None:
    asked_at = NOW - timedelta(days=15)
    check_in = make_check_in(
        session, make_step(session, member.cohort), member, due_at=asked_at, asked_at=asked_at,
        state=CheckInState.ASKED, escalated_at=NOW, nudged=1,
    )  # fmt: skip
    (line,) = list_silent(session, member.cohort, actor=coach)
    assert (line.id, line.name, line.nudges, line.asked_at) == (check_in.public_id, member.person.name, 1, asked_at)
    for _ in range(2):
        see_to_silence(session, check_in, actor=coach, now=NOW)
        session.flush()
    assert list_silent(session, member.cohort, actor=coach) == []
    assert check_in.state == CheckInState.ASKED
    assert session.query(AuditEntry).filter_by(act="check_in.seen_to").count() == 1, "the second time changes nothing"


def test_what_is_not_silent_is_not_seen_to(session: Session, member: Membership, coach: Actor) -> None:
    step = make_step(session, member.cohort)
    waiting = make_check_in(session, step, member, state=CheckInState.ASKED, asked_at=NOW)
    for state in (CheckInState.ASKED, CheckInState.ANSWERED):
        waiting.state = state
        waiting.escalated_at = NOW if state == CheckInState.ANSWERED else None
        session.flush()
        with pytest.raises(Conflict, match="does not wait"):
            see_to_silence(session, waiting, actor=coach, now=NOW)
