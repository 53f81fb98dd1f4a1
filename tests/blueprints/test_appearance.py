"""The switch of colours: a cookie, and back to the page it was made on."""

from __future__ import annotations

import pytest
from flask import render_template_string
from flask.testing import FlaskClient

from tests.blueprints.plain_app import make_plain_app


@pytest.fixture
def visitor() -> FlaskClient:
    return make_plain_app().test_client()


def test_a_choice_is_kept_and_leads_back(visitor: FlaskClient) -> None:
    response = visitor.post("/appearance", data={"theme": "dark", "next": "/things/one"})
    assert (response.status_code, response.location) == (303, "/things/one")
    cookie = visitor.get_cookie("theme")
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("dark", True, "Lax")


@pytest.mark.parametrize("theme", ["auto", "blue", ""])
def test_auto_and_what_we_do_not_have_forget_the_choice(visitor: FlaskClient, theme: str) -> None:
    visitor.set_cookie("theme", "dark")
    visitor.post("/appearance", data={"theme": theme})
    assert visitor.get_cookie("theme") is None


def test_a_script_gets_no_page(visitor: FlaskClient) -> None:
    response = visitor.post("/appearance", data={"theme": "light"}, headers={"Accept": "application/json"})
    assert (response.status_code, response.data) == (204, b"")
    assert visitor.get_cookie("theme") is not None


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/things/one",
        "//elsewhere.example",
        "//elsewhere.example/things/one",
        "/\\elsewhere.example",
        "/nothing-here",
        "/appearance",
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_led_elsewhere(visitor: FlaskClient, wanted: str) -> None:
    assert visitor.post("/appearance", data={"theme": "dark", "next": wanted}).location == "/"


def test_the_switch_is_guarded_against_forged_requests() -> None:
    visitor = make_plain_app(check_csrf=True).test_client()
    assert visitor.post("/appearance", data={"theme": "dark"}).status_code == 400


@pytest.mark.parametrize(
    ("cookie", "start"),
    [
        (None, '<html lang="en-GB">'),
        ("dark", '<html lang="en-GB" data-bs-theme="dark">'),
        ("light", '<html lang="en-GB" data-bs-theme="light">'),
        ("blue", '<html lang="en-GB">'),
    ],
)
def test_a_page_carries_the_choice(cookie: str | None, start: str) -> None:
    app = make_plain_app()
    app.add_url_rule("/page", "page", lambda: render_template_string('{% extends "layouts/page.html" %}'))
    visitor = app.test_client()
    if cookie:
        visitor.set_cookie("theme", cookie)
    assert start in visitor.get("/page").text
