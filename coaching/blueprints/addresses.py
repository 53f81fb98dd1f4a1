"""What may stand in an address: `<id:public_id>` is a public identifier, and anything else is simply not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, Rule

from coaching.tokens import PUBLIC_ID_LENGTH


class PublicIdConverter(BaseConverter):
    """Only the letters of a public identifier reach the database: PostgreSQL refuses a text with a zero byte."""

    regex = rf"[0-9a-hjkmnp-tv-z]{{{PUBLIC_ID_LENGTH}}}"


class LateRule(Rule):
    """werkzeug's, which writes and compiles what builds a route's addresses when one is first asked for.

    werkzeug does it as a route is added, two functions each, which took a twelfth of a start. Most are never called;
    who needs one pays a quarter of a millisecond once.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


def init_addresses(app: Flask) -> None:
    app.url_map.converters["id"] = PublicIdConverter
