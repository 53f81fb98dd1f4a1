"""Every tick: files that wait to be read or applied are, one batch after the other."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.import_queue import take_up, work_on
from coaching.services.import_work import Work, is_any_waiting
from coaching.tokens import new_secret


def run(workshop: Workshop) -> int:
    """How many were taken up. One that fails leaves the others to the next tick, where it comes after them."""
    done = 0
    while not workshop.stop.is_set():
        with workshop.reading() as connection:
            if not is_any_waiting(connection, now=workshop.clock()):
                break
        token, folder = new_secret(), workshop.settings.uploads
        with workshop.batch_of_writes() as session:
            batch_id = take_up(session, folder, now=workshop.clock(), token=token)
        if batch_id is None:
            break
        work_on(
            Work(
                batch_id,
                folder,
                workshop.batch_of_writes,
                workshop.reading,
                workshop.clock,
                token,
                workshop.stop.is_set,
            )
        )
        done += 1
    return done
