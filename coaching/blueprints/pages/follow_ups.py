"""What is asked afterwards: a programme's plan, and what a cohort follows, on its dates."""

from __future__ import annotations

from datetime import date
from operator import itemgetter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.follow_up_words import effect_words, when_words
from coaching.blueprints.formatting import date_text, in_zone, plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.blueprints.timeline_picture import draw_timeline
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort, Followed, Programme
from coaching.policies import may_edit_plan, may_open_cohort, may_run_cohort, require, runs_cohort
from coaching.schemas.base import load_form
from coaching.schemas.follow_up_plan import ChoosePlanSchema
from coaching.services.cohorts import get_cohort
from coaching.services.follow_up_plans import choose_plan, get_default_plan, read_cohort_plan, standing_steps
from coaching.services.follow_up_templates import missing_templates
from coaching.services.follow_up_timeline import TimedStep, read_timeline
from coaching.services.programmes import get_programme

CHOSEN = {
    Followed.DEFAULT: "The cohort follows the programme’s plan again.",
    Followed.OWN: "The cohort has a plan of its own now, which changes of the programme’s leave alone.",
    Followed.NONE: "Nobody in this cohort is followed up any more.",
}

NOW = "Today"

blueprint = Blueprint("follow_ups", __name__)


@blueprint.get("/programmes/<id:programme_id>/follow-ups")
def show_default(programme_id: str) -> ResponseReturnValue:
    """The programme's plan, which its cohorts follow unless they have their own."""
    programme = get_programme(db.session(), programme_id, actor=current_actor())
    plan = get_default_plan(db.session(), programme, actor=current_actor())
    steps = [TimedStep(step, None, None, None) for step in standing_steps(plan)]
    return render_template(
        "follow_up/plan.html",
        programme=programme,
        plan=plan,
        steps=steps,
        edits=may_edit_plan(current_actor(), plan, None),
        templates=missing_templates(one.step for one in steps),
        when=when_words,
        breadcrumb=programme_trail(programme, ("Follow-ups", "")),
    )


@blueprint.get("/cohorts/<id:cohort_id>/follow-ups")
def show(cohort_id: str) -> ResponseReturnValue:
    """What the cohort is asked, when, and what became of it."""
    return _page(get_cohort(db.session(), cohort_id, actor=current_actor()))


@blueprint.post("/cohorts/<id:cohort_id>/follow-ups")
@acts_once
def choose(cohort_id: str) -> ResponseReturnValue:
    """Lets the cohort follow another plan, or none; what was not asked yet goes by that one."""
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    require(may_run_cohort(current_actor(), cohort), seen=True)
    try:
        follows = load_form(ChoosePlanSchema(), request.form)["follows"]
        effect = choose_plan(db.session(), cohort, actor=current_actor(), now=utc_now(), follows=follows)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(cohort, sent_again(refusal)), status_of(refusal)
    flash(f"{CHOSEN[follows]} {effect_words(effect)}", "success")
    return redirect(url_for("follow_ups.show", cohort_id=cohort_id), 303)


def programme_trail(programme: Programme, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of this programme."""
    above = ("Programmes", url_for("programmes.list")), (programme.name, _programme_url(programme))
    return [{"label": label, "url": url} for label, url in (*above, *steps)]


def _programme_url(programme: Programme) -> str:
    return url_for("programmes.show", public_id=programme.public_id)


def _page(cohort: Cohort, form: Form | None = None) -> str:
    actor = current_actor()
    held = read_cohort_plan(db.session(), cohort, actor=actor)
    steps = read_timeline(db.session(), held, actor=actor)
    today = in_zone(utc_now(), cohort.timezone).date()
    return render_template(
        "follow_up/cohort.html",
        cohort=cohort,
        held=held,
        plan=held.plan,
        steps=steps,
        errors=form.errors if form else {},
        picture=_draw(cohort, steps, today),
        dates=_list_dates(cohort, steps, today),
        runs=runs_cohort(actor, cohort),
        may_run=may_run_cohort(actor, cohort),
        edits=held.plan is not None and may_edit_plan(actor, held.plan, cohort),
        reads_programme=may_open_cohort(actor, cohort.programme_id),
        templates=missing_templates(held.steps),
        when=when_words,
        breadcrumb=trail(cohort, ("Follow-ups", "")),
    )


def _list_dates(cohort: Cohort, steps: list[TimedStep], today: date) -> list[dict[str, str]]:
    """What the picture shows, for a screen that has no room for it: the cohort's last day among its steps."""
    days = [
        (cohort.ends_on, "Last day of the cohort", date_text(cohort.ends_on), ""),
        (today, NOW, date_text(today), ""),
    ]
    for one in steps:
        if one.first is not None and one.last is not None:
            span = date_text(one.first) + ("" if one.first == one.last else f" – {date_text(one.last)}")
            said = f"{one.counts.answered} of {one.counts.asked} answered" if one.counts and one.counts.asked else ""
            days.append((one.first, one.step.label, span, said))
    return [
        {"when": when, "title": title, "text": said, "state": _state(day, title, today)}
        for day, title, when, said in sorted(days, key=itemgetter(0))
    ]


def _state(day: date, title: str, today: date) -> str:
    if title == NOW:
        return "now"
    return "done" if day <= today else "next"


def _draw(cohort: Cohort, steps: list[TimedStep], today: date) -> Any:
    dated = sum(step.first is not None for step in steps)
    return draw_timeline(
        steps,
        ends_on=cohort.ends_on,
        today=today,
        title=f"When {cohort.name} is asked",
        description=f"{plural(dated, 'step', 'steps')} on their dates. The table below says the same.",
    )
