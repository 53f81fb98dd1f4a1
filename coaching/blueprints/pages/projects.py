"""A course project: started, edited, moved through its stages, launched, shared with co-owners."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Membership,
    Platform,
    ReachMetric,
    ReachSnapshot,
    Role,
    Stage,
)
from coaching.policies import (
    may_edit_project,
    may_log_launch,
    may_run_cohort,
    may_start_project,
    may_view_cohort,
    require,
)
from coaching.schemas.base import load_form
from coaching.schemas.course_project import (
    AddOwnerSchema,
    ChangeStageSchema,
    EditProjectSchema,
    LogLaunchSchema,
    StartProjectSchema,
)
from coaching.services.cohorts import get_cohort
from coaching.services.course_projects import (
    add_owner,
    change_stage,
    edit_project,
    get_project,
    log_launch,
    start_project,
)
from coaching.services.membership_list import list_members

LABELS = {"title": "Title", "platform": "Platform", "audience": "For whom", "url": "Link"}
# What a summary of errors calls the fields of the forms: a noun, where the field itself asks a question.
NAMES = LABELS | {
    "launched_on": "Day it opened",
    "enrolments": "Enrolments so far",
    "label": "Name of the run",
    "stage": "Stage",
    "on": "Since when",
    "note": "Why",
    "owners": "Who builds it",
    "outside_names": "Somebody outside the cohort",
    "membership_id": "Somebody in the cohort",
    "outside_name": "A name from outside",
}
PLATFORMS = [(platform.value, words(platform)) for platform in Platform]
# A launch is logged as one, with its date; the other stages are set by hand.
STAGES = [(stage.value, words(stage)) for stage in Stage if stage not in {Stage.LAUNCHED, Stage.RE_RUN}]
MOST_MEMBERS = 100

blueprint = Blueprint("projects", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/projects/new")
def new(cohort_id: str) -> ResponseReturnValue:
    cohort = startable_cohort(cohort_id)
    return _new(cohort, filled(stage=Stage.IDEA))


@blueprint.post("/cohorts/<id:cohort_id>/projects")
def create(cohort_id: str) -> ResponseReturnValue:
    cohort = startable_cohort(cohort_id)
    try:
        values = load_form(StartProjectSchema(), request.form)
        project = start_project(db.session(), cohort, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(cohort, sent_again(refusal)), status_of(refusal)
    flash(f"{project.title} is added.", "success")
    return redirect(url_for("projects.show", public_id=project.public_id), 303)


@blueprint.get("/projects/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    project = get_project(db.session(), public_id, actor=current_actor())
    return _page(project)


@blueprint.get("/projects/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    project = get_project(db.session(), public_id, actor=current_actor())
    require(may_edit_project(current_actor(), project), seen=True)
    return _edit(project, _standing(project))


@blueprint.post("/projects/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    project = get_project(db.session(), public_id, actor=current_actor())
    try:
        check_version(project)
        values = load_form(EditProjectSchema(), request.form, beside=(VERSION,))
        edit_project(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(project, sent_again(refusal, lambda: _standing(project))), status_of(refusal)
    flash("The project is saved.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/launches")
def launch(public_id: str) -> ResponseReturnValue:
    """Logs a run: the first is a launch, the next ones are re-runs."""
    project = get_project(db.session(), public_id, actor=current_actor())
    try:
        values = load_form(LogLaunchSchema(), request.form)
        log_launch(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "launch", sent_again(refusal)), status_of(refusal)
    flash("Well done! The launch is logged.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/stages")
def change(public_id: str) -> ResponseReturnValue:
    project = get_project(db.session(), public_id, actor=current_actor())
    try:
        values = load_form(ChangeStageSchema(), request.form)
        change_stage(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "stage", sent_again(refusal)), status_of(refusal)
    flash("The stage is kept, with its date.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/owners")
def share(public_id: str) -> ResponseReturnValue:
    """Names one more who builds the course: a member, or somebody outside."""
    project = get_project(db.session(), public_id, actor=current_actor())
    try:
        values = load_form(AddOwnerSchema(), request.form)
        add_owner(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "team", sent_again(refusal)), status_of(refusal)
    flash("The team has grown.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


def current_figures(run: CourseRun) -> dict[ReachMetric, ReachSnapshot]:
    """The figures that stand for a run now, by what they count."""
    return {snapshot.metric: snapshot for snapshot in run.snapshots if snapshot.is_current}


def today_of_viewer() -> date:
    """The date where the one who asks is."""
    return in_zone(utc_now(), current_actor().timezone).date()


def startable_cohort(public_id: str) -> Cohort:
    """A cohort in which the one who asks may start a project or log a launch."""
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_start_project(current_actor(), cohort), seen=True, message="Observers look on; participants build.")
    return cohort


def _members(cohort: Cohort) -> list[tuple[str, str]]:
    """Whom a project of this cohort may have as owner."""
    if not may_view_cohort(current_actor(), cohort):
        return []
    page = list_members(db.session(), cohort, actor=current_actor(), limit=MOST_MEMBERS)
    return [(line["id"], line["name"]) for line in page.items if line["role"] == Role.PARTICIPANT]


def own_membership(cohort: Cohort) -> str:
    """The identifier of one's own membership, for who is in this cohort."""
    standing = current_actor().standings.get(cohort.id)
    return db.session.get_one(Membership, standing.membership_id).public_id if standing else ""


def _standing(project: CourseProject) -> Form:
    return filled(project.version, **{name: getattr(project, name) for name in LABELS})


def _new(cohort: Cohort, form: Form) -> str:
    return render_template(
        "project/new.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        platforms=PLATFORMS,
        names=NAMES,
        stages=STAGES,
        members=[pair for pair in _members(cohort) if pair[0] != own_membership(cohort)],
        chosen=request.form.getlist("owners"),
        is_learner=not may_run_cohort(current_actor(), cohort),
        breadcrumb=trail(cohort, ("Add a project", "")),
    )


def _edit(project: CourseProject, form: Form) -> str:
    steps = (project.title, url_for("projects.show", public_id=project.public_id)), ("Edit", "")
    return render_template(
        "project/edit.html",
        project=project,
        form=form,
        errors=form.errors,
        names=NAMES,
        platforms=PLATFORMS,
        breadcrumb=project_trail(project, *steps),
    )


def project_trail(project: CourseProject, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """The way to the project by its cohort, where the one who asks sees that cohort."""
    if may_view_cohort(current_actor(), project.cohort):
        return trail(project.cohort, *steps)
    return [{"label": label, "url": url} for label, url in steps]


def _page(project: CourseProject, failed: str = "", form: Form | None = None) -> str:
    """The project with its three forms; the one that `failed` comes first, as it was sent."""
    today = today_of_viewer()
    may_log = may_log_launch(current_actor(), project)
    owned = {owner.membership.public_id for owner in project.owners if owner.membership}
    forms = {"launch": filled(launched_on=today), "stage": filled(on=today), "team": filled()}
    return render_template(
        "project/show.html",
        project=project,
        runs=[(run, current_figures(run)) for run in reversed(project.runs)],
        forms_by_name=forms | ({failed: form} if form else {}),
        failed=failed,
        errors=form.errors if form else {},
        names=NAMES,
        may_log=may_log,
        stages=[(value, label) for value, label in STAGES if value != project.stage],
        stands_at=[change for change in project.stage_changes if change.stage == project.stage][-1:],
        members=[pair for pair in _members(project.cohort) if pair[0] not in owned] if may_log else [],
        breadcrumb=project_trail(project, (project.title, "")),
    )
