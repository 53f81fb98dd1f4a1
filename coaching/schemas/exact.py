"""A number that is kept exactly as it was written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from coaching.importers.numerals import WANTED, read_number
from coaching.models.decimals import plain_decimal, why_unfit


class Exact(fields.Field[Decimal]):
    """A decimal number, sent as a number or, exact whatever reads it, as text; it goes out as text.

    `unit` is what may stand behind it in a page's form.
    """

    default_error_messages = {  # noqa: RUF012  marshmallow wants a plain mapping here.
        "required": "Fill this in.",
        "null": "Fill this in, or leave it out.",
    }

    def __init__(self, *, unit: str = "", **options: Any) -> None:
        about = {"type": "string", "description": 'A decimal number, such as "12.5"; taken as a number, too.'}
        super().__init__(metadata=about | options.pop("metadata", {}), **options)
        self.unit = unit

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **_context: Any) -> str | None:  # noqa: ARG002
        return None if value is None else format(value, "f")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_context: Any) -> Decimal:  # noqa: ARG002
        number = self._read(value)
        unfit = why_unfit(number)
        if unfit:
            raise ValidationError(unfit)
        return plain_decimal(number)

    def _read(self, value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValidationError(WANTED)
        if not isinstance(value, str):
            # The shortest text of a float is the number that was sent.
            return Decimal(repr(value))
        try:
            return read_number(value, unit=self.unit)
        except ValueError as error:
            raise ValidationError(str(error)) from error
