"""The sweep: every check-in that wakes is asked, put off, refused, brought to mind or marked, batch by batch.

One batch is one transaction: what is read is locked (`due_check_ins`), decided about (`asking_rules`) and written
together with its mails and links (`asking_rows`). So a check-in is asked once, and nobody more often than they want,
however many schedulers run and wherever one of them is killed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from coaching.channels.base import MAIL
from coaching.services.asking_rows import write_askings, write_changes
from coaching.services.asking_rules import Verdicts, judge
from coaching.services.due_check_ins import is_any_due, read_background, read_due

__all__ = ["is_any_due", "post_due_check_ins"]


def post_due_check_ins(session: Session, *, now: datetime, limit: int, channels: Collection[str] = (MAIL,)) -> int:
    """Deals with the people of up to `limit` check-ins, the oldest first, and returns how many check-ins changed.

    `channels` are the names of those that messages can leave by. Call it again while it returns `limit` or more, each
    time in a transaction of its own.
    """
    connection = session.connection()
    people = read_due(connection, now=now, limit=limit)
    if not people:
        return 0
    known = read_background(connection, [due for theirs in people.values() for due in theirs], now=now)
    verdicts = Verdicts()
    for theirs in people.values():
        judge(theirs, verdicts, known, now=now, channels=channels)
    write_askings(connection, verdicts.mails, verdicts.refusals, now=now)
    write_changes(connection, verdicts.changes)
    return len(verdicts.changes)
