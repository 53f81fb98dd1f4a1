"""Who is silent: check-ins that were asked, brought to mind and not answered."""

from __future__ import annotations

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.services.cohorts import get_cohort
from coaching.services.silence import SilentCheckIn, list_silent

blueprint = ApiBlueprint("silence", tag="Check-ins", description="Who was asked and is silent.")


@blueprint.route("/cohorts/<id:cohort_id>/silent-check-ins")
@blueprint.lists(shape_of(SilentCheckIn))
def index(cohort_id: str) -> list[SilentCheckIn]:
    """Who is silent, who has been asked longest ago first, with who saw to it; for those who run the cohort."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_silent(rows(), cohort, actor=current_actor())
