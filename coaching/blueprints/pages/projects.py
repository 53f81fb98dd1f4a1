"""A course project: started, seen, edited and launched."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.owning import learners_of, own_membership, startable_cohort
from coaching.blueprints.pages.project_page import (
    LABELS,
    NAMES,
    PLATFORMS,
    STAGES,
    editable_project,
    project_trail,
    show_project,
)
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import (
    Cohort,
    CourseProject,
    Stage,
)
from coaching.policies import (
    may_run_cohort,
)
from coaching.schemas.base import load_form
from coaching.schemas.course_project import (
    EditProjectSchema,
    LogLaunchSchema,
    StartProjectSchema,
)
from coaching.services.course_projects import (
    edit_project,
    get_project,
    list_edits,
    offered_skills,
    start_project,
)
from coaching.services.runs import log_launch

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
    return show_project(project)


@blueprint.get("/projects/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    project = editable_project(public_id)
    return _edit(project, _standing(project))


@blueprint.post("/projects/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    project = editable_project(public_id)
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
    project = editable_project(public_id)
    try:
        values = load_form(LogLaunchSchema(), request.form)
        log_launch(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return show_project(project, "launch", sent_again(refusal)), status_of(refusal)
    flash("Well done! The launch is logged.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


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
        skills=[(skill.public_id, skill.name) for skill in offered_skills(db.session(), cohort.programme_id)],
        chosen_skills=request.form.getlist("skill_ids"),
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
        skills=_skills(project),
        chosen_skills=request.form.getlist("skill_ids") if request.method == "POST" else project.skill_ids,
        earlier=list_edits(db.session(), project, actor=current_actor()),
        breadcrumb=project_trail(project, *steps),
    )


def _skills(project: CourseProject) -> list[tuple[str, str]]:
    """What can be ticked: a skill that was retired only where the project says it already."""
    return [
        (skill.public_id, skill.name if skill.retired_at is None else f"{skill.name} (no longer asked)")
        for skill in offered_skills(db.session(), project.programme_id, project)
    ]
