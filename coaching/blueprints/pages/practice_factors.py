"""What helps and hinders, in the words of a programme, and how many chose each."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import FactorKind, PracticeFactor, Programme
from coaching.policies import may_coordinate, require
from coaching.schemas.base import load_form
from coaching.schemas.practice import AddFactorSchema, RenameFactorSchema
from coaching.services.cohorts import get_cohort
from coaching.services.practice_counts import count_cohort_factors, count_programme_factors
from coaching.services.practice_factors import (
    FOR_COORDINATORS,
    USUAL,
    add_factor,
    bring_back_factor,
    get_factor,
    list_factors,
    order_factors,
    rename_factor,
    retire_factor,
    start_with_usual,
)
from coaching.services.programmes import get_programme

LABELS = {"kind": "It", "name": "Which word?"}
KINDS = ((FactorKind.ENABLER.value, "helps"), (FactorKind.BARRIER.value, "hinders"))
UP, DOWN = "up", "down"

blueprint = Blueprint("practice_factors", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/factors")
def cohort(cohort_id: str) -> ResponseReturnValue:
    """How many of a cohort chose each word; small groups are withheld from who only looks on."""
    found = get_cohort(db.session(), cohort_id, actor=current_actor())
    counts = count_cohort_factors(db.session(), found, actor=current_actor())
    return render_template(
        "practice_factor/cohort.html",
        cohort=found,
        counts=counts,
        enablers=counts.of_kind(FactorKind.ENABLER),
        barriers=counts.of_kind(FactorKind.BARRIER),
        breadcrumb=trail(found, ("What helps and hinders", "")),
    )


@blueprint.get("/programmes/<id:programme_id>/factors")
def index(programme_id: str) -> ResponseReturnValue:
    """The words, for who coordinates the programme or coaches in it; for coordinators, with their counts."""
    return _page(get_programme(db.session(), programme_id, actor=current_actor()), filled())


@blueprint.post("/programmes/<id:programme_id>/factors")
@acts_once
def create(programme_id: str) -> ResponseReturnValue:
    programme = _coordinated(programme_id)
    try:
        values = load_form(AddFactorSchema(), request.form)
        add_factor(db.session(), programme, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(programme, sent_again(refusal)), status_of(refusal)
    flash("The word is added.", "success")
    return _back(programme)


@blueprint.post("/programmes/<id:programme_id>/factors/usual")
@acts_once
def start(programme_id: str) -> ResponseReturnValue:
    """Begins with the usual words."""
    programme = _coordinated(programme_id)
    refuse_unknown()
    start_with_usual(db.session(), programme, actor=current_actor(), now=utc_now())
    flash("The usual words are there. Add your own, and retire what nobody needs.", "success")
    return _back(programme)


@blueprint.get("/factors/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    factor = _writable(public_id)
    return _edit(factor, _standing(factor))


@blueprint.post("/factors/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    factor = _writable(public_id)
    try:
        check_version(factor)
        values = load_form(RenameFactorSchema(), request.form, beside=(VERSION,))
        rename_factor(db.session(), factor, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(factor, sent_again(refusal, lambda: _standing(factor))), status_of(refusal)
    flash("The word is saved.", "success")
    return _back(factor.programme)


@blueprint.post("/factors/<id:public_id>/move")
def move(public_id: str) -> ResponseReturnValue:
    """One place up or down among those of its kind that are in use."""
    factor = _writable(public_id)
    refuse_unknown("to")
    to = request.form.get("to")
    if to not in {UP, DOWN}:
        raise Invalid.field("to", "Choose up or down.")
    found = list_factors(db.session(), factor.programme, actor=current_actor())
    order = [one for one in found if one.retired_at is None and one.kind == factor.kind]
    if factor in order:
        place = order.index(factor)
        order.remove(factor)
        order.insert(max(place + (-1 if to == UP else 1), 0), factor)
        order_factors(
            db.session(), factor.programme, actor=current_actor(), now=utc_now(), kind=factor.kind,
            factor_ids=[one.public_id for one in order],
        )  # fmt: skip
    return _back(factor.programme)


@blueprint.post("/factors/<id:public_id>/retirement")
def retire(public_id: str) -> ResponseReturnValue:
    factor = _writable(public_id)
    refuse_unknown()
    retire_factor(db.session(), factor, actor=current_actor(), now=utc_now())
    flash("It is offered no more. Where it was chosen it stays, and is counted.", "success")
    return _back(factor.programme)


@blueprint.post("/factors/<id:public_id>/return")
def bring_back(public_id: str) -> ResponseReturnValue:
    factor = _writable(public_id)
    refuse_unknown()
    bring_back_factor(db.session(), factor, actor=current_actor(), now=utc_now())
    flash("It is offered again.", "success")
    return _back(factor.programme)


def _coordinated(programme_id: str) -> Programme:
    programme = get_programme(db.session(), programme_id, actor=current_actor())
    require(may_coordinate(current_actor(), programme.id), seen=True, message=FOR_COORDINATORS)
    return programme


def _writable(public_id: str) -> PracticeFactor:
    factor = get_factor(db.session(), public_id, actor=current_actor())
    require(may_coordinate(current_actor(), factor.programme_id), seen=True, message=FOR_COORDINATORS)
    return factor


def _standing(factor: PracticeFactor) -> Form:
    return filled(factor.version, name=factor.name)


def _back(programme: Programme) -> Response:
    return redirect(url_for("practice_factors.index", programme_id=programme.public_id), 303)


def _page(programme: Programme, form: Form) -> str:
    session, actor = db.session(), current_actor()
    factors = list_factors(session, programme, actor=actor)
    may_write = may_coordinate(actor, programme.id)
    counts = count_programme_factors(session, programme, actor=actor) if may_write else None
    return render_template(
        "practice_factor/index.html",
        programme=programme,
        in_use={kind: [one for one in factors if one.retired_at is None and one.kind == kind] for kind, _name in KINDS},
        retired=[one for one in factors if one.retired_at is not None],
        counts=counts,
        counted={one.id: one for one in counts.factors} if counts is not None else {},
        usual=USUAL,
        kinds=KINDS,
        may_write=may_write,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=_trail(programme, ("What helps and hinders", "")),
    )


def _edit(factor: PracticeFactor, form: Form) -> str:
    back = ("What helps and hinders", url_for("practice_factors.index", programme_id=factor.programme.public_id))
    return render_template(
        "practice_factor/edit.html",
        factor=factor,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=_trail(factor.programme, back, (factor.name, "")),
    )


def _trail(programme: Programme, *steps: tuple[str, str]) -> list[dict[str, str]]:
    above = [
        {"label": "Programmes", "url": url_for("programmes.list")},
        {"label": programme.name, "url": url_for("programmes.show", public_id=programme.public_id)},
    ]
    return above + [{"label": label, "url": url} for label, url in steps]
