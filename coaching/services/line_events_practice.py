"""Events of a line: the stages of the member's courses, what they were asked afterwards, and what they said they did.

A launch stands once, with its course: its line in the practice log would only say the same again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select

from coaching.models import (
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CourseProject,
    FollowUpStep,
    Membership,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    SkillAssessment,
    StageChange,
)
from coaching.services.line_events import Fact, LineKind, Reader, make_source
from coaching.services.words import is_one_of, is_word

SILENT, DONE = "silent", "put_into_practice"
_STAGES = (
    select(StageChange.public_id, StageChange.stage, StageChange.note, CourseProject.public_id, CourseProject.title)
    .join_from(Membership, ProjectOwner, ProjectOwner.membership_id == Membership.id)
    .join(CourseProject, CourseProject.id == ProjectOwner.project_id)
    .join(StageChange, StageChange.project_id == CourseProject.id)
    .where(StageChange.withdrawn_at.is_(None))
)
_CHECK_INS = (
    select(
        CheckIn.public_id,
        CheckIn.state,
        FollowUpStep.label,
        CheckInAnswer.choice,
        CheckInAnswer.note,
        CheckInAnswer.enrolments,
    )
    .join_from(Membership, CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
    # What ended without being asked was nobody's silence, and is no part of anybody's line.
    .where(
        or_(
            CheckInAnswer.id.is_not(None),
            CheckIn.asked_at.is_not(None),
            is_word(CheckIn.state, CheckInState.DUE),
        )
    )
)
# What came from a check-in is called by its step; what was written by hand says itself what it was.
_ENTRIES = (
    select(PracticeEntry.public_id, FollowUpStep.label, PracticeEntry.text, PracticeEntry.enrolments)
    .join_from(Membership, PracticeEntry, PracticeEntry.membership_id == Membership.id)
    .outerjoin(CheckIn, CheckIn.id == PracticeEntry.check_in_id)
    .outerjoin(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .where(is_one_of(PracticeEntry.kind, (PracticeKind.CHECK_IN, PracticeKind.ENTRY)))
)

_ASSESSMENTS = select(SkillAssessment.public_id, SkillAssessment.moment, Membership.public_id).join_from(
    Membership, SkillAssessment, SkillAssessment.membership_id == Membership.id
)


def _tell_stage(row: Any, _reader: Reader) -> Fact:
    public_id, stage, note, project_id, title = row
    return Fact(public_id, stage.value, project_id, title=title, text=note)


def _tell_check_in(row: Any, _reader: Reader) -> Fact:
    public_id, state, label, choice, note, enrolments = row
    if choice is not None:
        return Fact(public_id, choice.value, public_id, title=label, text=note, value=enrolments)
    return Fact(public_id, SILENT if state == CheckInState.EXPIRED else state.value, public_id, title=label)


def _tell_entry(row: Any, _reader: Reader) -> Fact:
    public_id, label, text, enrolments = row
    return Fact(public_id, DONE, public_id, title=label or "", text=text, value=enrolments)


def _tell_assessment(row: Any, _reader: Reader) -> Fact:
    public_id, moment, member_id = row
    return Fact(public_id, f"skills_{moment.value}", member_id)


STAGES = make_source(LineKind.PROJECT, "project", _STAGES, StageChange.on, _tell_stage)
CHECK_INS = make_source(
    LineKind.CHECK_IN,
    "check_in",
    _CHECK_INS,
    func.coalesce(CheckInAnswer.answered_at, CheckIn.asked_at, CheckIn.due_at),
    _tell_check_in,
)
SKILLS = make_source(LineKind.SKILL, "skills", _ASSESSMENTS, SkillAssessment.at, _tell_assessment)
PRACTICE = make_source(LineKind.PRACTICE, "practice", _ENTRIES, PracticeEntry.on, _tell_entry)
