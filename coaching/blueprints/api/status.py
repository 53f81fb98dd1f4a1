"""How the product is, for administrators."""

from __future__ import annotations

from typing import Any

from flask import current_app

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import StatusReport
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.keys import note_keys
from coaching.clock import utc_now
from coaching.policies import may_administer, require
from coaching.services.status import read_status

blueprint = ApiBlueprint("status", tag="Status", description="How the product is, for administrators.")


@blueprint.route("/status")
@blueprint.answers(shape_of(StatusReport))
@blueprint.refuses(404)
def show() -> dict[str, Any]:
    """The schema, messages and check-ins by state, the seconds for which anything has been due, what was sent in the
    last minute and hour, the schedulers, and in words what there is to look at."""
    require(may_administer(current_actor()), seen=False)
    late_after = current_app.extensions["settings"].late_after
    return read_status(rows(), now=utc_now(), late_after=late_after, note_keys=note_keys().names)
