"""Who is where when: a coach holds one session at a time, and members are shown what clashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from coaching.models import CoachingSession


def check_coach_is_free(session: Session, wanted: Sequence[CoachingSession], *, now: datetime) -> None:
    """Refuses sessions to come whose coach holds another at that time, naming it. Call it before they are flushed.

    Of any number who ask for the same hour at once one wins: the coach's row is locked until the transaction ends.
    """
