"""A series before it is saved: every session of it, what the clocks do, and which of them to leave out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.session_forms import as_sent, cohort_run, read, render_new, sent_again_with_start
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort
from coaching.schemas.base import OF_EVERY_FORM
from coaching.schemas.series import ScheduleSeriesSchema
from coaching.services.recurrence import take_repeat
from coaching.services.series import list_series_sessions, preview_series, schedule_series

EXCEPTIONS = "exceptions"
# The button that leads from the preview back to the form.
CHANGE = "change"

blueprint = Blueprint("series", __name__)


@blueprint.post("/cohorts/<id:cohort_id>/series/preview")
def preview(cohort_id: str) -> ResponseReturnValue:
    """Shows the series as it would be with what was typed and left out since; or the form again, to change it."""
    cohort = cohort_run(cohort_id)
    return render_new(cohort, as_sent()) if CHANGE in request.form else preview_page(cohort)


@blueprint.post("/cohorts/<id:cohort_id>/series")
@acts_once
def create(cohort_id: str) -> ResponseReturnValue:
    """Saves the series with all its sessions."""
    cohort = cohort_run(cohort_id)
    try:
        values = read(ScheduleSeriesSchema())
        repeat = take_repeat(values)
        series = schedule_series(db.session(), cohort, actor=current_actor(), now=utc_now(), repeat=repeat, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_new(cohort, sent_again_with_start(refusal)), status_of(refusal)
    sessions = list_series_sessions(db.session(), series, actor=current_actor())
    flash(f"{series.title} is scheduled: {plural(len(sessions), 'session', 'sessions')}.", "success")
    return redirect(url_for("sessions.show", public_id=sessions[0].id), 303)


def preview_page(cohort: Cohort) -> ResponseReturnValue:
    """The second step of scheduling a series: nothing is saved, and everything that was typed is kept in it."""
    try:
        values = read(ScheduleSeriesSchema())
        repeat = take_repeat(values)
        seen = preview_series(db.session(), cohort, actor=current_actor(), now=utc_now(), repeat=repeat, **values)
    except (Invalid, Conflict) as refusal:
        return render_new(cohort, sent_again_with_start(refusal)), status_of(refusal)
    kept: dict[str, Any] = {
        name: value for name, value in request.form.items() if name not in {*OF_EVERY_FORM, EXCEPTIONS}
    }
    return render_template(
        "session/series.html",
        cohort=cohort,
        title=values["title"],
        seen=seen,
        kept=kept,
        breadcrumb=trail(cohort, ("Schedule a series", "")),
    )
