"""Whether a participant is asked at all: "stop asking me", and the consent to be asked so long after the end."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.models import Membership
from coaching.schemas.base import BaseSchema
from coaching.schemas.cohort import MembershipSchema
from coaching.schemas.follow_up_choice import AlumniConsentSchema
from coaching.services.follow_up_choices import resume_follow_ups, say_alumni_consent, stop_follow_ups
from coaching.services.memberships import get_membership

blueprint = ApiBlueprint(
    "follow_up_choices", tag="Check-ins", description="Whether a participant is asked at all: for themselves to say."
)


@blueprint.route("/members/<id:member_id>/follow-ups-stop", methods=["PUT"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, MembershipSchema)
def stop(_data: dict[str, Any], member_id: str) -> Membership:
    """Ends one's own check-ins of this cohort, what is open and what is to come. Mails that have not left are called
    off."""
    member = get_membership(rows(), member_id, actor=current_actor())
    stop_follow_ups(rows(), member, actor=current_actor(), now=utc_now())
    return member


@blueprint.route("/members/<id:member_id>/follow-ups-stop", methods=["DELETE"])
@blueprint.response(200, MembershipSchema)
def take_back(member_id: str) -> Membership:
    """Takes that back: what is to come is asked again, and what is still recent enough."""
    member = get_membership(rows(), member_id, actor=current_actor())
    resume_follow_ups(rows(), member, actor=current_actor(), now=utc_now())
    return member


@blueprint.route("/members/<id:member_id>/alumni-consent", methods=["PUT"])
@blueprint.arguments(AlumniConsentSchema)
@blueprint.response(200, MembershipSchema)
def say_consent(data: dict[str, Any], member_id: str) -> Membership:
    """Says whether one may be asked so long after the cohort's end. A no ends the alumni check-ins; it can change."""
    member = get_membership(rows(), member_id, actor=current_actor())
    say_alumni_consent(rows(), member, actor=current_actor(), now=utc_now(), **data)
    return member
