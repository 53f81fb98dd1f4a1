"""A launch logged in one step: three fields, on a phone, in under a minute."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.owning import learners_of, own_membership, startable_cohort, takes_part
from coaching.blueprints.pages.project_page import NAMES, PLATFORMS, today_of_viewer
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort, Stage
from coaching.policies import may_run_cohort
from coaching.schemas.base import load_form
from coaching.schemas.course_project import QuickLaunchSchema
from coaching.services.course_projects import list_projects
from coaching.services.project_list import ProjectLine
from coaching.services.project_records import plain_name
from coaching.services.runs import NAMESAKE, log_new_launch

# How many courses are put before somebody to tap: more are found by typing.
MOST_TAPPED = 6

blueprint = Blueprint("launches", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/launches/new")
def new(cohort_id: str) -> ResponseReturnValue:
    cohort = startable_cohort(cohort_id)
    return _new(cohort, filled(launched_on=today_of_viewer(), title=_asked_title(cohort)))


@blueprint.post("/cohorts/<id:cohort_id>/launches")
@acts_once
def create(cohort_id: str) -> ResponseReturnValue:
    """Logs the launch on the project of this title, or on a new one."""
    cohort = startable_cohort(cohort_id)
    try:
        values = load_form(QuickLaunchSchema(), request.form)
        run = log_new_launch(db.session(), cohort, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(cohort, sent_again(refusal), code=refusal.code), status_of(refusal)
    flash(f"Well done! The launch of {run.project.title} is logged.", "success")
    return redirect(url_for("projects.show", public_id=run.project.public_id), 303)


def _new(cohort: Cohort, form: Form, *, code: str = "") -> str:
    asks_whose = not takes_part(cohort)
    lines = list_projects(db.session(), cohort, actor=current_actor())
    courses = _loggable(cohort, lines)
    return render_template(
        "launch/new.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        names=NAMES,
        platforms=PLATFORMS,
        titles=[line.title for line in courses],
        courses=courses[:MOST_TAPPED] if request.method == "GET" else [],
        namesake=_namesake(lines, form) if code == NAMESAKE else None,
        asks_whose=asks_whose,
        members=learners_of(cohort) if asks_whose else [],
        chosen=request.form.getlist("owners"),
        breadcrumb=trail(cohort, ("Log a launch", "")),
    )


def _loggable(cohort: Cohort, lines: Iterable[ProjectLine]) -> list[ProjectLine]:
    """The courses whose launch this may be: a participant's own, and all for those who run the cohort. Those that are
    not open yet come first."""
    own, runs_it = own_membership(cohort), may_run_cohort(current_actor(), cohort)
    theirs = [line for line in lines if runs_it or own in {owner.membership_id for owner in line.owners}]
    return sorted(theirs, key=lambda line: line.runs > 0)


def _asked_title(cohort: Cohort) -> str:
    """The title that the form begins with: of the course that was tapped, or of the only one that waits for its
    launch. Nobody types on a phone what is known."""
    lines = _loggable(cohort, list_projects(db.session(), cohort, actor=current_actor()))
    tapped = [line.title for line in lines if line.id == request.args.get("project")]
    waiting = [line.title for line in lines if not line.runs and line.stage != Stage.STOPPED]
    return (tapped or (waiting if len(waiting) == 1 and takes_part(cohort) else [""]))[0]


def _namesake(lines: Iterable[ProjectLine], form: Form) -> ProjectLine | None:
    """The course of others that has the title already."""
    title = plain_name(form.values.get("title", ""))
    return next((line for line in lines if plain_name(line.title) == title), None)
