"""How moments, dates, figures and lists are written for people. Pure functions, registered as template filters.

None gives an empty text, so that a template need not ask first. Month and day names are our own: `strftime` follows
the machine's locale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from coaching.blueprints import drawing, wording
from coaching.blueprints.markdown import render_markdown

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def init_formatting(app: Flask) -> None:
    """Registers every filter, and the helpers that components draw with."""
    for name, function in FILTERS.items():
        app.add_template_filter(function, name)
    app.jinja_env.globals.update(
        look=wording.look,
        draw_steps=drawing.draw_steps,
        draw_spark=drawing.draw_spark,
        is_same_clock=is_same_clock,
        local_range=local_range,
    )


def date_text(value: date | None) -> str:
    """14 Mar 2026"""
    return "" if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def day_text(value: date | None) -> str:
    """Sat 14 Mar 2026"""
    return "" if value is None else f"{DAYS[value.weekday()]} {date_text(value)}"


def short_day(value: date | None) -> str:
    """14 Mar"""
    return "" if value is None else f"{value.day} {MONTHS[value.month - 1]}"


def clock_text(value: time | datetime | None) -> str:
    """09:00"""
    return "" if value is None else f"{value.hour:02}:{value.minute:02}"


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment on the clocks of `zone`. A naive moment is a mistake: nobody could say when it is."""
    if moment.tzinfo is None:
        raise ValueError(f"A naive moment cannot be shown: {moment!r}.")
    return moment.astimezone(ZoneInfo(zone))


def local_time(moment: datetime | None, zone: str) -> str:
    """Sat 14 Mar 2026, 09:00 (Europe/London)"""
    if moment is None:
        return ""
    local = in_zone(moment, zone)
    return f"{day_text(local)}, {clock_text(local)} ({zone_text(zone)})"


def local_short(moment: datetime | None, zone: str) -> str:
    """14 Mar 2026, 09:00"""
    if moment is None:
        return ""
    local = in_zone(moment, zone)
    return f"{short_day(local)} {local.year}, {clock_text(local)}"


def local_day(moment: datetime | None, zone: str) -> str:
    """Sat 14 Mar 2026"""
    return "" if moment is None else day_text(in_zone(moment, zone))


def local_range(start: datetime, end: datetime, zone: str) -> str:
    """Sat 14 Mar 2026, 09:00 to 10:30 (Europe/London); the end has its day where it is another one."""
    first, last = in_zone(start, zone), in_zone(end, zone)
    until = clock_text(last) if first.date() == last.date() else f"{day_text(last)}, {clock_text(last)}"
    return f"{day_text(first)}, {clock_text(first)} to {until} ({zone_text(zone)})"


def zone_text(zone: str) -> str:
    """America/New York: the zone's own name, readable."""
    return zone.replace("_", " ")


def is_same_clock(moment: datetime, zone: str, other: str) -> bool:
    """Whether both zones show the same time at that moment, so that saying it twice would only be noise."""
    return zone == other or in_zone(moment, zone).replace(tzinfo=None) == in_zone(moment, other).replace(tzinfo=None)


def relative(value: date | None, today: date, zone: str = "UTC") -> str:
    """today, tomorrow, in 3 days, 2 weeks ago. Moments are compared as days of `zone`."""
    if value is None:
        return ""
    days = (_as_day(value, zone) - _as_day(today, zone)).days
    if days in NEAR_DAYS:
        return NEAR_DAYS[days]
    size, unit = _span(abs(days))
    span = plural(size, unit, f"{unit}s")
    return f"in {span}" if days > 0 else f"{span} ago"


NEAR_DAYS = {0: "today", 1: "tomorrow", -1: "yesterday"}


def _as_day(value: date, zone: str) -> date:
    return in_zone(value, zone).date() if isinstance(value, datetime) else value


def _span(days: int) -> tuple[int, str]:
    """The largest unit in which the span is still told with some care."""
    if days < 14:
        return days, "day"
    if days < 61:
        return days // 7, "week"
    if days < 730:
        return round(days / 30.44), "month"
    return days // 365, "year"


def number(value: float | Decimal | None) -> str:
    """30,412; what is after a decimal point stays."""
    return "" if value is None else f"{value:,}"


def percent(value: float | None, digits: int = 0) -> str:
    """97% of a proportion of 0.97. Nearly all is not all, and hardly any is not none: >99%, <1%."""
    if value is None:
        return ""
    step = Decimal(1).scaleb(-digits)
    shown = (Decimal(repr(float(value))) * 100).quantize(step, rounding=ROUND_HALF_UP)
    if value < 1 and shown == 100:
        return f">{100 - step}%"
    if value > 0 and shown == 0:
        return f"<{step}%"
    return f"{shown}%"


def interval(bounds: tuple[float, float] | None, digits: int = 0) -> str:
    """91% to 99% of (0.9121, 0.9893)."""
    if bounds is None:
        return ""
    low, high = (
        (Decimal(repr(float(bound))) * 100).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        for bound in bounds
    )
    return f"{low}% to {high}%"


def plural(value: int | None, one: str, many: str) -> str:
    """1 person, 14 people"""
    return "" if value is None else f"{number(value)} {one if value == 1 else many}"


def minutes(value: int | None) -> str:
    """1 h 30 min"""
    if value is None:
        return ""
    hours, rest = divmod(value, 60)
    if hours == 0:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def listed(values: Iterable[Any] | None, last: str = "and") -> Markup:
    """Ann, Bo and Cy. Markup among the values stays markup, all else is escaped."""
    *before, final = [escape(value) for value in values or ()] or [Markup()]
    if not before:
        return final
    return Markup(", ").join(before) + f" {last} " + final


def initials(name: str | None) -> str:
    """AB of Ann van Beek: the first letters of the first and the last word."""
    parts = [part for part in (name or "").split() if part[0].isalnum()]
    if not parts:
        return "?"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


FILTERS: dict[str, Callable[..., Any]] = {
    "date": date_text,
    "day": day_text,
    "short_day": short_day,
    "clock": clock_text,
    "local_time": local_time,
    "local_short": local_short,
    "local_day": local_day,
    "relative": relative,
    "number": number,
    "percent": percent,
    "interval": interval,
    "plural": plural,
    "minutes": minutes,
    "listed": listed,
    "words": wording.words,
    "initials": initials,
    "zone": zone_text,
    "markdown": render_markdown,
}
