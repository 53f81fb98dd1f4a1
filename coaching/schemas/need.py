"""Who needs their coach: what a coach says to a signal, and from when on a programme's signals tell."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import PracticeFrom, Signal
from coaching.schemas.base import BaseSchema, Day, Line, PublicId, QuerySchema, Truth, Whole, Word


class NeedQuery(QuerySchema):
    """Which part of one's list is asked for."""

    cohort_id = PublicId(load_default=None, metadata={"description": "Only what is of this cohort."})
    signal = Word(Signal, load_default=None, metadata={"description": "Only this signal."})


class NamedNeedSchema(BaseSchema):
    """One occurrence of a signal, as the list names it."""

    signal = Word(Signal, required=True)
    occurrence = Line(40, required=True)


class SnoozeNeedSchema(NamedNeedSchema):
    """Not before this day."""

    until = Day(required=True)


class SeeToNeedSchema(NamedNeedSchema):
    """It is seen to. The note is read by the cohort's coaches, and by whom it is about where they ask for it."""

    note = Line(500)


class NeedMarkSchema(NamedNeedSchema):
    """What one said to it, as it goes out."""

    state = fields.String(dump_only=True)
    until = fields.Date(dump_only=True)
    note = fields.String(dump_only=True)
    at = fields.DateTime(dump_only=True)


class NeedThresholdsSchema(BaseSchema):
    """From when on each signal tells a coach; null switches it off, and so does false for silence. After `stale_weeks`
    a figure of a course that goes on is asked for anew; null never does."""

    absences_in_a_row = Whole(1, 20, required=True, allow_none=True)
    tells_silence = Truth(load_default=False)
    overdue_days = Whole(0, 365, required=True, allow_none=True)
    unbooked_days = Whole(1, 365, required=True, allow_none=True)
    goal_idle_days = Whole(7, 365, required=True, allow_none=True)
    practice_weeks = Whole(1, 52, required=True, allow_none=True)
    practice_from = Word(PracticeFrom, required=True)
    stale_weeks = Whole(1, 104, required=True, allow_none=True)
    version = fields.Integer(dump_only=True)
