"""Cohorts a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import CohortKind, CohortState, MembershipStatus, Person, Programme, Role
from coaching.services.cohort_list import CohortTime, list_cohorts
from tests.factories import (
    NOW,
    actor_of,
    make_cohort,
    make_coordinator,
    make_membership,
    make_person,
    make_programme,
    make_session,
)

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


@pytest.fixture
def coordinator(session: Session, programme: Programme) -> Person:
    return make_coordinator(session, programme)


def names(session: Session, person: Person, **filters: Any) -> list[str]:
    page = list_cohorts(session, actor=actor_of(session, person), now=NOW, **filters)
    return [item["name"] for item in page.items]


def test_a_row_has_what_a_table_shows(session: Session, programme: Programme, coordinator: Person) -> None:
    cohort = make_cohort(session, programme)
    make_membership(session, cohort)
    make_membership(session, cohort, role=Role.COACH)
    make_session(session, cohort, starts_at=NOW - timedelta(days=1))
    following = make_session(session, cohort, starts_at=NOW + timedelta(days=1))
    (row,) = list_cohorts(session, actor=actor_of(session, coordinator), now=NOW).items
    assert row == {
        "id": cohort.public_id,
        "name": cohort.name,
        "kind": "coaching",
        "state": "running",
        "description": "",
        "timezone": "Europe/London",
        "starts_on": cohort.starts_on,
        "ends_on": cohort.ends_on,
        "version": 1,
        "programme_id": programme.public_id,
        "programme": programme.name,
        "participants": 1,
        "next_session_id": following.public_id,
        "next_session_at": following.starts_at,
    }


def test_each_sees_their_own(session: Session, programme: Programme, coordinator: Person) -> None:
    make_cohort(session, programme, name="In the programme")
    other = make_cohort(session, name="Elsewhere")
    member = make_membership(session, other).person
    gone = make_membership(session, other, status=MembershipStatus.WITHDRAWN).person
    administrator = make_person(session, is_administrator=True)
    assert names(session, coordinator) == ["In the programme"]
    assert names(session, coordinator, programme=programme) == ["In the programme"]
    assert names(session, coordinator, programme=other.programme) == []
    assert names(session, member) == ["Elsewhere"]
    assert names(session, gone) == []
    assert set(names(session, administrator)) == {"In the programme", "Elsewhere"}
    assert names(session, administrator, programme=programme) == ["In the programme"]


def test_filters(session: Session, programme: Programme, coordinator: Person) -> None:
    dates = {
        "past": (date(2026, 1, 1), date(2026, 6, 14)),
        "current": (date(2026, 6, 15), date(2026, 6, 15)),
        "future": (date(2026, 6, 16), date(2026, 7, 1)),
    }
    for state, (starts_on, ends_on) in dates.items():
        for kind in CohortKind:
            make_cohort(session, programme, name=f"{state} {kind} 50%", kind=kind, starts_on=starts_on, ends_on=ends_on)
    assert names(session, coordinator, kind=CohortKind.FORMAL) == [
        "future formal 50%", "current formal 50%", "past formal 50%",
    ]  # fmt: skip
    over = make_cohort(session, programme, name="archived coaching 50%", starts_on=date(2026, 6, 1))
    over.state = CohortState.ARCHIVED
    session.flush()
    for state in CohortTime:
        assert names(session, coordinator, state=state, kind=CohortKind.COACHING) == [f"{state} coaching 50%"]
    assert names(session, coordinator, text="PAST form") == ["past formal 50%"]
    assert len(names(session, coordinator, text="50%")) == 6
    assert names(session, coordinator, text="p_st") == []
    assert names(session, coordinator, text="5%0") == []


def test_pages_meet_without_gap_or_overlap(session: Session, programme: Programme, coordinator: Person) -> None:
    for number in range(7):
        make_cohort(session, programme, name=str(number), starts_on=date(2026, 1, 1 + number // 3))
    actor, seen, after = actor_of(session, coordinator), [], None
    while True:
        page = list_cohorts(session, actor=actor, now=NOW, limit=3, after=after)
        seen.append([item["name"] for item in page.items])
        if page.next is None:
            break
        after = page.next
        make_cohort(session, programme, name="new", starts_on=date(2026, 2, 1))
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_a_full_last_page_has_no_next(session: Session, programme: Programme, coordinator: Person) -> None:
    cohorts = [make_cohort(session, programme) for _ in range(2)]
    actor = actor_of(session, coordinator)
    page = list_cohorts(session, actor=actor, now=NOW, limit=2)
    assert page.next is None
    # Going on from the last row is no mistake: there is just nothing more.
    assert list_cohorts(session, actor=actor, now=NOW, after=cohorts[0].public_id).items == []


def test_a_cursor_that_is_none_is_refused(session: Session, coordinator: Person) -> None:
    with pytest.raises(Invalid) as refusal:
        list_cohorts(session, actor=actor_of(session, coordinator), now=NOW, after="0" * 20)
    assert set(refusal.value.messages) == {"after"}


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_has_1_to_100_rows(session: Session, coordinator: Person, limit: int) -> None:
    with pytest.raises(Invalid, match="1 to 100"):
        list_cohorts(session, actor=actor_of(session, coordinator), now=NOW, limit=limit)


def test_one_statement_a_page(
    session: Session, programme: Programme, coordinator: Person, count_queries: Counter
) -> None:
    for _ in range(3):
        make_membership(session, make_cohort(session, programme))
    actor = actor_of(session, coordinator)
    with count_queries() as statements:
        page = list_cohorts(session, actor=actor, now=NOW, limit=2)
        list_cohorts(session, actor=actor, now=NOW, limit=2, after=page.next)
    assert len(statements) == 2
