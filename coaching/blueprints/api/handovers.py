"""Handing a cohort, or one participant's one-to-ones, over to another coach."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Handover, Role
from coaching.schemas.base import BaseSchema, PublicId
from coaching.schemas.cohort_life import Afterwards, HandOverSchema, HandoverSchema
from coaching.services.handover_choices import (
    Candidate,
    Outlook,
    find_pair,
    find_taker,
    foresee_handover,
    list_takers,
)
from coaching.services.handovers import hand_over_cohort, hand_over_pair
from coaching.services.memberships import get_membership

blueprint = ApiBlueprint(
    "handovers", tag="Cohorts", description="How a cohort, or one participant, gets another coach."
)


class OutlookQuery(BaseSchema):
    """What would be handed over: the whole cohort, or one participant's one-to-ones."""

    pair_with = PublicId(load_default=None)


@blueprint.route("/members/<id:member_id>/handover/candidates")
@blueprint.lists(shape_of(Candidate))
def index(member_id: str) -> list[Candidate]:
    """Who may take over from this coach: whoever else coaches in the programme."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return list_takers(rows(), member, actor=current_actor())


@blueprint.route("/members/<id:member_id>/handover/candidates/<id:candidate_id>")
@blueprint.arguments(OutlookQuery, location="query")
@blueprint.answers(shape_of(Outlook))
def show(query: dict[str, Any], member_id: str, candidate_id: str) -> Outlook:
    """What handing over to one of them would do now, and what stands in its way."""
    actor, member = current_actor(), get_membership(rows(), member_id, actor=current_actor())
    taker = find_taker(rows(), member, candidate_id, actor=actor)
    pair = find_pair(rows(), member, query["pair_with"], actor=actor)
    return foresee_handover(rows(), member, taker, pair, actor=actor, now=utc_now())


@blueprint.route("/members/<id:member_id>/handover", methods=["POST"])
@blueprint.arguments(HandOverSchema)
@blueprint.response(200, HandoverSchema)
def create(data: dict[str, Any], member_id: str) -> Handover:
    """Hands over what a coach has, in one transaction; everybody concerned is told by mail."""
    actor, member = current_actor(), get_membership(rows(), member_id, actor=current_actor())
    taker = find_taker(rows(), member, data["to"], actor=actor)
    pair = find_pair(rows(), member, data["pair_with"], actor=actor)
    about = {"actor": actor, "now": utc_now(), "reason": data["reason"]}
    if pair is not None:
        return hand_over_pair(rows(), member, taker, pair, **about)
    stays_as = Role.OBSERVER if data["afterwards"] == Afterwards.OBSERVER else None
    return hand_over_cohort(rows(), member, taker, stays_as=stays_as, **about)
