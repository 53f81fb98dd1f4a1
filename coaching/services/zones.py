"""Wall-clock time and IANA zones: what was agreed, and the moment that follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from coaching.errors import Invalid


@cache
def known_zones() -> frozenset[str]:
    """The IANA zones of this machine's database, without the folders that are no places."""
    return frozenset(name for name in available_timezones() if not name.startswith(("posix/", "right/", "localtime")))


@cache
def offered_zones() -> frozenset[str]:
    """The zones that are put before people: one name for each place, as the zone database's own list of places has it.

    The others are old names of these places, such as US/Eastern or Asia/Calcutta. They are taken where they are sent.
    """
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    return known_zones() & {line.split("\t")[2] for line in lines if not line.startswith("#")}


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
    later, moment = settle_on_clock(local, check_zone(zone_name))
    if later == local:
        return moment
    raise Invalid.field(
        field,
        f"On {local:%d %B %Y} the clocks in {zone_name} skip {local:%H:%M}. Choose {later:%H:%M}, or another time.",
    )


def settle_on_clock(local: datetime, zone_name: str) -> tuple[datetime, datetime]:
    """What the clocks show when a wall-clock time that a rule gave has come, and the moment (UTC).

    A time that they skip is held as much later as they skip, and of one that they repeat the first pass is meant: both
    as RFC 5545 tells calendars to do.
    """
    zone = ZoneInfo(zone_name)
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return moment.astimezone(zone).replace(tzinfo=None), moment


def is_repeated(local: datetime, zone_name: str) -> bool:
    """Whether the clocks show this time twice."""
    zone = ZoneInfo(zone_name)
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first - second > timedelta(0)


def today_in(now: datetime, zone_name: str) -> date:
    """The date that it is now in a zone."""
    return now.astimezone(ZoneInfo(zone_name)).date()


def latest_today(now: datetime, *zone_names: str) -> date:
    """The latest date that it is now in any of these zones: a later one is in the future for everyone concerned."""
    return max(today_in(now, name) for name in zone_names)


def earliest_today(now: datetime, *zone_names: str) -> date:
    """The earliest date that it is now in any of these zones: an earlier one is past for everyone concerned."""
    return min(today_in(now, name) for name in zone_names)
