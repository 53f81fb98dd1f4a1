"""Who needs their coach: each signal where its threshold is passed and not before, and what a coach says to one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    ActionState,
    CheckInState,
    Cohort,
    CohortState,
    GoalChange,
    GoalState,
    Membership,
    MembershipStatus,
    Metric,
    MetricDirection,
    Milestone,
    NeedMark,
    NeedMarkState,
    Observation,
    ObservationSource,
    Person,
    PracticeFrom,
    PracticeKind,
    Role,
    SessionState,
    Signal,
)
from coaching.services.need_acts import bring_back_need, see_to_need, snooze_need
from coaching.services.needs import STATEMENTS, NextAct, list_needs, narrowed
from tests.factories import (
    NOW,
    actor_of,
    make_action,
    make_membership,
    make_person,
    make_session,
    make_step,
)
from tests.services.need_rows import (
    TODAY,
    make_agreed,
    make_running,
    make_silent,
    miss,
    needs_of,
    practise,
    signals_of,
    trouble,
)
from tests.services.progress_rows import attend, rate

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def coach(session: Session) -> Person:
    return make_person(session, name="Carol Coach", timezone="Europe/London")


@pytest.fixture
def cohort(session: Session, coach: Person) -> Cohort:
    return make_running(session, coach, name="Cohort 7")


@pytest.fixture
def member(session: Session, cohort: Cohort) -> Membership:
    return make_membership(session, cohort, make_person(session, name="Ann"))


@pytest.mark.parametrize("cohorts", [1, 20])
def test_statements_do_not_grow_with_cohorts_and_people(
    session: Session, coach: Person, count_queries: Counter, cohorts: int
) -> None:
    for _ in range(cohorts):
        one = make_running(session, coach)
        for _ in range(2 if cohorts > 1 else 1):
            make_action(session, make_membership(session, one), due_on=TODAY - timedelta(days=1))
    actor = actor_of(session, coach)
    with count_queries() as statements:
        assert len(list_needs(session, actor=actor, now=NOW).people) == (40 if cohorts > 1 else 1)
    assert len(statements) == len(STATEMENTS) + 1 == 7


def test_everything_about_a_person_is_one_entry_with_the_most_pressing_first(
    session: Session, coach: Person, cohort: Cohort, member: Membership
) -> None:
    other = make_membership(session, cohort, make_person(session, name="Bea"))
    make_action(session, other, due_on=TODAY - timedelta(days=20), statement="Ask Tom")
    trouble(session, member)
    elsewhere = make_running(session, coach)
    make_agreed(session, make_membership(session, elsewhere, member.person), days_ago=60)
    make_membership(session, cohort)
    first, second = list_needs(session, actor=actor_of(session, coach), now=NOW).people
    assert (first.id, first.name) == (member.person.public_id, "Ann")
    expected = [Signal.ABSENCES, Signal.SILENT_CHECK_IN, Signal.OVERDUE_ACTION, Signal.IDLE_GOAL, Signal.IDLE_GOAL]
    assert [need.signal for need in first.needs] == expected
    assert {need.cohort_id for need in first.needs} == {cohort.public_id, elsewhere.public_id}
    (need,) = second.needs
    assert (need.reason, need.next_act) == ("“Ask Tom” was due on 26 May 2026, 2 weeks ago.", NextAct.WRITE)


def test_absences_count_from_the_threshold_on(session: Session, coach: Person, member: Membership) -> None:
    miss(session, member, 2)
    assert signals_of(session, coach) == []
    miss(session, member, 9)
    (need,) = needs_of(session, coach)
    assert need.reason == "Missed 2 sessions in a row, from 6 June 2026 to 13 June 2026."
    member.cohort.programme.absences_in_a_row = 3
    session.flush()
    assert signals_of(session, coach) == []


def test_a_check_in_is_silent_once_it_was_left_to_the_coach(session: Session, coach: Person, cohort: Cohort) -> None:
    step = make_step(session, cohort)
    found = make_silent(session, make_membership(session, cohort), step=step)
    for values in ({"escalated_at": None}, {"closes_at": NOW}, {"state": CheckInState.EXPIRED}):
        make_silent(session, make_membership(session, cohort), step=step, **values)
    (need,) = needs_of(session, coach)
    assert (need.signal, need.occurrence) == (Signal.SILENT_CHECK_IN, found.public_id)
    assert need.reason == (
        f"No answer to “{step.label}”, asked on 6 June 2026 and reminded once. Open until 24 June 2026."
    )
    cohort.programme.tells_silence = False
    session.flush()
    assert needs_of(session, coach) == []


def test_an_action_is_overdue_after_its_day_and_the_days_of_grace(
    session: Session, coach: Person, member: Membership
) -> None:
    make_action(session, member, due_on=TODAY)
    make_action(session, member)
    make_action(session, member, due_on=date(2026, 5, 1), state=ActionState.DONE)
    assert signals_of(session, coach) == []
    late = make_action(session, member, due_on=TODAY - timedelta(days=3))
    (need,) = needs_of(session, coach)
    assert (need.occurrence, need.since) == (f"{late.public_id}.{late.due_on}", late.due_on)
    member.cohort.programme.overdue_days = 3
    session.flush()
    assert signals_of(session, coach) == []


def test_a_goal_rests_from_its_last_movement_of_any_kind(session: Session, coach: Person, member: Membership) -> None:
    goals = {
        words: make_agreed(session, member, statement=words, days_ago=90)
        for words in ("rated", "changed", "reached", "observed", "still")
    }
    make_agreed(session, member, statement="new", days_ago=41)
    moved = {"created_at": NOW, "goal_id": goals["observed"].id}
    metric = Metric(name="Enrolments", direction=MetricDirection.UP, **moved)
    on = TODAY - timedelta(days=41)
    session.add_all([
        metric,
        GoalChange(goal_id=goals["changed"].id, state=GoalState.AGREED, on=on, at=NOW),
        Milestone(goal_id=goals["reached"].id, statement="An outline", reached_on=on, created_at=NOW),
        Observation(metric=metric, value=Decimal(1), observed_on=on, source=ObservationSource.PAGE, created_at=NOW),
    ])  # fmt: skip
    rate(session, goals["rated"], -1, TODAY - timedelta(days=60))
    rate(session, goals["rated"], 0, on)
    (need,) = needs_of(session, coach)
    assert need.occurrence == f"{goals['still'].public_id}.2026-03-17"
    assert need.reason == "“still” has not moved since 17 March 2026, 12 weeks ago."
    goals["still"].state = GoalState.DRAFT
    session.flush()
    assert needs_of(session, coach) == [], "a draft is nobody's promise yet"
    member.cohort.programme.goal_idle_days = 41
    session.flush()
    assert len(needs_of(session, coach)) == 5


def test_who_has_nothing_booked(session: Session, coach: Person) -> None:
    cohort = make_running(session, coach)
    (ahead,) = session.query(type(make_session(session))).filter_by(cohort_id=cohort.id)
    met = make_session(session, cohort, starts_at=NOW - timedelta(days=5))
    ann, bea = (make_membership(session, cohort) for _ in range(2))
    assert signals_of(session, coach) == []
    ahead.state = SessionState.CANCELLED
    make_session(session, cohort, starts_at=NOW + timedelta(days=21), pair_membership_id=ann.id)
    (need,) = needs_of(session, coach)
    assert (need.membership_id, need.next_act) == (bea.public_id, NextAct.BOOK)
    assert need.reason == "Last session on 10 June 2026, and nothing is booked."
    assert need.occurrence == met.starts_at.isoformat()
    make_session(session, cohort, starts_at=NOW + timedelta(days=22), pair_membership_id=bea.id)
    (need,) = needs_of(session, coach)
    assert need.reason == "Last session on 10 June 2026, and nothing is booked before 7 July 2026."
    cohort.ends_on = TODAY - timedelta(days=1)
    session.flush()
    assert Signal.UNBOOKED not in signals_of(session, coach)


def test_no_practice_after_some_weeks(session: Session, coach: Person) -> None:
    over = make_running(session, coach, starts_on=date(2026, 2, 2), ends_on=TODAY - timedelta(weeks=8))
    recent = make_running(session, coach, starts_on=date(2026, 2, 2), ends_on=TODAY - timedelta(days=55))
    member = make_membership(session, over, status=MembershipStatus.COMPLETED)
    other = make_membership(session, recent)
    (need,) = needs_of(session, coach)
    assert (need.signal, need.membership_id) == (Signal.NO_PRACTICE, member.public_id)
    assert need.reason == "Nothing put into practice yet, 8 weeks after the cohort ended on 20 April 2026."
    practise(session, member, date(2026, 2, 1))
    assert signals_of(session, coach) == [Signal.NO_PRACTICE], "what they did before the cohort is not of it"
    practise(session, member, date(2026, 2, 2), kind=PracticeKind.ENTRY)
    assert signals_of(session, coach) == [], "a line by hand counts as much as a launch"
    recent.programme.practice_from = PracticeFrom.START
    session.flush()
    (need,) = needs_of(session, coach)
    assert (need.membership_id, need.since) == (other.public_id, other.joined_at.date()), "they joined later"
    recent.ends_on = TODAY - timedelta(days=365)
    recent.starts_on = recent.ends_on
    session.flush()
    assert signals_of(session, coach) == []


@pytest.mark.parametrize("status", list(MembershipStatus))
def test_who_is_paused_or_out_gives_no_signal(session: Session, coach: Person, status: MembershipStatus) -> None:
    member = make_membership(session, make_running(session, coach), status=status)
    trouble(session, member)
    found = set(signals_of(session, coach))
    if status in {MembershipStatus.ACCEPTED, MembershipStatus.ACTIVE}:
        assert len(found) == 4
    else:
        assert found == ({Signal.SILENT_CHECK_IN} if status == MembershipStatus.COMPLETED else set())


def test_a_signal_that_is_off_says_nothing(session: Session, coach: Person, member: Membership) -> None:
    trouble(session, member)
    make_session(session, member.cohort, starts_at=NOW + timedelta(days=2), state=SessionState.CANCELLED)
    programme = member.cohort.programme
    for name in ("absences_in_a_row", "overdue_days", "unbooked_days", "goal_idle_days", "practice_weeks"):
        setattr(programme, name, None)
    programme.tells_silence = False
    session.flush()
    assert signals_of(session, coach) == []


def test_a_list_is_of_the_cohorts_that_one_coaches(session: Session, cohort: Cohort, member: Membership) -> None:
    trouble(session, member)
    for role, status in ((Role.OBSERVER, "active"), (Role.PARTICIPANT, "active"), (Role.COACH, "withdrawn")):
        person = make_membership(session, cohort, role=role, status=MembershipStatus(status)).person
        assert needs_of(session, person) == []


def said(need: Any) -> dict[str, Any]:
    return {"signal": need.signal, "occurrence": need.occurrence, "now": NOW}


def test_what_is_snoozed_comes_back_on_its_day(session: Session, coach: Person, member: Membership) -> None:
    make_session(session, member.cohort, starts_at=NOW + timedelta(days=20))
    make_action(session, member, due_on=TODAY - timedelta(days=1))
    actor, (need,) = actor_of(session, coach), needs_of(session, coach)
    snooze_need(session, member, actor=actor, until=TODAY + timedelta(days=7), **said(need))
    found = list_needs(session, actor=actor, now=NOW)
    assert found.people == ()
    (aside,) = found.aside
    assert aside.needs[0].mark is not None
    assert aside.needs[0].mark.until == TODAY + timedelta(days=7)
    assert list_needs(session, actor=actor, now=NOW + timedelta(days=6)).people == ()
    assert list_needs(session, actor=actor, now=NOW + timedelta(days=7)).aside == ()
    for until in (TODAY, TODAY + timedelta(days=367)):
        with pytest.raises(Invalid, match="within a year"):
            snooze_need(session, member, actor=actor, until=until, **said(need))


def test_what_is_done_is_told_again_when_it_occurs_anew(session: Session, coach: Person, member: Membership) -> None:
    miss(session, member, 9, 7)
    actor, (need,) = actor_of(session, coach), needs_of(session, coach)
    see_to_need(session, member, actor=actor, note="Rang her", **said(need))
    assert needs_of(session, actor) == []
    miss(session, member, 2)
    (again,) = needs_of(session, actor)
    assert again.occurrence != need.occurrence
    with pytest.raises(Conflict, match="changed meanwhile"):
        see_to_need(session, member, actor=actor, **said(need))


def test_other_coaches_see_who_saw_to_it_and_keep_it(session: Session, coach: Person, member: Membership) -> None:
    make_action(session, member, due_on=TODAY - timedelta(days=1))
    other = actor_of(session, make_membership(session, member.cohort, role=Role.COACH).person)
    (need,) = needs_of(session, coach)
    snooze_need(session, member, actor=actor_of(session, coach), until=TODAY + timedelta(days=7), **said(need))
    assert needs_of(session, other)[0].seen_to == (), "who only puts it aside has not seen to it"
    see_to_need(session, member, actor=actor_of(session, coach), note="Rang her", **said(need))
    (still,) = needs_of(session, other)
    assert [(one.name, one.note) for one in still.seen_to] == [("Carol Coach", "Rang her")]
    (mark,) = session.query(NeedMark)
    assert (mark.state, mark.until) == (NeedMarkState.DONE, None)
    bring_back_need(session, member, actor=actor_of(session, coach), **said(need))
    bring_back_need(session, member, actor=actor_of(session, coach), **said(need))
    session.flush()
    assert signals_of(session, coach) == [Signal.OVERDUE_ACTION]
    assert needs_of(session, other)[0].seen_to == ()


def test_a_list_can_be_narrowed_down(session: Session, coach: Person, member: Membership) -> None:
    trouble(session, member)
    people = list_needs(session, actor=actor_of(session, coach), now=NOW).people
    (one,) = narrowed(people, signal=Signal.IDLE_GOAL, cohort_id=member.cohort.public_id)
    assert [need.signal for need in one.needs] == [Signal.IDLE_GOAL]
    assert narrowed(people, cohort_id="another") == ()


def test_an_absence_of_somebody_who_came_since_is_mended(session: Session, coach: Person, member: Membership) -> None:
    miss(session, member, 9, 7)
    attend(session, make_session(session, member.cohort, starts_at=NOW - timedelta(days=2)), member)
    assert signals_of(session, coach) == []


@pytest.mark.parametrize("state", [CohortState.PAUSED, CohortState.ARCHIVED])
def test_a_cohort_that_is_paused_or_archived_is_silent(
    session: Session, coach: Person, member: Membership, state: CohortState
) -> None:
    trouble(session, member)
    member.cohort.state = state
    session.flush()
    assert needs_of(session, coach) == []


def test_what_is_yours_to_do_is_told_to_you_alone(session: Session, coach: Person, member: Membership) -> None:
    other = make_membership(session, member.cohort, role=Role.COACH)
    own = {"owner_id": other.id, "due_on": TODAY - timedelta(days=1), "statement": "Send the outline"}
    action = make_action(session, member, **own)
    assert needs_of(session, coach) == []
    (need,) = needs_of(session, other.person)
    assert need.reason == "Yours to do: “Send the outline” was due on 14 June 2026, 1 day ago."
    see_to_need(session, member, actor=actor_of(session, other.person), **said(need))
    assert needs_of(session, other.person) == []
    action.due_on = TODAY - timedelta(days=3)
    session.flush()
    assert signals_of(session, other.person) == [Signal.OVERDUE_ACTION], "it was moved, and is late again"
