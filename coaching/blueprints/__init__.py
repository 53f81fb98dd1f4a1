"""The doors: pages, the API, health, and what they share."""

from __future__ import annotations

from flask import Flask

from coaching.blueprints import (
    access,
    addresses,
    api,
    appearance,
    assets,
    attendance_words,
    feeds,
    formatting,
    headers,
    health,
    marks,
    pages,
    problems,
)


def register(app: Flask) -> None:
    """Binds every door to the app."""
    problems.init_problems(app)
    addresses.init_addresses(app)
    access.init_access(app)
    headers.init_headers(app)
    formatting.init_formatting(app)
    attendance_words.init_attendance_words(app)
    assets.init_assets(app)
    marks.init_marks(app)
    appearance.init_appearance(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(feeds.blueprint)
    pages.register(app)
    api.register(app)
