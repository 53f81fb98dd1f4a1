"""A programme at a glance."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import (
    AnswerChoice,
    AttendanceStatus,
    CheckInState,
    Cohort,
    CohortKind,
    MembershipStatus,
    Programme,
    Role,
    Stage,
)
from coaching.services.progress import ProgrammeProgress, programme_progress
from tests.factories import (
    NOW,
    actor_of,
    make_cohort,
    make_coordinator,
    make_membership,
    make_programme,
    make_project,
    make_run,
    make_session,
)
from tests.services.progress_rows import attend, fill_cohort, history, make_check_in, make_step, reach, stage, survey

Counter = Callable[[], AbstractContextManager[list[str]]]
FORMAL, COACHING = CohortKind.FORMAL, CohortKind.COACHING


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def progress_of(session: Session, programme: Programme, kind: CohortKind | None = None) -> ProgrammeProgress:
    coordinator = actor_of(session, make_coordinator(session, programme))
    return programme_progress(session, programme, actor=coordinator, now=NOW, kind=kind)


def formal(session: Session, programme: Programme, month: int = 1) -> Cohort:
    return make_cohort(session, programme, kind=FORMAL, starts_on=date(2026, month, 1))


@pytest.mark.parametrize("cohorts", [1, 4])
def test_eight_statements_whatever_the_number_of_cohorts(
    session: Session, programme: Programme, count_queries: Counter, cohorts: int
) -> None:
    for _ in range(cohorts):
        fill_cohort(session, make_cohort(session, programme), members=3)
    actor = actor_of(session, make_coordinator(session, programme))
    session.refresh(programme)
    with count_queries() as statements:
        found = programme_progress(session, programme, actor=actor, now=NOW)
    assert (len(statements), len(found.cohorts)) == (8, cohorts)


def test_it_is_for_coordinators(session: Session, programme: Programme) -> None:
    coach = make_membership(session, make_cohort(session, programme), role=Role.COACH).person
    with pytest.raises(NotFound):
        programme_progress(session, programme, actor=actor_of(session, coach), now=NOW)


def test_an_empty_programme_has_no_share_rather_than_none(session: Session, programme: Programme) -> None:
    found = progress_of(session, programme)
    assert (found.columns, found.cohorts) == ({}, ())
    figures = found.total.figures
    assert (figures.participants, figures.attendance.share, figures.satisfaction.good) != (0, 0, 0)
    assert figures.response.interval is None


def test_the_kinds_stand_side_by_side(session: Session, programme: Programme) -> None:
    first, second, coaching = formal(session, programme), formal(session, programme, 2), make_cohort(session, programme)
    for cohort, members in ((first, 3), (second, 2), (coaching, 1)):
        for _ in range(members):
            make_membership(session, cohort)
    make_membership(session, first, role=Role.COACH)
    make_membership(session)
    found = progress_of(session, programme)
    counts = {kind: (column.cohorts, column.figures.participants) for kind, column in found.columns.items()}
    assert counts == {FORMAL: (2, 5), COACHING: (1, 1)}
    assert (found.total.cohorts, found.total.figures.participants) == (3, 6)
    assert [row.id for row in found.cohorts] == [first.public_id, second.public_id, coaching.public_id]
    only = progress_of(session, programme, kind=COACHING)
    assert set(only.columns) == {COACHING}
    assert only.total == only.columns[COACHING] == found.columns[COACHING]


def test_the_funnel_is_read_from_history(session: Session, programme: Programme) -> None:
    cohort = formal(session, programme)
    status = MembershipStatus
    paths = [
        (status.DECLINED, [status.APPLIED, status.DECLINED]),
        (status.DECLINED, [status.APPLIED, status.SHORTLISTED, status.DECLINED]),
        (status.WITHDRAWN, [status.APPLIED, status.SHORTLISTED, status.ACCEPTED, status.ACTIVE]),
        (status.COMPLETED, [status.APPLIED, status.SHORTLISTED, status.ACCEPTED, status.ACTIVE]),
        (status.COMPLETED, [status.ACTIVE, status.WITHDRAWN, status.ACTIVE]),
        (status.WITHDRAWN, [status.APPLIED, status.ACCEPTED]),
        (status.ACCEPTED, [status.APPLIED]),
    ]
    for end, path in paths:
        history(session, make_membership(session, cohort, status=end), *path)
    figures = progress_of(session, programme).columns[FORMAL].figures
    funnel = figures.funnel
    assert (funnel.applied, funnel.brought_in, funnel.shortlisted, funnel.accepted) == (6, 1, 5, 5)
    assert (funnel.started, funnel.withdrew, funnel.completed) == (3, 2, 2)
    assert figures.participants == 3


def test_who_was_brought_in_never_applied(session: Session, programme: Programme) -> None:
    cohort, status = formal(session, programme), MembershipStatus
    for end in (status.ACTIVE, status.PAUSED, status.ACCEPTED, status.APPLIED, status.WAITLISTED):
        make_membership(session, cohort, status=end)
    funnel = progress_of(session, programme).total.figures.funnel
    assert (funnel.applied, funnel.brought_in, funnel.shortlisted) == (2, 3, 0)
    assert (funnel.accepted, funnel.started, funnel.completed) == (3, 2, 0)


def test_attendance_is_over_members_and_sessions(session: Session, programme: Programme) -> None:
    cohort = formal(session, programme)
    meetings = [make_session(session, cohort, starts_at=datetime(2026, 3, day, 9, tzinfo=UTC)) for day in (2, 9)]
    there, late = make_membership(session, cohort), make_membership(session, cohort, joined_at=meetings[1].starts_at)
    attend(session, meetings[0], there)
    attend(session, meetings[1], late, AttendanceStatus.PARTIAL)
    attend(session, meetings[1], there, AttendanceStatus.ABSENT)
    attendance = progress_of(session, programme).total.figures.attendance
    assert (attendance.numerator, attendance.denominator) == (2, 3)
    assert attendance.interval is not None


def test_ratings_carry_their_interval_and_their_response(session: Session, programme: Programme) -> None:
    survey(session, formal(session, programme), [5, 5, 4, 4, 3, 1], silent=2)
    figures = progress_of(session, programme).columns[FORMAL].figures
    good = figures.satisfaction.good
    assert good is not None
    assert (good.numerator, good.denominator) == (4, 6)
    assert good.interval == pytest.approx((0.3000, 0.9032), abs=0.0001)
    assert (figures.response.numerator, figures.response.denominator) == (6, 8)


def test_a_small_group_and_what_would_give_it_away_are_hidden(session: Session, programme: Programme) -> None:
    cohorts = [formal(session, programme, month) for month in (1, 2, 3)]
    for cohort, answers in zip(cohorts, (4, 6, 9), strict=True):
        survey(session, cohort, [5] * answers)
    survey(session, make_cohort(session, programme), [4] * 7)
    found = progress_of(session, programme)
    assert [row.figures.satisfaction.is_hidden for row in found.cohorts[:3]] == [True, True, False]
    assert [row.figures.satisfaction.answers for row in found.cohorts[:3]] == [4, 6, 9]
    assert not found.columns[FORMAL].figures.satisfaction.is_hidden
    assert not found.total.figures.satisfaction.is_hidden


def test_a_small_kind_hides_the_total_too(session: Session, programme: Programme) -> None:
    survey(session, formal(session, programme), [5] * 12)
    survey(session, make_cohort(session, programme), [1] * 4)
    found = progress_of(session, programme)
    assert found.columns[COACHING].figures.satisfaction.good is None
    assert found.columns[FORMAL].figures.satisfaction.good is not None
    assert found.total.figures.satisfaction.good is None


def test_the_programme_sets_its_minimum(session: Session, programme: Programme) -> None:
    survey(session, formal(session, programme), [5] * 9)
    assert not progress_of(session, programme).total.figures.satisfaction.is_hidden
    programme.minimum_group = 10
    assert progress_of(session, programme).total.figures.satisfaction.is_hidden


def test_check_ins_per_step_keep_silence_apart(session: Session, programme: Programme) -> None:
    for cohort in (formal(session, programme), make_cohort(session, programme)):
        first, second = (make_step(session, cohort, position=place, label=f"Step {place}") for place in (1, 2))
        for choice in (*AnswerChoice, AnswerChoice.DID_IT):
            make_check_in(session, first, make_membership(session, cohort), answer=choice)
        make_check_in(session, first, make_membership(session, cohort))
        make_check_in(session, first, make_membership(session, cohort), state=CheckInState.EXPIRED)
        make_check_in(session, second, make_membership(session, cohort), asked_at=None)
    found = progress_of(session, programme)
    (step,) = found.columns[FORMAL].steps
    assert (step.label, step.offset, step.sent) == ("Step 1", "P14D", 6)
    assert (step.did_it, step.not_yet, step.cannot_say, step.silent, step.still_open) == (2, 1, 1, 2, 1)
    (both,) = found.total.steps
    assert (both.sent, both.answered.numerator, both.silent) == (12, 8, 4)


def test_stages_are_how_far_projects_came(session: Session, programme: Programme) -> None:
    cohort = formal(session, programme)
    paths = ([Stage.DESIGNING], [Stage.DESIGNING, Stage.LAUNCHED], [Stage.BUILDING, Stage.STOPPED], [])
    for path in paths:
        stage(session, make_project(session, cohort), *path)
    column = progress_of(session, programme).columns[FORMAL]
    reached = [column.stages[one].numerator for one in (Stage.IDEA, Stage.DESIGNING, Stage.BUILDING, Stage.PILOTED)]
    assert reached == [4, 3, 2, 1]
    assert (column.stages[Stage.LAUNCHED].numerator, column.stages[Stage.RE_RUN].numerator) == (1, 0)
    assert (column.stages[Stage.IDEA].denominator, column.stopped) == (4, 1)


def test_each_run_counts_once_in_the_programme(session: Session, programme: Programme) -> None:
    one, two = formal(session, programme), make_cohort(session, programme)
    owners = (make_membership(session, one), make_membership(session, two), make_membership(session, two))
    project = make_project(session, one, owners=owners)
    for month in (3, 4):
        run = make_run(session, project, launched_on=date(2026, month, 1))
        reach(session, run, 10, as_of=date(2026, month, 2), is_current=False)
        reach(session, run, 500, as_of=date(2026, month, 20))
    make_project(session, two)
    found = progress_of(session, programme)
    totals = found.total.figures.reach
    assert (totals.projects, totals.launched, totals.runs, totals.joiners) == (2, 1, 2, 1000)
    assert (totals.oldest, totals.newest) == (date(2026, 3, 20), date(2026, 4, 20))
    assert found.total.figures.launched.denominator == 2
    by_kind = [found.columns[kind].figures.reach.joiners for kind in (FORMAL, COACHING)]
    assert by_kind == [1000, 0]
