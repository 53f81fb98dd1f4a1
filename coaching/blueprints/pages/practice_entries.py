"""One line of a practice log: written by hand, looked at, changed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.practice_forms import LABELS, about_options, factor_options, render_entry, standing
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Membership, PracticeEntry, PracticeKind
from coaching.policies import may_view_member, require
from coaching.practice_policies import may_write_practice
from coaching.schemas.base import load_form
from coaching.schemas.practice import DescribePracticeSchema, WritePracticeSchema
from coaching.services.memberships import get_membership
from coaching.services.practice import get_entry
from coaching.services.practice_entries import FOR_THE_PARTICIPANT, edit_entry, remove_entry, values_of, write_entry

blueprint = Blueprint("practice_entries", __name__)


@blueprint.get("/members/<id:membership_id>/practice/new")
def new(membership_id: str) -> ResponseReturnValue:
    """What and when; the rest is folded away until somebody wants it."""
    today = in_zone(utc_now(), current_actor().timezone).date()
    return _new(_own_log(membership_id), filled(on=today), [])


@blueprint.post("/members/<id:membership_id>/practice")
@acts_once
def create(membership_id: str) -> ResponseReturnValue:
    membership = _own_log(membership_id)
    try:
        values = load_form(WritePracticeSchema(), request.form)
        entry = write_entry(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(membership, sent_again(refusal), request.form.getlist("factor_ids")), status_of(refusal)
    flash("It is in your practice log.", "success")
    return redirect(url_for("practice_entries.show", public_id=entry.public_id), 303)


@blueprint.get("/practice/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """The whole line, and what was said to it."""
    return render_entry(get_entry(db.session(), public_id, actor=current_actor()), Form())


@blueprint.get("/practice/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    entry = _own(public_id)
    return _edit(entry, standing(entry), values_of(entry)["factor_ids"])


@blueprint.post("/practice/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Changes a line by hand; to one that came from a launch or a check-in it adds."""
    entry = _own(public_id)
    try:
        check_version(entry)
        values = _values(entry)
        edit_entry(db.session(), entry, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal, lambda: standing(entry))
        return _edit(entry, form, request.form.getlist("factor_ids")), status_of(refusal)
    flash("The line is saved.", "success")
    return redirect(url_for("practice_entries.show", public_id=public_id), 303)


@blueprint.post("/practice/<id:public_id>/deletion")
def remove(public_id: str) -> ResponseReturnValue:
    """Deletes a line by hand for good."""
    entry = _own(public_id)
    refuse_unknown(VERSION)
    back = url_for("practice.list", membership_id=entry.membership.public_id)
    try:
        check_version(entry)
        remove_entry(db.session(), entry, actor=current_actor(), now=utc_now())
        write()
    except Conflict as refusal:
        return render_entry(entry, sent_again(refusal)), status_of(refusal)
    flash("The line is deleted, for good.", "success")
    return redirect(back, 303)


def _own_log(membership_id: str) -> Membership:
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    _require_writing(membership)
    return membership


def _own(public_id: str) -> PracticeEntry:
    entry = get_entry(db.session(), public_id, actor=current_actor())
    _require_writing(entry.membership)
    return entry


def _require_writing(membership: Membership) -> None:
    actor = current_actor()
    seen = may_view_member(actor, membership)
    require(may_write_practice(actor, membership), seen=seen, message=FOR_THE_PARTICIPANT)


def _values(entry: PracticeEntry) -> dict[str, Any]:
    """What the form says; of a line that came from elsewhere it has what is added, and the rest stays."""
    if entry.kind == PracticeKind.ENTRY:
        return load_form(WritePracticeSchema(), request.form, beside=(VERSION,))
    return {**values_of(entry), **load_form(DescribePracticeSchema(), request.form, beside=(VERSION,))}


def _new(membership: Membership, form: Form, chosen: Sequence[str]) -> str:
    return render_template(
        "practice/new.html",
        membership=membership,
        form=form,
        errors=form.errors,
        labels=LABELS,
        chosen=chosen,
        abouts=about_options(membership),
        factors=factor_options(membership, ()),
        today=in_zone(utc_now(), current_actor().timezone).date(),
        breadcrumb=_trail(membership, ("Write it down", "")),
    )


def _edit(entry: PracticeEntry, form: Form, chosen: Sequence[str]) -> str:
    steps = ("A line", url_for("practice_entries.show", public_id=entry.public_id)), ("Edit", "")
    return render_template(
        "practice/edit.html",
        entry=entry,
        is_by_hand=entry.kind == PracticeKind.ENTRY,
        form=form,
        errors=form.errors,
        labels=LABELS,
        chosen=chosen,
        abouts=about_options(entry.membership, entry),
        factors=factor_options(entry.membership, entry.factors),
        today=in_zone(utc_now(), current_actor().timezone).date(),
        breadcrumb=_trail(entry.membership, *steps),
    )


def _trail(membership: Membership, *steps: tuple[str, str]) -> list[dict[str, str]]:
    log = ("Practice log", url_for("practice.list", membership_id=membership.public_id))
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return trail(membership.cohort, member, log, *steps)
