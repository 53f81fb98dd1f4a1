"""Check-ins: answered by link or signed in, changed until they close, and flowing into practice and reach."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    AnswerChoice,
    AuditEntry,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CourseRun,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    PracticeEntry,
    PracticeKind,
    Purpose,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    ReachState,
    Role,
)
from coaching.policies import Actor
from coaching.services.capabilities import issue_capability, open_capability
from coaching.services.check_ins import (
    answer_check_in,
    expire_check_ins,
    get_check_in,
    list_check_ins,
    open_by_link,
)
from coaching.tokens import derive_secret, link_token
from tests.factories import (
    NOW,
    actor_of,
    make_coordinator,
    make_membership,
    make_person,
    make_project,
    make_run,
)
from tests.services.check_in_rows import (
    check_in_states,
    check_ins_of,
    make_planned_cohort,
    make_planned_member,
    post,
)
from tests.services.racing import overlap

Counter = Callable[[], AbstractContextManager[list[str]]]
DAY = timedelta(days=1)


@pytest.fixture
def member(session: Session) -> Membership:
    """A participant who has just been asked for the first time."""
    member = make_planned_member(session)
    post(session)
    return member


@pytest.fixture
def check_in(session: Session, member: Membership) -> CheckIn:
    return check_ins_of(session, member)[0]


@pytest.fixture
def secret(session: Session, check_in: CheckIn) -> str:
    secret = session.scalars(select(Message.secret)).one()
    assert secret is not None
    return link_token(check_in.public_id, derive_secret(secret, check_in.public_id))


def answer(
    session: Session,
    check_in: CheckIn,
    choice: AnswerChoice = AnswerChoice.DID_IT,
    *,
    actor: Actor | None = None,
    now: datetime = NOW,
    **values: Any,
) -> CheckInAnswer:
    actor = actor or actor_of(session, check_in.membership.person)
    given = answer_check_in(session, check_in, actor=actor, now=now, choice=choice, **({"via": "page"} | values))
    session.flush()
    return given


def entries(session: Session) -> list[PracticeEntry]:
    session.expire_all()
    return list(session.scalars(select(PracticeEntry)))


def figures(session: Session) -> list[tuple[int, bool]]:
    session.expire_all()
    statement = select(ReachSnapshot.value, ReachSnapshot.is_current).order_by(ReachSnapshot.id)
    return [(value, is_current) for value, is_current in session.execute(statement)]


def make_launched_run(session: Session, member: Membership, **values: Any) -> CourseRun:
    return make_run(session, make_project(session, owners=(member,)), **values)


def test_an_answer_is_kept_with_when_and_by_which_door(session: Session, check_in: CheckIn) -> None:
    given = answer(session, check_in, AnswerChoice.NOT_YET, note="In September.", via="api")
    assert (given.choice, given.note, given.enrolments) == (AnswerChoice.NOT_YET, "In September.", None)
    assert (given.answered_at, given.changed_at, given.via) == (NOW, None, "api")
    assert check_in.state == CheckInState.ANSWERED
    assert session.scalars(select(AuditEntry.act)).all() == ["check_in.answered"]


def test_an_answer_may_change_until_the_check_in_closes(session: Session, check_in: CheckIn) -> None:
    answer(session, check_in, AnswerChoice.NOT_YET)
    answer(session, check_in, AnswerChoice.DID_IT, now=NOW + DAY, note="Now we did.", via="link")
    only = session.scalars(select(CheckInAnswer)).one()
    assert (only.choice, only.answered_at, only.changed_at) == (AnswerChoice.DID_IT, NOW, NOW + DAY)
    with pytest.raises(Conflict) as refusal:
        answer(session, check_in, now=check_in.closes_at)
    assert refusal.value.code == "check-in-closed"


def test_two_who_answer_at_once_leave_one_answer(engine: Engine, session: Session, check_in: CheckIn) -> None:
    number = check_in.id
    session.commit()

    def say(choice: AnswerChoice) -> Callable[[Session], object]:
        return lambda other: answer(other, other.get_one(CheckIn, number), choice)

    assert overlap(engine, say(AnswerChoice.NOT_YET), say(AnswerChoice.DID_IT)) is None
    assert session.scalars(select(CheckInAnswer.choice)).one() == AnswerChoice.DID_IT
    assert len(entries(session)) == 1


def test_an_answer_before_the_mail_has_left_calls_the_mail_off(session: Session, check_in: CheckIn) -> None:
    answer(session, check_in)
    session.expire_all()
    assert session.scalars(select(Message.state)).one() == MessageState.CANCELLED


def test_what_is_due_can_be_answered_before_it_is_posted_and_is_then_not_posted(session: Session) -> None:
    check_in = check_ins_of(session, make_planned_member(session))[0]
    answer(session, check_in)
    assert post(session) == 0


def test_what_is_still_to_come_cannot_be_answered(session: Session, member: Membership) -> None:
    with pytest.raises(Conflict) as refusal:
        answer(session, check_ins_of(session, member)[1])
    assert refusal.value.code == "check-in-not-open"


@pytest.mark.parametrize("who", ["coach", "coordinator", "stranger", "left"])
def test_only_the_participant_answers(session: Session, check_in: CheckIn, who: str) -> None:
    membership = check_in.membership
    person = make_person(session)
    if who == "coach":
        make_membership(session, membership.cohort, person, role=Role.COACH)
    elif who == "coordinator":
        make_coordinator(session, membership.cohort.programme, person)
    elif who == "left":
        membership.status, person = MembershipStatus.WITHDRAWN, membership.person
        session.flush()
    actor = actor_of(session, person)
    with pytest.raises(NotAllowed if who in {"coach", "coordinator"} else NotFound):
        answer(session, check_in, actor=actor)


def test_did_it_is_a_line_in_the_practice_log(session: Session, check_in: CheckIn, member: Membership) -> None:
    answer(session, check_in, note="We opened on Monday.")
    entry = entries(session)[0]
    assert (entry.membership_id, entry.kind, entry.check_in_id) == (member.id, PracticeKind.CHECK_IN, check_in.id)
    assert (entry.on, entry.text, entry.enrolments) == (date(2026, 6, 15), "We opened on Monday.", None)


@pytest.mark.parametrize("choice", [AnswerChoice.NOT_YET, AnswerChoice.CANNOT_SAY])
def test_what_was_not_done_is_no_practice(session: Session, check_in: CheckIn, choice: AnswerChoice) -> None:
    answer(session, check_in, choice, note="Soon.")
    assert entries(session) == []


def test_a_changed_answer_changes_its_line_and_takes_it_back(session: Session, check_in: CheckIn) -> None:
    answer(session, check_in, note="One")
    answer(session, check_in, note="Two", enrolments=12, now=NOW + DAY)
    entry = entries(session)[0]
    assert (entry.text, entry.enrolments, entry.on) == ("Two", 12, date(2026, 6, 15))
    answer(session, check_in, AnswerChoice.NOT_YET, note="A mistake", now=NOW + 2 * DAY)
    assert entries(session) == []


def test_a_figure_is_kept_in_the_log_for_when_its_run_is_known(session: Session, check_in: CheckIn) -> None:
    answer(session, check_in, AnswerChoice.CANNOT_SAY, enrolments=40)
    entry = entries(session)[0]
    assert (entry.enrolments, entry.run_id) == (40, None)
    assert figures(session) == []


def test_the_figure_counts_for_the_one_run_there_is(session: Session, check_in: CheckIn, member: Membership) -> None:
    run = make_launched_run(session, member)
    answer(session, check_in, enrolments=1200)
    snapshot = session.scalars(select(ReachSnapshot)).one()
    assert (snapshot.run_id, snapshot.metric, snapshot.value) == (run.id, ReachMetric.JOINERS, 1200)
    assert (snapshot.source, snapshot.as_of) == (ReachSource.CHECK_IN, date(2026, 6, 15))
    assert (snapshot.recorded_by_id, snapshot.state) == (member.person_id, ReachState.SELF_REPORTED)
    assert entries(session)[0].run_id == run.id


def test_the_day_of_a_figure_is_the_participants_own(session: Session) -> None:
    """It is still Sunday in Honolulu when the answer comes on Monday's morning in London."""
    member = make_planned_member(session, person={"timezone": "Pacific/Honolulu"})
    make_launched_run(session, member)
    post(session, NOW + DAY)
    answer(session, check_ins_of(session, member)[0], enrolments=5, now=NOW + DAY + timedelta(hours=22))
    assert session.scalars(select(ReachSnapshot.as_of)).one() == date(2026, 6, 16)


@pytest.mark.parametrize("others", [{"launched_on": date(2026, 5, 11)}, None])
def test_a_figure_that_could_mean_two_runs_is_given_to_none(
    session: Session, check_in: CheckIn, member: Membership, others: dict[str, Any] | None
) -> None:
    first = make_launched_run(session, member)
    if others:
        make_run(session, first.project, **others)
    else:
        make_launched_run(session, member)
    answer(session, check_in, enrolments=1200)
    assert figures(session) == []
    assert entries(session)[0].enrolments == 1200


def test_a_run_that_is_still_to_open_is_not_meant(session: Session, check_in: CheckIn, member: Membership) -> None:
    make_launched_run(session, member, launched_on=date(2026, 9, 1))
    answer(session, check_in, enrolments=3)
    assert figures(session) == []


def test_two_owners_in_two_memberships_of_one_person_are_one_run(
    session: Session, check_in: CheckIn, member: Membership
) -> None:
    again = make_membership(session, make_planned_cohort(session), member.person)
    make_run(session, make_project(session, owners=(member, again)))
    answer(session, check_in, enrolments=70)
    assert figures(session) == [(70, True)]


def test_a_figure_that_shrinks_or_repeats_does_not_break_the_answer(
    session: Session, check_in: CheckIn, member: Membership
) -> None:
    make_launched_run(session, member)
    answer(session, check_in, enrolments=100)
    answer(session, check_in, enrolments=100, note="Still.")
    answer(session, check_in, enrolments=90)
    answer(session, check_in, AnswerChoice.NOT_YET, enrolments=None, now=NOW + DAY)
    assert figures(session) == [(100, False), (90, True)]
    assert session.scalars(select(CheckInAnswer.enrolments)).one() is None


def test_a_link_opens_its_check_in_and_signs_nobody_in(session: Session, secret: str, check_in: CheckIn) -> None:
    opened = open_by_link(session, secret, now=NOW)
    assert opened.check_in is check_in
    assert opened.actor.person_id == check_in.membership.person_id
    assert (opened.actor.is_administrator, opened.actor.programme_ids, dict(opened.actor.standings)) == (
        False,
        frozenset(),
        {},
    )


def test_who_holds_the_link_answers_and_answers_again(session: Session, secret: str) -> None:
    for choice in (AnswerChoice.NOT_YET, AnswerChoice.DID_IT):
        opened = open_by_link(session, secret, now=NOW)
        answer(session, opened.check_in, choice, actor=opened.actor, via="link")
    assert session.scalars(select(CheckInAnswer.choice)).one() == AnswerChoice.DID_IT


def test_a_link_answers_no_other_check_in(session: Session, secret: str, member: Membership) -> None:
    other = make_planned_member(session, member.cohort)
    opened = open_by_link(session, secret, now=NOW)
    with pytest.raises(NotFound):
        answer(session, check_ins_of(session, other)[0], actor=opened.actor)


def test_a_link_of_a_coordinator_who_takes_part_grants_nothing_of_the_post(
    session: Session, secret: str, member: Membership
) -> None:
    make_coordinator(session, member.cohort.programme, member.person)
    other = make_planned_member(session, member.cohort)
    opened = open_by_link(session, secret, now=NOW)
    with pytest.raises(NotFound):
        get_check_in(session, check_ins_of(session, other)[0].public_id, actor=opened.actor)


@pytest.mark.parametrize(
    "given", ["", "x", "A" * 43, "é", "{id}", "{id}.", "{id}.x", "{id}.\0", "{id}\0.x", ".", "{id}.{id}"]
)
def test_an_unknown_link_opens_nothing(session: Session, check_in: CheckIn, given: str) -> None:
    with pytest.raises(NotFound):
        open_by_link(session, given.format(id=check_in.public_id), now=NOW)


def test_a_secret_opens_its_own_check_in_alone(session: Session, member: Membership, secret: str) -> None:
    """The name of the check-in in the link says where to look, and lets nobody in."""
    other = make_planned_member(session, member.cohort)
    for check_in in (check_ins_of(session, member)[1], check_ins_of(session, other)[0]):
        with pytest.raises(NotFound):
            open_by_link(session, link_token(check_in.public_id, secret.partition(".")[2]), now=NOW)


def test_a_check_ins_link_is_refused_elsewhere(session: Session, secret: str) -> None:
    with pytest.raises(Invalid) as refusal:
        open_capability(session, secret, Purpose.INVITATION, now=NOW)
    assert refusal.value.code == "wrong-purpose"


def test_a_link_for_another_purpose_is_refused(session: Session, member: Membership) -> None:
    issue_capability(
        session,
        Purpose.INVITATION,
        member.person_id,
        member.person_id,
        secret="another",
        expires_at=NOW + DAY,
        now=NOW,
    )
    with pytest.raises(Invalid) as refusal:
        open_by_link(session, "another", now=NOW)
    assert refusal.value.code == "wrong-purpose"


def test_a_link_ends_with_its_window_in_plain_words(session: Session, secret: str, check_in: CheckIn) -> None:
    with pytest.raises(Invalid, match="The time to answer this check-in is over") as refusal:
        open_by_link(session, secret, now=check_in.closes_at)
    assert refusal.value.code == "link-ended"


def test_a_called_off_check_in_says_so(session: Session, secret: str, check_in: CheckIn) -> None:
    check_in.state, check_in.wake_at = CheckInState.CANCELLED, None
    session.flush()
    with pytest.raises(Conflict, match="called off") as refusal:
        open_by_link(session, secret, now=NOW)
    assert refusal.value.code == "check-in-cancelled"


@pytest.mark.parametrize("shut_out", [{"suspended_at": NOW}, {"erased_at": NOW}])
def test_a_person_who_is_shut_out_cannot_answer_by_link(
    session: Session, secret: str, member: Membership, shut_out: dict[str, Any]
) -> None:
    for name, value in shut_out.items():
        setattr(member.person, name, value)
    session.flush()
    with pytest.raises(NotFound):
        open_by_link(session, secret, now=NOW)


def test_what_was_asked_and_not_answered_expires(session: Session, member: Membership, check_in: CheckIn) -> None:
    just_before = check_in.closes_at - timedelta(seconds=1)
    assert expire_check_ins(session, now=just_before, limit=10) == 0
    assert expire_check_ins(session, now=check_in.closes_at, limit=10) == 1
    assert check_in_states(session, member) == ["expired", "due", "due", "due", "due"]


def test_an_answered_check_in_does_not_expire(session: Session, check_in: CheckIn) -> None:
    answer(session, check_in)
    assert expire_check_ins(session, now=check_in.closes_at, limit=10) == 0


def test_a_coach_sees_the_answers_and_what_became_of_the_mails(
    session: Session, member: Membership, check_in: CheckIn
) -> None:
    answer(session, check_in, note="Open since Monday.", enrolments=30)
    coach = make_membership(session, member.cohort, role=Role.COACH)
    lines = list_check_ins(session, member, actor=actor_of(session, coach.person))
    assert [line.state for line in lines] == ["answered", "due", "due", "due", "due"]
    first = lines[0]
    assert (first.id, first.choice, first.note, first.enrolments) == (
        check_in.public_id,
        AnswerChoice.DID_IT,
        "Open since Monday.",
        30,
    )
    assert (first.message_state, first.message_detail) == (
        MessageState.CANCELLED,
        "It was answered before the mail left.",
    )
    assert (lines[1].choice, lines[1].message_state, lines[1].message_detail) == (None, None, None)


def test_the_list_is_one_statement(session: Session, member: Membership, count_queries: Counter) -> None:
    actor = actor_of(session, member.person)
    with count_queries() as statements:
        list_check_ins(session, member, actor=actor)
    assert len(statements) == 1


def test_a_fellow_participant_sees_nobodys_check_ins(session: Session, member: Membership, check_in: CheckIn) -> None:
    other = make_membership(session, member.cohort)
    actor = actor_of(session, other.person)
    with pytest.raises(NotFound):
        get_check_in(session, check_in.public_id, actor=actor)
    with pytest.raises(NotFound):
        list_check_ins(session, member, actor=actor)


def test_a_check_in_comes_with_all_that_its_page_shows(
    session: Session, check_in: CheckIn, count_queries: Counter
) -> None:
    actor = actor_of(session, check_in.membership.person)
    identifier = check_in.public_id
    session.expunge_all()
    with count_queries() as statements:
        found = get_check_in(session, identifier, actor=actor)
        assert found.answer is None
        assert found.membership.cohort.programme.name
        assert found.step.question
        assert found.step.questions == []
    assert len(statements) == 2
