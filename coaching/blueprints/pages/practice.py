"""The practice log of a participant, and a check-in's figure given to the run that it is of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, messages_of, sent_again, write
from coaching.blueprints.practice_query import PracticeQuery, wanted_of
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Membership, PracticeKind, Role
from coaching.policies import is_self, is_writable, may_start_project, runs_cohort
from coaching.practice_policies import may_confirm_practice, may_write_practice
from coaching.schemas.base import checked, load_form
from coaching.schemas.practice import TieEnrolmentsSchema
from coaching.services.memberships import get_membership
from coaching.services.practice import get_entry, list_runs, tie_enrolments
from coaching.services.practice_list import PAGE, list_practice
from coaching.services.reach import get_run

KINDS = (
    (PracticeKind.ENTRY.value, "Written by hand"),
    (PracticeKind.LAUNCH.value, "Launches"),
    (PracticeKind.CHECK_IN.value, "Check-ins"),
)
LABELS = {"run_id": "Which run", "from": "From", "to": "To", "kind": "Show", "after": "The list"}

blueprint = Blueprint("practice", __name__)


@blueprint.get("/members/<id:membership_id>/practice", endpoint="list")
def index(membership_id: str) -> ResponseReturnValue:
    """The log, narrowed down to what the address asks for."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    try:
        query = load_form(PracticeQuery(), request.args)
    except Invalid as refusal:
        form = Form(request.args.to_dict(), messages_of(refusal))
        return _page(membership, checked(PracticeQuery(), {}), form), status_of(refusal)
    return _page(membership, query, Form(request.args.to_dict()))


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
        page = _page(membership, checked(PracticeQuery(), {}), form, failed_id=public_id)
        return page, status_of(refusal)
    flash("The figure now counts for its run.", "success")
    for warning in reported.warnings:
        flash(warning, "warning")
    return redirect(url_for("practice.list", membership_id=membership_id), 303)


def _page(membership: Membership, query: dict[str, Any], form: Form | None = None, *, failed_id: str = "") -> str:
    """The log; the form of the entry `failed_id` as it was sent, those of the others empty."""
    actor, form = current_actor(), form or filled()
    is_own = is_self(actor, membership)
    lines = list_practice(db.session(), membership, actor=actor, **wanted_of(query))
    return render_template(
        "practice/list.html",
        membership=membership,
        lines=lines[:PAGE],
        runs=list_runs(db.session(), membership, actor=actor),
        form=form,
        errors=form.errors,
        labels=LABELS,
        kinds=KINDS,
        chosen=form.values.get("run_id"),
        failed_id=failed_id,
        is_own=is_own,
        is_narrowed=any(query[name] for name in ("kind", "from", "to")),
        previous_url=_part_url(membership, query, query["after"] - PAGE) if query["after"] else None,
        next_url=_part_url(membership, query, query["after"] + PAGE) if len(lines) > PAGE else None,
        may_write=may_write_practice(actor, membership),
        may_confirm=may_confirm_practice(actor, membership),
        may_tie=(is_own or runs_cohort(actor, membership.cohort)) and is_writable(membership.cohort),
        may_log=membership.role == Role.PARTICIPANT and may_start_project(actor, membership.cohort),
        breadcrumb=trail(
            membership.cohort,
            (membership.person.name, url_for("members.show", public_id=membership.public_id)),
            ("Practice log", ""),
        ),
    )


def _part_url(membership: Membership, query: dict[str, Any], after: int) -> str:
    kept: dict[str, Any] = {name: query[name] for name in ("kind", "from", "to") if query[name]}
    if after > 0:
        kept["after"] = after
    return url_for("practice.list", membership_id=membership.public_id, **kept)
