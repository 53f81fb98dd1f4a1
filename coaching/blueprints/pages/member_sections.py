"""What the sections of a member's page show, each gathered in one place, as far as the one who asks may see it.

A section is a function here and a template `member/_<section>.html`; a new one is added to SECTIONS.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.check_in_forms import months_of
from coaching.blueprints.pages.line import draw_member
from coaching.blueprints.pages.note_sections import member_place, newest_notes
from coaching.blueprints.pages.skill_assessments import MOMENTS
from coaching.extensions import db
from coaching.models import Membership
from coaching.policies import may_set_goal, may_view_goals, may_view_skills
from coaching.practice_policies import may_write_practice
from coaching.services.action_list import list_member_actions
from coaching.services.attendance_grid import count_record, read_record
from coaching.services.check_ins import list_check_ins
from coaching.services.contact_preferences import read_note
from coaching.services.course_projects import list_projects
from coaching.services.follow_up_choices import list_to_come
from coaching.services.goal_attainment import attain
from coaching.services.goals import list_goals
from coaching.services.member_outlook import find_next_session
from coaching.services.person_line import read_line
from coaching.services.practice_list import list_practice
from coaching.services.progress import DENOMINATOR
from coaching.services.skill_assessments import read_sheet

NEWEST_PRACTICE = 3
Section = Callable[[Membership, datetime], dict[str, Any]]


def goals_section(membership: Membership, _now: datetime) -> dict[str, Any]:
    """Goals and what their ratings come to: for the participant and the cohort's coaches alone."""
    actor = current_actor()
    sees_goals = may_view_goals(actor, membership)
    goals = list_goals(db.session(), membership, actor=actor) if sees_goals else []
    return {
        "sees_goals": sees_goals,
        "may_set": may_set_goal(actor, membership),
        "goals": [goal for goal in goals if goal.ended_on is None],
        "ended_goals": [goal for goal in goals if goal.ended_on is not None],
        "attainment": attain(goals),
    }


def actions_section(membership: Membership, now: datetime) -> dict[str, Any]:
    actor = current_actor()
    return {
        "actions": list_member_actions(db.session(), membership, actor=actor),
        "today": in_zone(now, actor.timezone).date(),
    }


def projects_section(membership: Membership, _now: datetime) -> dict[str, Any]:
    """The cohort's projects that the member builds."""
    lines = list_projects(db.session(), membership.cohort, actor=current_actor())
    own = [line for line in lines if any(owner.membership_id == membership.public_id for owner in line.owners)]
    return {"projects": own}


def check_ins_section(membership: Membership, now: datetime) -> dict[str, Any]:
    actor, session = current_actor(), db.session()
    coming = list_to_come(session, membership, actor=actor, now=now)
    return {
        "check_ins": list_check_ins(session, membership, actor=actor),
        "contact": read_note(session, membership, actor=actor, now=now),
        "coming": coming,
        "months": months_of([one.due_at for one in coming if one.is_alumni], actor.timezone),
    }


def attendance_section(membership: Membership, now: datetime) -> dict[str, Any]:
    record = read_record(db.session(), membership, actor=current_actor(), now=now)
    return {"record": record, "tally": count_record(record), "denominator": DENOMINATOR}


def head_section(membership: Membership, now: datetime) -> dict[str, Any]:
    """What comes next; the other figures of the head are those of the sections below."""
    actor = current_actor()
    found = find_next_session(db.session(), membership, actor=actor, now=now)
    return {"next_session": found, "next_day": in_zone(found.starts_at, actor.timezone).date() if found else None}


def line_section(membership: Membership, now: datetime) -> dict[str, Any]:
    """What happened through time, as a picture."""
    line = read_line(db.session(), membership, actor=current_actor(), now=now)
    return {"line": line, "pictures": draw_member(membership, line)}


def notes_section(membership: Membership, _now: datetime) -> dict[str, Any]:
    return newest_notes(member_place(membership))


def skills_section(membership: Membership, now: datetime) -> dict[str, Any]:
    """How they see their own skills: for the participant and the cohort's coaches alone."""
    if not may_view_skills(current_actor(), membership):
        return {"skill_sheet": None}
    sheet = read_sheet(db.session(), membership, actor=current_actor(), now=now)
    return {"skill_sheet": sheet, "skill_moments": MOMENTS}


def practice_section(membership: Membership, _now: datetime) -> dict[str, Any]:
    """The newest lines of the practice log."""
    actor = current_actor()
    return {
        "practice": list_practice(db.session(), membership, actor=actor, limit=NEWEST_PRACTICE),
        "may_write_practice": may_write_practice(actor, membership),
    }


# What a participant's page consists of; of a coach or an observer there is only their history.
SECTIONS: tuple[Section, ...] = (
    goals_section,
    actions_section,
    projects_section,
    check_ins_section,
    attendance_section,
    head_section,
    line_section,
    notes_section,
    skills_section,
    practice_section,
)


def gather_sections(membership: Membership, now: datetime) -> dict[str, Any]:
    """The variables of every section, for the page of a participant."""
    gathered: dict[str, Any] = {}
    for section in SECTIONS:
        gathered |= section(membership, now)
    return gathered
