"""CoachingSession, Attendance and the import of a report: what comes in, and what goes out."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields, post_load, validate

from coaching.models import AttendanceSource, AttendanceStatus, BatchState, RowOutcome, Scope, SessionMode, SessionState
from coaching.schemas.agenda import AGENDAS, AgendaTemplate
from coaching.schemas.base import (
    LIST_MESSAGES,
    BaseSchema,
    Day,
    Line,
    PublicId,
    QuerySchema,
    Text,
    WebAddress,
    Whole,
    Word,
)
from coaching.schemas.person import Email

_WALL_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")


class WallClock(fields.NaiveDateTime):
    """A date and a time of day as the clocks show it: YYYY-MM-DDTHH:MM, without an offset."""

    default_error_messages = {  # noqa: RUF012
        "required": "Fill this in.",
        "null": "Fill this in.",
        "invalid": "Write a date and a time as YYYY-MM-DDTHH:MM.",
        "invalid_awareness": "Leave the offset out: the time zone has a field of its own.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **context: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **context)
        # A date alone would be midnight, which nobody meant, and seconds would be dropped in silence.
        if not _WALL_CLOCK.match(value) or moment.second or moment.microsecond:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        if moment.tzinfo is not None:
            raise self.make_error("invalid_awareness", awareness="naive", obj_type=self.OBJ_TYPE)
        return moment


class SessionValuesSchema(BaseSchema):
    """What a session says of itself. `join_url` is where it is joined online, `location` where it is held."""

    title = Line(200, required=True)
    local_start = WallClock(required=True)
    timezone = Line(64, required=True)
    duration_minutes = Whole(5, 1440, required=True)
    location = Line(500)
    join_url = WebAddress(500)
    agenda = Text(20_000)
    preparation = Text(20_000)
    materials = Text(20_000)


class EditSessionSchema(SessionValuesSchema):
    """`led_by` is the membership of the coach who holds it; `scope` names which sessions of its series change too."""

    led_by = PublicId(load_default=None, allow_none=True)
    scope = Word(Scope, load_default=Scope.ONE)


class ScheduleSessionSchema(SessionValuesSchema):
    """`agenda_template` gives an agenda that is left blank its prompts."""

    pair_with = PublicId(load_default=None, allow_none=True)
    led_by = PublicId(load_default=None, allow_none=True)
    agenda_template = Word(AgendaTemplate, load_default=None, allow_none=True)

    @post_load
    def fill_agenda(self, values: dict[str, Any], **_context: Any) -> dict[str, Any]:
        template = values.pop("agenda_template", None)
        if template is not None and not values.get("agenda"):
            values["agenda"] = AGENDAS[template]
        return values


class CopyQuery(QuerySchema):
    """Which session a new one begins as."""

    copy = PublicId(required=True)


class CopySessionSchema(BaseSchema):
    """When the copy is; its title and zone are the original's unless they are sent."""

    local_start = WallClock(required=True)
    timezone = Line(64, load_default=None, allow_none=True)
    title = Line(200, load_default=None, allow_none=True)


class CancelSessionSchema(BaseSchema):
    reason = Line(500)
    scope = Word(Scope, load_default=Scope.ONE)


class CoachingSessionSchema(SessionValuesSchema):
    """A session as it goes out: the wall-clock time that was agreed, and the moments that follow from it.

    `recurrence_start` is the time that its series gave it, where it is of one, and `led_by` the coach's membership.
    `warnings` tell what to look at, such as a day far outside the cohort's dates.
    """

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    pair_with = fields.String(attribute="pair_membership.public_id", dump_only=True, dump_default=None, allow_none=True)
    led_by = fields.String(attribute="leader.public_id", dump_only=True, dump_default=None, allow_none=True)
    series_id = fields.String(attribute="series.public_id", dump_only=True, dump_default=None, allow_none=True)
    recurrence_start = WallClock(dump_only=True, allow_none=True)
    mode = Word(SessionMode, dump_only=True, allow_none=True)
    starts_at = fields.AwareDateTime(dump_only=True)
    ends_at = fields.AwareDateTime(dump_only=True)
    state = Word(SessionState, dump_only=True)
    cancelled_reason = fields.String(dump_only=True)
    warnings = fields.List(fields.String(), dump_only=True)
    version = fields.Integer(dump_only=True)


class MarkSchema(BaseSchema):
    membership_id = PublicId(required=True)
    status = Word(AttendanceStatus, required=True)


class MarkAttendanceSchema(BaseSchema):
    marks = fields.List(
        fields.Nested(MarkSchema),
        required=True,
        validate=validate.Length(min=1, max=1000, error="Send 1 to 1,000 marks."),
        error_messages=LIST_MESSAGES,
    )


class AttendanceLineSchema(BaseSchema):
    membership_id = fields.String(dump_only=True)
    name = fields.String(dump_only=True)
    status = Word(AttendanceStatus, dump_only=True)
    minutes = fields.Integer(dump_only=True)
    source = Word(AttendanceSource, dump_only=True)


class ImportRowSchema(BaseSchema):
    """One person of a report and what became of the row."""

    id = PublicId(attribute="public_id", dump_only=True)
    number = fields.Integer(dump_only=True)
    name = fields.String(dump_only=True)
    email = fields.String(dump_only=True)
    minutes = fields.Integer(dump_only=True)
    outcome = Word(RowOutcome, dump_only=True)
    reason = fields.String(dump_only=True)
    membership_id = fields.String(dump_only=True)


class ImportBatchSchema(BaseSchema):
    id = PublicId(attribute="public_id", dump_only=True)
    kind = fields.String(dump_only=True)
    file_name = fields.String(dump_only=True)
    sha256 = fields.String(dump_only=True)
    detected = fields.Dict(dump_only=True)
    state = Word(BatchState, dump_only=True)
    imported_at = fields.AwareDateTime(dump_only=True)
    rows = fields.List(fields.Nested(ImportRowSchema), dump_only=True)


class SetAsideRowsSchema(BaseSchema):
    """Which rows are nobody of this cohort; null for all that are in doubt."""

    row_ids = fields.List(PublicId(), required=True, allow_none=True, validate=validate.Length(max=20_000))


class AddRowMemberSchema(BaseSchema):
    """Who the person of a row is, to be brought into the cohort."""

    name = Line(200, required=True)
    email = Email(required=True)
    joined_on = Day(load_default=None, allow_none=True)


class MatchRowSchema(BaseSchema):
    """Who a row is; without a member it is set aside as nobody of this cohort."""

    membership_id = PublicId(load_default=None, allow_none=True)
