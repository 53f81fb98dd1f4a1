"""What to know before a session."""

from __future__ import annotations

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.services.coaching_sessions import get_session
from coaching.services.preparation import Preparation, prepare_session

blueprint = ApiBlueprint(
    "preparation", tag="Sessions", description="What was agreed and what happened since, before a session."
)


@blueprint.route("/sessions/<id:session_id>/preparation")
@blueprint.answers(shape_of(Preparation))
def show(session_id: str) -> Preparation:
    """Of each of those who meet: open actions, goals with the newest rating of either side, answers and launches since
    last time; for those who run the cohort. Goals have their words for its coaches alone."""
    held = get_session(rows(), session_id, actor=current_actor())
    return prepare_session(rows(), held, actor=current_actor(), now=utc_now())
