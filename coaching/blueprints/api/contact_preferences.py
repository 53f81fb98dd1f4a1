"""How oneself wants to be asked."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.schemas.contact_preference import ContactPreferenceSchema
from coaching.services.contact_preferences import ContactChoice, read_preferences, set_preferences
from coaching.services.people import get_person

blueprint = ApiBlueprint(
    "contact_preferences", tag="Me", description="When and how often the person whose token asks may be asked."
)


@blueprint.route("/me/contact-preferences")
@blueprint.etag
@blueprint.response(200, ContactPreferenceSchema)
def show() -> ContactChoice:
    """When and how often one may be asked oneself, over all cohorts."""
    actor = current_actor()
    return read_preferences(rows(), get_person(rows(), actor.public_id, actor=actor), actor=actor, now=utc_now())


@blueprint.route("/me/contact-preferences", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(ContactPreferenceSchema)
@blueprint.response(200, ContactPreferenceSchema)
def replace(data: dict[str, Any]) -> ContactChoice:
    """Says it anew, all of it. What waits for one is decided about anew at once."""
    actor = current_actor()
    person = get_person(rows(), actor.public_id, actor=actor)
    blueprint.check_etag(read_preferences(rows(), person, actor=actor, now=utc_now()), ContactPreferenceSchema)
    return set_preferences(rows(), person, actor=actor, now=utc_now(), **data)
