"""Members a page at a time, each asker with the columns that are theirs."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Invalid, NotFound
from coaching.models import Cohort, MembershipStatus, Role
from coaching.services.membership_list import list_members
from tests.factories import actor_of, make_cohort, make_coordinator, make_membership, make_person


@pytest.fixture
def cohort(session: Session) -> Cohort:
    cohort = make_cohort(session)
    for name, role, status in (
        ("Bea", Role.PARTICIPANT, MembershipStatus.ACTIVE),
        ("Ada", Role.COACH, MembershipStatus.ACTIVE),
        ("Cyd", Role.PARTICIPANT, MembershipStatus.WITHDRAWN),
        ("Dee", Role.PARTICIPANT, MembershipStatus.APPLIED),
        ("Eve", Role.OBSERVER, MembershipStatus.ACTIVE),
    ):
        make_membership(session, cohort, make_person(session, name=name), role=role, status=status)
    return cohort


NAMES = {"id", "cohort_id", "name", "role"}
STANDING = NAMES | {"status", "joined_at"}


@pytest.mark.parametrize(
    ("role", "columns", "seen"),
    [
        (Role.COACH, STANDING | {"email"}, "Ada Bea Cyd Dee Eve Me"),
        (Role.OBSERVER, STANDING, "Ada Bea Cyd Dee Eve Me"),
        (Role.PARTICIPANT, NAMES, "Ada Bea Eve Me"),
    ],
)
def test_each_role_gets_its_columns(session: Session, cohort: Cohort, role: Role, columns: set[str], seen: str) -> None:
    me = make_membership(session, cohort, make_person(session, name="Me"), role=role).person
    page = list_members(session, cohort, actor=actor_of(session, me))
    assert [item["name"] for item in page.items] == seen.split()
    assert {frozenset(item) for item in page.items} == {frozenset(columns)}
    assert {item["cohort_id"] for item in page.items} == {cohort.public_id}


def test_pages_meet(session: Session, cohort: Cohort) -> None:
    # Two of one name are told apart by their numbers.
    make_membership(session, cohort, make_person(session, name="Bea"))
    actor, seen, after = actor_of(session, make_coordinator(session, cohort.programme)), [], None
    while True:
        page = list_members(session, cohort, actor=actor, limit=2, after=after)
        seen += [item["id"] for item in page.items]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_a_cursor_that_is_none_is_refused(session: Session, cohort: Cohort) -> None:
    actor = actor_of(session, make_coordinator(session, cohort.programme))
    with pytest.raises(Invalid):
        list_members(session, cohort, actor=actor, after="0" * 20)


def test_an_outsider_finds_nothing(session: Session, cohort: Cohort) -> None:
    with pytest.raises(NotFound):
        list_members(session, cohort, actor=actor_of(session, make_person(session)))
