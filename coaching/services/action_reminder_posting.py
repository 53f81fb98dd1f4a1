"""Reminders of actions whose moment has come become mails, batch by batch, from the actions as they are then.

One batch is one transaction, and one of people: all that somebody is to be reminded of goes into one mail. So a
scheduler locks the people that it deals with, and leaves whoever another one holds to another tick. The mail and the
end of the plan are written together, so that nobody is reminded twice wherever a scheduler is killed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Table, and_, bindparam, literal_column, select
from sqlalchemy.orm import Session, aliased

from coaching.channels.base import MAIL
from coaching.models import (
    UNPAUSED_STATUSES,
    Action,
    ActionReminder,
    Cohort,
    CohortState,
    ContactPreference,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Programme,
)
from coaching.models.base import UTCDateTime
from coaching.services.action_days import remind_moment
from coaching.services.asking_hours import start_of
from coaching.services.insertion import insert_identified, insert_rows, update_rows
from coaching.services.letter_links import NO_LINK, UNSUBSCRIBE
from coaching.services.outbox import message_id_of
from coaching.services.who_is_asked import hours_of
from coaching.tokens import derive_secret, hash_secret, new_public_id, new_secret

_action = cast(Table, Action.__table__)
_message = cast(Table, Message.__table__)
_link = cast(Table, ActionReminder.__table__)
_now: Any = bindparam("now", type_=UTCDateTime())
_wakes = _action.c.remind_at <= _now
_PEEK = select(_action.c.id).where(_wakes).order_by(_action.c.remind_at).limit(literal_column("1"))
# This lock keeps other schedulers from somebody, and nobody from writing a row that refers to them.
_PEOPLE = (
    select(Membership.person_id)
    .select_from(_action)
    .join(Membership, Membership.id == _action.c.owner_id)
    .join(Person, Person.id == Membership.person_id)
    .where(_wakes)
    .order_by(_action.c.remind_at, _action.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=Person, skip_locked=True, key_share=True)
)
_Member = aliased(Membership)
_Whose = aliased(Person)
_DUE = (
    select(
        _action.c.id,
        _action.c.public_id,
        _action.c.statement,
        _action.c.due_on,
        _action.c.remind_on,
        _action.c.remind_at,
        _action.c.owner_id == _action.c.membership_id,
        _Whose.name,
        _Member.status,
        Membership.status,
        Membership.cohort_id,
        Cohort.state,
        Cohort.name,
        Programme.name,
        Programme.is_synthetic,
        Membership.person_id,
        Person.email,
        Person.timezone,
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None), OptOut.id.is_(None)),
        ContactPreference.from_hour,
        ContactPreference.until_hour,
        ContactPreference.weekends,
        ContactPreference.paused_until,
    )
    .join(Membership, Membership.id == _action.c.owner_id)
    .join(Person, Person.id == Membership.person_id)
    .join(_Member, _Member.id == _action.c.membership_id)
    .join(_Whose, _Whose.id == _Member.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
    .outerjoin(ContactPreference, ContactPreference.person_id == Membership.person_id)
    .outerjoin(OptOut, and_(OptOut.person_id == Membership.person_id, OptOut.kind == MessageKind.ACTION_REMINDER))
    .where(_wakes, Membership.person_id.in_(bindparam("people", expanding=True)))
    .order_by(_action.c.due_on.is_(None), _action.c.due_on, _action.c.id)
    .with_for_update(of=_action, skip_locked=True)
)


class DueAction(NamedTuple):
    """An action of which its owner is to be reminded, with what decides whether and when."""

    id: int
    public_id: str
    statement: str
    due_on: date | None
    remind_on: date
    remind_at: datetime
    is_own: bool
    whose: str
    status: MembershipStatus
    owner_status: MembershipStatus
    cohort_id: int
    cohort_state: CohortState
    cohort: str
    programme: str
    is_synthetic: bool
    person_id: int
    email: str | None
    timezone: str
    is_wanted: bool
    from_hour: int | None
    until_hour: int | None
    weekends: bool | None
    paused_until: date | None

    def moment(self, now: datetime) -> datetime | None:
        """When its reminder leaves, by how its owner wants to be written to now; None where it does not."""
        present = (
            self.status in UNPAUSED_STATUSES
            and self.owner_status in UNPAUSED_STATUSES
            and self.cohort_state == CohortState.RUNNING
        )
        if not (present and self.is_wanted and self.email):
            return None
        hours = hours_of(self.timezone, self.from_hour, self.until_hour, self.weekends)
        pause = start_of(self.paused_until, self.timezone) if self.paused_until is not None else now
        return remind_moment(self.remind_on, self.due_on, hours, now=max(now, pause))


def is_any_action_reminder_due(connection: Connection, *, now: datetime) -> bool:
    """Whether a batch would find something: a read of one entry of an index, so that an idle tick takes no lock."""
    return connection.execute(_PEEK, {"now": now}).first() is not None


def post_due_action_reminders(session: Session, *, now: datetime, limit: int) -> int:
    """Deals with the people of up to `limit` reminders, and returns how many reminders these had."""
    connection = session.connection()
    people = set(connection.execute(_PEOPLE, {"now": now, "limit": limit}).scalars())
    if not people:
        return 0
    due = [DueAction(*row) for row in connection.execute(_DUE, {"now": now, "people": list(people)})]
    moments = {one.id: one.moment(now) for one in due}
    mails: defaultdict[int, list[DueAction]] = defaultdict(list)
    for one in due:
        moment = moments[one.id]
        if moment is not None and moment <= now:
            mails[one.person_id].append(one)
            moments[one.id] = None
    if due:
        # Not by the class: when somebody is reminded is no version of an action.
        update_rows(connection, _action, ("remind_at",), list(moments.items()))
    _insert(connection, list(mails.values()), now=now)
    return len(due)


def _insert(connection: Connection, mails: Sequence[list[DueAction]], *, now: datetime) -> None:
    """A message for each person, and what it reminds of beside it."""
    rows, identifiers = [], []
    for items in mails:
        secret, public_id, first = new_secret(), new_public_id(), items[0]
        is_of_one = len({one.cohort_id for one in items}) == 1
        identifiers.append(public_id)
        rows.append((
            public_id, message_id_of(public_id), first.id, first.remind_at.isoformat(), first.person_id,
            first.cohort_id if is_of_one else None, first.email, _facts(items), secret,
            hash_secret(derive_secret(secret, UNSUBSCRIBE)),
        ))  # fmt: skip
    shared: dict[str, Any] = {
        "kind": MessageKind.ACTION_REMINDER, "channel": MAIL, "state": MessageState.DUE, "due_at": now,
        "created_at": now, "attempts": 0,
    }  # fmt: skip
    columns = (
        "public_id", "message_id", "subject_id", "occurrence", "recipient_id", "cohort_id", "address", "facts",
        "secret", "unsubscribe_hash",
    )  # fmt: skip
    numbers = insert_identified(connection, _message, shared, columns, rows) if rows else {}
    links = [(one.id, numbers[public_id]) for public_id, items in zip(identifiers, mails, strict=True) for one in items]
    insert_rows(connection, _link, {}, ("action_id", "message_id"), links)


def _facts(items: Sequence[DueAction]) -> dict[str, Any]:
    return {
        "actions": [
            {
                "id": one.public_id,
                "statement": one.statement,
                "due_on": one.due_on.isoformat() if one.due_on else "",
                "cohort": one.cohort,
                "programme": one.programme,
                "whose": "" if one.is_own else one.whose,
            }
            for one in items
        ],
        "is_synthetic": any(one.is_synthetic for one in items),
        NO_LINK: True,
    }
