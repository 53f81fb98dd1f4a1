"""Reach of a cohort and of a programme, over time and course by course; and figures that somebody confirms."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.project_page import today_of_viewer
from coaching.blueprints.pages.runs import run_trail
from coaching.blueprints.problems import status_of
from coaching.blueprints.reach_picture import METRIC_NAMES, asked_metric, picture
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import ReachSnapshot
from coaching.policies import may_confirm_reach, require
from coaching.schemas.base import load_form
from coaching.schemas.reach import UnconfirmReachSchema
from coaching.services.cohorts import get_cohort
from coaching.services.programmes import get_programme
from coaching.services.reach import get_snapshot
from coaching.services.reach_confirmation import NOT_FOR_OWNERS, confirm_reach, unconfirm_reach
from coaching.services.reach_courses import cohort_courses, programme_courses
from coaching.services.reach_over_time import cohort_reach, programme_reach

blueprint = Blueprint("reach", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/reach")
def cohort(cohort_id: str) -> ResponseReturnValue:
    """The courses of a cohort's people: how many they reached, each run once."""
    actor = current_actor()
    found = get_cohort(db.session(), cohort_id, actor=actor)
    reach = cohort_reach(db.session(), found, actor=actor, now=utc_now(), metric=asked_metric())
    return render_template(
        "reach/show.html",
        **picture(reach),
        name=found.name,
        address=url_for("reach.cohort", cohort_id=cohort_id),
        courses=cohort_courses(db.session(), found, actor=actor),
        today=today_of_viewer(),
        breadcrumb=trail(found, ("Reach", "")),
    )


@blueprint.get("/programmes/<id:programme_id>/reach")
def programme(programme_id: str) -> ResponseReturnValue:
    """All courses of a programme, each run once, whoever built them."""
    actor = current_actor()
    found = get_programme(db.session(), programme_id, actor=actor)
    reach = programme_reach(db.session(), found, actor=actor, now=utc_now(), metric=asked_metric())
    return render_template(
        "reach/show.html",
        **picture(reach),
        name=found.name,
        address=url_for("reach.programme", programme_id=programme_id),
        courses=programme_courses(db.session(), found, actor=actor),
        today=today_of_viewer(),
        breadcrumb=[
            {"label": "Programmes", "url": url_for("programmes.list")},
            {"label": found.name, "url": url_for("programmes.show", public_id=found.public_id)},
            {"label": "Reach"},
        ],
    )


@blueprint.post("/reach/<id:public_id>/confirmation")
def confirm(public_id: str) -> ResponseReturnValue:
    """One press: the figure stays as it is, and is no longer only what its reporter said."""
    snapshot = _confirmable(public_id)
    refuse_unknown()
    confirm_reach(db.session(), snapshot, actor=current_actor(), now=utc_now())
    flash("The figure is confirmed. You can take that back.", "success")
    return redirect(url_for("runs.show", public_id=snapshot.run.public_id, _anchor="history"), 303)


@blueprint.get("/reach/<id:public_id>/confirmation/withdrawal")
def ask_why(public_id: str) -> ResponseReturnValue:
    return _withdrawal(_confirmable(public_id), filled())


@blueprint.post("/reach/<id:public_id>/confirmation/withdrawal")
def unconfirm(public_id: str) -> ResponseReturnValue:
    """Takes a confirmation back, and says why."""
    snapshot = _confirmable(public_id)
    run_id = snapshot.run.public_id
    try:
        values = load_form(UnconfirmReachSchema(), request.form)
        unconfirm_reach(db.session(), snapshot, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _withdrawal(snapshot, sent_again(refusal)), status_of(refusal)
    flash("The confirmation is taken back. The figure is self-reported again.", "success")
    return redirect(url_for("runs.show", public_id=run_id, _anchor="history"), 303)


def _confirmable(public_id: str) -> ReachSnapshot:
    snapshot = get_snapshot(db.session(), public_id, actor=current_actor())
    require(may_confirm_reach(current_actor(), snapshot.run.project), seen=True, message=NOT_FOR_OWNERS)
    return snapshot


def _withdrawal(snapshot: ReachSnapshot, form: Form) -> str:
    run = snapshot.run
    return render_template(
        "reach/unconfirm.html",
        snapshot=snapshot,
        run=run,
        metric=METRIC_NAMES[snapshot.metric],
        form=form,
        errors=form.errors,
        names={"reason": "Why"},
        breadcrumb=run_trail(
            run, (run.label, url_for("runs.show", public_id=run.public_id)), ("Take a confirmation back", "")
        ),
    )
