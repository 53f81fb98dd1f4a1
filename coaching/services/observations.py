"""Observations: the values of a metric. A day has one; a wrong one is corrected by another row, which says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import CheckIn, Goal, Membership, Metric, Observation, ObservationSource
from coaching.models.decimals import why_unfit
from coaching.policies import Actor, may_set_goal, may_view_goals, require
from coaching.services import audit
from coaching.services.goals import FOR_PARTICIPANTS
from coaching.services.metrics import ENDED
from coaching.services.zones import latest_today

TO_COME = "This day is still to come. Write the day that the value is of."
ANOTHER_STANDS = "There is another value for this day already. Correct that one, and say why."
NO_REASON = "Say why the value changes: it stays on record with the old one."
CORRECTED_SINCE = "Somebody corrected this value already. Look at the one that stands now."
THE_SAME = "This is the value that stands already."


class RecordedObservation(NamedTuple):
    """The value that stands for its day; `is_repeat` where it was known."""

    observation: Observation
    is_repeat: bool = False


def get_observation(session: Session, public_id: str, *, actor: Actor) -> Observation:
    """One value, for whoever reads its goal."""
    goal = joinedload(Observation.metric).joinedload(Metric.goal)
    statement = (
        select(Observation)
        .where(Observation.public_id == public_id)
        .options(
            goal.joinedload(Goal.membership).joinedload(Membership.cohort),
            goal.joinedload(Goal.membership).joinedload(Membership.person),
        )
    )
    observation = session.scalars(statement).one_or_none()
    if observation is None or not may_view_goals(actor, observation.metric.goal.membership):
        raise NotFound
    return observation


def list_observations(session: Session, metric: Metric, *, actor: Actor) -> Sequence[Observation]:
    """Every row, corrected ones too, the newest day first. One statement."""
    require(may_view_goals(actor, metric.goal.membership), seen=False)
    statement = (
        select(Observation)
        .where(Observation.metric_id == metric.id)
        .options(joinedload(Observation.recorded_by))
        .order_by(Observation.observed_on.desc(), Observation.id.desc())
    )
    return session.scalars(statement).all()


def record_observation(
    session: Session,
    metric: Metric,
    *,
    actor: Actor,
    now: datetime,
    value: Decimal,
    observed_on: date,
    source: ObservationSource,
    note: str = "",
) -> RecordedObservation:
    """A value as of a day. The same value of the same day again changes nothing."""
    _require_writing(metric, actor)
    _check_value(value)
    if observed_on > latest_today(now, actor.timezone, metric.goal.membership.cohort.timezone):
        raise Invalid.field("observed_on", TO_COME)
    standing = find_standing(session, metric, observed_on)
    if metric.ended_at is not None:
        raise Conflict(ENDED)
    if standing is not None and standing.value == value:
        return RecordedObservation(standing, is_repeat=True)
    if standing is not None and standing.value is not None:
        raise Invalid.field("observed_on", ANOTHER_STANDS)
    observation = append_observation(
        session, metric, standing, value=value, observed_on=observed_on, source=source, now=now
    )
    observation.note, observation.recorded_by_id = note, actor.person_id
    audit.record(session, "observation.recorded", observation, actor=actor, now=now)
    return RecordedObservation(observation)


def correct_observation(
    session: Session,
    observation: Observation,
    *,
    actor: Actor,
    now: datetime,
    value: Decimal | None,
    reason: str,
    source: ObservationSource,
) -> Observation:
    """Puts another value in the place of one that was wrong, or None where there was none. Both stay on record."""
    metric = observation.metric
    _require_writing(metric, actor)
    if not reason.strip():
        raise Invalid.field("reason", NO_REASON)
    if value is not None:
        _check_value(value)
    standing = find_standing(session, metric, observation.observed_on)
    if standing is not observation:
        raise Conflict(CORRECTED_SINCE)
    if standing.value == value:
        raise Invalid.field("value", THE_SAME)
    corrected = append_observation(
        session, metric, standing, value=value, observed_on=observation.observed_on, source=source, now=now
    )
    corrected.reason, corrected.recorded_by_id = reason, actor.person_id
    audit.record(session, "observation.corrected", corrected, actor=actor, now=now)
    return corrected


def find_standing(session: Session, metric: Metric, day: date) -> Observation | None:
    """The row that nobody corrected of this day. The metric stays locked, so that a day cannot get two of them."""
    session.execute(select(Metric.id).where(Metric.id == metric.id).with_for_update())
    of_day = session.scalars(
        select(Observation).where(Observation.metric_id == metric.id, Observation.observed_on == day)
    ).all()
    corrected = {row.corrects_id for row in of_day}
    return next((row for row in of_day if row.id not in corrected), None)


def append_observation(
    session: Session,
    metric: Metric,
    standing: Observation | None,
    *,
    value: Decimal | None,
    observed_on: date,
    source: ObservationSource,
    now: datetime,
    check_in: CheckIn | None = None,
) -> Observation:
    """A new row, in the place of the one that stands where there is one. For callers that have asked permission."""
    observation = Observation(
        metric=metric,
        value=value,
        observed_on=observed_on,
        source=source,
        corrects_id=None if standing is None else standing.id,
        check_in_id=None if check_in is None else check_in.id,
        created_at=now,
    )
    session.add(observation)
    return observation


def _require_writing(metric: Metric, actor: Actor) -> None:
    membership = metric.goal.membership
    require(may_set_goal(actor, membership), seen=may_view_goals(actor, membership), message=FOR_PARTICIPANTS)


def _check_value(value: Decimal) -> None:
    unfit = why_unfit(value)
    if unfit:
        raise Invalid.field("value", unfit)
