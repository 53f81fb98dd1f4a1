"""A run of a course: its reach over time, a new figure, a correction."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.project_page import PLATFORMS, current_figures, project_trail, today_of_viewer
from coaching.blueprints.problems import status_of
from coaching.blueprints.reach_picture import METRIC_NAMES, asked_metric, picture
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.import_policies import cohort_to_import_into
from coaching.models import CourseRun, ReachMetric, ReachSnapshot
from coaching.policies import may_confirm_reach, may_log_launch, require
from coaching.schemas.base import load_form
from coaching.schemas.course_project import CorrectRunSchema
from coaching.schemas.reach import AddReachSchema, CorrectReachSchema
from coaching.services.evidence import count_evidence
from coaching.services.reach import add_reach, correct_reach, get_run, get_snapshot
from coaching.services.reach_over_time import run_reach
from coaching.services.runs import correct_run

NAMES = {"metric": "What is counted", "value": "How many", "as_of": "As of", "reason": "Why it changes"}
RUN_NAMES = {
    "label": "Name of the run",
    "launched_on": "Day it opened",
    "ended_on": "Day it ended",
    "platform": "Platform",
    "url": "Link",
    "reason": "Why it changes",
}

blueprint = Blueprint("runs", __name__)


@blueprint.get("/runs/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    run = get_run(db.session(), public_id, actor=current_actor())
    return _page(run, filled(metric=ReachMetric.JOINERS, as_of=today_of_viewer()))


@blueprint.post("/runs/<id:public_id>/reach")
@acts_once
def report(public_id: str) -> ResponseReturnValue:
    """Adds a figure as of a day. One that shrinks is kept, and said."""
    run = _editable(public_id)
    try:
        values = load_form(AddReachSchema(), request.form)
        reported = add_reach(db.session(), run, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(run, sent_again(refusal)), status_of(refusal)
    flash("This figure was known already." if reported.is_repeat else "The figure is kept.", "success")
    for warning in reported.warnings:
        flash(warning, "warning")
    return redirect(url_for("runs.show", public_id=public_id), 303)


@blueprint.get("/reach/<id:public_id>/correction")
def new_correction(public_id: str) -> ResponseReturnValue:
    return _correction(_correctable(public_id), filled())


@blueprint.post("/reach/<id:public_id>/correction")
@acts_once
def correct(public_id: str) -> ResponseReturnValue:
    """Puts another figure in place of a wrong one; the old one stays on record."""
    snapshot = _correctable(public_id)
    run_id = snapshot.run.public_id
    try:
        values = load_form(CorrectReachSchema(), request.form)
        correct_reach(db.session(), snapshot, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _correction(snapshot, sent_again(refusal)), status_of(refusal)
    flash("The figure is corrected. The old one stays on record.", "success")
    return redirect(url_for("runs.show", public_id=run_id), 303)


@blueprint.get("/runs/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    run = _editable(public_id)
    return _edit(run, _standing(run))


@blueprint.post("/runs/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Puts right what was logged wrong; what the run said before stays on record."""
    run = _editable(public_id)
    try:
        check_version(run)
        values = load_form(CorrectRunSchema(), request.form, beside=(VERSION,))
        correct_run(db.session(), run, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(run, sent_again(refusal, lambda: _standing(run))), status_of(refusal)
    flash("The run is corrected. What it said before stays on record, with the project’s stages.", "success")
    return redirect(url_for("runs.show", public_id=public_id), 303)


def _editable(public_id: str) -> CourseRun:
    run = get_run(db.session(), public_id, actor=current_actor())
    require(may_log_launch(current_actor(), run.project), seen=True)
    return run


def _standing(run: CourseRun) -> Form:
    return filled(run.version, **{name: getattr(run, name) for name in RUN_NAMES if name != "reason"})


def _edit(run: CourseRun, form: Form) -> str:
    return render_template(
        "run/edit.html",
        run=run,
        form=form,
        errors=form.errors,
        names=RUN_NAMES,
        platforms=PLATFORMS,
        breadcrumb=run_trail(run, (run.label, url_for("runs.show", public_id=run.public_id)), ("Correct this run", "")),
    )


def _correctable(public_id: str) -> ReachSnapshot:
    snapshot = get_snapshot(db.session(), public_id, actor=current_actor())
    require(may_log_launch(current_actor(), snapshot.run.project), seen=True)
    return snapshot


def run_trail(run: CourseRun, *steps: tuple[str, str]) -> list[dict[str, str]]:
    project = run.project
    above = (project.title, url_for("projects.show", public_id=project.public_id))
    return project_trail(project, above, *steps)


def _page(run: CourseRun, form: Form) -> str:
    # Of one day the figure that came last stands: a correction comes after what it corrects.
    living = [figure for figure in run.snapshots if figure.withdrawn_at is None]
    standing = {(figure.metric, figure.as_of): figure for figure in sorted(living, key=lambda one: one.id)}
    actor = current_actor()
    return render_template(
        "run/show.html",
        **picture(run_reach(db.session(), run, actor=actor, now=utc_now(), metric=asked_metric())),
        run=run,
        project=run.project,
        figures=current_figures(run),
        history=sorted(run.snapshots, key=lambda figure: (figure.as_of, figure.id), reverse=True),
        standing={figure.id for figure in standing.values()},
        corrected={figure.corrects_id for figure in living},
        form=form,
        errors=form.errors,
        names=NAMES,
        evidence=count_evidence(db.session(), run.project, actor=actor),
        may_log=may_log_launch(actor, run.project),
        may_confirm=may_confirm_reach(actor, run.project),
        breadcrumb=run_trail(run, (run.label, "")),
        import_into=cohort_to_import_into(actor, run.project),
    )


def _correction(snapshot: ReachSnapshot, form: Form) -> str:
    run = snapshot.run
    return render_template(
        "run/correction.html",
        snapshot=snapshot,
        run=run,
        metric=METRIC_NAMES[snapshot.metric],
        form=form,
        errors=form.errors,
        names=NAMES,
        breadcrumb=run_trail(run, (run.label, url_for("runs.show", public_id=run.public_id)), ("Correct a figure", "")),
    )
