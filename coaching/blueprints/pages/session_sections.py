"""What the sections of a session's page show, each gathered in one place, whichever route the page is shown from."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.action_forms import REMINDERS, owner_options
from coaching.blueprints.wording import words
from coaching.extensions import db
from coaching.models import AttendanceStatus, CoachingSession
from coaching.policies import may_mark_self, may_run_cohort, runs_cohort
from coaching.services.action_list import list_open_at_start, list_session_actions
from coaching.services.attendance import AttendanceLine, list_attendance
from coaching.services.attendance_trail import list_changes
from coaching.services.drop_in import is_on, list_open_sessions
from coaching.services.grow import split_frame
from coaching.services.import_batches import list_batches
from coaching.services.session_record import find_next_meeting


def attendance_section(held: CoachingSession, now: datetime) -> dict[str, Any]:
    """Who came, where that is known from, and the reports that say so."""
    actor, session = current_actor(), db.session()
    runs = runs_cohort(actor, held.cohort)
    by_member = attrgetter("membership_id")
    changes = sorted(list_changes(session, held, actor=actor), key=by_member)
    return {
        "lines": list_attendance(session, held, actor=actor),
        "batches": list_batches(session, held, actor=actor) if runs else [],
        "statuses": [(status.value, words(status)) for status in AttendanceStatus],
        "changes": {member: list(lines) for member, lines in groupby(changes, key=by_member)},
        "opens_code": may_run_cohort(actor, held.cohort) and is_on(held, now=now),
        "marks_self": may_mark_self(actor, held) and held in list_open_sessions(session, actor=actor, now=now),
    }


def record_section(held: CoachingSession, now: datetime, lines: list[AttendanceLine]) -> dict[str, Any]:
    """What is open from before, what was agreed, and what comes next; by then an action is due if nobody says more."""
    actor, session = current_actor(), db.session()
    following = find_next_meeting(session, held, actor=actor, now=now)
    return {
        "record": {
            "open_before": list_open_at_start(session, held, actor=actor),
            "agreed": list_session_actions(session, held, actor=actor),
            "people": [(line.membership_id, line.name) for line in lines],
            "framed": split_frame(held.shared_notes),
            "owners": owner_options(held.cohort),
            "reminders": REMINDERS,
            "next": following,
            "due_on": in_zone(following.starts_at, following.timezone).date() if following is not None else None,
            "today": in_zone(now, actor.timezone).date(),
        }
    }
