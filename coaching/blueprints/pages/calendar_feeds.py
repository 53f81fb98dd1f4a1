"""One's own feeds: an address for one's calendar made, shown once, and ended; and one session as a file."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.feeds import CALENDAR, feed_address
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.blueprints.pages.once import acts_once
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Cohort
from coaching.services.coaching_sessions import get_session
from coaching.services.cohorts import get_cohort
from coaching.services.feed_events import write_invite_file
from coaching.services.feeds import end_feed, make_feed
from coaching.tokens import new_secret

blueprint = Blueprint("calendar_feeds", __name__)


@blueprint.post("/account/feed")
@acts_once
def create() -> ResponseReturnValue:
    """Makes an address for all of one's sessions, or another one, and shows it in this answer alone."""
    refuse_unknown()
    return _made(None)


@blueprint.post("/cohorts/<id:cohort_id>/feed")
@acts_once
def create_for_cohort(cohort_id: str) -> ResponseReturnValue:
    """The same for the sessions of one cohort."""
    refuse_unknown()
    return _made(get_cohort(db.session(), cohort_id, actor=current_actor()))


@blueprint.post("/account/calendar-feeds/<id:public_id>/end")
def end(public_id: str) -> ResponseReturnValue:
    """Ends an address at once."""
    refuse_unknown()
    end_feed(db.session(), public_id, actor=current_actor(), now=utc_now())
    flash("The address is ended. Calendars that read from it find nothing any more.", "success")
    return redirect(url_for("account.show", _anchor="feeds"), 303)


@blueprint.get("/sessions/<id:public_id>/invite.ics")
def download(public_id: str) -> ResponseReturnValue:
    """The session as a file for a calendar."""
    held = get_session(db.session(), public_id, actor=current_actor())
    words = write_invite_file(held, actor=current_actor(), now=utc_now())
    response = Response(words, content_type=CALENDAR)
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response


def _made(cohort: Cohort | None) -> tuple[str, int]:
    secret = new_secret()
    feed = make_feed(db.session(), cohort, actor=current_actor(), secret=secret, now=utc_now())
    above = trail(cohort) if cohort else [{"label": "Your account", "url": url_for("account.show")}]
    page = render_template(
        "feed/made.html",
        address=feed_address(secret),
        cohort=cohort,
        is_renewed=feed.renewed_at is not None,
        breadcrumb=[*above, {"label": "Your calendar’s address"}],
    )
    return page, 201
