"""The demo's list of people: by it the members of the cohort that still runs came in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coaching.models import BatchState, ImportBatch, ImportRow, RowOutcome
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.people_imports import KIND
from coaching.services.people_matching import NEW

FILE = "applications, accepted.csv"
AGAIN = "This is the person of row 2 again."


def build_people_import(session: Session, cohort: DemoCohort) -> None:
    """A list of everybody who takes part, one of them twice, as the coach brought it in on the first day."""
    opened = cohort.row.created_at
    batch = ImportBatch(
        cohort_id=cohort.row.id,
        kind=KIND,
        file_name=FILE,
        sha256="0" * 64,
        detected={"encoding": "utf-8", "delimiter": ",", "sheet": "", "notes": []},
        choices={"columns": {"email": "Email address", "name": "Name"}, "role": "participant", "is_invited": True},
        state=BatchState.APPLIED,
        imported_at=opened,
        applied_at=opened,
        imported_by_id=cohort.coach.id,
    )
    for number, member in enumerate(cohort.participants, start=2):
        person = member.person
        batch.rows.append(
            ImportRow(
                number=number, name=person.name, email=person.email or "", minutes=0, outcome=RowOutcome.NEW,
                reason=NEW.format(member.role), membership_id=member.id, before={"made_person": True},
            )
        )  # fmt: skip
    first = batch.rows[0]
    batch.rows.append(
        ImportRow(
            number=len(batch.rows) + 2, name=first.name, email=first.email, minutes=0, outcome=RowOutcome.LEFT_OUT,
            reason=AGAIN,
        )
    )  # fmt: skip
    session.add(batch)
