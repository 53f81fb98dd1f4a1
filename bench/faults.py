"""What must be nought whatever happens: lost, doubled, stuck, and in a state that may not be.

Schedulers are killed, mail servers change their moods, clocks jump, databases restart and disks fill up. Nothing is
measured here but what must not be. The whole of it takes half an hour an engine; `--quick` a few minutes.
"""

from __future__ import annotations

import logging

from bench.fault_databases import fill_disks, restart_servers
from bench.fault_kills import kill_schedulers
from bench.fault_walk import walk_at_random
from bench.measure import Finding
from bench.stage import Stage

NEEDS_COHORTS = False


def run(stage: Stage) -> list[Finding]:
    databases = fill_disks if stage.engine_name == "sqlite" else restart_servers
    # What goes wrong is said in the findings; the log would say it thousands of times.
    logging.getLogger("coaching").setLevel(logging.CRITICAL)
    try:
        return [*kill_schedulers(stage), *walk_at_random(stage), *databases(stage)]
    finally:
        logging.getLogger("coaching").setLevel(logging.NOTSET)
