"""A series before it is saved: every session of it, what the clocks do, and which of them to leave out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import messages_of, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.session_forms import as_sent, cohort_run, read, render_new, sent_again_with_start
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import CoachingSession, Cohort
from coaching.schemas.base import OF_EVERY_FORM
from coaching.schemas.series import ScheduleSeriesSchema
from coaching.services.bookings import CODE as DOUBLE_BOOKED
from coaching.services.change_preflight import ChangePreview
from coaching.services.recurrence import take_repeat
from coaching.services.series import list_series_sessions, preview_series, schedule_series

EXCEPTIONS = "exceptions"
# The buttons of a preview: back to the form, and on to what was shown.
CHANGE = "change"
SEEN = "seen"

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
        form = sent_again_with_start(refusal)
        if refusal.code == DOUBLE_BOOKED:
            # The preview says of each session by what its time is taken, and can leave it out.
            return preview_page(cohort, refusal)
        return render_new(cohort, form), status_of(refusal)
    sessions = list_series_sessions(db.session(), series, actor=current_actor())
    flash(f"{series.title} is scheduled: {plural(len(sessions), 'session', 'sessions')}.", "success")
    return redirect(url_for("sessions.show", public_id=sessions[0].id), 303)


def preview_page(cohort: Cohort, refused: Conflict | Invalid | None = None) -> ResponseReturnValue:
    """The second step of scheduling a series: nothing is saved, and everything that was typed is kept in it.

    `refused` is why the series could not be saved as it was shown.
    """
    try:
        values = read(ScheduleSeriesSchema())
        repeat = take_repeat(values)
        seen = preview_series(db.session(), cohort, actor=current_actor(), now=utc_now(), repeat=repeat, **values)
    except (Invalid, Conflict) as refusal:
        return render_new(cohort, sent_again_with_start(refusal)), status_of(refusal)
    page = render_template(
        "session/series.html",
        cohort=cohort,
        title=values["title"],
        seen=seen,
        errors=messages_of(refused) if refused is not None else {},
        kept=_kept(EXCEPTIONS),
        breadcrumb=trail(cohort, ("Schedule a series", "")),
    )
    return page, status_of(refused) if refused is not None else 200


def change_page(held: CoachingSession, seen: ChangePreview) -> str:
    """A change of several sessions before it is saved: all of them as they would be, and everything that was typed."""
    return render_template(
        "session/change.html",
        held=held,
        seen=seen,
        kept=_kept(),
        breadcrumb=trail(held.cohort, (held.title, url_for("sessions.show", public_id=held.public_id)), ("Edit", "")),
    )


def _kept(*apart: str) -> dict[str, str]:
    """What was typed, for the fields that nobody sees."""
    return {name: value for name, value in request.form.items() if name not in {*OF_EVERY_FORM, *apart}}
