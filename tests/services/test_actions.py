"""Actions: agreed in a session or alone, closed once, opened again; and a session's record beside them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import Action, ActionEnd, ActionState, AuditEntry, Membership, MembershipStatus, Role, SessionState
from coaching.services.action_outcomes import close_action, reopen_action
from coaching.services.actions import agree_action, agree_session_action, edit_action, get_action
from coaching.services.session_record import find_next_meeting, write_record
from tests.factories import NOW, make_action, make_membership, make_session
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
