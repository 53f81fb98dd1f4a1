"""Who needs their coach, what a coach says to it, and from when on a programme's signals tell."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import NeedMark, Programme
from coaching.schemas.need import (
    NamedNeedSchema,
    NeedMarkSchema,
    NeedQuery,
    NeedThresholdsSchema,
    SeeToNeedSchema,
    SnoozeNeedSchema,
)
from coaching.services.memberships import get_membership
from coaching.services.need_acts import bring_back_need, see_to_need, snooze_need
from coaching.services.need_thresholds import set_thresholds
from coaching.services.needs import NeedList, list_needs, narrowed
from coaching.services.programmes import get_programme

blueprint = ApiBlueprint("needs", tag="Who needs me", description="Who needs their coach, and why.")


@blueprint.route("/me/needs")
@blueprint.arguments(NeedQuery, location="query")
@blueprint.answers(shape_of(NeedList))
def index(query: dict[str, Any]) -> NeedList:
    """Who needs one as their coach, over all cohorts that one coaches: by person, the most pressing first.

    `aside` is what one has snoozed or seen to and what still stands.
    """
    found = list_needs(rows(), actor=current_actor(), now=utc_now())
    return NeedList(narrowed(found.people, **query), narrowed(found.aside, **query))


@blueprint.route("/members/<id:member_id>/needs/snooze", methods=["POST"])
@blueprint.arguments(SnoozeNeedSchema)
@blueprint.response(200, NeedMarkSchema)
def snooze(data: dict[str, Any], member_id: str) -> NeedMark:
    """Takes it off one's own list until a day."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return snooze_need(rows(), member, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/members/<id:member_id>/needs/done", methods=["POST"])
@blueprint.arguments(SeeToNeedSchema)
@blueprint.response(200, NeedMarkSchema)
def see_to(data: dict[str, Any], member_id: str) -> NeedMark:
    """Takes it off one's own list for good. When it occurs anew it is told again."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return see_to_need(rows(), member, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/members/<id:member_id>/needs/back", methods=["POST"])
@blueprint.arguments(NamedNeedSchema)
@blueprint.response(204)
def bring_back(data: dict[str, Any], member_id: str) -> None:
    """Takes back what one said to it."""
    member = get_membership(rows(), member_id, actor=current_actor())
    bring_back_need(rows(), member, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/programmes/<id:programme_id>/need-thresholds")
@blueprint.etag
@blueprint.response(200, NeedThresholdsSchema)
def show_thresholds(programme_id: str) -> Programme:
    """From when on each signal tells a coach, for all cohorts of the programme. Null: it does not."""
    return get_programme(rows(), programme_id, actor=current_actor())


@blueprint.route("/programmes/<id:programme_id>/need-thresholds", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(NeedThresholdsSchema)
@blueprint.response(200, NeedThresholdsSchema)
def set_all(data: dict[str, Any], programme_id: str) -> Programme:
    """Says all of them anew; lists go by them at once. For the programme's coordinators."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    blueprint.check_etag(programme, NeedThresholdsSchema)
    return set_thresholds(rows(), programme, actor=current_actor(), now=utc_now(), **data)
