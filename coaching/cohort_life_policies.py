"""Who may change the state of a cohort, and who may hand over what they coach."""

from __future__ import annotations

from coaching.models import Cohort, CohortKind, Membership, Role
from coaching.policies import Actor, Answer, is_self, is_writable, may_coach, may_coordinate, may_run_cohort


def may_pause_cohort(actor: Actor, cohort: Cohort) -> Answer:
    """Pause it and resume it: whoever runs it."""
    return may_run_cohort(actor, cohort)


def may_archive_cohort(actor: Actor, cohort: Cohort) -> bool:
    """Archive it and open it again: the programme's coordinators, and the coaches of one that is informal."""
    is_informal = cohort.kind == CohortKind.COACHING
    return may_coordinate(actor, cohort.programme_id) or (is_informal and may_coach(actor, cohort))


def may_hand_over(actor: Actor, membership: Membership) -> Answer:
    """Give what a coach has in a cohort to another coach: that coach, and the programme's coordinators."""
    cohort = membership.cohort
    is_theirs = is_self(actor, membership) or may_coordinate(actor, cohort.programme_id)
    return membership.role == Role.COACH and is_theirs and is_writable(cohort)
