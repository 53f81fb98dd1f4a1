"""A cohort is paused, goes on, is archived and opened again: what waits, what ends, and what comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import (
    CheckInState,
    Cohort,
    CohortKind,
    CohortState,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
    Poll,
    PollState,
    Role,
    SessionState,
)
from coaching.policies import Actor
from coaching.services import cohort_life
from coaching.services.claims import why_not_sent
from coaching.services.cohort_history import Happened, list_happenings
from coaching.services.cohort_life import AtStake, change_cohort, foresee_change
from coaching.services.coming_messages import list_coming
from coaching.services.follow_ups import follow_zone
from coaching.services.memberships import add_member, change_status
from coaching.services.message_scope import scope_of_cohort
from coaching.services.polls import create_poll
from coaching.services.reasons import COHORT_ARCHIVED, COHORT_PAUSED
from coaching.services.reminder_checks import why_not_reminded
from coaching.services.reminder_posting import post_due_reminders
from tests.factories import NOW, actor_of, make_coordinator, make_membership, make_person
from tests.services.calendar_rows import START, mails_of, make_at, make_group, schedule
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
REMINDER = MessageKind.SESSION_REMINDER


def boss(session: Session, cohort: Cohort) -> Actor:
    return actor_of(session, make_coordinator(session, cohort.programme))


def turn(session: Session, cohort: Cohort, state: CohortState, *, now: datetime = NOW, reason: str = "") -> None:
    change_cohort(session, cohort, actor=boss(session, cohort), now=now, state=state, reason=reason)
    session.flush()
    session.expire_all()


def test_a_pause_holds_the_cohorts_check_ins_and_nobody_elses(session: Session) -> None:
    member = make_planned_member(session)
    elsewhere = make_membership(session, make_planned_cohort(session), member.person)
    follow_zone(session, member.person, now=NOW)
    turn(session, member.cohort, CohortState.PAUSED)
    post(session)
    (quiet, *_later), (asked, *_rest) = check_ins_of(session, member), check_ins_of(session, elsewhere)
    assert (quiet.state, quiet.held, quiet.wake_at) == (CheckInState.DUE, Held.PAUSED, quiet.closes_at)
    assert (asked.state, asked.held) == (CheckInState.ASKED, Held.NOT_HELD)


def test_what_waits_is_foretold_as_held_by_the_pause(session: Session) -> None:
    member = make_planned_member(session)
    turn(session, member.cohort, CohortState.PAUSED)
    scope = scope_of_cohort(member.cohort, actor=boss(session, member.cohort))
    lines = list_coming(session, scope, now=NOW).lines
    assert {line.refusal for line in lines} == {COHORT_PAUSED}


def test_a_mail_that_has_not_left_is_taken_back_and_asked_when_the_cohort_goes_on(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    turn(session, member.cohort, CohortState.PAUSED)
    first = check_ins_of(session, member)[0]
    assert [message.state for message in messages_about(session, first)] == [MessageState.CANCELLED]
    assert reasons(session) == {COHORT_PAUSED: 1}
    post(session)
    turn(session, member.cohort, CohortState.RUNNING, now=NOW + WEEK)
    post(session, NOW + WEEK)
    assert check_ins_of(session, member)[0].state == CheckInState.ASKED


def test_what_lies_too_far_back_when_it_goes_on_is_not_asked(session: Session) -> None:
    member = make_planned_member(session)
    turn(session, member.cohort, CohortState.PAUSED)
    post(session)
    turn(session, member.cohort, CohortState.RUNNING, now=NOW + 3 * WEEK)
    assert check_ins_of(session, member)[0].state == CheckInState.EXPIRED


def test_who_is_paused_themselves_stays_so_and_comes_back_into_a_paused_cohort_quietly(session: Session) -> None:
    member = make_planned_member(session)
    other = make_planned_member(session, member.cohort)
    coordinator = boss(session, member.cohort)
    change_status(session, other, actor=coordinator, now=NOW, status=MembershipStatus.PAUSED)
    turn(session, member.cohort, CohortState.PAUSED)
    post(session)
    change_status(session, member, actor=coordinator, now=NOW, status=MembershipStatus.PAUSED)
    change_status(session, member, actor=coordinator, now=NOW + DAY, status=MembershipStatus.ACTIVE)
    post(session, NOW + DAY)
    assert check_ins_of(session, member)[0].held == Held.PAUSED
    turn(session, member.cohort, CohortState.RUNNING, now=NOW + DAY)
    post(session, NOW + DAY)
    assert check_ins_of(session, member)[0].state == CheckInState.ASKED
    assert (check_ins_of(session, other)[0].state, check_ins_of(session, other)[0].held) == ("due", "paused")


def test_who_joins_during_the_pause_gets_their_check_ins_after_it(session: Session) -> None:
    cohort = make_planned_cohort(session)
    turn(session, cohort, CohortState.PAUSED)
    late = add_member(
        session, cohort, actor=boss(session, cohort), secret="s", now=NOW, email="late@example.org", name="Late Person",
        role=Role.PARTICIPANT,
    )  # fmt: skip
    assert check_in_states(session, late) == []
    turn(session, cohort, CohortState.RUNNING)
    assert set(check_in_states(session, late)) == {"due"}


def test_nobody_is_reminded_of_a_session_of_a_paused_cohort(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_at(session, cohort)
    schedule(session, held)
    session.flush()
    at = held.starts_at - DAY
    post_due_reminders(session, now=at, limit=10)
    (mail,) = mails_of(session, ann, REMINDER)
    cohort.state = CohortState.PAUSED
    session.flush()
    assert why_not_reminded(session.connection(), [mail.id], now=at) == {mail.id: COHORT_PAUSED}
    cohort.state = CohortState.RUNNING
    turn(session, cohort, CohortState.PAUSED, now=at)
    assert mails_of(session, ann, REMINDER) == []
    assert post_due_reminders(session, now=held.starts_at - timedelta(hours=1), limit=10) == 1
    assert mails_of(session, ann, REMINDER) == []
    assert held.state == SessionState.SCHEDULED


def filled_cohort(session: Session) -> tuple[Cohort, Membership]:
    """With a check-in that was asked, others to come, a session to come with its invites, and a poll."""
    member = make_planned_member(session)
    cohort = member.cohort
    post(session)
    held = make_at(session, cohort)
    schedule(session, held)
    create_poll(
        session, cohort, actor=boss(session, cohort), now=NOW, title="When?", timezone="UTC", duration_minutes=30,
        closes_local=START - DAY, slots=[START + DAY],
    )  # fmt: skip
    session.flush()
    return cohort, member


def test_archiving_ends_what_is_planned_as_it_was_foretold(session: Session) -> None:
    cohort, member = filled_cohort(session)
    steps = len(check_ins_of(session, member))
    told = foresee_change(session, cohort, actor=boss(session, cohort), now=NOW)
    assert told == AtStake(to_ask=steps - 1, unanswered=1, sessions=1, reminded=1, polls=1)
    turn(session, cohort, CohortState.ARCHIVED)
    assert set(check_in_states(session, member)) == {"cancelled"}
    assert foresee_change(session, cohort, actor=boss(session, cohort), now=NOW) == AtStake(0, 0, 0, 0, 0)
    kinds = {message.kind for message in mails_of(session, member, MessageKind.POLL)}
    assert kinds == set()
    # What is left to be sent tells calendars that the session is off.
    waiting = session.scalars(select(Message).where(Message.state == MessageState.DUE)).all()
    assert {message.kind for message in waiting} <= {MessageKind.SESSION_INVITE}
    assert reasons(session)[COHORT_ARCHIVED] == 2


def test_a_check_in_that_came_in_between_is_refused_by_the_sweep(session: Session) -> None:
    """Somebody planned it in another transaction while the cohort was archived."""
    member = make_planned_member(session)
    member.cohort.state = CohortState.ARCHIVED
    post(session)
    assert check_ins_of(session, member)[0].state == CheckInState.CANCELLED
    assert reasons(session) == {COHORT_ARCHIVED: 1}


def test_a_mail_of_unknown_fate_does_not_hold_in_an_archived_cohort(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    (mail,) = messages_about(session, check_ins_of(session, member)[0])
    member.cohort.state = CohortState.ARCHIVED
    session.flush()
    assert why_not_sent(session, mail.id, now=NOW) == COHORT_ARCHIVED


def test_opened_again_nothing_comes_back_by_itself(session: Session) -> None:
    cohort, member = filled_cohort(session)
    turn(session, cohort, CohortState.ARCHIVED, reason="It is over.")
    turn(session, cohort, CohortState.RUNNING)
    assert set(check_in_states(session, member)) == {"cancelled"}
    assert session.scalars(select(Poll.state)).all() == [PollState.CLOSED]
    what = [one.what for one in list_happenings(session, cohort, actor=boss(session, cohort))]
    assert what[:2] == [Happened.REOPENED, Happened.ARCHIVED]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (CohortState.PAUSED, CohortState.PAUSED, "paused already"),
        (CohortState.RUNNING, CohortState.RUNNING, "is running"),
        (CohortState.ARCHIVED, CohortState.ARCHIVED, "archived already"),
        (CohortState.ARCHIVED, CohortState.PAUSED, "is archived"),
    ],
)
def test_the_same_twice_is_refused(session: Session, before: CohortState, after: CohortState, words: str) -> None:
    cohort, _people = make_group(session, 1)
    cohort.state = before
    with pytest.raises(Conflict, match=words):
        turn(session, cohort, after)


def test_of_two_who_archive_at_once_one_hears_of_the_other(engine: Engine) -> None:
    with Session(engine) as session:
        cohort, _people = make_group(session, 1, kind=CohortKind.FORMAL)
        person = make_coordinator(session, cohort.programme, make_person(session)).id
        number = cohort.id
        session.commit()

    def archive(session: Session) -> None:
        actor = actor_of(session, session.get_one(Person, person))
        cohort_life.archive_cohort(session, session.get_one(Cohort, number), actor=actor, now=NOW)

    assert isinstance(overlap(engine, archive, archive), Conflict)


def test_what_happened_names_who_came_and_went_and_every_change(session: Session) -> None:
    cohort, (_coach, ann) = make_group(session, 1)
    coordinator = boss(session, cohort)
    turn(session, cohort, CohortState.PAUSED, now=NOW + DAY, reason="Summer")
    turn(session, cohort, CohortState.RUNNING, now=NOW + 2 * DAY)
    change_status(
        session, ann, actor=coordinator, now=NOW + 3 * DAY, status=MembershipStatus.WITHDRAWN, reason="A new post"
    )
    session.flush()
    lines = list_happenings(session, cohort, actor=coordinator)
    assert [(one.what, one.name, one.reason) for one in lines[:3]] == [
        (Happened.LEFT, ann.person.name, "A new post"),
        (Happened.RESUMED, "", ""),
        (Happened.PAUSED, "", "Summer"),
    ]
    assert {one.what for one in lines[3:]} <= {Happened.JOINED}
