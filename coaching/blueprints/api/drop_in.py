"""The drop-in code: opened and closed by those who run the cohort; participants mark themselves with it."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import RoomCodeRow
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.problems import kept_problem
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.models import CoachingSession, DropInCode
from coaching.schemas.base import BaseSchema
from coaching.schemas.drop_in import MarkSelfSchema, SelfMarkSchema
from coaching.services.coaching_sessions import get_session
from coaching.services.drop_in import WRONG_CODE, SelfMark, close_code, find_code, mark_self, open_code
from coaching.tokens import new_room_code

blueprint = ApiBlueprint("drop_in", tag="Drop-in codes", description="Marking oneself, by a code shown in the room.")


@blueprint.route("/sessions/<id:session_id>/drop-in-code")
@blueprint.answers(shape_of(RoomCodeRow))
def show(session_id: str) -> RoomCodeRow:
    """The session's code, null while none is open."""
    held = get_session(rows(), session_id, actor=current_actor())
    return _row(held, find_code(rows(), held, actor=current_actor(), now=utc_now()))


@blueprint.route("/sessions/<id:session_id>/drop-in-code", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.answers(shape_of(RoomCodeRow))
def start(_data: dict[str, Any], session_id: str) -> RoomCodeRow:
    """Opens the session for marking oneself, from a quarter of an hour before its start until its end.

    Answers with the code that is open already, if there is one.
    """
    held = get_session(rows(), session_id, actor=current_actor())
    code = open_code(rows(), held, actor=current_actor(), now=utc_now(), code=new_room_code())
    return _row(held, code)


@blueprint.route("/sessions/<id:session_id>/drop-in-code", methods=["DELETE"])
@blueprint.response(204)
def end(session_id: str) -> None:
    """Closes the code before the session ends."""
    held = get_session(rows(), session_id, actor=current_actor())
    close_code(rows(), held, actor=current_actor(), now=utc_now())


@blueprint.route("/drop-in", methods=["POST"])
@blueprint.arguments(MarkSelfSchema)
@blueprint.refuses(429)
@blueprint.response(200, SelfMarkSchema)
def mark(data: dict[str, Any]) -> SelfMark | Response:
    """Marks who asks as there, present or late by the clock, at the session whose code this is.

    Wrong codes are counted: after ten of them one has to wait a quarter of an hour (429).
    """
    key = current_app.extensions["settings"].secret_key
    try:
        return mark_self(rows(), data["code"], actor=current_actor(), now=utc_now(), key=key)
    except Invalid as refusal:
        if refusal.code != WRONG_CODE:
            raise
        return kept_problem(refusal)


def _row(held: CoachingSession, code: DropInCode | None) -> RoomCodeRow:
    base = current_app.extensions["settings"].base_url
    return {
        "session_id": held.public_id,
        "code": code.code if code else None,
        "address": f"{base}/drop-in/{code.code}" if code else None,
        "opened_at": code.opened_at if code else None,
        "closes_at": code.closes_at if code else None,
    }
