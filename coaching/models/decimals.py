"""An exact decimal number in a column, the same on both engines."""

from decimal import Decimal

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

PLACES = 6
# With six decimal places the largest value still fits the 64 bits that both engines keep a whole number in.
LARGEST = Decimal(10) ** 12
_ONE = 10**PLACES


class ExactDecimal(TypeDecorator[Decimal]):
    """A number with up to six decimal places, kept as whole millionths: SQLite has no decimals, and 0.1 as a
    floating-point number is not what somebody typed. Millionths compare, sort and add up in the database, too."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if not value.is_finite() or abs(value) > LARGEST or value * _ONE != int(value * _ONE):
            raise ValueError(f"This number cannot be stored exactly: {value!r}.")
        return int(value * _ONE)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else plain_decimal(Decimal(value) / _ONE)


def plain_decimal(value: Decimal) -> Decimal:
    """The number without trailing zeros or an exponent, as people write it: 1200 and 1.5, not 1.2E+3 and 1.50."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def why_unfit(value: Decimal) -> str:
    """Why a number cannot be kept exactly, for whoever wrote it; empty where it can."""
    if not value.is_finite() or abs(value) > LARGEST:
        return f"Write a number from -{LARGEST:,} to {LARGEST:,}."
    if value != round(value, PLACES):
        return f"Use at most {PLACES} decimal places."
    return ""
