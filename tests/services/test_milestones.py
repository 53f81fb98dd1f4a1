"""Milestones: in the order of their days, between the goal's own, and fixed once it has ended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import GoalEnd
from coaching.services.goal_states import end_goal
from coaching.services.goals import edit_goal
from coaching.services.milestones import MANY, add_milestone, edit_milestone, remove_milestone
from tests.factories import NOW, make_goal
from tests.services.teams import Team, make_team

TODAY, DAY = NOW.date(), timedelta(days=1)
DUE = date(2026, 9, 1)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def test_they_stand_in_the_order_of_their_days(session: Session, team: Team) -> None:
    goal = make_goal(session, team.ana, due_on=DUE)
    for statement, due_on in (("any time", None), ("last", DUE), ("first", TODAY)):
        add_milestone(session, goal, actor=team.as_coach, now=NOW, statement=statement, due_on=due_on)
    session.flush()
    session.expire(goal)
    assert [one.statement for one in goal.milestones] == ["first", "last", "any time"]


def test_their_days_lie_between_the_goals_own(session: Session, team: Team) -> None:
    goal = make_goal(session, team.ana, due_on=DUE)
    for days, field in (
        ({"due_on": TODAY - DAY}, "due_on"),
        ({"due_on": DUE + DAY}, "due_on"),
        ({"reached_on": TODAY + DAY}, "reached_on"),
    ):
        with pytest.raises(Invalid) as refusal:
            add_milestone(session, goal, actor=team.as_ana, now=NOW, statement="x", **days)
        assert list(refusal.value.messages) == [field]
    step = add_milestone(session, goal, actor=team.as_ana, now=NOW, statement="x", due_on=DUE)
    levels = {name: getattr(goal, name) for name in ("much_less", "less", "expected", "more", "much_more")}
    with pytest.raises(Invalid, match="milestone is due on 1 September 2026"):
        edit_goal(session, goal, actor=team.as_ana, now=NOW, statement=goal.statement, due_on=DUE - DAY, **levels)
    edit_milestone(session, step, actor=team.as_ana, now=NOW, statement="x", due_on=DUE, reached_on=TODAY)
    edit_goal(session, goal, actor=team.as_ana, now=NOW, statement=goal.statement, due_on=DUE - DAY, **levels)
    # One that was there before may stay where it is.
    edit_milestone(session, step, actor=team.as_ana, now=NOW, statement="y", due_on=DUE, reached_on=TODAY)


def test_one_that_was_reached_stays_and_so_do_those_of_an_ended_goal(session: Session, team: Team) -> None:
    goal = make_goal(session, team.ana)
    steps = [add_milestone(session, goal, actor=team.as_ana, now=NOW, statement="x") for _ in range(MANY)]
    session.flush()
    with pytest.raises(Conflict, match="at most 20"):
        add_milestone(session, goal, actor=team.as_ana, now=NOW, statement="one more")
    edit_milestone(session, steps[0], actor=team.as_ana, now=NOW, statement="x", reached_on=TODAY)
    with pytest.raises(Conflict, match="was reached"):
        remove_milestone(session, steps[0], actor=team.as_ana, now=NOW)
    remove_milestone(session, steps[1], actor=team.as_ana, now=NOW)
    session.flush()
    session.expire(goal)
    assert len(goal.milestones) == MANY - 1
    end_goal(session, goal, actor=team.as_ana, now=NOW, state=GoalEnd.REACHED, on=TODAY)
    for act in (
        lambda: add_milestone(session, goal, actor=team.as_ana, now=NOW, statement="x"),
        lambda: edit_milestone(session, steps[2], actor=team.as_ana, now=NOW, statement="z"),
        lambda: remove_milestone(session, steps[2], actor=team.as_ana, now=NOW),
    ):
        with pytest.raises(Conflict, match="was reached on 15 June 2026"):
            act()
