"""What every signal has in common: whom it is about, and the shape of its lines.

A signal is one statement over all the cohorts that a coach coaches, with the thresholds of each cohort's programme. It
gives one line for each occurrence, in the order of `NeedRow`, so that a new signal is one more statement in a list.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, literal_column, null, select
from sqlalchemy.orm import InstrumentedAttribute

from coaching.models import Cohort, CohortState, Membership, MembershipStatus, Person, Programme, Role
from coaching.services.cohort_cards import COACHED
from coaching.services.words import is_one_of, is_word

# Those who take part. Who is paused is left alone, and who has left needs no coach here.
PRESENT = (MembershipStatus.ACCEPTED, MembershipStatus.ACTIVE)
# Until so long after the last day a coach is told of actions and goals that were left lying.
WINDS_DOWN = timedelta(weeks=12)
# Follow-ups end after a year, and with them what is said of practice.
FOLLOWED_FOR = timedelta(days=365)

Lines = Select[*tuple[Any, ...]]
TODAY = bindparam("today", type_=Date())
NOTHING = null()
NO_COUNT: ColumnElement[int] = literal_column("0")


class NeedRow(NamedTuple):
    """One occurrence of a signal, as its statement gives it.

    `key` tells this occurrence from the next. What `what`, `first`, `last` and `count` are, each signal says.
    """

    member: int
    membership_id: str
    person_id: str
    name: str
    cohort_id: str
    cohort: str
    key: Any
    what: str | None
    first: Any
    last: Any
    count: Any


# The cohort has begun, and has not ended.
RUNS = (Cohort.starts_on <= TODAY, Cohort.ends_on >= TODAY)
WHO: tuple[InstrumentedAttribute[Any], ...] = (
    Membership.id,
    Membership.public_id,
    Person.public_id,
    Person.name,
    Cohort.public_id,
    Cohort.name,
)


def lines(*shown: Any, statuses: tuple[MembershipStatus, ...] = PRESENT) -> Lines:
    """The participants of the cohorts that a coach coaches, with what a signal shows of each.

    A cohort that is paused or archived is silent.
    """
    return (
        select(*WHO, *shown)
        .join_from(Cohort, Programme, Programme.id == Cohort.programme_id)
        .join(Membership, Membership.cohort_id == Cohort.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Cohort.id.in_(COACHED),
            is_word(Membership.role, Role.PARTICIPANT),
            is_one_of(Membership.status, statuses),
            is_word(Cohort.state, CohortState.RUNNING),
            Person.erased_at.is_(None),
        )
    )


def values_of(person_id: int, *, now: datetime, today: date) -> dict[str, Any]:
    """What the statements bind: who asks, and when. Everything else is in the rows."""
    return {
        "person_id": person_id,
        "now": now,
        "today": today,
        "wound_down": today - WINDS_DOWN,
        "followed": today - FOLLOWED_FOR,
    }


def day_of(moment: Any) -> ColumnElement[Any]:
    """The day of a moment, in UTC."""
    return func.date(moment, type_=Date())
