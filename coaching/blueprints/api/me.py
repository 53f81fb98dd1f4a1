"""Oneself: the account, and one's own places in cohorts."""

from __future__ import annotations

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Person
from coaching.schemas.person import PersonSchema
from coaching.services.own_check_ins import OwnCheckIn, list_own_check_ins
from coaching.services.own_memberships import OwnMembership, list_own_memberships
from coaching.services.people import get_person

blueprint = ApiBlueprint("me", tag="Me", description="The person whose token asks.")


@blueprint.route("/me")
@blueprint.response(200, PersonSchema)
def show() -> Person:
    """One's own account."""
    actor = current_actor()
    return get_person(rows(), actor.public_id, actor=actor)


@blueprint.route("/me/memberships")
@blueprint.lists(shape_of(OwnMembership))
def list_memberships() -> list[OwnMembership]:
    """One's own places in cohorts, the latest first.

    Here a program finds the identifiers under which a member's goals, practice log and check-ins are.
    """
    return list_own_memberships(rows(), actor=current_actor())


@blueprint.route("/me/check-ins")
@blueprint.lists(shape_of(OwnCheckIn))
def list_check_ins() -> list[OwnCheckIn]:
    """One's own check-ins over all cohorts by their moment, with what one answered."""
    return list_own_check_ins(rows(), actor=current_actor(), now=utc_now())
