"""FollowUpPlan: a step as it comes in, with what fits together, and plans as they go out."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from coaching.models import Anchor, AnswerFlow, Followed, QuestionKind, Role, Stage
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Line, PublicId, Text, Truth, Whole, Word

CHANNELS = ("mail", "inbox", "chat")
MOST_QUESTIONS = 10
WIDEST_SCALE = 10
REACH_FLOWS = (AnswerFlow.LEARNERS, AnswerFlow.ACTIVE, AnswerFlow.COMPLETED_50)
ASKERS = validate.OneOf([Role.PARTICIPANT, Role.COACH], error="Choose participants or coaches.")


class PlanQuestionSchema(BaseSchema):
    """A further question. `lowest`, `highest` and their words are for a scale; `metric_name` says which of a person's
    metrics the figure is of, and may be left out where they have one."""

    kind = Word(QuestionKind, required=True)
    prompt = Text(500, required=True)
    is_required = Truth(load_default=False)
    lowest = Whole(-10, 10, load_default=1)
    highest = Whole(-10, 10, load_default=5)
    lowest_label = Line(80)
    highest_label = Line(80)
    flows_to = Word(AnswerFlow, load_default=AnswerFlow.NOWHERE)
    metric_name = Line(120)

    @validates_schema(skip_on_field_errors=True)
    def fits_together(self, data: dict[str, Any], **_context: Any) -> None:
        """A scale goes up and is short; what flows somewhere is of the kind that is kept there."""
        if data["kind"] == QuestionKind.SCALE and not 0 < data["highest"] - data["lowest"] <= WIDEST_SCALE:
            text = f"Choose a number above {data['lowest']}, at most {WIDEST_SCALE} more."
            raise ValidationError(text, "highest")
        if data["flows_to"] in REACH_FLOWS and data["kind"] != QuestionKind.NUMBER:
            text = "A figure of a run is a number. Choose that kind, or let it go nowhere else."
            raise ValidationError(text, "flows_to")
        is_levels = data["kind"] == QuestionKind.SCALE and (data["lowest"], data["highest"]) == (-2, 2)
        if data["flows_to"] == AnswerFlow.GOAL_RATING and not is_levels:
            raise ValidationError("A goal is rated on a scale from -2 to 2. Choose that scale.", "flows_to")
        is_figure = data["kind"] in {QuestionKind.NUMBER, QuestionKind.SCALE}
        if data["flows_to"] == AnswerFlow.METRIC and not is_figure:
            raise ValidationError("The value of a metric is a number. Choose that kind, or a scale.", "flows_to")
        if data["metric_name"] and data["flows_to"] != AnswerFlow.METRIC:
            text = "Only what goes to a metric can name one. Choose that, or leave this blank."
            raise ValidationError(text, "metric_name")


class EditStepSchema(BaseSchema):
    """A step of a plan as it is written, new or in place of the one that stands."""

    label = Line(80, required=True)
    anchor = Word(Anchor, required=True)
    offset = Line(24, required=True, metadata={"description": "ISO 8601, such as P14D, P6W, P3M or P1Y."})
    role = Word(Role, load_default=Role.PARTICIPANT, validate=ASKERS)
    stages = fields.List(
        Word(Stage),
        load_default=list,
        validate=validate.Length(max=len(Stage), error="Choose each stage once."),
        error_messages=LIST_MESSAGES,
        metadata={"description": "Who is at another stage then is not asked; none means any stage, or none."},
    )
    question = Text(500, required=True, metadata={"description": "Answered: did it, not yet, cannot say."})
    questions = fields.List(
        fields.Nested(PlanQuestionSchema),
        load_default=list,
        validate=validate.Length(max=MOST_QUESTIONS, error=f"Ask at most {MOST_QUESTIONS} further questions."),
        error_messages=LIST_MESSAGES,
    )
    asks_enrolments = Truth(load_default=True)
    channel = Line(24, load_default="mail", validate=validate.OneOf(CHANNELS, error="Choose mail, inbox or chat."))
    window_days = Whole(1, 366, load_default=28)
    nudges = Whole(0, 3, load_default=1)
    nudge_days = Whole(1, 60, load_default=7)
    escalate_days = Whole(1, 60, load_default=7, allow_none=True)
    is_alumni = Truth(load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def fits_together(self, data: dict[str, Any], **_context: Any) -> None:
        """Nudges end inside the window, and so does the silence after which coaches are told."""
        last, window = data["nudges"] * data["nudge_days"], data["window_days"]
        if data["nudges"] and last >= window:
            text = f"The last reminder would come after {last} days, and the question closes after {window}."
            raise ValidationError(f"{text} Choose fewer days, or a longer time to answer.", "nudge_days")
        if data["escalate_days"] is not None and last + data["escalate_days"] > window:
            text = f"The coaches would be told after {last + data['escalate_days']} days, and the question closes after"
            raise ValidationError(f"{text} {window}. Choose fewer days, or leave this blank.", "escalate_days")
        if data["role"] == Role.COACH and (data["anchor"] == Anchor.GOAL_DUE or data["stages"]):
            name = "stages" if data["stages"] else "role"
            raise ValidationError("Goals and courses are the participants’. Choose participants.", name)
        flows = {question["flows_to"] for question in data["questions"]}
        if AnswerFlow.GOAL_RATING in flows and data["anchor"] != Anchor.GOAL_DUE:
            raise ValidationError("Only what is asked on a goal’s due date can rate that goal.", "questions")
        if AnswerFlow.METRIC in flows and data["role"] == Role.COACH:
            raise ValidationError("Metrics are of goals, and those are the participants’. Choose participants.", "role")


class StepSchema(EditStepSchema):
    """A step as it goes out; `version` is the plan's, and rises with each change of any step."""

    # They are words in the row.
    stages = fields.List(fields.String(), dump_only=True)
    id = PublicId(attribute="public_id", dump_only=True)
    plan_id = fields.String(attribute="plan.public_id", dump_only=True)
    strand = fields.String(dump_only=True)
    version = fields.Integer(attribute="plan.version", dump_only=True)


class PlanSchema(BaseSchema):
    """A programme's plan as it goes out."""

    id = PublicId(attribute="public_id", dump_only=True)
    programme_id = fields.String(attribute="programme.public_id", dump_only=True)
    is_default = fields.Boolean(dump_only=True)
    steps = fields.Function(lambda plan: _dumped(plan.steps), dump_only=True, metadata={"type": "array"})
    version = fields.Integer(dump_only=True)


class ChoosePlanSchema(BaseSchema):
    """Which plan a cohort is to follow."""

    follows = Word(Followed, required=True)


class CohortPlanSchema(ChoosePlanSchema):
    """What a cohort follows, with the steps that the reader may see."""

    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    plan_id = fields.Function(lambda held: held.plan.public_id if held.plan else None, dump_only=True)
    steps = fields.List(fields.Nested(StepSchema), dump_only=True)


class EffectSchema(BaseSchema):
    """What a change does to check-ins, in numbers."""

    made = fields.Integer(dump_only=True)
    moved = fields.Integer(dump_only=True)
    reopened = fields.Integer(dump_only=True)
    ended = fields.Integer(dump_only=True)
    too_late = fields.Integer(dump_only=True)


def _dumped(steps: Any) -> Any:
    return StepSchema(many=True).dump([step for step in steps if step.retired_at is None])
