"""How many found what helpful, and what in the way: over a cohort and a programme, in people and in lines of logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select, true
from sqlalchemy.orm import Session

from coaching.models import Cohort, EntryFactor, FactorKind, Membership, PracticeEntry, PracticeFactor, Programme
from coaching.policies import (
    Actor,
    may_open_cohort,
    may_view_cohort,
    may_view_cohort_progress,
    may_view_programme,
    require,
    runs_cohort,
)
from coaching.statistics.suppression import hidden_cells

FOR_WATCHERS = "Those who run the cohort, and who look on, see what helped and what hindered in it."
FOR_COORDINATORS = "The programme’s coordinators see what helped and what hindered in all of its cohorts."


class FactorCount(NamedTuple):
    """How many different people chose a word, and in how many lines. Withheld (`is_hidden`) it has neither."""

    id: str
    kind: FactorKind
    name: str
    is_retired: bool
    people: int | None
    entries: int | None
    is_hidden: bool


class FactorCounts(NamedTuple):
    """The programme's words with their counts, and over all words together how many people and lines named any.

    `minimum` is the smallest group that is shown to those who do not read single lines; None where all is shown.
    """

    factors: tuple[FactorCount, ...]
    people: int | None
    entries: int | None
    minimum: int | None

    def of_kind(self, kind: FactorKind) -> list[FactorCount]:
        """What helps, or what hinders, the most people first."""
        found = [one for one in self.factors if one.kind == kind]
        return sorted(found, key=lambda one: -(one.people or 0))


_IN_COHORT = Membership.cohort_id == bindparam("cohort_id")


def _counts(within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    chosen = (
        select(
            EntryFactor.factor_id,
            func.count(Membership.person_id.distinct()).label("people"),
            func.count().label("entries"),
        )
        .join(PracticeFactor, PracticeFactor.id == EntryFactor.factor_id)
        .join(PracticeEntry, PracticeEntry.id == EntryFactor.entry_id)
        .join(Membership, Membership.id == PracticeEntry.membership_id)
        .where(PracticeFactor.programme_id == bindparam("programme_id"), within)
        .group_by(EntryFactor.factor_id)
        .subquery()
    )
    return (
        select(
            PracticeFactor.public_id,
            PracticeFactor.kind,
            PracticeFactor.name,
            PracticeFactor.retired_at.is_not(None),
            func.coalesce(chosen.c.people, 0),
            func.coalesce(chosen.c.entries, 0),
        )
        .outerjoin(chosen, chosen.c.factor_id == PracticeFactor.id)
        .where(PracticeFactor.programme_id == bindparam("programme_id"))
        .order_by(PracticeFactor.kind.desc(), PracticeFactor.position, PracticeFactor.id)
    )


def _totals(within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(func.count(Membership.person_id.distinct()), func.count(EntryFactor.entry_id.distinct()))
        .select_from(EntryFactor)
        .join(PracticeFactor, PracticeFactor.id == EntryFactor.factor_id)
        .join(PracticeEntry, PracticeEntry.id == EntryFactor.entry_id)
        .join(Membership, Membership.id == PracticeEntry.membership_id)
        .where(PracticeFactor.programme_id == bindparam("programme_id"), within)
    )


_OF_COHORT, _TOTAL_OF_COHORT = _counts(_IN_COHORT), _totals(_IN_COHORT)
_OF_PROGRAMME, _TOTAL_OF_PROGRAMME = _counts(true()), _totals(true())


def count_cohort_factors(session: Session, cohort: Cohort, *, actor: Actor) -> FactorCounts:
    """What helped and hindered in a cohort. Who looks on reads no single line, and is shown no small group. Two
    statements."""
    seen = may_view_cohort(actor, cohort)
    require(may_view_cohort_progress(actor, cohort), seen=seen, message=FOR_WATCHERS)
    minimum = None if runs_cohort(actor, cohort) else cohort.programme.minimum_group
    values = {"cohort_id": cohort.id, "programme_id": cohort.programme_id}
    return _read(session, _OF_COHORT, _TOTAL_OF_COHORT, values, minimum)


def count_programme_factors(session: Session, programme: Programme, *, actor: Actor) -> FactorCounts:
    """What helped and hindered in all cohorts of a programme, for those who read every line anyway. Two statements."""
    seen = may_open_cohort(actor, programme.id)
    require(may_view_programme(actor, programme.id), seen=seen, message=FOR_COORDINATORS)
    return _read(session, _OF_PROGRAMME, _TOTAL_OF_PROGRAMME, {"programme_id": programme.id}, None)


def _read(
    session: Session,
    of_each: Select[*tuple[Any, ...]],
    of_all: Select[*tuple[Any, ...]],
    values: dict[str, int],
    minimum: int | None,
) -> FactorCounts:
    connection = session.connection()
    rows: Sequence[Any] = connection.execute(of_each, values).all()
    people, entries = connection.execute(of_all, values).one()
    # Words that were retired before anybody chose them tell nothing.
    counted = tuple(_shown(row, minimum) for row in rows if row[4] or not row[3])
    hides_all = _is_small(people, minimum)
    return FactorCounts(counted, None if hides_all else people, None if hides_all else entries, minimum)


def _shown(row: Any, minimum: int | None) -> FactorCount:
    public_id, kind, name, is_retired, people, entries = row
    if _is_small(people, minimum):
        people = entries = None
    return FactorCount(public_id, kind, name, is_retired, people, entries, people is None)


def _is_small(people: int, minimum: int | None) -> bool:
    """Several words stand in one line, so that counts do not add up to a total that would give one away."""
    return minimum is not None and bool(hidden_cells([people], minimum=minimum))
