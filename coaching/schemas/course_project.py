"""CourseProject, its stages, owners and runs: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.models import Platform, Stage
from coaching.models.reach import LARGEST_REACH
from coaching.schemas.base import BaseSchema, Day, Line, PublicId, Text, WebAddress, Whole, Word
from coaching.schemas.reach import ReachSnapshotSchema

MOST_OWNERS = validate.Length(max=50, error="Name at most 50.")


class EditProjectSchema(BaseSchema):
    title = Line(200, required=True)
    platform = Word(Platform, load_default=Platform.OTHER)
    audience = Line(500)
    url = WebAddress()
    skill_ids = fields.List(
        PublicId(), load_default=list, validate=validate.Length(max=50, error="Name at most 50."),
        metadata={"description": "The programme's skills that building it uses."},
    )  # fmt: skip


class StartProjectSchema(EditProjectSchema):
    """`owners` are memberships; the participant who starts a project is one of its owners without saying so."""

    owners = fields.List(PublicId(), load_default=list, validate=MOST_OWNERS)
    outside_names = fields.List(Line(200, required=True), load_default=list, validate=MOST_OWNERS)
    stage = Word(Stage, load_default=Stage.IDEA)


class AddOwnerSchema(BaseSchema):
    """One of the two: a member of a cohort, or the name of someone outside."""

    membership_id = PublicId(load_default=None, allow_none=True)
    outside_name = Line(200)


class LinkOwnerSchema(BaseSchema):
    """Somebody from outside, by the name that stands on the team, and the member that they have become."""

    outside_name = Line(200, required=True)
    membership_id = PublicId(required=True)


class ServeGoalSchema(BaseSchema):
    goal_id = PublicId(required=True)


class ChangeStageSchema(BaseSchema):
    """A stage since a day. The note says why; to stop and to go back to an earlier stage need one."""

    stage = Word(Stage, required=True)
    on = Day(required=True)
    note = Text(1_000)


class AmendStageSchema(ChangeStageSchema):
    """What a stage change should have said. The reason stays on record with what it did say."""

    reason = Text(1_000, required=True)


class TakeBackStageSchema(BaseSchema):
    reason = Text(1_000, required=True)


class QuickLaunchSchema(BaseSchema):
    """A launch in one step: three fields are enough. Who logs it for others says whose it is, as for a project."""

    title = Line(200, required=True)
    launched_on = Day(required=True)
    enrolments = Whole(0, LARGEST_REACH, load_default=None, allow_none=True)
    platform = Word(Platform, load_default=None, allow_none=True)
    url = WebAddress()
    owners = fields.List(PublicId(), load_default=list, validate=MOST_OWNERS)
    outside_names = fields.List(Line(200, required=True), load_default=list, validate=MOST_OWNERS)


class LogLaunchSchema(BaseSchema):
    """A launch of a project that is known."""

    launched_on = Day(required=True)
    enrolments = Whole(0, LARGEST_REACH, load_default=None, allow_none=True)
    label = Line(120)
    platform = Word(Platform, load_default=None, allow_none=True)
    url = WebAddress()
    ended_on = Day(load_default=None, allow_none=True)


class CorrectRunSchema(BaseSchema):
    """What a run says, put right. The reason stays on record with what it said before."""

    label = Line(120, required=True)
    launched_on = Day(required=True)
    ended_on = Day(load_default=None, allow_none=True)
    platform = Word(Platform, load_default=None, allow_none=True)
    url = WebAddress()
    reason = Line(300, required=True)


class OwnerSchema(BaseSchema):
    """An owner as they go out: a member with an identifier, or a name from outside."""

    membership_id = fields.String(attribute="membership.public_id", dump_only=True, dump_default=None, allow_none=True)
    name = fields.Function(
        lambda owner: owner.membership.person.name if owner.membership else owner.outside_name, dump_only=True
    )


class StageChangeSchema(BaseSchema):
    id = PublicId(attribute="public_id", dump_only=True)
    stage = Word(Stage, dump_only=True)
    on = fields.Date(dump_only=True)
    note = fields.String(dump_only=True)


class WithdrawnStageSchema(StageChangeSchema):
    """A stage change that was taken back, and why."""

    withdrawn_at = fields.AwareDateTime(dump_only=True)
    reason = fields.String(dump_only=True)


class UsedSkillSchema(BaseSchema):
    """A skill that the course uses; one that the programme retired since stays."""

    id = fields.String(attribute="skill.public_id", dump_only=True)
    name = fields.String(attribute="skill.name", dump_only=True)
    is_retired = fields.Function(lambda used: used.skill.retired_at is not None, dump_only=True)


class CourseRunSchema(BaseSchema):
    """A run as it goes out; `is_before_end` tells that it opened before its cohort ended. `version` is in its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    project_id = fields.String(attribute="project.public_id", dump_only=True)
    label = fields.String(dump_only=True)
    platform = Word(Platform, dump_only=True)
    url = fields.String(dump_only=True)
    launched_on = fields.Date(dump_only=True)
    ended_on = fields.Date(dump_only=True, allow_none=True)
    is_before_end = fields.Boolean(dump_only=True)
    is_long_before_start = fields.Boolean(
        dump_only=True, metadata={"description": "It opened years before its cohort began: look at the year again."}
    )
    snapshots = fields.List(fields.Nested(ReachSnapshotSchema), dump_only=True)
    version = fields.Integer(dump_only=True)


class CourseProjectSchema(EditProjectSchema):
    """A project as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    stage = Word(Stage, dump_only=True)
    owners = fields.List(fields.Nested(OwnerSchema), dump_only=True)
    skills = fields.List(fields.Nested(UsedSkillSchema), dump_only=True)
    stage_changes = fields.List(fields.Nested(StageChangeSchema), attribute="standing_stages", dump_only=True)
    withdrawn_stages = fields.List(fields.Nested(WithdrawnStageSchema), dump_only=True)
    runs = fields.List(fields.Nested(CourseRunSchema), dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)


class OwnerLineSchema(BaseSchema):
    name = fields.String(dump_only=True)
    membership_id = fields.String(dump_only=True, allow_none=True)


class ProjectLineSchema(BaseSchema):
    """A project in a list, with its first launch and its joiners over all runs."""

    id = PublicId(dump_only=True)
    title = fields.String(dump_only=True)
    platform = Word(Platform, dump_only=True)
    stage = Word(Stage, dump_only=True)
    runs = fields.Integer(dump_only=True)
    first_launch = fields.Date(dump_only=True, allow_none=True)
    joiners = fields.Integer(dump_only=True, allow_none=True)
    as_of = fields.Date(dump_only=True, allow_none=True)
    owners = fields.List(fields.Nested(OwnerLineSchema), dump_only=True)
