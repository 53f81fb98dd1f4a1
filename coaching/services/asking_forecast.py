"""What the sweep would do with all that one person has, from now on and if they say nothing: its rules, played ahead.

No database, and no rules of its own: each moment at which something of theirs wakes is put before `asking_rules`, as
the sweep does, and what comes of it is how they stand at the next. So what is foretold keeps to everybody's hours,
pause and weekly limit by the same code that keeps to them when the moment has come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from coaching.models import CheckInState, Held, MembershipStatus
from coaching.services.asking_rules import NO_STAGES, Change, Verdicts, judge
from coaching.services.due_check_ins import AHEAD
from coaching.services.due_records import Background, DueCheckIn
from coaching.services.reasons import COHORT_PAUSED
from coaching.services.who_is_asked import CONSENT_UNANSWERED, WAYS, nudges_of, why_never

CLOSES_FIRST = "The time to answer it ends before they may be asked."
MEMBER_PAUSED = "Their membership is paused."
UNLESS_AGREED = "Only if they agree before that to be asked for so long."


class Foreseen(NamedTuple):
    """One asking or reminder that is to come, with the check-in as it stands by then. `refusal` says why it is not
    sent after all."""

    due: DueCheckIn
    at: datetime
    is_nudge: bool
    channel: str
    held: Held
    refusal: str = ""


def foresee(theirs: Iterable[DueCheckIn], known: Background, *, now: datetime, until: datetime) -> list[Foreseen]:
    """Everything that this person would get, by its moment."""
    return list(_Future(theirs, known, now).play(until))


class _Future:
    """One person's check-ins as they would stand at a moment."""

    def __init__(self, theirs: Iterable[DueCheckIn], known: Background, now: datetime) -> None:
        # At which stage somebody's course will be nobody knows. Mails on their way leave with the next tick.
        self.waiting = {due.id: due._replace(step=due.step._replace(stages=[])) for due in theirs}
        self.used = {person: list(moments) for person, moments in known.used.items()}
        self.consent_asked = defaultdict(list, {each: list(asked) for each, asked in known.consent_asked.items()})
        self.now = now

    def play(self, until: datetime) -> Iterator[Foreseen]:
        yield from self._paused()
        while self.waiting:
            self.now = max(self.now, min(due.wake_at for due in self.waiting.values()))
            if self.now > until:
                return
            yield from self._step()

    def _paused(self) -> Iterator[Foreseen]:
        """Of a membership or a cohort that is paused nobody knows for how long."""
        paused = [due for due in self.waiting.values() if due.is_paused]
        for due in paused:
            del self.waiting[due.id]
            if _is_to_be_sent(due):
                is_alone = due.status == MembershipStatus.PAUSED
                yield _unsent(due, max(due.wake_at, self.now), MEMBER_PAUSED if is_alone else COHORT_PAUSED)

    def _step(self) -> Iterator[Foreseen]:
        verdicts = Verdicts()
        near = [due for due in self.waiting.values() if due.wake_at <= self.now + AHEAD]
        judge(sorted(near, key=lambda due: (due.wake_at, due.id)), verdicts, self._known(), now=self.now, channels=WAYS)
        yield from self._sent(verdicts)
        said = {item.due.id for mail in verdicts.mails for item in mail.items}
        for refusal in verdicts.refusals:
            said.add(refusal.due.id)
            reason = UNLESS_AGREED if refusal.reason == CONSENT_UNANSWERED else refusal.reason
            yield _unsent(refusal.due, self.now, reason)
        for change in verdicts.changes:
            due = self.waiting.pop(change.id)
            if change.wake_at is not None:
                self.waiting[change.id] = _after(due, change, change.wake_at)
            elif change.id not in said and _is_to_be_sent(due):
                reason = why_never(due, NO_STAGES, WAYS) or CLOSES_FIRST
                yield _unsent(due._replace(held=change.held or due.held), self.now, reason)

    def _sent(self, verdicts: Verdicts) -> Iterator[Foreseen]:
        for mail in verdicts.mails:
            self.used.setdefault(mail.items[0].due.person_id, []).append(self.now)
            for due, is_nudge, needs_consent in mail.items:
                if needs_consent:
                    self.consent_asked[due.membership_id].append(due.closes_at)
                yield Foreseen(due, self.now, is_nudge, mail.channel, due.held)

    def _known(self) -> Background:
        asked = {
            member: [closes_at if closes_at is not None and closes_at > self.now else None for closes_at in those]
            for member, those in self.consent_asked.items()
        }
        return Background(self.used, stages={}, unsent=set(), consent_asked=asked)


def _is_to_be_sent(due: DueCheckIn) -> bool:
    """Whether it waits for a mail, and not only for word to the coaches."""
    return due.state == CheckInState.DUE or due.nudged < nudges_of(due)


def _unsent(due: DueCheckIn, at: datetime, reason: str) -> Foreseen:
    return Foreseen(due, at, due.state == CheckInState.ASKED, due.channel, due.held, reason)


def _after(due: DueCheckIn, change: Change, wake_at: datetime) -> DueCheckIn:
    return due._replace(
        state=change.state,
        asked_at=change.asked_at,
        wake_at=wake_at,
        held=change.held,
        nudged=change.nudged,
        escalated_at=change.escalated_at,
    )
