"""What the forms of pages share: shown again with what was typed when refused, and never saved over newer changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum
from functools import cache
from typing import Any, Protocol

from flask import request

from coaching.blueprints.problems import CHANGED_MEANWHILE
from coaching.errors import Conflict, Invalid, Messages, Refusal
from coaching.extensions import db
from coaching.schemas.base import LONGEST_KEY, OF_EVERY_FORM
from coaching.services.zones import known_zones, offered_zones

VERSION = "version"
CHANGED = "changed-meanwhile"
LOOK_AGAIN = "Somebody changed this while you were typing. Look at what is saved now, then save yours again."
# The folders of the zone database that are parts of the world.
REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


class Row(Protocol):
    """A row that several people may edit."""

    @property
    def version(self) -> Any: ...


@dataclass(frozen=True)
class Form:
    """A form as it is shown: what stands in its fields, what is wrong with it, and the version that it would change.

    `saved` is what the row holds now where somebody else changed it, so that nobody overwrites what they never saw.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Messages = field(default_factory=dict)
    version: int | None = None
    saved: Mapping[str, str] = field(default_factory=dict)


def filled(version: int | None = None, **values: Any) -> Form:
    """A form for the first time, with what its fields begin with."""
    return Form({name: as_typed(value) for name, value in values.items()}, version=version)


def sent_again(refusal: Refusal, standing: Callable[[], Form] | None = None) -> Form:
    """The form as it was sent, with what is wrong with it. Undoes what the act began.

    `standing` fills the form from the row as it is in the database; it is read where somebody changed it meanwhile.
    """
    db.session.rollback()
    # Browsers send a line break as two characters, of which the row keeps one: that alone is no difference.
    typed = {
        name: value.replace("\r\n", "\n")
        for name, value in request.form.items()
        if name not in {*OF_EVERY_FORM, VERSION}
    }
    version = request.form.get(VERSION, type=int)
    if refusal.code != CHANGED or standing is None:
        return Form(typed, messages_of(refusal), version)
    now = standing()
    saved = {name: value for name, value in now.values.items() if typed.get(name, "") != value}
    return Form(typed, {"": [LOOK_AGAIN]}, now.version, saved)


def refuse_unknown(*known: str, starting: tuple[str, ...] = ()) -> None:
    """Refuses a form with other fields than these, where an act reads them itself instead of by a schema."""
    names = [name for name in request.form if name not in {*OF_EVERY_FORM, *known} and not name.startswith(starting)]
    if names:
        raise Invalid(
            "This form has fields that are not asked for. Go back, load the page again, and send it once more.",
            {name[:LONGEST_KEY]: ["There is no such field here. Leave it out."] for name in names},
        )


def messages_of(refusal: Refusal) -> Messages:
    """What a refusal says, by field; what belongs to no field is under the empty name.

    The third of several names is wrong under `owners.2`; the form has one field for them all.
    """
    if isinstance(refusal, Invalid) and refusal.messages:
        return {name.partition(".")[0]: texts for name, texts in refusal.messages.items()}
    return {"": [refusal.message]}


def check_version(row: Row) -> None:
    """Refuses a form that was filled in from an older version of the row than the one that stands.

    The row stays locked until the app commits, so that of two who save at once the second waits, and hears of it here.
    """
    db.session.refresh(row, attribute_names=[VERSION], with_for_update=True)
    if request.form.get(VERSION) != str(row.version):
        raise Conflict(CHANGED_MEANWHILE, code=CHANGED)


def write() -> None:
    """Writes what the act changed while its form can still be shown; a new row has its identifier from then on."""
    db.session.flush()


def as_typed(value: Any) -> str:
    """A value as its field holds it."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def zone_options(current: str = "") -> dict[str, list[tuple[str, str]]]:
    """Each place's time zone by part of the world, for a select; the current one is among them whatever its name is."""
    groups = {region: list(places) for region, places in _zones_by_region()}
    groups["Elsewhere"] = [("UTC", "UTC")]
    if current in known_zones() - offered_zones() and current != "UTC":
        groups["Elsewhere"].append((current, current))
    return groups


@cache
def _zones_by_region() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    names = sorted(offered_zones())
    return tuple(
        (region, tuple((name, _place(name)) for name in names if name.startswith(f"{region}/"))) for region in REGIONS
    )


def _place(zone: str) -> str:
    """The place as people look for it: "London (Europe)"."""
    where, _, city = zone.rpartition("/")
    return f"{city} ({where.replace('/', ', ')})".replace("_", " ")
