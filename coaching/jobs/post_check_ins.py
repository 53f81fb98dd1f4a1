"""Every tick: check-ins whose moment has come get their message."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.check_in_posting import is_any_due, post_due_check_ins


def run(workshop: Workshop) -> int:
    """One batch is one transaction. Goes on while batches come out full, and returns how many were dealt with."""
    posted = 0
    with workshop.reading() as connection:
        if not is_any_due(connection, now=workshop.clock()):
            return posted
    while not workshop.stop.is_set():
        with workshop.batch_of_writes() as session:
            count = post_due_check_ins(
                session, now=workshop.clock(), limit=workshop.batch, channels=workshop.office.channels
            )
        posted += count
        if count < workshop.batch:
            break
    return posted
