"""How the product looks to one browser: light, dark, or as the system says; kept in a cookie."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException

from coaching import __version__

COOKIE = "theme"
THEMES = {"auto": "Auto", "light": "Light", "dark": "Dark"}
A_YEAR = 365 * 24 * 3600

blueprint = Blueprint("appearance", __name__)


def init_appearance(app: Flask) -> None:
    """Serves the switch and gives templates the chosen theme, the choices and the product's version."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(chosen_theme=chosen_theme, themes=THEMES, product_version=__version__)


def chosen_theme() -> str:
    """What the browser asked for; `auto` where it asked for nothing, or for something that we do not have."""
    theme = request.cookies.get(COOKIE, "auto")
    return theme if theme in THEMES else "auto"


@blueprint.post("/appearance")
def choose() -> Response:
    """Keeps the choice and goes back to the page it was made on; a script asks for no page and gets none."""
    theme = request.form.get("theme", "auto")
    if request.headers.get("Accept") == "application/json":
        response = Response(status=204)
    else:
        response = current_app.make_response(redirect(_known_page(request.form.get("next", "/")), 303))
    if theme in THEMES and theme != "auto":
        # Where TLS ends in front of us, the request does not tell.
        is_secure = request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, theme, max_age=A_YEAR, secure=is_secure, httponly=True, samesite="Lax", path="/")
    else:
        response.delete_cookie(COOKIE, path="/")
    return response


def _known_page(path: str) -> str:
    """The address of the page of ours that `path` names, built anew from its endpoint; else the root.

    Nothing of what was sent is used as an address, so that nobody can be led elsewhere from here.
    """
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return "/"
    try:
        endpoint, arguments = adapter.match(path, method="GET")
    except HTTPException:
        return "/"
    return url_for(endpoint, **arguments)
