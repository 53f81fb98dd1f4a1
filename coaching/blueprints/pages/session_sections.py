"""What the sections of a session's page show, each gathered in one place, whichever route the page is shown from."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.wording import words
from coaching.extensions import db
from coaching.models import AttendanceStatus, CoachingSession
from coaching.policies import may_run_cohort
from coaching.services.attendance import list_attendance
from coaching.services.import_batches import list_batches


def attendance_section(held: CoachingSession) -> dict[str, Any]:
    """Who came, and the reports that say so."""
    actor = current_actor()
    return {
        "lines": list_attendance(db.session(), held, actor=actor),
        "batches": list_batches(db.session(), held, actor=actor) if may_run_cohort(actor, held.cohort) else [],
        "statuses": [(status.value, words(status)) for status in AttendanceStatus],
    }
