"""Cohorts for the API and for tables on pages, the latest start first, a page at a time: one statement a page."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, literal_column, not_, or_, select, tuple_, type_coerce
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Cohort,
    CohortKind,
    CohortState,
    Membership,
    Programme,
    ProgrammeCoordinator,
)
from coaching.policies import Actor, may_coordinate
from coaching.services.cohort_cards import PARTICIPANTS, next_session
from coaching.services.paging import Page, Statement, check_limit, read_page
from coaching.services.words import is_one_of, is_word
from coaching.services.zones import today_in


class CohortTime(StrEnum):
    """Where a cohort stands today, in the zone of who looks. Archived ones are in no other list than their own."""

    CURRENT = "current"
    PAST = "past"
    FUTURE = "future"
    ARCHIVED = "archived"


_MARK = aliased(Cohort)
_IS_FOR_ALL = CoachingSession.pair_membership_id.is_(None)
_LATEST_FIRST = (Cohort.starts_on.desc(), Cohort.id.desc())
_COLUMNS = (
    Cohort.public_id.label("id"),
    Cohort.name,
    type_coerce(Cohort.kind, String).label("kind"),
    type_coerce(Cohort.state, String).label("state"),
    Cohort.description,
    Cohort.timezone,
    Cohort.starts_on,
    Cohort.ends_on,
    Cohort.version,
    Programme.public_id.label("programme_id"),
    Programme.name.label("programme"),
    PARTICIPANTS.label("participants"),
    next_session(CoachingSession.public_id, _IS_FOR_ALL).label("next_session_id"),
    next_session(CoachingSession.starts_at, _IS_FOR_ALL).label("next_session_at"),
)
_IN_STATE = {
    CohortTime.CURRENT: (Cohort.starts_on <= bindparam("today"), Cohort.ends_on >= bindparam("today")),
    CohortTime.PAST: (Cohort.ends_on < bindparam("today"),),
    CohortTime.FUTURE: (Cohort.starts_on > bindparam("today"),),
    CohortTime.ARCHIVED: (),
}


def list_cohorts(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    programme: Programme | None = None,
    kind: CohortKind | None = None,
    state: CohortTime | None = None,
    text: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """The cohorts that the actor may look at, the latest start first."""
    sees_all = actor.is_administrator or (programme is not None and may_coordinate(actor, programme.id))
    filters = frozenset(
        name
        for name, is_set in (
            ("mine", not sees_all), ("programme", programme), ("kind", kind), ("text", text), ("after", after),
        )
        if is_set
    )  # fmt: skip
    values = {
        "now": now,
        "today": today_in(now, actor.timezone),
        "person_id": actor.person_id,
        "programme_id": programme.id if programme is not None else None,
        "kind": kind,
        "text": text_pattern(text or ""),
        "after": after,
    }
    statement = _statement(filters, state, check_limit(limit))
    return read_page(session, statement, values, mark=lambda: _mark(_MARK.id, filters), limit=limit)


@lru_cache(maxsize=256)
def _statement(filters: frozenset[str], state: CohortTime | None, limit: int) -> Statement:
    conditions: dict[str, ColumnElement[bool]] = {
        "mine": _is_mine(Cohort),
        "programme": Cohort.programme_id == bindparam("programme_id"),
        "kind": Cohort.kind == bindparam("kind"),
        "text": Cohort.name.ilike(bindparam("text"), escape="\\"),
        "after": tuple_(Cohort.starts_on, Cohort.id)
        < tuple_(_mark(_MARK.starts_on, filters).scalar_subquery(), _mark(_MARK.id, filters).scalar_subquery()),
    }
    is_archived = is_word(Cohort.state, CohortState.ARCHIVED)
    apart = is_archived if state == CohortTime.ARCHIVED else not_(is_archived)
    in_state = (*(_IN_STATE[state] if state is not None else ()), apart)
    chosen = (conditions[name] for name in sorted(filters))
    # The page is cut out first, so that counts and next sessions are looked up for its rows alone.
    page = (
        select(Cohort.id).where(*chosen, *in_state).order_by(*_LATEST_FIRST).limit(literal_column(str(limit + 1)))
    ).subquery("page")
    return (
        select(*_COLUMNS)
        .join_from(page, Cohort, Cohort.id == page.c.id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .order_by(*_LATEST_FIRST)
    )


def _mark(column: Any, filters: frozenset[str]) -> Statement:
    """A column of the row that the cursor names, where it is one that this asker may look at.

    One scalar each, so that the comparison can walk an index.
    """
    statement: Statement = select(column).where(_MARK.public_id == bindparam("after"))
    if "programme" in filters:
        statement = statement.where(_MARK.programme_id == bindparam("programme_id"))
    return statement.where(_is_mine(_MARK)) if "mine" in filters else statement


def _is_mine(cohort: Any) -> ColumnElement[bool]:
    """Whether the asker coordinates the cohort's programme, or is in the cohort."""
    return or_(
        cohort.programme_id.in_(
            select(ProgrammeCoordinator.programme_id).where(ProgrammeCoordinator.person_id == bindparam("person_id"))
        ),
        cohort.id.in_(
            select(Membership.cohort_id).where(
                Membership.person_id == bindparam("person_id"), is_one_of(Membership.status, OPEN_STATUSES)
            )
        ),
    )


def text_pattern(text: str) -> str:
    """What LIKE looks for: the text anywhere, with its own wildcards taken as they are written."""
    plain = text.strip()
    for special in ("\\", "%", "_"):
        plain = plain.replace(special, f"\\{special}")
    return f"%{plain}%"
