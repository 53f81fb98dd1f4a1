"""A cohort at a glance."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotAllowed, NotFound
from coaching.models import (
    AnswerChoice,
    AttendanceStatus,
    CheckInState,
    Cohort,
    MembershipStatus,
    Role,
    SessionState,
    Stage,
)
from coaching.policies import Actor
from coaching.services.progress import MemberProgress, cohort_overview, cohort_progress
from tests.factories import (
    NOW,
    actor_of,
    make_cohort,
    make_coordinator,
    make_goal,
    make_membership,
    make_person,
    make_project,
    make_run,
    make_session,
)
from tests.services.progress_rows import attend, fill_cohort, make_check_in, make_step, rate, reach, stage

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session)


@pytest.fixture
def coach(session: Session, cohort: Cohort) -> Actor:
    return actor_of(session, make_membership(session, cohort, role=Role.COACH).person)


def only_participant(session: Session, cohort: Cohort, actor: Actor) -> MemberProgress:
    (member,) = cohort_progress(session, cohort, actor=actor, now=NOW).participants
    return member


@pytest.mark.parametrize("members", [15, 100])
def test_six_statements_whatever_the_size(
    session: Session, cohort: Cohort, coach: Actor, count_queries: Counter, members: int
) -> None:
    fill_cohort(session, cohort, members=members)
    session.refresh(cohort)
    with count_queries() as statements:
        found = cohort_progress(session, cohort, actor=coach, now=NOW)
    assert len(found.participants) == members
    assert len(statements) <= 6
    with count_queries() as statements:
        cohort_overview(session, cohort, actor=coach, now=NOW)
    assert len(statements) <= 4


def test_attendance_has_the_sessions_held_since_joining_below_it(
    session: Session, cohort: Cohort, coach: Actor
) -> None:
    member = make_membership(session, cohort, joined_at=datetime(2026, 3, 20, tzinfo=UTC))
    before, there, partly, excused, _unrecorded = (
        make_session(session, cohort, starts_at=datetime(2026, 3, day, 9, tzinfo=UTC)) for day in (9, 23, 24, 25, 26)
    )
    attend(session, before, member, AttendanceStatus.ABSENT)
    attend(session, there, member)
    attend(session, partly, member, AttendanceStatus.PARTIAL)
    attend(session, excused, member, AttendanceStatus.EXCUSED)
    cancelled = make_session(
        session, cohort, starts_at=datetime(2026, 3, 27, 9, tzinfo=UTC), state=SessionState.CANCELLED
    )
    attend(session, cancelled, member)
    make_session(session, cohort, starts_at=NOW + timedelta(days=1))
    found = only_participant(session, cohort, coach)
    # What somebody recorded counts, whenever the member was entered: of a cohort that is entered afterwards, presence
    # alone would make every attendance whole.
    assert (found.attended, found.counted) == (2, 5)
    assert found.last_attended_at == partly.starts_at


def test_who_came_before_they_were_entered_was_there(session: Session, cohort: Cohort, coach: Actor) -> None:
    member = make_membership(session, cohort, joined_at=datetime(2026, 3, 20, tzinfo=UTC))
    attend(session, make_session(session, cohort, starts_at=datetime(2026, 3, 9, 9, tzinfo=UTC)), member)
    found = only_participant(session, cohort, coach)
    assert (found.attended, found.counted) == (1, 1)


def test_a_one_to_one_counts_for_its_participant_alone(session: Session, cohort: Cohort, coach: Actor) -> None:
    mine, theirs = make_membership(session, cohort), make_membership(session, cohort)
    meeting = make_session(session, cohort, pair_membership_id=mine.id)
    attend(session, meeting, mine)
    counted = {
        member.id: (member.attended, member.counted)
        for member in cohort_progress(session, cohort, actor=coach, now=NOW).participants
    }
    assert counted == {mine.public_id: (1, 1), theirs.public_id: (0, 0)}


def test_of_who_left_only_what_was_recorded_counts(session: Session, cohort: Cohort, coach: Actor) -> None:
    gone = make_membership(session, cohort, status=MembershipStatus.WITHDRAWN)
    first = make_session(session, cohort, starts_at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    make_session(session, cohort, starts_at=datetime(2026, 4, 9, 9, tzinfo=UTC))
    attend(session, first, gone, AttendanceStatus.ABSENT)
    progress = cohort_progress(session, cohort, actor=coach, now=NOW)
    (row,) = (member for member in progress.members if member.role == Role.PARTICIPANT)
    assert (row.attended, row.counted) == (0, 1)
    assert progress.participants == ()


def test_goals_are_scaled_over_those_that_are_rated(session: Session, cohort: Cohort, coach: Actor) -> None:
    member = make_membership(session, cohort)
    goals = [make_goal(session, member, importance=weight, difficulty=1) for weight in (3, 1, 2)]
    for goal, score in zip(goals, (-1, 2, 0), strict=True):
        rate(session, goal, -2, date(2026, 4, 1))
        rate(session, goal, score, date(2026, 6, 1))
    rate(session, goals[0], -2, date(2026, 5, 1))  # Written last, yet not the newest.
    make_goal(session, member)
    found = only_participant(session, cohort, coach).goals
    assert (found.count, found.rated) == (4, 3)
    assert found.achieved_t == pytest.approx(47.80, abs=0.005)
    assert found.baseline_t is not None
    assert found.baseline_t < found.achieved_t


def test_without_weight_there_is_no_t(session: Session, cohort: Cohort, coach: Actor) -> None:
    rate(session, make_goal(session, make_membership(session, cohort), importance=0), 1)
    found = only_participant(session, cohort, coach).goals
    assert (found.rated, found.achieved_t) == (1, None)


def test_goal_scores_are_for_coaches(session: Session, cohort: Cohort) -> None:
    rate(session, make_goal(session, make_membership(session, cohort)), 1)
    coordinator = actor_of(session, make_coordinator(session, cohort.programme))
    found = only_participant(session, cohort, coordinator).goals
    assert (found.count, found.rated, found.baseline_t, found.achieved_t) == (1, 1, None, None)


def test_check_ins_are_counted_and_the_latest_answer_stands(session: Session, cohort: Cohort, coach: Actor) -> None:
    member = make_membership(session, cohort)
    steps = [make_step(session, cohort, position=position) for position in range(1, 6)]
    late, early = NOW - timedelta(days=1), NOW - timedelta(days=9)
    make_check_in(session, steps[0], member, answer=AnswerChoice.DID_IT, answered_at=late)
    make_check_in(session, steps[1], member, answer=AnswerChoice.NOT_YET, answered_at=early)
    make_check_in(session, steps[2], member, state=CheckInState.EXPIRED)
    make_check_in(session, steps[3], member, asked_at=None)
    make_check_in(session, steps[4], member, state=CheckInState.CANCELLED)
    found = only_participant(session, cohort, coach).check_ins
    assert (found.due, found.asked, found.answered, found.silent) == (1, 3, 2, 1)
    assert found.latest == AnswerChoice.DID_IT


def test_answers_are_not_for_observers(session: Session, cohort: Cohort) -> None:
    member = make_membership(session, cohort)
    make_check_in(session, make_step(session, cohort), member, answer=AnswerChoice.DID_IT)
    observer = actor_of(session, make_membership(session, cohort, role=Role.OBSERVER).person)
    found = only_participant(session, cohort, observer).check_ins
    assert (found.answered, found.latest) == (1, None)


def test_a_co_owned_run_counts_once(session: Session, cohort: Cohort, coach: Actor) -> None:
    one, two = make_membership(session, cohort), make_membership(session, cohort)
    elsewhere = make_membership(session, make_cohort(session, cohort.programme))
    project = make_project(session, cohort, owners=(one, two, elsewhere))
    stage(session, project, Stage.LAUNCHED)
    first, second = (make_run(session, project, launched_on=date(2026, month, 4)) for month in (4, 5))
    reach(session, first, 900, as_of=date(2026, 4, 20), is_current=False)
    reach(session, first, 1000, as_of=date(2026, 5, 1))
    reach(session, first, 400, metric="learners")
    reach(session, second, 250, as_of=date(2026, 6, 1))
    make_project(session, cohort, owners=(one,))
    found = cohort_progress(session, cohort, actor=coach, now=NOW)
    totals = found.totals
    assert (totals.projects, totals.launched, totals.runs, totals.joiners) == (2, 1, 2, 1250)
    assert (totals.oldest, totals.newest) == (date(2026, 5, 1), date(2026, 6, 1))
    for member in found.participants:
        assert member.joiners == 1250
        assert member.first_launch == date(2026, 4, 4)
    # The course began elsewhere, and one of its owners is here: it stands there too, and counts there too.
    other = cohort_progress(
        session, elsewhere.cohort, actor=actor_of(session, make_coordinator(session, cohort.programme)), now=NOW
    )
    assert other.totals.joiners == 1250
    assert {owner.name for owner in other.projects[0].owners} >= {one.person.name, elsewhere.person.name}


def test_without_a_figure_there_are_no_joiners_rather_than_none_at_all(
    session: Session, cohort: Cohort, coach: Actor
) -> None:
    member = make_membership(session, cohort)
    make_run(session, make_project(session, owners=(member,)))
    assert only_participant(session, cohort, coach).joiners is None


def test_next_and_last_session(session: Session, cohort: Cohort, coach: Actor) -> None:
    last = make_session(session, cohort, starts_at=NOW - timedelta(days=7))
    running = make_session(session, cohort, starts_at=NOW - timedelta(minutes=30))
    make_session(session, cohort, starts_at=NOW - timedelta(days=1), state=SessionState.CANCELLED)
    make_session(session, cohort, starts_at=NOW + timedelta(days=7))
    member = make_membership(session, cohort)
    attend(session, last, member)
    attend(session, last, make_membership(session, cohort), AttendanceStatus.ABSENT)
    found = cohort_progress(session, cohort, actor=coach, now=NOW)
    assert found.next_session is not None
    assert found.last_session is not None
    assert (found.next_session.id, found.last_session.id) == (running.public_id, last.public_id)
    assert (found.last_session.recorded, found.last_session.present) == (2, 1)
    assert len(found.sessions) == 4


def test_participants_get_names_and_projects_and_nobody_elses_row(session: Session, cohort: Cohort) -> None:
    me, other = make_membership(session, cohort), make_membership(session, cohort)
    gone = make_membership(session, cohort, status=MembershipStatus.WITHDRAWN)
    own = make_session(session, cohort, pair_membership_id=me.id)
    make_session(session, cohort, pair_membership_id=other.id)
    make_project(session, owners=(other,))
    actor = actor_of(session, me.person)
    with pytest.raises(NotAllowed):
        cohort_progress(session, cohort, actor=actor, now=NOW)
    found = cohort_overview(session, cohort, actor=actor, now=NOW)
    assert {member.id for member in found.members} == {me.public_id, other.public_id}
    assert gone.public_id not in {member.id for member in found.members}
    assert [line.id for line in found.sessions] == [own.public_id]
    assert len(found.projects) == 1


def test_observers_see_no_one_to_ones(session: Session, cohort: Cohort) -> None:
    member = make_membership(session, cohort)
    make_session(session, cohort, pair_membership_id=member.id)
    observer = actor_of(session, make_membership(session, cohort, role=Role.OBSERVER).person)
    assert cohort_progress(session, cohort, actor=observer, now=NOW).sessions == ()


def test_an_outsider_finds_nothing(session: Session, cohort: Cohort) -> None:
    outsider = actor_of(session, make_person(session))
    for read in (cohort_progress, cohort_overview):
        with pytest.raises(NotFound):
            read(session, cohort, actor=outsider, now=NOW)
