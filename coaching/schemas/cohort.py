"""Cohort and Membership: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.models import DEFAULT_REMINDERS, CohortKind, CohortState, MembershipStatus, Role
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Day, Line, PublicId, Text, Whole, Word
from coaching.schemas.person import Email

# From five minutes to two weeks before a session.
SHORTEST_REMINDER, LONGEST_REMINDER, MOST_REMINDERS = 5, 14 * 1440, 5


class EditCohortSchema(BaseSchema):
    name = Line(200, required=True)
    description = Text(2000)
    timezone = Line(64, required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    reminder_minutes = fields.List(
        Whole(SHORTEST_REMINDER, LONGEST_REMINDER),
        load_default=lambda: list(DEFAULT_REMINDERS),
        validate=validate.Length(max=MOST_REMINDERS, error="Choose at most 5 reminders."),
        error_messages=LIST_MESSAGES,
        metadata={"description": "How many minutes before a session people are reminded of it."},
    )
    # Left out they stay as they are, and in a new cohort are the usual ones.
    present_percent = Whole(1, 100, metadata={"description": "Present is who was there for this share of a session."})
    partial_percent = Whole(0, 100, metadata={"description": "In part there is who was there for more than this."})
    late_minutes = Whole(0, 240, metadata={"description": "Late is who came more minutes than this after the start."})


class OpenCohortSchema(EditCohortSchema):
    kind = Word(CohortKind, required=True)


class CohortSchema(OpenCohortSchema):
    """A cohort as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    programme_id = fields.String(attribute="programme.public_id", dump_only=True)
    state = Word(CohortState, dump_only=True)
    version = fields.Integer(dump_only=True)


class AddMemberSchema(BaseSchema):
    email = Email(required=True)
    name = Line(200, required=True)
    role = Word(Role, required=True)
    status = Word(MembershipStatus, load_default=MembershipStatus.ACTIVE)
    joined_on = Day(load_default=None, allow_none=True)


class ChangeStatusSchema(BaseSchema):
    status = Word(MembershipStatus, required=True)
    reason = Line(500)


class MembershipSchema(BaseSchema):
    """A membership as it goes out."""

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    name = fields.String(attribute="person.name", dump_only=True)
    email = fields.String(attribute="person.email", dump_only=True, allow_none=True)
    role = Word(Role, dump_only=True)
    status = Word(MembershipStatus, dump_only=True)
    joined_at = fields.AwareDateTime(dump_only=True)
    follow_ups_stopped_at = fields.AwareDateTime(
        dump_only=True, allow_none=True, metadata={"description": "When they asked not to be asked any more."}
    )
    alumni_consent = fields.Boolean(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Whether they may be asked so long after the end; null: nothing was said yet."},
    )
    alumni_consent_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class StatusChangeSchema(BaseSchema):
    status = Word(MembershipStatus, dump_only=True)
    at = fields.AwareDateTime(dump_only=True)
    reason = fields.String(dump_only=True)
