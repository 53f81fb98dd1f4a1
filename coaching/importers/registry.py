"""The importers that are installed: our own, and those that other packages register as `coaching.importers`.

An entry point names an importer by its `kind`, and the object is the Importer itself. Only who has files to read looks
for them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import get_args

from coaching.errors import Invalid
from coaching.importers.base import Brings, Importer

GROUP = "coaching.importers"
# Ours need no registration, so that they are there whatever an installation has of metadata. The first that knows a
# file takes it: those that ask most of a file stand first.
OWN = tuple(
    EntryPoint(name, value, GROUP)
    for name, value in (
        ("futurelearn", "coaching.importers.futurelearn:FUTURELEARN"),
        ("moodle", "coaching.importers.moodle:MOODLE"),
        ("people", "coaching.importers.people:PEOPLE"),
        ("figures", "coaching.importers.figures:FIGURES"),
    )
)
# The database keeps a batch's kind in so many characters.
LONGEST_KIND = 24

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The importers by their kind, and a line for each that cannot be used: which, and what to do."""

    importers: dict[str, Importer] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, kind: str) -> Importer:
        """The importer of this kind. Raises Invalid with those that there are."""
        try:
            return self.importers[kind]
        except KeyError:
            known = ", ".join(sorted(self.importers))
            raise Invalid.field("kind", f"There is no importer of this name. There are: {known}.") from None

    def recognise(self, name: str, head: bytes) -> Importer | None:
        """The first importer that knows a file of this name that begins like this. One that fails knows nothing."""
        for kind, importer in self.importers.items():
            try:
                if importer.recognises(name, head):
                    return importer
            except Exception as error:
                log.error("The importer %s failed when it was shown a file: %s.", kind, type(error).__name__)
        return None


@cache
def find_importers() -> Found:
    """Every importer that is installed, looked for once in a process. One that fails takes no other along."""
    found = Found()
    seen: set[str] = set()
    # Our own come first, so that no other package can put itself in the place of one of them.
    for point in [*OWN, *sorted(entry_points(group=GROUP), key=lambda point: point.name)]:
        if point.name in seen:
            found.faults[point.name] = f"{_whence(point)} has the name of another importer. Uninstall one of the two."
            continue
        seen.add(point.name)
        try:
            importer = point.load()
        except Exception as error:
            found.faults[point.name] = f"{_whence(point)} cannot be loaded: {_why(error)}. {_remedy(point)}"
            continue
        if lack := _lack(point, importer):
            found.faults[point.name] = f"{_whence(point)} {lack} Its package has to be mended, or uninstalled."
        else:
            found.importers[point.name] = importer
    for fault in found.faults.values():
        log.error("%s", fault)
    return found


def _lack(point: EntryPoint, importer: object) -> str:
    """Why this object is no importer, or nothing where it is one."""
    if getattr(importer, "kind", None) != point.name:
        return "does not say its name as its kind."
    if len(point.name) > LONGEST_KIND:
        return f"has a name of more than {LONGEST_KIND} characters."
    if getattr(importer, "brings", None) not in get_args(Brings) or not isinstance(
        getattr(importer, "label", None), str
    ):
        return "does not say what it brings."
    if not all(callable(getattr(importer, name, None)) for name in ("recognises", "read")):
        return "can neither recognise nor read a file."
    return ""


def _whence(point: EntryPoint) -> str:
    dist = point.dist
    package = f"{dist.name} {dist.version}" if dist is not None else point.value
    return f"The importer {point.name} ({package})"


def _why(error: Exception) -> str:
    """The kind of error, and what is missing; not its text, which may quote what nobody should read."""
    missing = error.name if isinstance(error, ImportError) else None
    return f"{type(error).__name__}, {missing}" if missing else type(error).__name__


def _remedy(point: EntryPoint) -> str:
    package = point.dist.name if point.dist is not None else "its package"
    return f"Install {package} again, or uninstall it, then start again."
