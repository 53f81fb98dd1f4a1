"""Values of metrics brought into a cohort from a file: looked at first, then recorded. Between the look and the act the
server keeps nothing: the file travels in the page, and is read anew when it comes back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, sent_again
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.report_upload import read_upload
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort
from coaching.policies import may_coach, require
from coaching.services.cohorts import get_cohort
from coaching.services.observation_imports import FOR_COACHES, Outcome, count_outcomes, import_observations

CHOOSE = "Choose the file: a CSV with email, goal, metric, date and value."

blueprint = Blueprint("observation_imports", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/observations/import")
def new(cohort_id: str) -> ResponseReturnValue:
    return _ask(_coached(cohort_id), Form())


@blueprint.post("/cohorts/<id:cohort_id>/observations/import")
def preview(cohort_id: str) -> ResponseReturnValue:
    """Shows what each row would do. Writes nothing."""
    cohort = _coached(cohort_id)
    try:
        upload = read_upload(CHOOSE)
        lines = import_observations(
            db.session(), cohort, upload.data, actor=current_actor(), now=utc_now(), is_dry_run=True
        )
    except (Invalid, Conflict) as refusal:
        return _ask(cohort, sent_again(refusal)), status_of(refusal)
    return render_template(
        "metric/import_preview.html",
        cohort=cohort,
        upload=upload,
        lines=lines,
        counts={str(outcome): count for outcome, count in count_outcomes(lines).items()},
        breadcrumb=trail(cohort, ("Check the values", "")),
    )


@blueprint.post("/cohorts/<id:cohort_id>/observations")
@acts_once
def apply(cohort_id: str) -> ResponseReturnValue:
    """Records what was shown."""
    cohort = _coached(cohort_id)
    try:
        upload = read_upload(CHOOSE)
        lines = import_observations(db.session(), cohort, upload.data, actor=current_actor(), now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _ask(cohort, sent_again(refusal)), status_of(refusal)
    counts = count_outcomes(lines)
    known, left_out = counts[Outcome.KNOWN], counts[Outcome.LEFT_OUT]
    text = f"{plural(counts[Outcome.NEW], 'value is', 'values are')} recorded."
    text += f" {plural(known, 'was', 'were')} known." if known else ""
    text += f" {plural(left_out, 'row is', 'rows are')} left out." if left_out else ""
    flash(text, "success")
    return redirect(url_for("cohorts.show", public_id=cohort.public_id), 303)


def _coached(public_id: str) -> Cohort:
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_coach(current_actor(), cohort), seen=True, message=FOR_COACHES)
    return cohort


def _ask(cohort: Cohort, form: Form) -> str:
    return render_template(
        "metric/import.html",
        cohort=cohort,
        errors=form.errors,
        breadcrumb=trail(cohort, ("Bring in values", "")),
    )
