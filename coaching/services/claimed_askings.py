"""What a claimed mail asks, looked at once more before it leaves: it may have waited for a mail server for long.

What no longer stands is left out of it. Where nothing stands the mail is called off, and outside of its person's hours
it waits for the next moment within them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple, cast

from sqlalchemy import Connection, Table, bindparam, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Asking,
    CheckIn,
    CheckInState,
    Cohort,
    CohortState,
    ContactPreference,
    Membership,
    MembershipStatus,
    Message,
    Person,
)
from coaching.services.asking_hours import next_open, start_of
from coaching.services.askings import WAS_TRANSMITTED
from coaching.services.reasons import COHORT_ARCHIVED, COHORT_PAUSED, HAS_LEFT, IS_PAUSED, WANTS_NO_MORE
from coaching.services.who_is_asked import hours_of

ANSWERED = "The check-in was answered already."
CALLED_OFF = "The check-in was called off."
PERSON_PAUSED = "They asked not to be asked for a while."
OVER = "The time to answer is over."

_check_in = cast(Table, CheckIn.__table__)
_ITEMS = (
    select(
        Asking.message_id,
        Asking.check_in_id,
        Asking.is_nudge,
        CheckIn.public_id,
        CheckIn.state,
        CheckIn.closes_at,
        Membership.status,
        Cohort.state,
        Membership.follow_ups_stopped_at,
        Person.timezone,
        ContactPreference.from_hour,
        ContactPreference.until_hour,
        ContactPreference.weekends,
        ContactPreference.paused_until,
        WAS_TRANSMITTED.correlate(Message),
    )
    .join(Message, Message.id == Asking.message_id)
    .join(CheckIn, CheckIn.id == Asking.check_in_id)
    .join(Membership, Membership.id == CheckIn.membership_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(ContactPreference, ContactPreference.person_id == Message.recipient_id)
    .where(Asking.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(Asking.id)
)
_LOCK = (
    select(CheckIn.id).where(CheckIn.id.in_(bindparam("ids", expanding=True))).order_by(CheckIn.id).with_for_update()
)


class Fate(Enum):
    """What becomes of a check-in that is not asked after all."""

    OFF = "called off"
    OVER = "over"
    AGAIN = "decided about anew"


class AskedItem(NamedTuple):
    """A check-in in a claimed mail."""

    message_id: int
    check_in_id: int
    is_nudge: bool
    public_id: str
    state: CheckInState
    closes_at: datetime
    status: MembershipStatus
    cohort: CohortState
    stopped_at: datetime | None
    timezone: str
    from_hour: int | None
    until_hour: int | None
    weekends: bool | None
    paused_until: date | None
    was_transmitted: bool


class Gone(NamedTuple):
    """A check-in that no longer stands: why, and what becomes of it."""

    item: AskedItem
    reason: str
    fate: Fate


class Review(NamedTuple):
    """What there is to say of a claimed mail: what stands, what is gone, and until when it waits, if it does."""

    standing: list[AskedItem]
    gone: list[Gone]
    waits_until: datetime | None

    @property
    def is_fixed(self) -> bool:
        """Whether its bytes went out before, and stay as they are."""
        return any(item.was_transmitted for item in self.standing)


def review_askings(connection: Connection, messages: Sequence[int], *, now: datetime) -> dict[int, Review]:
    """The review of every one of these messages that asks check-ins."""
    if not messages:
        return {}
    items: dict[int, list[AskedItem]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"messages": list(messages)}):
        items[row.message_id].append(AskedItem._make(row))
    return {number: _review(items.get(number, []), now) for number in messages}


def end_askings(session: Session, gone: Sequence[Gone], *, now: datetime) -> None:
    """Writes what becomes of check-ins whose mail does not ask them after all, where nobody was quicker."""
    for fate, values in _VALUES.items():
        ids = [each.item.check_in_id for each in gone if each.fate == fate and not each.item.is_nudge]
        wakes = now if fate == Fate.AGAIN else None
        _change(session, ids, **values, asked_at=None, wake_at=wakes)
    # A nudge was counted when its mail was written. Its check-in stays asked.
    nudges = [each for each in gone if each.item.is_nudge]
    again = [each.item.check_in_id for each in nudges if each.fate == Fate.AGAIN]
    ended = [each.item.check_in_id for each in nudges if each.fate != Fate.AGAIN]
    _change(session, again, nudged=_check_in.c.nudged - 1, wake_at=now)
    _change(session, ended, nudged=_check_in.c.nudged - 1, wake_at=None)


def lock_check_ins(session: Session, gone: Sequence[Gone]) -> None:
    """Before their messages, as everyone does who changes both."""
    ids = [each.item.check_in_id for each in gone]
    if ids:
        session.connection().execute(_LOCK, {"ids": ids})


_VALUES = {
    Fate.OFF: {"state": CheckInState.CANCELLED},
    Fate.OVER: {"state": CheckInState.EXPIRED},
    Fate.AGAIN: {"state": CheckInState.DUE},
}


def _change(session: Session, ids: Sequence[int], **values: object) -> None:
    if ids:
        still_asked = (_check_in.c.id.in_(ids), _check_in.c.state == CheckInState.ASKED)
        session.connection().execute(update(_check_in).where(*still_asked).values(values))


def _review(items: Sequence[AskedItem], now: datetime) -> Review:
    verdicts = [(item, _why_gone(item, now)) for item in items]
    standing = [item for item, verdict in verdicts if verdict is None]
    gone = [Gone(item, *verdict) for item, verdict in verdicts if verdict is not None]
    if not standing:
        return Review([], gone, None)
    first = standing[0]
    opening = next_open(now, hours_of(first.timezone, first.from_hour, first.until_hour, first.weekends))
    return Review(standing, gone, opening if opening > now else None)


def _why_gone(item: AskedItem, now: datetime) -> tuple[str, Fate] | None:
    is_away = item.paused_until is not None and start_of(item.paused_until, item.timezone) > now
    reasons = (
        (item.state == CheckInState.ANSWERED, ANSWERED, Fate.OFF),
        (item.state != CheckInState.ASKED, CALLED_OFF, Fate.OFF),
        (item.closes_at <= now, OVER, Fate.OVER),
        (item.status not in OPEN_STATUSES, HAS_LEFT, Fate.OFF),
        (item.cohort == CohortState.ARCHIVED, COHORT_ARCHIVED, Fate.OFF),
        (item.stopped_at is not None, WANTS_NO_MORE, Fate.OFF),
        (item.status == MembershipStatus.PAUSED, IS_PAUSED, Fate.AGAIN),
        (item.cohort == CohortState.PAUSED, COHORT_PAUSED, Fate.AGAIN),
        (is_away, PERSON_PAUSED, Fate.AGAIN),
    )
    return next(((reason, fate) for holds, reason, fate in reasons if holds), None)
