"""Somebody's line through time: sessions, goals, actions, courses, check-ins and practice in one list."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.line_query import LinePageQuery, wanted_of
from coaching.clock import utc_now
from coaching.services.line_events import LineEvent
from coaching.services.memberships import get_membership
from coaching.services.person_line import LinePart, read_line, read_own_line, take_part

blueprint = ApiBlueprint("line", tag="Line", description="What happened to somebody and what they did, through time.")


@blueprint.route("/members/<id:member_id>/line")
@blueprint.arguments(LinePageQuery, location="query")
@blueprint.lists(shape_of(LineEvent), is_paged=True)
def member(query: dict[str, Any], member_id: str) -> LinePart:
    """A member's line, the newest first, for them and for those who run the cohort.

    Goals and their ratings are there for the participant and the cohort's coaches alone. Days are those of the one who
    asks. Without `from` and `to`: from a month before the cohort to a month from today, three years at the most.
    """
    membership = get_membership(rows(), member_id, actor=current_actor())
    wanted = wanted_of(query)
    line = read_line(rows(), membership, actor=current_actor(), now=utc_now(), wanted=wanted)
    return take_part(line, limit=query["limit"], after=wanted.after)


@blueprint.route("/me/line")
@blueprint.arguments(LinePageQuery, location="query")
@blueprint.lists(shape_of(LineEvent), is_paged=True)
def own(query: dict[str, Any]) -> LinePart:
    """One's own line over all cohorts that one is in, the newest first."""
    wanted = wanted_of(query)
    line = read_own_line(rows(), actor=current_actor(), now=utc_now(), wanted=wanted)
    return take_part(line, limit=query["limit"], after=wanted.after)
