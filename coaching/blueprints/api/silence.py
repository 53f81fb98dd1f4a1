"""Who is silent: check-ins that were asked, brought to mind and not answered."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import CheckIn
from coaching.schemas.base import BaseSchema
from coaching.schemas.check_in import CheckInSchema
from coaching.services.check_ins import get_check_in
from coaching.services.cohorts import get_cohort
from coaching.services.silence import SilentCheckIn, list_silent, see_to_silence

blueprint = ApiBlueprint("silence", tag="Check-ins", description="Who was asked and is silent.")


@blueprint.route("/cohorts/<id:cohort_id>/silent-check-ins")
@blueprint.lists(shape_of(SilentCheckIn))
def index(cohort_id: str) -> list[SilentCheckIn]:
    """Who needs somebody to see to them, who has been asked longest ago first; for those who run the cohort."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_silent(rows(), cohort, actor=current_actor())


@blueprint.route("/check-ins/<id:check_in_id>/seen-to", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, CheckInSchema)
def see_to(_data: dict[str, Any], check_in_id: str) -> CheckIn:
    """Takes a silent check-in off the list. It can be answered as before."""
    check_in = get_check_in(rows(), check_in_id, actor=current_actor())
    return see_to_silence(rows(), check_in, actor=current_actor(), now=utc_now())
