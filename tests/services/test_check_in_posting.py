"""The sweep: what is due is asked once, together with its link and its message, and nobody is asked who must not be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.models import (
    Anchor,
    Asking,
    CheckInState,
    FollowUpQuestion,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    QuestionKind,
    Role,
)
from coaching.services.check_in_posting import is_any_due, post_due_check_ins
from coaching.tokens import derive_secret, hash_secret
from tests.factories import (
    NOW,
    make_check_in,
    make_cohort,
    make_goal,
    make_membership,
    make_programme,
    make_project,
    make_run,
    make_session,
    make_step,
)
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

Counter = Callable[[], AbstractContextManager[list[str]]]


def test_a_due_check_in_gets_its_link_and_its_message(session: Session) -> None:
    programme = make_programme(session, name="MOOC School", is_synthetic=True)
    cohort = make_planned_cohort(session, programme=programme, name="Cohort 7")
    member = make_planned_member(session, cohort, person={"email": "ann@example.org"})
    assert post(session) == 1
    check_in = check_ins_of(session, member)[0]
    assert (check_in.state, check_in.asked_at) == (CheckInState.ASKED, NOW)
    message = messages_about(session, check_in)[0]
    assert (message.kind, message.state, message.due_at) == (MessageKind.CHECK_IN, MessageState.DUE, NOW)
    assert (message.recipient_id, message.address) == (member.person_id, "ann@example.org")
    assert message.message_id == f"<{message.public_id}@coaching.internal>"
    item = {
        "id": check_in.public_id,
        "label": "Two weeks on",
        "question": check_in.step.question,
        "cohort": "Cohort 7",
        "programme": "MOOC School",
        "closes_at": "2026-07-13T08:00:00+00:00",
        "nudge": 0,
        "needs_consent": False,
    }
    assert message.facts == {"items": [item], "is_synthetic": True}
    assert message.cohort_id == cohort.id
    assert message.secret is not None
    asking = session.scalars(select(Asking)).one()
    assert (asking.check_in_id, asking.message_id, asking.number) == (check_in.id, message.id, 1)
    assert asking.secret_hash == hash_secret(derive_secret(message.secret, check_in.public_id))
    assert message.unsubscribe_hash == hash_secret(derive_secret(message.secret, "unsubscribe"))


@pytest.mark.parametrize("anchor", [Anchor.LAUNCH, Anchor.SESSION_END, Anchor.GOAL_DUE])
def test_a_mail_names_what_it_asks_about(session: Session, anchor: Anchor) -> None:
    member = make_membership(session, make_cohort(session))
    goal = make_goal(session, member, statement="Open a course")
    run = make_run(session, make_project(session, owners=(member,), title="Sepsis"), label="Spring")
    held = make_session(session, member.cohort, title="Circle 3")
    numbers = {Anchor.LAUNCH: run.id, Anchor.SESSION_END: held.id, Anchor.GOAL_DUE: goal.id}
    names = {Anchor.LAUNCH: "Sepsis, Spring", Anchor.SESSION_END: "Circle 3", Anchor.GOAL_DUE: "Open a course"}
    step = make_step(session, member.cohort, anchor=anchor)
    step.questions = [FollowUpQuestion(position=1, kind=QuestionKind.TEXT, prompt="How did it go?")]
    check_in = make_check_in(session, step, member, anchor_id=numbers[anchor])
    assert post(session) == 1
    (item,) = messages_about(session, check_in)[0].facts["items"]
    assert (item["about"], item["more"]) == (names[anchor], 1)


def test_it_is_asked_once(session: Session) -> None:
    make_planned_member(session)
    assert [post(session), post(session), post(session, NOW + timedelta(hours=1))] == [1, 0, 0]


def test_nothing_is_asked_before_its_moment(session: Session) -> None:
    make_planned_member(session)
    early = NOW - timedelta(hours=3)
    assert not is_any_due(session.connection(), now=early)
    assert post(session, early) == 0
    assert is_any_due(session.connection(), now=NOW)


def test_a_batch_takes_the_oldest(session: Session) -> None:
    cohort = make_planned_cohort(session)
    later = make_planned_member(session, cohort, person={"timezone": "Europe/London"})
    earlier = make_planned_member(session, cohort, person={"timezone": "Europe/Helsinki"})
    # Both were planned just now, when their moment had come: whoever waits since before that goes first.
    check_ins_of(session, earlier)[0].wake_at = NOW - timedelta(hours=2)
    session.flush()
    assert post_due_check_ins(session, now=NOW, limit=1) == 1
    assert check_in_states(session, earlier)[0] == "asked"
    assert check_in_states(session, later)[0] == "due"
    assert post_due_check_ins(session, now=NOW, limit=1) == 1
    assert post_due_check_ins(session, now=NOW, limit=1) == 0


def test_two_schedulers_at_once_share_the_work(engine: Engine, session: Session) -> None:
    cohort = make_planned_cohort(session)
    for _ in range(5):
        make_planned_member(session, cohort)
    session.commit()
    posted: list[int] = []
    raised = overlap(
        engine,
        lambda one: posted.append(post_due_check_ins(one, now=NOW, limit=3)),
        lambda two: posted.append(post_due_check_ins(two, now=NOW, limit=3)),
    )
    assert raised is None
    assert posted == [3, 2]
    assert session.scalar(select(func.count()).select_from(Message)) == 5
    assert session.scalar(select(func.count(Message.subject_id.distinct()))) == 5


def test_a_batch_that_fails_leaves_nothing_half_done(session: Session) -> None:
    member = make_planned_member(session)
    session.commit()
    post(session)
    session.rollback()
    assert check_in_states(session, member)[0] == "due"
    assert session.scalars(select(Message)).all() == []
    assert session.scalars(select(Asking)).all() == []


@pytest.mark.parametrize(
    ("member_values", "person_values", "reason"),
    [
        ({"status": MembershipStatus.WITHDRAWN}, {}, "The member has left the cohort."),
        ({}, {"suspended_at": NOW}, "The account is suspended."),
        ({}, {"email": None}, "There is no e-mail address."),
        ({"follow_ups_stopped_at": NOW}, {}, "They asked not to be asked about this cohort any more."),
        ({"role": Role.COACH}, {}, "The member has another role in the cohort now."),
    ],
)
def test_who_must_not_be_asked_gets_nothing_and_the_reason_is_kept(
    session: Session, member_values: dict[str, Any], person_values: dict[str, Any], reason: str
) -> None:
    cohort = make_planned_cohort(session)
    member, other = make_planned_member(session, cohort), make_planned_member(session, cohort)
    for name, value in member_values.items():
        setattr(member, name, value)
    for name, value in person_values.items():
        setattr(member.person, name, value)
    session.flush()
    assert post(session) == 2
    assert check_in_states(session, member)[0] == "cancelled"
    assert check_in_states(session, other)[0] == "asked"
    assert reasons(session) == {reason: 1}
    message = messages_about(session, check_ins_of(session, member)[0])[0]
    assert (message.state, message.secret, message.settled_at) == (MessageState.CANCELLED, None, NOW)
    assert check_ins_of(session, member)[0].asked_at is None
    links = dict(session.execute(select(Asking.check_in_id, Asking.secret_hash)).all())
    assert [links[check_ins_of(session, one)[0].id] is None for one in (member, other)] == [True, False]


def test_after_a_long_standstill_what_has_closed_is_not_asked_any_more(session: Session) -> None:
    member = make_planned_member(session)
    closes_at = check_ins_of(session, member)[0].closes_at
    assert post(session, closes_at) == 2
    assert check_in_states(session, member) == ["expired", "asked", "due", "due", "due"]
    assert check_ins_of(session, member)[0].asked_at is None


def test_a_batch_takes_as_many_statements_whatever_its_size(session: Session, count_queries: Counter) -> None:
    """People, all that they have (on PostgreSQL counted once more), their steps and cohorts, what was sent them; mails
    (on SQLite their numbers), what they ask with its links, states."""
    for size in (1, 20):
        cohort = make_planned_cohort(session)
        for _ in range(size):
            make_planned_member(session, cohort)
        with count_queries() as statements:
            assert post(session) == size
        assert len(statements) == 9
