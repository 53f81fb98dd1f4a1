"""What stands around the content of every page: who is looking, where they may go, and whether the data is made up."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.exc import SQLAlchemyError

from coaching.blueprints.pages.once import form_id
from coaching.extensions import db
from coaching.models import InboxItem, Programme, Role
from coaching.policies import Actor

_HOLDS_SYNTHETIC_DATA = exists().where(Programme.is_synthetic)
_UNREAD = (
    select(func.count())
    .where(InboxItem.person_id == bindparam("person_id"), InboxItem.read_at.is_(None))
    .scalar_subquery()
)
# One statement for all that the layouts ask of the database: with somebody signed in, and without.
_AROUND_SOMEBODY = select(_HOLDS_SYNTHETIC_DATA, _UNREAD)
_AROUND_NOBODY = select(_HOLDS_SYNTHETIC_DATA)
# Which entry of the menu is marked on which pages.
PROGRAMME_PAGES = frozenset({
    "programmes", "cohorts", "members", "sessions", "series", "imports", "goals", "projects", "launches", "runs",
    "check_ins", "practice", "rsvps", "polls", "calendar_feeds", "attendance", "attendance_grid", "drop_in",
    "remembered_names", "mail_templates", "line", "letters", "need_thresholds",
})  # fmt: skip


def init_context(app: Flask) -> None:
    """Gives every template what the layouts ask for."""
    app.context_processor(surroundings)
    app.jinja_env.globals["form_id"] = form_id


def surroundings() -> dict[str, Any]:
    """The variables of the layouts. A page without a signed-in person has no menu."""
    actor: Actor | None = g.get("actor")
    is_synthetic, unread = _look_around(actor)
    return {
        "viewer": actor,
        # Set where a page is shown as somebody else is given it: there is nothing to act on, and no menu of theirs.
        "viewed_as": g.get("viewed_as"),
        "nav": menu(actor, unread) if actor and "viewed_as" not in g else [],
        "is_synthetic": is_synthetic,
        "home_url": url_for("home.show"),
        "account_url": url_for("account.show"),
        "sign_out_url": url_for("sign_in.end"),
    }


def menu(actor: Actor, unread: int) -> list[dict[str, Any]]:
    """The places that this person has a use for; the one they are in is marked."""
    entries = [("Home", "home.show", request.blueprint in {"home", "needs"})]
    if may_browse_programmes(actor):
        entries.append(("Programmes", "programmes.list", request.blueprint in PROGRAMME_PAGES))
    if actor.is_administrator:
        entries.append(("Messages", "messages.list", request.blueprint == "messages"))
    entries.append(("Inbox", "inbox.list", request.blueprint == "inbox"))
    return [
        {"label": label, "url": url_for(endpoint), "current": current, "unread": unread * (endpoint == "inbox.list")}
        for label, endpoint, current in entries
    ]


def may_browse_programmes(actor: Actor) -> bool:
    """Whether there is any programme for this person to look at or to open cohorts in."""
    coaches = any(standing.role == Role.COACH and standing.is_open for standing in actor.standings.values())
    return actor.is_administrator or bool(actor.programme_ids) or coaches


def _look_around(actor: Actor | None) -> tuple[bool, int]:
    """Whether there is synthetic data here, and how many messages in their inbox the person has not read."""
    try:
        if actor is None:
            return bool(db.session.execute(_AROUND_NOBODY).scalar()), 0
        is_synthetic, unread = db.session.execute(_AROUND_SOMEBODY, {"person_id": actor.person_id}).one()
        return bool(is_synthetic), unread
    except SQLAlchemyError:
        # The page that says that the database does not answer must not fail for asking it.
        return False, 0
