"""A course project moved from stage to stage, and what was noted wrong about it put right."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.project_page import (
    NAMES,
    STAGES,
    editable_project,
    project_trail,
    show_project,
    today_of_viewer,
)
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, NotFound
from coaching.extensions import db
from coaching.models import CourseProject, StageChange
from coaching.policies import may_edit_project, require
from coaching.schemas.base import load_form
from coaching.schemas.course_project import AmendStageSchema, ChangeStageSchema, TakeBackStageSchema
from coaching.services.cohorts import get_cohort
from coaching.services.project_stages import (
    FROM_A_RUN,
    GONE,
    amend_stage,
    change_stage,
    get_stage_change,
    is_amendable,
    take_back_stage,
)

# Which board the form was opened from, by its cohort: one goes back there.
BOARD = "board"

blueprint = Blueprint("project_stages", __name__)


@blueprint.get("/projects/<id:public_id>/stages/new")
def new(public_id: str) -> ResponseReturnValue:
    """The form alone, as the board opens it."""
    return _move(editable_project(public_id), filled(on=today_of_viewer()))


@blueprint.post("/projects/<id:public_id>/stages")
@acts_once
def create(public_id: str) -> ResponseReturnValue:
    project = editable_project(public_id)
    board = request.form.get(BOARD, "")
    try:
        values = load_form(ChangeStageSchema(), request.form, beside=(BOARD,))
        change = change_stage(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal)
        page = _move(project, form) if board else show_project(project, "stage", form)
        return page, status_of(refusal)
    flash(f"{project.title} is at {words(change.stage)} now. The stage is kept, with its date.", "success")
    return redirect(_back(project, board), 303)


@blueprint.get("/stages/<id:public_id>/correction")
def edit(public_id: str) -> ResponseReturnValue:
    change = _amendable(public_id)
    return _correction(change, filled(stage=change.stage, on=change.on, note=change.note))


@blueprint.post("/stages/<id:public_id>/correction")
@acts_once
def update(public_id: str) -> ResponseReturnValue:
    """Puts another change in the place of a wrong one, which stays on record."""
    change = _changeable(public_id)
    project_id = change.project.public_id
    try:
        values = load_form(AmendStageSchema(), request.form)
        amend_stage(db.session(), change, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _correction(change, sent_again(refusal)), status_of(refusal)
    flash("The stage is corrected. What it said before stays on record.", "success")
    return redirect(f"{url_for('projects.show', public_id=project_id)}#stages", 303)


@blueprint.post("/stages/<id:public_id>/removal")
def take_back(public_id: str) -> ResponseReturnValue:
    """Takes back a change that was noted by mistake."""
    change = _changeable(public_id)
    project_id = change.project.public_id
    try:
        values = load_form(TakeBackStageSchema(), request.form)
        take_back_stage(db.session(), change, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal)
        standing = filled(stage=change.stage, on=change.on, note=change.note)
        return _correction(change, Form(standing.values, form.errors), form), status_of(refusal)
    flash("The stage is taken back. It stays on record with the reason.", "success")
    return redirect(f"{url_for('projects.show', public_id=project_id)}#stages", 303)


def _changeable(public_id: str) -> StageChange:
    change = get_stage_change(db.session(), public_id, actor=current_actor())
    require(may_edit_project(current_actor(), change.project), seen=True)
    return change


def _amendable(public_id: str) -> StageChange:
    """One whose form is worth showing: it stands, and no run says it."""
    change = _changeable(public_id)
    if not is_amendable(change):
        raise Conflict(GONE if change.withdrawn_at is not None else FROM_A_RUN)
    return change


def _back(project: CourseProject, board: str) -> str:
    """The board that the form was opened from, at the card that moved; or the project."""
    try:
        cohort = get_cohort(db.session(), board, actor=current_actor())
    except NotFound:
        return url_for("projects.show", public_id=project.public_id)
    return f"{url_for('project_boards.show', cohort_id=cohort.public_id)}#project-{project.public_id}"


def _move(project: CourseProject, form: Form) -> str:
    return render_template(
        "project/move.html",
        project=project,
        form=form,
        errors=form.errors,
        names=NAMES,
        stages=[(value, label) for value, label in STAGES if value != project.stage],
        board=request.values.get(BOARD, ""),
        breadcrumb=project_trail(project, _above(project), ("Change the stage", "")),
    )


def _correction(change: StageChange, form: Form, taken_back: Form | None = None) -> str:
    project = change.project
    return render_template(
        "project/stage.html",
        project=project,
        change=change,
        form=form,
        taken_back=taken_back or filled(),
        errors=form.errors,
        names=NAMES,
        stages=STAGES,
        breadcrumb=project_trail(project, _above(project), ("Correct a stage", "")),
    )


def _above(project: CourseProject) -> tuple[str, str]:
    return project.title, url_for("projects.show", public_id=project.public_id)
