"""A cohort: opened, edited, and seen at a glance by those who run it, watch it or learn in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import date_text, in_zone, minutes, short_day
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write, zone_options
from coaching.blueprints.pages.note_sections import cohort_place, newest_notes
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.importers.presence import USUAL
from coaching.models import DEFAULT_REMINDERS, Cohort, CohortKind, Membership, Programme, Role
from coaching.policies import (
    may_coach,
    may_follow,
    may_open_cohort,
    may_run_cohort,
    may_start_project,
    may_view_cohort_progress,
    require,
    runs_cohort,
)
from coaching.schemas.base import load_form
from coaching.schemas.cohort import EditCohortSchema, OpenCohortSchema
from coaching.services.attendance_grid import Mark, fill_cells, held_sessions, read_marks
from coaching.services.calendar_lock import lock_calendar
from coaching.services.cohorts import edit_cohort, get_cohort, open_cohort
from coaching.services.goals import list_goals
from coaching.services.open_polls import read_open_polls
from coaching.services.programmes import get_programme
from coaching.services.progress import DENOMINATOR, CohortProgress, cohort_overview, cohort_progress
from coaching.services.session_list import SessionLine

# How long before a session people may be reminded, in minutes, as a form offers it.
REMINDERS = {
    10_080: "A week before",
    2880: "Two days before",
    1440: "A day before",
    180: "Three hours before",
    60: "An hour before",
    15: "A quarter of an hour before",
}
LABELS = {
    "name": "Name",
    "description": "What it is about",
    "starts_on": "First day",
    "ends_on": "Last day",
    "timezone": "Time zone",
    "present_percent": "Present from",
    "partial_percent": "There in part above",
    "late_minutes": "Late after",
}

blueprint = Blueprint("cohorts", __name__)


@blueprint.get("/programmes/<id:programme_id>/cohorts/new")
def new(programme_id: str) -> ResponseReturnValue:
    programme = get_programme(db.session(), programme_id, actor=current_actor())
    return _new(programme, filled(kind=CohortKind.COACHING, timezone=programme.timezone, **USUAL._asdict()))


@blueprint.post("/programmes/<id:programme_id>/cohorts")
@acts_once
def create(programme_id: str) -> ResponseReturnValue:
    """Opens a cohort and goes there, where the first thing to do is to add people."""
    programme = get_programme(db.session(), programme_id, actor=current_actor())
    try:
        values = load_form(OpenCohortSchema(), request.form)
        cohort = open_cohort(db.session(), programme, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(programme, sent_again(refusal)), status_of(refusal)
    flash(f"{cohort.name} is open. Its check-ins are planned from {date_text(cohort.ends_on)} on.", "success")
    return redirect(url_for("cohorts.show", public_id=cohort.public_id), 303)


@blueprint.get("/cohorts/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Who is where, at a glance; a participant sees the cohort without the others' progress."""
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    if may_view_cohort_progress(current_actor(), cohort):
        return _progress(cohort)
    return _overview(cohort)


@blueprint.get("/cohorts/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    _require_running(cohort)
    return _edit(cohort, _standing(cohort))


@blueprint.post("/cohorts/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Changes the cohort; the check-ins that nobody was asked yet move with its last day."""
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    _require_running(cohort)
    try:
        lock_calendar(db.session().connection(), cohort.id)
        check_version(cohort)
        values = load_form(EditCohortSchema(), request.form, beside=(VERSION,))
        edit_cohort(db.session(), cohort, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(cohort, sent_again(refusal, lambda: _standing(cohort))), status_of(refusal)
    flash("The cohort is saved.", "success")
    return redirect(url_for("cohorts.show", public_id=public_id), 303)


def trail(cohort: Cohort, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of this cohort: the programme only for those who have a page of it."""
    above = []
    if may_open_cohort(current_actor(), cohort.programme_id):
        programme = cohort.programme
        above.append((programme.name, url_for("programmes.show", public_id=programme.public_id)))
    above.append((cohort.name, url_for("cohorts.show", public_id=cohort.public_id)))
    return [{"label": label, "url": url} for label, url in (*above, *steps)]


def _progress(cohort: Cohort) -> str:
    actor, now = current_actor(), utc_now()
    progress = cohort_progress(db.session(), cohort, actor=actor, now=now)
    marks = read_marks(db.session(), cohort, actor=actor)
    held = held_sessions(progress.sessions, now=now)
    return render_template(
        "cohort/progress.html",
        cohort=cohort,
        progress=progress,
        coaches=[member for member in progress.members if member.role == Role.COACH and member.is_open],
        observers=[member for member in progress.members if member.role == Role.OBSERVER and member.is_open],
        others=[member for member in progress.members if not member.is_open],
        grid=_grid(progress, held, marks),
        grid_url=url_for("attendance_grid.show", cohort_id=cohort.public_id),
        unrecorded=[line for line in held if not line.recorded],
        denominator=DENOMINATOR,
        runs=runs_cohort(actor, cohort),
        may_run=may_run_cohort(actor, cohort),
        coaches_it=may_coach(actor, cohort),
        follows=may_follow(actor, cohort),
        now=now,
        breadcrumb=trail(cohort),
        **newest_notes(cohort_place(cohort)),
    )


def _grid(progress: CohortProgress, held: Iterable[SessionLine], marks: dict[tuple[str, str], Mark]) -> dict[str, Any]:
    """The picture of who came. A session that ended before somebody joined is marked as such."""
    actor = current_actor()
    runs = runs_cohort(actor, progress.cohort)
    return {
        "members": [
            {
                "id": member.id,
                "name": member.name,
                "url": url_for("members.show", public_id=member.id) if runs else None,
            }
            for member in progress.participants
        ],
        "sessions": [
            {
                "id": line.id,
                "title": line.title,
                "label": short_day(in_zone(line.starts_at, actor.timezone)),
                "url": url_for("sessions.show", public_id=line.id),
            }
            for line in held
        ],
        "cells": fill_cells(progress.participants, held, marks),
        "totals": {member.id: f"{member.attended} of {member.counted}" for member in progress.participants},
    }


def _overview(cohort: Cohort) -> str:
    actor, now = current_actor(), utc_now()
    membership = db.session.get_one(Membership, actor.standings[cohort.id].membership_id)
    return render_template(
        "cohort/overview.html",
        cohort=cohort,
        overview=cohort_overview(db.session(), cohort, actor=actor, now=now),
        membership=membership,
        goals=list_goals(db.session(), membership, actor=actor),
        may_start=may_start_project(actor, cohort),
        open_polls=read_open_polls(db.session.connection(), cohort, actor=actor, now=now),
        now=now,
        breadcrumb=trail(cohort),
        **newest_notes(cohort_place(cohort)),
    )


def _require_running(cohort: Cohort) -> None:
    require(may_run_cohort(current_actor(), cohort), seen=True)


def _new(programme: Programme, form: Form) -> str:
    address = url_for("programmes.show", public_id=programme.public_id)
    return render_template(
        "cohort/new.html",
        programme=programme,
        form=form,
        errors=form.errors,
        zones=zone_options(form.values.get("timezone", "")),
        **_reminders(DEFAULT_REMINDERS),
        breadcrumb=[{"label": programme.name, "url": address}, {"label": "Open a cohort"}],
    )


def _standing(cohort: Cohort) -> Form:
    return filled(cohort.version, **{name: getattr(cohort, name) for name in LABELS})


def _edit(cohort: Cohort, form: Form) -> str:
    return render_template(
        "cohort/edit.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        labels=LABELS,
        zones=zone_options(form.values.get("timezone", "")),
        **_reminders(cohort.reminder_minutes),
        breadcrumb=trail(cohort, ("Edit", "")),
    )


def _reminders(standing: Iterable[int]) -> dict[str, Any]:
    """What a form offers as reminders, with those that were chosen by a program, and what is ticked."""
    offered = REMINDERS | {one: f"{minutes(one)} before" for one in standing if one not in REMINDERS}
    sent = request.form.getlist("reminder_minutes") if request.method == "POST" else None
    return {
        "reminders": [(str(one), offered[one]) for one in sorted(offered, reverse=True)],
        "chosen_reminders": [str(one) for one in standing] if sent is None else sent,
    }
