"""What was said beside a list of people, from the fields of a form or of the API, as the service takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from coaching.importers.people import THINGS
from coaching.services.people_matching import PeopleChoices


def choices_of(values: Mapping[str, Any]) -> PeopleChoices:
    """The choices that a PeopleImportSchema has loaded. A column that is blank is none; one that is not named is left
    to be guessed, unless another one is."""
    columns = {thing: values[f"column_{thing}"] for thing in THINGS if values[f"column_{thing}"] is not None}
    return PeopleChoices(
        columns={thing: heading or None for thing, heading in columns.items()} if columns else None,
        sheet=values["sheet"] or None,
        date_order=values["date_order"] or None,
        role=values["role"],
        joined_on=values["joined_on"],
        is_invited=values["is_invited"],
        as_new=frozenset(values["as_new"]),
        as_same=frozenset(values["as_same"]),
    )


def fingerprint_choices(choices: PeopleChoices) -> str:
    """Of all that the rows were read by, so that nobody brings in what they have not seen."""
    columns = sorted((thing, heading or "") for thing, heading in (choices.columns or {}).items())
    said = (columns, choices.sheet, choices.date_order, str(choices.role), str(choices.joined_on))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
