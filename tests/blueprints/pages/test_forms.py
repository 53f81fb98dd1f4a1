"""What forms share: every time zone once, and the current one whatever it is called."""

from __future__ import annotations

from coaching.blueprints.pages.forms import zone_options
from coaching.services.zones import known_zones


def _offered(current: str = "") -> list[str]:
    return [value for places in zone_options(current).values() for value, _ in places]


def test_zones_are_offered_by_the_name_of_the_place() -> None:
    options = zone_options()
    assert ("Europe/London", "London (Europe)") in options["Europe"]
    assert ("America/Indiana/Knox", "Knox (America, Indiana)") in options["America"]
    assert "UTC" in _offered()


def test_each_is_offered_once_and_exists() -> None:
    offered = _offered()
    assert len(offered) == len(set(offered)) > 400
    assert set(offered) <= known_zones()


def test_the_current_one_is_kept_even_under_an_old_name() -> None:
    assert "US/Eastern" not in _offered()
    assert "US/Eastern" in _offered("US/Eastern")
    assert "Mars/Olympus" not in _offered("Mars/Olympus")
