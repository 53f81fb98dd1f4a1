"""A cohort, or one participant, goes from one coach to another: what moves, who is told, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed
from coaching.models import (
    Action,
    ActionEnd,
    AuditEntry,
    CoachingSession,
    Cohort,
    Handover,
    Membership,
    MembershipStatus,
    MessageKind,
    MessageState,
    Person,
    Role,
)
from coaching.policies import Actor
from coaching.services import handovers
from coaching.services.action_outcomes import close_action
from coaching.services.action_reminder_posting import post_due_action_reminders
from coaching.services.actions import agree_action
from coaching.services.cohort_history import Happened, list_happenings
from coaching.services.handover_choices import find_taker, plan_handover
from coaching.services.handovers import hand_over_cohort, hand_over_pair
from tests.factories import NOW, actor_of, make_cohort, make_membership, make_person
from tests.services.calendar_rows import START, mails_of, make_at, make_group, schedule, send_all
from tests.services.racing import overlap

HANDOVER = MessageKind.HANDOVER
LATER = START + timedelta(days=1)


def taker_beside(session: Session, cohort: Cohort, **values: object) -> Membership:
    """Somebody who coaches another cohort of the programme."""
    beside = make_cohort(session, cohort.programme)
    return make_membership(session, beside, make_person(session, **values), role=Role.COACH)


def acting(session: Session, member: Membership) -> Actor:
    return actor_of(session, member.person)


def seat_of(session: Session, cohort: Cohort, person_id: int) -> Membership:
    statement = select(Membership).where(Membership.cohort_id == cohort.id, Membership.person_id == person_id)
    return session.scalars(statement).one()


def methods(session: Session, member: Membership) -> list[str]:
    return [mail.facts["method"] for mail in mails_of(session, member)]


def test_a_cohort_changes_hands_with_its_sessions_and_calendars(session: Session) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    taker = taker_beside(session, cohort)
    circle = make_at(session, cohort, led_by_id=coach.person_id)
    promised = Action(
        membership_id=ann.id, owner_id=coach.id, statement="Send the outline", due_on=None, created_at=NOW
    )
    session.add(promised)
    pair = make_at(session, cohort, LATER, led_by_id=coach.person_id, pair_membership_id=ann.id)
    held = make_at(session, cohort, START - timedelta(days=365), led_by_id=coach.person_id)
    schedule(session, circle, pair)
    send_all(session)
    hand_over_cohort(session, coach, taker.person, actor=acting(session, coach), now=NOW, reason="A new post")
    session.flush()
    session.expire_all()
    new = seat_of(session, cohort, taker.person_id)
    assert (new.role, new.status, coach.role, coach.status) == ("coach", "active", "observer", "active")
    assert promised.owner_id == new.id
    assert [one.led_by_id for one in (circle, pair, held)] == [taker.person_id, taker.person_id, coach.person_id]
    # The new coach gets both events, the old one is out of both; nobody else's calendar changes.
    assert methods(session, new) == ["REQUEST", "REQUEST"]
    assert methods(session, coach) == ["CANCEL", "CANCEL"]
    assert methods(session, ann) == methods(session, bob) == []
    readers = [mails_of(session, one, HANDOVER)[0].facts["reader"] for one in (coach, new, ann, bob)]
    assert readers == ["old", "new", "participant", "participant"]
    acts = list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts[-1] == "cohort.handed_over"
    lines = {one.what: one for one in list_happenings(session, cohort, actor=acting(session, new))}
    line = lines[Happened.HANDED_OVER]
    assert (line.name, line.to, line.reason) == (coach.person.name, taker.person.name, "A new post")


def test_open_promises_are_reminded_of_by_the_new_coachs_clock(session: Session) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    taker = taker_beside(session, cohort, timezone="America/New_York")
    terms = {"actor": acting(session, coach), "now": NOW, "owner_id": coach.public_id, "due_on": date(2026, 6, 25)}
    promised, done = (agree_action(session, ann, statement=text, **terms) for text in ("Send the outline", "Call her"))
    session.flush()
    before, wakes = promised.remind_at, datetime(2026, 6, 24, 7, tzinfo=UTC)
    close_action(session, done, actor=acting(session, coach), now=NOW, state=ActionEnd.DONE)
    assert before == wakes, "The day before, at eight where they live who promised it."
    session.flush()
    # The mail to the old coach is written, and waits to leave.
    post_due_action_reminders(session, now=wakes, limit=50)
    hand_over_cohort(session, coach, taker.person, actor=acting(session, coach), now=wakes, stays_as=None)
    session.flush()
    session.expire_all()
    new = seat_of(session, cohort, taker.person_id)
    assert (promised.owner_id, done.owner_id) == (new.id, coach.id)
    (old,) = mails_of(session, coach, MessageKind.ACTION_REMINDER, waiting=False)
    assert old.state == MessageState.CANCELLED
    again = promised.remind_at
    # At eight on that day where they live: it is due tomorrow, and they hear of it by nothing else.
    assert again == datetime(2026, 6, 24, 12, tzinfo=UTC)
    post_due_action_reminders(session, now=again, limit=50)
    session.expire_all()
    told = [mail.facts["actions"] for mail in mails_of(session, new, MessageKind.ACTION_REMINDER)]
    assert [[one["statement"] for one in actions] for actions in told] == [["Send the outline"]]
    assert mails_of(session, coach, MessageKind.ACTION_REMINDER) == []


def test_who_leaves_with_it_is_out(session: Session) -> None:
    cohort, (coach, _ann) = make_group(session, 1)
    taker = taker_beside(session, cohort)
    hand_over_cohort(session, coach, taker.person, actor=acting(session, coach), now=NOW, stays_as=None)
    session.flush()
    assert (coach.role, coach.status) == (Role.COACH, MembershipStatus.WITHDRAWN)


def test_one_participant_changes_hands_and_the_rest_stays(session: Session) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    second = make_membership(session, cohort, role=Role.COACH)
    hers, his = (
        make_at(session, cohort, at, led_by_id=coach.person_id, pair_membership_id=member.id)
        for at, member in ((START, ann), (LATER, bob))
    )
    schedule(session, hers, his)
    send_all(session)
    hand_over_pair(session, coach, second.person, ann, actor=acting(session, coach), now=NOW)
    session.flush()
    session.expire_all()
    assert (hers.led_by_id, his.led_by_id, coach.role) == (second.person_id, coach.person_id, Role.COACH)
    assert (methods(session, second), methods(session, coach), methods(session, ann)) == (["REQUEST"], ["CANCEL"], [])
    told = [bool(mails_of(session, one, HANDOVER)) for one in (coach, second, ann, bob)]
    assert told == [True, True, True, False]
    with pytest.raises(Invalid, match="no one-to-one"):
        hand_over_pair(session, coach, second.person, ann, actor=acting(session, coach), now=NOW)


def test_what_it_would_do_is_shown_before_with_what_stands_in_its_way(session: Session) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    taker = taker_beside(session, cohort)
    make_at(session, cohort, led_by_id=coach.person_id, pair_membership_id=ann.id)
    make_at(session, taker.cohort, led_by_id=taker.person_id, title="Elsewhere")
    actor = acting(session, coach)
    plan = plan_handover(session, coach, actor=actor, now=NOW, to=taker.person.public_id)
    assert plan.outlook is not None
    assert (plan.outlook.joins, plan.outlook.sessions, plan.outlook.people) == (True, 1, 3)
    assert [pair.sessions for pair in plan.pairs] == [1]
    (said,) = plan.outlook.taken
    assert "holds another session at that time" in said
    with pytest.raises(Conflict, match="holds"):
        hand_over_cohort(session, coach, taker.person, actor=actor, now=NOW)


def test_to_whom_nothing_is_handed_over(session: Session) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    actor = acting(session, coach)
    stranger = make_membership(session, role=Role.COACH)
    shut = taker_beside(session, cohort, suspended_at=NOW)
    for member, words in (
        (coach, "somebody else"),
        (stranger, "coaches in this programme"),
        (shut, "suspended"),
    ):
        with pytest.raises(Invalid, match=words):
            find_taker(session, coach, member.person.public_id, actor=actor)
    for person, words in ((coach.person, "somebody else"), (shut.person, "suspended"), (ann.person, "takes part")):
        with pytest.raises(Invalid, match=words):
            hand_over_cohort(session, coach, person, actor=actor, now=NOW)


def test_the_same_twice_is_refused(session: Session) -> None:
    cohort, (coach, _ann) = make_group(session, 1)
    taker, actor = taker_beside(session, cohort), acting(session, coach)
    hand_over_cohort(session, coach, taker.person, actor=actor, now=NOW)
    session.flush()
    with pytest.raises(NotAllowed):
        hand_over_cohort(session, coach, taker.person, actor=actor, now=NOW)


def test_who_looked_on_or_had_left_coaches_again(session: Session) -> None:
    cohort, (coach, _ann) = make_group(session, 1)
    taker = taker_beside(session, cohort)
    seat = make_membership(session, cohort, taker.person, role=Role.OBSERVER, status=MembershipStatus.WITHDRAWN)
    hand_over_cohort(session, coach, taker.person, actor=acting(session, coach), now=NOW)
    session.flush()
    assert (seat.role, seat.status) == (Role.COACH, MembershipStatus.ACTIVE)


def test_what_else_passes_on_is_asked_in_the_same_transaction(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort, (coach, _ann) = make_group(session, 1)
    taker = taker_beside(session, cohort)
    seen: list[int] = []
    monkeypatch.setattr(handovers, "PASSED_ON", [lambda _session, handover, _actor, _now: seen.append(handover.id)])
    handover = hand_over_cohort(session, coach, taker.person, actor=acting(session, coach), now=NOW)
    assert seen == [handover.id]


def test_of_two_who_hand_over_at_once_one_hears_of_the_other(engine: Engine) -> None:
    with Session(engine) as session:
        cohort, (coach, _ann) = make_group(session, 1)
        takers = [taker_beside(session, cohort).person_id for _ in range(2)]
        number = coach.id
        make_at(session, cohort, led_by_id=coach.person_id)
        session.commit()

    def give(to: int, session: Session) -> None:
        membership = session.get_one(Membership, number)
        actor = actor_of(session, membership.person)
        hand_over_cohort(session, membership, session.get_one(Person, to), actor=actor, now=NOW)

    raised = overlap(engine, lambda one: give(takers[0], one), lambda other: give(takers[1], other))
    # Who waited for the lock finds it gone; who began after it has nothing left to hand over.
    assert isinstance(raised, Conflict | NotAllowed)
    with Session(engine) as session:
        assert len(session.scalars(select(Handover.id)).all()) == 1
        assert set(session.scalars(select(CoachingSession.led_by_id))) == {takers[0]}
