"""Whose a course can be, as the pages ask it: of the one who starts it, or of the participants of their cohort."""

from __future__ import annotations

from coaching.blueprints.access import current_actor
from coaching.extensions import db
from coaching.models import OPEN_STATUSES, Cohort, Membership, MembershipStatus, Role
from coaching.policies import may_start_project, may_view_cohort, require
from coaching.services.cohorts import get_cohort
from coaching.services.membership_list import list_members

MOST_MEMBERS = 100


def startable_cohort(public_id: str) -> Cohort:
    """A cohort in which the one who asks may start a project or log a launch."""
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_start_project(current_actor(), cohort), seen=True, message="Observers look on; participants build.")
    return cohort


def learners_of(cohort: Cohort) -> list[tuple[str, str]]:
    """Whom a project of this cohort may have as owner: the participants who are in it."""
    if not may_view_cohort(current_actor(), cohort):
        return []
    page = list_members(db.session(), cohort, actor=current_actor(), limit=MOST_MEMBERS)
    return [
        (line["id"], line["name"])
        for line in page.items
        if line["role"] == Role.PARTICIPANT and line.get("status", MembershipStatus.ACTIVE) in OPEN_STATUSES
    ]


def takes_part(cohort: Cohort) -> bool:
    """Whether a course that the one who asks starts here is their own."""
    standing = current_actor().standings.get(cohort.id)
    return standing is not None and standing.role == Role.PARTICIPANT and standing.is_open


def own_membership(cohort: Cohort) -> str:
    """The identifier of one's own membership, for who is in this cohort."""
    standing = current_actor().standings.get(cohort.id)
    return db.session.get_one(Membership, standing.membership_id).public_id if standing else ""
