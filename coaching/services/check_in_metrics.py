"""A figure in a check-in's answer as a value of a goal's metric, where it can mean only one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.importers.observations import fold
from coaching.models import (
    Anchor,
    AnswerFlow,
    CheckIn,
    CheckInAnswer,
    CheckInReply,
    FollowUpQuestion,
    Goal,
    Metric,
    Observation,
    ObservationSource,
)
from coaching.models.decimals import plain_decimal, why_unfit
from coaching.policies import Actor
from coaching.services import audit
from coaching.services.observations import append_observation, find_standing

NO_METRIC = "There is no open metric that it could be of. It stands here."
SEVERAL_METRICS = "There are several metrics that it could be of, so it counts for none. It stands here."
ANOTHER_VALUE = "There is another value for this day already, which stays. What you said stands here."
UNFIT = "It has more decimal places than a metric keeps. It stands here."
AGAIN = "Answered again in the check-in."
TAKEN_BACK = "Taken back in the check-in."


def flow_into_metrics(
    session: Session, check_in: CheckIn, answer: CheckInAnswer, *, actor: Actor, on: date, now: datetime
) -> None:
    """Makes values of replies that are meant for a metric. One of the same day that this check-in brought is
    corrected, and taken back with the reply; that of another day stays. Why one could not be used is kept."""
    used: set[int] = set()
    for reply in answer.replies:
        if reply.question.flows_to != AnswerFlow.METRIC or reply.number is None:
            continue
        meant = metrics_meant(session, check_in, reply.question)
        if len(meant) != 1:
            reply.unused_because = SEVERAL_METRICS if meant else NO_METRIC
        elif meant[0].id in used:
            reply.unused_because = ANOTHER_VALUE
        else:
            used.add(meant[0].id)
            reply.unused_because = _keep(session, meant[0], reply, check_in, actor=actor, on=on, now=now)
    _take_back(session, check_in, used, actor=actor, on=on, now=now)


def metrics_meant(session: Session, check_in: CheckIn, question: FollowUpQuestion) -> list[Metric]:
    """The open metrics that a figure may be of: those of the goal that is due, where the step counts from one, else of
    all goals of the participant in this cohort that have not ended; of these the one that the question names, where it
    names one."""
    statement = (
        select(Metric)
        .join(Goal, Goal.id == Metric.goal_id)
        .where(Goal.membership_id == check_in.membership_id, Goal.ended_on.is_(None), Metric.ended_at.is_(None))
        .order_by(Metric.id)
    )
    if check_in.step.anchor == Anchor.GOAL_DUE:
        statement = statement.where(Goal.id == check_in.anchor_id)
    found = session.scalars(statement).all()
    return [one for one in found if not question.metric_name or fold(one.name) == fold(question.metric_name)]


def _keep(
    session: Session, metric: Metric, reply: CheckInReply, check_in: CheckIn, *, actor: Actor, on: date, now: datetime
) -> str:
    value = plain_decimal(Decimal(repr(reply.number)))
    if why_unfit(value):
        return UNFIT
    standing = find_standing(session, metric, on)
    if standing is not None and standing.value == value:
        return ""
    is_own = standing is None or standing.value is None or standing.check_in_id == check_in.id
    if not is_own:
        return ANOTHER_VALUE
    _append(session, metric, standing, check_in, value=value, reason=AGAIN, actor=actor, on=on, now=now)
    return ""


def _take_back(session: Session, check_in: CheckIn, used: set[int], *, actor: Actor, on: date, now: datetime) -> None:
    of_today = session.scalars(
        select(Observation).where(Observation.check_in_id == check_in.id, Observation.observed_on == on)
    ).all()
    for metric_id in {row.metric_id for row in of_today} - used:
        metric = session.get_one(Metric, metric_id)
        standing = find_standing(session, metric, on)
        if standing is not None and standing.value is not None and standing.check_in_id == check_in.id:
            _append(session, metric, standing, check_in, value=None, reason=TAKEN_BACK, actor=actor, on=on, now=now)


def _append(
    session: Session,
    metric: Metric,
    standing: Observation | None,
    check_in: CheckIn,
    *,
    value: Decimal | None,
    reason: str,
    actor: Actor,
    on: date,
    now: datetime,
) -> None:
    source = ObservationSource.CHECK_IN
    kept = append_observation(
        session, metric, standing, value=value, observed_on=on, source=source, now=now, check_in=check_in
    )
    kept.recorded_by_id = actor.person_id
    kept.reason = reason if standing is not None else ""
    audit.record(session, "observation.recorded", kept, actor=actor, now=now)
