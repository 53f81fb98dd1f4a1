"""Every tick: sessions that people are to be reminded of now."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.reminder_posting import is_any_reminder_due, post_due_reminders

# A session has a cohort of people: so many at once are as many messages as a batch of check-ins.
PEOPLE = 10


def run(workshop: Workshop) -> int:
    """One batch is one transaction. Goes on while batches come out full, and returns how many were dealt with."""
    reminded = 0
    with workshop.reading() as connection:
        if not is_any_reminder_due(connection, now=workshop.clock()):
            return reminded
    limit = max(1, workshop.batch // PEOPLE)
    while not workshop.stop.is_set():
        with workshop.batch_of_writes() as session:
            count = post_due_reminders(session, now=workshop.clock(), limit=limit)
        reminded += count
        if count < limit:
            break
    return reminded
