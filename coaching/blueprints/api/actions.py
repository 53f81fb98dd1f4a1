"""Actions: agreed in a session or alone, done or dropped."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Action
from coaching.schemas.action import (
    ActionSchema,
    AgreeActionSchema,
    AgreeSessionActionSchema,
    CloseActionSchema,
    MoveActionSchema,
)
from coaching.schemas.base import BaseSchema
from coaching.services.action_list import ActionLine, list_member_actions, list_open_at_start, list_session_actions
from coaching.services.action_outcomes import (
    ActionChangeLine,
    close_action,
    list_action_changes,
    move_action,
    reopen_action,
)
from coaching.services.actions import agree_action, agree_session_action, edit_action, get_action
from coaching.services.coaching_sessions import get_session
from coaching.services.memberships import get_membership
from coaching.services.own_actions import OwnActionLine, list_own_actions

blueprint = ApiBlueprint(
    "actions",
    tag="Actions",
    description="What a participant will do, and by when: for them and those who run the cohort.",
)


@blueprint.route("/members/<id:member_id>/actions")
@blueprint.lists(shape_of(ActionLine))
def index(member_id: str) -> list[ActionLine]:
    """The participant's actions: the open ones first, by the day that they are due."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return list_member_actions(rows(), member, actor=current_actor())


@blueprint.route("/members/<id:member_id>/actions", methods=["POST"])
@blueprint.etag
@blueprint.arguments(AgreeActionSchema)
@blueprint.response(201, ActionSchema)
def create(data: dict[str, Any], member_id: str) -> tuple[Action, dict[str, str]]:
    """Agrees on an action outside of any session; participants write their own."""
    member = get_membership(rows(), member_id, actor=current_actor())
    action = agree_action(rows(), member, actor=current_actor(), now=utc_now(), **data)
    return action, place("actions.show", action_id=action.public_id)


@blueprint.route("/sessions/<id:session_id>/actions")
@blueprint.lists(shape_of(ActionLine))
def list_agreed(session_id: str) -> list[ActionLine]:
    """What was agreed in the session; those who do not run the cohort get their own alone."""
    held = get_session(rows(), session_id, actor=current_actor())
    return list_session_actions(rows(), held, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/actions", methods=["POST"])
@blueprint.etag
@blueprint.arguments(AgreeSessionActionSchema)
@blueprint.response(201, ActionSchema)
def agree(data: dict[str, Any], session_id: str) -> tuple[Action, dict[str, str]]:
    """Agrees on an action of one of those who meet; for those who run the cohort."""
    held = get_session(rows(), session_id, actor=current_actor())
    action = agree_session_action(rows(), held, actor=current_actor(), now=utc_now(), **data)
    return action, place("actions.show", action_id=action.public_id)


@blueprint.route("/sessions/<id:session_id>/open-actions")
@blueprint.lists(shape_of(ActionLine))
def list_open(session_id: str) -> list[ActionLine]:
    """What was open from before when the session began, of those who were there; those who do not run the cohort get
    their own alone.

    Before it begins, what is open now of those who are expected. What was closed since stays, with what became of it.
    """
    held = get_session(rows(), session_id, actor=current_actor())
    return list_open_at_start(rows(), held, actor=current_actor())


@blueprint.route("/actions/<id:action_id>")
@blueprint.etag
@blueprint.response(200, ActionSchema)
def show(action_id: str) -> Action:
    """One action."""
    return get_action(rows(), action_id, actor=current_actor())


@blueprint.route("/actions/<id:action_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(AgreeActionSchema(partial=True))
@blueprint.response(200, ActionSchema)
def edit(data: dict[str, Any], action_id: str) -> Action:
    """Changes an action that is open."""
    action = get_action(rows(), action_id, actor=current_actor())
    blueprint.check_etag(action, ActionSchema)
    values = merged(action, AgreeActionSchema, {"owner_id": action.owner.public_id} | data)
    return edit_action(rows(), action, actor=current_actor(), now=utc_now(), **values)


@blueprint.route("/actions/<id:action_id>/closing", methods=["POST"])
@blueprint.etag
@blueprint.arguments(CloseActionSchema)
@blueprint.response(200, ActionSchema)
def close(data: dict[str, Any], action_id: str) -> Action:
    """Says what became of an action, `done` or `dropped`; who drops it says why."""
    action = get_action(rows(), action_id, actor=current_actor())
    return close_action(rows(), action, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/actions/<id:action_id>/move", methods=["POST"])
@blueprint.etag
@blueprint.arguments(MoveActionSchema)
@blueprint.response(200, ActionSchema)
def move(data: dict[str, Any], action_id: str) -> Action:
    """Gives an open action another day, and keeps why. Its reminder goes with it."""
    action = get_action(rows(), action_id, actor=current_actor())
    return move_action(rows(), action, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/actions/<id:action_id>/changes")
@blueprint.lists(shape_of(ActionChangeLine))
def changes(action_id: str) -> list[ActionChangeLine]:
    """What became of it, the oldest first: done, moved from one day to another, dropped, opened again."""
    action = get_action(rows(), action_id, actor=current_actor())
    return list_action_changes(rows(), action, actor=current_actor())


@blueprint.route("/me/actions")
@blueprint.lists(shape_of(OwnActionLine))
def list_own() -> list[OwnActionLine]:
    """Your own actions over all cohorts, and what a coach does for you: what is open, the overdue first, and after
    that what was closed last."""
    return list_own_actions(rows(), actor=current_actor(), now=utc_now())


@blueprint.route("/actions/<id:action_id>/reopening", methods=["POST"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, ActionSchema)
def reopen(_data: dict[str, Any], action_id: str) -> Action:
    """Takes back what was said to have become of it."""
    action = get_action(rows(), action_id, actor=current_actor())
    return reopen_action(rows(), action, actor=current_actor(), now=utc_now())
