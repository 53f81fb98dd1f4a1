"""Letters: what somebody who runs a cohort writes to one of its members."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.schemas.letter import WriteLetterSchema
from coaching.services.letters import write_to_member
from coaching.services.memberships import get_membership

blueprint = ApiBlueprint("letters", tag="Members", description="Letters to members of a cohort.")


@blueprint.route("/members/<id:member_id>/letters", methods=["POST"])
@blueprint.arguments(WriteLetterSchema)
@blueprint.response(202)
def write(data: dict[str, Any], member_id: str) -> None:
    """Writes to a member, by mail or into their inbox; replies go to who wrote. The member's messages say whether it
    arrived."""
    member = get_membership(rows(), member_id, actor=current_actor())
    write_to_member(rows(), member, actor=current_actor(), now=utc_now(), **data)
