"""Goals: who sets and rates them, when their scale is fixed, and what their ratings come to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import AuditEntry, Goal, MembershipStatus
from coaching.services.goal_attainment import measure_attainment
from coaching.services.goal_levels import LEVELS
from coaching.services.goals import (
    FIXED,
    edit_goal,
    get_goal,
    list_goals,
    rate_goal,
    set_goal,
)
from tests.factories import NOW, make_goal, make_membership
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

TODAY = NOW.date()
WRITTEN = {
    "much_less": "Nothing",
    "less": "An outline",
    "expected": "A course that is open",
    "more": "500 joiners",
    "much_more": "A second run",
}


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def goal(session: Session, team: Team) -> Goal:
    return make_goal(session, team.ana, **WRITTEN)


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


def test_a_participant_sets_a_goal(session: Session, team: Team) -> None:
    goal = set_goal(session, team.ana, actor=team.as_ana, now=NOW, statement="Launch a course", importance=3)
    session.flush()
    assert (goal.importance, goal.difficulty, goal.baseline, goal.expected, goal.due_on) == (3, 1, -1, "", None)
    assert get_goal(session, goal.public_id, actor=team.as_ana) is goal
    assert acts(session) == ["goal.set"]


def test_the_coach_sets_it_with_them(session: Session, team: Team) -> None:
    assert set_goal(session, team.ana, actor=team.as_coach, now=NOW, statement="Launch").membership is team.ana


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("ben", NotFound), ("observer", NotFound), ("stranger", NotFound), ("coordinator", NotAllowed)],
)
def test_nobody_else_does(session: Session, team: Team, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        set_goal(session, team.ana, actor=getattr(team, f"as_{who}"), now=NOW, statement="Launch")


def test_a_coach_has_no_goals_of_their_own(session: Session, team: Team) -> None:
    own = session.get_one(type(team.ana), team.as_coach.standings[team.cohort.id].membership_id)
    with pytest.raises(NotAllowed, match="belongs to a participant"):
        set_goal(session, own, actor=team.as_coach, now=NOW, statement="Launch")


def test_who_left_does_not_set_goals(session: Session, team: Team) -> None:
    team.ana.status = MembershipStatus.WITHDRAWN
    with pytest.raises(NotFound):
        set_goal(session, team.ana, actor=team.as_ana, now=NOW, statement="Launch")


@pytest.mark.parametrize("who", ["ben", "observer", "coordinator", "stranger"])
def test_a_goal_is_between_participant_and_coach(session: Session, team: Team, goal: Goal, who: str) -> None:
    actor = getattr(team, f"as_{who}")
    with pytest.raises(NotFound):
        get_goal(session, goal.public_id, actor=actor)
    with pytest.raises(NotFound):
        list_goals(session, team.ana, actor=actor)
    with pytest.raises(NotFound):
        rate_goal(session, goal, actor=actor, now=NOW, score=0, rated_on=TODAY)
    with pytest.raises(NotFound):
        edit_goal(session, goal, actor=actor, now=NOW, statement="x")
    with pytest.raises(NotFound):
        measure_attainment(session, team.ana, actor=actor)


def test_what_is_not_there_is_not_found(session: Session, team: Team) -> None:
    with pytest.raises(NotFound):
        get_goal(session, "0" * 20, actor=team.as_coach)


def test_everything_can_change_until_the_first_rating(session: Session, team: Team, goal: Goal) -> None:
    edit_goal(
        session, goal, actor=team.as_ana, now=NOW, statement="New", why="Because", due_on=TODAY, importance=2,
        difficulty=3, baseline=-2, expected="Other",
    )  # fmt: skip
    session.flush()
    session.refresh(goal)
    assert (goal.statement, goal.why, goal.due_on, goal.importance, goal.difficulty) == ("New", "Because", TODAY, 2, 3)
    assert goal.baseline == -2
    assert goal.levels == {-2: "", -1: "", 0: "Other", 1: "", 2: ""}
    assert goal.version == 2
    assert acts(session) == ["goal.edited"]


@pytest.mark.parametrize(
    "change",
    [{name: "Something else"} for name in LEVELS.values()] + [{"importance": 0}, {"difficulty": 3}, {"baseline": -2}],
)
def test_the_scale_is_fixed_from_the_first_rating_on(
    session: Session, team: Team, goal: Goal, change: dict[str, Any]
) -> None:
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    with pytest.raises(Conflict) as refusal:
        edit_goal(session, goal, actor=team.as_coach, now=NOW, **({"statement": "New"} | WRITTEN | change))
    assert refusal.value.message == FIXED
    assert goal.statement != "New"


def test_the_words_around_the_scale_stay_open(session: Session, team: Team, goal: Goal) -> None:
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    edit_goal(session, goal, actor=team.as_ana, now=NOW, statement="Reworded", why="Still", due_on=TODAY, **WRITTEN)
    assert (goal.statement, goal.why, goal.due_on) == ("Reworded", "Still", TODAY)


def test_a_rating_needs_all_five_levels(session: Session, team: Team, goal: Goal) -> None:
    goal.less, goal.much_more = "", "  "
    session.flush()
    with pytest.raises(Invalid, match=r"Missing: less than expected, much more than expected\.") as refusal:
        rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    assert set(refusal.value.messages) == {"less", "much_more"}


def test_the_five_levels_have_to_differ(session: Session, team: Team, goal: Goal) -> None:
    goal.less, goal.more = "A  course", "a course"
    session.flush()
    with pytest.raises(Invalid, match="have to differ") as refusal:
        rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    assert set(refusal.value.messages) == {"less", "more"}


@pytest.mark.parametrize("score", [-3, 3])
def test_a_score_off_the_scale_is_refused(session: Session, team: Team, goal: Goal, score: int) -> None:
    with pytest.raises(Invalid) as refusal:
        rate_goal(session, goal, actor=team.as_ana, now=NOW, score=score, rated_on=TODAY)
    assert list(refusal.value.messages) == ["score"]


def test_a_rating_is_not_of_the_future(session: Session, team: Team, goal: Goal) -> None:
    with pytest.raises(Invalid) as refusal:
        rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY + timedelta(days=1))
    assert list(refusal.value.messages) == ["rated_on"]


def test_today_is_today_where_the_person_is(session: Session, team: Team, goal: Goal) -> None:
    team.ana.person.timezone = "Pacific/Auckland"
    there = type(team.as_ana)(
        **{name: getattr(team.as_ana, name) for name in team.as_ana.__slots__} | {"timezone": "Pacific/Auckland"}
    )
    late = NOW.replace(hour=13)
    tomorrow = TODAY + timedelta(days=1)
    assert rate_goal(session, goal, actor=there, now=late, score=0, rated_on=tomorrow).rated_on == tomorrow


def test_both_rate_and_the_newest_by_date_counts(session: Session, team: Team, goal: Goal) -> None:
    rate_goal(session, goal, actor=team.as_coach, now=NOW, score=2, rated_on=date(2026, 6, 10))
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=-1, rated_on=date(2026, 5, 1))
    (line,) = list_goals(session, team.ana, actor=team.as_coach)
    assert (line.ratings, line.latest_score, line.latest_rated_on) == (2, 2, date(2026, 6, 10))
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=1, rated_on=date(2026, 6, 10), note="Nearly")
    (line,) = list_goals(session, team.ana, actor=team.as_ana)
    assert (line.ratings, line.latest_score) == (3, 1)
    assert acts(session) == ["goal.rated"] * 3


def test_the_list_is_the_members_own_in_their_order_and_takes_one_query(
    session: Session, team: Team, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    mine = [make_goal(session, team.ana, statement=words) for words in ("B", "A", "C")]
    make_goal(session, team.ben)
    for goal in mine:
        rate_goal(session, goal, actor=team.as_ana, now=NOW, score=0, rated_on=TODAY)
    session.flush()
    with count_queries() as statements:
        lines = list_goals(session, team.ana, actor=team.as_ana)
    assert [line.statement for line in lines] == ["B", "A", "C"]
    assert [line.id for line in lines] == [goal.public_id for goal in mine]
    assert len(statements) == 1


def test_attainment_leaves_out_and_counts_goals_that_were_never_rated(session: Session, team: Team) -> None:
    for importance, difficulty, score in ((3, 2, 0), (2, 2, -1), (3, 3, 1)):
        goal = make_goal(session, team.ana, importance=importance, difficulty=difficulty)
        rate_goal(session, goal, actor=team.as_ana, now=NOW, score=score, rated_on=TODAY)
    make_goal(session, team.ana, importance=3, difficulty=3)
    found = measure_attainment(session, team.ana, actor=team.as_coach).overall
    assert (found.rated, found.unrated) == (3, 1)
    assert round(found.achieved_t, 2) == 53.52
    assert found.baseline_t < 50 < found.achieved_t


def test_attainment_without_weight_is_no_value(session: Session, team: Team) -> None:
    goal = make_goal(session, team.ana, importance=0)
    rate_goal(session, goal, actor=team.as_ana, now=NOW, score=2, rated_on=TODAY)
    found = measure_attainment(session, team.ana, actor=team.as_ana).overall
    assert (found.rated, found.baseline_t, found.achieved_t, found.change) == (1, None, None, None)


def test_a_member_without_goals_has_an_empty_list(session: Session, team: Team) -> None:
    member = make_membership(session, team.cohort)
    assert list_goals(session, member, actor=team.as_coach) == []
    assert measure_attainment(session, member, actor=team.as_coach).overall.baseline_t is None


def test_an_edit_at_the_same_moment_as_a_rating_finds_it(engine: Engine, session: Session) -> None:
    team = make_team(session)
    goal = make_goal(session, team.ana, **WRITTEN)
    number, ana, coach = goal.id, team.as_ana, team.as_coach
    set_goal(session, team.ben, actor=team.as_ben, now=NOW, statement="So that the trail has its first entry")
    session.commit()

    def rate(other: Session) -> None:
        rate_goal(other, other.get_one(Goal, number), actor=ana, now=NOW, score=0, rated_on=TODAY)

    def edit(other: Session) -> None:
        changed = WRITTEN | {"expected": "Something else"}
        edit_goal(other, other.get_one(Goal, number), actor=coach, now=NOW, statement="x", **changed)

    refusal = overlap(engine, rate, edit)
    assert isinstance(refusal, Conflict)
    session.expire_all()
    assert session.get_one(Goal, number).expected == WRITTEN["expected"]


def test_a_rating_at_the_same_moment_as_an_edit_sees_its_levels(engine: Engine, session: Session) -> None:
    team = make_team(session)
    goal = make_goal(session, team.ana, **WRITTEN)
    number, ana, coach = goal.id, team.as_ana, team.as_coach
    set_goal(session, team.ben, actor=team.as_ben, now=NOW, statement="So that the trail has its first entry")
    session.commit()

    def edit(other: Session) -> None:
        changed = WRITTEN | {"expected": ""}
        edit_goal(other, other.get_one(Goal, number), actor=coach, now=NOW, statement="x", **changed)

    def rate(other: Session) -> None:
        goal = other.get_one(Goal, number)
        rate_goal(other, goal, actor=ana, now=NOW, score=0, rated_on=TODAY)

    refusal = overlap(engine, edit, rate)
    assert isinstance(refusal, Invalid)
    assert list(refusal.messages) == ["expected"]
