"""One's own inbox: what was said to somebody within the product, read and marked as read."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.blueprints.pages.messages import FARTHEST
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.extensions import db
from coaching.services.inbox import get_inbox_item, list_inbox, mark_all_read, mark_read
from coaching.tokens import is_public_id

PAGE = 25

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox", endpoint="list")
def index() -> ResponseReturnValue:
    """The newest first. Looking at it marks nothing as read."""
    offset = min(max(0, request.args.get("start", 0, type=int)), FARTHEST)
    found = list_inbox(db.session(), actor=current_actor(), limit=PAGE, offset=offset)

    def page_url(start: int) -> str:
        return url_for("inbox.list", start=start or None)

    return render_template(
        "inbox/list.html",
        lines=found.lines,
        total=found.total,
        unread=found.unread,
        first=offset + 1,
        last=offset + len(found.lines),
        previous_url=page_url(max(0, offset - PAGE)) if offset else None,
        next_url=page_url(offset + PAGE) if offset + PAGE < found.total else None,
    )


@blueprint.post("/inbox/<id:public_id>/read", endpoint="read")
def read_one(public_id: str) -> ResponseReturnValue:
    """Marks an item as read, and leads to what it is about where that was asked for."""
    refuse_unknown("open")
    item = get_inbox_item(db.session(), public_id, actor=current_actor())
    mark_read(item, actor=current_actor(), now=utc_now())
    return redirect(item.path if item.path and "open" in request.form else url_for("inbox.list"), 303)


@blueprint.post("/inbox/read", endpoint="read_all")
def read_everything() -> ResponseReturnValue:
    """Marks as read what the person saw: all up to the newest item that the page had."""
    refuse_unknown("newest")
    newest = request.form.get("newest", "")
    if not is_public_id(newest):
        raise Invalid.field("newest", "Go back, load the page again, and send it once more.")
    marked = mark_all_read(db.session(), actor=current_actor(), now=utc_now(), newest=newest)
    flash(f"{plural(marked, 'message is', 'messages are')} marked as read." if marked else "All was read.", "success")
    return redirect(url_for("inbox.list"), 303)
