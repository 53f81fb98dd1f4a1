"""Values of a cohort from a file: each row's outcome, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.models import AuditEntry, Metric, MetricDirection, Observation, ObservationSource
from coaching.services.observation_imports import (
    ANOTHER,
    EARLIER_ROW,
    NO_GOAL,
    NO_METRIC,
    NOBODY,
    SEVERAL_GOALS,
    ImportedLine,
    import_observations,
)
from coaching.services.observations import TO_COME
from tests.factories import NOW, make_goal
from tests.services.teams import Team, make_team

HEAD = "email,goal,metric,date,value"


@pytest.fixture
def team(session: Session) -> Team:
    team = make_team(session)
    team.ana.person.email, team.ben.person.email, team.cleo.person.email = (
        f"{name}@example.org" for name in ("Ana", "ben", "cleo")
    )
    for statement in ("Launch it", "Twice", "Twice"):
        goal = make_goal(session, team.ana, statement=statement)
        session.add(Metric(goal=goal, name="Share", unit="%", direction=MetricDirection.UP, created_at=NOW))
    session.flush()
    return team


def bring(session: Session, team: Team, *rows: str, is_dry_run: bool = False) -> list[ImportedLine]:
    data = "\n".join((HEAD, *rows)).encode()
    lines = import_observations(session, team.cohort, data, actor=team.as_coach, now=NOW, is_dry_run=is_dry_run)
    session.flush()
    return lines


def kept(session: Session) -> list[tuple[date, Decimal | None]]:
    found = session.execute(select(Observation.observed_on, Observation.value).order_by(Observation.observed_on))
    return [(day, value) for day, value in found]


def test_each_row_says_what_became_of_it(session: Session, team: Team) -> None:
    to_come = (NOW + timedelta(days=3)).date().isoformat()
    rows = {
        "ANA@example.org, launch  IT ,share,2026-03-01,12.5 %": ("new", "This value is new, and read as 12.5."),
        'ana@example.org,Launch it,Share,2026-03-02,"1,5"': ("new", "This value is new, and read as 1.5."),
        "ana@example.org,Launch it,Share,2026-03-04,1,5": ("left_out", "This row has more cells"),
        "ana@example.org,Launch it,Share,2026-03-01,12.50": ("known", "This value is known."),
        "ana@example.org,Launch it,Share,2026-03-01,13": ("left_out", EARLIER_ROW.format(2)),
        "nobody@example.org,Launch it,Share,2026-03-03,1": ("left_out", NOBODY),
        "cleo@example.org,Launch it,Share,2026-03-03,1": ("left_out", NOBODY),
        "ben@example.org,Launch it,Share,2026-03-03,1": ("left_out", NO_GOAL),
        "ana@example.org,Twice,Share,2026-03-03,1": ("left_out", SEVERAL_GOALS),
        "ana@example.org,Launch it,Hours,2026-03-03,1": ("left_out", NO_METRIC),
        f"ana@example.org,Launch it,Share,{to_come},1": ("left_out", TO_COME),
        "ana@example.org,Launch it,Share,3 March,1": ("left_out", "Write the date as YYYY-MM-DD"),
        "ana@example.org,Launch it,Share,2026-03-03,1e999": ("left_out", "Write the number out"),
        "ana@example.org,Launch it,Share,2026-03-03,": ("left_out", "Write a number"),
    }
    lines = bring(session, team, *rows)
    found = [(line.outcome.value, line.reason) for line in lines]
    for (outcome, reason), (wanted, why) in zip(found, rows.values(), strict=True):
        assert (outcome, reason[: len(why)]) == (wanted, why)
    assert kept(session) == [(date(2026, 3, 1), Decimal("12.5")), (date(2026, 3, 2), Decimal("1.5"))]


def test_the_same_file_again_changes_nothing(session: Session, team: Team) -> None:
    row = "ana@example.org,Launch it,Share,2026-03-01,12.5"
    assert [line.outcome for line in bring(session, team, row, is_dry_run=True)] == ["new"]
    assert kept(session) == []
    assert [line.outcome for line in bring(session, team, row)] == ["new"]
    assert [line.outcome for line in bring(session, team, row)] == ["known"]
    (line,) = bring(session, team, row.replace("12.5", "13"))
    assert (line.outcome, line.reason) == ("left_out", ANOTHER.format("12.5"))
    (one,) = session.scalars(select(Observation))
    assert (one.source, one.recorded_by_id) == (ObservationSource.IMPORT, team.as_coach.person_id)
    acts = select(func.count()).where(AuditEntry.act == "observations.imported")
    assert session.scalar(acts) == 1


def test_a_file_takes_the_same_number_of_reads_whatever_its_length(
    session: Session, team: Team, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def reads(days: int) -> int:
        rows = (f"ana@example.org,Launch it,Share,2026-03-{day:02},{day}" for day in range(1, days + 1))
        with count_queries() as statements:
            bring(session, team, *rows, is_dry_run=True)
        return len(statements)

    assert reads(1) == reads(28)


def test_a_point_beside_decimal_commas_could_be_two_numbers(session: Session, team: Team) -> None:
    row = "ana@example.org,Launch it,Share,2026-03-{:02},{}".format
    comma, point = bring(session, team, row(1, '"1.200,50"'), row(2, "1.500"))
    assert (comma.outcome, comma.reason) == ("new", "This value is new, and read as 1200.5.")
    assert (point.outcome, point.reason) == ("left_out", "1.500 can be two numbers. Write 1500 or 1.5.")
    (alone,) = bring(session, team, row(2, "1.500"))
    assert (alone.outcome, alone.reason) == ("new", "This value is new, and read as 1.5.")


def test_a_day_in_no_year_of_anybodys_is_none(session: Session, team: Team) -> None:
    (line,) = bring(session, team, "ana@example.org,Launch it,Share,0001-01-01,5")
    assert line.outcome == "left_out"
    assert "between 1970 and 2199" in line.reason
