"""When and how often people are asked: together, within their hours and their limit, brought to mind, left in peace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.models import (
    Asking,
    CheckIn,
    CheckInState,
    ContactPreference,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Stage,
)
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.follow_ups import plan_check_ins
from tests.factories import NOW, make_membership, make_person, make_project
from tests.services.check_in_rows import (
    check_in_states,
    check_ins_of,
    make_planned_cohort,
    make_planned_member,
    messages_about,
    post,
    reasons,
)
from tests.services.racing import overlap

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def first(session: Session, member: Membership) -> CheckIn:
    return check_ins_of(session, member)[0]


def mails(session: Session) -> list[Message]:
    statement = select(Message).where(Message.state != MessageState.CANCELLED).order_by(Message.id)
    return list(session.scalars(statement))


def asked_by(session: Session, message: Message) -> list[int]:
    return list(session.scalars(select(Asking.check_in_id).where(Asking.message_id == message.id).order_by(Asking.id)))


def arrive(session: Session, at: datetime = NOW) -> None:
    """Every mail that waits is handed over."""
    for message in session.scalars(select(Message).where(Message.state == MessageState.DUE)):
        message.state, message.settled_at = MessageState.SENT, at
    session.flush()


def member_of_several(session: Session, cohorts: int, person: Person | None = None) -> list[Membership]:
    """One person who takes part in so many cohorts, each with a check-in that is due now."""
    person = person or make_person(session)
    members = [make_membership(session, make_planned_cohort(session), person) for _ in range(cohorts)]
    for member in members:
        plan_check_ins(session, member.cohort, now=NOW)
    return members


def june(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def prefer(session: Session, person: Person, **values: Any) -> None:
    session.add(ContactPreference(person_id=person.id, **values))
    session.flush()


def test_what_several_cohorts_have_due_comes_in_one_mail(session: Session) -> None:
    """And what comes up later on the same day, where the person lives, travels along."""
    members = member_of_several(session, 3)
    later, tomorrow = first(session, members[1]), first(session, members[2])
    later.wake_at = later.due_at = NOW + timedelta(hours=3)
    tomorrow.wake_at = tomorrow.due_at = NOW + timedelta(hours=14)
    assert post(session) == 2
    mail = mails(session)[0]
    assert asked_by(session, mail) == [first(session, members[0]).id, later.id]
    assert [item["id"] for item in mail.facts["items"]] == [first(session, members[0]).public_id, later.public_id]
    assert mail.cohort_id is None
    assert first(session, members[2]).state == CheckInState.DUE
    assert len(mails(session)) == 1


def test_a_week_has_two_mails_for_all_cohorts_and_the_third_waits(session: Session) -> None:
    members = member_of_several(session, 3)
    for days, member in enumerate(members):
        check_in = first(session, member)
        check_in.wake_at = check_in.due_at = NOW + days * DAY
    for days in range(3):
        post(session, NOW + days * DAY)
        arrive(session, NOW + days * DAY)
    third = first(session, members[2])
    assert (third.state, third.held, third.wake_at) == (CheckInState.DUE, Held.WEEKLY_LIMIT, NOW + WEEK)
    assert post(session, NOW + WEEK - timedelta(seconds=1)) == 0
    post(session, NOW + WEEK)
    # The first nudge is due at that moment too, and travels along.
    assert len(mails(session)) == 3
    assert set(asked_by(session, mails(session)[2])) == {third.id, first(session, members[0]).id}
    third = first(session, members[2])
    assert (third.state, third.held) == (CheckInState.ASKED, Held.NOT_HELD)


def test_what_counts_is_what_was_handed_over_or_is_on_its_way(session: Session) -> None:
    cases = [
        (MessageState.SENT, 6, True),
        (MessageState.SENT, 7, False),
        (MessageState.UNKNOWN, 6, True),
        # It may leave at any moment, however long ago it was written.
        (MessageState.RETRY, 20, True),
        (MessageState.FAILED, 1, False),
        (MessageState.CANCELLED, 1, False),
    ]
    people = [member_of_several(session, 2) for _case in cases]
    for before, coming in people:
        prefer(session, before.person, weekly_limit=1)
        first(session, coming).wake_at = NOW + DAY
    post(session)
    for (before, _coming), (state, days_ago, _counts) in zip(people, cases, strict=True):
        message = messages_about(session, first(session, before))[0]
        message.state, message.settled_at = state, NOW + DAY - days_ago * DAY
        message.settled_at = None if state == MessageState.RETRY else message.settled_at
        first(session, before).wake_at = None
    post(session, NOW + DAY)
    held = [first(session, coming).held == Held.WEEKLY_LIMIT for _before, coming in people]
    assert held == [counts for _state, _days_ago, counts in cases]


def test_hours_weekends_and_pause_put_off_where_the_person_lives(session: Session) -> None:
    cases: list[tuple[dict[str, Any], datetime, datetime | None, Held]] = [
        ({}, june(15, 17, 30), june(16, 7), Held.QUIET_HOURS),
        ({}, june(20, 9), june(22, 7), Held.QUIET_HOURS),
        ({"weekends": True}, june(20, 9), None, Held.NOT_HELD),
        ({"from_hour": 19, "until_hour": 21}, june(15, 10), june(15, 18), Held.QUIET_HOURS),
        ({"paused_until": date(2026, 6, 24)}, june(15, 10), june(24, 7), Held.PAUSED),
        ({"paused_until": date(2026, 6, 15)}, june(15, 10), None, Held.NOT_HELD),
    ]
    for values, now, wakes, held in cases:
        member = make_planned_member(session)
        prefer(session, member.person, **values)
        assert post(session, now) == 1
        check_in = first(session, member)
        assert check_in.held == held
        if wakes is not None:
            assert (check_in.state, check_in.wake_at) == (CheckInState.DUE, wakes)
            assert post(session, wakes) == 1
        check_in = first(session, member)
        assert check_in.state == CheckInState.ASKED
        # It is not to be met again by those that follow.
        check_in.wake_at = None


def test_what_closes_before_it_may_be_asked_expires_and_was_never_asked(session: Session) -> None:
    member = make_planned_member(session)
    prefer(session, member.person, paused_until=date(2026, 8, 1))
    assert post(session) == 1
    check_in = first(session, member)
    assert (check_in.state, check_in.asked_at, check_in.wake_at) == (CheckInState.EXPIRED, None, None)
    assert mails(session) == []


def test_a_paused_member_is_held_until_they_come_back(session: Session) -> None:
    member = make_planned_member(session, status=MembershipStatus.PAUSED)
    member.status = MembershipStatus.ACTIVE
    plan_check_ins(session, member.cohort, now=NOW)
    member.status = MembershipStatus.PAUSED
    assert post(session) == 1
    check_in = first(session, member)
    assert (check_in.state, check_in.held, check_in.wake_at) == (CheckInState.DUE, Held.PAUSED, check_in.closes_at)


def test_silence_is_brought_to_mind_once_and_then_left_to_the_coach(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    arrive(session)
    assert first(session, member).wake_at == NOW + WEEK
    assert post(session, NOW + WEEK - timedelta(minutes=1)) == 0
    assert post(session, NOW + WEEK) == 1
    nudge = mails(session)[1]
    assert nudge.facts["items"][0]["nudge"] == 1
    assert [row.is_nudge for row in session.scalars(select(Asking).order_by(Asking.number))] == [False, True]
    arrive(session, NOW + WEEK)
    assert (first(session, member).nudged, first(session, member).asked_at) == (1, NOW)
    assert post(session, NOW + 2 * WEEK) == 1
    check_in = first(session, member)
    assert (check_in.escalated_at, check_in.wake_at, check_in.state) == (NOW + 2 * WEEK, None, CheckInState.ASKED)
    assert len(mails(session)) == 2
    assert post(session, NOW + 3 * WEEK) == 0


def test_nobody_is_reminded_of_a_mail_that_has_not_left(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    assert post(session, NOW + WEEK) == 1
    assert len(mails(session)) == 1
    assert first(session, member).wake_at == NOW + WEEK + DAY


def test_a_nudge_lets_the_question_of_this_week_go_first_and_travels_with_it(session: Session) -> None:
    asked, coming = member_of_several(session, 2)
    prefer(session, asked.person, weekly_limit=1)
    first(session, coming).wake_at = NOW + WEEK + 2 * DAY
    post(session)
    arrive(session)
    assert post(session, NOW + WEEK) == 1
    nudge = first(session, asked)
    assert (nudge.held, nudge.wake_at, nudge.nudged) == (Held.WEEKLY_LIMIT, NOW + WEEK + 2 * DAY, 0)
    assert post(session, NOW + WEEK + 2 * DAY) == 2
    assert set(asked_by(session, mails(session)[1])) == {nudge.id, first(session, coming).id}


def test_where_no_nudge_may_leave_any_more_the_coach_is_told_all_the_same(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    arrive(session)
    prefer(session, member.person, paused_until=date(2026, 9, 1))
    assert post(session, NOW + WEEK) == 1
    check_in = first(session, member)
    assert (check_in.escalated_at, check_in.nudged, check_in.wake_at) == (NOW + WEEK, 0, None)


def test_an_opt_out_and_another_stage_are_reasons_and_a_nudge_needs_none(session: Session) -> None:
    gone, elsewhere, fitting = (make_planned_member(session) for _ in range(3))
    session.add(OptOut(person_id=gone.person_id, kind=MessageKind.CHECK_IN, at=NOW))
    session.add(OptOut(person_id=fitting.person_id, kind=MessageKind.POLL, at=NOW))
    for member, stage in ((elsewhere, Stage.IDEA), (fitting, Stage.BUILDING)):
        first(session, member).step.stages = [Stage.BUILDING.value]
        make_project(session, owners=(member,), stage=stage)
    assert post(session) == 3
    assert reasons(session) == {"They switched check-ins off.": 1, "Their course is at another stage.": 1}
    assert [check_in_states(session, member)[0] for member in (gone, elsewhere, fitting)] == [
        "cancelled",
        "cancelled",
        "asked",
    ]
    session.add(OptOut(person_id=fitting.person_id, kind=MessageKind.CHECK_IN, at=NOW))
    arrive(session)
    post(session, NOW + WEEK)
    nudge = first(session, fitting)
    assert (nudge.state, nudge.wake_at, nudge.nudged, len(mails(session))) == (CheckInState.ASKED, None, 0, 1)


def alumni_pair(session: Session, *, consent: bool | None) -> Membership:
    """A member with two alumni check-ins due, of which the second closes long after the first."""
    member = make_planned_member(session)
    member.alumni_consent = consent
    one, other = check_ins_of(session, member)[:2]
    one.step.is_alumni = other.step.is_alumni = True
    one.wake_at = NOW - timedelta(hours=2)
    other.wake_at, other.closes_at = NOW - timedelta(hours=1), NOW + 60 * DAY
    return member


def test_an_alumni_step_asks_who_agreed_and_else_whether_it_may(session: Session) -> None:
    yes, no, nothing = (alumni_pair(session, consent=consent) for consent in (True, False, None))
    assert post(session) == 6
    assert check_in_states(session, yes)[:2] == ["asked"] * 2
    assert check_in_states(session, no)[:2] == ["cancelled"] * 2
    assert reasons(session) == {"They did not agree to be asked for so long.": 2}
    items = [[item["needs_consent"] for item in mail.facts["items"]] for mail in mails(session)]
    assert items == [[False, False], [True]]
    # One of them comes with the question, and without a nudge. The other waits until that is answered, or closed.
    asked, waiting = check_ins_of(session, nothing)[:2]
    assert (asked.state, asked.wake_at) == (CheckInState.ASKED, NOW + WEEK)
    assert (waiting.state, waiting.held, waiting.wake_at) == (CheckInState.DUE, Held.CONSENT, asked.closes_at)
    arrive(session)
    post(session, NOW + WEEK)
    assert len(messages_about(session, first(session, nothing))) == 1
    assert first(session, nothing).escalated_at == NOW + WEEK


def test_who_let_the_question_pass_is_not_asked_a_second_time(session: Session) -> None:
    member = make_planned_member(session)
    one, other = check_ins_of(session, member)[:2]
    one.step.is_alumni = other.step.is_alumni = True
    one.state, one.asked_at, one.wake_at = CheckInState.EXPIRED, NOW - 30 * DAY, None
    other.wake_at = NOW
    assert post(session) == 1
    assert reasons(session) == {"They were asked whether we may ask for so long, and did not say yes.": 1}


def test_two_schedulers_never_write_to_the_same_person_at_once(engine: Engine, session: Session) -> None:
    """Each takes what the other leaves: three cohorts of one person are one mail, and nobody gets a second one."""
    members = member_of_several(session, 3)
    others = [make_planned_member(session) for _ in range(2)]
    prefer(session, members[0].person, weekly_limit=1)
    session.commit()
    posted: list[int] = []
    raised = overlap(
        engine,
        lambda one: posted.append(post_due_check_ins(one, now=NOW, limit=1)),
        lambda two: posted.append(post_due_check_ins(two, now=NOW, limit=10)),
    )
    assert (raised, posted) == (None, [3, 2])
    assert [len(asked_by(session, mail)) for mail in mails(session)] == [3, 1, 1]
    assert [check_in_states(session, member)[0] for member in (*members, *others)] == ["asked"] * 5


def test_who_has_a_check_in_that_is_being_changed_is_left_for_another_tick(engine: Engine, session: Session) -> None:
    """Without it part of their mail would go alone, and the rest would take another place of their week."""
    members = member_of_several(session, 2)
    number = first(session, members[1]).id
    session.commit()
    posted: list[int] = []
    raised = overlap(
        engine,
        lambda one: one.scalars(select(CheckIn).where(CheckIn.id == number).with_for_update()).one(),
        lambda two: posted.append(post_due_check_ins(two, now=NOW, limit=10)),
    )
    assert raised is None
    posted.append(post_due_check_ins(session, now=NOW, limit=10))
    assert posted == ([0, 2] if engine.dialect.name == "postgresql" else [2, 0])
    assert [len(asked_by(session, mail)) for mail in mails(session)] == [2]
