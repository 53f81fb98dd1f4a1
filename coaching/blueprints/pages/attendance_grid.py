"""Who came to which session: a cohort's attendance as a picture, as a table and as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coaching.blueprints.access import current_actor
from coaching.blueprints.attendance_words import came_to, in_a_row, places, set_apart
from coaching.blueprints.formatting import clock_text, date_text, in_zone, plural, short_day
from coaching.blueprints.grid_picture import KEY, draw_grid, draw_sample
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.spreadsheets import Cell, csv_file
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Cohort
from coaching.policies import runs_cohort
from coaching.services.attendance_grid import AttendanceGrid, GridMember, GridSession, Mark, read_grid
from coaching.services.cohorts import get_cohort
from coaching.services.counted_sessions import DENOMINATOR

HEADINGS = ("Person", "Came to", "Sessions held since joining", "Of these excused", "Of these not recorded yet",
            "Of these one-to-ones", "Absences in a row")  # fmt: skip

blueprint = Blueprint("attendance_grid", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/attendance")
def show(cohort_id: str) -> ResponseReturnValue:
    """The whole grid for those who see everybody's progress; a participant sees their own row."""
    cohort, grid = _read(cohort_id)
    runs = runs_cohort(current_actor(), cohort)
    return render_template(
        "attendance/grid.html",
        cohort=cohort,
        grid=grid,
        runs=runs,
        picture=_picture(cohort, grid),
        key=[(draw_sample(status), label) for status, label in KEY],
        table=_table(grid, runs=runs),
        missing=[member for member in grid.members if in_a_row(member.absences_in_a_row)],
        denominator=DENOMINATOR,
        breadcrumb=trail(cohort, ("Attendance", "")),
    )


@blueprint.get("/cohorts/<id:cohort_id>/attendance.csv")
def download(cohort_id: str) -> Response:
    """The same as a file: a line a member, a column a session, and the figures with what they are of."""
    _cohort, grid = _read(cohort_id)
    zone = current_actor().timezone
    columns = [f"{_moment(one, zone)} ({zone}) {one.title}" for one in grid.sessions]
    return csv_file([*HEADINGS, *columns], map(_line, grid.members), name="attendance.csv")


def _read(cohort_id: str) -> tuple[Cohort, AttendanceGrid]:
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    return cohort, read_grid(db.session(), cohort, actor=current_actor(), now=utc_now())


def _line(member: GridMember) -> list[Cell]:
    cells = ["Not recorded" if word is None else words(word) for word in member.cells]
    return [member.name, member.attended, member.counted, member.excused, member.unrecorded, member.one_to_ones,
            member.absences_in_a_row, *cells]  # fmt: skip


def _moment(one: GridSession, zone: str) -> str:
    local = in_zone(one.starts_at, zone)
    return f"{local.date().isoformat()} {clock_text(local)}"


def _day(one: GridSession) -> str:
    return short_day(in_zone(one.starts_at, current_actor().timezone))


def _picture(cohort: Cohort, grid: AttendanceGrid) -> Markup:
    if not grid.sessions or not grid.members:
        return Markup()
    zone = current_actor().timezone
    first, last = (date_text(in_zone(one.starts_at, zone)) for one in (grid.sessions[0], grid.sessions[-1]))
    rows = plural(len(grid.members), "member", "members")
    held = plural(len(grid.sessions), "session", "sessions")
    came = f"{grid.attended} {places(grid.counted)}" if grid.is_whole else came_to(grid.members[0])
    said = [f"{rows} by {held}, from {first} to {last}.", f"Came to {came}."]
    said += [
        f"{one.name}: {in_a_row(one.absences_in_a_row)}." for one in grid.members if in_a_row(one.absences_in_a_row)
    ]
    said.append("The table below says the same, cell by cell.")
    title = f"Who came to which session of {cohort.name}"
    return draw_grid(grid, [_day(one) for one in grid.sessions], title=title, description=" ".join(said))


def _table(grid: AttendanceGrid, *, runs: bool) -> dict[str, Any]:
    """What the component of the grid asks for."""
    cells = {
        (member.id, one.id): word if minutes is None or word is None else Mark(word, minutes)
        for member in grid.members
        for one, word, minutes in zip(grid.sessions, member.cells, member.minutes, strict=True)
    }
    return {
        "members": [
            {"id": one.id, "name": one.name, "url": _address(one) if runs or not grid.is_whole else None}
            for one in grid.members
        ],
        "sessions": [
            {"id": one.id, "title": one.title, "label": _day(one), "url": url_for("sessions.show", public_id=one.id)}
            for one in grid.sessions
        ],
        "cells": cells,
        "totals": {one.id: _total(one) for one in grid.members},
        "sums": {one.id: _sum(one) for one in grid.sessions} if grid.is_whole else {},
        "whole": f"{grid.attended} of {grid.counted}",
    }


def _address(member: GridMember) -> str:
    return url_for("members.show", public_id=member.id)


def _total(member: GridMember) -> dict[str, Any]:
    pairs = plural(member.one_to_ones, "one-to-one", "one-to-ones")
    apart = [f"with {pairs}" if member.one_to_ones else "", set_apart(member)]
    return {
        "text": f"{member.attended} of {member.counted}",
        "note": ", ".join(part for part in apart if part),
        "alarm": in_a_row(member.absences_in_a_row),
    }


def _sum(one: GridSession) -> dict[str, Any]:
    return {"text": f"{one.came} of {one.counted}", "note": f"{one.unrecorded} not recorded" if one.unrecorded else ""}
