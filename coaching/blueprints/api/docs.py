"""The OpenAPI document and a local viewer of it. Public: they tell what the API is, and nothing of anybody."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from coaching.blueprints.api.specification import PREFIX

blueprint = Blueprint("api_docs", __name__, url_prefix=PREFIX)


@blueprint.get("/openapi.json")
def openapi() -> AnyResponse:
    """The document."""
    response = Response(current_app.extensions["openapi"].body(), content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/docs")
def viewer() -> str:
    """Swagger UI on the document above."""
    return render_template("api/docs.html")
