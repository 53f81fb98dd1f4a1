"""Which run an export is most likely of: what somebody said before, or a course of the same name at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from coaching.models import CourseProject, CourseRun

# A platform's first enrolment or visit is often days before or after the day that somebody logged as the launch.
NEAR = timedelta(days=21)


def propose_run(
    found: Mapping[str, Any],
    known: Mapping[str, Any] | None,
    projects: Mapping[str, CourseProject],
    runs: Mapping[str, CourseRun],
    today: date,
) -> dict[str, Any] | None:
    """Where a run that was found most likely belongs, or None where nobody can know."""
    run = runs.get(str((known or {}).get("run_id", "")))
    project = _project_of(found, projects)
    first = _day(found["first_day"], today)
    if run is None and project is not None and first is not None:
        near = [one for one in project.runs if abs(one.launched_on - first) <= NEAR]
        run = min(near, key=lambda one: abs(one.launched_on - first), default=None)
    if run is not None:
        return {"to": "run", "run_id": run.public_id, "as_of": as_of(found, run.launched_on, today).isoformat()}
    if project is None or first is None or any(one.launched_on == first for one in project.runs):
        return None
    day = as_of(found, first, today).isoformat()
    return {"to": "new", "project_id": project.public_id, "launched_on": first.isoformat(), "as_of": day}


def as_of(found: Mapping[str, Any], opened: date, today: date) -> date:
    """The last day that the files name: what they count is of that day at least. Today, where they name none."""
    day = _day(found["last_day"], today) or today
    return max(day, opened)


def _day(text: str, today: date) -> date | None:
    """A day that the files name, save one that is still to come."""
    day = date.fromisoformat(text) if text else None
    return day if day is not None and day <= today else None


def _project_of(found: Mapping[str, Any], projects: Mapping[str, CourseProject]) -> CourseProject | None:
    """The one course that is called so, or whose link names it; None where two are."""
    slug = _plain(found["course"])
    if not slug:
        return None
    alike = [one for one in projects.values() if _plain(one.title) == slug or f"/{slug}" in _path(one.url)]
    return alike[0] if len(alike) == 1 else None


def _plain(name: str) -> str:
    """A title as it stands in an address: `Safe Prescribing` is `safe-prescribing`."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())


def _path(url: str) -> str:
    return url.casefold().rstrip("/")
