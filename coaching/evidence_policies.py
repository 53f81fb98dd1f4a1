"""Who reads, adds and removes evidence of a course, and of a line of somebody's practice log."""

from __future__ import annotations

from coaching.models import CourseProject, Evidence, PracticeEntry
from coaching.policies import (
    Actor,
    Answer,
    is_self,
    is_writable,
    may_log_launch,
    may_view_member,
    may_view_project,
)


def may_view_evidence(actor: Actor, piece: Evidence) -> bool:
    """Whoever sees the project; what belongs to a line of a practice log is for those who read that log."""
    if piece.entry is not None:
        return may_view_member(actor, piece.entry.membership)
    return may_view_project(actor, piece.project)


def may_add_evidence(actor: Actor, project: CourseProject) -> Answer:
    """Those who build the course, and those who run a cohort of theirs."""
    return may_log_launch(actor, project)


def may_add_to_entry(actor: Actor, entry: PracticeEntry) -> Answer:
    """A line of the log is the participant's own: nobody else adds to it."""
    return is_self(actor, entry.membership) and is_writable(entry.membership.cohort)


def may_change_evidence(actor: Actor, piece: Evidence) -> Answer:
    """Name it otherwise, and remove it: who may add there, and who added it, also when they have left the team."""
    if piece.entry is not None:
        return may_view_member(actor, piece.entry.membership) and is_writable(piece.entry.membership.cohort)
    allowed = may_log_launch(actor, piece.project)
    is_theirs = piece.added_by_id == actor.person_id and may_view_project(actor, piece.project)
    return is_writable(piece.project.cohort) if is_theirs and not allowed else allowed
