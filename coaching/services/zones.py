"""Wall-clock time and IANA zones: what was agreed, and the moment that follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from coaching.errors import Invalid


@cache
def known_zones() -> frozenset[str]:
    """The IANA zones of this machine's database, without the folders that are no places."""
    return frozenset(name for name in available_timezones() if not name.startswith(("posix/", "right/", "localtime")))


def check_zone(name: str) -> str:
    """The name again, where it is an IANA zone. Raises Invalid for the field `timezone`."""
    if name not in known_zones():
        raise Invalid.field("timezone", f"{name[:64]!r} is not a time zone. Write one such as Europe/London.")
    return name


def to_utc(local: datetime, zone_name: str, *, field: str = "local_start") -> datetime:
    """The moment (UTC) of a wall-clock time in a zone.

    A time that the clocks skip does not exist and is refused, with the first one that does; of a time that they
    repeat the first pass is meant, which is when people look at the clock and come.
    """
    zone = ZoneInfo(check_zone(zone_name))
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    later = moment.astimezone(zone).replace(tzinfo=None)
    raise Invalid.field(
        field,
        f"On {local:%d %B %Y} the clocks in {zone_name} skip {local:%H:%M}. Choose {later:%H:%M}, or another time.",
    )


def is_repeated(local: datetime, zone_name: str) -> bool:
    """Whether the clocks show this time twice."""
    zone = ZoneInfo(zone_name)
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first - second > timedelta(0)


def latest_today(now: datetime, *zone_names: str) -> date:
    """The latest date that it is now in any of these zones: a later one is in the future for everyone concerned."""
    return max(now.astimezone(ZoneInfo(name)).date() for name in zone_names)
