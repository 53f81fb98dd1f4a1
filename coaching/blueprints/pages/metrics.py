"""A metric of a goal: set, edited, ended, its values recorded and corrected, and seen over time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.metric_picture import picture_of
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.project_page import today_of_viewer
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Goal, Metric, MetricDirection, Observation, ObservationSource
from coaching.policies import may_set_goal, require
from coaching.schemas.base import load_form
from coaching.schemas.metric import CorrectObservationSchema, RecordObservationSchema, SetMetricSchema
from coaching.services.goals import FOR_PARTICIPANTS, get_goal
from coaching.services.metrics import (
    BLANK,
    add_metric,
    edit_metric,
    end_metric,
    get_metric,
    list_metrics,
    reopen_metric,
)
from coaching.services.observations import (
    correct_observation,
    get_observation,
    list_observations,
    record_observation,
)

LABELS = {
    "name": "What is counted or measured?",
    "unit": "Unit",
    "direction": "Which way is better?",
    "baseline": "Where does it start?",
    "target": "Where is it to get?",
    "cadence_weeks": "A value every",
}
NAMES = {"value": "Value", "observed_on": "On which day?", "note": "A note"}
CORRECTION_NAMES = {"value": "What is the right value?", "reason": "Why does it change?"}
DIRECTIONS = [(MetricDirection.UP.value, "More is better"), (MetricDirection.DOWN.value, "Less is better")]
SOURCES = {
    ObservationSource.PAGE: "Written here",
    ObservationSource.API: "Sent by a program",
    ObservationSource.CHECK_IN: "From a check-in",
    ObservationSource.IMPORT: "From a file",
}
TAKE_BACK = "take_back"

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/goals/<id:goal_id>/metrics/new")
def new(goal_id: str) -> ResponseReturnValue:
    return _new(_goal(goal_id), filled(**BLANK))


@blueprint.post("/goals/<id:goal_id>/metrics")
@acts_once
def create(goal_id: str) -> ResponseReturnValue:
    """Adds the metric and shows it, where its first value is wanted."""
    goal = _goal(goal_id)
    try:
        values = load_form(SetMetricSchema(unit=request.form.get("unit", "").strip()), request.form)
        metric = add_metric(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(goal, sent_again(refusal)), status_of(refusal)
    flash("The metric is set.", "success")
    return redirect(url_for("metrics.show", public_id=metric.public_id), 303)


@blueprint.get("/metrics/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    metric = get_metric(db.session(), public_id, actor=current_actor())
    return _page(metric, filled(observed_on=today_of_viewer()))


@blueprint.get("/metrics/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    metric = _writable(public_id)
    return _edit(metric, _standing(metric))


@blueprint.post("/metrics/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    metric = _writable(public_id)
    try:
        check_version(metric)
        schema = SetMetricSchema(unit=request.form.get("unit", "").strip())
        values = load_form(schema, request.form, beside=(VERSION,))
        edit_metric(db.session(), metric, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(metric, sent_again(refusal, lambda: _standing(metric))), status_of(refusal)
    flash("The metric is saved.", "success")
    return redirect(url_for("metrics.show", public_id=public_id), 303)


@blueprint.post("/metrics/<id:public_id>/end")
def end(public_id: str) -> ResponseReturnValue:
    """No further value is wanted."""
    refuse_unknown()
    metric = _writable(public_id)
    end_metric(db.session(), metric, actor=current_actor(), now=utc_now())
    flash("The metric has ended. Its values stay.", "success")
    return redirect(url_for("metrics.show", public_id=public_id), 303)


@blueprint.post("/metrics/<id:public_id>/reopening")
def reopen(public_id: str) -> ResponseReturnValue:
    """Takes values again."""
    metric = _writable(public_id)
    try:
        refuse_unknown()
        reopen_metric(db.session(), metric, actor=current_actor(), now=utc_now())
    except Invalid as refusal:
        return _page(metric, sent_again(Invalid(refusal.message))), status_of(refusal)
    flash("The metric takes values again.", "success")
    return redirect(url_for("metrics.show", public_id=public_id), 303)


@blueprint.post("/metrics/<id:public_id>/observations")
@acts_once
def record(public_id: str) -> ResponseReturnValue:
    """Adds the value of a day."""
    metric = _writable(public_id)
    try:
        values = load_form(RecordObservationSchema(unit=metric.unit), request.form)
        recorded = record_observation(
            db.session(), metric, actor=current_actor(), now=utc_now(), source=ObservationSource.PAGE, **values
        )
        write()
    except (Invalid, Conflict) as refusal:
        return _page(metric, sent_again(refusal)), status_of(refusal)
    flash("This value was known already." if recorded.is_repeat else "The value is kept.", "success")
    return redirect(url_for("metrics.show", public_id=public_id), 303)


@blueprint.get("/observations/<id:public_id>/correction")
def new_correction(public_id: str) -> ResponseReturnValue:
    return _correction(_correctable(public_id), filled())


@blueprint.post("/observations/<id:public_id>/correction")
@acts_once
def correct(public_id: str) -> ResponseReturnValue:
    """Puts another value in the place of a wrong one, or none; the wrong one stays on record."""
    observation = _correctable(public_id)
    metric = observation.metric
    try:
        values = _corrected(metric)
        correct_observation(
            db.session(), observation, actor=current_actor(), now=utc_now(), source=ObservationSource.PAGE, **values
        )
        write()
    except (Invalid, Conflict) as refusal:
        return _correction(observation, sent_again(refusal)), status_of(refusal)
    flash("The value is corrected. The old one stays on record.", "success")
    return redirect(url_for("metrics.show", public_id=metric.public_id), 303)


def _corrected(metric: Metric) -> dict[str, Any]:
    """What the form says. A blank value is an oversight, unless the box says that there was none."""
    values = load_form(CorrectObservationSchema(unit=metric.unit), request.form, beside=(TAKE_BACK,))
    is_taken_back = TAKE_BACK in request.form
    if is_taken_back and values["value"] is not None:
        raise Invalid.field("value", "Leave the value blank where there was none, or take the tick away.")
    if not is_taken_back and values["value"] is None:
        raise Invalid.field("value", "Write the right value, or tick that there was none.")
    return values


def _goal(public_id: str) -> Goal:
    goal = get_goal(db.session(), public_id, actor=current_actor())
    require(may_set_goal(current_actor(), goal.membership), seen=True, message=FOR_PARTICIPANTS)
    return goal


def _writable(public_id: str) -> Metric:
    metric = get_metric(db.session(), public_id, actor=current_actor())
    require(may_set_goal(current_actor(), metric.goal.membership), seen=True, message=FOR_PARTICIPANTS)
    return metric


def _correctable(public_id: str) -> Observation:
    observation = get_observation(db.session(), public_id, actor=current_actor())
    membership = observation.metric.goal.membership
    require(may_set_goal(current_actor(), membership), seen=True, message=FOR_PARTICIPANTS)
    return observation


def _trail(goal: Goal, *steps: tuple[str, str]) -> list[dict[str, str]]:
    member = goal.membership
    above = (
        (member.person.name, url_for("members.show", public_id=member.public_id)),
        (goal.statement, url_for("goals.show", public_id=goal.public_id)),
    )
    return trail(member.cohort, *above, *steps)


def _standing(metric: Metric) -> Form:
    return filled(metric.version, **{name: getattr(metric, name) for name in LABELS})


def _new(goal: Goal, form: Form) -> str:
    return render_template(
        "metric/new.html",
        goal=goal,
        form=form,
        errors=form.errors,
        labels=LABELS,
        directions=DIRECTIONS,
        breadcrumb=_trail(goal, ("Add a metric", "")),
    )


def _edit(metric: Metric, form: Form) -> str:
    steps = (metric.name, url_for("metrics.show", public_id=metric.public_id)), ("Edit", "")
    return render_template(
        "metric/edit.html",
        metric=metric,
        form=form,
        errors=form.errors,
        labels=LABELS,
        directions=DIRECTIONS,
        breadcrumb=_trail(metric.goal, *steps),
    )


def _page(metric: Metric, form: Form) -> str:
    actor, goal = current_actor(), metric.goal
    history = list_observations(db.session(), metric, actor=actor)
    line = next(one for one in list_metrics(db.session(), goal, actor=actor) if one.id == metric.public_id)
    return render_template(
        "metric/show.html",
        metric=line,
        goal=goal,
        picture=picture_of(line),
        history=history,
        corrected={row.corrects_id for row in history},
        sources=SOURCES,
        form=form,
        errors=form.errors,
        names=NAMES,
        today=today_of_viewer(),
        may_set=may_set_goal(actor, goal.membership),
        breadcrumb=_trail(goal, (metric.name, "")),
    )


def _correction(observation: Observation, form: Form) -> str:
    metric = observation.metric
    steps = (metric.name, url_for("metrics.show", public_id=metric.public_id)), ("Correct a value", "")
    return render_template(
        "metric/correction.html",
        observation=observation,
        metric=metric,
        form=form,
        errors=form.errors,
        names=CORRECTION_NAMES,
        is_taken_back=TAKE_BACK in form.values,
        breadcrumb=_trail(metric.goal, *steps),
    )
