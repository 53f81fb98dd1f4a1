"""Who builds a course, and which goals of theirs it serves."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.project_page import editable_project, show_project
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.policies import may_view_project, require
from coaching.project_policies import may_serve_goals
from coaching.schemas.base import load_form
from coaching.schemas.course_project import AddOwnerSchema, ServeGoalSchema
from coaching.services.course_projects import get_project
from coaching.services.project_goals import FOR_OWNERS, serve_goal, stop_serving
from coaching.services.project_owners import add_owner, link_owner, remove_owner

blueprint = Blueprint("project_team", __name__)


@blueprint.post("/projects/<id:public_id>/owners")
@acts_once
def share(public_id: str) -> ResponseReturnValue:
    """Names one more who builds the course: a member, or somebody outside."""
    project = editable_project(public_id)
    try:
        values = load_form(AddOwnerSchema(), request.form)
        add_owner(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return show_project(project, "team", sent_again(refusal)), status_of(refusal)
    flash("The team has grown.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/owners/removal")
def unshare(public_id: str) -> ResponseReturnValue:
    """Takes somebody off the team who was named by mistake."""
    project = editable_project(public_id)
    try:
        refuse_unknown("owner")
        name, who = _chosen_owner()
        remove_owner(db.session(), project, actor=current_actor(), now=utc_now(), **{name: who})
        write()
    except (Invalid, Conflict) as refusal:
        return show_project(project, "leave", sent_again(refusal)), status_of(refusal)
    flash("The team is one smaller. The launches are out of that practice log.", "success")
    if not may_view_project(current_actor(), project):
        # Who came from another cohort, and left, sees the course no more.
        return redirect(url_for("home.show"), 303)
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/owners/linking")
def link(public_id: str) -> ResponseReturnValue:
    """Puts a member in the place of a name from outside: somebody has joined."""
    project = editable_project(public_id)
    try:
        refuse_unknown("linked_name", "linked_id")
        name, member = _chosen("linked_name"), _chosen("linked_id")
        link_owner(db.session(), project, actor=current_actor(), now=utc_now(), outside_name=name, membership_id=member)
        write()
    except (Invalid, Conflict) as refusal:
        return show_project(project, "link", sent_again(refusal)), status_of(refusal)
    flash(f"{name} is a member of the team now, with the launches in their practice log.", "success")
    return redirect(url_for("projects.show", public_id=public_id), 303)


@blueprint.post("/projects/<id:public_id>/goals")
@acts_once
def serve(public_id: str) -> ResponseReturnValue:
    """Says that the course serves a goal of somebody who builds it."""
    project = get_project(db.session(), public_id, actor=current_actor())
    require(may_serve_goals(current_actor(), project), seen=True, message=FOR_OWNERS)
    try:
        values = load_form(ServeGoalSchema(), request.form)
        serve_goal(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return show_project(project, "goal", sent_again(refusal)), status_of(refusal)
    flash("The course serves this goal. Only who reads the goal sees that.", "success")
    return redirect(f"{url_for('projects.show', public_id=public_id)}#goals", 303)


@blueprint.post("/projects/<id:public_id>/goals/removal")
def stop(public_id: str) -> ResponseReturnValue:
    project = get_project(db.session(), public_id, actor=current_actor())
    require(may_serve_goals(current_actor(), project), seen=True, message=FOR_OWNERS)
    try:
        values = load_form(ServeGoalSchema(), request.form)
        stop_serving(db.session(), project, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return show_project(project, "goal", sent_again(refusal)), status_of(refusal)
    flash("The goal is no longer among those that the course serves.", "success")
    return redirect(f"{url_for('projects.show', public_id=public_id)}#goals", 303)


def _chosen(name: str) -> str:
    """What a select of the form says."""
    value = request.form.get(name, "")
    if not value:
        raise Invalid.field(name, "Choose one of these.")
    return value


def _chosen_owner() -> tuple[str, str]:
    """Whom the form names: a member by identifier, or somebody outside by name."""
    kind, _, who = request.form.get("owner", "").partition(":")
    if kind not in {"membership_id", "outside_name"} or not who:
        raise Invalid.field("owner", "Choose who leaves the team.")
    return kind, who
