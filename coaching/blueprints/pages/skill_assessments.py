"""How participants see their own skills: rated before and after, shown side by side, and counted for a cohort."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, refuse_unknown, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, NotFound
from coaching.extensions import db
from coaching.models import Membership, SkillMoment
from coaching.policies import is_self, may_assess_skills, may_view_member, require
from coaching.schemas.base import checked
from coaching.schemas.skill import AssessSkillsSchema
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.skill_assessments import FOR_THEMSELVES, assess_skills, read_sheet
from coaching.services.skill_figures import read_cohort_skills

MOMENTS = {SkillMoment.BEFORE: "Before", SkillMoment.AFTER: "After", SkillMoment.LATER: "Later"}
SKILL = "skill-"

blueprint = Blueprint("skill_assessments", __name__)


@blueprint.get("/members/<id:membership_id>/assessments")
def show(membership_id: str) -> ResponseReturnValue:
    """A member's skills at each moment, side by side."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    sheet = read_sheet(db.session(), membership, actor=current_actor(), now=utc_now())
    return render_template(
        "skill/sheet.html",
        sheet=sheet,
        membership=membership,
        moments=MOMENTS,
        may_assess=may_assess_skills(current_actor(), membership),
        is_own=is_self(current_actor(), membership),
        breadcrumb=_trail(membership, ("Skills", "")),
    )


@blueprint.get("/members/<id:membership_id>/assessments/<moment>")
def edit(membership_id: str, moment: str) -> ResponseReturnValue:
    membership, which = _assessable(membership_id), _moment(moment)
    return _form(membership, which, _standing(membership, which))


@blueprint.post("/members/<id:membership_id>/assessments/<moment>")
def save(membership_id: str, moment: str) -> ResponseReturnValue:
    """Keeps what was rated; skills that are left out have no score."""
    membership, which = _assessable(membership_id), _moment(moment)
    try:
        refuse_unknown(starting=(SKILL,))
        sent = {name.removeprefix(SKILL): value for name, value in request.form.items() if name.startswith(SKILL)}
        scores = [
            {"skill_id": one, "score": int(value) if value.isascii() and value.isdigit() else value}
            for one, value in sent.items()
            if value
        ]
        values = checked(AssessSkillsSchema(), {"scores": scores})
        given = {one["skill_id"]: one["score"] for one in values["scores"]}
        assess_skills(db.session(), membership, which, actor=current_actor(), now=utc_now(), scores=given)
        write()
    except (Invalid, Conflict) as refusal:
        return _form(membership, which, sent_again(refusal)), status_of(refusal)
    flash("Thank you, it is kept.", "success")
    return redirect(url_for("skill_assessments.show", membership_id=membership_id), 303)


@blueprint.get("/cohorts/<id:cohort_id>/skills")
def cohort(cohort_id: str) -> ResponseReturnValue:
    """How the cohort's skills moved, in pairs, and withheld where the group is too small."""
    found = get_cohort(db.session(), cohort_id, actor=current_actor())
    then = SkillMoment.LATER if request.args.get("then") == SkillMoment.LATER else SkillMoment.AFTER
    return render_template(
        "skill/cohort.html",
        cohort=found,
        figures=read_cohort_skills(db.session(), found, actor=current_actor(), now=utc_now(), then=then),
        then=then,
        moments=MOMENTS,
        breadcrumb=trail(found, ("Skills", "")),
    )


def _moment(word: str) -> SkillMoment:
    if word not in set(SkillMoment):
        raise NotFound
    return SkillMoment(word)


def _assessable(public_id: str) -> Membership:
    membership = get_membership(db.session(), public_id, actor=current_actor())
    seen = may_view_member(current_actor(), membership)
    require(may_assess_skills(current_actor(), membership), seen=seen, message=FOR_THEMSELVES)
    return membership


def _trail(membership: Membership, *steps: tuple[str, str]) -> list[dict[str, str]]:
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return trail(membership.cohort, member, *steps)


def _standing(membership: Membership, moment: SkillMoment) -> Form:
    here = read_sheet(db.session(), membership, actor=current_actor(), now=utc_now()).moments[moment]
    scores = here.assessment.scores if here.assessment else []
    return filled(**{f"{SKILL}{one.skill.public_id}": one.score for one in scores})


def _form(membership: Membership, moment: SkillMoment, form: Form) -> str:
    sheet = read_sheet(db.session(), membership, actor=current_actor(), now=utc_now())
    back = ("Skills", url_for("skill_assessments.show", membership_id=membership.public_id))
    return render_template(
        "skill/assess.html",
        sheet=sheet,
        here=sheet.moments[moment],
        moment=moment,
        membership=membership,
        form=form,
        errors=form.errors,
        labels={f"{SKILL}{skill.public_id}": skill.name for skill in sheet.skills},
        breadcrumb=_trail(membership, back, (MOMENTS[moment], "")),
    )
