"""The skills of a programme: added, reordered, retired, and the scale that they are rated on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Programme, Skill
from coaching.models.skill import MOST_POINTS
from coaching.policies import may_coordinate, require
from coaching.schemas.base import checked, load_form
from coaching.schemas.skill import WriteScaleSchema, WriteSkillSchema
from coaching.services.programmes import get_programme
from coaching.services.skill_templates import COURSE_BUILDERS
from coaching.services.skills import (
    FOR_COORDINATORS,
    add_skill,
    bring_back_skill,
    edit_skill,
    get_skill,
    is_scale_used,
    list_skills,
    order_skills,
    read_scale,
    retire_skill,
    start_with_template,
    write_scale,
)

LABELS = {"name": "Which skill?", "description": "What does it mean?"}
PLACES = range(1, MOST_POINTS + 1)
SCALE_LABELS = {"points": "How many points?", "words": "Point 1"} | {
    f"word-{place}": f"Point {place}" for place in PLACES
}
UP, DOWN = "up", "down"

blueprint = Blueprint("skills", __name__)


@blueprint.get("/programmes/<id:programme_id>/skills")
def index(programme_id: str) -> ResponseReturnValue:
    """The skills and their scale, for who coordinates the programme or coaches in it."""
    return _page(get_programme(db.session(), programme_id, actor=current_actor()), filled())


@blueprint.post("/programmes/<id:programme_id>/skills")
@acts_once
def create(programme_id: str) -> ResponseReturnValue:
    programme = _coordinated(programme_id)
    try:
        values = load_form(WriteSkillSchema(), request.form)
        add_skill(db.session(), programme, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(programme, sent_again(refusal)), status_of(refusal)
    flash("The skill is added.", "success")
    return _back(programme)


@blueprint.post("/programmes/<id:programme_id>/skills/template")
@acts_once
def start(programme_id: str) -> ResponseReturnValue:
    """Begins with the skills of those who build courses."""
    programme = _coordinated(programme_id)
    refuse_unknown()
    added = start_with_template(db.session(), programme, actor=current_actor(), now=utc_now())
    flash(f"{plural(len(added), 'skill is', 'skills are')} added. Put them into your own words.", "success")
    return _back(programme)


@blueprint.get("/programmes/<id:programme_id>/skills/scale")
def edit_scale(programme_id: str) -> ResponseReturnValue:
    programme = _coordinated(programme_id)
    return _scale_page(programme, _standing_scale(programme))


@blueprint.post("/programmes/<id:programme_id>/skills/scale")
def update_scale(programme_id: str) -> ResponseReturnValue:
    programme = _coordinated(programme_id)
    try:
        refuse_unknown("points", starting=("word-",))
        points = request.form.get("points", "")
        words = [request.form.get(f"word-{place}", "") for place in PLACES]
        sent = {"points": int(points) if points.isascii() and points.isdigit() else points, "words": words}
        values = checked(WriteScaleSchema(), sent)
        write_scale(db.session(), programme, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _scale_page(programme, sent_again(refusal)), status_of(refusal)
    flash("The scale is saved.", "success")
    return _back(programme)


@blueprint.get("/skills/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    skill = _writable(public_id)
    return _edit(skill, _standing(skill))


@blueprint.post("/skills/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    skill = _writable(public_id)
    try:
        check_version(skill)
        values = load_form(WriteSkillSchema(), request.form, beside=(VERSION,))
        edit_skill(db.session(), skill, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(skill, sent_again(refusal, lambda: _standing(skill))), status_of(refusal)
    flash("The skill is saved.", "success")
    return _back(skill.programme)


@blueprint.post("/skills/<id:public_id>/move")
def move(public_id: str) -> ResponseReturnValue:
    """One place up or down among those that are in use."""
    skill = _writable(public_id)
    refuse_unknown("to")
    to = request.form.get("to")
    if to not in {UP, DOWN}:
        raise Invalid.field("to", "Choose up or down.")
    order = [one for one in list_skills(db.session(), skill.programme, actor=current_actor()) if not one.retired_at]
    if skill in order:
        place = order.index(skill)
        order.remove(skill)
        order.insert(max(place + (-1 if to == UP else 1), 0), skill)
        ids = [one.public_id for one in order]
        order_skills(db.session(), skill.programme, actor=current_actor(), now=utc_now(), skill_ids=ids)
    return _back(skill.programme)


@blueprint.post("/skills/<id:public_id>/retirement")
def retire(public_id: str) -> ResponseReturnValue:
    """Asks it no more; what was answered stays."""
    skill = _writable(public_id)
    refuse_unknown()
    retire_skill(db.session(), skill, actor=current_actor(), now=utc_now())
    flash("The skill is retired. What was answered stays.", "success")
    return _back(skill.programme)


@blueprint.post("/skills/<id:public_id>/return")
def bring_back(public_id: str) -> ResponseReturnValue:
    """Asks it again."""
    skill = _writable(public_id)
    try:
        refuse_unknown()
        bring_back_skill(db.session(), skill, actor=current_actor(), now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _page(skill.programme, sent_again(Conflict(refusal.message))), status_of(refusal)
    flash("The skill is asked again.", "success")
    return _back(skill.programme)


def _coordinated(public_id: str) -> Programme:
    programme = get_programme(db.session(), public_id, actor=current_actor())
    require(may_coordinate(current_actor(), programme.id), seen=True, message=FOR_COORDINATORS)
    return programme


def _writable(public_id: str) -> Skill:
    skill = get_skill(db.session(), public_id, actor=current_actor())
    require(may_coordinate(current_actor(), skill.programme_id), seen=True, message=FOR_COORDINATORS)
    return skill


def _back(programme: Programme) -> ResponseReturnValue:
    return redirect(url_for("skills.index", programme_id=programme.public_id), 303)


def _trail(programme: Programme, *steps: tuple[str, str]) -> list[dict[str, str]]:
    above = [
        {"label": "Programmes", "url": url_for("programmes.list")},
        {"label": programme.name, "url": url_for("programmes.show", public_id=programme.public_id)},
    ]
    return above + [{"label": label, "url": url} for label, url in steps]


def _standing(skill: Skill) -> Form:
    return filled(skill.version, **{name: getattr(skill, name) for name in LABELS})


def _standing_scale(programme: Programme) -> Form:
    scale = read_scale(db.session(), programme, now=utc_now())
    words: dict[str, Any] = {f"word-{place}": text for place, text in enumerate(scale.words, start=1)}
    return filled(None, points=scale.points, **words)


def _page(programme: Programme, form: Form) -> str:
    skills = list_skills(db.session(), programme, actor=current_actor())
    return render_template(
        "skill/index.html",
        programme=programme,
        skills=[one for one in skills if one.retired_at is None],
        retired=[one for one in skills if one.retired_at is not None],
        scale=read_scale(db.session(), programme, now=utc_now()),
        template=COURSE_BUILDERS,
        may_write=may_coordinate(current_actor(), programme.id),
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=_trail(programme, ("Skills", "")),
    )


def _edit(skill: Skill, form: Form) -> str:
    back = ("Skills", url_for("skills.index", programme_id=skill.programme.public_id))
    return render_template(
        "skill/edit.html",
        skill=skill,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=_trail(skill.programme, back, (skill.name, "")),
    )


def _scale_page(programme: Programme, form: Form) -> str:
    back = ("Skills", url_for("skills.index", programme_id=programme.public_id))
    return render_template(
        "skill/scale.html",
        programme=programme,
        form=form,
        errors=form.errors,
        labels=SCALE_LABELS,
        is_used=is_scale_used(db.session(), programme),
        places=PLACES,
        breadcrumb=_trail(programme, back, ("The scale", "")),
    )
