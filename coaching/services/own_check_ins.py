"""One's own check-ins over all cohorts: what is open, what is to come, what one said. One statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    AnswerChoice,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    Cohort,
    FollowUpStep,
    Membership,
)
from coaching.policies import Actor
from coaching.services.expected_moments import COLUMNS, Standing, expect_moments, with_standing
from coaching.services.words import is_one_of

_OWN = with_standing(
    select(
        CheckIn.public_id,
        Membership.public_id,
        Cohort.name,
        CheckIn.state,
        FollowUpStep.label,
        FollowUpStep.question,
        CheckIn.due_at,
        CheckIn.asked_at,
        CheckIn.closes_at,
        CheckInAnswer.choice,
        CheckInAnswer.note,
        CheckInAnswer.enrolments,
        CheckInAnswer.answered_at,
        CheckInAnswer.changed_at,
        *COLUMNS,
    )
    .join_from(Membership, CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
    .where(Membership.person_id == bindparam("person_id"), is_one_of(Membership.status, OPEN_STATUSES))
    .order_by(CheckIn.due_at, CheckIn.id)
)


class OwnCheckIn(NamedTuple):
    """One of one's own check-ins, with what one answered.

    `expected_at` is when one that is to come is really asked, by one's hours, pause and weekly limit; None where it was
    asked, or is not going to be as things stand. `needs_consent`: only if one agrees to be asked for so long.
    """

    id: str
    membership_id: str
    cohort: str
    state: CheckInState
    step: str
    question: str
    due_at: datetime
    asked_at: datetime | None
    closes_at: datetime
    choice: AnswerChoice | None
    note: str | None
    enrolments: int | None
    answered_at: datetime | None
    changed_at: datetime | None
    expected_at: datetime | None
    needs_consent: bool


class OwnCheckIns(NamedTuple):
    """`open` can be answered now, `coming` has its moment ahead, `past` was answered or is over, the newest first."""

    open: tuple[OwnCheckIn, ...]
    coming: tuple[OwnCheckIn, ...]
    past: tuple[OwnCheckIn, ...]


def list_own_check_ins(session: Session, *, actor: Actor, now: datetime) -> list[OwnCheckIn]:
    """All of the actor's own, by their moment. Nobody else's can be asked for."""
    rows: Sequence[Any] = session.connection().execute(_OWN, {"person_id": actor.person_id}).all()
    standings = [Standing(*row[-len(COLUMNS) :]) for row in rows]
    return [
        OwnCheckIn._make([*row[: -len(COLUMNS)], moment, standing.needs_consent])
        for row, standing, moment in zip(rows, standings, expect_moments(standings, now=now), strict=True)
    ]


def sort_own_check_ins(lines: list[OwnCheckIn], *, now: datetime) -> OwnCheckIns:
    """The same, by what there is to do about them. What was called off is left out: nothing was asked."""
    waiting = {CheckInState.DUE, CheckInState.ASKED}
    living = [line for line in lines if line.state != CheckInState.CANCELLED]
    is_open = [line for line in living if line.state in waiting and line.due_at <= now < line.closes_at]
    ahead = [line for line in living if line.state == CheckInState.DUE and line.due_at > now]
    coming = sorted(ahead, key=lambda line: line.expected_at or line.due_at)
    rest = [line for line in living if line not in is_open and line not in coming]
    past = [line for line in rest if line.answered_at is not None or line.asked_at is not None]
    return OwnCheckIns(tuple(is_open), tuple(coming), tuple(reversed(past)))
