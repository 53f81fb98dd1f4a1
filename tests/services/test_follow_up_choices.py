"""Being asked at all: "stop asking me" and taking it back, and the consent that alumni steps ask for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, NotAllowed, NotFound
from coaching.models import (
    AnswerChoice,
    AuditEntry,
    CheckIn,
    CheckInState,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Role,
)
from coaching.policies import Actor
from coaching.services.check_ins import CONSENT_FIRST, NO_CONSENT, STOPPED, answer_check_in, open_by_link
from coaching.services.follow_up_choices import (
    list_to_come,
    open_choices_by_link,
    read_alumni_question,
    resume_follow_ups,
    say_alumni_consent,
    stop_follow_ups,
)
from coaching.services.follow_ups import move_check_ins, plan_check_ins
from tests.factories import NOW, actor_of, make_asking_link, make_membership, make_step
from tests.services.check_in_rows import check_in_states, check_ins_of, make_planned_member, post, reasons

DAY = timedelta(days=1)
# The plan's steps: two weeks, six weeks, three months; and for alumni six months and a year.
ALL_DUE = ["due"] * 5
ENDED = ["cancelled"] * 5


@pytest.fixture
def member(session: Session) -> Membership:
    return make_planned_member(session)


@pytest.fixture
def actor(session: Session, member: Membership) -> Actor:
    return actor_of(session, member.person)


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def states_of(session: Session) -> list[MessageState]:
    session.expire_all()
    return list(session.scalars(select(Message.state)))


def test_stopping_ends_what_is_open_and_to_come_and_calls_off_the_mail(
    session: Session, member: Membership, actor: Actor
) -> None:
    fellow = make_planned_member(session, member.cohort)
    post(session)
    stop_follow_ups(session, member, actor=actor, now=NOW)
    stop_follow_ups(session, member, actor=actor, now=NOW + DAY)
    assert check_in_states(session, member) == ENDED
    assert check_in_states(session, fellow) == ["asked", *ALL_DUE[1:]]
    assert member.follow_ups_stopped_at == NOW
    assert sorted(states_of(session)) == [MessageState.CANCELLED, MessageState.DUE]
    assert reasons(session) == {"They asked not to be asked any more.": 1}
    assert acts(session) == ["membership.follow_ups_stopped"]


def test_what_was_answered_stays(session: Session, member: Membership, actor: Actor) -> None:
    first = check_ins_of(session, member)[0]
    answer_check_in(session, first, actor=actor, now=NOW, choice=AnswerChoice.DID_IT, via="page")
    stop_follow_ups(session, member, actor=actor, now=NOW)
    assert check_in_states(session, member) == ["answered", *ENDED[1:]]


def test_nothing_new_and_nothing_old_comes_while_it_is_stopped(
    session: Session, member: Membership, actor: Actor
) -> None:
    stop_follow_ups(session, member, actor=actor, now=NOW)
    session.flush()
    plan_id = member.cohort.follow_up_plan_id
    make_step(session, member.cohort, plan_id=plan_id, position=9, label="Nine weeks on", offset="P9W")
    assert plan_check_ins(session, member.cohort, now=NOW) == 0
    member.cohort.ends_on = date(2026, 6, 10)
    move_check_ins(session, member.cohort, now=NOW)
    assert check_in_states(session, member) == ENDED


def test_taking_it_back_asks_what_is_recent_enough(session: Session, member: Membership, actor: Actor) -> None:
    post(session)
    stop_follow_ups(session, member, actor=actor, now=NOW)
    later = NOW + 15 * DAY
    resume_follow_ups(session, member, actor=actor, now=later)
    assert check_in_states(session, member) == ["expired", *ALL_DUE[1:]]
    assert member.follow_ups_stopped_at is None
    resume_follow_ups(session, member, actor=actor, now=later)
    assert acts(session) == ["membership.follow_ups_stopped", "membership.follow_ups_resumed"]


def test_only_the_participant_says_so(session: Session, member: Membership) -> None:
    coach = make_membership(session, member.cohort, role=Role.COACH)
    fellow = make_membership(session, member.cohort)
    for someone, refusal in ((coach, NotAllowed), (fellow, NotFound)):
        theirs = actor_of(session, someone.person)
        with pytest.raises(refusal):
            stop_follow_ups(session, member, actor=theirs, now=NOW)
        with pytest.raises(refusal):
            say_alumni_consent(session, member, actor=theirs, now=NOW, may_ask=True)


def test_a_stopped_check_in_says_so_to_who_opens_its_link(
    session: Session, member: Membership, actor: Actor, secret: str
) -> None:
    stop_follow_ups(session, member, actor=actor, now=NOW)
    session.flush()
    with pytest.raises(Conflict, match=STOPPED):
        open_by_link(session, secret, now=NOW)
    assert open_choices_by_link(session, secret).check_in.membership is member


@pytest.fixture
def secret(session: Session, member: Membership) -> str:
    """The link of the member's first check-in."""
    return make_asking_link(session, check_ins_of(session, member)[0])


def test_the_choices_open_after_the_check_in_has_closed_but_not_to_who_left(
    session: Session, member: Membership, secret: str
) -> None:
    check_in = open_choices_by_link(session, secret).check_in
    check_in.state, check_in.wake_at = CheckInState.EXPIRED, None
    assert open_choices_by_link(session, secret).actor.person_id == member.person_id
    member.status = MembershipStatus.WITHDRAWN
    with pytest.raises(Conflict) as refusal:
        open_choices_by_link(session, secret)
    assert refusal.value.code == "member-left"


def test_the_question_of_consent_is_asked_while_nothing_was_said(
    session: Session, member: Membership, actor: Actor
) -> None:
    moments = read_alumni_question(session, member, actor=actor, now=NOW)
    assert [moment.date() for moment in moments] == [date(2026, 12, 1), date(2027, 6, 1)]
    for may_ask in (True, False):
        say_alumni_consent(session, member, actor=actor, now=NOW, may_ask=may_ask)
        assert read_alumni_question(session, member, actor=actor, now=NOW) == []


def test_a_no_ends_alumni_steps_alone_and_a_yes_brings_them_back(
    session: Session, member: Membership, actor: Actor
) -> None:
    say_alumni_consent(session, member, actor=actor, now=NOW, may_ask=False)
    assert check_in_states(session, member) == [*ALL_DUE[:3], *ENDED[3:]]
    # Neither planning nor coming back undoes it.
    plan_check_ins(session, member.cohort, now=NOW)
    stop_follow_ups(session, member, actor=actor, now=NOW)
    resume_follow_ups(session, member, actor=actor, now=NOW)
    assert check_in_states(session, member) == [*ALL_DUE[:3], *ENDED[3:]]
    assert [one.is_alumni for one in list_to_come(session, member, actor=actor, now=NOW)] == [False, False]
    say_alumni_consent(session, member, actor=actor, now=NOW + DAY, may_ask=True)
    assert check_in_states(session, member) == ALL_DUE
    assert (member.alumni_consent, member.alumni_consent_at) == (True, NOW + DAY)
    assert [act for act in acts(session) if "alumni" in act] == [
        "membership.alumni_declined", "membership.alumni_agreed",
    ]  # fmt: skip


class TestAnAlumniCheckIn:
    @pytest.fixture
    def alumni(self, session: Session, member: Membership) -> CheckIn:
        check_in = check_ins_of(session, member)[3]
        check_in.state, check_in.asked_at, check_in.wake_at = CheckInState.ASKED, check_in.due_at, None
        session.flush()
        return check_in

    def test_it_is_answered_once_somebody_may_ask(
        self, session: Session, member: Membership, actor: Actor, alumni: CheckIn
    ) -> None:
        now = alumni.due_at + DAY
        words = {"actor": actor, "now": now, "choice": AnswerChoice.DID_IT, "via": "page"}
        assert alumni.needs_consent
        with pytest.raises(Conflict, match=CONSENT_FIRST) as refusal:
            answer_check_in(session, alumni, **words)
        assert refusal.value.code == "consent-needed"
        say_alumni_consent(session, member, actor=actor, now=now, may_ask=True)
        answer_check_in(session, alumni, **words)
        assert check_in_states(session, member)[3] == "answered"

    def test_a_no_ends_it_and_its_page_says_so(
        self, session: Session, member: Membership, actor: Actor, alumni: CheckIn
    ) -> None:
        now = alumni.due_at + DAY
        say_alumni_consent(session, member, actor=actor, now=now, may_ask=False)
        with pytest.raises(Conflict, match=NO_CONSENT):
            answer_check_in(session, alumni, actor=actor, now=now, choice=AnswerChoice.DID_IT, via="page")
        assert check_in_states(session, member)[3:] == ["cancelled", "cancelled"]
        # It had been asked, so that a yes in time opens it again as it was.
        say_alumni_consent(session, member, actor=actor, now=now, may_ask=True)
        assert check_in_states(session, member)[3:] == ["asked", "due"]

    def test_what_waited_for_the_yes_is_looked_at_again(
        self, session: Session, member: Membership, actor: Actor, alumni: CheckIn
    ) -> None:
        later = check_ins_of(session, member)[4]
        later.held, later.wake_at = Held.CONSENT, alumni.closes_at
        session.flush()
        say_alumni_consent(session, member, actor=actor, now=alumni.due_at, may_ask=True)
        session.refresh(later)
        assert (later.held, later.wake_at) == (Held.NOT_HELD, later.due_at)
