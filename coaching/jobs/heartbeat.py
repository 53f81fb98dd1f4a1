"""Every tick: this scheduler says that it lives, so that its silence can be noticed."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.models import SchedulerHeartbeat


def run(workshop: Workshop) -> None:
    row = SchedulerHeartbeat(
        name=workshop.name,
        started_at=workshop.started_at,
        seen_at=workshop.clock(),
        channels=sorted(workshop.found.channels),
        channel_faults=list(workshop.found.faults.values()),
    )
    with workshop.sessions.begin() as session:
        session.merge(row)


def stop(workshop: Workshop) -> None:
    """Takes the row away at an orderly end: what stays behind then is a scheduler that was killed."""
    with workshop.sessions.begin() as session:
        row = session.get(SchedulerHeartbeat, workshop.name)
        if row is not None:
            session.delete(row)
