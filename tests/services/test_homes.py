"""The homes of a coach, a participant and a coordinator."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.models import (
    ActionState,
    AnswerChoice,
    AttendanceStatus,
    BatchState,
    CheckInState,
    Cohort,
    CohortKind,
    ImportBatch,
    ImportRow,
    Membership,
    MembershipStatus,
    MessageState,
    Person,
    Role,
    RowOutcome,
    SessionState,
    Signal,
)
from coaching.services.needs import Need
from coaching.services.progress import CoachHome, ParticipantHome, coach_home, coordinator_home, participant_home
from tests.factories import (
    NOW,
    actor_of,
    make_action,
    make_cohort,
    make_coordinator,
    make_goal,
    make_membership,
    make_message,
    make_person,
    make_programme,
    make_project,
    make_run,
    make_session,
)
from tests.services.progress_rows import attend, fill_cohort, make_check_in, make_step, rate, reach

Counter = Callable[[], AbstractContextManager[list[str]]]
STILL_RUNNING = date(2026, 9, 1)


@pytest.fixture
def person(session: Session) -> Person:
    return make_person(session)


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session, ends_on=STILL_RUNNING)


def home_of_coach(session: Session, person: Person, cohort: Cohort) -> CoachHome:
    make_membership(session, cohort, person, role=Role.COACH)
    return coach_home(session, actor=actor_of(session, person), now=NOW)


def home_of_participant(session: Session, person: Person) -> ParticipantHome:
    return participant_home(session, actor=actor_of(session, person), now=NOW)


@pytest.mark.parametrize("cohorts", [1, 4])
def test_statements_do_not_grow_with_cohorts(
    session: Session, person: Person, count_queries: Counter, cohorts: int
) -> None:
    for _ in range(cohorts):
        coached, attended = make_cohort(session), make_cohort(session)
        fill_cohort(session, coached, members=2)
        fill_cohort(session, attended, members=2)
        make_membership(session, coached, person, role=Role.COACH)
        make_membership(session, attended, person)
        make_coordinator(session, coached.programme, person)
    actor = actor_of(session, person)
    with count_queries() as statements:
        assert len(coach_home(session, actor=actor, now=NOW).cohorts) == cohorts
    assert len(statements) == 11
    with count_queries() as statements:
        assert len(participant_home(session, actor=actor, now=NOW).cohorts) == cohorts
    assert len(statements) == 9
    with count_queries() as statements:
        assert len(coordinator_home(session, actor=actor, now=NOW).programmes) == cohorts
    assert len(statements) == 4


def test_a_coachs_cohorts_come_with_their_next_session(session: Session, person: Person, cohort: Cohort) -> None:
    make_session(session, cohort, starts_at=NOW - timedelta(days=7))
    make_session(session, cohort, starts_at=NOW + timedelta(days=1), state=SessionState.CANCELLED)
    following = make_session(session, cohort, starts_at=NOW + timedelta(days=2))
    make_session(session, cohort, starts_at=NOW + timedelta(days=9))
    make_membership(session, cohort)
    make_membership(session, cohort, status=MembershipStatus.APPLIED)
    elsewhere = make_cohort(session)
    make_membership(session, elsewhere, person)
    (card,) = home_of_coach(session, person, cohort).cohorts
    assert (card.id, card.programme, card.participants) == (cohort.public_id, cohort.programme.name, 1)
    assert (card.next_session_id, card.next_starts_at) == (following.public_id, following.starts_at)


def test_a_cohort_without_a_session_ahead_still_stands_there(session: Session, person: Person, cohort: Cohort) -> None:
    (card,) = home_of_coach(session, person, cohort).cohorts
    assert (card.next_session_id, card.next_starts_at) == (None, None)


def test_a_session_that_nobody_recorded_waits_for_its_coach(session: Session, person: Person, cohort: Cohort) -> None:
    member = make_membership(session, cohort)
    recorded, forgotten = (make_session(session, cohort, starts_at=NOW - timedelta(days=days)) for days in (9, 8))
    attend(session, recorded, member)
    make_session(session, cohort, starts_at=NOW - timedelta(days=7), state=SessionState.CANCELLED)
    make_session(session, cohort, starts_at=NOW + timedelta(days=1))
    make_session(session, cohort, starts_at=NOW - timedelta(days=61))
    make_session(session, starts_at=NOW - timedelta(days=8))
    (found,) = home_of_coach(session, person, cohort).open_records
    assert (found.id, found.batch_id, found.rows) == (forgotten.public_id, None, 0)


def test_a_report_with_rows_in_doubt_waits_for_its_coach(session: Session, person: Person, cohort: Cohort) -> None:
    meeting = make_session(session, cohort, starts_at=NOW - timedelta(days=2))
    attend(session, meeting, make_membership(session, cohort))
    batch = ImportBatch(
        cohort_id=meeting.cohort_id,
        session_id=meeting.id,
        kind="zoom",
        file_name="report.csv",
        sha256="0" * 64,
        detected={},
        imported_at=NOW,
    )
    outcomes = (RowOutcome.REVIEW, RowOutcome.REVIEW, RowOutcome.IGNORED)
    batch.rows = [
        ImportRow(number=number, name="Yoko", minutes=9, outcome=outcome) for number, outcome in enumerate(outcomes)
    ]
    session.add(batch)
    session.flush()
    (found,) = home_of_coach(session, person, cohort).open_records
    assert (found.id, found.batch_id, found.rows) == (meeting.public_id, batch.public_id, 2)
    batch.state = BatchState.UNDONE
    session.flush()
    assert coach_home(session, actor=actor_of(session, person), now=NOW).open_records == ()


def absences(session: Session, cohort: Cohort, member: Membership, *statuses: AttendanceStatus | None) -> None:
    """One session a week, the last of them a week ago."""
    for weeks, status in enumerate(reversed(statuses), start=1):
        if status is not None:
            meeting = make_session(session, cohort, starts_at=NOW - timedelta(weeks=weeks))
            attend(session, meeting, member, status)


PRESENT, PARTIAL = AttendanceStatus.PRESENT, AttendanceStatus.PARTIAL
ABSENT, EXCUSED = AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED


def signals_of(home: CoachHome) -> list[Need]:
    return [need for one in home.needs.people for need in one.needs if need.signal == Signal.ABSENCES]


@pytest.mark.parametrize(
    ("statuses", "in_a_row"),
    [
        ((PRESENT, ABSENT, ABSENT), 2),
        ((ABSENT, ABSENT, ABSENT), 3),
        ((PRESENT, ABSENT, EXCUSED, ABSENT), 2),
        ((ABSENT, ABSENT, PRESENT), 0),
        ((ABSENT, ABSENT, PARTIAL, ABSENT), 0),
        ((PRESENT, EXCUSED, EXCUSED), 0),
    ],
)
def test_absences_in_a_row(
    session: Session, person: Person, cohort: Cohort, statuses: tuple[AttendanceStatus, ...], in_a_row: int
) -> None:
    member = make_membership(session, cohort)
    absences(session, cohort, member, *statuses)
    found = signals_of(home_of_coach(session, person, cohort))
    assert [need.reason.split()[1] for need in found] == ([str(in_a_row)] if in_a_row else [])


def test_absences_in_an_ended_cohort_need_nobody(session: Session, person: Person) -> None:
    ended = make_cohort(session, ends_on=date(2026, 6, 1))
    absences(session, ended, make_membership(session, ended), ABSENT, ABSENT)
    assert signals_of(home_of_coach(session, person, ended)) == []


def test_the_months_launches_stand_once_with_their_owners(session: Session, person: Person, cohort: Cohort) -> None:
    one, two = (make_membership(session, cohort, make_person(session, name=name)) for name in ("Ada", "Bea, RN"))
    project = make_project(session, owners=(two, one))
    run = make_run(session, project, launched_on=date(2026, 6, 1))
    reach(session, run, 120)
    make_run(session, project, launched_on=date(2026, 5, 31))
    make_run(session, make_project(session), launched_on=date(2026, 6, 2))
    (launch,) = home_of_coach(session, person, cohort).launches
    assert (launch.project_id, launch.joiners, launch.owners) == (project.public_id, 120, ("Ada", "Bea, RN"))


def test_old_figures_stand_by_the_weeks_of_their_programme(session: Session, person: Person, cohort: Cohort) -> None:
    member = make_membership(session, cohort)
    ended, other = date(2026, 1, 20), make_cohort(session)
    run = make_run(session, make_project(session, owners=(member,)), launched_on=date(2026, 1, 10))
    make_run(session, make_project(session, owners=(member,)), launched_on=date(2026, 6, 1))
    make_run(session, make_project(session, other), launched_on=date(2026, 1, 10))
    reach(session, make_run(session, run.project, launched_on=date(2026, 1, 12), ended_on=ended), 120)
    assert [one.run_id for one in home_of_coach(session, person, cohort).stale] == [run.public_id]
    cohort.programme.stale_weeks = 52
    session.flush()
    assert coach_home(session, actor=actor_of(session, person), now=NOW).stale == ()


def test_the_month_is_the_coachs_own(session: Session, cohort: Cohort) -> None:
    make_run(session, make_project(session, cohort), launched_on=date(2026, 5, 31))
    turn_of_month = datetime(2026, 6, 1, 3, tzinfo=UTC)
    for zone, launches in (("Europe/London", 0), ("America/New_York", 1)):
        coach = make_membership(session, cohort, make_person(session, timezone=zone), role=Role.COACH).person
        found = coach_home(session, actor=actor_of(session, coach), now=turn_of_month).launches
        assert len(found) == launches


def test_a_participants_next_session_is_one_of_theirs(session: Session, person: Person, cohort: Cohort) -> None:
    me, other = make_membership(session, cohort, person), make_membership(session, cohort)
    make_session(session, cohort, starts_at=NOW + timedelta(days=1), pair_membership_id=other.id)
    mine = make_session(session, cohort, starts_at=NOW + timedelta(days=2), pair_membership_id=me.id)
    make_session(session, cohort, starts_at=NOW + timedelta(days=3))
    (card,) = home_of_participant(session, person).cohorts
    assert card.next_session_id == mine.public_id


def test_open_check_ins_are_those_that_can_be_answered(session: Session, person: Person, cohort: Cohort) -> None:
    member = make_membership(session, cohort, person)
    steps = [make_step(session, cohort, position=position) for position in range(1, 6)]
    asked = make_check_in(session, steps[0], member)
    make_check_in(session, steps[1], member, answer=AnswerChoice.DID_IT)
    make_check_in(session, steps[2], member, asked_at=None)
    make_check_in(session, steps[3], member, state=CheckInState.CANCELLED)
    due = make_check_in(session, steps[4], member, state=CheckInState.DUE, asked_at=NOW - timedelta(minutes=1))
    make_check_in(session, steps[0], make_membership(session, cohort))
    found = home_of_participant(session, person).check_ins
    assert [line.id for line in found] == [asked.public_id, due.public_id]
    asked.closes_at = NOW
    session.flush()
    assert [line.id for line in home_of_participant(session, person).check_ins] == [due.public_id]


def test_goals_projects_and_launches_of_a_participant(session: Session, person: Person, cohort: Cohort) -> None:
    me, other = make_membership(session, cohort, person), make_membership(session, cohort)
    goal = make_goal(session, me)
    rate(session, goal, -1, date(2026, 4, 1))
    rate(session, goal, 1, date(2026, 5, 1))
    make_goal(session, other)
    mine, theirs = make_project(session, owners=(me, other)), make_project(session, owners=(other,))
    reach(session, make_run(session, mine, launched_on=date(2026, 4, 1)), 70)
    make_run(session, theirs, launched_on=date(2026, 5, 1))
    found = home_of_participant(session, person)
    assert [(line.id, line.score, line.ratings) for line in found.goals] == [(goal.public_id, 1, 2)]
    assert [(line.id, line.joiners) for line in found.projects] == [(mine.public_id, 70)]
    assert [line.project_id for line in found.launches] == [theirs.public_id, mine.public_id]


def test_who_left_finds_an_empty_home(session: Session, person: Person, cohort: Cohort) -> None:
    gone = make_membership(session, cohort, person, status=MembershipStatus.WITHDRAWN)
    make_goal(session, gone)
    make_check_in(session, make_step(session, cohort), gone)
    make_run(session, make_project(session, cohort))
    found = home_of_participant(session, person)
    assert (found.cohorts, found.check_ins, found.goals, found.launches) == ((), (), (), ())


def test_a_coordinators_programmes_in_figures(session: Session, person: Person) -> None:
    programme = make_programme(session)
    make_coordinator(session, programme, person)
    formal = make_cohort(session, programme, kind=CohortKind.FORMAL, ends_on=STILL_RUNNING)
    coaching = make_cohort(session, programme)
    one, two = make_membership(session, formal), make_membership(session, coaching)
    make_membership(session, formal, status=MembershipStatus.DECLINED)
    make_membership(session, formal, role=Role.COACH)
    project = make_project(session, owners=(one, two))
    for month, joiners in ((4, 100), (5, 30)):
        run = make_run(session, project, launched_on=date(2026, month, 4))
        reach(session, run, joiners, as_of=date(2026, month, 28))
    make_project(session, coaching)
    make_run(session, make_project(session))
    for number, (state, cohort) in enumerate(
        [("unknown", formal), ("sent", formal), ("unknown", make_cohort(session))]
    ):
        make_message(session, one.person, subject_id=number, state=MessageState(state), cohort_id=cohort.id)
    actor = actor_of(session, person)
    (card,) = coordinator_home(session, actor=actor, now=NOW).programmes
    assert (card.id, card.formal_cohorts, card.coaching_cohorts, card.running_cohorts) == (programme.public_id, 1, 1, 1)
    assert (card.participants, card.launched_projects, card.runs, card.joiners) == (2, 1, 2, 130)
    assert card.undecided == 1
    assert (card.oldest, card.newest) == (date(2026, 4, 28), date(2026, 5, 28))


def test_administrators_see_every_programme_and_empty_ones_too(session: Session) -> None:
    make_programme(session, name="Empty")
    make_cohort(session, make_programme(session, name="Full"))
    administrator = actor_of(session, make_person(session, is_administrator=True))
    found = coordinator_home(session, actor=administrator, now=NOW).programmes
    assert [card.name for card in found] == ["Empty", "Full"]
    assert (found[0].formal_cohorts, found[0].joiners, found[0].oldest) == (0, 0, None)
    nobody = actor_of(session, make_person(session))
    assert coordinator_home(session, actor=nobody, now=NOW).programmes == ()


def test_open_actions_stand_on_ones_home_by_the_day_that_they_are_due(session: Session, person: Person) -> None:
    member, left = (make_membership(session, person=person) for _ in range(2))
    left.status = MembershipStatus.WITHDRAWN
    make_action(session, member, statement="some day")
    make_action(session, member, statement="later", due_on=date(2026, 7, 2))
    make_action(session, member, statement="soon", due_on=date(2026, 6, 20))
    make_action(session, member, state=ActionState.DONE)
    for other in (left, make_membership(session, member.cohort)):
        make_action(session, other)
    found = home_of_participant(session, person).actions
    assert [(one.statement, one.cohort) for one in found] == [
        (statement, member.cohort.name) for statement in ("soon", "later", "some day")
    ]
