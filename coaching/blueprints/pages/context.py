"""What stands around the content of every page: who is looking, where they may go, and whether the data is made up."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for
from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.exc import SQLAlchemyError

from coaching.blueprints.pages.once import form_id
from coaching.extensions import db
from coaching.models import InboxItem, NoteChange, NoteChangeState, NoteConsent, Programme, Role
from coaching.policies import Actor
from coaching.services.words import is_word

_HOLDS_SYNTHETIC_DATA = exists().where(Programme.is_synthetic)
_UNREAD = (
    select(func.count())
    .where(InboxItem.person_id == bindparam("person_id"), InboxItem.read_at.is_(None))
    .scalar_subquery()
)
# Whether more people may read a note, which waits for this person's answer.
_ASKED = (
    select(func.count())
    .select_from(NoteConsent)
    .join(NoteChange, NoteChange.id == NoteConsent.change_id)
    .where(
        NoteConsent.person_id == bindparam("person_id"),
        NoteConsent.agreed.is_(None),
        is_word(NoteChange.state, NoteChangeState.PENDING),
    )
    .scalar_subquery()
)
# One statement for all that the layouts ask of the database: with somebody signed in, and without.
_AROUND_SOMEBODY = select(_HOLDS_SYNTHETIC_DATA, _UNREAD, _ASKED)
_AROUND_NOBODY = select(_HOLDS_SYNTHETIC_DATA)
# Which entry of the menu is marked on which pages.
PROGRAMME_PAGES = frozenset({
    "programmes", "cohorts", "members", "sessions", "series", "imports", "goals", "projects", "launches", "runs",
    "check_ins", "practice", "rsvps", "polls", "calendar_feeds", "attendance", "attendance_grid", "drop_in",
    "remembered_names", "mail_templates", "line", "letters", "need_thresholds",
    "practice_entries", "practice_comments", "practice_factors",
})  # fmt: skip


def init_context(app: Flask) -> None:
    """Gives every template what the layouts ask for."""
    app.context_processor(surroundings)
    app.jinja_env.globals["form_id"] = form_id


def surroundings() -> dict[str, Any]:
    """The variables of the layouts. A page without a signed-in person has no menu."""
    actor: Actor | None = g.get("actor")
    is_synthetic, unread, asked = _look_around(actor)
    return {
        "viewer": actor,
        # Set where a page is shown as somebody else is given it: there is nothing to act on, and no menu of theirs.
        "viewed_as": g.get("viewed_as"),
        "nav": menu(actor, unread, asked) if actor and "viewed_as" not in g else [],
        "is_synthetic": is_synthetic,
        "home_url": url_for("home.show"),
        "account_url": url_for("account.show"),
        "sign_out_url": url_for("sign_in.end"),
    }


def menu(actor: Actor, unread: int, asked: int) -> list[dict[str, Any]]:
    """The places that this person has a use for; the one they are in is marked. Questions about notes stand there while
    some wait."""
    entries = [("Home", "home.show", request.blueprint in {"home", "needs"})]
    if may_browse_programmes(actor):
        entries.append(("Programmes", "programmes.list", request.blueprint in PROGRAMME_PAGES))
    if actor.is_administrator:
        entries.append(("Messages", "messages.list", request.blueprint == "messages"))
    if asked:
        entries.append(("Asked", "note_changes.index", request.blueprint == "note_changes"))
    entries.append(("Inbox", "inbox.list", request.blueprint == "inbox"))
    waiting = {"inbox.list": unread, "note_changes.index": asked}
    return [
        {
            "label": label,
            "url": url_for(endpoint),
            "current": current,
            "unread": waiting.get(endpoint, 0),
            "waits": "to answer" if endpoint == "note_changes.index" else "unread",
        }
        for label, endpoint, current in entries
    ]


def may_browse_programmes(actor: Actor) -> bool:
    """Whether there is any programme for this person to look at or to open cohorts in."""
    coaches = any(standing.role == Role.COACH and standing.is_open for standing in actor.standings.values())
    return actor.is_administrator or bool(actor.programme_ids) or coaches


def _look_around(actor: Actor | None) -> tuple[bool, int, int]:
    """Whether there is synthetic data here, how many messages in their inbox the person has not read, and how many
    questions about notes wait for them."""
    try:
        if actor is None:
            return bool(db.session.execute(_AROUND_NOBODY).scalar()), 0, 0
        is_synthetic, unread, asked = db.session.execute(_AROUND_SOMEBODY, {"person_id": actor.person_id}).one()
        return bool(is_synthetic), unread, asked
    except SQLAlchemyError:
        # The page that says that the database does not answer must not fail for asking it.
        return False, 0, 0
