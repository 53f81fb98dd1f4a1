"""Reminders of actions that are planned, for the list of what will be sent: one line for each mail to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, literal_column, select
from sqlalchemy.orm import aliased

from coaching.models import (
    UNPAUSED_STATUSES,
    Action,
    Cohort,
    CohortState,
    ContactPreference,
    Membership,
    MembershipStatus,
    MessageKind,
    OptOut,
    Person,
)
from coaching.services.action_reminder_checks import ASKED_FOR_QUIET, NOT_RUNNING
from coaching.services.asking_hours import start_of
from coaching.services.reasons import HAS_LEFT, IS_PAUSED, NO_MAIL_ADDRESS

OPTED_OUT = "They switched reminders of actions off."
_Member = aliased(Membership)
_PLANNED: Select[*tuple[Any, ...]] = (
    select(
        Action.public_id,
        Action.statement,
        Action.due_on,
        Action.remind_at,
        Cohort.name,
        Membership.public_id,
        Membership.person_id,
        Membership.status,
        _Member.status,
        Person.name,
        Person.email,
        Person.timezone,
        OptOut.id.is_not(None),
        ContactPreference.paused_until,
        Cohort.state,
    )
    .join(Membership, Membership.id == Action.owner_id)
    .join(_Member, _Member.id == Action.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .outerjoin(ContactPreference, ContactPreference.person_id == Membership.person_id)
    .outerjoin(OptOut, and_(OptOut.person_id == Membership.person_id, OptOut.kind == MessageKind.ACTION_REMINDER))
    .where(
        Action.remind_at.is_not(None),
        Action.remind_at <= bindparam("until"),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
    .order_by(Action.remind_at, Action.id)
)


class PlannedReminder(NamedTuple):
    """One mail to come: of how many actions, and what it is called. `refusal` is why it will not be sent."""

    at: datetime
    subject_id: str
    what: str
    cohort: str
    name: str
    membership_id: str
    due_on: date | None
    refusal: str


def read_coming_action_reminders(
    connection: Connection, memberships: ColumnElement[bool], *, now: datetime, until: datetime, limit: int
) -> tuple[list[PlannedReminder], int]:
    """The mails that will remind those people, and how many actions were read for them. One statement."""
    statement = _PLANNED.where(memberships).limit(literal_column(str(limit)))
    rows = connection.execute(statement, {"until": until}).all()
    mails: defaultdict[tuple[int, datetime, str], list[Any]] = defaultdict(list)
    for row in rows:
        moment = max(row.remind_at, now)
        mails[row.person_id, moment, _why_not(row, moment)].append(row)
    found = [_line(moment, refusal, those) for (_person, moment, refusal), those in mails.items()]
    return found, len(rows)


def _line(moment: datetime, refusal: str, rows: Sequence[Any]) -> PlannedReminder:
    first, cohorts = rows[0], list(dict.fromkeys(row[4] for row in rows))
    return PlannedReminder(
        at=moment,
        subject_id=first.public_id if len(rows) == 1 else "",
        what=first.statement if len(rows) == 1 else f"{len(rows)} actions",
        cohort=", ".join(cohorts),
        name=first[9],
        membership_id=first[5],
        due_on=first.due_on if len(rows) == 1 else None,
        refusal=refusal,
    )


def _why_not(row: Any, moment: datetime) -> str:
    statuses = (row[7], row[8])
    is_away = row.paused_until is not None and start_of(row.paused_until, row.timezone) > moment
    reasons = (
        (MembershipStatus.PAUSED in statuses, IS_PAUSED),
        (any(status not in UNPAUSED_STATUSES for status in statuses), HAS_LEFT),
        (row.state != CohortState.RUNNING, NOT_RUNNING),
        (not row.email, NO_MAIL_ADDRESS),
        (row[12], OPTED_OUT),
        (is_away, ASKED_FOR_QUIET),
    )
    return next((reason for holds, reason in reasons if holds), "")
