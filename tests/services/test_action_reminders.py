"""Reminders of actions: one mail a person, of what still stands when it leaves, and none to who does not want it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.models import (
    Action,
    ActionEnd,
    CohortState,
    ContactPreference,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    ReminderChoice,
)
from coaching.services.action_outcomes import close_action, move_action, reopen_action
from coaching.services.action_reminder_posting import is_any_action_reminder_due, post_due_action_reminders
from coaching.services.actions import agree_action, edit_action
from coaching.services.claims import claim_messages, load_claimed, why_not_sent
from coaching.services.coming_messages import list_coming
from coaching.services.message_scope import scope_of_member, scope_of_own
from tests.factories import NOW
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

DUE = date(2026, 6, 25)  # A Thursday; NOW is the Monday of the week before.
WAKES = datetime(2026, 6, 24, 7, tzinfo=UTC)
SOON = WAKES + timedelta(seconds=2)


@pytest.fixture
def team(session: Session) -> Team:
    team = make_team(session)
    for one in (team.ana, team.ben):
        one.person.timezone = "Europe/London"
    return team


def agree(session: Session, team: Team, statement: str = "Ask two", **terms: Any) -> Action:
    made = agree_action(session, team.ana, actor=team.as_coach, now=NOW, statement=statement, **{"due_on": DUE} | terms)
    session.flush()
    return made


def post(session: Session, now: datetime = SOON) -> list[Message]:
    session.flush()
    post_due_action_reminders(session, now=now, limit=50)
    session.expire_all()
    return list(session.scalars(select(Message).where(Message.kind == MessageKind.ACTION_REMINDER)))


def test_one_mail_reminds_of_all_that_somebody_promised(session: Session, team: Team) -> None:
    coach_member = session.get_one(Membership, next(iter(team.as_coach.standings.values())).membership_id)
    coach_member.person.timezone = "Europe/London"
    first, second = agree(session, team), agree(session, team, "Film it")
    theirs = agree(session, team, "Send an outline", owner_id=coach_member.public_id)
    agree(session, team, "No reminder", reminder=ReminderChoice.NONE)
    assert {one.remind_at for one in (first, second, theirs)} == {WAKES}
    connection = session.connection()
    assert not is_any_action_reminder_due(connection, now=WAKES - timedelta(seconds=1))
    assert is_any_action_reminder_due(connection, now=SOON)
    mails = {mail.recipient_id: mail for mail in post(session)}
    assert set(mails) == {team.ana.person_id, coach_member.person_id}
    told = {who: [(one["statement"], one["whose"]) for one in mail.facts["actions"]] for who, mail in mails.items()}
    assert told[team.ana.person_id] == [("Ask two", ""), ("Film it", "")]
    assert told[coach_member.person_id] == [("Send an outline", team.ana.person.name)]
    assert not is_any_action_reminder_due(connection, now=SOON)
    assert len(post(session, SOON + timedelta(hours=1))) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s, t: setattr(t.ana, "status", MembershipStatus.PAUSED),
        lambda s, t: setattr(t.ana, "status", MembershipStatus.WITHDRAWN),
        lambda s, t: setattr(t.cohort, "state", CohortState.PAUSED),
        lambda s, t: setattr(t.ana.person, "suspended_at", NOW),
        lambda s, t: s.add(OptOut(person_id=t.ana.person_id, kind=MessageKind.ACTION_REMINDER, at=NOW)),
        lambda s, t: s.add(ContactPreference(person_id=t.ana.person_id, paused_until=date(2026, 7, 30))),
    ],
    ids=["paused", "left", "cohort paused", "suspended", "opted out", "asked for quiet"],
)
def test_who_is_not_to_be_reminded_is_not(
    session: Session, team: Team, spoil: Callable[[Session, Team], object]
) -> None:
    agree(session, team)
    spoil(session, team)
    assert post(session) == []
    assert not is_any_action_reminder_due(session.connection(), now=SOON)


def test_what_is_written_is_called_off_by_the_same(session: Session, team: Team) -> None:
    agree(session, team)
    (mail,) = post(session)
    assert why_not_sent(session, mail.id, now=SOON) == ""
    for change, back, why in (
        (MembershipStatus.PAUSED, MembershipStatus.ACTIVE, "is paused"),
        (MembershipStatus.WITHDRAWN, MembershipStatus.ACTIVE, "has left"),
    ):
        team.ana.status = change
        session.flush()
        assert why in why_not_sent(session, mail.id, now=SOON)
        team.ana.status = back
        session.flush()
    assert "is over" in why_not_sent(session, mail.id, now=SOON + timedelta(days=2))


def test_hours_that_changed_put_it_off(session: Session, team: Team) -> None:
    action = agree(session, team)
    session.add(ContactPreference(person_id=team.ana.person_id, from_hour=12, until_hour=18))
    assert post(session) == []
    assert action.remind_at == WAKES + timedelta(hours=4)


def test_what_changed_before_it_leaves_is_not_told(session: Session, team: Team) -> None:
    done, moved, kept = (agree(session, team, words) for words in ("Done", "Moved", "Kept"))
    (mail,) = post(session)
    number = mail.id
    close_action(session, done, actor=team.as_ana, now=SOON, state=ActionEnd.DONE)
    move_action(session, moved, actor=team.as_ana, now=SOON, due_on=DUE + timedelta(days=7), reason="No time")
    session.flush()
    assert moved.remind_at == WAKES + timedelta(days=7)
    lease = timedelta(minutes=1)
    ids = claim_messages(session, token="t", now=SOON, lease=lease, limit=9, channels=["mail"])
    (standing,), refused = load_claimed(session, ids, token="t", now=SOON)
    assert ([one["statement"] for one in standing.facts["actions"]], refused) == (["Kept"], [])
    # In the night it waits for the morning.
    _standing, (put_off,) = load_claimed(session, ids, token="t", now=SOON - timedelta(hours=3))
    assert put_off.waits_until == WAKES
    close_action(session, kept, actor=team.as_ana, now=SOON, state=ActionEnd.DROPPED, reason="Too late")
    session.flush()
    assert "closed" in why_not_sent(session, number, now=SOON)


def test_the_only_action_of_a_mail_calls_it_off_with_it(session: Session, team: Team) -> None:
    action = agree(session, team)
    (mail,) = post(session)
    edit_action(session, action, actor=team.as_ana, now=SOON, statement="Ask three", due_on=DUE)
    session.refresh(mail)
    assert mail.state == MessageState.DUE
    close_action(session, action, actor=team.as_ana, now=SOON, state=ActionEnd.DONE)
    session.refresh(mail)
    assert (mail.state, mail.facts) == (MessageState.CANCELLED, {})
    reopen_action(session, action, actor=team.as_ana, now=NOW)
    assert action.remind_at == WAKES


def test_two_schedulers_write_one_mail(engine: Engine, session: Session) -> None:
    team = make_team(session)
    for words in ("Ask", "Film"):
        agree(session, team, words)
    session.commit()
    now = SOON + timedelta(hours=9)

    def work(other: Session) -> None:
        post_due_action_reminders(other, now=now, limit=50)

    assert overlap(engine, work, work) is None
    assert session.scalar(select(func.count(Message.id))) == 1


def test_it_stands_in_what_will_be_sent(session: Session, team: Team) -> None:
    agree(session, team)
    (line,) = list_coming(session, scope_of_own(actor=team.as_ana), now=NOW).lines
    assert (line.kind, line.what, line.at, line.refusal) == (MessageKind.ACTION_REMINDER, "Ask two", WAKES, "")
    session.add(OptOut(person_id=team.ana.person_id, kind=MessageKind.ACTION_REMINDER, at=NOW))
    session.flush()
    (line,) = list_coming(session, scope_of_member(team.ana, actor=team.as_coach), now=NOW).lines
    assert "switched" in line.refusal
