"""Who is asking: every endpoint is public by name in PUBLIC_ENDPOINTS, or needs a sign-in or an API token."""

from __future__ import annotations

from flask import Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from coaching.clock import utc_now
from coaching.errors import NotAllowed
from coaching.extensions import db, login_manager
from coaching.models import Person
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.api_tokens import find_token_holder
from coaching.services.sign_in import end_auth_session, find_signed_in, start_auth_session
from coaching.tokens import new_secret

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Each of these says in its own module why it needs nobody to be signed in.
PUBLIC_ENDPOINTS = frozenset({
    "assets.asset",
    "health.live",
    "health.ready",
    "sign_in.form",
    "sign_in.submit",
    "sign_in.demo",
    "invitations.show",
    "invitations.accept",
    "password_resets.new",
    "password_resets.create",
    "password_resets.show",
    "password_resets.submit",
    "check_in_links.show",
    "check_in_links.answer",
    "check_in_links.tap",
    "check_in_links.choose",
    "follow_up_links.stop",
    "follow_up_links.end",
    "follow_up_links.take_back",
    "follow_up_links.consent",
    "follow_up_links.say_consent",
    "rsvp_links.show",
    "rsvp_links.answer",
    "poll_links.show",
    "poll_links.answer",
    "feeds.read",
    "unsubscribing.show",
    "unsubscribing.switch_off",
    "unsubscribing.switch_on",
    "appearance.choose",
    "api_docs.openapi",
    "api_docs.viewer",
})  # fmt: skip


class Visitor:
    """A signed-in person as Flask-Login knows them: by the secret of their server-side session."""

    is_active = True
    is_authenticated = True
    is_anonymous = False

    def __init__(self, secret: str, person: Person) -> None:
        self.secret = secret
        self.person = person

    def get_id(self) -> str:
        return self.secret


def init_access(app: Flask) -> None:
    login_manager.user_loader(_load_visitor)
    login_manager.session_protection = None
    app.before_request(_guard)


def current_actor() -> Actor:
    """The one who asks, with what policies need to know of them."""
    actor: Actor = g.actor
    return actor


def is_signed_in() -> bool:
    """Whether a person is known, on a page that is public too."""
    return bool(current_user.is_authenticated)


def sign_in(person: Person, *, via: str) -> None:
    """Starts a new server-side session for the browser; whatever it had before is ended and forgotten."""
    sign_out()
    secret = new_secret()
    start_auth_session(db.session(), person, secret=secret, via=via, now=utc_now())
    adopt_session(secret, person)


def adopt_session(secret: str, person: Person) -> None:
    """Gives the browser the secret of a session that exists on the server."""
    session.clear()
    login_user(Visitor(secret, person))


def sign_out() -> None:
    """Ends the browser's session on the server and clears what it holds."""
    if is_signed_in():
        end_auth_session(db.session(), current_user.get_id(), now=utc_now())
        logout_user()
    session.clear()


def keep_writes(response: Response) -> Response:
    """Marks a refusal whose writes stand all the same: a failed sign-in has to be remembered."""
    response.keeps_writes = True  # type: ignore[attr-defined]
    return response


def place_asked_for() -> str | None:
    """The page that somebody wanted before signing in, if it is one of ours that can be shown."""
    wanted = request.args.get("next", "")
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return None
    adapter = current_app.create_url_adapter(None) or current_app.url_map.bind("localhost")
    try:
        endpoint, arguments = adapter.match(wanted.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return None
    if endpoint in PUBLIC_ENDPOINTS or endpoint.startswith("api"):
        return None
    return url_for(endpoint, **arguments)


def _load_visitor(secret: str) -> Visitor | None:
    person = find_signed_in(db.session(), secret, now=utc_now())
    return Visitor(secret, person) if person else None


def _guard() -> Response | AnyResponse | None:
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    if request.path.startswith("/api/"):
        _let_in_by_token()
        return None
    if is_signed_in():
        g.actor = load_actor(db.session(), current_user.person)
        return None
    if request.method not in SAFE_METHODS:
        flash("You were signed out, so nothing was saved. Sign in, then go back and send it again.", "warning")
        return redirect(url_for("sign_in.form"))
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("sign_in.form", next=wanted if wanted != "/" else None))


def _let_in_by_token() -> None:
    kind, _, shown = request.headers.get("Authorization", "").partition(" ")
    holder = find_token_holder(db.session(), shown.strip(), now=utc_now()) if kind.lower() == "bearer" else None
    if holder is None:
        raise Unauthorized(
            "Send an API token that is still good, as: Authorization: Bearer TOKEN.",
            www_authenticate=WWWAuthenticate("bearer"),
        )
    scopes = frozenset(holder.scopes.split())
    needed = "read" if request.method in SAFE_METHODS else "write"
    if needed not in scopes:
        raise NotAllowed(f"This token may not {needed}. Make one with the scope {needed!r}.", code="scope")
    g.actor = load_actor(db.session(), holder, scopes=scopes)
