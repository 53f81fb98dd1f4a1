"""Follow-up plans: a programme's, a cohort's own, and their steps."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.models import FollowUpPlan, FollowUpStep
from coaching.schemas.follow_up_plan import (
    ChoosePlanSchema,
    CohortPlanSchema,
    EditStepSchema,
    EffectSchema,
    PlanSchema,
    StepSchema,
)
from coaching.services.cohorts import get_cohort
from coaching.services.follow_up_changes import Effect
from coaching.services.follow_up_plans import CohortPlan, choose_plan, get_default_plan, read_cohort_plan
from coaching.services.follow_up_steps import add_step, edit_step, get_plan, get_step, preview, remove_step
from coaching.services.programmes import get_programme

blueprint = ApiBlueprint(
    "follow_up_plans",
    tag="Follow-up plans",
    description="What is asked after a cohort's end, a session, a launch or a goal's due date.",
)


@blueprint.route("/programmes/<id:programme_id>/follow-up-plan")
@blueprint.etag
@blueprint.response(200, PlanSchema)
def show_default(programme_id: str) -> FollowUpPlan:
    """The plan that the programme's cohorts follow, unless they have their own."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return get_default_plan(rows(), programme, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/follow-up-plan")
@blueprint.etag
@blueprint.response(200, CohortPlanSchema)
def show_of_cohort(cohort_id: str) -> CohortPlan:
    """What the cohort follows. Participants and observers read the steps that ask participants."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return read_cohort_plan(rows(), cohort, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/follow-up-plan", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(ChoosePlanSchema)
@blueprint.response(200, CohortPlanSchema)
def choose(data: dict[str, Any], cohort_id: str) -> CohortPlan:
    """Lets the cohort follow the programme's plan, a copy of it that is its own, or none.

    What was asked is not asked again; what was not goes by the other plan from now on.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    blueprint.check_etag(read_cohort_plan(rows(), cohort, actor=current_actor()), CohortPlanSchema)
    choose_plan(rows(), cohort, actor=current_actor(), now=utc_now(), **data)
    return read_cohort_plan(rows(), cohort, actor=current_actor())


@blueprint.route("/plans/<id:plan_id>/steps", methods=["POST"])
@blueprint.etag
@blueprint.arguments(EditStepSchema)
@blueprint.response(201, StepSchema)
def add(data: dict[str, Any], plan_id: str) -> tuple[FollowUpStep, dict[str, str]]:
    """Adds a step. Who is in is asked by it too, where its moment is at most 14 days back."""
    plan, _cohort = get_plan(rows(), plan_id, actor=current_actor())
    step, _effect = add_step(rows(), plan, actor=current_actor(), now=utc_now(), **data)
    return step, place("follow_up_plans.show_step", step_id=step.public_id)


@blueprint.route("/plans/<id:plan_id>/steps/preview", methods=["POST"])
@blueprint.arguments(EditStepSchema)
@blueprint.response(200, EffectSchema)
def preview_new(data: dict[str, Any], plan_id: str) -> Effect:
    """What adding the step would do to check-ins, in numbers. Writes nothing."""
    plan, _cohort = get_plan(rows(), plan_id, actor=current_actor())
    actor, now = current_actor(), utc_now()
    return preview(rows(), lambda: add_step(rows(), plan, actor=actor, now=now, **data)[1])


@blueprint.route("/steps/<id:step_id>")
@blueprint.etag
@blueprint.response(200, StepSchema)
def show_step(step_id: str) -> FollowUpStep:
    """One step that holds."""
    return get_step(rows(), step_id, actor=current_actor()).step


@blueprint.route("/steps/<id:step_id>", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(EditStepSchema)
@blueprint.response(200, StepSchema)
def edit(data: dict[str, Any], step_id: str) -> FollowUpStep:
    """Puts these values in place of the step's.

    Other words, once somebody was asked, make a new step of the same strand: its identifier is in the answer.
    """
    step = get_step(rows(), step_id, actor=current_actor()).step
    blueprint.check_etag(step, StepSchema)
    return edit_step(rows(), step, actor=current_actor(), now=utc_now(), **data)[0]


@blueprint.route("/steps/<id:step_id>/preview", methods=["POST"])
@blueprint.arguments(EditStepSchema)
@blueprint.response(200, EffectSchema)
def preview_edit(data: dict[str, Any], step_id: str) -> Effect:
    """What the change of the step would do to check-ins, in numbers. Writes nothing."""
    step = get_step(rows(), step_id, actor=current_actor()).step
    actor, now = current_actor(), utc_now()
    return preview(rows(), lambda: edit_step(rows(), step, actor=actor, now=now, **data)[1])


@blueprint.route("/steps/<id:step_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(step_id: str) -> None:
    """Asks nobody by this step any more. What was asked and answered stays."""
    step = get_step(rows(), step_id, actor=current_actor()).step
    blueprint.check_etag(step, StepSchema)
    remove_step(rows(), step, actor=current_actor(), now=utc_now())
