"""A session's record: what was covered, shared notes, materials."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.models import CoachingSession
from coaching.schemas.action import SessionRecordSchema, WriteRecordSchema
from coaching.services.coaching_sessions import get_session
from coaching.services.session_record import write_record

blueprint = ApiBlueprint(
    "session_record", tag="Sessions", description="What was covered, shared notes and materials of a session."
)


@blueprint.route("/sessions/<id:session_id>/record")
@blueprint.etag
@blueprint.response(200, SessionRecordSchema)
def show(session_id: str) -> CoachingSession:
    """The record, for everybody who sees the session. Texts are blank until somebody writes them."""
    return get_session(rows(), session_id, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/record", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(WriteRecordSchema(partial=True))
@blueprint.response(200, SessionRecordSchema)
def edit(data: dict[str, Any], session_id: str) -> CoachingSession:
    """Changes the record; for those who run the cohort. It may be begun before the session, to prepare the notes."""
    held = get_session(rows(), session_id, actor=current_actor())
    blueprint.check_etag(held, SessionRecordSchema)
    values = merged(held, WriteRecordSchema, data)
    return write_record(rows(), held, actor=current_actor(), now=utc_now(), **values)
