"""Members of a cohort, and the dated statuses they go through."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.paging import PageQuery
from coaching.blueprints.api.rows import MemberRow, StatusRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Membership
from coaching.schemas.cohort import AddMemberSchema, ChangeStatusSchema, MembershipSchema
from coaching.services.cohorts import get_cohort
from coaching.services.membership_list import list_members
from coaching.services.memberships import add_member, change_status, get_membership, status_history
from coaching.services.paging import Page
from coaching.tokens import new_secret

blueprint = ApiBlueprint("members", tag="Members", description="People in a cohort, as what, and how they stand.")


@blueprint.route("/cohorts/<id:cohort_id>/members")
@blueprint.arguments(PageQuery, location="query")
@blueprint.lists(shape_of(MemberRow), is_paged=True)
def index(query: dict[str, Any], cohort_id: str) -> Page:
    """The members by name.

    Fellow participants see who is in; those who see everyone's progress also see applicants and leavers, and how
    everyone stands; those who run the cohort also see the addresses.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_members(rows(), cohort, actor=current_actor(), **query)


@blueprint.route("/cohorts/<id:cohort_id>/members", methods=["POST"])
@blueprint.arguments(AddMemberSchema)
@blueprint.response(201, MembershipSchema)
def add(data: dict[str, Any], cohort_id: str) -> tuple[Membership, dict[str, str]]:
    """Brings someone into the cohort. Who has no account yet gets an invitation by mail."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    member = add_member(rows(), cohort, actor=current_actor(), secret=new_secret(), now=utc_now(), **data)
    return member, place("members.show", member_id=member.public_id)


@blueprint.route("/members/<id:member_id>")
@blueprint.response(200, MembershipSchema)
def show(member_id: str) -> Membership:
    """One member: oneself, or somebody in a cohort that one runs."""
    return get_membership(rows(), member_id, actor=current_actor())


@blueprint.route("/members/<id:member_id>/statuses")
@blueprint.lists(shape_of(StatusRow))
def list_statuses(member_id: str) -> list[StatusRow]:
    """How the member came to stand as they do, the oldest step first."""
    member = get_membership(rows(), member_id, actor=current_actor())
    history = status_history(rows(), member, actor=current_actor())
    return [{"status": step.status, "at": step.at, "reason": step.reason} for step in history]


@blueprint.route("/members/<id:member_id>/statuses", methods=["POST"])
@blueprint.arguments(ChangeStatusSchema)
@blueprint.response(201, MembershipSchema)
def change(data: dict[str, Any], member_id: str) -> tuple[Membership, dict[str, str]]:
    """Adds a step to the member's history. Who leaves is followed up no more, and lets go of their sessions to come."""
    member = get_membership(rows(), member_id, actor=current_actor())
    change_status(rows(), member, actor=current_actor(), now=utc_now(), **data)
    return member, place("members.list_statuses", member_id=member.public_id)
