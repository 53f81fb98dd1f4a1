"""Every tick: sessions and actions that people are to be reminded of now."""

from __future__ import annotations

from collections.abc import Callable

from coaching.jobs.workshop import Workshop
from coaching.services.action_reminder_posting import is_any_action_reminder_due, post_due_action_reminders
from coaching.services.reminder_posting import is_any_reminder_due, post_due_reminders

# A session has a cohort of people: so many at once are as many messages as a batch of check-ins.
PEOPLE = 10


def run(workshop: Workshop) -> int:
    """One batch is one transaction. Goes on while batches come out full, and returns how many were dealt with."""
    limit = max(1, workshop.batch // PEOPLE)
    return _post(workshop, is_any_reminder_due, post_due_reminders, limit) + _post(
        workshop, is_any_action_reminder_due, post_due_action_reminders, workshop.batch
    )


def _post(workshop: Workshop, is_any_due: Callable[..., bool], post: Callable[..., int], limit: int) -> int:
    reminded = 0
    with workshop.reading() as connection:
        if not is_any_due(connection, now=workshop.clock()):
            return reminded
    while not workshop.stop.is_set():
        with workshop.batch_of_writes() as session:
            count = post(session, now=workshop.clock(), limit=limit)
        reminded += count
        if count < limit:
            break
    return reminded
