"""Every tick: what has been kept for as long as its model says is removed."""

from __future__ import annotations

from coaching.jobs.workshop import Workshop
from coaching.services.retention import RULES, Rule, find_outdated, remove_outdated

AT_ONCE = 500


def run(workshop: Workshop) -> int:
    return sum(_remove(workshop, rule) for rule in RULES)


def _remove(workshop: Workshop, rule: Rule) -> int:
    removed = 0
    while not workshop.stop.is_set():
        with workshop.reading() as connection:
            keys = find_outdated(connection, rule, now=workshop.clock(), limit=AT_ONCE)
        if keys:
            with workshop.batch_of_writes() as session:
                remove_outdated(session, rule, keys)
        removed += len(keys)
        if len(keys) < AT_ONCE:
            break
    return removed
