"""The forms of sessions: what they begin with, how they are read, and how they are shown again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from marshmallow import Schema

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, filled, sent_again, zone_options
from coaching.blueprints.pages.session_start import DAY, TIME, by_day_and_time, with_start
from coaching.clock import utc_now
from coaching.errors import NotFound, Refusal
from coaching.extensions import db
from coaching.models import CoachingSession, Cohort, Role, Scope, SessionState
from coaching.policies import may_run_cohort, require
from coaching.schemas.agenda import AGENDAS, AgendaTemplate
from coaching.schemas.base import OF_EVERY_FORM, load_form
from coaching.services.coaching_sessions import TEXTS, Coach, get_session, is_out, list_coaches, list_sessions
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.progress import cohort_overview
from coaching.services.zones import today_in

LABELS = {
    "title": "Title",
    DAY: "Day",
    TIME: "Time",
    "timezone": "Time zone",
    "duration_minutes": "Length",
    "location": "Where",
    "join_url": "Link to join online",
    "agenda": "Agenda",
    "preparation": "Preparation",
    "materials": "Materials",
    "pair_with": "Who meets",
    "led_by": "Who leads",
    "scope": "Which sessions",
    "frequency": "How often",
    "count": "How many sessions",
    "until": "Or until",
    "exceptions": "Left out",
}
FREQUENCIES = (
    ("weekly", "Every week"),
    ("fortnightly", "Every second week"),
    ("monthly_by_weekday", "Every month, on the same weekday at the same place, such as the second Tuesday"),
    ("monthly_last_weekday", "Every month, on the last such weekday"),
)
SCOPES = (
    (Scope.ONE.value, "This one alone"),
    (Scope.FOLLOWING.value, "This one and those that follow"),
    (Scope.ALL.value, "All of the series", "Sessions that have begun stay as they are."),
)
# What the form has for a series alone, and the button that puts prompts into the agenda.
REPEAT = ("frequency", "count", "until")
FILL = "fill"
USUAL_TIME = "10:00"
USUAL_MINUTES = 60


def cohort_run(public_id: str) -> Cohort:
    """A cohort that the viewer runs."""
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), cohort), seen=True)
    return cohort


def session_run(public_id: str) -> CoachingSession:
    """A session of a cohort that the viewer runs."""
    held = get_session(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), held.cohort), seen=True)
    return held


def repeats() -> bool:
    """Whether the form that was sent asks for a series: also where it only says until when."""
    return any(request.form.get(name, "").strip() for name in REPEAT)


def read(schema: Schema, *beside: str) -> dict[str, Any]:
    """The form, whose day and time are two fields, as the schema knows it."""
    return load_form(schema, with_start(request.form), beside=beside)


def sent_again_with_start(refusal: Refusal, held: CoachingSession | None = None) -> Form:
    """The form as it was sent, where what is wrong with the start stands at the field that can mend it."""
    form = sent_again(refusal, (lambda: standing(held)) if held is not None else None)
    return replace(form, errors=by_day_and_time(form))


def as_sent() -> Form:
    """The form as it was sent, to be typed on: with prompts in its agenda where they were asked for."""
    values = {name: value for name, value in request.form.items() if name not in {*OF_EVERY_FORM, VERSION, FILL}}
    if FILL in request.form:
        agenda = values.get("agenda", "").rstrip()
        values["agenda"] = f"{agenda}\n\n{AGENDAS[AgendaTemplate.GROW]}".lstrip()
    return Form(values, version=request.form.get(VERSION, type=int))


def suggested(cohort: Cohort, now: datetime) -> Form:
    """What the next session most likely is: the weekday, time and length of the one before that was not repeated."""
    usual = [
        held
        for held in list_sessions(db.session(), cohort, actor=current_actor())
        if held.pair_membership_id is None and held.series_id is None and held.state == SessionState.SCHEDULED
    ]
    title = f"Session {len(usual) + 1}"
    if not usual:
        today = today_in(now, cohort.timezone)
        values: dict[str, Any] = {
            DAY: max(cohort.starts_on, today),
            TIME: USUAL_TIME,
            "duration_minutes": USUAL_MINUTES,
        }
        return filled(title=title, timezone=cohort.timezone, **values)
    last = usual[-1]
    return filled(title=title, location=last.location, join_url=last.join_url, **_next(last, now))


def suggested_pair(cohort: Cohort, membership_id: str, now: datetime) -> Form:
    """A one-to-one with this participant, at the usual time of the cohort's sessions."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    if membership.cohort_id != cohort.id or membership.role != Role.PARTICIPANT or is_out(membership):
        raise NotFound
    form = suggested(cohort, now)
    own = {"title": f"One-to-one with {membership.person.name}"[:200], "pair_with": membership_id}
    # The room of the whole cohort is seldom that of two.
    return replace(form, values={**form.values, **own, "location": "", "join_url": ""})


def copied(original: CoachingSession, now: datetime) -> Form:
    """All that a session says beforehand, a week or some weeks after it.

    A one-to-one with somebody who has left asks who meets: it must not become everybody's by itself.
    """
    pair = original.pair_membership
    form = filled(**_values(original) | _next(original, now), pair_with=pair.public_id if pair is not None else "")
    if pair is None or not is_out(pair):
        return form
    return replace(form, errors={"pair_with": [f"{pair.person.name} is not in the cohort now. Choose who meets."]})


def standing(held: CoachingSession) -> Form:
    """A session's form as its row is."""
    return filled(held.version, **_values(held))


def render_new(cohort: Cohort, form: Form, original: CoachingSession | None = None) -> str:
    """The form of a new session or series."""
    overview = cohort_overview(db.session(), cohort, actor=current_actor(), now=utc_now())
    coaches = list_coaches(db.session(), cohort, actor=current_actor())
    return render_template(
        "session/new.html",
        cohort=cohort,
        original=original,
        form=form,
        errors=form.errors,
        labels=LABELS,
        participants=[(member.id, member.name) for member in overview.members if member.role == Role.PARTICIPANT],
        coaches=[(coach.id, coach.name) for coach in coaches],
        leader=form.values.get("led_by") or _usual(coaches),
        frequencies=FREQUENCIES,
        zones=zone_options(form.values.get("timezone", "")),
        breadcrumb=trail(cohort, ("Schedule a session", "")),
    )


def render_edit(held: CoachingSession, form: Form) -> str:
    """The form of a session that is there."""
    address = url_for("sessions.show", public_id=held.public_id)
    coaches = list_coaches(db.session(), held.cohort, actor=current_actor())
    return render_template(
        "session/edit.html",
        held=held,
        form=form,
        errors=form.errors,
        labels=LABELS,
        coaches=[(coach.id, coach.name) for coach in coaches],
        leader=form.values.get("led_by", ""),
        scopes=SCOPES if held.series is not None else (),
        zones=zone_options(form.values.get("timezone", "")),
        breadcrumb=trail(held.cohort, (held.title, address), ("Edit", "")),
    )


def _usual(coaches: list[Coach]) -> str:
    """Who is put into the form as who leads: the viewer, where they coach, or the cohort's first coach."""
    own = [coach.id for coach in coaches if coach.person_id == current_actor().person_id]
    return next(iter(own + [coach.id for coach in coaches]), "")


def _values(held: CoachingSession) -> dict[str, Any]:
    leader = held.leader.public_id if held.leader is not None else ""
    return {"title": held.title, "led_by": leader, **{name: getattr(held, name) for name in TEXTS}, **_when(held)}


def _when(held: CoachingSession) -> dict[str, Any]:
    return {
        DAY: held.local_start.date(),
        TIME: held.local_start.time(),
        "timezone": held.timezone,
        "duration_minutes": held.duration_minutes,
    }


def _next(last: CoachingSession, now: datetime) -> dict[str, Any]:
    """The same weekday and time, in a week that is not over."""
    today = today_in(now, last.timezone)
    day: date = last.local_start.date()
    weeks = max(1, -((day - today).days // 7))
    return _when(last) | {DAY: day + timedelta(weeks=weeks)}
