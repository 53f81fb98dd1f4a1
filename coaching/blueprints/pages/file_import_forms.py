"""The form that asks where files belong: from what stands and what was found to its fields, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request

from coaching.blueprints.pages.forms import refuse_unknown
from coaching.errors import Invalid, Refusal
from coaching.models import ImportBatch
from coaching.schemas.base import checked
from coaching.schemas.file_import import ChooseRunsSchema
from coaching.services.file_checks import LEAVE, NEW, RUN, Targets
from coaching.services.reach_checks import long_day

PLACES = ("to", "launched_on", "as_of")
DATE_ORDERS = [("dmy", "Day first: 14/03/2026"), ("mdy", "Month first: 03/14/2026")]


def field(number: int, name: str) -> str:
    """The name of an input. A refusal names it by a path, `runs.0.to`."""
    return f"runs-{number}-{name}"


def errors_of(refusal: Refusal) -> Mapping[str, Sequence[str]]:
    """What is wrong, by the inputs' names."""
    named = refusal.messages if isinstance(refusal, Invalid) else {}
    return {path.replace(".", "-"): texts for path, texts in named.items()} or {"": [refusal.message]}


def standing_values(batch: ImportBatch) -> dict[str, str]:
    """What the fields begin with: what was said or proposed, and of runs that are to be opened the first day found."""
    values: dict[str, str] = {}
    chosen = batch.choices.get("runs", {})
    for number, found in enumerate(batch.detected.get("runs", [])):
        choice = chosen.get(found["key"], {})
        values[field(number, "to")] = _place(choice)
        values[field(number, "launched_on")] = choice.get("launched_on") or found["first_day"]
        values[field(number, "as_of")] = (
            choice.get("as_of") or found["last_day"] or batch.imported_at.date().isoformat()
        )
    for name, heading in _columns(batch).items():
        values[f"columns-{name}"] = heading or ""
    return values | {name: batch.choices.get(name, "") for name in ("date_order", "sheet")}


def _columns(batch: ImportBatch) -> Mapping[str, str | None]:
    """What was said of the columns, over what was guessed."""
    guessed: Mapping[str, str | None] = next(
        (file["columns"] for file in batch.detected.get("files", []) if file["columns"]), {}
    )
    return {**guessed, **batch.choices.get("columns", {})}


def _place(choice: Mapping[str, Any]) -> str:
    if choice.get("to") == RUN:
        return f"{RUN}:{choice['run_id']}"
    if choice.get("to") == NEW:
        return f"{NEW}:{choice['project_id']}"
    return str(choice.get("to", ""))


def place_options(targets: Targets) -> dict[str, list[tuple[str, str]]]:
    """Where a run can belong, by course: its runs, and a new one of it; or nowhere."""
    options: dict[str, list[tuple[str, str]]] = {}
    for project in targets.projects.values():
        # Two courses may have one name.
        title = project.title if project.title not in options else f"{project.title} ({len(options) + 1})"
        options[title] = [
            (f"{RUN}:{run.public_id}", f"{run.label}, {long_day(run.launched_on)}") for run in project.runs
        ]
        options[title].append((f"{NEW}:{project.public_id}", f"A new run of {project.title}"))
    return options | {"Nowhere": [(LEAVE, "Leave this run out")]}


def span_of(found: Mapping[str, Any]) -> str | None:
    """The days that the files name of a run, in words."""
    days = [long_day(date.fromisoformat(found[name])) for name in ("first_day", "last_day") if found[name]]
    return f"The files name days from {days[0]} to {days[1]}." if len(days) == 2 else None


def heading_options(batch: ImportBatch) -> list[tuple[str, str]]:
    """The headings of the table whose columns somebody says."""
    headings: list[str] = next((file["headings"] for file in batch.detected.get("files", []) if file["columns"]), [])
    return [(heading, heading) for heading in headings if heading]


def read_choices(batch: ImportBatch) -> dict[str, Any]:
    """What was sent, as the API would have it. Raises Invalid at the field that is wrong."""
    refuse_unknown("date_order", "sheet", starting=("runs-", "columns-"))
    form, runs = request.form, []
    for number, found in enumerate(batch.detected.get("runs", [])):
        place, _, public_id = form.get(field(number, "to"), "").partition(":")
        if not place:
            continue
        choice = {"key": found["key"], "to": place}
        if place == RUN:
            choice["run_id"] = public_id
        elif place == NEW:
            choice |= {"project_id": public_id, "launched_on": form.get(field(number, "launched_on"), "")}
        if place != LEAVE:
            choice["as_of"] = form.get(field(number, "as_of"), "")
        runs.append(choice)
    columns = {name: form.get(f"columns-{name}") or None for name in _columns(batch) if f"columns-{name}" in form}
    said = {"runs": runs, "columns": columns or None, "date_order": form.get("date_order") or None}
    said["sheet"] = form.get("sheet") or None
    return checked(ChooseRunsSchema(), said)
