"""The skills of a programme and the scale that they are rated on: written by its coordinators, and fixed once used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.importers.observations import fold
from coaching.models import Programme, Skill, SkillScale, SkillScore
from coaching.models.skill import LEAST_POINTS, MOST_POINTS, MOST_SKILLS
from coaching.policies import Actor, may_coordinate, may_open_cohort, require
from coaching.services import audit
from coaching.services.skill_templates import COURSE_BUILDERS, POINTS, WORDS

FOR_COORDINATORS = "The programme’s coordinators write its skills."
FIXED_SCALE = (
    "Somebody has rated themselves on this scale, so it is fixed: a score would mean something else on another."
)
FIXED_SKILL = (
    "Somebody has rated this skill, so its words are fixed. Retire it, and add another in the words that you want."
)
SAME_NAME = "There is a skill of this name already. Give this one another name."
FULL = f"A programme has at most {MOST_SKILLS} skills at a time. Retire one first."
WRONG_ORDER = "Name each of the skills that are in use once. Load them again: somebody may have changed them."


def get_skill(session: Session, public_id: str, *, actor: Actor) -> Skill:
    """A skill, for those who coordinate its programme or coach in it."""
    statement = select(Skill).where(Skill.public_id == public_id).options(joinedload(Skill.programme))
    skill = session.scalars(statement).one_or_none()
    if skill is None or not may_open_cohort(actor, skill.programme_id):
        raise NotFound
    return skill


def list_skills(session: Session, programme: Programme, *, actor: Actor) -> Sequence[Skill]:
    """The programme's skills in their order, those that were retired last."""
    require(may_open_cohort(actor, programme.id), seen=False)
    return read_skills(session, programme.id)


def read_skills(session: Session, programme_id: int) -> Sequence[Skill]:
    """As `list_skills`, for callers that have asked permission."""
    order = (Skill.retired_at.is_not(None), Skill.position, Skill.id)
    return session.scalars(select(Skill).where(Skill.programme_id == programme_id).order_by(*order)).all()


def read_scale(session: Session, programme: Programme, *, now: datetime) -> SkillScale:
    """The programme's scale; the usual one, which is no row yet, where nobody wrote another."""
    usual = {"points": POINTS, "words": list(WORDS), "created_at": now, "version": 0}
    return _find_scale(session, programme) or SkillScale(public_id=programme.public_id, **usual)


def _find_scale(session: Session, programme: Programme) -> SkillScale | None:
    return session.scalars(select(SkillScale).where(SkillScale.programme_id == programme.id)).one_or_none()


def is_scale_used(session: Session, programme: Programme) -> bool:
    """Whether anybody has rated themselves on it."""
    statement = select(SkillScore.id).join(Skill, Skill.id == SkillScore.skill_id)
    return session.scalars(statement.where(Skill.programme_id == programme.id).limit(1)).first() is not None


def write_scale(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, points: int, words: Sequence[str]
) -> SkillScale:
    """Puts this scale in the place of the one that stands, until somebody has used it."""
    _require_writing(programme, actor)
    _check_words(points, words)
    _lock(session, programme)
    kept = list(words[:points])
    scale = _find_scale(session, programme)
    if scale is not None and (scale.points, scale.words) == (points, kept):
        return scale
    if is_scale_used(session, programme):
        raise Conflict(FIXED_SCALE)
    if scale is None:
        scale = SkillScale(programme_id=programme.id, created_at=now)
        session.add(scale)
    scale.points, scale.words = points, kept
    audit.record(session, "skill_scale.written", scale, actor=actor, now=now)
    return scale


def add_skill(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, name: str, description: str = ""
) -> Skill:
    """A new skill behind the others."""
    _require_writing(programme, actor)
    _lock(session, programme)
    _check_name(session, programme.id, name)
    _check_room(session, programme.id)
    last = session.scalars(select(func.max(Skill.position)).where(Skill.programme_id == programme.id)).one() or 0
    skill = Skill(programme=programme, position=last + 1, name=name, description=description, created_at=now)
    session.add(skill)
    audit.record(session, "skill.added", skill, actor=actor, now=now)
    return skill


def start_with_template(session: Session, programme: Programme, *, actor: Actor, now: datetime) -> list[Skill]:
    """The six skills of those who build courses, save those that are there already."""
    _require_writing(programme, actor)
    _lock(session, programme)
    there = {fold(skill.name) for skill in read_skills(session, programme.id) if skill.retired_at is None}
    return [
        add_skill(session, programme, actor=actor, now=now, name=name, description=description)
        for name, description in COURSE_BUILDERS
        if fold(name) not in there
    ]


def edit_skill(
    session: Session, skill: Skill, *, actor: Actor, now: datetime, name: str, description: str = ""
) -> Skill:
    """Other words, as long as nobody has rated themselves by those that stand."""
    _require_writing(skill.programme, actor)
    if (skill.name, skill.description) == (name, description):
        return skill
    _lock(session, skill.programme)
    if session.scalars(select(SkillScore.id).where(SkillScore.skill_id == skill.id).limit(1)).first() is not None:
        raise Conflict(FIXED_SKILL)
    _check_name(session, skill.programme_id, name, besides=skill)
    skill.name, skill.description = name, description
    audit.record(session, "skill.edited", skill, actor=actor, now=now)
    return skill


def retire_skill(session: Session, skill: Skill, *, actor: Actor, now: datetime) -> Skill:
    """It is asked no more. What was answered stays."""
    _require_writing(skill.programme, actor)
    if skill.retired_at is not None:
        raise Conflict("This skill is retired already.")
    skill.retired_at = now
    audit.record(session, "skill.retired", skill, actor=actor, now=now)
    return skill


def bring_back_skill(session: Session, skill: Skill, *, actor: Actor, now: datetime) -> Skill:
    """It is asked again."""
    _require_writing(skill.programme, actor)
    if skill.retired_at is None:
        raise Conflict("This skill is in use already.")
    _lock(session, skill.programme)
    _check_name(session, skill.programme_id, skill.name, besides=skill)
    _check_room(session, skill.programme_id)
    skill.retired_at = None
    audit.record(session, "skill.brought_back", skill, actor=actor, now=now)
    return skill


def order_skills(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, skill_ids: Sequence[str]
) -> list[Skill]:
    """The skills that are in use, in this order. Raises Invalid where the list is not of exactly these."""
    _require_writing(programme, actor)
    _lock(session, programme)
    in_use = {skill.public_id: skill for skill in read_skills(session, programme.id) if skill.retired_at is None}
    if len(skill_ids) != len(in_use) or set(skill_ids) != in_use.keys():
        raise Invalid.field("skill_ids", WRONG_ORDER)
    ordered = [in_use[one] for one in skill_ids]
    for position, skill in enumerate(ordered, start=1):
        skill.position = position
    audit.record(session, "skills.ordered", programme, actor=actor, now=now)
    return ordered


def _require_writing(programme: Programme, actor: Actor) -> None:
    seen = may_open_cohort(actor, programme.id)
    require(may_coordinate(actor, programme.id), seen=seen, message=FOR_COORDINATORS)


def _lock(session: Session, programme: Programme) -> None:
    """Of two who write at once the second finds what the first did; and so does whoever rates themselves."""
    session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update())


def _check_words(points: int, words: Sequence[str]) -> None:
    if not LEAST_POINTS <= points <= MOST_POINTS:
        raise Invalid.field("points", f"Choose {LEAST_POINTS} to {MOST_POINTS} points.")
    if len(words) > points and any(words[points:]):
        raise Invalid.field("words", f"The scale has {points} points, and there are words for more.")
    if len(words) < points or not words[0] or not words[points - 1]:
        raise Invalid.field(
            "words", "Write words for both ends of the scale, so that everybody means the same by them."
        )


def _check_name(session: Session, programme_id: int, name: str, *, besides: Skill | None = None) -> None:
    skills = read_skills(session, programme_id)
    if any(one is not besides and one.retired_at is None and fold(one.name) == fold(name) for one in skills):
        raise Invalid.field("name", SAME_NAME)


def _check_room(session: Session, programme_id: int) -> None:
    if sum(one.retired_at is None for one in read_skills(session, programme_id)) >= MOST_SKILLS:
        raise Conflict(FULL)
