"""Remembered names: who somebody in the cohort's reports is, as somebody once said, and how it is forgotten."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.services.cohorts import get_cohort
from coaching.services.remembered_matches import forget_name, list_remembered

blueprint = Blueprint("remembered_names", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/remembered-names")
def list(cohort_id: str) -> ResponseReturnValue:  # noqa: A001
    """The names that the next report brings to a member, or sets aside, by itself."""
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    return render_template(
        "import/remembered.html",
        cohort=cohort,
        names=list_remembered(db.session(), cohort, actor=current_actor()),
        breadcrumb=trail(cohort, ("Remembered names", "")),
    )


@blueprint.post("/cohorts/<id:cohort_id>/remembered-names/<id:public_id>/forgetting")
def forget(cohort_id: str, public_id: str) -> ResponseReturnValue:
    """Forgets one, so that the next report asks again."""
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    forget_name(db.session(), cohort, public_id, actor=current_actor(), now=utc_now())
    refuse_unknown()
    flash("It is forgotten. The next report asks who that is.", "success")
    return redirect(url_for("remembered_names.list", cohort_id=cohort_id), 303)
