"""What a route says in one word: the database session, an edit's whole values, where a made thing is."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import Schema
from sqlalchemy.orm import Session

from coaching.extensions import db


def rows() -> Session:
    """The database session of this request."""
    return db.session()


def merged(row: Any, schema: type[Schema], changes: dict[str, Any]) -> dict[str, Any]:
    """All values that an edit is made with: those of the row, and the changes over them."""
    return {name: getattr(row, name) for name in schema().load_fields} | changes


def place(endpoint: str, **path: str) -> dict[str, str]:
    """The header that says where the thing is that was made."""
    identifiers: dict[str, Any] = dict(path)
    return {"Location": url_for(f"api_{endpoint}", **identifiers)}
