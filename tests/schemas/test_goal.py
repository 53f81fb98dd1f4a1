"""Goals as they come in and go out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from coaching.errors import Invalid
from coaching.schemas.base import checked, load_form
from coaching.schemas.goal import GoalSchema, RateGoalSchema, SetGoalSchema
from coaching.services.goals import rate_goal
from tests.factories import NOW, actor_of, make_goal


def test_a_statement_is_enough() -> None:
    kept = load_form(SetGoalSchema(), MultiDict({"statement": "Launch a course", "importance": "3", "due_on": ""}))
    assert (kept["statement"], kept["importance"], kept["difficulty"], kept["baseline"]) == (
        "Launch a course",
        3,
        1,
        -1,
    )
    assert kept["due_on"] is None


@pytest.mark.parametrize(
    "field",
    [{"importance": 4}, {"difficulty": -1}, {"baseline": 0}, {"baseline": -3}, {"much_more": "x" * 501}, {"score": 1}],
)
def test_what_is_off_its_scale_is_named(field: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(SetGoalSchema(), {"statement": "x"} | field)
    assert list(refusal.value.messages) == list(field)


def test_a_rating_needs_its_score_and_day() -> None:
    with pytest.raises(Invalid) as refusal:
        checked(RateGoalSchema(), {"note": "well"})
    assert set(refusal.value.messages) == {"score", "rated_on"}


def test_a_goal_goes_out_with_its_ratings(session: Session) -> None:
    goal = make_goal(session)
    person = goal.membership.person
    rate_goal(session, goal, actor=actor_of(session, person), now=NOW, score=1, rated_on=NOW.date())
    session.flush()
    out = GoalSchema().dump(goal)
    assert out["id"] == goal.public_id
    assert out["membership_id"] == goal.membership.public_id
    assert out["version"] == 1
    assert [(rating["score"], rating["rated_by"]) for rating in out["ratings"]] == [(1, person.name)]
