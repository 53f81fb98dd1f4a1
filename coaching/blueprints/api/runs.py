"""Runs of a course, and their reach: figures as of dates."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.models import CourseRun, ReachSnapshot
from coaching.schemas.course_project import CorrectRunSchema, CourseRunSchema
from coaching.schemas.reach import AddReachSchema, CorrectReachSchema, ReachSnapshotSchema, ReportedReachSchema
from coaching.services.reach import ReportedReach, add_reach, correct_reach, get_run, get_snapshot
from coaching.services.runs import correct_run

# What a correction may leave as it is; only its reason is always given.
CORRECTABLE = ("label", "launched_on", "ended_on", "platform", "url")

blueprint = ApiBlueprint("runs", tag="Runs and reach", description="Runs of a course, and how many they reached.")


@blueprint.route("/runs/<id:run_id>")
@blueprint.etag
@blueprint.response(200, CourseRunSchema)
def show(run_id: str) -> CourseRun:
    """One run with its figures."""
    return get_run(rows(), run_id, actor=current_actor())


@blueprint.route("/runs/<id:run_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(CorrectRunSchema(partial=CORRECTABLE))
@blueprint.response(200, CourseRunSchema)
def edit(data: dict[str, Any], run_id: str) -> CourseRun:
    """Corrects what was logged wrong about a run, and says why. What it said before stays on record.

    A launch day that changes moves in the project's stages and in its team's practice logs, too.
    """
    run = get_run(rows(), run_id, actor=current_actor())
    blueprint.check_etag(run, CourseRunSchema)
    values = {name: getattr(run, name) for name in CORRECTABLE} | data
    return correct_run(rows(), run, actor=current_actor(), now=utc_now(), **values)


@blueprint.route("/runs/<id:run_id>/reach", methods=["POST"])
@blueprint.arguments(AddReachSchema)
@blueprint.response(201, ReportedReachSchema)
def report(data: dict[str, Any], run_id: str) -> tuple[ReportedReach, dict[str, str]]:
    """Adds a figure as of a day.

    The same figure of the same day again changes nothing (`is_repeat`). One that shrinks is taken, with a warning.
    """
    run = get_run(rows(), run_id, actor=current_actor())
    reported = add_reach(rows(), run, actor=current_actor(), now=utc_now(), **data)
    return reported, place("runs.show", run_id=run.public_id)


@blueprint.route("/reach/<id:snapshot_id>/corrections", methods=["POST"])
@blueprint.arguments(CorrectReachSchema)
@blueprint.response(201, ReachSnapshotSchema)
def correct(data: dict[str, Any], snapshot_id: str) -> tuple[ReachSnapshot, dict[str, str]]:
    """Puts another figure in the place of a wrong one, and says why. Both stay on record."""
    snapshot = get_snapshot(rows(), snapshot_id, actor=current_actor())
    corrected = correct_reach(rows(), snapshot, actor=current_actor(), now=utc_now(), **data)
    return corrected, place("runs.show", run_id=snapshot.run.public_id)
