"""T-scores by either side, and of a cohort: the median of its people's, hidden where they are too few."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from coaching.models import MembershipStatus
from coaching.services.cohort_progress import cohort_progress
from coaching.services.goal_attainment import attain_together, measure_attainment
from coaching.services.goals import rate_goal
from coaching.statistics.gas import Attainment
from tests.factories import NOW, make_goal, make_membership
from tests.services.teams import Team, make_team

TODAY = NOW.date()


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def test_each_side_has_its_own_and_the_newest_counts_whoever_gave_it(session: Session, team: Team) -> None:
    first, second = make_goal(session, team.ana), make_goal(session, team.ana)
    for goal, actor, score in ((first, team.as_coach, -1), (first, team.as_ana, 1), (second, team.as_ana, 0)):
        rate_goal(session, goal, actor=actor, now=NOW, score=score, rated_on=TODAY)
    found = measure_attainment(session, team.ana, actor=team.as_coach)
    assert (found.overall.rated, found.participant.rated, found.coach.rated) == (2, 2, 1)
    assert found.overall.achieved_t == found.participant.achieved_t
    assert found.coach.achieved_t == 40
    # Two goals of the same weight, at -1 and -1, and at 1 and 0.
    assert [round(value or 0, 2) for value in found.overall[2:]] == [37.60, 56.20]


def test_a_cohort_has_the_median_of_its_people_and_each_counts_once(session: Session, team: Team) -> None:
    coach = team.as_coach
    for score in (-1, 0, 1, 2):
        member = make_membership(session, team.cohort)
        for _ in range(score + 2):
            rate_goal(session, make_goal(session, member), actor=coach, now=NOW, score=score, rated_on=TODAY)
    weightless = make_goal(session, make_membership(session, team.cohort), importance=0)
    rate_goal(session, weightless, actor=coach, now=NOW, score=2, rated_on=TODAY)
    make_goal(session, make_membership(session, team.cohort, status=MembershipStatus.APPLIED))
    hidden = cohort_progress(session, team.cohort, actor=team.as_observer, now=NOW).attainment
    assert (hidden.people, hidden.measured, hidden.is_hidden, hidden.achieved) == (7, 4, True, None)
    # Who withdrew keeps their place: without them every cohort would look good.
    left = make_membership(session, team.cohort)
    rate_goal(session, make_goal(session, left), actor=coach, now=NOW, score=-2, rated_on=TODAY)
    left.status = MembershipStatus.WITHDRAWN
    session.flush()
    shown = cohort_progress(session, team.cohort, actor=team.as_coordinator, now=NOW).attainment
    assert (shown.people, shown.measured, shown.is_hidden) == (8, 5, False)
    assert shown.achieved is not None
    assert shown.achieved.median == 50


def test_nobody_with_a_value_is_no_value_and_hides_nothing() -> None:
    nothing = attain_together([None, Attainment(1, 0, None, None)], minimum=5)
    assert (nothing.people, nothing.measured, nothing.is_hidden, nothing.achieved) == (2, 0, False, None)


def test_the_minimum_is_the_programmes_own(session: Session, team: Team) -> None:
    rate_goal(session, make_goal(session, team.ana), actor=team.as_ana, now=NOW, score=1, rated_on=TODAY)
    team.programme.minimum_group = 1
    found = cohort_progress(session, team.cohort, actor=team.as_coach, now=NOW).attainment
    assert (found.is_hidden, found.change and found.change.median) == (False, 20)
