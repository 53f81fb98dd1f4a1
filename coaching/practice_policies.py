"""Who writes in a practice log, who answers in it, and who confirms a line."""

from __future__ import annotations

from coaching.models import Membership, PracticeComment, Role
from coaching.policies import Actor, Answer, is_self, is_writable, may_run_cohort, may_view_member


def may_write_practice(actor: Actor, membership: Membership) -> Answer:
    """A practice log is the participant's, and nobody else writes what they did."""
    return membership.role == Role.PARTICIPANT and is_self(actor, membership) and is_writable(membership.cohort)


def may_speak_in_practice(actor: Actor, membership: Membership) -> Answer:
    """Say something to a line: the participant, and those who run the cohort. They read it, and nobody else does."""
    return may_view_member(actor, membership) and is_writable(membership.cohort)


def may_confirm_practice(actor: Actor, membership: Membership) -> Answer:
    """Celebrate a line, and confirm that one saw it: those who run the cohort. Nobody confirms their own."""
    return membership.person_id != actor.person_id and may_run_cohort(actor, membership.cohort)


def may_change_comment(actor: Actor, comment: PracticeComment) -> Answer:
    """What somebody said is theirs to change and to take back, as long as they may speak there."""
    return comment.author_id == actor.person_id and may_speak_in_practice(actor, comment.entry.membership)
