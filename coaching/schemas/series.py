"""Series: how often sessions repeat as it comes in, and the rule with its sessions as it goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.models import Frequency, SessionState
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Day, Line, PublicId, Whole, Word
from coaching.schemas.coaching_session import ScheduleSessionSchema, WallClock


class ScheduleSeriesSchema(ScheduleSessionSchema):
    """A first session and how often it repeats: in words with a count or a last day, or as `rrule`, an RRULE with one.

    `exceptions` are the days that are left out; the count has them in it.
    """

    frequency = Word(Frequency, load_default=None, allow_none=True)
    count = Whole(2, 200, load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    rrule = Line(200)
    exceptions = fields.List(
        Day(),
        load_default=list,
        validate=validate.Length(max=200, error="Send at most 200 days."),
        error_messages=LIST_MESSAGES,
    )


class SeriesSessionSchema(BaseSchema):
    """A session of a series: the time that the rule gave it, and the time that it has now."""

    id = PublicId(dump_only=True)
    number = fields.Integer(dump_only=True)
    title = fields.String(dump_only=True)
    recurrence_start = WallClock(dump_only=True)
    local_start = WallClock(dump_only=True)
    timezone = fields.String(dump_only=True)
    starts_at = fields.AwareDateTime(dump_only=True)
    ends_at = fields.AwareDateTime(dump_only=True)
    state = Word(SessionState, dump_only=True)


class SeriesSchema(BaseSchema):
    """A series as it was agreed. It never changes; whatever became of a session stands with the session."""

    id = PublicId(dump_only=True)
    cohort_id = fields.String(dump_only=True)
    pair_with = fields.String(dump_only=True, allow_none=True)
    title = fields.String(dump_only=True)
    local_start = WallClock(dump_only=True)
    timezone = fields.String(dump_only=True)
    duration_minutes = fields.Integer(dump_only=True)
    rule = fields.String(dump_only=True)
    frequency = Word(Frequency, dump_only=True)
    sentence = fields.String(dump_only=True)
    exceptions = fields.List(Day(), dump_only=True)
    sessions = fields.List(fields.Nested(SeriesSessionSchema), dump_only=True)


class LocalMoveSchema(BaseSchema):
    """Members of one zone for whom a session is at another time of their day than the one before."""

    timezone = fields.String(dump_only=True)
    people = fields.List(fields.String(), dump_only=True)
    before = fields.String(dump_only=True)
    after = fields.String(dump_only=True)
    note = fields.String(dump_only=True)


class PreviewedSessionSchema(BaseSchema):
    """A session as it would be, with what the clocks do to it; `notes` say that and what will be done about it.

    `taken` says what its coach holds at that time, and is empty where they are free.
    """

    number = fields.Integer(dump_only=True)
    recurrence_start = WallClock(dump_only=True)
    local_start = WallClock(dump_only=True)
    starts_at = fields.AwareDateTime(dump_only=True)
    ends_at = fields.AwareDateTime(dump_only=True)
    timezone = fields.String(dump_only=True)
    offset_minutes = fields.Integer(dump_only=True)
    offset_moved = fields.Integer(dump_only=True)
    is_skipped = fields.Boolean(dump_only=True)
    is_repeated = fields.Boolean(dump_only=True)
    is_left_out = fields.Boolean(dump_only=True)
    is_affected = fields.Boolean(dump_only=True)
    moves = fields.List(fields.Nested(LocalMoveSchema), dump_only=True)
    notes = fields.List(fields.String(), dump_only=True)
    taken = fields.String(dump_only=True)


class SeriesPreviewSchema(BaseSchema):
    """A series as it would be saved; `affected` of its sessions have to do with a change of clocks.

    At the time of `taken` of them their coach holds another session, and saving is refused while any of those is kept.
    """

    rule = fields.String(dump_only=True)
    sentence = fields.String(dump_only=True)
    timezone = fields.String(dump_only=True)
    sessions = fields.List(fields.Nested(PreviewedSessionSchema), dump_only=True)
    warnings = fields.List(fields.String(), dump_only=True)
    affected = fields.Integer(dump_only=True)
    taken = fields.Integer(dump_only=True)
    summary = fields.String(dump_only=True)
