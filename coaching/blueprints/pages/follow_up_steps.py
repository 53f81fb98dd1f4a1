"""Steps of a follow-up plan: added from a template or blank, changed, removed; and before that seen in numbers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.follow_up_words import effect_words, when_words
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.follow_up_forms import (
    CHOICES,
    MORE,
    PREVIEW,
    first_form,
    labels_of,
    read_step,
    row_name,
    row_numbers,
    standing,
    step_sent_again,
    typed_stages,
    units_of,
)
from coaching.blueprints.pages.follow_ups import programme_trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, refuse_unknown, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort, FollowUpPlan, FollowUpStep
from coaching.policies import may_edit_plan, require
from coaching.services.follow_up_changes import Effect
from coaching.services.follow_up_steps import add_step, edit_step, get_plan, get_step, preview, remove_step
from coaching.services.follow_up_templates import TEMPLATES

blueprint = Blueprint("follow_up_steps", __name__)


@blueprint.get("/plans/<id:plan_id>/steps/new")
def new(plan_id: str) -> ResponseReturnValue:
    """A blank step, or what a template has."""
    plan, cohort = _plan(plan_id)
    template = TEMPLATES.get(request.args.get("template", ""))
    return _page(plan, cohort, None, first_form(**(template.shape() if template else {})))


@blueprint.post("/plans/<id:plan_id>/steps")
@acts_once
def create(plan_id: str) -> ResponseReturnValue:
    """Adds the step; the other buttons show the form again, with more rows or with what saving it would do."""
    plan, cohort = _plan(plan_id)
    if MORE in request.form:
        return _page(plan, cohort, None, Form(dict(request.form.items())))
    actor, now = current_actor(), utc_now()
    try:
        values = read_step()
        if PREVIEW in request.form:
            effect = preview(db.session(), lambda: add_step(db.session(), plan, actor=actor, now=now, **values)[1])
            return _page(plan, cohort, None, Form(dict(request.form.items())), effect)
        _step, effect = add_step(db.session(), plan, actor=actor, now=now, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(plan, cohort, None, step_sent_again(refusal)), status_of(refusal)
    flash(f"The step is added. {effect_words(effect)}", "success")
    return redirect(_home(plan, cohort), 303)


@blueprint.get("/steps/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    step, cohort = _step(public_id)
    return _page(step.plan, cohort, step, standing(step))


@blueprint.post("/steps/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Changes the step; what was not asked yet moves with it. The other buttons are as when it is added."""
    step, cohort = _step(public_id)
    plan, actor, now = step.plan, current_actor(), utc_now()
    if MORE in request.form:
        return _page(plan, cohort, step, _typed())
    try:
        check_version(plan)
        values = read_step(VERSION)
        if PREVIEW in request.form:
            effect = preview(db.session(), lambda: edit_step(db.session(), step, actor=actor, now=now, **values)[1])
            return _page(plan, cohort, step, _typed(), effect)
        _changed, effect = edit_step(db.session(), step, actor=actor, now=now, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(plan, cohort, step, step_sent_again(refusal, lambda: standing(step))), status_of(refusal)
    flash(f"The step is saved. {effect_words(effect)}", "success")
    return redirect(_home(plan, cohort), 303)


@blueprint.post("/steps/<id:public_id>/removal")
@acts_once
def remove(public_id: str) -> ResponseReturnValue:
    """Asks nobody by this step any more; what was answered stays."""
    step, cohort = _step(public_id)
    plan = step.plan
    try:
        check_version(plan)
        refuse_unknown(VERSION)
        effect = remove_step(db.session(), step, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _page(plan, cohort, step, step_sent_again(refusal, lambda: standing(step))), status_of(refusal)
    flash(f"The step is removed. {effect_words(effect)}", "success")
    return redirect(_home(plan, cohort), 303)


def _plan(public_id: str) -> tuple[FollowUpPlan, Cohort | None]:
    plan, cohort = get_plan(db.session(), public_id, actor=current_actor())
    require(may_edit_plan(current_actor(), plan, cohort), seen=True)
    return plan, cohort


def _step(public_id: str) -> tuple[FollowUpStep, Cohort | None]:
    step, cohort = get_step(db.session(), public_id, actor=current_actor())
    require(may_edit_plan(current_actor(), step.plan, cohort), seen=True)
    return step, cohort


def _typed() -> Form:
    return Form(dict(request.form.items()), version=request.form.get(VERSION, type=int))


def _home(plan: FollowUpPlan, cohort: Cohort | None) -> str:
    if cohort is not None:
        return url_for("follow_ups.show", cohort_id=cohort.public_id)
    return url_for("follow_ups.show_default", programme_id=plan.programme.public_id)


def _page(
    plan: FollowUpPlan, cohort: Cohort | None, step: FollowUpStep | None, form: Form, effect: Effect | None = None
) -> str:
    name = step.label if step is not None else "Add a step"
    ways = ("Follow-ups", _home(plan, cohort)), (name, "")
    return render_template(
        "follow_up/step.html",
        plan=plan,
        cohort=cohort,
        step=step,
        form=form,
        errors=form.errors,
        labels=labels_of(form),
        choices=CHOICES,
        units=units_of(form),
        stages=typed_stages(step),
        rows=row_numbers(form),
        q=row_name,
        effect=effect_words(effect) if effect is not None else "",
        when=when_words,
        home=_home(plan, cohort),
        breadcrumb=trail(cohort, *ways) if cohort is not None else programme_trail(plan.programme, *ways),
    )
