"""Files with figures of courses: brought into a cohort, looked at, said where they belong, applied, undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.evidence_words import size_text
from coaching.blueprints.file_taking import discard_files, files_brought, mark_files_named, read_files_body, take_files
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.file_import_forms import (
    DATE_ORDERS,
    errors_of,
    heading_options,
    place_options,
    read_choices,
    span_of,
    standing_values,
)
from coaching.blueprints.pages.forms import Form, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.blueprints.reach_picture import METRIC_NAMES
from coaching.blueprints.uploading import settings
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import csrf, db
from coaching.import_policies import may_bring_files, may_change_import
from coaching.models import BatchState, Cohort, ImportBatch
from coaching.services.cohorts import get_cohort
from coaching.services.file_applying import ask_to_apply
from coaching.services.file_choices import choose_runs, list_targets, undecided
from coaching.services.file_imports import (
    MOST_BYTES,
    cancel_files,
    check_may_bring,
    get_file_import,
    list_file_imports,
    receive_files,
)
from coaching.services.file_plan import plan_import
from coaching.services.file_series import needs_day
from coaching.services.file_undoing import undo_files
from coaching.services.import_queue import apply_at_once, read_at_once

AT_WORK = {BatchState.READING, BatchState.APPLYING}

blueprint = Blueprint("file_imports", __name__)
blueprint.teardown_request(discard_files)


@blueprint.get("/cohorts/<id:cohort_id>/file-imports")
def index(cohort_id: str) -> ResponseReturnValue:
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    return render_template(
        "file_import/list.html",
        cohort=cohort,
        batches=list_file_imports(db.session(), cohort, actor=current_actor()),
        may_bring=bool(may_bring_files(current_actor(), cohort)),
        breadcrumb=trail(cohort, ("Imports of figures", "")),
    )


@blueprint.get("/cohorts/<id:cohort_id>/file-imports/new")
def new(cohort_id: str) -> ResponseReturnValue:
    return _ask(_brings_into(cohort_id), Form())


@blueprint.before_request
def take_body() -> ResponseReturnValue | None:
    """Before anything looks at the body of an upload: whether its sender may bring files, and then the body."""
    if request.endpoint != "file_imports.bring_in":
        return None
    cohort = _brings_into((request.view_args or {})["cohort_id"])
    try:
        read_files_body()
    except (Invalid, Conflict) as refusal:
        # Of a body that was not read nothing is known but that it was too much.
        cohort = _brings_into((request.view_args or {})["cohort_id"])
        return _ask(cohort, Form(errors={"file": [refusal.message]})), status_of(refusal)
    csrf.protect()
    take_files()
    return None


@blueprint.post("/cohorts/<id:cohort_id>/file-imports")
@csrf.exempt
@acts_once
def bring_in(cohort_id: str) -> ResponseReturnValue:
    """Keeps the files and reads them, at once where they are small."""
    cohort, now = _brings_into(cohort_id), utc_now()
    try:
        refuse_unknown()
        batch, is_new = receive_files(db.session(), cohort, files_brought(), actor=current_actor(), now=now)
        if is_new:
            read_at_once(db.session(), batch, settings().uploads, now=now)
        write()
    except (Invalid, Conflict) as refusal:
        return _ask(_brings_into(cohort_id), sent_again(refusal)), status_of(refusal)
    if is_new:
        mark_files_named()
    else:
        flash("These files are known already: this is what became of them.", "info")
    return redirect(url_for("file_imports.show", public_id=batch.public_id), 303)


@blueprint.get("/file-imports/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """The import as it stands. A page that asked how far the work is is loaded as a whole once that has ended."""
    batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
    response = make_response(_page(batch, cohort, Form(standing_values(batch))))
    if batch.state not in AT_WORK and "HX-Request" in request.headers:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/file-imports/<id:public_id>/choices")
def choose(public_id: str) -> ResponseReturnValue:
    """Says where the runs belong, and what the files do not say of themselves."""
    batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
    now = utc_now()
    try:
        choose_runs(db.session(), batch, cohort, actor=current_actor(), now=now, **read_choices(batch))
        if batch.state == BatchState.READING:
            read_at_once(db.session(), batch, settings().uploads, now=now)
        write()
    except (Invalid, Conflict) as refusal:
        form = replace(sent_again(refusal), errors=errors_of(refusal))
        batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
        return _page(batch, cohort, form), status_of(refusal)
    if batch.state == BatchState.READY and not any(undecided(batch)):
        flash("Look at what applying would do, then apply.", "info")
    return _back(public_id)


@blueprint.post("/file-imports/<id:public_id>/apply")
def apply(public_id: str) -> ResponseReturnValue:
    """Makes the figures count: at once where the files are small, else as soon as the timetable comes to them."""
    batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
    refuse_unknown()
    try:
        ask_to_apply(db.session(), batch, cohort, actor=current_actor(), now=utc_now())
        apply_at_once(db.session(), batch, settings().uploads, now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        db.session.rollback()
        batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
        form = Form(standing_values(batch), {"": [refusal.message]})
        return _page(batch, cohort, form), status_of(refusal)
    if batch.state == BatchState.APPLIED:
        flash("The figures count now. You can undo this import at any time.", "success")
    return _back(public_id)


@blueprint.post("/file-imports/<id:public_id>/undo")
def undo(public_id: str) -> ResponseReturnValue:
    """Takes back what the import brought."""
    batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
    refuse_unknown()
    kept = undo_files(db.session(), batch, cohort, actor=current_actor(), now=utc_now())
    flash("The import is undone. What stood before it stands again.", "success")
    if kept:
        names = ", ".join(f"{run.project.title}, {run.label}" for run in kept)
        words = plural(len(kept), "run that it opened stays", "runs that it opened stay")
        flash(f"{words}, because somebody has worked with it since: {names}.", "warning")
    return _back(public_id)


@blueprint.post("/file-imports/<id:public_id>/cancel")
def cancel(public_id: str) -> ResponseReturnValue:
    """Ends an import that does not count yet."""
    batch, cohort = get_file_import(db.session(), public_id, actor=current_actor())
    refuse_unknown()
    cancel_files(db.session(), batch, cohort, settings().uploads, actor=current_actor(), now=utc_now())
    is_over = batch.state == BatchState.CANCELLED
    flash("The import is cancelled, and its files are removed." if is_over else "It stops within seconds.", "success")
    return _back(public_id)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("file_imports.show", public_id=public_id), 303)


def _brings_into(cohort_id: str) -> Cohort:
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    check_may_bring(cohort, actor=current_actor())
    return cohort


def _trail(cohort: Cohort, label: str) -> list[dict[str, str]]:
    address = url_for("file_imports.index", cohort_id=cohort.public_id)
    return trail(cohort, ("Imports of figures", address), (label, ""))


def _ask(cohort: Cohort, form: Form) -> str:
    return render_template(
        "file_import/new.html",
        cohort=cohort,
        errors=form.errors,
        largest=MOST_BYTES // 1024**2,
        breadcrumb=_trail(cohort, "Import figures"),
    )


def _page(batch: ImportBatch, cohort: Cohort, form: Form) -> str:
    """The batch as it stands: on its way, asking where it belongs, or done with."""
    may_change = bool(may_change_import(current_actor(), batch, cohort))
    asks: dict[str, Any] = {}
    if batch.state == BatchState.READY:
        targets = list_targets(db.session(), batch, cohort, actor=current_actor())
        asks = {
            "places": place_options(targets),
            "has_projects": bool(targets.projects),
            "heading_options": heading_options(batch),
            "open": set(undecided(batch)),
            "spans": {found["key"]: span_of(found) for found in batch.detected["runs"]},
            "undated": {found["key"] for found in batch.detected["runs"] if needs_day(found)},
        }
    plan = plan_import(db.session(), batch, cohort, actor=current_actor()) if batch.detected else []
    return render_template(
        "file_import/show.html",
        batch=batch,
        cohort=cohort,
        form=form,
        errors=form.errors,
        plan={planned.key: planned for planned in plan},
        is_known=bool(plan) and all(one.is_known for one in plan if one.figures) and any(one.figures for one in plan),
        is_at_work=batch.state in AT_WORK,
        may_change=may_change,
        metric_names=METRIC_NAMES,
        size_text=size_text,
        date_orders=DATE_ORDERS,
        breadcrumb=_trail(cohort, batch.file_name),
        **asks,
    )
