"""One's own API tokens."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import TokenRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import ApiToken
from coaching.schemas.person import ApiTokenSchema
from coaching.services.api_tokens import create_api_token, list_api_tokens, revoke_api_token
from coaching.services.people import get_person
from coaching.tokens import new_secret

blueprint = ApiBlueprint("tokens", tag="Tokens", description="One's own API tokens.")


@blueprint.route("/tokens")
@blueprint.lists(shape_of(TokenRow))
def index() -> list[TokenRow]:
    """One's own tokens, the newest first, with those that are over."""
    return [_row(token) for token in list_api_tokens(rows(), actor=current_actor())]


@blueprint.route("/tokens", methods=["POST"])
@blueprint.arguments(ApiTokenSchema)
@blueprint.response(201, ApiTokenSchema)
def create(data: dict[str, Any]) -> dict[str, Any]:
    """A new token of one's own, with no more scopes than the one that asks.

    `secret` is what to send as `Authorization: Bearer`; it is shown in this answer alone.
    """
    actor = current_actor()
    token, shown = create_api_token(
        rows(),
        get_person(rows(), actor.public_id, actor=actor),
        label=data["label"],
        scopes=frozenset(data["scopes"]),
        days=data["days"],
        secret=new_secret(),
        now=utc_now(),
        actor=actor,
    )
    rows().flush()
    return {**_row(token), "public_id": token.public_id, "secret": shown}


@blueprint.route("/tokens/<id:token_id>", methods=["DELETE"])
@blueprint.response(204)
def revoke(token_id: str) -> None:
    """Ends a token of one's own, at once. What is over stays on the list for a while."""
    revoke_api_token(rows(), token_id, actor=current_actor(), now=utc_now())


def _row(token: ApiToken) -> TokenRow:
    return {
        "id": token.public_id,
        "label": token.label,
        "scopes": token.scopes.split(),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
