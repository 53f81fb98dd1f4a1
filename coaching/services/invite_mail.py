"""What an invite's mail says in words, and the calendar in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coaching.services.calendar_events import (
    Copy,
    Meeting,
    write_cancellation,
    write_end,
    write_part,
    write_whole,
)
from coaching.services.event_changes import Act, Change, Plan, Wanted
from coaching.services.event_rows import Event, Ground, SessionRow
from coaching.services.invite_checks import TELLS

# A mail tells this many sessions one by one. The calendar in it has them all.
MOST_LINES = 30
METHODS = {Act.WHOLE: "REQUEST", Act.PART: "REQUEST", Act.CANCEL: "CANCEL", Act.END: "CANCEL"}


def facts_of(ground: Ground, event: Event, plan: Plan, wanted: Wanted, copy: Copy) -> dict[str, Any]:
    """What the message's templates and its calendar part are made of."""
    changes = sorted(plan.changes, key=lambda change: event.sessions[change.session_id].meeting.starts_at)
    return {
        "act": _headline(plan, wanted),
        "title": event.title,
        "cohort": ground.cohort,
        "programme": ground.programme,
        "is_synthetic": ground.is_synthetic,
        "lines": [_line(change, event.sessions[change.session_id]) for change in changes[:MOST_LINES]],
        "count": len(changes),
        "method": METHODS[plan.act],
        TELLS: len({change.session_id for change in changes} | set(plan.kept)),
        "calendar": calendar_of(event, plan, copy),
    }


def calendar_of(event: Event, plan: Plan, copy: Copy) -> str:
    """The calendar text of a plan."""
    if plan.act is Act.WHOLE:
        return write_whole(copy, event.rule, _meetings(event, plan.kept))
    told = _meetings(event, [change.session_id for change in plan.changes])
    if plan.act is Act.PART:
        return write_part(copy, event.rule, told)
    return write_end(copy, event.rule, told) if plan.act is Act.END else write_cancellation(copy, event.rule, told)


def _meetings(event: Event, numbers: Sequence[int]) -> list[Meeting]:
    return sorted((event.sessions[number].meeting for number in numbers), key=lambda one: (one.starts_at, one.id))


def _headline(plan: Plan, wanted: Wanted) -> str:
    """Which of the mail's openings fits: new, left, cancelled, moved, or changed."""
    if not wanted.is_in:
        return "left"
    acts = {change.act for change in plan.changes}
    return next((act for act in ("new", "moved", "cancelled", "changed") if acts == {act}), "several")


def _line(change: Change, row: SessionRow) -> dict[str, Any]:
    meeting = row.meeting
    is_dropped = change.act == "cancelled" and row.is_on
    return {
        "act": "dropped" if is_dropped else change.act,
        "title": meeting.title,
        "place": meeting.place,
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "zone": meeting.zone,
        "was_from": change.was["starts_at"] if change.was else None,
        "was_to": change.was["ends_at"] if change.was else None,
        "words": list(change.words),
        "reason": row.reason if change.act == "cancelled" else "",
    }
