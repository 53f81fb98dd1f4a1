"""Health: whether the process lives, and whether it can serve. Public, for load balancers; it tells nothing else."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from coaching.database import read_options, schema_revision
from coaching.extensions import db

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="alive")


@blueprint.get("/ready")
def ready() -> tuple[Response, int] | Response:
    """The database answers and has the schema that this version needs."""
    try:
        with db.engine.connect().execution_options(**read_options(db.engine)) as connection:
            revision = schema_revision(connection)
        if revision != _needed_revision():
            return jsonify(status="schema is not current: run coaching upgrade"), 503
    except SQLAlchemyError:
        return jsonify(status="the database does not answer"), 503
    return jsonify(status="ready")


@cache
def _needed_revision() -> str | None:
    from coaching.schema import head_revision  # noqa: PLC0415  Alembic is loaded by the first who asks.

    return head_revision()
