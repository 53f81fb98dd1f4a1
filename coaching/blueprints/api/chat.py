"""One's own chat address."""

from __future__ import annotations

from typing import Any

from flask import current_app

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.channels.chat_addresses import is_chat_installed
from coaching.clock import utc_now
from coaching.errors import NotFound
from coaching.schemas.base import BaseSchema
from coaching.schemas.chat import ChatSchema
from coaching.services.chat import ChatState, read_chat, remove_chat, send_chat_test, set_chat

blueprint = ApiBlueprint("chat", tag="Me", description="Where one wants to be told things besides one's mail.")


@blueprint.route("/me/chat")
@blueprint.response(200, ChatSchema)
@blueprint.refuses(404)
def show() -> ChatState:
    """One's own chat address, without the address, and what became of the last message there. 404 where none is."""
    found = read_chat(rows(), actor=current_actor())
    if found is None:
        raise NotFound
    return found


@blueprint.route("/me/chat", methods=["PUT"])
@blueprint.arguments(ChatSchema)
@blueprint.response(200, ChatSchema)
def save(data: dict[str, Any]) -> ChatState | None:
    """Gives an address, in the place of the one before: a webhook of Slack, Mattermost or Microsoft Teams.

    It is taken as the service shows it, or as Apprise writes it, and shown in no answer.
    """
    actor = current_actor()
    settings, is_installed = current_app.extensions["settings"], is_chat_installed()
    set_chat(rows(), actor=actor, settings=settings, is_installed=is_installed, now=utc_now(), **data)
    rows().flush()
    return read_chat(rows(), actor=actor)


@blueprint.route("/me/chat", methods=["DELETE"])
@blueprint.response(204)
def remove() -> None:
    """Forgets the address, and calls off what was to go there."""
    remove_chat(rows(), actor=current_actor(), now=utc_now())


@blueprint.route("/me/chat/test", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(202)
def test(_data: dict[str, Any]) -> None:
    """Sends a test message there. What became of it is `last_outcome`, a moment later."""
    send_chat_test(rows(), actor=current_actor(), now=utc_now())
