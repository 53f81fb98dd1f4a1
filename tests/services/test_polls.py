"""Availability polls: proposed, answered, looked over, and made into a session in one step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.channels.base import Letter
from coaching.channels.mime import render_mail
from coaching.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from coaching.models import (
    Capability,
    CoachingSession,
    Cohort,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Poll,
    PollAnswer,
    PollChoice,
    PollInvitee,
    PollState,
    Role,
)
from coaching.policies import Actor
from coaching.services import memberships, poll_editing, polls, privacy
from coaching.services.poll_answers import answer_poll, open_poll, read_own
from coaching.services.poll_results import read_results
from tests.factories import actor_of, make_cohort, make_membership, make_person, make_session
from tests.services.racing import overlap

YES, IF_NEED_BE, NO = PollChoice.YES, PollChoice.IF_NEED_BE, PollChoice.NO
SLOTS = [datetime(2026, 7, 6, 10), datetime(2026, 7, 7, 10), datetime(2026, 7, 8, 10)]
FIELDS: dict[str, Any] = {
    "title": "Circle 4",
    "timezone": "Europe/London",
    "duration_minutes": 60,
    "closes_local": datetime(2026, 6, 30, 18),
    "slots": SLOTS,
}


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session, name="Ivy")


@pytest.fixture
def coach(session: Session, cohort: Cohort) -> Actor:
    return actor_of(session, make_membership(session, cohort, make_person(session, name="Sam"), role=Role.COACH).person)


@pytest.fixture
def members(session: Session, cohort: Cohort) -> list[Membership]:
    """Ann, Bo and Cy; Bo is in New York."""
    zones = {"Ann": "Europe/London", "Bo": "America/New_York", "Cy": "Europe/London"}
    return [
        make_membership(session, cohort, make_person(session, name=name, timezone=zone)) for name, zone in zones.items()
    ]


@pytest.fixture
def poll(session: Session, cohort: Cohort, coach: Actor, members: list[Membership], now: datetime) -> Poll:
    optional = [members[2].public_id]
    return polls.create_poll(session, cohort, actor=coach, now=now, **FIELDS, optional=optional)


def _say(session: Session, poll: Poll, member: Membership, now: datetime, *choices: PollChoice) -> None:
    answers = {slot.public_id: choice for slot, choice in zip(poll.slots, choices, strict=True)}
    answer_poll(session, poll, actor=actor_of(session, member.person), now=now, answers=answers)


def _mails(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.id)))


def test_everybody_is_asked_in_their_own_zone_with_a_link_of_their_own(
    session: Session, poll: Poll, members: list[Membership], now: datetime
) -> None:
    assert [(one.membership, one.is_required) for one in poll.invitees] == [
        (members[0], True), (members[1], True), (members[2], False),
    ]  # fmt: skip
    mails = _mails(session)
    assert [mail.recipient_id for mail in mails] == [member.person_id for member in members]
    letter = Letter(
        kind="poll", message_id="<x@coaching.internal>", name="Bo", address="bo@example.org",
        timezone="America/New_York", facts=mails[1].facts, link="https://x/poll/s", written_at=now,
    )  # fmt: skip
    text = render_mail(letter)
    assert text.subject == "When could you meet? Circle 4"
    assert "Monday 6 July 2026, 05:00 (America/New York)" in text.plain
    assert "until Tuesday 30 June 2026, 13:00 (America/New York)" in text.plain
    assert "https://x/poll/s" in text.plain
    assert "https://x/poll/s" in text.html
    opened = open_poll(session, mails[1].secret or "", now=now)
    assert (opened.poll, opened.actor.name, opened.own) == (poll, "Bo", {})
    with pytest.raises(NotFound):
        open_poll(session, "another", now=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"slots": [datetime(2026, 6, 15, 10), *SLOTS]}, "slots.0"),
        ({"slots": [*SLOTS, SLOTS[1]]}, "slots.3"),
        ({"slots": [*SLOTS, datetime(2027, 3, 28, 1, 30)]}, "slots.3"),
        ({"slots": [*SLOTS, datetime(2101, 3, 28, 1, 30)]}, "slots.3"),
        ({"closes_local": datetime(2026, 6, 15, 10)}, "closes_local"),
        ({"closes_local": datetime(2026, 7, 8, 10)}, "closes_local"),
        ({"required": ["nobody"]}, "required"),
        ({"required": []}, "required"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, cohort: Cohort, coach: Actor, members: list[Membership], now: datetime, changes: Any, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        polls.create_poll(session, cohort, actor=coach, now=now, **FIELDS | changes)
    assert set(refusal.value.messages) == {field}


def test_the_newest_answer_counts_until_it_closes(
    session: Session, poll: Poll, members: list[Membership], now: datetime, count_queries: Any
) -> None:
    ann = actor_of(session, members[0].person)
    answers = dict.fromkeys((slot.public_id for slot in poll.slots), YES)
    session.flush()
    with count_queries() as statements:
        answer_poll(session, poll, actor=ann, now=now, answers=answers)
        session.flush()
    assert len(statements) <= 5, "The poll is held, the answers and their moment are written, a waiting mail is ended."
    states = {mail.recipient_id: mail.state for mail in session.scalars(select(Message))}
    assert [states[member.person_id] for member in members] == [MessageState.CANCELLED, *[MessageState.DUE] * 2]
    _say(session, poll, members[0], now, NO, YES, IF_NEED_BE)
    assert list(read_own(session, poll, actor=ann).values()) == [NO, YES, IF_NEED_BE]
    assert session.scalars(select(func.count(PollAnswer.id))).one() == 3
    with pytest.raises(Invalid) as refusal:
        answer_poll(session, poll, actor=ann, now=now, answers={poll.slots[0].public_id: YES})
    assert set(refusal.value.messages) == {f"slot-{slot.public_id}" for slot in poll.slots[1:]}
    with pytest.raises(Invalid):
        answer_poll(session, poll, actor=ann, now=now, answers=answers | {"another": YES})
    with pytest.raises(Conflict, match="The time to answer is over"):
        _say(session, poll, members[0], poll.closes_at, YES, YES, YES)


def test_the_best_times_come_from_what_was_said(
    session: Session, cohort: Cohort, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    _say(session, poll, members[0], now, YES, YES, YES)
    _say(session, poll, members[1], now, NO, YES, IF_NEED_BE)
    _say(session, poll, members[2], now, YES, NO, YES)
    results = read_results(session, poll, actor=coach, now=now)
    assert [(one.yes, one.if_need_be, one.no, one.required_no) for one in results.slots] == [
        (2, 0, 1, 1), (2, 0, 1, 0), (2, 1, 0, 0),
    ]  # fmt: skip
    assert [one.rank for one in results.slots] == [None, 1, 2]
    assert (results.answered, results.asked) == (3, 3)
    # The coach is elsewhere at the best time, and Ann learns elsewhere at the second: the one cannot, the other may.
    elsewhere = make_membership(session, None, members[0].person)
    make_session(session, starts_at=datetime(2026, 7, 7, 9, 30, tzinfo=UTC), led_by_id=coach.person_id, title="Mine")
    make_session(session, elsewhere.cohort, starts_at=datetime(2026, 7, 8, 9, 30, tzinfo=UTC))
    members[2].status = MembershipStatus.WITHDRAWN
    session.flush()
    results = read_results(session, poll, actor=coach, now=now)
    taken = results.slots[1].taken_by
    assert taken is not None
    assert taken.title == "Mine"
    assert [one.rank for one in results.slots] == [None, None, 1]
    assert [(one.name, one.title) for one in results.slots[2].clashes] == [("Ann", None)]
    assert (results.asked, [one.has_left for one in results.members]) == (2, [False, False, True])
    with pytest.raises(Conflict, match="Sam holds “Mine”"):
        polls.choose_slot(session, poll, actor=coach, now=now, slot_id=poll.slots[1].public_id)


def test_the_results_take_the_same_statements_for_many(
    session: Session, cohort: Cohort, coach: Actor, members: list[Membership], now: datetime, count_queries: Any
) -> None:
    counts = []
    for more in (2, 95):
        for _ in range(more):
            make_membership(session, cohort)
        made = polls.create_poll(session, cohort, actor=coach, now=now, **FIELDS)
        for member in members if more == 2 else list(session.scalars(select(Membership)))[1:]:
            if member.role == Role.PARTICIPANT:
                _say(session, made, member, now, YES, NO, YES)
        session.flush()
        public_id = made.public_id
        session.expunge_all()
        with count_queries() as statements:
            found = polls.get_poll(session, public_id, actor=coach)
            read_results(session, found, actor=coach, now=now)
        counts.append(len(statements))
        members = [session.get_one(Membership, member.id) for member in members]
        cohort = session.get_one(Cohort, cohort.id)
    assert counts[0] == counts[1] <= 5


def test_asking_takes_the_same_statements_for_many(
    session: Session, cohort: Cohort, coach: Actor, now: datetime, count_queries: Any
) -> None:
    for _ in range(60):
        make_membership(session, cohort)
    with count_queries() as statements:
        polls.create_poll(session, cohort, actor=coach, now=now, **FIELDS)
    assert len(_mails(session)) == 60
    # SQLite takes the rows of who is asked one by one, in one transaction.
    assert len([one for one in statements if not one.startswith("INSERT INTO poll_invitee")]) < 15


def test_a_slot_becomes_a_session_in_one_step(
    session: Session, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    secret = _mails(session)[0].secret or ""
    held = polls.choose_slot(session, poll, actor=coach, now=now, slot_id=poll.slots[1].public_id, location="Room 4")
    assert (held.title, held.local_start, held.duration_minutes, held.location, held.led_by_id) == (
        "Circle 4", SLOTS[1], 60, "Room 4", coach.person_id,
    )  # fmt: skip
    assert (poll.state, poll.session) == (PollState.CHOSEN, held)
    session.expire_all()
    assert {mail.state for mail in _mails(session) if mail.kind == "poll"} == {MessageState.CANCELLED}
    with pytest.raises(Conflict, match=r"Circle 4 is on Tuesday 7 July 2026, 10:00 to 11:00 \(Europe/London\)"):
        open_poll(session, secret, now=now)
    for act in (
        lambda: polls.choose_slot(session, poll, actor=coach, now=now, slot_id=poll.slots[0].public_id),
        lambda: polls.close_poll(session, poll, actor=coach, now=now),
        lambda: polls.remind_invitees(session, poll, actor=coach, now=now),
        lambda: _say(session, poll, members[0], now, YES, YES, YES),
    ):
        with pytest.raises(Conflict):
            act()


def test_a_slot_that_passed_or_is_none_of_the_poll_is_not_chosen(
    session: Session, poll: Poll, coach: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        polls.choose_slot(session, poll, actor=coach, now=now, slot_id="another")
    first = poll.slots[0]
    with pytest.raises(Conflict, match="has passed"):
        polls.choose_slot(session, poll, actor=coach, now=first.starts_at, slot_id=first.public_id)
    # After the closing time the coach still decides.
    assert polls.choose_slot(session, poll, actor=coach, now=first.starts_at, slot_id=poll.slots[1].public_id)


def test_of_two_who_decide_at_once_one_does(
    engine: Engine, session: Session, poll: Poll, coach: Actor, now: datetime
) -> None:
    public_id, slots = poll.public_id, [slot.public_id for slot in poll.slots]
    session.commit()

    def choose(place: int) -> Any:
        def act(other: Session) -> object:
            found = polls.get_poll(other, public_id, actor=coach)
            return polls.choose_slot(other, found, actor=coach, now=now, slot_id=slots[place])

        return act

    refusal = overlap(engine, choose(0), choose(1))
    assert isinstance(refusal, Conflict)
    assert "chosen already" in refusal.message
    assert session.scalars(select(func.count(CoachingSession.id))).one() == 1


def test_those_who_have_not_answered_are_reminded_once(
    session: Session, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    _say(session, poll, members[0], now, YES, YES, YES)
    members[2].status = MembershipStatus.WITHDRAWN
    session.flush()
    session.expire_all()
    assert polls.remind_invitees(session, poll, actor=coach, now=now) == 1
    mail = _mails(session)[-1]
    assert (mail.recipient_id, mail.occurrence, mail.facts["is_reminder"]) == (members[1].person_id, "2", True)
    assert open_poll(session, mail.secret or "", now=now).actor.name == "Bo"
    with pytest.raises(Conflict, match="reminded already"):
        polls.remind_invitees(session, poll, actor=coach, now=now)


def test_closing_ends_it_for_everybody(
    session: Session, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    secret = _mails(session)[0].secret or ""
    polls.close_poll(session, poll, actor=coach, now=now)
    with pytest.raises(Conflict, match="closed without a time"):
        open_poll(session, secret, now=now)
    session.expire_all()
    assert {mail.state for mail in _mails(session)} == {MessageState.CANCELLED}


def test_what_a_poll_says_changes_until_it_is_decided(
    session: Session, poll: Poll, coach: Actor, members: list[Membership], now: datetime
) -> None:
    act: dict[str, Any] = {"actor": coach, "title": "Circle 5", "note": "Bring a friend"}
    later = poll.closes_at + timedelta(hours=1)
    poll_editing.edit_poll(session, poll, now=poll.closes_at, closes_local=poll.closes_local, **act)
    with pytest.raises(Conflict, match="over"):
        _say(session, poll, members[0], poll.closes_at, *[PollChoice.YES] * len(poll.slots))
    poll_editing.edit_poll(
        session, poll, now=poll.closes_at, closes_local=poll.closes_local + timedelta(hours=1), **act
    )
    session.flush()
    assert (poll.title, poll.note, poll.closes_at) == ("Circle 5", "Bring a friend", later)
    assert set(session.scalars(select(Capability.expires_at))) == {later}, "Links that went out are good until then."
    _say(session, poll, members[0], later - timedelta(minutes=1), *[PollChoice.YES] * len(poll.slots))
    for wrong in (poll.slots[-1].local_start, poll.closes_local - timedelta(hours=1)):
        with pytest.raises(Invalid) as refusal:
            poll_editing.edit_poll(session, poll, now=later, closes_local=wrong, **act)
        assert list(refusal.value.messages) == ["closes_local"]
    polls.close_poll(session, poll, actor=coach, now=now)
    with pytest.raises(Conflict, match="closed already"):
        poll_editing.edit_poll(session, poll, now=now, closes_local=poll.closes_local, **act)


def test_who_left_or_is_shut_out_answers_no_more(
    session: Session, poll: Poll, members: list[Membership], now: datetime
) -> None:
    secrets = [mail.secret or "" for mail in _mails(session)]
    members[0].status = MembershipStatus.WITHDRAWN
    members[1].person.suspended_at = now
    session.flush()
    for secret in secrets[:2]:
        with pytest.raises(NotFound):
            open_poll(session, secret, now=now)
    with pytest.raises(NotFound):
        _say(session, poll, members[0], now, YES, YES, YES)


def test_a_mail_that_waits_for_somebody_who_leaves_is_called_off(
    session: Session, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    memberships.change_status(session, members[0], actor=coach, now=now, status=MembershipStatus.WITHDRAWN)
    session.expire_all()
    assert [mail.state for mail in _mails(session)] == [MessageState.CANCELLED, MessageState.DUE, MessageState.DUE]


def test_who_sees_what(
    session: Session, cohort: Cohort, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    unasked = actor_of(session, make_membership(session, cohort).person)
    stranger = actor_of(session, make_membership(session).person)
    ann = actor_of(session, members[0].person)
    assert polls.get_poll(session, poll.public_id, actor=ann) is poll
    assert [line.asked for line in polls.list_polls(session, cohort, actor=ann)] == [3]
    assert polls.list_polls(session, cohort, actor=unasked) == []
    for who in (unasked, stranger):
        with pytest.raises(NotFound):
            polls.get_poll(session, poll.public_id, actor=who)
    acts: list[tuple[Actor, type[Refusal]]] = [(ann, NotAllowed), (unasked, NotFound), (stranger, NotFound)]
    for who, refusal in acts:
        for act in (
            lambda who: read_results(session, poll, actor=who, now=now),
            lambda who: polls.close_poll(session, poll, actor=who, now=now),
            lambda who: polls.remind_invitees(session, poll, actor=who, now=now),
            lambda who: polls.choose_slot(session, poll, actor=who, now=now, slot_id=poll.slots[0].public_id),
        ):
            with pytest.raises(refusal):
                act(who)
    with pytest.raises(NotAllowed):
        read_own(session, poll, actor=coach)
    with pytest.raises(NotAllowed):
        polls.create_poll(session, cohort, actor=ann, now=now, **FIELDS)


def test_answers_are_given_out_and_erased(
    session: Session, poll: Poll, members: list[Membership], coach: Actor, now: datetime
) -> None:
    _say(session, poll, members[0], now, YES, NO, YES)
    _say(session, poll, members[1], now, NO, NO, NO)
    held = privacy.export_person(session, members[0].person, actor=None)
    assert [line["choice"] for line in held["poll_answer"]] == [YES, NO, YES]
    assert [line["is_required"] for line in held["poll_invitee"]] == [True]
    privacy.erase_person(session, members[0].person, actor=None, now=now)
    assert session.scalars(select(func.count(PollAnswer.id))).one() == 3
    assert session.scalars(select(func.count(PollInvitee.id))).one() == 2
    assert session.scalars(select(func.count(Capability.id))).one() == 2
    assert read_results(session, poll, actor=coach, now=now).asked == 2
