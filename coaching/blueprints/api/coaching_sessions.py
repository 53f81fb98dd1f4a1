"""Coaching sessions, and who was there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.models import AttendanceStatus, CoachingSession
from coaching.schemas.coaching_session import (
    CancelSessionSchema,
    CoachingSessionSchema,
    CopySessionSchema,
    EditSessionSchema,
    MarkAttendanceSchema,
    ScheduleSessionSchema,
    SessionValuesSchema,
)
from coaching.services.attendance import AttendanceLine, list_attendance, mark_attendance
from coaching.services.attendance_trail import TrailLine, list_changes
from coaching.services.coaching_sessions import (
    cancel_session,
    copy_session,
    edit_session,
    get_session,
    schedule_session,
)
from coaching.services.cohorts import get_cohort
from coaching.services.session_list import SessionLine, read_sessions

blueprint = ApiBlueprint(
    "sessions", tag="Sessions", description="Meetings of a cohort or of a pair, and who was there."
)


@blueprint.route("/cohorts/<id:cohort_id>/sessions")
@blueprint.lists(shape_of(SessionLine))
def index(cohort_id: str) -> Sequence[SessionLine]:
    """The cohort's sessions by time, without other people's one-to-ones."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return read_sessions(rows().connection(), cohort, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/sessions", methods=["POST"])
@blueprint.etag
@blueprint.arguments(ScheduleSessionSchema)
@blueprint.response(201, CoachingSessionSchema)
def schedule(data: dict[str, Any], cohort_id: str) -> tuple[CoachingSession, dict[str, str]]:
    """Schedules a session, or logs one after the fact.

    `local_start` is what the clocks show in `timezone`; a time that they skip is refused.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    coaching_session = schedule_session(rows(), cohort, actor=current_actor(), now=utc_now(), **data)
    return coaching_session, place("sessions.show", session_id=coaching_session.public_id)


@blueprint.route("/sessions/<id:session_id>")
@blueprint.etag
@blueprint.response(200, CoachingSessionSchema)
def show(session_id: str) -> CoachingSession:
    """One session."""
    return get_session(rows(), session_id, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(EditSessionSchema(partial=True))
@blueprint.response(200, CoachingSessionSchema)
def edit(data: dict[str, Any], session_id: str) -> CoachingSession:
    """Changes or moves a session that has not been cancelled.

    With `scope` the sessions of its series that follow, or all, get the same changes, save those that have begun. One
    whose attendance is recorded is not moved to a time that is still to come.
    """
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    blueprint.check_etag(coaching_session, CoachingSessionSchema)
    values = merged(coaching_session, SessionValuesSchema, data)
    return edit_session(rows(), coaching_session, actor=current_actor(), now=utc_now(), **values)


@blueprint.route("/sessions/<id:session_id>/cancellation", methods=["POST"])
@blueprint.etag
@blueprint.arguments(CancelSessionSchema, required=False)
@blueprint.response(200, CoachingSessionSchema)
def cancel(data: dict[str, Any], session_id: str) -> CoachingSession:
    """Cancels a session, or by `scope` those of its series. It stays on the list, and counts in nobody's attendance.

    One whose attendance is recorded is not cancelled.
    """
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    return cancel_session(rows(), coaching_session, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/sessions/<id:session_id>/copies", methods=["POST"])
@blueprint.etag
@blueprint.arguments(CopySessionSchema)
@blueprint.response(201, CoachingSessionSchema)
def copy(data: dict[str, Any], session_id: str) -> tuple[CoachingSession, dict[str, str]]:
    """Schedules a session at another time with all that this one says beforehand."""
    original = get_session(rows(), session_id, actor=current_actor())
    coaching_session = copy_session(rows(), original, actor=current_actor(), now=utc_now(), **data)
    return coaching_session, place("sessions.show", session_id=coaching_session.public_id)


@blueprint.route("/sessions/<id:session_id>/attendance")
@blueprint.lists(shape_of(AttendanceLine))
def show_attendance(session_id: str) -> list[AttendanceLine]:
    """A line for each member who is expected; those who do not run the cohort get their own alone."""
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    return list_attendance(rows(), coaching_session, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/attendance", methods=["POST"])
@blueprint.arguments(MarkAttendanceSchema)
@blueprint.lists(shape_of(AttendanceLine))
def mark_there(data: dict[str, Any], session_id: str) -> list[AttendanceLine]:
    """Records who was there, for the members named, and answers with everybody's line.

    A mark that says what is recorded already changes nothing, so that measured minutes survive.
    """
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    marks = _marks(data["marks"])
    mark_attendance(rows(), coaching_session, actor=current_actor(), now=utc_now(), marks=marks)
    return list_attendance(rows(), coaching_session, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/attendance/changes")
@blueprint.lists(shape_of(TrailLine))
def show_trail(session_id: str) -> list[TrailLine]:
    """What was said of each member, when, by whom and where from; those who do not run the cohort get their own alone.

    `status` is null where what had been recorded was taken back.
    """
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    return list_changes(rows(), coaching_session, actor=current_actor())


def _marks(given: list[dict[str, Any]]) -> dict[str, AttendanceStatus]:
    """Each member's one mark."""
    marks: dict[str, AttendanceStatus] = {}
    for number, mark in enumerate(given):
        if mark["membership_id"] in marks:
            raise Invalid.field(f"marks.{number}.membership_id", "This member has a mark already. Give them one.")
        marks[mark["membership_id"]] = mark["status"]
    return marks
