"""Who needs their coach: the whole list, and what a coach says to one reason of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.forms import Form, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Membership, Signal
from coaching.policies import may_see_to_need, require
from coaching.schemas.base import checked, load_form
from coaching.schemas.need import NamedNeedSchema, NeedQuery, SeeToNeedSchema, SnoozeNeedSchema
from coaching.services.memberships import get_membership
from coaching.services.need_acts import FOR_COACHES, bring_back_need, see_to_need, snooze_need
from coaching.services.needs import Need, NeedList, PersonInNeed, list_needs, narrowed

PAGE = 30
AT = "at"
FILTERS = ("cohort_id", "signal")
LABELS = {"until": "Not before", "note": "What you did"}

blueprint = Blueprint("needs", __name__)


@blueprint.get("/needs", endpoint="list")
def list_all() -> ResponseReturnValue:
    """Everybody who needs the viewer, narrowed down to a cohort or a signal; what was put aside apart."""
    now = utc_now()
    found = list_needs(db.session(), actor=current_actor(), now=now)
    chosen = checked(NeedQuery(), {name: request.args[name] for name in FILTERS if request.args.get(name)})
    people = narrowed(found.people, **chosen)
    start = max(0, request.args.get("from", 0, type=int))
    return render_template(
        "need/list.html",
        people=people[start : start + PAGE],
        total=len(people),
        aside=narrowed(found.aside, **chosen),
        chosen={name: str(value) for name, value in chosen.items() if value},
        cohorts=_cohorts(found),
        signals=[(signal.value, words(signal)) for signal in Signal],
        earlier=max(0, start - PAGE) if start else None,
        later=start + PAGE if len(people) > start + PAGE else None,
        breadcrumb=[{"label": "Home", "url": url_for("home.show")}, {"label": "Who needs you"}],
        **need_parts(now),
    )


@blueprint.get("/members/<id:membership_id>/needs")
def show(membership_id: str) -> ResponseReturnValue:
    """One reason, and what can be said to it."""
    membership = _membership(membership_id)
    return _page(membership, _named(request.args), Form())


@blueprint.post("/members/<id:membership_id>/needs/snooze")
def snooze(membership_id: str) -> ResponseReturnValue:
    """Off the list until a day."""
    membership = _membership(membership_id)
    try:
        values = load_form(SnoozeNeedSchema(), request.form, beside=(AT,))
        snooze_need(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _refused(membership, refusal)
    until = values["until"]
    flash(f"{membership.person.name}: put aside until {until.day} {until:%B %Y}.", "success")
    return redirect(_back(), 303)


@blueprint.post("/members/<id:membership_id>/needs/done")
def see_to(membership_id: str) -> ResponseReturnValue:
    """Off the list, until it occurs anew."""
    membership = _membership(membership_id)
    try:
        values = load_form(SeeToNeedSchema(), request.form, beside=(AT,))
        see_to_need(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _refused(membership, refusal)
    flash(f"{membership.person.name}: done. You are told when it happens again.", "success")
    return redirect(_back(), 303)


@blueprint.post("/members/<id:membership_id>/needs/back")
def bring_back(membership_id: str) -> ResponseReturnValue:
    """Back on the list."""
    membership = _membership(membership_id)
    values = load_form(NamedNeedSchema(), request.form, beside=(AT,))
    bring_back_need(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
    flash(f"{membership.person.name} is back on your list.", "success")
    return redirect(_back(), 303)


def need_parts(now: datetime) -> dict[str, Any]:
    """What the list is drawn with, here and on the home page."""
    today = in_zone(now, current_actor().timezone).date()
    return {"in_a_week": today + timedelta(weeks=1), "in_two_weeks": today + timedelta(weeks=2)}


def _membership(public_id: str) -> Membership:
    """A member of a cohort that the viewer coaches."""
    membership = get_membership(db.session(), public_id, actor=current_actor())
    require(may_see_to_need(current_actor(), membership), seen=True, message=FOR_COACHES)
    return membership


def _named(values: Any) -> dict[str, str]:
    return {name: values.get(name, "") for name in ("signal", "occurrence")}


def _back() -> str:
    """The list that the button was in. Nothing of what was sent is used as an address."""
    return url_for("home.show", _anchor="needs-you") if request.form.get(AT) == "home" else url_for("needs.list")


def _refused(membership: Membership, refusal: Invalid | Conflict) -> ResponseReturnValue:
    """The page of this one reason with what was typed; the list where the reason is gone, or was not named."""
    form = sent_again(refusal)
    named = _named(request.form)
    if isinstance(refusal, Conflict) or {"signal", "occurrence"} & form.errors.keys():
        flash(refusal.message, "error")
        return redirect(url_for("needs.list"), 303)
    return _page(membership, named, form), status_of(refusal)


def _page(membership: Membership, named: dict[str, str], form: Form) -> str | Response:
    now = utc_now()
    found = list_needs(db.session(), actor=current_actor(), now=now)
    need = _find(found, membership, named)
    if need is None:
        flash("This has changed meanwhile, and needs nobody any more.", "info")
        return redirect(url_for("needs.list"))
    return render_template(
        "need/show.html",
        membership=membership,
        need=need,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=[{"label": "Who needs you", "url": url_for("needs.list")}, {"label": membership.person.name}],
        **need_parts(now),
    )


def _find(found: NeedList, membership: Membership, named: dict[str, str]) -> Need | None:
    wanted = membership.public_id, named["signal"], named["occurrence"]
    every = (need for one in (*found.people, *found.aside) for need in one.needs)
    return next((need for need in every if (need.membership_id, need.signal, need.occurrence) == wanted), None)


def _cohorts(found: NeedList) -> list[tuple[str, str]]:
    """The cohorts that anything is said of, by name."""
    people: tuple[PersonInNeed, ...] = (*found.people, *found.aside)
    return sorted({(need.cohort_id, need.cohort) for one in people for need in one.needs}, key=lambda pair: pair[::-1])
