"""Every tick: whether what is due leaves in time. The log has a line when it begins not to, and one when it is over."""

from __future__ import annotations

import logging
from datetime import timedelta

from coaching.jobs.workshop import Workshop
from coaching.services.lateness import describe_lateness, read_lag

log = logging.getLogger(__name__)

# What came due while no scheduler ran is dealt with in the first seconds of one, and is no alarm.
SETTLES_IN = timedelta(minutes=1)


def run(workshop: Workshop) -> bool:
    """Whether anything is late now. A scheduler that has just started says nothing of it yet."""
    if timedelta(0) <= workshop.clock() - workshop.started_at < SETTLES_IN:
        return False
    with workshop.reading() as connection:
        lag = read_lag(connection, now=workshop.clock())
    late = describe_lateness(lag, workshop.settings.late_after)
    if late and not workshop.is_late:
        log.error("Late: %s See coaching status.", " ".join(late))
    elif workshop.is_late and not late:
        log.info("Nothing is late any more.")
    workshop.is_late = bool(late)
    return workshop.is_late
