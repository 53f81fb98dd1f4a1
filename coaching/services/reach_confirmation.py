"""Figures confirmed: somebody who does not build the course says that a self-reported figure is right. The figure stays
as it is; taking the word back says why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import ReachSnapshot, ReachState
from coaching.policies import Actor, may_confirm_reach, may_view_project, require
from coaching.services import audit
from coaching.services.reach_figures import lock_figures

NOT_FOR_OWNERS = "A coach or coordinator who does not build the course confirms its figures."


def confirm_reach(session: Session, snapshot: ReachSnapshot, *, actor: Actor, now: datetime) -> ReachSnapshot:
    """Confirms a self-reported figure that stands, as somebody who knows it from elsewhere than its reporter."""
    _require_confirmer(snapshot, actor)
    _lock(session, snapshot)
    if snapshot.state == ReachState.IMPORTED:
        raise Conflict("This figure came from the platform itself, so there is nothing to confirm.")
    if snapshot.state == ReachState.CONFIRMED:
        raise Conflict("This figure is confirmed already.")
    snapshot.confirmed_at, snapshot.confirmed_by_id = now, actor.person_id
    audit.record(session, "reach.confirmed", snapshot, actor=actor, now=now)
    return snapshot


def unconfirm_reach(
    session: Session, snapshot: ReachSnapshot, *, actor: Actor, now: datetime, reason: str
) -> ReachSnapshot:
    """Takes a confirmation back: the figure is self-reported again, and the reason stays with it."""
    _require_confirmer(snapshot, actor)
    if not reason.strip():
        raise Invalid.field("reason", "Say why: it stays on record with the figure.")
    _lock(session, snapshot)
    if snapshot.confirmed_at is None:
        raise Conflict("Nobody has confirmed this figure. If it is wrong, correct it.")
    snapshot.confirmed_at = snapshot.confirmed_by_id = None
    snapshot.unconfirmed_at, snapshot.unconfirmed_by_id, snapshot.unconfirmed_because = now, actor.person_id, reason
    audit.record(session, "reach.unconfirmed", snapshot, actor=actor, now=now)
    return snapshot


def _require_confirmer(snapshot: ReachSnapshot, actor: Actor) -> None:
    project = snapshot.run.project
    require(may_confirm_reach(actor, project), seen=may_view_project(actor, project), message=NOT_FOR_OWNERS)


def _lock(session: Session, snapshot: ReachSnapshot) -> None:
    """Locks the run, and sees what the figure is by then; one that stands no longer is nobody's to confirm."""
    newest = lock_figures(session, snapshot.run)[snapshot.metric].get(snapshot.as_of)
    if newest is None or newest.id != snapshot.id:
        raise Conflict("This figure stands no longer. Look at the run again.")
    session.refresh(snapshot, attribute_names=["confirmed_at", "confirmed_by_id", "source"])
