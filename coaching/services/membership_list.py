"""A cohort's members for the API, by name, a page at a time. Each asker gets the columns that are theirs to see."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, literal_column, select, tuple_
from sqlalchemy.orm import Session, aliased

from coaching.models import OPEN_STATUSES, Cohort, Membership, Person
from coaching.policies import Actor, may_view_cohort, may_view_cohort_progress, require, runs_cohort
from coaching.services.paging import Page, Statement, check_limit, read_page
from coaching.services.words import is_one_of

# Fellow participants see who is in; observers also how everyone stands; those who run the cohort also the addresses.
_NAMES = (Membership.public_id.label("id"), Person.name, Membership.role)
_STANDING = (*_NAMES, Membership.status, Membership.joined_at)
_ADDRESS = (*_STANDING, Person.email)

_MARK, _MARKED = aliased(Membership), aliased(Person)


def list_members(session: Session, cohort: Cohort, *, actor: Actor, limit: int = 50, after: str | None = None) -> Page:
    """Members by name: all of them, with applicants and leavers, for those who see everyone's progress."""
    require(may_view_cohort(actor, cohort), seen=False)
    view = 2 if runs_cohort(actor, cohort) else 1 if may_view_cohort_progress(actor, cohort) else 0
    statement = _statement(view, after is not None, check_limit(limit))
    values = {"cohort_id": cohort.id, "cohort": cohort.public_id, "after": after}
    return read_page(session, statement, values, mark=lambda: _mark(_MARK.id), limit=limit)


@lru_cache(maxsize=128)
def _statement(view: int, is_later: bool, limit: int) -> Statement:
    columns: tuple[Any, ...] = (_NAMES, _STANDING, _ADDRESS)[view]
    statement: Statement = (
        select(*columns, bindparam("cohort", type_=Cohort.public_id.type).label("cohort_id"))
        .join_from(Membership, Person, Person.id == Membership.person_id)
        .where(Membership.cohort_id == bindparam("cohort_id"))
        .order_by(Person.name, Membership.id)
        .limit(literal_column(str(limit + 1)))
    )
    if view == 0:
        statement = statement.where(is_one_of(Membership.status, OPEN_STATUSES))
    if is_later:
        statement = statement.where(
            tuple_(Person.name, Membership.id) > tuple_(_marked(_MARKED.name), _marked(_MARK.id))
        )
    return statement


def _marked(column: Any) -> Any:
    return _mark(column).scalar_subquery()


def _mark(column: Any) -> Statement:
    """A column of the row that the cursor names, where it is one of this cohort."""
    return (
        select(column)
        .join_from(_MARK, _MARKED, _MARKED.id == _MARK.person_id)
        .where(_MARK.public_id == bindparam("after"), _MARK.cohort_id == bindparam("cohort_id"))
    )
