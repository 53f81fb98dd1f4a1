"""How the demo's goals came along: agreed on, rated by both sides, steps on the way, and for some an end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from coaching.models import Goal, GoalChange, GoalRevision, GoalState, Milestone, Person, Rating
from coaching.services.demo.cohorts import DemoCohort

STEPS = ("Agree on the outline with the team", "Try the first part with two colleagues", "Show it to the cohort")
NOTES = ("", "", "Slower than I hoped, and I know why.", "The team carries it now.", "One good week, two without.")
DROPPED = "The department took it over, which is fine."
REVISED = "The levels asked for more people than work here. Now they count what the team does."


def build_goal_course(goal: Goal, cohort: DemoCohort, *, last_score: int, today: date) -> None:
    """The goal's history in its cohort, up to today. The same goal of the same person comes along the same way."""
    # Draws of its own, so that the rest of the demo does not depend on how much is drawn here.
    rng = Random(f"{goal.membership.person.name}: {goal.statement}")  # noqa: S311  Synthetic data.
    person, coach, days = goal.membership.person, cohort.coach, [day for day in cohort.days if day <= today]
    _change(goal, GoalState.DRAFT, cohort.days[0], person)
    if not days:
        return
    is_over = len(days) == len(cohort.days)
    goal.participant_agreed_at = _at(days[0])
    if is_over or rng.random() < 0.7:
        goal.coach_agreed_at, goal.coach_agreed_by = _at(days[0]), coach
        _change(goal, GoalState.AGREED, days[0], coach)
        _change(goal, GoalState.IN_PROGRESS, days[0], person)
    _rate(goal, person, goal.baseline, days[0])
    middle = days[len(days) // 2]
    if middle > days[0]:
        _rate(goal, coach, min(last_score, rng.choice((-1, 0))), middle, rng.choice(NOTES))
        _rate(goal, person, min(last_score, rng.choice((-1, 0, 0))), middle, rng.choice(NOTES))
    if is_over:
        _rate(goal, coach, max(-2, min(2, last_score + rng.choice((-1, 0, 0, 0, 1)))), days[-1])
        _rate(goal, person, last_score, days[-1], rng.choice(NOTES))
        ends_on = days[-1] + timedelta(days=rng.randrange(2, 30))
        if ends_on <= today:
            _end(goal, last_score, ends_on, rng)
    for place, statement in enumerate(STEPS[: rng.choice((0, 2, 3))]):
        due = cohort.days[min(place * 2 + 1, len(cohort.days) - 1)]
        reached = due + timedelta(days=rng.randrange(-4, 9))
        goal.milestones.append(
            Milestone(
                statement=statement,
                due_on=due,
                reached_on=reached if reached <= today and rng.random() < 0.8 else None,
                created_at=_at(cohort.days[0]),
            )
        )


def revise_scale(goal: Goal, *, on: date) -> None:
    """Another scale in the place of the goal's, with what was rated until then on the old one."""
    goal.revisions.append(
        GoalRevision(
            edition=1,
            importance=goal.importance,
            difficulty=goal.difficulty,
            baseline=goal.baseline,
            much_less=goal.much_less,
            less=goal.less,
            expected="It reaches two hundred people",
            more="It reaches five hundred people",
            much_more="It reaches a thousand people",
            revised_at=_at(on),
            revised_by=goal.membership.person,
            reason=REVISED,
        )
    )
    goal.edition = 2
    for rating in goal.ratings:
        rating.edition = 1 if rating.rated_on < on else 2


def _end(goal: Goal, score: int, on: date, rng: Random) -> None:
    person = goal.membership.person
    if score >= 0 and rng.random() < 0.5:
        _change(goal, GoalState.REACHED, on, person)
        goal.ended_on = on
    elif score < 0 and rng.random() < 0.3:
        _change(goal, GoalState.DROPPED, on, person, DROPPED)
        goal.ended_on = on


def _change(goal: Goal, state: GoalState, on: date, actor: Person, reason: str = "") -> None:
    goal.changes.append(GoalChange(state=state, on=on, at=_at(on), actor=actor, reason=reason))
    goal.state = state


def _rate(goal: Goal, person: Person, score: int, on: date, note: str = "") -> None:
    goal.ratings.append(Rating(rated_by=person, score=score, rated_on=on, note=note, created_at=_at(on)))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
