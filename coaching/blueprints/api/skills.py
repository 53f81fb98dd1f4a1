"""Skills of a programme, what people say of their own, and what that comes to in a cohort."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.errors import Invalid, NotFound
from coaching.models import Skill, SkillAssessment, SkillMoment, SkillScale
from coaching.schemas.base import BaseSchema, Word
from coaching.schemas.listing import list_of
from coaching.schemas.skill import (
    AssessmentSchema,
    AssessSkillsSchema,
    OrderSkillsSchema,
    SkillScaleSchema,
    SkillSchema,
    WriteScaleSchema,
    WriteSkillSchema,
)
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.programmes import get_programme
from coaching.services.skill_assessments import assess_skills, read_sheet
from coaching.services.skill_figures import CohortSkills, read_cohort_skills
from coaching.services.skills import (
    add_skill,
    bring_back_skill,
    edit_skill,
    get_skill,
    list_skills,
    order_skills,
    read_scale,
    retire_skill,
    start_with_template,
    write_scale,
)

blueprint = ApiBlueprint("skills", tag="Skills", description="Skills that participants rate themselves on.")


class SkillRow(TypedDict):
    id: str
    name: str
    description: str
    position: int
    is_retired: bool
    version: int


class ScoreRow(TypedDict):
    skill_id: str
    name: str
    score: int


class MomentRow(TypedDict):
    """What a member said at a moment. `closed_because` says why it cannot be said or changed now."""

    moment: SkillMoment
    at: datetime | None
    changed_at: datetime | None
    is_open: bool
    closed_because: str
    scores: list[ScoreRow]


class SheetRow(TypedDict):
    """A member's skills: those that are asked, the scale, and each moment."""

    points: int
    words: list[str]
    skills: list[SkillRow]
    moments: list[MomentRow]


class ThenSchema(BaseSchema):
    """With which moment the first is compared."""

    then = Word(SkillMoment, load_default=SkillMoment.AFTER)


@blueprint.route("/programmes/<id:programme_id>/skills")
@blueprint.lists(shape_of(SkillRow))
def index(programme_id: str) -> list[SkillRow]:
    """The programme's skills in their order, those that were retired last."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return [_row(skill) for skill in list_skills(rows(), programme, actor=current_actor())]


@blueprint.route("/programmes/<id:programme_id>/skills", methods=["POST"])
@blueprint.etag
@blueprint.arguments(WriteSkillSchema)
@blueprint.response(201, SkillSchema)
def create(data: dict[str, Any], programme_id: str) -> tuple[Skill, dict[str, str]]:
    """Adds a skill behind the others."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    skill = add_skill(rows(), programme, actor=current_actor(), now=utc_now(), **data)
    return skill, place("skills.show", skill_id=skill.public_id)


@blueprint.route("/programmes/<id:programme_id>/skills/template", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(201, list_of(SkillSchema))
def start(_data: dict[str, Any], programme_id: str) -> dict[str, list[Skill]]:
    """Adds six skills of those who build courses, save those that are there already."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return {"items": start_with_template(rows(), programme, actor=current_actor(), now=utc_now())}


@blueprint.route("/programmes/<id:programme_id>/skills/order", methods=["POST"])
@blueprint.arguments(OrderSkillsSchema)
@blueprint.response(200, list_of(SkillSchema))
def order(data: dict[str, Any], programme_id: str) -> dict[str, list[Skill]]:
    """Puts the skills that are in use into this order."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    ordered = order_skills(rows(), programme, actor=current_actor(), now=utc_now(), skill_ids=data["skill_ids"])
    return {"items": ordered}


@blueprint.route("/programmes/<id:programme_id>/skills/scale")
@blueprint.etag
@blueprint.response(200, SkillScaleSchema)
def show_scale(programme_id: str) -> SkillScale:
    """The scale that all of the programme's skills are rated on."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return read_scale(rows(), programme, now=utc_now())


@blueprint.route("/programmes/<id:programme_id>/skills/scale", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(WriteScaleSchema)
@blueprint.response(200, SkillScaleSchema)
def replace_scale(data: dict[str, Any], programme_id: str) -> SkillScale:
    """Puts this scale in the place of the one that stands, until somebody has rated themselves on it."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    blueprint.check_etag(read_scale(rows(), programme, now=utc_now()), SkillScaleSchema)
    return write_scale(rows(), programme, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/skills/<id:skill_id>")
@blueprint.etag
@blueprint.response(200, SkillSchema)
def show(skill_id: str) -> Skill:
    """One skill."""
    return get_skill(rows(), skill_id, actor=current_actor())


@blueprint.route("/skills/<id:skill_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(WriteSkillSchema(partial=True))
@blueprint.response(200, SkillSchema)
def edit(data: dict[str, Any], skill_id: str) -> Skill:
    """Changes a skill's words, as long as nobody has rated themselves by them."""
    skill = get_skill(rows(), skill_id, actor=current_actor())
    blueprint.check_etag(skill, SkillSchema)
    return edit_skill(rows(), skill, actor=current_actor(), now=utc_now(), **merged(skill, WriteSkillSchema, data))


@blueprint.route("/skills/<id:skill_id>/retirement", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, SkillSchema)
def retire(_data: dict[str, Any], skill_id: str) -> Skill:
    """Asks it no more. What was answered stays."""
    return retire_skill(
        rows(), get_skill(rows(), skill_id, actor=current_actor()), actor=current_actor(), now=utc_now()
    )


@blueprint.route("/skills/<id:skill_id>/return", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, SkillSchema)
def bring_back(_data: dict[str, Any], skill_id: str) -> Skill:
    """Asks a retired skill again."""
    skill = get_skill(rows(), skill_id, actor=current_actor())
    return bring_back_skill(rows(), skill, actor=current_actor(), now=utc_now())


@blueprint.route("/members/<id:member_id>/assessments")
@blueprint.answers(shape_of(SheetRow))
def show_member(member_id: str) -> SheetRow:
    """What a member says of their skills at each moment: for themselves and the cohort's coaches."""
    member = get_membership(rows(), member_id, actor=current_actor())
    sheet = read_sheet(rows(), member, actor=current_actor(), now=utc_now())
    return {
        "points": sheet.scale.points,
        "words": sheet.scale.words,
        "skills": [_row(skill) for skill in sheet.asked],
        "moments": [
            {
                "moment": one.moment,
                "at": one.assessment.at if one.assessment else None,
                "changed_at": one.assessment.changed_at if one.assessment else None,
                "is_open": one.is_open,
                "closed_because": one.closed_because,
                "scores": [
                    {"skill_id": score.skill.public_id, "name": score.skill_name, "score": score.score}
                    for score in (one.assessment.scores if one.assessment else [])
                ],
            }
            for one in sheet.moments.values()
        ],
    }


@blueprint.route("/members/<id:member_id>/assessments/<moment>", methods=["POST"])
@blueprint.arguments(AssessSkillsSchema)
@blueprint.response(200, AssessmentSchema)
def assess(data: dict[str, Any], member_id: str, moment: str) -> SkillAssessment:
    """Says how one sees one's own skills before, after or later, in place of what was said at that moment before."""
    member = get_membership(rows(), member_id, actor=current_actor())
    if moment not in set(SkillMoment):
        raise NotFound
    given = {one["skill_id"]: one["score"] for one in data["scores"]}
    if len(given) != len(data["scores"]):
        raise Invalid.field("scores", "Rate each skill once.")
    return assess_skills(rows(), member, SkillMoment(moment), actor=current_actor(), now=utc_now(), scores=given)


@blueprint.route("/cohorts/<id:cohort_id>/skills")
@blueprint.arguments(ThenSchema, location="query")
@blueprint.answers(shape_of(CohortSkills))
def show_cohort(query: dict[str, Any], cohort_id: str) -> CohortSkills:
    """How a cohort's skills moved, by those who answered twice. Withheld below the programme's smallest group."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return read_cohort_skills(rows(), cohort, actor=current_actor(), now=utc_now(), then=query["then"])


def _row(skill: Skill) -> SkillRow:
    return {
        "id": skill.public_id,
        "name": skill.name,
        "description": skill.description,
        "position": skill.position,
        "is_retired": skill.retired_at is not None,
        "version": skill.version,
    }
