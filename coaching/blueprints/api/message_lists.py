"""What will be sent and what was, and why: to oneself, to a member, to a cohort, in a programme."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint, Slice
from coaching.blueprints.api.messages import MOST_PASSED_OVER
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import MessageKind, MessageState
from coaching.schemas.base import QuerySchema, Whole, Word
from coaching.services.cohorts import get_cohort
from coaching.services.coming_messages import ComingMessage, Outlook, list_coming
from coaching.services.memberships import get_membership
from coaching.services.message_scope import (
    MessageScope,
    scope_of_cohort,
    scope_of_member,
    scope_of_own,
    scope_of_programme,
)
from coaching.services.programmes import get_programme
from coaching.services.sent_messages import PAGE, SentMessage, list_sent

blueprint = ApiBlueprint("message_lists", tag="Messages", description="What will be sent and what was, and why.")


class SentQuery(QuerySchema):
    """What the list of messages can be narrowed down to."""

    state = Word(MessageState)
    kind = Word(MessageKind)
    after = Whole(
        0, MOST_PASSED_OVER, load_default=0, metadata={"description": "How many to pass over. `next` has it for you."}
    )


def _coming(scope: MessageScope) -> list[ComingMessage]:
    outlook: Outlook = list_coming(rows(), scope, now=utc_now())
    return list(outlook.lines)


def _sent(scope: MessageScope, query: dict[str, Any]) -> Slice:
    passed = query["after"]
    found = list_sent(rows(), scope, state=query.get("state"), kind=query.get("kind"), offset=passed)
    return Slice(found.lines, str(passed + PAGE) if found.is_more else None)


@blueprint.route("/me/messages/coming")
@blueprint.lists(shape_of(ComingMessage))
def own_coming() -> list[ComingMessage]:
    """What will be sent to oneself in the next 30 days, by what is known now, the next first."""
    return _coming(scope_of_own(actor=current_actor()))


@blueprint.route("/me/messages")
@blueprint.arguments(SentQuery, location="query")
@blueprint.lists(shape_of(SentMessage), is_paged=True)
def own_sent(query: dict[str, Any]) -> Slice:
    """What was written to oneself, what became of it and why, the newest first, with each attempt."""
    return _sent(scope_of_own(actor=current_actor()), query)


@blueprint.route("/members/<id:member_id>/messages/coming")
@blueprint.lists(shape_of(ComingMessage))
def member_coming(member_id: str) -> list[ComingMessage]:
    """What will be sent to a member because of this cohort, for them and for those who run it."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return _coming(scope_of_member(member, actor=current_actor()))


@blueprint.route("/members/<id:member_id>/messages")
@blueprint.arguments(SentQuery, location="query")
@blueprint.lists(shape_of(SentMessage), is_paged=True)
def member_sent(query: dict[str, Any], member_id: str) -> Slice:
    """What was written to a member because of this cohort, what became of it and why."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return _sent(scope_of_member(member, actor=current_actor()), query)


@blueprint.route("/cohorts/<id:cohort_id>/messages/coming")
@blueprint.lists(shape_of(ComingMessage))
def cohort_coming(cohort_id: str) -> list[ComingMessage]:
    """What will be sent to a cohort's people in the next 30 days, for those who run it."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return _coming(scope_of_cohort(cohort, actor=current_actor()))


@blueprint.route("/cohorts/<id:cohort_id>/messages")
@blueprint.arguments(SentQuery, location="query")
@blueprint.lists(shape_of(SentMessage), is_paged=True)
def cohort_sent(query: dict[str, Any], cohort_id: str) -> Slice:
    """What was written to a cohort's people because of it, what became of it and why."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return _sent(scope_of_cohort(cohort, actor=current_actor()), query)


@blueprint.route("/programmes/<id:programme_id>/messages/coming")
@blueprint.lists(shape_of(ComingMessage))
def programme_coming(programme_id: str) -> list[ComingMessage]:
    """What will be sent in a programme in the next 30 days, for its coordinators; what comes first of very much."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return _coming(scope_of_programme(programme, actor=current_actor()))


@blueprint.route("/programmes/<id:programme_id>/messages")
@blueprint.arguments(SentQuery, location="query")
@blueprint.lists(shape_of(SentMessage), is_paged=True)
def programme_sent(query: dict[str, Any], programme_id: str) -> Slice:
    """What was written in a programme, what became of it and why; those of unknown fate can be sent again."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return _sent(scope_of_programme(programme, actor=current_actor()), query)
