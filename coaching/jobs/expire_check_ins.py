"""Every tick: check-ins that were asked and not answered in time close."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.check_ins import expire_check_ins


def run(workshop: Workshop) -> int:
    closed = 0
    while not workshop.stop.is_set():
        with workshop.batch_of_writes() as session:
            count = expire_check_ins(session, now=workshop.clock(), limit=workshop.batch)
        closed += count
        if count < workshop.batch:
            break
    return closed
