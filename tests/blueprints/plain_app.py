"""An app with the design system and nothing else, so that its tests need no database and no page of ours."""

from __future__ import annotations

from flask import Flask, render_template_string
from flask_wtf import CSRFProtect

from coaching.blueprints.appearance import init_appearance
from coaching.blueprints.assets import init_assets
from coaching.blueprints.formatting import init_formatting
from coaching.blueprints.marks import init_marks


def make_plain_app(*, check_csrf: bool = False) -> Flask:
    app = Flask("coaching")
    app.config.update(TESTING=True, SECRET_KEY="a-secret-that-only-tests-use", WTF_CSRF_CHECK_DEFAULT=check_csrf)
    CSRFProtect(app)
    init_assets(app)
    init_marks(app)
    init_formatting(app)
    init_appearance(app)
    app.jinja_env.globals["form_id"] = lambda: "this-showing"
    app.add_url_rule("/things/<name>", "things.show", lambda name: name)
    return app


def render(app: Flask, source: str, **values: object) -> str:
    """A template's text, with the components' modules at hand as in a page."""
    names = ("page", "buttons", "forms", "data", "charts", "icons")
    imports = "".join(f'{{% import "components/{name}.html" as {name} %}}' for name in names)
    with app.test_request_context("/things/one"):
        return render_template_string(imports + source, **values)
