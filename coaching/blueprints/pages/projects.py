"""A course project: started, edited, moved through its stages, launched, shared with co-owners."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.owning import learners_of, own_membership, startable_cohort
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.import_policies import cohort_to_import_into
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Platform,
    ReachMetric,
    ReachSnapshot,
    Stage,
)
from coaching.policies import (
    may_edit_project,
    may_log_launch,
    may_run_cohort,
    may_view_cohort,
    may_view_project,
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
from coaching.services.course_projects import (
    add_owner,
    change_stage,
    edit_project,
    get_project,
    remove_owner,
    start_project,
)
from coaching.services.evidence import count_evidence
from coaching.services.runs import log_launch

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
    "owner": "Who leaves the team",
}
PLATFORMS = [(platform.value, words(platform)) for platform in Platform]
# A launch is logged as one, with its date; the other stages are set by hand.
STAGES = [(stage.value, words(stage)) for stage in Stage if stage not in {Stage.LAUNCHED, Stage.RE_RUN}]

blueprint = Blueprint("projects", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/projects/new")
def new(cohort_id: str) -> ResponseReturnValue:
    cohort = startable_cohort(cohort_id)
    return _new(cohort, filled(stage=Stage.IDEA))


@blueprint.post("/cohorts/<id:cohort_id>/projects")
@acts_once
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
    project = _editable(public_id)
    return _edit(project, _standing(project))


@blueprint.post("/projects/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    project = _editable(public_id)
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
@acts_once
def launch(public_id: str) -> ResponseReturnValue:
    """Logs a run: the first is a launch, the next ones are re-runs."""
    project = _editable(public_id)
    try:
        values = load_form(LogLaunchSchema(), request.form)
        log_launch(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "launch", sent_again(refusal)), status_of(refusal)
    flash("Well done! The launch is logged.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/stages")
@acts_once
def change(public_id: str) -> ResponseReturnValue:
    project = _editable(public_id)
    try:
        values = load_form(ChangeStageSchema(), request.form)
        change_stage(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "stage", sent_again(refusal)), status_of(refusal)
    flash("The stage is kept, with its date.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/owners")
@acts_once
def share(public_id: str) -> ResponseReturnValue:
    """Names one more who builds the course: a member, or somebody outside."""
    project = _editable(public_id)
    try:
        values = load_form(AddOwnerSchema(), request.form)
        add_owner(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "team", sent_again(refusal)), status_of(refusal)
    flash("The team has grown.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/owners/removal")
def unshare(public_id: str) -> ResponseReturnValue:
    """Takes somebody off the team who was named by mistake."""
    project = _editable(public_id)
    try:
        refuse_unknown("owner")
        name, who = _chosen_owner()
        remove_owner(db.session(), project, actor=current_actor(), now=utc_now(), **{name: who})
        write()
    except (Invalid, Conflict) as refusal:
        return _page(project, "leave", sent_again(refusal)), status_of(refusal)
    flash("The team is one smaller. The launches are out of that practice log.", "success")
    if not may_view_project(current_actor(), project):
        # Who came from another cohort, and left, sees the course no more.
        return redirect(url_for("home.show"), 303)
    return redirect(url_for("projects.show", public_id=public_id), 303)


def _chosen_owner() -> tuple[str, str]:
    """Whom the form names: a member by identifier, or somebody outside by name."""
    kind, _, who = request.form.get("owner", "").partition(":")
    if kind not in {"membership_id", "outside_name"} or not who:
        raise Invalid.field("owner", "Choose who leaves the team.")
    return kind, who


def current_figures(run: CourseRun) -> dict[ReachMetric, ReachSnapshot]:
    """The figures that stand for a run now, by what they count."""
    return {snapshot.metric: snapshot for snapshot in run.snapshots if snapshot.is_current}


def today_of_viewer() -> date:
    """The date where the one who asks is."""
    return in_zone(utc_now(), current_actor().timezone).date()


def _editable(public_id: str) -> CourseProject:
    """The project, for who may change it: nobody is shown a form again that they may not send."""
    project = get_project(db.session(), public_id, actor=current_actor())
    require(may_edit_project(current_actor(), project), seen=True)
    return project


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
        members=[pair for pair in learners_of(cohort) if pair[0] != own_membership(cohort)],
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
    forms = {"launch": filled(launched_on=today), "stage": filled(on=today), "team": filled(), "leave": filled()}
    return render_template(
        "project/show.html",
        project=project,
        runs=[(run, current_figures(run)) for run in reversed(project.runs)],
        forms_by_name=forms | ({failed: form} if form else {}),
        failed=failed,
        errors=form.errors if form else {},
        names=NAMES,
        may_log=may_log,
        import_into=cohort_to_import_into(current_actor(), project),
        evidence=count_evidence(db.session(), project, actor=current_actor()),
        stages=[(value, label) for value, label in STAGES if value != project.stage],
        stands_at=[change for change in project.stage_changes if change.stage == project.stage][-1:],
        members=[pair for pair in learners_of(project.cohort) if pair[0] not in owned] if may_log else [],
        breadcrumb=project_trail(project, (project.title, "")),
    )
