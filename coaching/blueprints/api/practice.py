"""The practice log: what a participant put into practice, and which run their figures belong to."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint, Slice
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.practice_query import PracticePageQuery, wanted_of
from coaching.clock import utc_now
from coaching.models import PracticeEntry
from coaching.schemas.practice import PracticeEntrySchema, TieEnrolmentsSchema, WritePracticeSchema
from coaching.schemas.reach import ReportedReachSchema
from coaching.services.memberships import get_membership
from coaching.services.practice import RunLine, get_entry, list_runs, tie_enrolments
from coaching.services.practice_entries import edit_entry, remove_entry, values_of, write_entry
from coaching.services.practice_list import PracticeLine, list_practice
from coaching.services.reach import ReportedReach, get_run

blueprint = ApiBlueprint("practice", tag="Practice", description="What participants put into practice.")


@blueprint.route("/members/<id:member_id>/practice")
@blueprint.arguments(PracticePageQuery, location="query")
@blueprint.lists(shape_of(PracticeLine), is_paged=True)
def index(query: dict[str, Any], member_id: str) -> Slice:
    """The participant's log, the newest first, with what helped and hindered and how much was said to each line.

    A check-in's `enrolments` without a `run_id` count nowhere yet: give them to a run.
    """
    member = get_membership(rows(), member_id, actor=current_actor())
    found = list_practice(rows(), member, actor=current_actor(), **wanted_of(query))
    limit, passed = query["limit"], query["after"]
    return Slice(found[:limit], str(passed + limit) if len(found) > limit else None)


@blueprint.route("/members/<id:member_id>/practice", methods=["POST"])
@blueprint.etag
@blueprint.arguments(WritePracticeSchema)
@blueprint.response(201, PracticeEntrySchema)
def write(data: dict[str, Any], member_id: str) -> tuple[PracticeEntry, dict[str, str]]:
    """Writes a line of one's own log: what, and when; the rest where there is something to say.

    Any day up to today will do. `about_id` is a course that one builds, or a run of one.
    """
    member = get_membership(rows(), member_id, actor=current_actor())
    entry = write_entry(rows(), member, actor=current_actor(), now=utc_now(), **data)
    return entry, place("practice.show", entry_id=entry.public_id)


@blueprint.route("/practice/<id:entry_id>")
@blueprint.etag
@blueprint.response(200, PracticeEntrySchema)
def show(entry_id: str) -> PracticeEntry:
    """One line of a practice log."""
    return get_entry(rows(), entry_id, actor=current_actor())


@blueprint.route("/practice/<id:entry_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(WritePracticeSchema(partial=True))
@blueprint.response(200, PracticeEntrySchema)
def edit(data: dict[str, Any], entry_id: str) -> PracticeEntry:
    """Changes a line of one's own log, or adds to one that came from a launch or a check-in.

    What these say (`text`, `on`, `about_id`) is corrected there. A line that was confirmed is so no more.
    """
    entry = get_entry(rows(), entry_id, actor=current_actor())
    blueprint.check_etag(entry, PracticeEntrySchema)
    values: dict[str, Any] = {**values_of(entry), **data}
    return edit_entry(rows(), entry, actor=current_actor(), now=utc_now(), **values)


@blueprint.route("/practice/<id:entry_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(entry_id: str) -> None:
    """Deletes a line that was written by hand, for good, with what was said to it."""
    entry = get_entry(rows(), entry_id, actor=current_actor())
    blueprint.check_etag(entry, PracticeEntrySchema)
    remove_entry(rows(), entry, actor=current_actor(), now=utc_now())


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
