"""What stands between a job and the timetable: a job that fails is logged, and the next tick tries again.

A database that is away or out of room makes every job fail at every tick. That is said in one line when it begins and
in one when it is over. Any other fault is ours, and is logged each time with where it happened, without its text, which
may quote rows.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from threading import Lock
from typing import Any

from coaching.database import Trouble, trouble_of

log = logging.getLogger(__name__)

WORDS = {
    Trouble.FULL: "The disk of the database is full: nothing is posted or sent. Make room, and it goes on by itself.",
    Trouble.AWAY: "The database does not answer: nothing is posted or sent. When it is back, it goes on by itself.",
    Trouble.LOCKED: "Somebody else holds what is needed in the database. It is tried again.",
}


class Guard:
    """Knows for the jobs of one process which of them are kept from working, and by what."""

    def __init__(self) -> None:
        self._kept: dict[str, Trouble] = {}
        # Jobs run in threads of their own.
        self._lock = Lock()

    def run(self, name: str, work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is not None:
                self._keep(name, trouble)
                return
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("The job %s failed: %s.\n%s", name, type(error).__name__, frames)
        else:
            self._release(name)

    def _keep(self, name: str, trouble: Trouble) -> None:
        with self._lock:
            is_known = trouble in self._kept.values()
            self._kept[name] = trouble
        if not is_known:
            log.error(WORDS[trouble])

    def _release(self, name: str) -> None:
        with self._lock:
            was_kept = self._kept.pop(name, None) is not None
            is_over = was_kept and not self._kept
        if is_over:
            log.info("The database can be worked with again.")
