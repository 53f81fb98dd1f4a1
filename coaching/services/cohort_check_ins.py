"""A cohort's check-ins for the API, by their moment, a page at a time: one statement a page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, literal_column, select, tuple_
from sqlalchemy.orm import Session, aliased

from coaching.models import CheckIn, CheckInAnswer, CheckInState, Cohort, FollowUpStep, Membership, Person
from coaching.policies import Actor, may_view_cohort, require, runs_cohort
from coaching.services.paging import Page, Statement, check_limit, read_page

_MARK, _MARKED = aliased(CheckIn), aliased(Membership)


def list_cohort_check_ins(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    state: CheckInState | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """Every member's check-ins with what they answered, for those who run the cohort."""
    require(
        runs_cohort(actor, cohort),
        seen=may_view_cohort(actor, cohort),
        message="Everybody's check-ins are for the cohort's coaches and coordinators. You can look at your own.",
    )
    statement = _statement(state is not None, after is not None, check_limit(limit))
    values = {"cohort_id": cohort.id, "state": state, "after": after}
    return read_page(session, statement, values, mark=lambda: _mark(_MARK.id), limit=limit)


@lru_cache(maxsize=256)
def _statement(is_narrowed: bool, is_later: bool, limit: int) -> Statement:
    statement: Statement = (
        select(
            CheckIn.public_id.label("id"),
            Membership.public_id.label("membership_id"),
            Person.name,
            CheckIn.state,
            FollowUpStep.label.label("step"),
            FollowUpStep.question,
            CheckIn.due_at,
            CheckIn.asked_at,
            CheckIn.closes_at,
            CheckInAnswer.choice,
            CheckInAnswer.note,
            CheckInAnswer.enrolments,
            CheckInAnswer.answered_at,
        )
        .join_from(CheckIn, Membership, Membership.id == CheckIn.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
        .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
        .where(Membership.cohort_id == bindparam("cohort_id"))
        .order_by(CheckIn.due_at, CheckIn.id)
        .limit(literal_column(str(limit + 1)))
    )
    if is_narrowed:
        statement = statement.where(CheckIn.state == bindparam("state"))
    if is_later:
        statement = statement.where(
            tuple_(CheckIn.due_at, CheckIn.id) > tuple_(_marked(_MARK.due_at), _marked(_MARK.id))
        )
    return statement


def _marked(column: Any) -> Any:
    return _mark(column).scalar_subquery()


def _mark(column: Any) -> Statement:
    """A column of the row that the cursor names, where it is one of this cohort."""
    return (
        select(column)
        .join_from(_MARK, _MARKED, _MARKED.id == _MARK.membership_id)
        .where(_MARK.public_id == bindparam("after"), _MARKED.cohort_id == bindparam("cohort_id"))
    )
