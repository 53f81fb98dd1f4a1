"""Icons, badges and presence: kept once drawn, and never one for another."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import Markup

from coaching.blueprints.marks import badge, bar, icon, presence
from coaching.models import AttendanceStatus, Stage
from tests.blueprints.plain_app import make_plain_app


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_plain_app()


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask) -> object:
    with app.test_request_context("/"):
        yield


def test_markup_that_was_drawn_lets_no_text_like_it_through() -> None:
    assert "<b>9</b>" in badge("review", Markup("<b>9</b>"))
    assert "<b>" not in badge("review", "<b>9</b>")
    assert "&lt;b&gt;9&lt;/b&gt;" in badge("review", "<b>9</b>")


def test_a_status_is_the_same_as_its_word() -> None:
    assert badge(Stage.RE_RUN) == badge("re_run")
    assert "tone-success" in badge("re_run")
    assert "Re-run" in badge("re_run")


@pytest.mark.parametrize(("value", "maximum", "width"), [(1, 3, "33.33"), (5, 4, "100"), (0, 4, "0.0"), (1, 0, "0")])
def test_a_bar_is_as_wide_as_its_share_and_never_wider(value: int, maximum: int, width: str) -> None:
    assert f'class="fill-danger" width="{width}"' in bar(value, maximum, "danger")


def test_presence_tells_minutes_where_they_were_measured() -> None:
    assert 'title="Partial, 30 min"' in presence({"status": AttendanceStatus.PARTIAL, "minutes": 30})
    assert "title" not in presence({"status": AttendanceStatus.PRESENT, "minutes": None})
    assert presence("present") == presence({"status": "present"})


def test_presence_knows_what_is_no_status() -> None:
    assert "Not recorded" in presence(None)
    assert "Before joining" in presence("before")


def test_the_icons_follow_the_place_where_the_product_is_mounted(app: Flask) -> None:
    here = icon("check")
    with app.test_request_context("/", base_url="http://localhost/coaching/"):
        assert 'href="/coaching/assets/' in icon("check")
    assert 'href="/assets/' in here
    assert icon("check") == here
