"""From when on a signal tells a coach that somebody needs them: each programme's own, for all of its cohorts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import Programme
from coaching.policies import Actor, may_coordinate, may_open_cohort, require
from coaching.services import audit

FOR_COORDINATORS = "The programme's coordinators say from when on somebody needs their coach."


def set_thresholds(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, **thresholds: Any
) -> Programme:
    """Says all of them anew, from the next look at a list on. None switches a signal off."""
    require(may_coordinate(actor, programme.id), seen=may_open_cohort(actor, programme.id), message=FOR_COORDINATORS)
    for name, value in thresholds.items():
        setattr(programme, name, value)
    audit.record(session, "programme.need_thresholds_set", programme, actor=actor, now=now)
    return programme
