"""Both sides' ratings as lines: by day from left to right, by level from the bottom to the top."""

from __future__ import annotations

from datetime import date

from coaching.blueprints.goal_picture import draw_ratings, sides_of
from coaching.models import Goal, Rating
from tests.factories import new_membership, new_person

OWN, COACH = 1, 2


def goal_rated(*ratings: tuple[int, int, int], edition: int = 1) -> Goal:
    """A goal with ratings by somebody, on a day of June, of a score."""
    goal = Goal(edition=edition, membership=new_membership(person=new_person(id=OWN)))
    goal.membership.person_id = OWN
    goal.ratings = [
        Rating(edition=1, rated_by_id=who, rated_on=date(2026, 6, day), score=score) for who, day, score in ratings
    ]
    return goal


def test_a_line_for_each_side_over_the_same_days() -> None:
    lines = draw_ratings(goal_rated((OWN, 1, -2), (COACH, 6, 0), (OWN, 11, 1), (COACH, 21, 2)))
    assert lines is not None
    assert (lines.first, lines.last) == (date(2026, 6, 1), date(2026, 6, 21))
    assert lines.participant.dots == ((0, 100), (50, 25))
    assert lines.coach.dots == ((25, 50), (100, 0))
    assert lines.coach.path == "M25.0 50.0L100.0 0.0"


def test_one_day_is_no_line_and_what_is_of_another_edition_none_either() -> None:
    ratings = ((OWN, 1, 0), (COACH, 1, 1))
    assert draw_ratings(goal_rated(*ratings)) is None
    assert draw_ratings(goal_rated(*ratings, (OWN, 9, 1), edition=2)) is None


def test_how_far_the_two_are_apart() -> None:
    apart = sides_of(goal_rated((OWN, 1, 2), (OWN, 2, 1), (COACH, 1, -1)))
    assert (apart.participant and apart.participant.score, apart.gap) == (1, 2)
    assert sides_of(goal_rated((OWN, 1, 2))).gap is None
