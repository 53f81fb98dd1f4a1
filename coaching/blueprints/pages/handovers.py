"""Handing a cohort, or one participant's one-to-ones, over to another coach: what it would do is shown first."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, messages_of, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, Messages
from coaching.extensions import db
from coaching.models import Membership, Role
from coaching.policies import is_self
from coaching.schemas.base import checked, load_form
from coaching.schemas.cohort_life import Afterwards, ChooseTakerSchema, HandOverSchema
from coaching.services.handover_choices import (
    HandoverPlan,
    find_pair,
    find_taker,
    plan_handover,
    require_hand_over,
)
from coaching.services.handovers import hand_over_cohort, hand_over_pair
from coaching.services.memberships import get_membership
from coaching.services.note_reviews import count_waiting_in
from coaching.services.private_notes import has_private_notes

blueprint = Blueprint("handovers", __name__)

AFTERWARDS = [
    (
        Afterwards.OBSERVER.value,
        "Looks on",
        "As an observer, who sees the cohort and its progress.",
    ),
    (Afterwards.LEAVES.value, "Leaves", "Does not see the cohort any more."),
]
# By the class of a note, as decision 33 has it.
NOTES = [
    ("Coach-private", "Stay with who wrote them. They can pass single ones on, as long as they are in the cohort."),
    ("Pair", "Pass to the new coach when the participant agrees, and stay with both sides until then."),
    ("Cohort, coordinator and evaluation", "Stay where they are: their readers are roles, not people."),
]


@blueprint.get("/members/<id:membership_id>/handover")
def new(membership_id: str) -> ResponseReturnValue:
    """What there is to hand over, and, once somebody was chosen, what that would do."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    return _page(membership, filled(to=request.args.get("to"), pair_with=request.args.get("pair_with")))


@blueprint.post("/members/<id:membership_id>/handover")
@acts_once
def create(membership_id: str) -> ResponseReturnValue:
    """Hands over, in one transaction."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    actor, session, now = current_actor(), db.session(), utc_now()
    require_hand_over(membership, actor)
    try:
        values = load_form(HandOverSchema(), request.form)
        taker = find_taker(session, membership, values["to"], actor=actor)
        pair = find_pair(session, membership, values["pair_with"], actor=actor)
        about = {"actor": actor, "now": now, "reason": values["reason"]}
        if pair is not None:
            hand_over_pair(session, membership, taker, pair, **about)
        else:
            stays_as = Role.OBSERVER if values["afterwards"] == Afterwards.OBSERVER else None
            hand_over_cohort(session, membership, taker, stays_as=stays_as, **about)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(membership, sent_again(refusal)), status_of(refusal)
    what = f"The one-to-ones with {pair.person.name} are" if pair is not None else f"{membership.cohort.name} is"
    flash(f"{what} in the hands of {taker.name}. Everybody concerned is told by mail.", "success")
    # Whoever is still in the cohort can pass notes on, and to somebody who has just come to coach it only now.
    if is_self(actor, membership) and has_private_notes(session, membership.cohort, actor=actor):
        flash(f"Your private notes are still yours alone. Pass on what {taker.name} should know.", "info")
        return redirect(url_for("private_note_exits.handover", cohort_id=membership.cohort.public_id), 303)
    return redirect(url_for("home.show"), 303)


def _page(membership: Membership, form: Form) -> str:
    plan, errors = _plan(membership, form)
    return render_template(
        "handover/new.html",
        membership=membership,
        cohort=membership.cohort,
        form=form,
        errors=errors,
        candidates=[(one.id, one.name + (" (coaches here)" if one.is_here else "")) for one in plan.candidates],
        pairs=[(one.id, f"{one.name} ({one.sessions} to come)") for one in plan.pairs],
        outlook=plan.outlook,
        afterwards=AFTERWARDS,
        notes=NOTES,
        has_private_notes=has_private_notes(db.session(), membership.cohort, actor=current_actor()),
        waiting_notes=count_waiting_in(db.session(), membership.cohort, actor=current_actor()),
        is_own=is_self(current_actor(), membership),
        breadcrumb=trail(
            membership.cohort,
            ("Its life", url_for("cohort_life.show", cohort_id=membership.cohort.public_id)),
            ("Hand over", ""),
        ),
    )


def _plan(membership: Membership, form: Form) -> tuple[HandoverPlan, Messages]:
    """What is shown; where what was chosen will not do, that is said at its field."""
    actor, session, now = current_actor(), db.session(), utc_now()
    chosen = {name: form.values[name] for name in ("to", "pair_with") if form.values.get(name)}
    try:
        values = checked(ChooseTakerSchema(), chosen)
        return plan_handover(session, membership, actor=actor, now=now, **values), form.errors
    except Invalid as refusal:
        return plan_handover(session, membership, actor=actor, now=now), form.errors or messages_of(refusal)
