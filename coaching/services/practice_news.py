"""What others said in one's own practice logs of late: comments, celebrations, and that somebody confirmed a line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, literal_column, select, type_coerce, union_all

from coaching.models import OPEN_STATUSES, Membership, Person, PracticeComment, PracticeEntry
from coaching.services.words import is_one_of

# How long something is news, and how much of it stands on the home page.
RECENT = timedelta(days=21)
LATEST = 5
CONFIRMED = "confirmed"


class PracticeNews(NamedTuple):
    """One thing that somebody said: `what` is `comment`, `celebration` or `confirmed`, and `by` who did it. The rest is
    the line that it was said to."""

    what: str
    at: datetime
    by: str
    entry_id: str
    on: date
    text: str


_OWN = (Membership.person_id == bindparam("person_id"), is_one_of(Membership.status, OPEN_STATUSES))
_SAID = (
    select(
        type_coerce(PracticeComment.kind, String).label("what"),
        PracticeComment.created_at.label("at"),
        Person.name,
        PracticeEntry.public_id,
        PracticeEntry.on,
        PracticeEntry.text,
    )
    .join_from(Membership, PracticeEntry, PracticeEntry.membership_id == Membership.id)
    .join(PracticeComment, PracticeComment.entry_id == PracticeEntry.id)
    .join(Person, Person.id == PracticeComment.author_id)
    .where(*_OWN, PracticeComment.author_id != Membership.person_id, PracticeComment.created_at >= bindparam("recent"))
)
_CONFIRMED = (
    select(
        literal_column(f"'{CONFIRMED}'", String).label("what"),
        PracticeEntry.confirmed_at.label("at"),
        Person.name,
        PracticeEntry.public_id,
        PracticeEntry.on,
        PracticeEntry.text,
    )
    .join_from(Membership, PracticeEntry, PracticeEntry.membership_id == Membership.id)
    .join(Person, Person.id == PracticeEntry.confirmed_by_id)
    .where(*_OWN, PracticeEntry.confirmed_at >= bindparam("recent"))
)
_both = union_all(_SAID, _CONFIRMED).subquery()
_NEWS = select(_both).order_by(_both.c.at.desc()).limit(literal_column(str(LATEST)))


def read_news(connection: Connection, values: dict[str, Any], *, now: datetime) -> tuple[PracticeNews, ...]:
    """The newest of it over all of a person's cohorts, by their `person_id`. One statement."""
    found = connection.execute(_NEWS, {"person_id": values["person_id"], "recent": now - RECENT})
    return tuple(PracticeNews(*row) for row in found)
