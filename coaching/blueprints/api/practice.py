"""The practice log: what a participant put into practice, and which run their figures belong to."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.schemas.practice import TieEnrolmentsSchema
from coaching.schemas.reach import ReportedReachSchema
from coaching.services.memberships import get_membership
from coaching.services.practice import PracticeLine, RunLine, get_entry, list_practice, list_runs, tie_enrolments
from coaching.services.reach import ReportedReach, get_run

blueprint = ApiBlueprint("practice", tag="Practice", description="What participants put into practice.")


@blueprint.route("/members/<id:member_id>/practice")
@blueprint.lists(shape_of(PracticeLine))
def index(member_id: str) -> list[PracticeLine]:
    """The participant's log, the newest first.

    A check-in's `enrolments` without a `run_id` count nowhere yet: give them to a run.
    """
    member = get_membership(rows(), member_id, actor=current_actor())
    return list_practice(rows(), member, actor=current_actor())


@blueprint.route("/members/<id:member_id>/runs")
@blueprint.lists(shape_of(RunLine))
def member_runs(member_id: str) -> list[RunLine]:
    """The runs of the participant's courses, the newest first."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return list_runs(rows(), member, actor=current_actor())


@blueprint.route("/practice/<id:entry_id>/run", methods=["POST"])
@blueprint.arguments(TieEnrolmentsSchema)
@blueprint.response(201, ReportedReachSchema)
def tie(data: dict[str, Any], entry_id: str) -> tuple[ReportedReach, dict[str, str]]:
    """Gives the figure of a check-in to one of the participant's runs, where it then counts."""
    entry = get_entry(rows(), entry_id, actor=current_actor())
    run = get_run(rows(), data["run_id"], actor=current_actor())
    reported = tie_enrolments(rows(), entry, run, actor=current_actor(), now=utc_now())
    return reported, place("runs.show", run_id=run.public_id)
