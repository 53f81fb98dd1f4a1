"""A launch logged in one step: three fields, on a phone, in under a minute."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.owning import learners_of, own_membership, startable_cohort, takes_part
from coaching.blueprints.pages.projects import NAMES, PLATFORMS, today_of_viewer
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort
from coaching.policies import may_run_cohort
from coaching.schemas.base import load_form
from coaching.schemas.course_project import QuickLaunchSchema
from coaching.services.course_projects import list_projects
from coaching.services.runs import log_new_launch

blueprint = Blueprint("launches", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/launches/new")
def new(cohort_id: str) -> ResponseReturnValue:
    cohort = startable_cohort(cohort_id)
    return _new(cohort, filled(launched_on=today_of_viewer()))


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
        return _new(cohort, sent_again(refusal)), status_of(refusal)
    flash(f"Well done! The launch of {run.project.title} is logged.", "success")
    return redirect(url_for("projects.show", public_id=run.project.public_id), 303)


def _new(cohort: Cohort, form: Form) -> str:
    asks_whose = not takes_part(cohort)
    return render_template(
        "launch/new.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        names=NAMES,
        platforms=PLATFORMS,
        titles=_titles(cohort),
        asks_whose=asks_whose,
        members=learners_of(cohort) if asks_whose else [],
        chosen=request.form.getlist("owners"),
        breadcrumb=trail(cohort, ("Log a launch", "")),
    )


def _titles(cohort: Cohort) -> list[str]:
    """The courses whose launch this may be: a participant's own, and all for those who run the cohort."""
    own, runs_it = own_membership(cohort), may_run_cohort(current_actor(), cohort)
    return [
        line.title
        for line in list_projects(db.session(), cohort, actor=current_actor())
        if runs_it or own in {owner.membership_id for owner in line.owners}
    ]
