"""What helps and hinders: the words of a programme, and how many chose each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import FactorKind, PracticeFactor, Programme
from coaching.models.practice import MOST_FACTORS
from coaching.services.practice_counts import FactorCount, count_cohort_factors, count_programme_factors
from coaching.services.practice_entries import write_entry
from coaching.services.practice_factors import (
    USUAL,
    add_factor,
    bring_back_factor,
    list_factors,
    list_offered,
    order_factors,
    rename_factor,
    retire_factor,
    start_with_usual,
)
from coaching.services.programmes import create_programme
from tests.factories import NOW, actor_of, make_cohort, make_membership
from tests.services.teams import Team, make_team


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def act(team: Team) -> dict[str, Any]:
    return {"actor": team.as_coordinator, "now": NOW}


def names(session: Session, team: Team) -> list[tuple[str, bool]]:
    found = list_factors(session, team.programme, actor=team.as_coach)
    return [(one.name, one.retired_at is None) for one in found]


def test_a_programme_begins_with_the_usual_words(session: Session) -> None:
    create_programme(session, actor=None, now=NOW, slug="new", name="New", timezone="UTC")
    session.flush()
    programme = session.scalars(select(Programme).where(Programme.slug == "new")).one()
    found = session.scalars(select(PracticeFactor).where(PracticeFactor.programme_id == programme.id)).all()
    assert {(one.kind, one.name) for one in found} == {(kind, name) for kind, own in USUAL.items() for name in own}


def test_one_that_has_none_begins_with_them_and_keeps_its_own(
    session: Session, team: Team, act: dict[str, Any]
) -> None:
    own = add_factor(session, team.programme, **act, kind=FactorKind.ENABLER, name="MY COACH")
    made = start_with_usual(session, team.programme, **act)
    assert len(made) == sum(map(len, USUAL.values())) - 1
    session.flush()
    assert names(session, team)[0] == (own.name, True)
    assert start_with_usual(session, team.programme, **act) == []


def test_words_are_renamed_until_used_retired_and_put_in_order(
    session: Session, team: Team, act: dict[str, Any]
) -> None:
    first, second = (
        add_factor(session, team.programme, **act, kind=FactorKind.BARRIER, name=name) for name in ("Rain", "Snow")
    )
    rename_factor(session, first, **act, name="Hail")
    with pytest.raises(Invalid) as refusal:
        add_factor(session, team.programme, **act, kind=FactorKind.BARRIER, name="HAIL")
    assert list(refusal.value.messages) == ["name"]
    session.flush()
    write_entry(
        session, team.ana, actor=team.as_ana, now=NOW, text="Tried", on=NOW.date(), factor_ids=[first.public_id]
    )
    session.flush()
    with pytest.raises(Conflict, match="fixed"):
        rename_factor(session, first, **act, name="Sleet")
    ids = [second.public_id, first.public_id]
    order_factors(session, team.programme, **act, kind=FactorKind.BARRIER, factor_ids=ids)
    session.flush()
    assert names(session, team) == [("Snow", True), ("Hail", True)]
    retire_factor(session, first, **act)
    with pytest.raises(Conflict, match="already"):
        retire_factor(session, first, **act)
    for wrong in (ids, [second.public_id] * 2, []):
        with pytest.raises(Invalid):
            order_factors(session, team.programme, **act, kind=FactorKind.BARRIER, factor_ids=wrong)
    session.flush()
    assert [one.name for one in list_offered(session, team.ana, actor=team.as_ana)] == ["Snow"]
    bring_back_factor(session, first, **act)
    with pytest.raises(Conflict, match="already"):
        bring_back_factor(session, first, **act)


def test_there_is_room_for_so_many_of_a_kind(session: Session, team: Team, act: dict[str, Any]) -> None:
    made = [
        add_factor(session, team.programme, **act, kind=FactorKind.ENABLER, name=f"Word {number}")
        for number in range(MOST_FACTORS)
    ]
    with pytest.raises(Conflict, match="at most"):
        add_factor(session, team.programme, **act, kind=FactorKind.ENABLER, name="One more")
    retire_factor(session, made[0], **act)
    add_factor(session, team.programme, **act, kind=FactorKind.ENABLER, name="One more")
    with pytest.raises(Conflict, match="at most"):
        bring_back_factor(session, made[0], **act)


def test_counts_are_of_different_people_and_lines_and_small_ones_are_withheld(
    session: Session, team: Team, act: dict[str, Any], count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    team.programme.minimum_group = 3
    many, few, none = (
        add_factor(session, team.programme, **act, kind=FactorKind.ENABLER, name=name) for name in ("Many", "Few", "No")
    )
    beside = make_membership(session, make_cohort(session, team.programme), team.ana.person)
    others = [make_membership(session, team.cohort) for _ in range(2)]
    session.flush()
    writers = [(team.ana, [many, few]), (team.ana, [many]), (beside, [many]), *((one, [many]) for one in others)]
    for member, chosen in writers:
        ids = [one.public_id for one in chosen]
        actor = actor_of(session, member.person)
        write_entry(session, member, actor=actor, now=NOW, text="Tried", on=NOW.date(), factor_ids=ids)
    session.flush()

    def figures(found: tuple[FactorCount, ...]) -> list[tuple[int | None, int | None, bool]]:
        return [(one.people, one.entries, one.is_hidden) for one in found]

    with count_queries() as statements:
        own = count_cohort_factors(session, team.cohort, actor=team.as_coach)
    assert len(statements) == 2
    assert (figures(own.factors), own.people, own.entries, own.minimum) == (
        [(3, 4, False), (1, 1, False), (0, 0, False)], 3, 4, None,
    )  # fmt: skip
    seen = count_cohort_factors(session, team.cohort, actor=team.as_observer)
    assert figures(seen.factors) == [(3, 4, False), (None, None, True), (0, 0, False)]
    assert (seen.people, seen.minimum) == (3, 3)
    team.programme.minimum_group = 4
    hidden = count_cohort_factors(session, team.cohort, actor=team.as_observer)
    assert (hidden.people, hidden.entries, figures(hidden.factors)[0]) == (None, None, (None, None, True))
    retire_factor(session, none, **act)
    session.flush()
    with count_queries() as statements:
        whole = count_programme_factors(session, team.programme, actor=team.as_coordinator)
    assert len(statements) == 2
    assert figures(whole.factors) == [(3, 5, False), (1, 1, False)], "a person in two cohorts is one person"
    assert [one.name for one in whole.of_kind(FactorKind.ENABLER)] == ["Many", "Few"]
