"""What becomes of everything that one person has due: asked now in one mail, put off, refused, brought to mind, marked.

No database: the sweep reads (`due_check_ins`), decides here, and writes (`asking_rows`). The order of the rules is that
of decision 27: who may not be asked at all; who is paused; quiet hours; the weekly limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from coaching.channels.base import MAIL
from coaching.models import CheckInState, Held
from coaching.models.contact import WEEKLY_LIMIT
from coaching.services.asking_hours import (
    days_later,
    end_of_day,
    next_allowed,
    next_open,
    room_left,
    start_of,
)
from coaching.services.due_records import Background, DueCheckIn
from coaching.services.who_is_asked import (
    CONSENT_UNANSWERED,
    channel_for,
    hours_of,
    is_silent,
    nudges_of,
    why_never,
)

# What has not left yet is not followed by a nudge; whether it has is looked at again after this.
UNSENT_WAIT = timedelta(days=1)
NO_STAGES: frozenset[str] = frozenset()
_PASSING = (Held.NOT_HELD, Held.QUIET_HOURS, Held.WEEKLY_LIMIT)


class Change(NamedTuple):
    """How a check-in stands from now on; the order is that of its columns in `asking_rows`."""

    id: int
    state: CheckInState
    asked_at: datetime | None
    wake_at: datetime | None
    held: Held
    nudged: int
    escalated_at: datetime | None


class Item(NamedTuple):
    """A check-in as part of a mail."""

    due: DueCheckIn
    is_nudge: bool
    needs_consent: bool


class Mail(NamedTuple):
    """One mail to one person by one channel, with all that it asks."""

    channel: str
    items: list[Item]


class Refusal(NamedTuple):
    """A check-in that is not asked at all, and why, in words for a coach."""

    due: DueCheckIn
    reason: str


@dataclass(slots=True)
class Verdicts:
    """What is to be written of a batch."""

    mails: list[Mail] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def judge(
    theirs: Sequence[DueCheckIn], verdicts: Verdicts, known: Background, *, now: datetime, channels: Collection[str]
) -> None:
    """Decides about all that one person has due, and adds it to the verdicts."""
    _Person(theirs, verdicts, known, now, channels).judge()


class _Person:
    """Everything that one person has, while it is decided about."""

    def __init__(
        self,
        theirs: Sequence[DueCheckIn],
        verdicts: Verdicts,
        known: Background,
        now: datetime,
        channels: Collection[str],
    ) -> None:
        self.theirs, self.verdicts, self.known, self.now, self.channels = theirs, verdicts, known, now, channels
        first = theirs[0]
        self.zone = first.timezone
        self.hours = hours_of(first.timezone, first.from_hour, first.until_hour, first.weekends)
        self.limit = first.weekly_limit or WEEKLY_LIMIT
        self.used = list(known.used.get(first.person_id, ()))
        self.consent_asked: dict[int, datetime] = {}

    def judge(self) -> None:
        ready = [item for due in self.theirs if due.wake_at <= self.now and (item := self._item(due))]
        if not ready:
            return
        pause = self._pause_end()
        if pause is not None:
            for item in ready:
                self._put_off(item.due, next_open(pause, self.hours), Held.PAUSED)
            return
        if len(ready) == 1:
            # As it is with most people on most days.
            self._ask(channel_for(ready[0].due, self.channels) or MAIL, ready)
            return
        by_channel: dict[str, list[Item]] = defaultdict(list)
        for item in ready:
            by_channel[channel_for(item.due, self.channels) or MAIL].append(item)
        # A first asking goes before a nudge.
        for channel, items in sorted(by_channel.items(), key=lambda pair: all(item.is_nudge for item in pair[1])):
            self._ask(channel, items)

    def _item(self, due: DueCheckIn) -> Item | None:
        """What is to be asked, where nothing but the person's own hours and limit stands against it. Whatever else
        becomes of it is decided."""
        is_nudge = due.state == CheckInState.ASKED
        reason = why_never(due, self.known.stages.get(due.membership_id, NO_STAGES), self.channels)
        needs_consent = due.is_alumni and due.alumni_consent is None and not is_nudge
        if due.closes_at <= self.now:
            self._change(due, state=due.state if is_nudge else CheckInState.EXPIRED, wake_at=None)
        elif is_nudge and due.id in self.known.unsent:
            self._change(due, wake_at=self.now + UNSENT_WAIT)
        elif is_nudge and due.nudged >= nudges_of(due):
            self._change(due, wake_at=None, escalated_at=self.now if is_silent(due) else None)
        elif reason:
            self._refuse(due, reason)
        elif due.is_paused:
            # Nobody knows for how long. Whoever comes back is looked at then, and so is a cohort that goes on.
            self._change(due, wake_at=due.closes_at, held=Held.PAUSED)
        elif not needs_consent or not self._waits_for_consent(due):
            return Item(due, is_nudge, needs_consent)
        return None

    def _waits_for_consent(self, due: DueCheckIn) -> bool:
        """Whether this member was asked already whether we may ask for so long. They are asked once: while that can
        be answered this waits, and silence is a no."""
        asked = self.known.consent_asked.get(due.membership_id, [])
        still_open = [closes_at for closes_at in asked if closes_at is not None]
        if due.membership_id in self.consent_asked:
            still_open.append(self.consent_asked[due.membership_id])
        if still_open:
            self._put_off(due, max(still_open), Held.CONSENT)
        elif asked:
            self._refuse(due, CONSENT_UNANSWERED)
        else:
            self.consent_asked[due.membership_id] = due.closes_at
            return False
        return True

    def _pause_end(self) -> datetime | None:
        until = self.theirs[0].paused_until
        if until is None:
            return None
        end = start_of(until, self.zone)
        return end if end > self.now else None

    def _ask(self, channel: str, ready: list[Item]) -> None:
        allowed = next_allowed(self.now, self.hours, limit=self.limit, used=self.used)
        held = Held.WEEKLY_LIMIT if allowed.is_over_limit else Held.QUIET_HOURS
        moment = allowed.moment
        if moment == self.now and all(item.is_nudge for item in ready):
            first = self._question_to_come()
            if first is not None and room_left(self.now, limit=self.limit, used=self.used) == 1:
                moment, held = first, Held.WEEKLY_LIMIT
        if moment > self.now:
            for item in ready:
                self._put_off(item.due, moment, held)
            return
        items = ready + self._along(channel)
        self.used.append(self.now)
        self.verdicts.mails.append(Mail(channel, items))
        for item in items:
            self._asked(item)

    def _question_to_come(self) -> datetime | None:
        """When this person's next first asking comes up, within the week: it has the last place of the week, and a
        nudge travels along with it."""
        coming = (due.wake_at for due in self.theirs if due.wake_at > self.now and self._is_question(due))
        return next((next_open(moment, self.hours) for moment in coming), None)

    def _is_question(self, due: DueCheckIn) -> bool:
        stages = self.known.stages.get(due.membership_id, NO_STAGES)
        return due.state == CheckInState.DUE and due.held in _PASSING and not why_never(due, stages, self.channels)

    def _along(self, channel: str) -> list[Item]:
        """What comes up later on this person's day goes with the mail that leaves now."""
        if len(self.theirs) == 1:
            return []
        end = end_of_day(self.now, self.zone)
        later = (due for due in self.theirs if self.now < due.wake_at < end and self._may_go_along(due, channel))
        return [Item(due, due.state == CheckInState.ASKED, needs_consent=False) for due in later]

    def _may_go_along(self, due: DueCheckIn, channel: str) -> bool:
        is_nudge = due.state == CheckInState.ASKED
        stages = self.known.stages.get(due.membership_id, NO_STAGES)
        return (
            channel_for(due, self.channels) == channel
            and not why_never(due, stages, self.channels)
            and not due.is_paused
            and (not due.is_alumni or due.alumni_consent is True)
            and (not is_nudge or (due.nudged < due.step.nudges and due.id not in self.known.unsent))
            and due.closes_at > self.now
        )

    def _asked(self, item: Item) -> None:
        due = item.due
        nudged = due.nudged + item.is_nudge
        wake_at = self._after(due, nudged)
        self._change(due, state=CheckInState.ASKED, asked_at=due.asked_at or self.now, wake_at=wake_at, nudged=nudged)

    def _after(self, due: DueCheckIn, nudged: int) -> datetime | None:
        """What comes next, now that it was asked: a nudge, or else word to the coaches, before it closes."""
        if nudged < nudges_of(due):
            moment = days_later(self.now, due.step.nudge_days, self.zone)
            if moment < due.closes_at:
                return moment
        if due.step.escalate_days is None:
            return None
        moment = days_later(self.now, due.step.escalate_days, self.zone)
        return moment if moment < due.closes_at else None

    def _refuse(self, due: DueCheckIn, reason: str) -> None:
        """What was asked already stays asked, and is brought to mind no more."""
        if due.state == CheckInState.ASKED:
            self._change(due, wake_at=None)
        else:
            self.verdicts.refusals.append(Refusal(due, reason))
            self._change(due, state=CheckInState.CANCELLED, wake_at=None)

    def _put_off(self, due: DueCheckIn, moment: datetime, held: Held) -> None:
        if moment < due.closes_at:
            self._change(due, wake_at=moment, held=held)
        elif due.state == CheckInState.DUE:
            self._change(due, state=CheckInState.EXPIRED, wake_at=None, held=held)
        else:
            self._give_up_nudge(due, held)

    def _give_up_nudge(self, due: DueCheckIn, held: Held) -> None:
        """A nudge that comes to nothing: its coaches are told so long after it was asked."""
        if due.step.escalate_days is None or due.asked_at is None:
            self._change(due, wake_at=None, held=held)
            return
        moment = days_later(due.asked_at, due.step.escalate_days, self.zone)
        if moment > self.now:
            self._change(due, wake_at=moment, held=held)
        else:
            self._change(due, wake_at=None, held=held, escalated_at=self.now if is_silent(due) else None)

    def _change(
        self,
        due: DueCheckIn,
        *,
        wake_at: datetime | None,
        state: CheckInState | None = None,
        asked_at: datetime | None = None,
        held: Held = Held.NOT_HELD,
        nudged: int | None = None,
        escalated_at: datetime | None = None,
    ) -> None:
        self.verdicts.changes.append(
            Change(
                due.id,
                state or due.state,
                asked_at or due.asked_at,
                wake_at,
                held,
                due.nudged if nudged is None else nudged,
                escalated_at or due.escalated_at,
            )
        )
