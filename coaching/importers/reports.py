"""A participants report of whichever service: recognised by its headings, and read by that service's importer."""

from __future__ import annotations

from datetime import date
from typing import Literal

from coaching.errors import Invalid
from coaching.importers.opening import open_file
from coaching.importers.presence import PresenceReport
from coaching.importers.table import Table
from coaching.importers.teams import read_opened_teams
from coaching.importers.teams_layout import looks_like_teams
from coaching.importers.times import DateOrder
from coaching.importers.zoom import read_opened_zoom
from coaching.importers.zoom_layout import looks_like_zoom

Service = Literal["zoom", "teams"]
NAMES: dict[Service, str] = {"zoom": "a Zoom participants report", "teams": "a Microsoft Teams attendance report"}


def read_report(
    data: bytes,
    *,
    service: Service | None = None,
    timezone: str | None = None,
    date_order: DateOrder | None = None,
    expected_day: date | None = None,
) -> PresenceReport:
    """The report in this file. One of another `service` than was named is refused, with the command that takes it."""
    opened = open_file(data)
    found = _recognise(opened.table)
    if service is not None and found is not None and found != service:
        text = f"This is {NAMES[found]}, not {NAMES[service]}. Use this command instead: coaching import {found}"
        raise Invalid.field("file", text)
    read = read_opened_teams if (found or service) == "teams" else read_opened_zoom
    return read(opened, timezone=timezone, date_order=date_order, expected_day=expected_day)


def _recognise(table: Table) -> Service | None:
    if looks_like_zoom(table):
        return "zoom"
    return "teams" if looks_like_teams(table) else None
