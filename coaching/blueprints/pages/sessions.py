"""A coaching session: scheduled or logged, moved, cancelled."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import clock_text
from coaching.blueprints.pages.action_forms import LABELS
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write
from coaching.blueprints.pages.note_sections import newest_notes, session_place
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.rsvps import rsvp_parts
from coaching.blueprints.pages.series import CHANGE, SEEN, change_page, preview_page
from coaching.blueprints.pages.session_forms import (
    FILL,
    REPEAT,
    SCOPES,
    as_sent,
    cohort_run,
    copied,
    read,
    render_edit,
    render_new,
    repeats,
    sent_again_with_start,
    session_run,
    standing,
    suggested,
    suggested_pair,
)
from coaching.blueprints.pages.session_sections import attendance_section, record_section
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, NotFound
from coaching.extensions import db
from coaching.models import CoachingSession, Scope, SessionState
from coaching.policies import may_run_cohort, runs_cohort
from coaching.schemas.base import checked, load_form
from coaching.schemas.coaching_session import (
    CancelSessionSchema,
    CopyQuery,
    EditSessionSchema,
    ScheduleSessionSchema,
)
from coaching.services.calendar_lock import lock_calendar
from coaching.services.change_preflight import preview_change
from coaching.services.coaching_sessions import (
    cancel_session,
    edit_session,
    get_session,
    list_coaches,
    schedule_session,
)
from coaching.services.invite_list import list_invites
from coaching.services.series import list_series_sessions, rule_of
from coaching.services.zones import is_repeated

SAVED = {
    Scope.ONE: "The session is saved.",
    Scope.FOLLOWING: "This session and those that follow are saved.",
    Scope.ALL: "All sessions of the series that have not begun are saved.",
}
CANCELLED = {
    Scope.ONE: "{} is cancelled. It counts in nobody's attendance.",
    Scope.FOLLOWING: "{} and those that follow are cancelled. They count in nobody's attendance.",
    Scope.ALL: "All sessions of {} that had not begun are cancelled. They count in nobody's attendance.",
}

# What a change says of the time, and for which sessions.
WHEN = ("local_start", "timezone", "duration_minutes", "scope")

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/sessions/new")
def new(cohort_id: str) -> ResponseReturnValue:
    """The form with what the next session most likely is, or with all that the session named by `copy` says; for a
    one-to-one where `with` names a participant."""
    cohort, now, copy = cohort_run(cohort_id), utc_now(), request.args.get("copy")
    if "with" in request.args:
        return render_new(cohort, suggested_pair(cohort, request.args["with"], now))
    if copy is None:
        return render_new(cohort, suggested(cohort, now))
    original = session_run(checked(CopyQuery(), {"copy": copy})["copy"])
    if original.cohort_id != cohort.id:
        raise NotFound
    return render_new(cohort, copied(original, now), original)


@blueprint.post("/cohorts/<id:cohort_id>/sessions")
def create(cohort_id: str) -> ResponseReturnValue:
    """Saves a session, or goes on: a series is looked at before it is saved, and prompts are put into the agenda."""
    cohort = cohort_run(cohort_id)
    if FILL in request.form:
        return render_new(cohort, as_sent())
    if repeats():
        return preview_page(cohort)
    answer: ResponseReturnValue = _schedule(cohort_id=cohort_id)
    return answer


@acts_once
def _schedule(cohort_id: str) -> ResponseReturnValue:
    """Schedules a session; one that is over already is logged, and then asks who came."""
    cohort = cohort_run(cohort_id)
    now = utc_now()
    try:
        values = read(ScheduleSessionSchema(), *REPEAT)
        held = schedule_session(db.session(), cohort, actor=current_actor(), now=now, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_new(cohort, sent_again_with_start(refusal)), status_of(refusal)
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
    """The form; of a cancelled session, which changes no more, its page."""
    held = session_run(public_id)
    if held.state == SessionState.CANCELLED:
        return redirect(url_for("sessions.show", public_id=public_id))
    return render_edit(held, standing(held))


@blueprint.post("/sessions/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Changes or moves the session, and those of its series that the form names.

    Where the clocks have to do with several that move, they are shown before anything is saved.
    """
    held = session_run(public_id)
    if FILL in request.form or CHANGE in request.form:
        return render_edit(held, as_sent())
    try:
        lock_calendar(db.session().connection(), held.cohort_id)
        check_version(held)
        values = read(EditSessionSchema(), VERSION, SEEN)
        now, when = utc_now(), {name: values[name] for name in WHEN}
        seen = preview_change(db.session(), held, actor=current_actor(), now=now, **when)
        edit_session(db.session(), held, actor=current_actor(), now=now, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_edit(held, sent_again_with_start(refusal, held)), status_of(refusal)
    if seen.affected and SEEN not in request.form:
        # It could be saved; it was tried so that a refusal comes before the preview.
        db.session.rollback()
        return change_page(held, seen)
    flash(f"{SAVED[values['scope']]}{_about_clocks(held)}", "success")
    _warn(held)
    return redirect(url_for("sessions.show", public_id=public_id), 303)


@blueprint.post("/sessions/<id:public_id>/cancellation")
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancels the session, and those of its series that the form names. They stay on the list, marked."""
    held = session_run(public_id)
    try:
        lock_calendar(db.session().connection(), held.cohort_id)
        check_version(held)
        values = load_form(CancelSessionSchema(), request.form, beside=(VERSION,))
        cancel_session(db.session(), held, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_session(held, sent_again(refusal, lambda: filled(held.version))), status_of(refusal)
    flash(CANCELLED[values["scope"]].format(held.title), "success")
    return redirect(url_for("sessions.show", public_id=public_id), 303)


def _warn(held: CoachingSession) -> None:
    for warning in held.warnings:
        flash(warning, "warning")


def _about_clocks(held: CoachingSession) -> str:
    if not is_repeated(held.local_start, held.timezone):
        return ""
    return f" The clocks show {clock_text(held.local_start)} twice that day; the first time is meant."


def render_session(held: CoachingSession, form: Form) -> str:
    """The session's page; `form` is the one on it that was refused."""
    actor, now = current_actor(), utc_now()
    runs = runs_cohort(actor, held.cohort)
    attendance = attendance_section(held, now)
    is_live, has_begun = held.state == SessionState.SCHEDULED, held.starts_at <= now
    awaits_leader = runs and is_live and not has_begun and held.led_by_id is None
    return render_template(
        "session/show.html",
        held=held,
        form=form,
        errors=form.errors,
        action_labels=LABELS,
        runs=runs,
        may_run=may_run_cohort(actor, held.cohort),
        is_live=is_live,
        has_begun=has_begun,
        can_be_led=awaits_leader and bool(list_coaches(db.session(), held.cohort, actor=actor)),
        is_recorded=any(line.status for line in attendance["lines"]),
        invites=list_invites(db.session(), held, actor=actor) if runs else [],
        in_series=list_series_sessions(db.session(), held.series, actor=actor) if held.series is not None else [],
        series_sentence=rule_of(held.series).sentence if held.series is not None else "",
        scopes=SCOPES if held.series is not None else (),
        now=now,
        **rsvp_parts(held, now),
        breadcrumb=trail(held.cohort, (held.title, "")),
        **attendance,
        **record_section(held, now, attendance["lines"]),
        **newest_notes(session_place(held)),
    )
