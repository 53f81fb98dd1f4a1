"""The OpenAPI document says what the API is, all of it and nothing else; and the viewer shows it under our policy."""

from __future__ import annotations

import re
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.headers import CONTENT_POLICY

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/api/v1/openapi.json")
    assert (response.status_code, response.content_type) == (200, "application/json")
    found: dict[str, Any] = response.get_json()
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): item[method] for path, item in document["paths"].items() for method in METHODS if method in item
    }


def test_it_has_every_route_and_no_other(app: Flask, document: dict[str, Any]) -> None:
    served = {
        (method.lower(), re.sub(r"<(?:[^:>]*:)?([^>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith("api_docs.") and method.lower() in METHODS
    }
    assert set(operations(document)) == served
    assert len(served) > 50


VERSIONED = (
    "/mail-templates/{kind}", "/me/contact-preferences", "/follow-up-plan", "/steps/{step_id}", "/agreement",
    "/scale", "/milestones/{milestone_id}", "/need-thresholds", "/notes/{note_id}",
    "/private-notes/{private_note_id}", "/evidence/{evidence_id}", "/practice/{entry_id}", "/comments/{comment_id}",
)  # fmt: skip


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    found = operations(document)
    assert len({one["operationId"] for one in found.values()}) == len(found)
    tags = {tag["name"] for tag in document["tags"]}
    for (method, path), one in found.items():
        assert one["summary"].endswith("."), path
        assert set(one["tags"]) <= tags
        expected = {"401", "403", "422", "500", "503"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"404", "409"} if method != "get" else set()
        expected |= {"400", "413", "415"} if "requestBody" in one else set()
        assert expected <= set(one["responses"]), (method, path)
        parameters = [parameter.get("$ref", "") for parameter in one.get("parameters", ())]
        assert any(name.endswith("IDEMPOTENCY_KEY") for name in parameters) == (method == "post")
        # What several people may have open, they change from the version that they saw.
        is_edit = method == "patch" or (method in {"put", "delete"} and path.endswith(VERSIONED))
        assert any(name.endswith("IF_MATCH") for name in parameters) == is_edit, (method, path)
        assert {"412", "428"} <= set(one["responses"]) or not is_edit


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/([^']+)'", str(document)))
    assert {"components/schemas/Problem", "components/schemas/CohortRow"} <= references
    for reference in references:
        part: Any = document
        for name in reference.split("/"):
            part = part[name]


def test_two_kinds_of_line_cannot_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coaching.blueprints.api.shapes._NAMED", {})
    first, second = make_dataclass("Line", ["one"]), make_dataclass("Line", ["other"])
    assert shape_of(first) == shape_of(first) == {"$ref": "#/components/schemas/Line"}
    with pytest.raises(TypeError, match="Two classes"):
        shape_of(second)


def test_problems_are_problem_details(document: dict[str, Any]) -> None:
    for name, response in document["components"]["responses"].items():
        if name != "NOT_MODIFIED":
            assert list(response["content"]) == ["application/problem+json"]


def test_it_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/openapi.json")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_viewer_has_nothing_inline(client: FlaskClient) -> None:
    response = client.get("/api/v1/docs")
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert not re.findall(r"<style|style=|<script>|\son\w+=|https?://", response.text)


@pytest.mark.browser
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_viewer_shows_the_document(live_url: str, browser: Browser) -> None:
    page = browser.new_page(color_scheme="light")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_url}/api/v1/docs")
    page.locator("#operations-tag-Cohorts").click()
    page.locator("#operations-Cohorts-cohorts_edit .opblock-summary-control").click()
    page.get_by_text("Send the ETag of what you read").first.wait_for()
    page.get_by_role("button", name="Try it out").first.click()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_url}/api/v1/docs?again")
    page.wait_for_function("document.documentElement.classList.contains('dark-mode')")
    assert page.evaluate(ground) == "rgb(28, 32, 34)"
    assert said == []
    page.close()


def test_the_guide_names_only_addresses_that_are_there(document: dict[str, Any]) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    named = re.findall(r"\$API(/[^\s\"?]*)", guide)
    named += re.findall(r"`(?:GET|POST|DELETE) (/[^`]+)`", guide)
    known = {re.sub(r"\{[^}]+\}", "*", path.removeprefix("/api/v1")) for path in document["paths"]}
    assert len(named) > 10
    for path in named:
        assert re.sub(r"\$[A-Z]+|\{[^}]+\}", "*", path) in known, path
