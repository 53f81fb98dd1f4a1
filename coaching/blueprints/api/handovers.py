"""Handing a cohort, or one participant's one-to-ones, over to another coach."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Handover, Role
from coaching.schemas.cohort_life import Afterwards, ChooseTakerSchema, HandOverSchema, HandoverSchema
from coaching.services.handover_choices import HandoverPlan, find_pair, find_taker, plan_handover
from coaching.services.handovers import hand_over_cohort, hand_over_pair
from coaching.services.memberships import get_membership

blueprint = ApiBlueprint(
    "handovers", tag="Cohorts", description="How a cohort, or one participant, gets another coach."
)


@blueprint.route("/members/<id:member_id>/handover")
@blueprint.arguments(ChooseTakerSchema, location="query")
@blueprint.answers(shape_of(HandoverPlan))
def show(query: dict[str, Any], member_id: str) -> HandoverPlan:
    """What there is to hand over and to whom; with `to` what that would do now, and what stands in its way."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return plan_handover(rows(), member, actor=current_actor(), now=utc_now(), **query)


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
