"""Steps that count from a session, a launch or a goal's due date are planned, moved and ended with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    Anchor,
    CheckIn,
    CoachingSession,
    Cohort,
    FollowUpStep,
    Goal,
    GoalEnd,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Role,
)
from coaching.policies import Actor
from coaching.services.coaching_sessions import cancel_session, edit_session, schedule_session
from coaching.services.cohorts import edit_cohort
from coaching.services.follow_ups import plan_check_ins, resume_check_ins, withdraw_check_ins
from coaching.services.goal_states import end_goal, reopen_goal
from coaching.services.goals import edit_goal, set_goal
from coaching.services.memberships import change_status
from coaching.services.people import edit_person
from coaching.services.project_owners import add_owner, remove_owner
from coaching.services.runs import correct_run, log_launch
from tests.factories import (
    NOW,
    actor_of,
    make_cohort,
    make_coordinator,
    make_membership,
    make_person,
    make_project,
    make_session,
    make_step,
)
from tests.services.check_in_rows import check_in_states, check_ins_of, post, reasons

Counter = Callable[[], AbstractContextManager[list[str]]]
LATER = datetime(2026, 7, 1, 10)
DAY = timedelta(days=1)


def make_asking(session: Session, anchor: Anchor, offset: str = "P1W", **values: Any) -> FollowUpStep:
    """A cohort whose plan has one step with this anchor."""
    return make_step(session, make_cohort(session), anchor=anchor, offset=offset, **values)


def cohort_of(session: Session, step: FollowUpStep) -> Cohort:
    return session.scalars(select(Cohort).where(Cohort.follow_up_plan_id == step.plan_id)).one()


def runner(session: Session, cohort: Cohort) -> Actor:
    return actor_of(session, make_coordinator(session, cohort.programme))


def schedule(session: Session, cohort: Cohort, actor: Actor, start: datetime = LATER, **values: Any) -> CoachingSession:
    usual: dict[str, Any] = {"title": "Again", "timezone": "Europe/London", "duration_minutes": 60}
    return schedule_session(session, cohort, actor=actor, now=NOW, local_start=start, **(usual | values))


def days_of(session: Session, member: Membership) -> list[date]:
    """When they are asked, of what they are to be asked yet."""
    return sorted(one.due_at.date() for one in check_ins_of(session, member) if one.state == "due")


def snapshot(session: Session) -> list[tuple[Any, ...]]:
    session.flush()
    columns = [one for one in CheckIn.__table__.columns if one.name != "version"]
    return [tuple(row) for row in session.execute(select(*columns).order_by(CheckIn.id))]


def test_a_week_after_each_session_everybody_is_asked(session: Session) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.SESSION_END))
    member, away = make_membership(session, cohort), make_membership(session, cohort, status=MembershipStatus.PAUSED)
    make_membership(session, cohort, role=Role.OBSERVER)
    actor = runner(session, cohort)
    first = schedule(session, cohort, actor)
    schedule(session, cohort, actor, LATER + 7 * DAY)
    assert days_of(session, member) == [date(2026, 7, 8), date(2026, 7, 15)]
    assert days_of(session, away) == []
    edit_session(
        session, first, actor=actor, now=NOW, title=first.title, local_start=LATER + 2 * DAY, timezone=first.timezone,
        duration_minutes=60,
    )  # fmt: skip
    assert days_of(session, member) == [date(2026, 7, 10), date(2026, 7, 15)]
    cancel_session(session, first, actor=actor, now=NOW)
    assert days_of(session, member) == [date(2026, 7, 15)]


def test_a_one_to_one_asks_its_participant_and_a_coach_step_whoever_holds_it(session: Session) -> None:
    step = make_asking(session, Anchor.SESSION_END)
    cohort = cohort_of(session, step)
    make_step(session, cohort, anchor=Anchor.SESSION_END, offset="P1D", role=Role.COACH, position=2)
    coach, other = (make_membership(session, cohort, role=Role.COACH) for _ in range(2))
    member, fellow = make_membership(session, cohort), make_membership(session, cohort)
    schedule(session, cohort, actor_of(session, coach.person), pair_with=member.public_id, led_by=coach.public_id)
    assert [len(days_of(session, one)) for one in (member, fellow, coach, other)] == [1, 0, 1, 0]


def test_the_day_of_a_session_is_that_of_its_own_clock(session: Session) -> None:
    """Half past midnight in Sydney is still the day before in London."""
    cohort = cohort_of(session, make_asking(session, Anchor.SESSION_END, "P1D"))
    member = make_membership(session, cohort)
    schedule(session, cohort, runner(session, cohort), datetime(2026, 7, 2, 0, 30), timezone="Australia/Sydney")
    assert days_of(session, member) == [date(2026, 7, 3)]


def test_nobody_is_asked_about_a_session_before_they_joined(session: Session) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.SESSION_END))
    make_session(session, cohort, starts_at=NOW - 2 * DAY)
    member = make_membership(session, cohort, joined_at=NOW - DAY)
    plan_check_ins(session, cohort, now=NOW)
    assert check_in_states(session, member) == []


def test_a_launch_asks_its_owners_and_moves_with_its_day(session: Session) -> None:
    step = make_asking(session, Anchor.LAUNCH, "P30D")
    cohort = cohort_of(session, step)
    member, fellow = make_membership(session, cohort), make_membership(session, cohort)
    project = make_project(session, owners=(member,))
    actor = actor_of(session, member.person)
    run = log_launch(session, project, actor=actor, now=NOW, launched_on=date(2026, 6, 10))
    assert days_of(session, member) == [date(2026, 7, 10)]
    again: dict[str, Any] = {"label": run.label, "ended_on": None, "reason": "A slip."}
    correct_run(session, run, actor=actor, now=NOW, launched_on=date(2026, 6, 12), **again)
    assert days_of(session, member) == [date(2026, 7, 12)]
    add_owner(session, project, actor=actor, now=NOW, membership_id=fellow.public_id)
    assert days_of(session, fellow) == [date(2026, 7, 12)]
    remove_owner(session, project, actor=actor, now=NOW, membership_id=fellow.public_id)
    assert days_of(session, fellow) == []
    assert days_of(session, member) == [date(2026, 7, 12)]


def test_a_launch_counts_in_the_programme_that_it_was_reported_to(session: Session) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.LAUNCH))
    member = make_membership(session, cohort)
    elsewhere = make_project(session, make_cohort(session), owners=(member,))
    log_launch(session, elsewhere, actor=runner(session, elsewhere.cohort), now=NOW, launched_on=date(2026, 6, 10))
    assert check_in_states(session, member) == []


def test_a_goal_asks_on_its_due_date_until_it_has_none(session: Session) -> None:
    member = make_membership(session, cohort_of(session, make_asking(session, Anchor.GOAL_DUE, "P0D")))
    actor = actor_of(session, member.person)
    goal = set_goal(session, member, actor=actor, now=NOW, statement="Launch", due_on=date(2026, 9, 1))
    assert days_of(session, member) == [date(2026, 9, 1)]
    edit_goal(session, goal, actor=actor, now=NOW, statement="Launch", due_on=date(2026, 9, 8))
    assert days_of(session, member) == [date(2026, 9, 8)]
    edit_goal(session, goal, actor=actor, now=NOW, statement="Launch", due_on=None)
    assert check_in_states(session, member) == ["cancelled"]
    edit_goal(session, goal, actor=actor, now=NOW, statement="Launch", due_on=date(2026, 9, 8))
    assert days_of(session, member) == [date(2026, 9, 8)]


def test_a_goal_that_ended_asks_nothing_until_it_goes_on(session: Session) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.GOAL_DUE, "P0D"))
    member = make_membership(session, cohort)
    actor = actor_of(session, member.person)
    later, now = (
        set_goal(session, member, actor=actor, now=NOW, statement="Launch", due_on=day)
        for day in (date(2026, 9, 1), NOW.date())
    )
    assert post(session) == 1
    session.scalars(select(Message)).one().state = MessageState.SENT
    for goal in (later, now):
        end_goal(session, goal, actor=actor, now=NOW, state=GoalEnd.REACHED, on=NOW.date())
    found = {one.anchor_id: one for one in check_ins_of(session, member)}
    # What was asked can still be answered, and nobody is reminded of it.
    assert (found[later.id].state, found[now.id].state, found[now.id].wake_at) == ("cancelled", "asked", None)
    reopen_goal(session, later, actor=actor, now=NOW)
    assert days_of(session, member) == [date(2026, 9, 1)]


def test_what_was_asked_stays_when_its_anchor_goes_unless_the_mail_is_still_here(session: Session) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.GOAL_DUE, "P0D"))
    members = [make_membership(session, cohort) for _ in range(2)]
    actor = actor_of(session, make_membership(session, cohort, role=Role.COACH).person)
    for member in members:
        set_goal(session, member, actor=actor, now=NOW, statement="Launch", due_on=NOW.date())
    assert post(session) == 2
    session.scalars(select(Message).order_by(Message.id)).first().state = MessageState.SENT  # type: ignore[union-attr]
    for goal in session.scalars(select(Goal)).all():
        edit_goal(session, goal, actor=actor, now=NOW, statement="Launch", due_on=None)
    assert [check_in_states(session, member) for member in members] == [["asked"], ["cancelled"]]
    assert reasons(session) == {"The goal has another due date, and the check-in with it.": 1}


def test_who_moves_to_another_zone_is_asked_at_nine_there(session: Session) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.COHORT_END, "P3M"))
    member = make_membership(session, cohort)
    plan_check_ins(session, cohort, now=NOW)
    actor = actor_of(session, member.person)
    edit_person(session, member.person, actor=actor, now=NOW, name="Ann", timezone="America/New_York")
    assert [one.due_at for one in check_ins_of(session, member)] == [datetime(2026, 9, 1, 13, tzinfo=UTC)]


def test_a_session_costs_the_same_for_three_members_or_thirty(session: Session, count_queries: Counter) -> None:
    counts = []
    for members in (3, 30):
        cohort = cohort_of(session, make_asking(session, Anchor.SESSION_END))
        for _ in range(members):
            make_membership(session, cohort, person=make_person(session, email=None))
        actor = runner(session, cohort)
        with count_queries() as statements:
            schedule(session, cohort, actor)
            session.flush()
        counts.append(len([one for one in statements if "follow_up" in one or "check_in" in one]))
    assert counts[0] == counts[1] <= 6


@settings(
    max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["end", "session", "goal", "zone", "pause", "leave", "hear"]),
            st.integers(min_value=-120, max_value=120),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_there_and_back_leaves_everything_as_it_was(session: Session, steps: list[tuple[str, int]]) -> None:
    """Whatever moves, in whatever order: taken back in the opposite order, every check-in is what it was."""
    cohort = cohort_of(session, make_asking(session, Anchor.COHORT_END, "P3M"))
    make_step(session, cohort, anchor=Anchor.SESSION_END, offset="P1W", position=2)
    make_step(session, cohort, anchor=Anchor.GOAL_DUE, offset="P0D", position=3)
    member = make_membership(session, cohort)
    actor, own = runner(session, cohort), actor_of(session, member.person)
    coach = actor_of(session, make_membership(session, cohort, role=Role.COACH).person)
    held = schedule(session, cohort, actor, datetime(2027, 1, 4, 10))
    goal = set_goal(session, member, actor=coach, now=NOW, statement="Launch", due_on=date(2027, 2, 1))
    plan_check_ins(session, cohort, now=NOW)
    before = snapshot(session)

    def end(day: date) -> None:
        values = {"name": cohort.name, "starts_on": cohort.starts_on, "timezone": cohort.timezone}
        edit_cohort(session, cohort, actor=actor, now=NOW, ends_on=day, **values)

    def meet(start: datetime) -> None:
        values = {"title": held.title, "timezone": held.timezone, "duration_minutes": 60}
        edit_session(session, held, actor=actor, now=NOW, local_start=start, **values)

    def due(day: date | None) -> None:
        edit_goal(session, goal, actor=coach, now=NOW, statement="Launch", due_on=day)

    def live(zone: str) -> None:
        edit_person(session, member.person, actor=own, now=NOW, name="Ann", timezone=zone)

    def stand(status: MembershipStatus) -> None:
        if status != member.status:
            change_status(session, member, actor=actor, now=NOW, status=status)

    def stop(hears: bool) -> None:
        member.follow_ups_stopped_at = None if hears else NOW
        (resume_check_ins if hears else withdraw_check_ins)(session, member, now=NOW)

    undo: list[Callable[[], None]] = []
    for what, days in steps:
        shift = timedelta(days=days)
        if what == "end":
            undo.append(lambda day=cohort.ends_on: end(day))  # type: ignore[misc]
            end(max(cohort.starts_on, cohort.ends_on + shift))
        elif what == "session":
            undo.append(lambda start=held.local_start: meet(start))  # type: ignore[misc]
            meet(held.local_start + shift)
        elif what == "goal":
            undo.append(lambda day=goal.due_on: due(day))  # type: ignore[misc]
            due(None if days % 3 == 0 else (goal.due_on or date(2027, 2, 1)) + shift)
        elif what == "zone":
            undo.append(lambda zone=member.person.timezone: live(zone))  # type: ignore[misc]
            live(["Asia/Tokyo", "America/New_York", "Europe/London"][days % 3])
        elif what == "hear":
            undo.append(lambda: stop(True))
            stop(False)
        else:
            undo.append(lambda status=member.status: stand(status))  # type: ignore[misc]
            stand(MembershipStatus.PAUSED if what == "pause" else MembershipStatus.WITHDRAWN)
    for back in reversed(undo):
        back()
    assert snapshot(session) == before
    session.rollback()


@pytest.mark.parametrize("status", [MembershipStatus.PAUSED, MembershipStatus.WITHDRAWN])
def test_what_was_scheduled_while_somebody_was_away_is_theirs_when_they_come_back(
    session: Session, status: MembershipStatus
) -> None:
    cohort = cohort_of(session, make_asking(session, Anchor.SESSION_END))
    member = make_membership(session, cohort)
    actor = runner(session, cohort)
    change_status(session, member, actor=actor, now=NOW, status=status)
    schedule(session, cohort, actor)
    assert days_of(session, member) == []
    change_status(session, member, actor=actor, now=NOW, status=MembershipStatus.ACTIVE)
    assert days_of(session, member) == [date(2026, 7, 8)]
