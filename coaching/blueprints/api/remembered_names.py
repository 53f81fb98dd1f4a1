"""Remembered names: who somebody in the cohort's reports is, as somebody once said."""

from __future__ import annotations

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.services.cohorts import get_cohort
from coaching.services.remembered_matches import RememberedName, forget_name, list_remembered

blueprint = ApiBlueprint(
    "remembered_names",
    tag="Imports",
    description="Who people in reports are, as somebody said.",
)


@blueprint.route("/cohorts/<id:cohort_id>/remembered-names")
@blueprint.lists(shape_of(RememberedName))
def index(cohort_id: str) -> list[RememberedName]:
    """The names that the next report brings to a member, or sets aside as nobody's, by itself."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_remembered(rows(), cohort, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/remembered-names/<id:name_id>", methods=["DELETE"])
@blueprint.response(204)
def forget(cohort_id: str, name_id: str) -> None:
    """Forgets one, so that the next report asks again. What is recorded stays."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    forget_name(rows(), cohort, name_id, actor=current_actor(), now=utc_now())
