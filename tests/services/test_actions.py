"""Actions: agreed in a session or alone, closed once, opened again; and a session's record beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import Action, ActionEnd, ActionState, AuditEntry, Membership, MembershipStatus, Role, SessionState
from coaching.policies import Actor
from coaching.services.action_list import list_member_actions
from coaching.services.action_outcomes import close_action, list_action_changes, move_action, reopen_action
from coaching.services.actions import agree_action, agree_session_action, edit_action, get_action
from coaching.services.own_actions import list_own_actions
from coaching.services.session_record import find_next_meeting, write_record
from tests.factories import NOW, actor_of, make_action, make_membership, make_session
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

DAY = date(2026, 7, 1)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def acts(session: Session) -> list[tuple[str, str]]:
    return [tuple(row) for row in session.execute(select(AuditEntry.act, AuditEntry.subject_kind))]


def test_an_action_goes_from_agreed_to_done_and_back(session: Session, team: Team) -> None:
    action = agree_action(session, team.ana, actor=team.as_ana, now=NOW, statement="Ask two colleagues", due_on=DAY)
    session.flush()
    assert get_action(session, action.public_id, actor=team.as_coordinator) is action
    edit_action(session, action, actor=team.as_coach, now=NOW, statement="Ask three", due_on=None)
    later = NOW + timedelta(days=3)
    close_action(session, action, actor=team.as_ana, now=later, state=ActionEnd.DONE, reason="It was easy")
    assert (action.state, action.reason, action.closed_at) == (ActionState.DONE, "It was easy", later)
    session.flush()
    for refused in (ActionEnd.DONE, ActionEnd.DROPPED):
        with pytest.raises(Conflict, match="done already"):
            close_action(session, action, actor=team.as_coach, now=later, state=refused, reason="x")
    with pytest.raises(Conflict, match="Open it again"):
        edit_action(session, action, actor=team.as_coach, now=later, statement="Ask four")
    reopen_action(session, action, actor=team.as_coach, now=later)
    assert (action.statement, action.state, action.reason, action.closed_at) == ("Ask three", "open", "", None)
    session.flush()
    with pytest.raises(Conflict, match="open already"):
        reopen_action(session, action, actor=team.as_coach, now=later)
    done = ("action.agreed", "action.edited", "action.done", "action.reopened")
    assert acts(session) == [(act, "action") for act in done]


def test_who_drops_an_action_says_why(session: Session, team: Team) -> None:
    action = make_action(session, team.ana)
    with pytest.raises(Invalid) as refusal:
        close_action(session, action, actor=team.as_ana, now=NOW, state=ActionEnd.DROPPED)
    assert list(refusal.value.messages) == ["reason"]
    assert action.state == ActionState.OPEN
    close_action(session, action, actor=team.as_ana, now=NOW, state=ActionEnd.DROPPED, reason="Another course")
    assert (action.state, action.reason) == (ActionState.DROPPED, "Another course")


def test_an_action_that_moves_keeps_where_it_was_and_why(session: Session, team: Team) -> None:
    action = agree_action(session, team.ana, actor=team.as_ana, now=NOW, statement="Ask", due_on=DAY)
    session.flush()
    later, after = DAY + timedelta(days=7), DAY + timedelta(days=9)
    for fields, given in (
        (["reason"], {"due_on": later, "reason": ""}),
        (["due_on"], {"due_on": DAY, "reason": "No time"}),
        (["due_on"], {"due_on": NOW.date() - timedelta(days=1), "reason": "No time"}),
    ):
        with pytest.raises(Invalid) as refusal:
            move_action(session, action, actor=team.as_ana, now=NOW, **given)  # type: ignore[arg-type]
        assert list(refusal.value.messages) == fields
    move_action(session, action, actor=team.as_ana, now=NOW, due_on=later, reason="No time")
    assert (action.due_on, action.remind_on, action.state) == (later, later - timedelta(days=1), ActionState.OPEN)
    # An edit may correct the day. That it did stands in the history, too.
    edit_action(session, action, actor=team.as_coach, now=NOW, statement="Ask", due_on=after)
    edit_action(session, action, actor=team.as_coach, now=NOW, statement="Ask two", due_on=after)
    close_action(session, action, actor=team.as_ana, now=NOW, state=ActionEnd.DROPPED, reason="Too late")
    session.flush()
    with pytest.raises(Conflict, match="dropped already"):
        move_action(session, action, actor=team.as_ana, now=NOW, due_on=later, reason="No time")
    reopen_action(session, action, actor=team.as_coach, now=NOW)
    session.flush()
    told = [
        (line.outcome, line.by, line.from_due_on, line.to_due_on, line.reason)
        for line in list_action_changes(session, action, actor=team.as_coordinator)
    ]
    ana, coach = team.ana.person.name, team.as_coach.name
    assert told == [
        ("moved", ana, DAY, later, "No time"),
        ("moved", coach, later, after, ""),
        ("dropped", ana, None, None, "Too late"),
        ("reopened", coach, None, None, ""),
    ]
    (line,) = list_member_actions(session, team.ana, actor=team.as_ana)
    assert line.moved == 2


def test_a_coach_promises_something_too(session: Session, team: Team) -> None:
    coach = make_membership(session, team.cohort, role=Role.COACH)
    elsewhere = make_membership(session, team.cleo.cohort, role=Role.COACH)

    def agree(actor: Actor, owner: Membership) -> Action:
        given = {"statement": "Send an outline", "owner_id": owner.public_id}
        made = agree_action(session, team.ana, actor=actor, now=NOW, **given)  # type: ignore[arg-type]
        session.flush()
        return made

    action = agree(team.as_coordinator, coach)
    for actor, owner in ((team.as_ana, coach), (team.as_coach, team.ben), (team.as_coach, elsewhere)):
        with pytest.raises(Invalid) as refusal:
            agree(actor, owner)
        assert list(refusal.value.messages) == ["owner_id"]
    # Who may not choose a coach leaves the one who does it, or takes it over.
    given = {"statement": "Send two", "owner_id": coach.public_id}
    edit_action(session, action, actor=team.as_ana, now=NOW, **given)  # type: ignore[arg-type]
    assert action.owner is coach
    as_owner = actor_of(session, coach.person)
    for viewer, is_mine, is_for_me in ((as_owner, True, False), (team.as_ana, False, True)):
        (line,) = list_own_actions(session, actor=viewer, now=NOW)
        assert (line.statement, line.is_mine, line.is_for_me) == ("Send two", is_mine, is_for_me)
    assert list_own_actions(session, actor=team.as_ben, now=NOW) == []
    edit_action(session, action, actor=team.as_ana, now=NOW, statement="I do it")
    assert action.owner is team.ana


def test_ones_own_actions_begin_with_what_is_overdue(
    session: Session, team: Team, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    today = NOW.date()
    there = make_membership(session, team.cleo.cohort, person=team.ana.person)
    make_action(session, team.ana, statement="some day")
    make_action(session, there, statement="soon", due_on=today)
    make_action(session, team.ana, statement="late", due_on=today - timedelta(days=1))
    closed = {"state": ActionState.DONE, "closed_at": NOW, "due_on": today - timedelta(days=9)}
    make_action(session, team.ana, statement="done", **closed)
    make_action(session, team.ben, statement="another’s")
    with count_queries() as seen:
        lines = list_own_actions(session, actor=team.as_ana, now=NOW)
    assert [(line.statement, line.is_overdue) for line in lines] == [
        ("late", True), ("soon", False), ("some day", False), ("done", False),
    ]  # fmt: skip
    assert len(seen) == 2
    # Who has left a cohort has no actions in it any more.
    there.status = MembershipStatus.WITHDRAWN
    session.flush()
    assert "soon" not in [line.statement for line in list_own_actions(session, actor=team.as_ana, now=NOW)]


def test_an_action_is_agreed_with_those_who_meet(session: Session, team: Team) -> None:
    held, pair = make_session(session, team.cohort), make_session(session, team.cohort, pair_membership_id=team.ben.id)

    def agree(where: object, whose: Membership) -> Action:
        return agree_session_action(
            session, where, actor=team.as_coach, now=NOW, membership_id=whose.public_id, statement="Ask"  # type: ignore[arg-type]
        )  # fmt: skip

    assert agree(held, team.ana).session is held
    assert agree(pair, team.ben).session is pair
    observer = make_membership(session, team.cohort, role=Role.OBSERVER)
    for where, whose in ((pair, team.ana), (held, team.cleo), (held, observer)):
        with pytest.raises(Invalid) as refusal:
            agree(where, whose)
        assert list(refusal.value.messages) == ["membership_id"]
    team.ana.status = MembershipStatus.WITHDRAWN
    with pytest.raises(Conflict, match="not in the cohort"):
        agree(held, team.ana)
    with pytest.raises(Conflict, match="not in the cohort"):
        agree_action(session, team.ana, actor=team.as_coach, now=NOW, statement="Ask")
    held.state = SessionState.CANCELLED
    with pytest.raises(Conflict, match="was cancelled"):
        agree(held, team.ben)


def test_a_fellow_finds_no_action(session: Session, team: Team) -> None:
    action = make_action(session, team.ana)
    for actor in (team.as_ben, team.as_observer, team.as_cleo):
        with pytest.raises(NotFound):
            get_action(session, action.public_id, actor=actor)


def test_of_two_who_close_an_action_at_once_one_hears_of_the_other(engine: Engine, session: Session) -> None:
    team = make_team(session)
    action = make_action(session, team.ana)
    number, ana, coach = action.id, team.as_ana, team.as_coach
    agree_action(session, team.ben, actor=team.as_ben, now=NOW, statement="So that the trail has its first entry")
    session.commit()

    def finish(other: Session) -> None:
        close_action(other, other.get_one(Action, number), actor=ana, now=NOW, state=ActionEnd.DONE)

    def drop(other: Session) -> None:
        action = other.get_one(Action, number)
        close_action(other, action, actor=coach, now=NOW, state=ActionEnd.DROPPED, reason="Too late")

    assert isinstance(overlap(engine, finish, drop), Conflict)
    session.expire_all()
    assert session.get_one(Action, number).state == ActionState.DONE


def test_a_record_is_kept_and_its_words_are_not_in_the_trail(session: Session, team: Team) -> None:
    held = make_session(session, team.cohort, title="Circle 1")
    before = held.version
    texts = {"covered": "canary one", "shared_notes": "canary two\n\nand more", "materials": "canary three"}
    write_record(session, held, actor=team.as_coordinator, now=NOW, **texts)
    session.flush()
    assert {name: getattr(held, name) for name in texts} == texts
    assert (held.title, held.version) == ("Circle 1", before + 1)
    assert acts(session) == [("session.recorded", "coaching_session")]
    assert "canary" not in str([vars(entry) for entry in session.scalars(select(AuditEntry))])
    held.state = SessionState.CANCELLED
    with pytest.raises(Conflict, match="was cancelled"):
        write_record(session, held, actor=team.as_coach, now=NOW, **texts)


def test_the_next_meeting_is_of_the_same_people(session: Session, team: Team) -> None:
    def meet(days: int, **values: object) -> str:
        return make_session(session, team.cohort, starts_at=NOW + timedelta(days=days), **values).public_id

    held = make_session(session, team.cohort, starts_at=NOW - timedelta(days=9))
    own = make_session(session, team.cohort, starts_at=NOW - timedelta(days=9), pair_membership_id=team.ana.id)

    def following(of: object) -> str | None:
        found = find_next_meeting(session, of, actor=team.as_ana, now=NOW)  # type: ignore[arg-type]
        return found.id if found is not None else None

    assert (following(held), following(own)) == (None, None)
    meet(-2)
    meet(1, state=SessionState.CANCELLED)
    meet(2, pair_membership_id=team.ben.id)
    make_session(session, starts_at=NOW + timedelta(days=2))
    third, ours, last = meet(3), meet(4, pair_membership_id=team.ana.id), meet(5)
    assert (following(held), following(own)) == (third, ours)
    coming = make_session(session, team.cohort, starts_at=NOW + timedelta(days=4))
    assert following(coming) == last
