"""What members say of their own skills: before, after and later, each at its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import Conflict, Invalid
from coaching.models import (
    CoachingSession,
    Membership,
    Programme,
    SessionState,
    Skill,
    SkillAssessment,
    SkillMoment,
    SkillScale,
    SkillScore,
)
from coaching.policies import Actor, may_assess_skills, may_view_member, may_view_skills, require
from coaching.services import audit
from coaching.services.skills import read_scale, read_skills
from coaching.services.zones import today_in

FOR_THEMSELVES = "Only participants say how they see their own skills."
NO_SKILLS = "This programme has no skills to rate yet. A coordinator writes them."
NO_SUCH_SKILL = "This programme has no such skill. Load the page again."
BLANK = "Rate at least one skill. You can leave out the others."
BEFORE_IS_OVER = "The first session is over, so what you said before it stays as it is."
AFTER_HAS_BEGUN = "You have looked back already, so what you said before stays as it is."
LATER_HAS_BEGUN = "You have looked once more since, so what you said here stays as it is."
NOT_AFTER_YET = "This opens when your first session is over."
NOT_LATER_YET = "This opens when the cohort has ended, and you have looked back once."


class OpenMoment(NamedTuple):
    """A moment for one member: what they said, and why it cannot be said or changed now, empty where it can."""

    moment: SkillMoment
    assessment: SkillAssessment | None
    closed_because: str

    @property
    def is_open(self) -> bool:
        return not self.closed_because

    def score_of(self, skill_id: int) -> int | None:
        """Where the skill was put, None where it was left out."""
        scores = self.assessment.scores if self.assessment else []
        return next((one.score for one in scores if one.skill_id == skill_id), None)


@dataclass(frozen=True)
class SkillSheet:
    """A member's skills: what is asked, the scale, and what they said at each moment, in order."""

    membership: Membership
    scale: SkillScale
    skills: Sequence[Skill]
    moments: Mapping[SkillMoment, OpenMoment]

    @property
    def asked(self) -> list[Skill]:
        """The skills that are in use."""
        return [skill for skill in self.skills if skill.retired_at is None]

    @property
    def shown(self) -> list[Skill]:
        """Those in use, and those retired ones that this member rated."""
        rated = {score.skill_id for one in self.moments.values() if one.assessment for score in one.assessment.scores}
        return [skill for skill in self.skills if skill.retired_at is None or skill.id in rated]


def read_sheet(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> SkillSheet:
    """For the member and the cohort's coaches. Five statements."""
    require(may_view_skills(actor, membership), seen=False)
    programme = membership.cohort.programme
    given = {
        one.moment: one
        for one in session.scalars(
            select(SkillAssessment)
            .where(SkillAssessment.membership_id == membership.id)
            .options(selectinload(SkillAssessment.scores))
        )
    }
    first_end = _first_session_end(session, membership, now)
    moments = {one: OpenMoment(one, given.get(one), _why_closed(one, membership, given, first_end, now))
               for one in SkillMoment}  # fmt: skip
    scale = read_scale(session, programme, now=now)
    return SkillSheet(membership, scale, read_skills(session, programme.id), moments)


def assess_skills(
    session: Session,
    membership: Membership,
    moment: SkillMoment,
    *,
    actor: Actor,
    now: datetime,
    scores: Mapping[str, int],
) -> SkillAssessment:
    """Puts these scores, by the skills' identifiers, in the place of what was said at this moment before.

    A skill that is left out has no score, unless it was retired meanwhile: then it was not asked, and what was said of
    it stands. Raises Conflict where the moment is not open.
    """
    require(may_assess_skills(actor, membership), seen=may_view_member(actor, membership), message=FOR_THEMSELVES)
    programme = membership.cohort.programme
    # A coordinator who rewords a skill at the same moment must come before, or find that it was rated.
    session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update())
    sheet = read_sheet(session, membership, actor=actor, now=now)
    here = sheet.moments[moment]
    if here.closed_because:
        raise Conflict(here.closed_because)
    skills = _check_scores(sheet, here, scores)
    assessment = here.assessment
    if assessment is None:
        assessment = SkillAssessment(membership=membership, moment=moment, at=now)
        session.add(assessment)
    elif _said(assessment, scores) == dict(scores):
        return assessment
    else:
        assessment.changed_at = now
    _put_scores(assessment, {skills[one]: score for one, score in scores.items()})
    audit.record(session, "skills.assessed", assessment, actor=actor, now=now)
    return assessment


def _put_scores(assessment: SkillAssessment, scores: Mapping[Skill, int]) -> None:
    standing = {one.skill_id: one for one in assessment.scores}
    for skill, score in scores.items():
        if skill.id in standing:
            standing.pop(skill.id).score = score
        else:
            assessment.scores.append(SkillScore(skill=skill, skill_name=skill.name, score=score))
    for left_out in standing.values():
        if left_out.skill.retired_at is None:
            assessment.scores.remove(left_out)


def _said(assessment: SkillAssessment, scores: Mapping[str, int]) -> dict[str, int]:
    """What stands of the skills that could be left out, or that are said anew."""
    standing = [one for one in assessment.scores if one.skill.retired_at is None or one.skill.public_id in scores]
    return {one.skill.public_id: one.score for one in standing}


def _check_scores(sheet: SkillSheet, here: OpenMoment, scores: Mapping[str, int]) -> dict[str, Skill]:
    """The skills by identifier: those in use, and retired ones that have a score here already."""
    if not sheet.asked:
        raise Conflict(NO_SKILLS)
    skills = {
        skill.public_id: skill
        for skill in sheet.skills
        if skill.retired_at is None or here.score_of(skill.id) is not None
    }
    if not scores:
        raise Invalid(BLANK)
    points = sheet.scale.points
    wrong = {f"skill-{one}": [NO_SUCH_SKILL] for one in scores if one not in skills}
    wrong |= {
        f"skill-{one}": [f"Choose a point from 1 to {points}."]
        for one, score in scores.items()
        if one in skills and not 1 <= score <= points
    }
    if wrong:
        raise Invalid("Some of the skills cannot be rated like this. Each says what to do.", wrong)
    return skills


def _first_session_end(session: Session, membership: Membership, now: datetime) -> datetime | None:
    """When the first session that was theirs since they joined ended, None where none has."""
    is_theirs = or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == membership.id)
    statement = (
        select(CoachingSession.ends_at)
        .where(
            CoachingSession.cohort_id == membership.cohort_id,
            CoachingSession.state != SessionState.CANCELLED,
            CoachingSession.ends_at > membership.joined_at,
            CoachingSession.ends_at <= now,
            is_theirs,
        )
        .order_by(CoachingSession.ends_at)
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def _why_closed(
    moment: SkillMoment,
    membership: Membership,
    given: Mapping[SkillMoment, SkillAssessment],
    first_end: datetime | None,
    now: datetime,
) -> str:
    cohort = membership.cohort
    today = today_in(now, cohort.timezone)
    if moment == SkillMoment.BEFORE:
        if SkillMoment.AFTER in given:
            return AFTER_HAS_BEGUN
        return BEFORE_IS_OVER if first_end is not None else ""
    if moment == SkillMoment.AFTER:
        if SkillMoment.LATER in given:
            return LATER_HAS_BEGUN
        return "" if first_end is not None or today > cohort.ends_on else NOT_AFTER_YET
    return "" if SkillMoment.AFTER in given and today > cohort.ends_on else NOT_LATER_YET
