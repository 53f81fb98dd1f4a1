"""Whether people come to a session, and who would have to choose."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.schemas.rsvp import AnswerRsvpSchema
from coaching.services.clashes import Clash, list_clashes
from coaching.services.coaching_sessions import get_session
from coaching.services.rsvps import OwnRsvp, RsvpAnswer, RsvpLine, answer_rsvps, list_rsvps, own_rsvp

blueprint = ApiBlueprint("rsvps", tag="Who comes", description="Whether people come, and who would have to choose.")


@blueprint.route("/sessions/<id:session_id>/rsvp")
@blueprint.answers(shape_of(OwnRsvp))
def show(session_id: str) -> OwnRsvp:
    """What one says oneself. `is_current` is false where the session has another start since."""
    held = get_session(rows(), session_id, actor=current_actor())
    return own_rsvp(rows(), held, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/rsvp", methods=["PUT"])
@blueprint.arguments(AnswerRsvpSchema)
@blueprint.answers(shape_of(OwnRsvp))
def answer(data: dict[str, Any], session_id: str) -> OwnRsvp:
    """Says whether one comes, or says it anew.

    `starts_at` is the start that one looked at: where the session has another by now, the answer is refused.
    """
    held = get_session(rows(), session_id, actor=current_actor())
    answer_rsvps(rows(), [RsvpAnswer(held, **data)], actor=current_actor(), now=utc_now(), via="api")
    return own_rsvp(rows(), held, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/rsvps")
@blueprint.lists(shape_of(RsvpLine))
def index(session_id: str) -> list[RsvpLine]:
    """A line for each who is expected, answered or not; for those who run the cohort."""
    held = get_session(rows(), session_id, actor=current_actor())
    return list_rsvps(rows(), held, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/clashes")
@blueprint.lists(shape_of(Clash))
def list_others(session_id: str) -> list[Clash]:
    """Who is expected elsewhere at that time; for those who run the cohort.

    A session that is not the asker's to see is not named: its fields are null.
    """
    held = get_session(rows(), session_id, actor=current_actor())
    return list_clashes(rows(), held, actor=current_actor())
