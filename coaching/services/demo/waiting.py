"""Who waits for the demo's coach on the day it is made: one who did not answer. Who was absent is in presence.py."""

from __future__ import annotations

from coaching.models import FollowUpPlan, FollowUpQuestion, FollowUpStep, Membership, QuestionKind
from coaching.services.demo.cohorts import DemoCohort


def add_own_step(plan: FollowUpPlan) -> None:
    """A question between six weeks and three months, so that a window is open while the next step is due.

    The cohort that it is for ended three months ago: this was asked one to three weeks ago, and nobody is reminded of
    it, so that who is silent stands on their coach's home after one.
    """
    question = "Is the launch date set?"
    step = FollowUpStep(label="Eleven weeks on", offset="P77D", question=question, nudges=0)
    step.questions = [
        FollowUpQuestion(position=1, kind=QuestionKind.DATE, prompt="On which day do you launch?"),
        FollowUpQuestion(
            position=2,
            kind=QuestionKind.SCALE,
            prompt="How sure are you of it?",
            lowest_label="not at all",
            highest_label="very",
        ),
        FollowUpQuestion(position=3, kind=QuestionKind.TEXT, prompt="What would help you most now?"),
    ]
    plan.steps.insert(2, step)
    for position, step in enumerate(plan.steps, start=1):
        step.position = position


def find_quiet(cohort: DemoCohort) -> Membership:
    """Who leaves the open check-in unanswered: the one who did not rate the programme either."""
    return cohort.participants[-1]
