"""The demo's open poll: the running coaching cohort looks for a time for one more meeting, and most have answered."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from coaching.models import Person, Poll, PollAnswer, PollChoice, PollInvitee, PollSlot
from coaching.services.demo.cohorts import ZONE, DemoCohort
from coaching.services.zones import to_utc

# Days from a Monday, and hours.
TIMES = ((0, 10), (1, 13), (3, 10), (3, 16), (4, 9))
ASKED_DAYS_AGO = 2


def build_poll(session: Session, cohort: DemoCohort, coach: Person, *, rng: Random, now: datetime) -> None:
    """Everybody is asked, and all but the first, who signs in by a link, and the last have answered.

    No mail goes out: those who would get one are invented.
    """
    # From a Monday on, whichever day the demo is made on.
    monday = now.date() + timedelta(days=14 - now.date().weekday())
    starts = [datetime.combine(monday + timedelta(days=day), time(hour)) for day, hour in TIMES]
    poll = Poll(
        cohort=cohort.row,
        title="Planning the launches",
        note="One more meeting, for those who launch this season.",
        timezone=ZONE,
        duration_minutes=60,
        closes_at=to_utc(datetime.combine(now.date() + timedelta(days=5), time(18)), ZONE),
        created_at=now - timedelta(days=ASKED_DAYS_AGO),
        created_by=coach,
        slots=[PollSlot(local_start=local, starts_at=to_utc(local, ZONE)) for local in starts],
        invitees=[
            PollInvitee(membership=member, is_required=place < len(cohort.participants) - 1)
            for place, member in enumerate(cohort.participants)
        ],
    )
    session.add(poll)
    # The answers refer to slots and people by their numbers.
    session.flush()
    for invitee in poll.invitees[1:-1]:
        invitee.answered_at = now - timedelta(hours=rng.randrange(2, 40))
        for slot in poll.slots:
            choice = rng.choices((PollChoice.YES, PollChoice.IF_NEED_BE, PollChoice.NO), (6, 2, 1))[0]
            session.add(PollAnswer(invitee_id=invitee.id, slot_id=slot.id, choice=choice))
