"""The channels that are installed: our own and those of other packages register by the entry point `coaching.channels`.

An entry point names a channel and the factory that makes it, which gets ChannelNeeds and returns a Channel, or None
where this site is not set up for it. Only who sends messages looks for them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from coaching.channels.base import MAIL, Channel, ChannelNeeds

GROUP = "coaching.channels"
OWN = "coaching"
# As after new files were put in the place of old ones, without an installation.
UNREGISTERED = "Our own channels are not registered. Install coaching again, then restart the scheduler."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The channels by name, and a line for each that cannot be used: which, and what to do."""

    channels: dict[str, Channel] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def find_channels(needs: ChannelNeeds) -> Found:
    """Every channel that is installed and set up, made for one thread. One that fails takes no other along."""
    found = Found()
    seen: set[str] = set()
    # Our own come first, so that no other package can put itself in the place of one of them.
    for point in sorted(entry_points(group=GROUP), key=lambda point: (_package(point) != OWN, point.name)):
        if point.name in seen:
            found.faults[point.name] = f"{_whence(point)} has the name of another channel. Uninstall one of the two."
            continue
        seen.add(point.name)
        try:
            channel = point.load()(needs)
        except Exception as error:
            found.faults[point.name] = f"{_whence(point)} cannot be loaded: {_why(error)}. {_remedy(point)}"
            continue
        if channel is not None:
            found.channels[point.name] = channel
    if MAIL not in seen:
        found.faults[MAIL] = UNREGISTERED
    for fault in found.faults.values():
        log.error("%s", fault)
    return found


def _whence(point: EntryPoint) -> str:
    dist = point.dist
    package = f"{dist.name} {dist.version}" if dist is not None else point.value
    return f"The channel {point.name} ({package})"


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


def _why(error: Exception) -> str:
    """The kind of error, and what is missing; not its text, which may quote a setting with a password in it."""
    missing = error.name if isinstance(error, ImportError) else None
    return f"{type(error).__name__}, {missing}" if missing else type(error).__name__


def _remedy(point: EntryPoint) -> str:
    package = _package(point) or "its package"
    return f"Install {package} again, or uninstall it, then restart the scheduler."
