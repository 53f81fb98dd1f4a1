"""Check-ins and their reminders that are to come: read for all whom a list is about, foretold person by person.

What somebody has in other cohorts is read too, because their weekly limit counts it; it is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, case, select

from coaching.models import CheckIn, Cohort, FollowUpStep, Membership, Person
from coaching.services.asking_forecast import Foreseen, foresee
from coaching.services.check_in_anchors import ANCHOR_NAME, with_anchors
from coaching.services.due_check_ins import complete, joined, read_background
from coaching.services.due_records import DueCheckIn
from coaching.services.message_scope import MessageScope


class Told(NamedTuple):
    """What a list says of a check-in besides when it is asked. `is_in_scope` is 0 where it is another list's."""

    anchor: Any
    anchor_on: Any
    anchor_name: str | None
    offset: str
    membership_id: str
    name: str
    is_in_scope: int


class ComingCheckIns(NamedTuple):
    """What is to come, and how many check-ins were read for it."""

    found: list[tuple[Foreseen, Told]]
    rows: int


def read_coming_check_ins(
    connection: Connection, scope: MessageScope, *, now: datetime, until: datetime, limit: int
) -> ComingCheckIns:
    """The next of all whom the scope is about: seven statements at most, whoever they are."""
    rows = connection.execute(_coming(scope).limit(limit), {"until": until}).all()
    told = {row[0]: Told(*row[-len(Told._fields) :]) for row in rows}
    theirs: dict[int, list[DueCheckIn]] = defaultdict(list)
    for due in complete(connection, rows) if rows else ():
        theirs[due.person_id].append(due)
    return ComingCheckIns(list(_foretold(connection, theirs, told, now, until)) if rows else [], len(rows))


def _foretold(
    connection: Connection,
    theirs: dict[int, list[DueCheckIn]],
    told: dict[int, Told],
    now: datetime,
    until: datetime,
) -> Iterator[tuple[Foreseen, Told]]:
    known = read_background(connection, [due for each in theirs.values() for due in each], now=now)
    for each in theirs.values():
        for one in foresee(each, known, now=now, until=until):
            if told[one.due.id].is_in_scope:
                yield one, told[one.due.id]


def _coming(scope: MessageScope) -> Select[Any]:
    people = select(Membership.person_id).where(scope.memberships).correlate(None)
    statement = joined(
        FollowUpStep.anchor,
        CheckIn.anchor_on,
        ANCHOR_NAME,
        FollowUpStep.offset,
        Membership.public_id,
        Person.name,
        case((scope.memberships, 1), else_=0),
    )
    statement = statement.join(Cohort, Cohort.id == Membership.cohort_id)
    return with_anchors(statement).where(Membership.person_id.in_(people), CheckIn.wake_at <= bindparam("until"))
