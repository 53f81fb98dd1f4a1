"""The practice log of a participant, and a check-in's figure given to the run that it is of."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Membership, Role
from coaching.policies import is_self, is_writable, may_start_project, runs_cohort
from coaching.schemas.base import load_form
from coaching.schemas.practice import TieEnrolmentsSchema
from coaching.services.memberships import get_membership
from coaching.services.practice import get_entry, list_practice, list_runs, tie_enrolments
from coaching.services.reach import get_run

blueprint = Blueprint("practice", __name__)


@blueprint.get("/members/<id:membership_id>/practice", endpoint="list")
def index(membership_id: str) -> ResponseReturnValue:
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    return _page(membership)


@blueprint.post("/practice/<id:public_id>/run")
def tie(public_id: str) -> ResponseReturnValue:
    """Says which run a figure from a check-in is of, so that it counts in its reach."""
    entry = get_entry(db.session(), public_id, actor=current_actor())
    membership_id = entry.membership.public_id
    try:
        values = load_form(TieEnrolmentsSchema(), request.form)
        run = get_run(db.session(), values["run_id"], actor=current_actor())
        reported = tie_enrolments(db.session(), entry, run, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal)
        membership = get_membership(db.session(), membership_id, actor=current_actor())
        return _page(membership, form, failed_id=public_id), status_of(refusal)
    flash("The figure now counts for its run.", "success")
    for warning in reported.warnings:
        flash(warning, "warning")
    return redirect(url_for("practice.list", membership_id=membership_id), 303)


def _page(membership: Membership, form: Form | None = None, *, failed_id: str = "") -> str:
    """The log; the form of the entry `failed_id` as it was sent, those of the others empty."""
    actor, form = current_actor(), form or filled()
    is_own = is_self(actor, membership)
    return render_template(
        "practice/list.html",
        membership=membership,
        lines=list_practice(db.session(), membership, actor=actor),
        runs=list_runs(db.session(), membership, actor=actor),
        errors=form.errors,
        chosen=form.values.get("run_id"),
        failed_id=failed_id,
        is_own=is_own,
        may_tie=(is_own or runs_cohort(actor, membership.cohort)) and is_writable(membership.cohort),
        may_log=membership.role == Role.PARTICIPANT and may_start_project(actor, membership.cohort),
        breadcrumb=trail(
            membership.cohort,
            (membership.person.name, url_for("members.show", public_id=membership.public_id)),
            ("Practice log", ""),
        ),
    )
