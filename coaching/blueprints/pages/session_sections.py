"""What the sections of a session's page show, each gathered in one place, whichever route the page is shown from."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.wording import words
from coaching.extensions import db
from coaching.models import AttendanceStatus, CoachingSession
from coaching.policies import may_mark_self, may_run_cohort
from coaching.services.attendance import list_attendance
from coaching.services.attendance_trail import list_changes
from coaching.services.drop_in import is_on, list_open_sessions
from coaching.services.import_batches import list_batches


def attendance_section(held: CoachingSession, now: datetime) -> dict[str, Any]:
    """Who came, where that is known from, and the reports that say so."""
    actor, session = current_actor(), db.session()
    runs = may_run_cohort(actor, held.cohort)
    by_member = attrgetter("membership_id")
    changes = sorted(list_changes(session, held, actor=actor), key=by_member)
    return {
        "lines": list_attendance(session, held, actor=actor),
        "batches": list_batches(session, held, actor=actor) if runs else [],
        "statuses": [(status.value, words(status)) for status in AttendanceStatus],
        "changes": {member: list(lines) for member, lines in groupby(changes, key=by_member)},
        "opens_code": runs and is_on(held, now=now),
        "marks_self": may_mark_self(actor, held) and held in list_open_sessions(session, actor=actor, now=now),
    }
