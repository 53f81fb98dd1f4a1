"""Observations of a cohort from a file: what each row would do, or did. The same file again changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from coaching.errors import Invalid, NotFound
from coaching.importers.numerals import read_number, writes_commas
from coaching.importers.observations import BAD_DAY, ObservationRow, fold, read_observations
from coaching.models import (
    OPEN_STATUSES,
    Cohort,
    Goal,
    Membership,
    Metric,
    Observation,
    ObservationSource,
    Person,
    Role,
)
from coaching.models.decimals import plain_decimal, why_unfit
from coaching.policies import Actor, is_writable, may_coach, may_view_cohort, require
from coaching.services import audit
from coaching.services.observations import TO_COME, append_observation
from coaching.services.zones import latest_today

FOR_COACHES = "Goals and their metrics are read by the cohort’s coaches, so only they bring in values."
NOBODY = "No participant of this cohort has this e-mail address."
NO_GOAL = "This person has no such goal. Write the goal as it stands on its page."
SEVERAL_GOALS = "This person has several goals of these words. Leave one of them, or bring the value in by hand."
NO_METRIC = "This goal has no such open metric. Write the metric’s name as it stands on the goal’s page."
KNOWN = "This value is known."
NEW = "This value is new."
READ_AS = "This value is new, and read as {}."
ANOTHER = "There is another value for this day, {}. It stays: correct it on the metric’s page."
EARLIER_ROW = "Row {} has another value for this day. It stays."


class Outcome(StrEnum):
    NEW = "new"
    KNOWN = "known"
    LEFT_OUT = "left_out"


class ImportedLine(NamedTuple):
    """One row of the file, as it was written, and what becomes of it."""

    number: int
    email: str
    goal: str
    metric: str
    day: str
    value: str
    outcome: Outcome
    reason: str


class _Standing(NamedTuple):
    """What stands for a day: the observation's number, its value, and which row of the file brought it, 0 for none."""

    id: int
    value: Decimal | None
    row: int = 0


@dataclass
class _Book:
    """All that rows can mean in a cohort, read in three statements."""

    goals: dict[tuple[str, str], list[Goal]] = field(default_factory=lambda: defaultdict(list))
    people: set[str] = field(default_factory=set)
    metrics: dict[tuple[int, str], Metric] = field(default_factory=dict)
    standing: dict[tuple[int, date], _Standing] = field(default_factory=dict)
    has_commas: bool = False


def import_observations(
    session: Session,
    cohort: Cohort,
    data: bytes,
    *,
    actor: Actor | None,
    now: datetime,
    is_dry_run: bool = False,
) -> list[ImportedLine]:
    """Records the rows that can be recorded, and says of each row what became of it; a dry run only says it.

    For the cohort's coaches, and for the command line (None). Raises Invalid on `file` where it is no such table.
    """
    require(
        (actor is None or may_coach(actor, cohort)) and is_writable(cohort),
        seen=actor is not None and may_view_cohort(actor, cohort),
        message=FOR_COACHES,
    )
    rows = read_observations(data)
    # Two imports into one cohort take turns, so that the second sees what the first did.
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    book = _read_book(session, cohort, has_commas=any(writes_commas(row.value) for row in rows))
    zones = [cohort.timezone, *([actor.timezone] if actor else [])]
    today = latest_today(now, *zones)
    lines, added = [], 0
    for row in rows:
        outcome, reason, found = _decide(book, row, today)
        lines.append(
            ImportedLine(row.number, row.email, row.goal, row.metric, row.written_day, row.value, outcome, reason)
        )
        if outcome == Outcome.NEW and found is not None:
            metric, day, value = found
            added += 1
            standing = book.standing.get((metric.id, day))
            if not is_dry_run:
                _append(session, metric, standing, value, day, actor=actor, now=now)
            book.standing[metric.id, day] = _Standing(0, value, row.number)
    if added and not is_dry_run:
        audit.record(session, "observations.imported", cohort, actor=actor, now=now)
    return lines


def find_cohort(session: Session, cohort_id: str) -> Cohort:
    """A cohort for the command line, which may see everything."""
    cohort = session.scalars(select(Cohort).where(Cohort.public_id == cohort_id)).one_or_none()
    if cohort is None:
        raise NotFound
    return cohort


def count_outcomes(lines: Sequence[ImportedLine]) -> Mapping[Outcome, int]:
    """How many rows are new, known and left out."""
    return {outcome: sum(line.outcome == outcome for line in lines) for outcome in Outcome}


def _append(
    session: Session,
    metric: Metric,
    standing: _Standing | None,
    value: Decimal,
    day: date,
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    before = session.get(Observation, standing.id) if standing is not None else None
    kept = append_observation(
        session, metric, before, value=value, observed_on=day, source=ObservationSource.IMPORT, now=now
    )
    kept.recorded_by_id = actor.person_id if actor else None


def _decide(book: _Book, row: ObservationRow, today: date) -> tuple[Outcome, str, tuple[Metric, date, Decimal] | None]:
    """What becomes of a row, why, and what is recorded where something is."""
    try:
        metric = _find_metric(book, row)
        day, value = _find_day(row, today), _find_value(row, metric.unit, has_commas=book.has_commas)
    except Invalid as refusal:
        return Outcome.LEFT_OUT, refusal.message, None
    standing = book.standing.get((metric.id, day))
    if standing is not None and standing.value == value:
        return Outcome.KNOWN, KNOWN, None
    if standing is not None and standing.value is not None:
        reason = EARLIER_ROW.format(standing.row) if standing.row else ANOTHER.format(format(standing.value, "f"))
        return Outcome.LEFT_OUT, reason, None
    read = format(value, "f")
    reason = NEW if read == row.value.strip() else READ_AS.format(read)
    return Outcome.NEW, reason, (metric, day, value)


def _find_metric(book: _Book, row: ObservationRow) -> Metric:
    if row.broken:
        raise Invalid(row.broken)
    email = row.email.casefold()
    if email not in book.people:
        raise Invalid(NOBODY)
    goals = book.goals.get((email, fold(row.goal)), [])
    if len(goals) != 1:
        raise Invalid(SEVERAL_GOALS if goals else NO_GOAL)
    metric = book.metrics.get((goals[0].id, fold(row.metric)))
    if metric is None:
        raise Invalid(NO_METRIC)
    return metric


def _find_day(row: ObservationRow, today: date) -> date:
    if row.day is None:
        raise Invalid(BAD_DAY)
    if row.day > today:
        raise Invalid(TO_COME)
    return row.day


def _find_value(row: ObservationRow, unit: str, *, has_commas: bool) -> Decimal:
    try:
        value = read_number(row.value, unit=unit, has_commas=has_commas)
    except ValueError as error:
        raise Invalid(str(error)) from error
    unfit = why_unfit(value)
    if unfit:
        raise Invalid(unfit)
    return plain_decimal(value)


def _read_book(session: Session, cohort: Cohort, *, has_commas: bool) -> _Book:
    book = _Book(has_commas=has_commas)
    in_cohort = (
        Membership.cohort_id == cohort.id,
        Membership.role == Role.PARTICIPANT,
        Membership.status.in_(OPEN_STATUSES),
    )
    goals = (
        select(Person.email, Goal)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Goal, Goal.membership_id == Membership.id)
        .where(*in_cohort, Person.email.is_not(None))
    )
    for address, goal in session.execute(goals):
        email = (address or "").casefold()
        book.people.add(email)
        if goal is not None:
            book.goals[email, fold(goal.statement)].append(goal)
            book.goals[email, goal.public_id].append(goal)
    of_cohort = select(Goal.id).join(Membership, Membership.id == Goal.membership_id).where(*in_cohort)
    for metric in session.scalars(select(Metric).where(Metric.goal_id.in_(of_cohort), Metric.ended_at.is_(None))):
        book.metrics[metric.goal_id, fold(metric.name)] = metric
        book.metrics[metric.goal_id, metric.public_id] = metric
    later = aliased(Observation)
    standing = (
        select(Observation.metric_id, Observation.observed_on, Observation.id, Observation.value)
        .join(Metric, Metric.id == Observation.metric_id)
        .where(
            Metric.goal_id.in_(of_cohort),
            ~select(later.id).where(later.corrects_id == Observation.id).exists(),
        )
    )
    for metric_id, day, number, value in session.execute(standing):
        book.standing[metric_id, day] = _Standing(number, value)
    return book
