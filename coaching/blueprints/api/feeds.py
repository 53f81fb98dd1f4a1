"""One's own feeds, who has a session's time, and a session as a calendar."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import CalendarRow, FeedRow
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.feeds import feed_address
from coaching.clock import utc_now
from coaching.models import CalendarFeed
from coaching.schemas.feed import FeedSchema
from coaching.services.coaching_sessions import get_session
from coaching.services.cohorts import get_cohort
from coaching.services.feed_events import write_invite_file
from coaching.services.feeds import end_feed, list_feeds, make_feed
from coaching.services.invite_list import InviteLine, list_invites
from coaching.tokens import new_secret

blueprint = ApiBlueprint("feeds", tag="Calendars", description="What calendars read, and what they were told.")


@blueprint.route("/calendar-feeds")
@blueprint.lists(shape_of(FeedRow))
def index() -> list[FeedRow]:
    """One's own feeds, the oldest first."""
    return [_row(feed) for feed in list_feeds(rows(), actor=current_actor())]


@blueprint.route("/calendar-feeds", methods=["POST"])
@blueprint.arguments(FeedSchema)
@blueprint.response(201, FeedSchema)
def make(data: dict[str, Any]) -> dict[str, Any]:
    """A feed of one's own, of one cohort or of all; one that there was before ends.

    `address` is what a calendar reads from; it is shown in this answer alone.
    """
    actor, wanted, secret = current_actor(), data["cohort_id"], new_secret()
    cohort = get_cohort(rows(), wanted, actor=actor) if wanted else None
    feed = make_feed(rows(), cohort, actor=actor, secret=secret, now=utc_now())
    rows().flush()
    return {**_row(feed), "public_id": feed.public_id, "address": feed_address(secret)}


@blueprint.route("/calendar-feeds/<id:feed_id>", methods=["DELETE"])
@blueprint.response(204)
def end(feed_id: str) -> None:
    """Ends a feed of one's own, at once."""
    end_feed(rows(), feed_id, actor=current_actor(), now=utc_now())


@blueprint.route("/sessions/<id:session_id>/invites")
@blueprint.lists(shape_of(InviteLine))
def show_invites(session_id: str) -> list[InviteLine]:
    """Who has the session's time as it is, whose mail is on its way or was refused, and who goes by an older one."""
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    return list_invites(rows(), coaching_session, actor=current_actor())


@blueprint.route("/sessions/<id:session_id>/calendar")
@blueprint.answers(shape_of(CalendarRow))
def show_calendar(session_id: str) -> CalendarRow:
    """The session as the text of a calendar file (iCalendar)."""
    coaching_session = get_session(rows(), session_id, actor=current_actor())
    return {"calendar": write_invite_file(coaching_session, actor=current_actor(), now=utc_now())}


def _row(feed: CalendarFeed) -> FeedRow:
    return {
        "id": feed.public_id,
        "cohort_id": feed.cohort.public_id if feed.cohort is not None else None,
        "created_at": feed.created_at,
        "renewed_at": feed.renewed_at,
    }
