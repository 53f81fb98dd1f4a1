"""When somebody is really going to be asked what they have to come, for the pages that tell themselves so.

One's own check-ins may lie a year ahead. So this foretells first askings only, from the rows that a page reads anyway;
what is sent in the next weeks, reminders and all, `asking_forecast` plays ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_

from coaching.models import (
    CheckIn,
    CheckInState,
    Cohort,
    CohortState,
    ContactPreference,
    FollowUpStep,
    Membership,
    MembershipStatus,
    MessageKind,
    OptOut,
    Person,
)
from coaching.models.contact import WEEKLY_LIMIT
from coaching.services.asking_hours import end_of_day, next_allowed, start_of
from coaching.services.who_is_asked import hours_of
from coaching.services.words import is_word


class Standing(NamedTuple):
    """What tells when one of somebody's own check-ins is asked; the order is that of `COLUMNS`."""

    state: CheckInState
    wake_at: datetime | None
    closes_at: datetime
    asked_at: datetime | None
    status: MembershipStatus
    cohort_state: CohortState
    is_alumni: bool
    alumni_consent: bool | None
    timezone: str
    weekly_limit: int | None
    from_hour: int | None
    until_hour: int | None
    weekends: bool | None
    paused_until: date | None
    opted_out: bool

    @property
    def needs_consent(self) -> bool:
        """Whether it comes with the question if we may ask for so long."""
        return self.is_alumni and self.alumni_consent is None

    @property
    def may_come(self) -> bool:
        """Whether it is asked at all, as things stand."""
        is_wanted = not self.opted_out and not (self.is_alumni and self.alumni_consent is False)
        is_on = self.status != MembershipStatus.PAUSED and self.cohort_state == CohortState.RUNNING
        return self.state == CheckInState.DUE and is_wanted and is_on


COLUMNS = (
    CheckIn.state,
    CheckIn.wake_at,
    CheckIn.closes_at,
    CheckIn.asked_at,
    Membership.status,
    Cohort.state,
    FollowUpStep.is_alumni,
    Membership.alumni_consent,
    Person.timezone,
    ContactPreference.weekly_limit,
    ContactPreference.from_hour,
    ContactPreference.until_hour,
    ContactPreference.weekends,
    ContactPreference.paused_until,
    OptOut.id.is_not(None),
)


def with_standing(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement, with what `COLUMNS` needs besides its CheckIn, FollowUpStep, Membership and Cohort."""
    opted_out = and_(OptOut.person_id == Person.id, is_word(OptOut.kind, MessageKind.CHECK_IN))
    return (
        statement.join(Person, Person.id == Membership.person_id)
        .outerjoin(ContactPreference, ContactPreference.person_id == Person.id)
        .outerjoin(OptOut, opted_out)
    )


def expect_moments(theirs: Sequence[Standing], *, now: datetime) -> list[datetime | None]:
    """For each of one person's check-ins the moment at which it is asked; None where it was, or is not going to be."""
    moments: list[datetime | None] = [None] * len(theirs)
    used = [one.asked_at for one in theirs if one.asked_at is not None]
    coming = [(one.wake_at, place) for place, one in enumerate(theirs) if one.wake_at is not None and one.may_come]
    last: datetime | None = None
    for wake_at, place in sorted(coming):
        one = theirs[place]
        moment = _moment(one, max(wake_at, now), used, last)
        if moment < one.closes_at:
            moments[place] = moment
            if moment != last:
                used.append(moment)
                last = moment
    return moments


def _moment(one: Standing, wanted: datetime, used: Sequence[datetime], last: datetime | None) -> datetime:
    """Not before their pause is over, within their hours and limit, and with what is asked on the same day."""
    if one.paused_until is not None:
        wanted = max(wanted, start_of(one.paused_until, one.timezone))
    if last is not None and wanted < end_of_day(last, one.timezone):
        return last
    hours = hours_of(one.timezone, one.from_hour, one.until_hour, one.weekends)
    return next_allowed(wanted, hours, limit=one.weekly_limit or WEEKLY_LIMIT, used=used).moment
