"""Follow-ups: planned for who is in, moved with the end, ended for who leaves, and never a burst of old questions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.models import (
    AnswerChoice,
    CheckIn,
    CheckInState,
    Cohort,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Role,
)
from coaching.services.check_ins import answer_check_in
from coaching.services.follow_up_plans import follow_default_plan
from coaching.services.follow_ups import (
    move_check_ins,
    plan_check_ins,
    resume_check_ins,
    withdraw_check_ins,
)
from coaching.services.held_check_ins import pause_member, resume_member
from tests.factories import NOW, actor_of, make_cohort, make_membership, make_person
from tests.services.check_in_rows import (
    ENDED,
    check_in_states,
    check_ins_of,
    make_planned_cohort,
    make_planned_member,
    messages_about,
    post,
    reasons,
)
from tests.services.racing import overlap

Counter = Callable[[], AbstractContextManager[list[str]]]
WEEK = timedelta(weeks=1)


def move(session: Session, cohort: Cohort, ends_on: date, now: datetime = NOW) -> int:
    cohort.ends_on = ends_on
    return move_check_ins(session, cohort, now=now)


def change(session: Session, membership: Membership, status: MembershipStatus, now: datetime = NOW) -> None:
    """What the service of memberships does at a change of status."""
    membership.status = status
    session.flush()
    if status == MembershipStatus.WITHDRAWN:
        withdraw_check_ins(session, membership, now=now)
    elif status == MembershipStatus.PAUSED:
        pause_member(session, membership, now=now)
    else:
        resume_member(session, membership, now=now)
        resume_check_ins(session, membership, now=now)


def settle_as_sent(session: Session) -> None:
    for message in session.scalars(select(Message)):
        message.state = MessageState.SENT
    session.flush()


def test_the_default_plan_asks_five_times_in_a_year(session: Session) -> None:
    plan = follow_default_plan(session, make_cohort(session), now=NOW)
    session.flush()
    assert [step.offset for step in plan.steps] == ["P14D", "P42D", "P3M", "P6M", "P12M"]
    assert [step.position for step in plan.steps] == [1, 2, 3, 4, 5]
    assert all(step.question.endswith("?") and step.label for step in plan.steps)


def test_every_participant_gets_every_step_at_nine_where_they_live(session: Session) -> None:
    cohort = make_planned_cohort(session)
    here = make_planned_member(session, cohort)
    there = make_planned_member(session, cohort, person={"timezone": "America/New_York"})
    assert [check_in.due_at for check_in in check_ins_of(session, here)] == [
        datetime(2026, 6, 15, 8, tzinfo=UTC),
        datetime(2026, 7, 13, 8, tzinfo=UTC),
        datetime(2026, 9, 1, 8, tzinfo=UTC),
        datetime(2026, 12, 1, 9, tzinfo=UTC),
        datetime(2027, 6, 1, 8, tzinfo=UTC),
    ]
    assert check_ins_of(session, there)[0].due_at == datetime(2026, 6, 15, 13, tzinfo=UTC)
    assert check_in_states(session, here) == ["due"] * 5


def test_planning_again_makes_only_what_is_missing(session: Session) -> None:
    cohort = make_planned_cohort(session)
    make_planned_member(session, cohort)
    assert plan_check_ins(session, cohort, now=NOW) == 0
    make_membership(session, cohort)
    assert plan_check_ins(session, cohort, now=NOW) == 5


@pytest.mark.parametrize(
    ("role", "status", "planned"),
    [
        (Role.PARTICIPANT, MembershipStatus.ACTIVE, 5),
        (Role.PARTICIPANT, MembershipStatus.ACCEPTED, 5),
        (Role.PARTICIPANT, MembershipStatus.COMPLETED, 5),
        (Role.PARTICIPANT, MembershipStatus.PAUSED, 0),
        (Role.PARTICIPANT, MembershipStatus.APPLIED, 0),
        (Role.PARTICIPANT, MembershipStatus.WITHDRAWN, 0),
        (Role.COACH, MembershipStatus.ACTIVE, 0),
        (Role.OBSERVER, MembershipStatus.ACTIVE, 0),
    ],
)
def test_participants_who_are_in_are_followed_up_and_nobody_else(
    session: Session, role: Role, status: MembershipStatus, planned: int
) -> None:
    cohort = make_planned_cohort(session)
    make_membership(session, cohort, role=role, status=status)
    assert plan_check_ins(session, cohort, now=NOW) == planned


def test_a_cohort_without_a_plan_asks_nothing(session: Session) -> None:
    cohort = make_cohort(session)
    make_membership(session, cohort)
    assert plan_check_ins(session, cohort, now=NOW) == 0


def test_planning_takes_five_statements_for_three_members_or_thirty(session: Session, count_queries: Counter) -> None:
    counts = []
    for members in (3, 30):
        cohort = make_planned_cohort(session)
        for _ in range(members):
            make_membership(session, cohort)
        with count_queries() as statements:
            assert plan_check_ins(session, cohort, now=NOW) == 5 * members
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5


def test_two_who_plan_at_once_make_each_check_in_once(engine: Engine, session: Session) -> None:
    cohort_id = make_planned_cohort(session).id
    make_membership(session, session.get_one(Cohort, cohort_id))
    session.commit()

    def plan(other: Session) -> None:
        plan_check_ins(other, other.get_one(Cohort, cohort_id), now=NOW)

    assert overlap(engine, plan, plan) is None
    assert session.scalar(select(func.count()).select_from(CheckIn)) == 5


def test_a_cohort_that_ended_years_ago_is_entered_without_a_mail(session: Session) -> None:
    cohort = make_planned_cohort(session, starts_on=date(2022, 1, 10), ends_on=date(2022, 5, 2))
    member = make_planned_member(session, cohort, joined_at=datetime(2022, 1, 10, tzinfo=UTC))
    assert check_in_states(session, member) == ["expired"] * 5
    assert {check_in.asked_at for check_in in check_ins_of(session, member)} == {None}
    late = make_planned_member(session, cohort)
    assert check_ins_of(session, late) == [], "Nothing of what fell due before they joined is theirs."
    assert post(session) == 0


def test_nobody_is_asked_what_fell_due_before_they_joined(session: Session) -> None:
    cohort = make_planned_cohort(session)
    before, after = (
        make_planned_member(session, cohort, joined_at=NOW + moved)
        for moved in (-timedelta(hours=3), timedelta(days=1))
    )
    first = check_ins_of(session, before)[0]
    assert before.joined_at < first.due_at < after.joined_at
    assert check_in_states(session, after) == ["due"] * 4
    assert len(check_ins_of(session, before)) == 5
    # An end that moves past the day on which they joined makes it theirs, and back again calls it off.
    move(session, cohort, ENDED + WEEK)
    assert check_in_states(session, after) == ["due"] * 5
    move(session, cohort, ENDED)
    assert check_in_states(session, after) == ["cancelled", "due", "due", "due", "due"]


@pytest.mark.parametrize(
    ("weeks", "states"),
    [
        (0, ["due", "due", "due", "due", "due"]),
        (2, ["due", "due", "due", "due", "due"]),
        (3, ["expired", "due", "due", "due", "due"]),
        (60, ["expired", "expired", "expired", "expired", "expired"]),
    ],
)
def test_who_is_planned_for_late_is_asked_only_what_is_recent(session: Session, weeks: int, states: list[str]) -> None:
    cohort = make_planned_cohort(session)
    member = make_membership(session, cohort)
    plan_check_ins(session, cohort, now=NOW + weeks * WEEK - timedelta(hours=3))
    assert check_in_states(session, member) == states


@pytest.mark.parametrize("days", range(0, 430, 7))
def test_whenever_it_is_planned_at_most_one_question_is_waiting(session: Session, days: int) -> None:
    cohort = make_planned_cohort(session)
    make_membership(session, cohort)
    now = NOW + timedelta(days=days)
    plan_check_ins(session, cohort, now=now)
    waiting = select(func.count()).where(CheckIn.state == CheckInState.DUE, CheckIn.due_at <= now)
    assert (session.scalar(waiting) or 0) <= 1


def test_what_was_not_asked_moves_with_the_end(session: Session) -> None:
    member = make_planned_member(session)
    assert move(session, member.cohort, ENDED + 2 * WEEK) == 5
    assert check_ins_of(session, member)[0].due_at == datetime(2026, 6, 29, 8, tzinfo=UTC)
    assert check_ins_of(session, member)[0].closes_at == datetime(2026, 7, 27, 8, tzinfo=UTC)
    assert post(session) == 0


def test_what_was_asked_stays(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    settle_as_sent(session)
    first = check_ins_of(session, member)[0]
    before = (first.due_at, first.closes_at, first.asked_at)
    assert move(session, member.cohort, ENDED + 4 * WEEK) == 4
    first = check_ins_of(session, member)[0]
    assert (first.due_at, first.closes_at, first.asked_at) == before
    assert check_in_states(session, member) == ["asked", "due", "due", "due", "due"]


@pytest.mark.parametrize("state", [MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED])
def test_a_mail_that_has_not_left_is_called_off_when_the_end_moves_and_sent_at_the_new_moment(
    session: Session, state: MessageState
) -> None:
    member = make_planned_member(session)
    post(session)
    session.scalars(select(Message)).one().state = state
    assert move(session, member.cohort, ENDED + 2 * WEEK) == 5
    first = check_ins_of(session, member)[0]
    assert (first.state, first.asked_at) == (CheckInState.DUE, None)
    assert [message.state for message in messages_about(session, first)] == [MessageState.CANCELLED]
    assert reasons(session) == {"The cohort's end moved, and the check-in with it.": 1}
    assert post(session, NOW + 2 * WEEK) == 1
    assert [message.state for message in messages_about(session, first)] == [
        MessageState.CANCELLED,
        MessageState.DUE,
    ]


@pytest.mark.parametrize("state", [MessageState.TRANSMITTING, MessageState.SENT, MessageState.UNKNOWN])
def test_a_mail_that_may_have_left_is_not_sent_a_second_time(session: Session, state: MessageState) -> None:
    member = make_planned_member(session)
    step = check_ins_of(session, member)[0].step
    step.nudges, step.escalate_days = 0, None
    post(session)
    session.scalars(select(Message)).one().state = state
    assert move(session, member.cohort, ENDED + 2 * WEEK) == 4
    assert check_in_states(session, member)[0] == "asked"
    assert post(session, NOW + 2 * WEEK) == 0


def test_a_mail_stays_where_the_new_moment_is_past_too(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    move(session, member.cohort, ENDED - timedelta(days=3))
    assert check_in_states(session, member)[0] == "asked"
    assert session.scalars(select(Message)).one().state == MessageState.DUE


def test_moving_the_end_there_and_back_asks_once_more_and_not_twice(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    move(session, member.cohort, ENDED + 2 * WEEK)
    move(session, member.cohort, ENDED)
    assert post(session) == 1
    assert post(session) == 0
    states = [message.state for message in messages_about(session, check_ins_of(session, member)[0])]
    assert states == [MessageState.CANCELLED, MessageState.DUE]


def test_moved_into_the_past_it_expires_unasked_and_moved_back_it_opens_again(session: Session) -> None:
    member = make_planned_member(
        session, make_planned_cohort(session, starts_on=date(2025, 1, 6)), joined_at=datetime(2025, 1, 6, tzinfo=UTC)
    )
    move(session, member.cohort, date(2025, 6, 2))
    assert check_in_states(session, member) == ["expired", "expired", "expired", "expired", "due"]
    assert post(session) == 1
    move(session, member.cohort, ENDED + 2 * WEEK)
    assert check_in_states(session, member) == ["due"] * 5


def test_silence_stays_silence_when_the_end_moves(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    settle_as_sent(session)
    expired = check_ins_of(session, member)[0]
    expired.state, expired.wake_at = CheckInState.EXPIRED, None
    move(session, member.cohort, ENDED + 2 * WEEK)
    assert check_in_states(session, member)[0] == "expired"


def test_an_answer_that_comes_while_the_end_moves_is_kept(engine: Engine, session: Session) -> None:
    """Whoever moves holds the check-ins: the answer waits, and then finds its check-in where it is now."""
    member = make_planned_member(session)
    first = check_ins_of(session, member)[0]
    member_id, cohort_id, first_id = member.id, member.cohort_id, first.id
    session.commit()

    def move_on(other: Session) -> None:
        move(other, other.get_one(Cohort, cohort_id), ENDED - timedelta(days=3))

    def answer(other: Session) -> None:
        check_in = other.get_one(CheckIn, first_id)
        actor = actor_of(other, check_in.membership.person)
        answer_check_in(other, check_in, actor=actor, now=NOW, choice=AnswerChoice.DID_IT, via="page")

    assert overlap(engine, answer, move_on) is None
    assert check_in_states(session, session.get_one(Membership, member_id)) == ["answered", "due", "due", "due", "due"]
    session.commit()
    assert overlap(engine, move_on, answer) is None
    assert check_in_states(session, session.get_one(Membership, member_id))[0] == "answered"


def test_moving_costs_the_same_for_three_members_or_thirty(session: Session, count_queries: Counter) -> None:
    counts = []
    for members in (3, 30):
        cohort = make_planned_cohort(session)
        for _ in range(members):
            make_membership(session, cohort)
        plan_check_ins(session, cohort, now=NOW)
        post(session)
        with count_queries() as statements:
            move(session, cohort, ENDED + 2 * WEEK)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 11


def test_who_leaves_is_asked_nothing_more_and_their_link_closes(session: Session) -> None:
    member = make_planned_member(session)
    other = make_planned_member(session, member.cohort)
    post(session)
    change(session, member, MembershipStatus.WITHDRAWN)
    assert check_in_states(session, member) == ["cancelled"] * 5
    assert check_in_states(session, other) == ["asked", "due", "due", "due", "due"]
    assert reasons(session) == {"The member has left the cohort.": 1}
    session.scalars(select(CheckIn).where(CheckIn.state == CheckInState.ASKED)).one().wake_at = None
    assert post(session, NOW + 60 * WEEK) == 4


def test_what_was_answered_stays_answered_when_somebody_leaves(session: Session) -> None:
    member = make_planned_member(session)
    answered = check_ins_of(session, member)[0]
    answered.state, answered.wake_at = CheckInState.ANSWERED, None
    change(session, member, MembershipStatus.WITHDRAWN)
    assert check_in_states(session, member)[0] == "answered"


def test_who_comes_back_is_asked_what_is_still_recent(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    change(session, member, MembershipStatus.WITHDRAWN)
    change(session, member, MembershipStatus.ACTIVE, NOW + 5 * WEEK)
    assert check_in_states(session, member) == ["expired", "due", "due", "due", "due"]
    assert post(session, NOW + 5 * WEEK) == 1


def test_who_comes_back_within_days_can_answer_the_mail_they_have(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    settle_as_sent(session)
    change(session, member, MembershipStatus.WITHDRAWN)
    change(session, member, MembershipStatus.ACTIVE, NOW + WEEK)
    assert check_in_states(session, member) == ["asked", "due", "due", "due", "due"]
    assert post(session, NOW + WEEK) == 0


def test_who_comes_back_before_their_mail_left_gets_it_after_all(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    change(session, member, MembershipStatus.WITHDRAWN)
    change(session, member, MembershipStatus.ACTIVE, NOW + WEEK)
    assert post(session, NOW + WEEK) == 1


def test_a_pause_holds_what_falls_into_it_and_the_return_brings_it_back(session: Session) -> None:
    member = make_planned_member(session)
    change(session, member, MembershipStatus.PAUSED)
    assert post(session) == 1
    assert check_in_states(session, member) == ["due"] * 5
    assert check_ins_of(session, member)[0].held == Held.PAUSED
    change(session, member, MembershipStatus.ACTIVE, NOW + WEEK)
    assert check_in_states(session, member) == ["due"] * 5
    assert post(session, NOW + WEEK) == 1
    assert check_in_states(session, member)[0] == "asked"


def test_a_long_pause_is_not_made_up_for(session: Session) -> None:
    member = make_planned_member(session)
    change(session, member, MembershipStatus.PAUSED)
    for week in range(1, 20):
        post(session, NOW + week * WEEK)
    change(session, member, MembershipStatus.ACTIVE, NOW + 20 * WEEK)
    assert check_in_states(session, member) == ["expired", "expired", "expired", "due", "due"]


def test_who_is_accepted_later_is_planned_then(session: Session) -> None:
    cohort = make_planned_cohort(session)
    member = make_membership(session, cohort, status=MembershipStatus.APPLIED)
    change(session, member, MembershipStatus.ACCEPTED)
    assert check_in_states(session, member) == ["due"] * 5


def test_a_coach_who_comes_back_is_not_followed_up(session: Session) -> None:
    member = make_membership(session, make_planned_cohort(session), make_person(session), role=Role.COACH)
    assert resume_check_ins(session, member, now=NOW) == 0
