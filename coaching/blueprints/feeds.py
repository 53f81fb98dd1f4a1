"""Feeds for calendars. Public: a calendar program signs in nowhere, so the secret in the address is what lets it in.

It gives what its one person may see of sessions and no more, and it writes nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, url_for

from coaching.clock import utc_now
from coaching.extensions import db
from coaching.services.feed_events import build_feed, feed_tag
from coaching.services.feeds import open_feed

CALENDAR = "text/calendar; charset=utf-8"

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")


def feed_address(secret: str) -> str:
    """The whole address, on the host that the settings name: whoever asks can choose by which name they ask us."""
    base: str = current_app.extensions["settings"].base_url
    return base + url_for("feeds.read", secret=secret)


@blueprint.get("/<secret>.ics")
def read(secret: str) -> Response:
    """The calendar, or 304 where it is the one that the asker has. That is told without building it."""
    now = utc_now()
    feed = open_feed(db.session(), secret)
    tag = feed_tag(db.session(), feed, now=now)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(build_feed(db.session(), feed, now=now), content_type=CALENDAR)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
