"""What happened to a cohort: its changes of state, hand-overs, who joined and who left, as dated lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    OPEN_STATUSES,
    Cohort,
    CohortChange,
    CohortState,
    Handover,
    Membership,
    Person,
    StatusChange,
)
from coaching.policies import Actor, may_view_cohort, require, runs_cohort

LONGEST_HISTORY = 500
FOR_RUNNERS = "What happened to a cohort is for those who run it."


class Happened(StrEnum):
    PAUSED = "paused"
    RESUMED = "resumed"
    ARCHIVED = "archived"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    JOINED = "joined"
    LEFT = "left"


class Happening(NamedTuple):
    """One line of a cohort's history. `by` did it; `name` is who joined, left, or gave what they had to `to`.

    `pair` is the participant whose one-to-ones were handed over, where it was not the whole cohort.
    """

    at: datetime
    what: Happened
    by: str
    name: str = ""
    to: str = ""
    pair: str = ""
    reason: str = ""


_BY, _FROM, _TO, _PAIR = (aliased(Person) for _ in range(4))
_FROM_MEMBER, _TO_MEMBER, _PAIR_MEMBER = (aliased(Membership) for _ in range(3))
_of_cohort: Any = bindparam("cohort_id")
_CHANGES: Select[*tuple[Any, ...]] = (
    select(CohortChange.at, CohortChange.state, Person.name, CohortChange.reason)
    .outerjoin(Person, Person.id == CohortChange.actor_id)
    .where(CohortChange.cohort_id == _of_cohort)
    .order_by(CohortChange.id)
)
_HANDOVERS: Select[*tuple[Any, ...]] = (
    select(Handover.at, _BY.name, _FROM.name, _TO.name, _PAIR.name, Handover.reason)
    .join(_FROM_MEMBER, _FROM_MEMBER.id == Handover.from_membership_id)
    .join(_FROM, _FROM.id == _FROM_MEMBER.person_id)
    .join(_TO_MEMBER, _TO_MEMBER.id == Handover.to_membership_id)
    .join(_TO, _TO.id == _TO_MEMBER.person_id)
    .outerjoin(_PAIR_MEMBER, _PAIR_MEMBER.id == Handover.pair_membership_id)
    .outerjoin(_PAIR, _PAIR.id == _PAIR_MEMBER.person_id)
    .outerjoin(_BY, _BY.id == Handover.actor_id)
    .where(Handover.cohort_id == _of_cohort)
    .order_by(Handover.id)
)
_STATUSES: Select[*tuple[Any, ...]] = (
    select(StatusChange.membership_id, StatusChange.at, StatusChange.status, Person.name, _BY.name, StatusChange.reason)
    .join(Membership, Membership.id == StatusChange.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(_BY, _BY.id == StatusChange.actor_id)
    .where(Membership.cohort_id == _of_cohort)
    .order_by(StatusChange.membership_id, StatusChange.id)
)


def list_happenings(session: Session, cohort: Cohort, *, actor: Actor) -> list[Happening]:
    """What happened, the newest first. Three statements, however many are in the cohort."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_RUNNERS)
    connection, values = session.connection(), {"cohort_id": cohort.id}
    found = [
        *_of_changes(connection.execute(_CHANGES, values).all()),
        *(
            Happening(at, Happened.HANDED_OVER, by or "", name, to, pair or "", reason)
            for at, by, name, to, pair, reason in connection.execute(_HANDOVERS, values)
        ),
        *_of_statuses(connection.execute(_STATUSES, values).all()),
    ]
    # Of what happened at one moment the later stands first, too.
    found.sort(key=attrgetter("at"))
    return found[::-1][:LONGEST_HISTORY]


def _of_changes(rows: Any) -> Iterator[Happening]:
    """Who goes on after a pause resumes; who goes on after an end opens it again."""
    before = CohortState.RUNNING
    for at, state, by, reason in rows:
        what = Happened(state.value) if state != CohortState.RUNNING else Happened.REOPENED
        if state == CohortState.RUNNING and before == CohortState.PAUSED:
            what = Happened.RESUMED
        before = state
        yield Happening(at, what, by or "", reason=reason)


def _of_statuses(rows: Any) -> Iterator[Happening]:
    """The steps by which somebody came in or went out; those within the cohort stand on the member's own page."""
    for _member, steps in groupby(rows, key=attrgetter("membership_id")):
        was_in = False
        for step in steps:
            is_in = step.status in OPEN_STATUSES
            if is_in != was_in:
                what = Happened.JOINED if is_in else Happened.LEFT
                yield Happening(step.at, what, step[4] or "", step[3], reason=step.reason)
            was_in = is_in
