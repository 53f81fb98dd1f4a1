"""How a goal's ratings are shown: the two sides beside each other, and their lines over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from coaching.models import Goal, Rating
from coaching.services.goal_revisions import current_ratings

LOWEST, HIGHEST = -2, 2


class Sides(NamedTuple):
    """The newest rating of either side, None where it has not rated; `gap` is by how many levels the participant's is
    higher."""

    participant: Rating | None
    coach: Rating | None

    @property
    def gap(self) -> int | None:
        if self.participant is None or self.coach is None:
            return None
        return self.participant.score - self.coach.score


class Line(NamedTuple):
    """One side's ratings: a path from dot to dot, in a square of 100 by 100 with the best level on top."""

    path: str
    dots: tuple[tuple[float, float], ...]


class RatingLines(NamedTuple):
    """Both sides' lines over the same days; a side that has not rated has no dots."""

    participant: Line
    coach: Line
    first: date
    last: date


def sides_of(goal: Goal) -> Sides:
    """Who stands where, on the goal's current edition."""
    own, coaches = _by_side(goal, current_ratings(goal))
    return Sides(own[-1] if own else None, coaches[-1] if coaches else None)


def draw_ratings(goal: Goal) -> RatingLines | None:
    """The lines of the goal's current edition; None before there are two days to draw between."""
    ratings = current_ratings(goal)
    days = [rating.rated_on for rating in ratings]
    if len(set(days)) < 2:
        return None
    own, coaches = _by_side(goal, ratings)
    first, last = days[0], days[-1]
    return RatingLines(_line(own, first, last), _line(coaches, first, last), first, last)


def is_of_participant(goal: Goal, rating: Rating) -> bool:
    """Whose side a rating is of."""
    return rating.rated_by_id == goal.membership.person_id


def _by_side(goal: Goal, ratings: Sequence[Rating]) -> tuple[list[Rating], list[Rating]]:
    own = [rating for rating in ratings if is_of_participant(goal, rating)]
    return own, [rating for rating in ratings if not is_of_participant(goal, rating)]


def _line(ratings: Sequence[Rating], first: date, last: date) -> Line:
    span = (last - first).days
    dots = tuple(
        (
            round(100 * (rating.rated_on - first).days / span, 2),
            round(100 * (HIGHEST - rating.score) / (HIGHEST - LOWEST), 2),
        )
        for rating in ratings
    )
    return Line("M" + "L".join(f"{x} {y}" for x, y in dots) if dots else "", dots)
