"""Who would have to choose: over all cohorts, and without telling what is not the viewer's to know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotAllowed, NotFound
from coaching.models import Membership, MembershipStatus, Role, SessionState
from coaching.services.clashes import list_clashes
from tests.factories import actor_of, make_cohort, make_membership, make_person, make_session

TEN = datetime(2026, 7, 7, 10, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


@pytest.fixture
def coach(session: Session) -> Membership:
    return make_membership(session, person=make_person(session, name="Sam"), role=Role.COACH)


def test_everybody_who_is_expected_elsewhere_is_told_of(
    session: Session, coach: Membership, count_queries: Any
) -> None:
    here, elsewhere = coach.cohort, make_cohort(session, name="Elsewhere")
    ann, bo, cy, dan = (make_membership(session, here, make_person(session, name=name)) for name in "ABCD")
    held = make_session(session, here, starts_at=TEN, led_by_id=coach.person_id)
    # Ann is expected there, and by the coach's own one-to-one as well; Bo coaches; Cy has left; Dan only watches.
    make_membership(session, elsewhere, ann.person)
    make_membership(session, elsewhere, cy.person, status=MembershipStatus.WITHDRAWN)
    make_membership(session, elsewhere, dan.person, role=Role.OBSERVER)
    make_session(session, elsewhere, title="Theirs", starts_at=TEN + HALF, led_by_id=bo.person_id)
    make_session(session, here, title="Ours", starts_at=TEN - HALF, pair_membership_id=ann.id)
    # Before, after, cancelled, somebody else's pair.
    make_session(session, elsewhere, starts_at=TEN - 2 * HALF, led_by_id=bo.person_id)
    make_session(session, elsewhere, starts_at=TEN + 2 * HALF, led_by_id=bo.person_id)
    make_session(session, elsewhere, starts_at=TEN, led_by_id=bo.person_id, state=SessionState.CANCELLED)
    stranger = make_membership(session, elsewhere)
    make_session(session, elsewhere, starts_at=TEN, pair_membership_id=stranger.id)
    who = actor_of(session, coach.person)
    with count_queries() as statements:
        found = list_clashes(session, held, actor=who)
    assert len(statements) == 1
    assert [(one.name, one.title, one.cohort, one.is_coach) for one in found] == [
        ("A", "Ours", here.name, False),
        ("A", None, None, False),
        ("B", None, None, False),
    ]
    assert [one.starts_at for one in found] == [TEN - HALF, None, None]
    # A pair's session concerns its pair and its coach alone.
    pair = make_session(session, here, starts_at=TEN + HALF, pair_membership_id=bo.id, led_by_id=coach.person_id)
    assert [(one.name, one.title, one.is_coach) for one in list_clashes(session, pair, actor=who)] == [
        ("B", held.title, False),
        ("Sam", held.title, True),
        ("B", None, False),
        ("B", None, False),
    ]
    pair.state = SessionState.CANCELLED
    assert list_clashes(session, pair, actor=who) == []


def test_who_may_see_the_other_session_is_told_its_name(session: Session, coach: Membership) -> None:
    other = make_cohort(session, coach.cohort.programme, name="Beside")
    member = make_membership(session, coach.cohort)
    make_membership(session, other, member.person)
    make_membership(session, other, coach.person)
    make_session(session, other, title="Circle", starts_at=TEN)
    held = make_session(session, coach.cohort, starts_at=TEN)
    found = list_clashes(session, held, actor=actor_of(session, coach.person))
    assert [(one.title, one.cohort) for one in found] == [("Circle", "Beside")]


def test_it_is_for_those_who_run_the_cohort(session: Session, coach: Membership) -> None:
    held = make_session(session, coach.cohort, starts_at=TEN)
    with pytest.raises(NotAllowed):
        list_clashes(session, held, actor=actor_of(session, make_membership(session, coach.cohort).person))
    with pytest.raises(NotFound):
        list_clashes(session, held, actor=actor_of(session, make_membership(session).person))
