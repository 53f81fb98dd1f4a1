"""A coaching session: scheduled or logged, moved, cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import clock_text
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import (
    VERSION,
    Form,
    check_version,
    filled,
    sent_again,
    write,
    zone_options,
)
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.session_sections import attendance_section
from coaching.blueprints.pages.session_start import DAY, TIME, by_day_and_time, with_start
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, Refusal
from coaching.extensions import db
from coaching.models import CoachingSession, Cohort, Role, SessionState
from coaching.policies import may_run_cohort, require
from coaching.schemas.base import load_form
from coaching.schemas.coaching_session import (
    CancelSessionSchema,
    EditSessionSchema,
    ScheduleSessionSchema,
)
from coaching.services.coaching_sessions import (
    cancel_session,
    edit_session,
    get_session,
    list_sessions,
    schedule_session,
)
from coaching.services.cohorts import get_cohort
from coaching.services.progress import cohort_overview
from coaching.services.zones import is_repeated

LABELS = {
    "title": "Title",
    DAY: "Day",
    TIME: "Time",
    "timezone": "Time zone",
    "duration_minutes": "Length",
    "location": "Where",
    "agenda": "Agenda",
    "pair_with": "Who meets",
}
USUAL_TIME = "10:00"
USUAL_MINUTES = 60

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/sessions/new")
def new(cohort_id: str) -> ResponseReturnValue:
    cohort = _cohort_run(cohort_id)
    return _new(cohort, _suggested(cohort, utc_now()))


@blueprint.post("/cohorts/<id:cohort_id>/sessions")
@acts_once
def create(cohort_id: str) -> ResponseReturnValue:
    """Schedules a session; one that is over already is logged, and then asks who came."""
    cohort = _cohort_run(cohort_id)
    now = utc_now()
    try:
        values = _read(ScheduleSessionSchema())
        held = schedule_session(db.session(), cohort, actor=current_actor(), now=now, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(cohort, _sent_again(refusal)), status_of(refusal)
    if held.starts_at <= now:
        flash(f"{held.title} is logged. Now say who came.", "success")
    else:
        flash(f"{held.title} is scheduled.{_about_clocks(held)}", "success")
    _warn(held)
    return redirect(url_for("sessions.show", public_id=held.public_id), 303)


@blueprint.get("/sessions/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """When, where and what about; who came; and where that is known from."""
    return render_session(get_session(db.session(), public_id, actor=current_actor()), Form())


@blueprint.get("/sessions/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    held = _session_run(public_id)
    return _edit(held, _standing(held))


@blueprint.post("/sessions/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Changes or moves the session."""
    held = _session_run(public_id)
    try:
        check_version(held)
        values = _read(EditSessionSchema(), VERSION)
        edit_session(db.session(), held, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(held, _sent_again(refusal, held)), status_of(refusal)
    flash(f"The session is saved.{_about_clocks(held)}", "success")
    _warn(held)
    return redirect(url_for("sessions.show", public_id=public_id), 303)


@blueprint.post("/sessions/<id:public_id>/cancellation")
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancels the session. It stays on the list, marked."""
    held = _session_run(public_id)
    try:
        check_version(held)
        values = load_form(CancelSessionSchema(), request.form, beside=(VERSION,))
        cancel_session(db.session(), held, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_session(held, sent_again(refusal, lambda: filled(held.version))), status_of(refusal)
    flash(f"{held.title} is cancelled. It counts in nobody's attendance.", "success")
    return redirect(url_for("sessions.show", public_id=public_id), 303)


def _cohort_run(public_id: str) -> Cohort:
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), cohort), seen=True)
    return cohort


def _session_run(public_id: str) -> CoachingSession:
    held = get_session(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), held.cohort), seen=True)
    return held


def _suggested(cohort: Cohort, now: datetime) -> Form:
    """What the next session most likely is: the weekday, time and length of the one before."""
    usual = [
        held
        for held in list_sessions(db.session(), cohort, actor=current_actor())
        if held.pair_membership_id is None and held.state == SessionState.SCHEDULED
    ]
    title = f"Session {len(usual) + 1}"
    if not usual:
        today = now.astimezone(ZoneInfo(cohort.timezone)).date()
        values: dict[str, Any] = {
            DAY: max(cohort.starts_on, today),
            TIME: USUAL_TIME,
            "duration_minutes": USUAL_MINUTES,
        }
        return filled(title=title, timezone=cohort.timezone, **values)
    last = usual[-1]
    today = now.astimezone(ZoneInfo(last.timezone)).date()
    weeks = max(1, -((last.local_start.date() - today).days // 7))
    values = _when(last) | {DAY: last.local_start.date() + timedelta(weeks=weeks)}
    return filled(title=title, location=last.location, **values)


def _when(held: CoachingSession) -> dict[str, Any]:
    return {
        DAY: held.local_start.date(),
        TIME: held.local_start.time(),
        "timezone": held.timezone,
        "duration_minutes": held.duration_minutes,
    }


def _standing(held: CoachingSession) -> Form:
    return filled(held.version, title=held.title, location=held.location, agenda=held.agenda, **_when(held))


def _read(schema: Schema, *beside: str) -> dict[str, Any]:
    """The form, whose day and time are two fields, as the schema knows it."""
    return load_form(schema, with_start(request.form), beside=beside)


def _sent_again(refusal: Refusal, held: CoachingSession | None = None) -> Form:
    """The form as it was sent, where what is wrong with the start stands at the field that can mend it."""
    form = sent_again(refusal, (lambda: _standing(held)) if held is not None else None)
    return replace(form, errors=by_day_and_time(form))


def _warn(held: CoachingSession) -> None:
    for warning in held.warnings:
        flash(warning, "warning")


def _about_clocks(held: CoachingSession) -> str:
    if not is_repeated(held.local_start, held.timezone):
        return ""
    return f" The clocks show {clock_text(held.local_start)} twice that day; the first time is meant."


def _new(cohort: Cohort, form: Form) -> str:
    overview = cohort_overview(db.session(), cohort, actor=current_actor(), now=utc_now())
    return render_template(
        "session/new.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        labels=LABELS,
        participants=[(member.id, member.name) for member in overview.members if member.role == Role.PARTICIPANT],
        zones=zone_options(form.values.get("timezone", "")),
        breadcrumb=trail(cohort, ("Schedule a session", "")),
    )


def _edit(held: CoachingSession, form: Form) -> str:
    address = url_for("sessions.show", public_id=held.public_id)
    return render_template(
        "session/edit.html",
        held=held,
        form=form,
        errors=form.errors,
        labels=LABELS,
        zones=zone_options(form.values.get("timezone", "")),
        breadcrumb=trail(held.cohort, (held.title, address), ("Edit", "")),
    )


def render_session(held: CoachingSession, form: Form) -> str:
    """The session's page; `form` is the one on it that was refused."""
    actor, now = current_actor(), utc_now()
    return render_template(
        "session/show.html",
        held=held,
        form=form,
        errors=form.errors,
        runs=may_run_cohort(actor, held.cohort),
        is_live=held.state == SessionState.SCHEDULED,
        has_begun=held.starts_at <= now,
        now=now,
        breadcrumb=trail(held.cohort, (held.title, "")),
        **attendance_section(held, now),
    )
