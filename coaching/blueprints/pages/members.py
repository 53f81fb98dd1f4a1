"""A person in a cohort: added, invited, their standing changed, and where they are."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone, plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.member_sections import gather_sections
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import OPEN_STATUSES, Cohort, Membership, MembershipStatus, Role
from coaching.policies import (
    is_self,
    may_change_standing,
    may_coach,
    may_coordinate,
    may_run_cohort,
    may_write_to,
    require,
    runs_cohort,
)
from coaching.schemas.base import load_form
from coaching.schemas.cohort import AddMemberSchema, ChangeStatusSchema
from coaching.services.coaching_sessions import list_coaches
from coaching.services.cohorts import get_cohort
from coaching.services.leavers import Released
from coaching.services.memberships import add_member, change_status, get_membership, invite_again, status_history
from coaching.tokens import new_secret

# How somebody may come in; the other statuses are steps on the way out.
FIRST_STATUSES = (
    MembershipStatus.ACTIVE,
    MembershipStatus.ACCEPTED,
    MembershipStatus.WAITLISTED,
    MembershipStatus.SHORTLISTED,
    MembershipStatus.APPLIED,
)
ROLE_HINTS = {
    Role.PARTICIPANT: "Learns, sets goals, logs launches, answers check-ins.",
    Role.OBSERVER: "Sees how the cohort is doing, and changes nothing.",
    Role.COACH: "Runs the cohort, and sees everyone's goals.",
}

blueprint = Blueprint("members", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/members/new")
def new(cohort_id: str) -> ResponseReturnValue:
    cohort = _cohort_run(cohort_id)
    return _new(cohort, filled(role=Role.PARTICIPANT, status=MembershipStatus.ACTIVE, joined_on=_since(cohort)))


@blueprint.post("/cohorts/<id:cohort_id>/members")
@acts_once
def create(cohort_id: str) -> ResponseReturnValue:
    """Adds somebody; who has no account yet gets an invitation by mail."""
    cohort = _cohort_run(cohort_id)
    try:
        values = load_form(AddMemberSchema(), request.form, beside=("another",))
        membership = add_member(
            db.session(), cohort, actor=current_actor(), secret=new_secret(), now=utc_now(), **values
        )
        write()
    except (Invalid, Conflict) as refusal:
        return _new(cohort, sent_again(refusal)), status_of(refusal)
    flash(_welcome(membership), "success")
    if "another" in request.form:
        return redirect(url_for("members.new", cohort_id=cohort_id), 303)
    return redirect(url_for("cohorts.show", public_id=cohort_id), 303)


@blueprint.get("/members/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """The member's attendance, goals, projects and check-ins, as far as the one who asks may see them."""
    membership = get_membership(db.session(), public_id, actor=current_actor())
    return _page(membership, filled(membership.version))


@blueprint.post("/members/<id:public_id>/statuses")
def change(public_id: str) -> ResponseReturnValue:
    """Adds a step to the member's history."""
    membership = get_membership(db.session(), public_id, actor=current_actor())
    require(may_change_standing(current_actor(), membership), seen=True)
    try:
        check_version(membership)
        values = load_form(ChangeStatusSchema(), request.form, beside=(VERSION,))
        released = change_status(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal, lambda: filled(membership.version, status=membership.status))
        return _page(membership, form), status_of(refusal)
    flash(f"{membership.person.name} is now {words(membership.status).lower()}.", "success")
    _tell_released(released, membership.cohort)
    return redirect(url_for("members.show", public_id=public_id), 303)


@blueprint.post("/members/<id:public_id>/invitation")
@acts_once
def invite(public_id: str) -> ResponseReturnValue:
    """Sends the invitation again."""
    refuse_unknown()
    membership = get_membership(db.session(), public_id, actor=current_actor())
    invite_again(db.session(), membership, actor=current_actor(), secret=new_secret(), now=utc_now())
    flash(f"A new invitation to {membership.person.name} is on its way. The earlier link has ended.", "success")
    return redirect(url_for("members.show", public_id=public_id), 303)


def _tell_released(released: Released, cohort: Cohort) -> None:
    if released.cancelled:
        one_to_ones = plural(released.cancelled, "one-to-one with them is", "one-to-ones with them are")
        flash(f"{one_to_ones} cancelled.", "info")
    if released.without_leader:
        one, many = "session to come now has nobody who leads it", "sessions to come now have nobody who leads them"
        sessions = plural(released.without_leader, one, many)
        has_coaches = bool(list_coaches(db.session(), cohort, actor=current_actor()))
        advice = "Choose who does" if has_coaches else "Add a coach to the cohort, and then choose who does,"
        flash(f"{sessions}. {advice} under “Edit or move” of each.", "warning")


def _cohort_run(public_id: str) -> Cohort:
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), cohort), seen=True)
    return cohort


def _since(cohort: Cohort) -> date:
    """The cohort's first day, or today before it: most who are added belong to it from the start, and would otherwise
    be left out of the sessions that they missed. For somebody who came later the form asks for the day."""
    return min(cohort.starts_on, in_zone(utc_now(), cohort.timezone).date())


def _welcome(membership: Membership) -> str:
    person = membership.person
    if membership.status not in OPEN_STATUSES:
        return f"{person.name} is on the list as {words(membership.status).lower()}."
    if person.password_hash is None:
        return f"{person.name} is added. An invitation to {person.email} is on its way."
    return f"{person.name} is added. They have an account already, and see the cohort when they next sign in."


def _new(cohort: Cohort, form: Form) -> str:
    coordinates = may_coordinate(current_actor(), cohort.programme_id)
    roles = [Role.PARTICIPANT, Role.OBSERVER, *([Role.COACH] if coordinates else [])]
    return render_template(
        "member/new.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        roles=[(role.value, words(role), ROLE_HINTS[role]) for role in roles],
        statuses=[(status.value, words(status)) for status in FIRST_STATUSES],
        breadcrumb=trail(cohort, ("Add someone", "")),
    )


def _page(membership: Membership, form: Form) -> str:
    actor, now = current_actor(), utc_now()
    cohort = membership.cohort
    # Who looks at their own page as a coordinator does cannot write to themselves all the same.
    is_ones_own = "viewed_as" in g and membership.person_id == g.viewed_as["person_id"]
    runs_programme = may_coordinate(actor, cohort.programme_id)
    sections = gather_sections(membership, now) if membership.role == Role.PARTICIPANT else {}
    return render_template(
        "member/show.html",
        membership=membership,
        cohort=cohort,
        form=form,
        errors=form.errors,
        is_own=is_self(actor, membership),
        may_run=may_run_cohort(actor, membership.cohort),
        may_change=may_change_standing(actor, membership),
        # Of an archived cohort, too, where nothing can be changed.
        sees_address=runs_cohort(actor, cohort) and (membership.role != Role.COACH or runs_programme),
        coordinator_view_url=url_for("as_coordinator.member", member_id=membership.public_id)
        if may_coach(actor, cohort)
        else None,
        may_write=may_write_to(actor, membership) and membership.status in OPEN_STATUSES and not is_ones_own,
        history=status_history(db.session(), membership, actor=actor),
        statuses=[(status.value, words(status)) for status in MembershipStatus if status != membership.status],
        now=now,
        breadcrumb=trail(cohort, (membership.person.name, "")),
        **sections,
    )
