"""Goals agreed on by both sides, revised, ended and taken up again; each leaves a dated line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Goal, GoalChange, GoalEnd, GoalState
from coaching.services.goal_attainment import measure_attainment
from coaching.services.goal_levels import LEVELS, SCALE
from coaching.services.goal_revisions import current_ratings, earlier_editions, revise_goal
from coaching.services.goal_states import agree_to_goal, end_goal, reopen_goal
from coaching.services.goals import edit_goal, list_goals, rate_goal, set_goal
from tests.factories import NOW, make_goal
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

TODAY = NOW.date()
DAY = timedelta(days=1)
WRITTEN: Any = dict(zip(LEVELS.values(), "abcde", strict=True))
NEW_SCALE: dict[str, Any] = WRITTEN | {
    "importance": 3,
    "difficulty": 2,
    "baseline": -2,
}


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def goal(session: Session, team: Team) -> Goal:
    return make_goal(session, team.ana)


def agreed(session: Session, team: Team, goal: Goal) -> Goal:
    agree_to_goal(session, goal, actor=team.as_ana, now=NOW)
    return agree_to_goal(session, goal, actor=team.as_coach, now=NOW)


def shape_of(goal: Goal) -> dict[str, Any]:
    return {name: getattr(goal, name) for name in ("statement", "why", "due_on", *SCALE)}


def history(session: Session, goal: Goal) -> list[tuple[str, str]]:
    session.flush()
    found = session.scalars(select(GoalChange).where(GoalChange.goal_id == goal.id).order_by(GoalChange.id))
    return [(change.state.value, change.reason) for change in found]


def test_agreed_takes_both_sides_and_a_rating_puts_it_in_progress(session: Session, team: Team) -> None:
    goal = set_goal(session, team.ana, actor=team.as_ana, now=NOW, statement="Launch")
    with pytest.raises(Invalid, match="before you agree"):
        agree_to_goal(session, goal, actor=team.as_ana, now=NOW)
    edit_goal(session, goal, actor=team.as_ana, now=NOW, statement="Launch", **WRITTEN)
    agree_to_goal(session, goal, actor=team.as_coach, now=NOW)
    agree_to_goal(session, goal, actor=team.as_coach, now=NOW + DAY)
    assert goal.coach_agreed_by is not None
    assert (goal.state, goal.coach_agreed_at, goal.coach_agreed_by.id) == ("draft", NOW, team.as_coach.person_id)
    agree_to_goal(session, goal, actor=team.as_ana, now=NOW)
    assert goal.state == "agreed"
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    assert history(session, goal) == [("draft", ""), ("agreed", ""), ("in_progress", "")]


@pytest.mark.parametrize("change", [{"statement": "Else"}, {"due_on": TODAY + DAY}, {"more": "900 joiners"}])
def test_an_edit_of_what_was_agreed_takes_both_back(
    session: Session, team: Team, goal: Goal, change: dict[str, Any]
) -> None:
    agreed(session, team, goal)
    edit_goal(session, goal, actor=team.as_coach, now=NOW, **(shape_of(goal) | {"why": "For them"}))
    assert goal.state == "agreed"
    edit_goal(session, goal, actor=team.as_coach, now=NOW, **(shape_of(goal) | change))
    assert (goal.state, goal.participant_agreed_at, goal.coach_agreed_at) == ("draft", None, None)
    assert history(session, goal)[-1] == ("draft", "Edited after it was agreed on.")


def test_a_revision_keeps_the_old_scale_with_its_ratings_and_counts_the_new_alone(
    session: Session, team: Team, goal: Goal
) -> None:
    agreed(session, team, goal)
    old = {name: getattr(goal, name) for name in SCALE}
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=2, rated_on=TODAY)
    revise_goal(session, goal, actor=team.as_coach, now=NOW, reason="Too easy", **NEW_SCALE)
    session.flush()
    session.expire_all()
    assert (goal.edition, goal.state, goal.expected, goal.importance) == (2, "draft", "c", 3)
    ((revision, ratings),) = earlier_editions(goal)
    assert ({name: getattr(revision, name) for name in SCALE}, revision.reason) == (old, "Too easy")
    assert ([one.score for one in ratings], current_ratings(goal)) == ([2], [])
    (line,) = list_goals(session, team.ana, actor=team.as_ana)
    assert (line.ratings, line.latest_score, line.participant_score) == (0, None, None)
    assert measure_attainment(session, team.ana, actor=team.as_ana).overall.rated == 0
    # Nobody has rated on the new one, so that is edited and not revised.
    edit_goal(session, goal, actor=team.as_ana, now=NOW, **(shape_of(goal) | {"expected": "C"}))
    with pytest.raises(Conflict, match="Edit it instead"):
        revise_goal(session, goal, actor=team.as_ana, now=NOW, reason="Again", **NEW_SCALE)
    rate_goal(session, goal, actor=team.as_coach, now=NOW, score=-1, rated_on=TODAY)
    found = measure_attainment(session, team.ana, actor=team.as_coach)
    assert (found.overall.achieved_t, found.coach.achieved_t, found.participant.rated) == (40, 40, 0)
    # Work on it never stopped: agreed on again, it is in progress.
    assert agreed(session, team, goal).state == "in_progress"


def test_a_revision_changes_something_with_a_reason(session: Session, team: Team, goal: Goal) -> None:
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    same = {name: getattr(goal, name) for name in SCALE}
    for scale, reason in ((same, "Wrong"), (NEW_SCALE, ""), (NEW_SCALE | {"less": ""}, "Wrong")):
        with pytest.raises(Invalid):
            revise_goal(session, goal, actor=team.as_ana, now=NOW, reason=reason, **scale)
    assert goal.edition == 1


def test_an_ended_goal_is_neither_rated_nor_changed_and_still_counts(session: Session, team: Team, goal: Goal) -> None:
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=-1, rated_on=TODAY)
    end_goal(session, goal, actor=team.as_ana, now=NOW, state=GoalEnd.DROPPED, on=TODAY, reason="Not mine")
    assert (goal.state, goal.ended_on) == ("dropped", TODAY)
    acts: list[Callable[[], object]] = [
        lambda: rate_goal(session, goal, actor=team.as_ana, now=NOW, score=1, rated_on=TODAY),
        lambda: edit_goal(session, goal, actor=team.as_ana, now=NOW, **shape_of(goal)),
        lambda: revise_goal(session, goal, actor=team.as_ana, now=NOW, reason="x", **NEW_SCALE),
        lambda: agree_to_goal(session, goal, actor=team.as_ana, now=NOW),
        lambda: end_goal(session, goal, actor=team.as_ana, now=NOW, state=GoalEnd.REACHED, on=TODAY),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="was dropped on 15 June 2026, "):
            act()
    assert measure_attainment(session, team.ana, actor=team.as_ana).overall.achieved_t == 40
    reopen_goal(session, goal, actor=team.as_coach, now=NOW, reason="It is again")
    assert (goal.state, goal.ended_on) == ("draft", None)
    assert history(session, goal) == [("dropped", "Not mine"), ("draft", "It is again")]
    with pytest.raises(Conflict, match="has not ended"):
        reopen_goal(session, goal, actor=team.as_coach, now=NOW)


def test_a_goal_is_changed_for_one_that_is_there_or_is_set_by_it(session: Session, team: Team, goal: Goal) -> None:
    other, strange = make_goal(session, team.ana), make_goal(session, team.ben)
    changed: dict[str, Any] = {"state": GoalEnd.CHANGED, "on": TODAY, "reason": "Another audience"}

    def end(**how: Any) -> Goal:
        return end_goal(session, goal, actor=team.as_ana, now=NOW, **(changed | how))

    for how, field in (
        ({}, "successor_statement"),
        ({"successor_id": other.public_id, "successor_statement": "New"}, "successor_statement"),
        ({"successor_id": strange.public_id}, "successor_id"),
        ({"successor_id": goal.public_id}, "successor_id"),
        ({"state": GoalEnd.DROPPED, "successor_id": other.public_id}, "successor_id"),
        ({"successor_statement": "New", "reason": ""}, "reason"),
        ({"successor_statement": "New", "on": TODAY + DAY}, "on"),
        ({"successor_statement": "New", "on": TODAY - DAY}, "on"),
    ):
        with pytest.raises(Invalid) as refusal:
            end(**how)
        assert list(refusal.value.messages) == [field], how
    assert end(successor_id=other.public_id).changes[-1].successor is other
    reopen_goal(session, goal, actor=team.as_ana, now=NOW)
    made = end(successor_statement="Reach the night shift").changes[-1].successor
    assert made is not None
    assert (made.statement, made.state, made.membership) == ("Reach the night shift", GoalState.DRAFT, team.ana)


def test_days_that_are_reversed_are_refused(session: Session, team: Team, goal: Goal) -> None:
    with pytest.raises(Invalid) as refusal:
        set_goal(session, team.ana, actor=team.as_ana, now=NOW, statement="Late", due_on=TODAY - DAY)
    assert refusal.value.messages == {"due_on": ["The goal was set on 15 June 2026. Write a day from then on."]}
    with pytest.raises(Invalid, match="15 June 2026"):
        edit_goal(session, goal, actor=team.as_ana, now=NOW, **(shape_of(goal) | {"due_on": date(2026, 6, 14)}))
    # A day that has stood there for long may stay when the rest is edited.
    goal.due_on = date(2026, 6, 1)
    edit_goal(session, goal, actor=team.as_ana, now=NOW, **(shape_of(goal) | {"statement": "Sooner"}))
    assert goal.statement == "Sooner"


def test_of_two_who_end_a_goal_at_once_the_second_hears_of_the_first(engine: Engine, session: Session) -> None:
    team = make_team(session)
    goal = make_goal(session, team.ana)
    number = goal.id
    session.commit()

    def end(state: GoalEnd) -> Callable[[Session], object]:
        return lambda own: end_goal(
            own, own.get_one(Goal, number), actor=team.as_coach, now=NOW, state=state, on=TODAY, reason="So"
        )

    refused = overlap(engine, end(GoalEnd.REACHED), end(GoalEnd.DROPPED))
    assert isinstance(refused, Conflict)
    session.expire_all()
    assert [one.state for one in goal.changes] == ["reached"]
