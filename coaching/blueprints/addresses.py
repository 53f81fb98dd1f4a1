"""What may stand in an address: `<id:public_id>` is a public identifier, and anything else is simply not there."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter

from coaching.tokens import PUBLIC_ID_LENGTH


class PublicIdConverter(BaseConverter):
    """Only the letters of a public identifier reach the database: PostgreSQL refuses a text with a zero byte."""

    regex = rf"[0-9a-hjkmnp-tv-z]{{{PUBLIC_ID_LENGTH}}}"


def init_addresses(app: Flask) -> None:
    app.url_map.converters["id"] = PublicIdConverter
