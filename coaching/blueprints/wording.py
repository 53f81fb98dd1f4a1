"""The words of the domain as people read them, and how a status looks: tone, symbol and text, never colour alone."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple


class Look(NamedTuple):
    """How a status is shown."""

    tone: str
    icon: str


# Words whose reading does not follow from their spelling.
LABELS = {
    "accepted": "Accepted",
    "cannot_say": "Cannot say",
    "coaching": "Coaching",
    "futurelearn": "FutureLearn",
    "nhs_learning_hub": "NHS Learning Hub",
    "open_edx": "Open edX",
    "other": "Other platform",
    "re_run": "Re-run",
    "check_in": "Check-in",
    "self_reported": "Self-reported",
    "due": "Due",
    "review": "Needs review",
    "unknown": "Fate unknown",
    "retry": "Will retry",
    "silent": "No answer",
    "before": "Before joining",
    "monthly_by_weekday": "Monthly",
    "monthly_last_weekday": "Monthly",
    "in_person": "In person",
    "session_invite": "Invite to a session",
    "session_reminder": "Reminder of a session",
    "action_reminder": "Reminder of actions",
    "reopened": "Opened again",
    "chat_test": "Test of a chat address",
    "handover": "Another coach",
    "letter": "Letter",
    "practice_comment": "Said in a practice log",
    "entry": "Written by hand",
    "enabler": "Helps",
    "barrier": "Hinders",
    "celebration": "Celebrated",
    "not_told": "Not told yet",
    "older": "Has an older time",
    "shut_out": "Account is shut",
    "no_address": "No e-mail address",
    "if_silent": "Only if not answered",
    "not_sent": "Will not be sent",
    "quiet_hours": "Waits for their hours",
    "weekly_limit": "Waits for their week",
    "consent": "Waits for their word",
    "inbox": "Inbox",
    "mail": "Mail",
    "unrecorded": "Not recorded",
    "put_into_practice": "Put into practice",
    "milestone": "Milestone reached",
    "agreed_on": "Agreed",
    "skills_before": "At the start",
    "skills_after": "At the end",
    "skills_later": "Later on",
    "chat": "Chat",
    "note_private": "Only me",
    "note_pair": "The two of us",
    "note_coordinator": "Coaches and coordinators",
    "note_evaluation": "Evaluation",
    "note_cohort": "Whole cohort",
    "note_made": "Made",
    "note_pending": "Waits for an answer",
    "absences": "Absences in a row",
    "silent_check_in": "Check-in not answered",
    "overdue_action": "Action overdue",
    "unbooked": "Nothing booked",
    "idle_goal": "Goal without movement",
    "no_practice": "No practice yet",
}

PLAIN = Look("neutral", "dot")
LOOKS = {
    # Memberships
    "applied": Look("neutral", "ring"),
    "shortlisted": Look("info", "ring"),
    "accepted": Look("info", "check"),
    "waitlisted": Look("neutral", "clock"),
    "declined": Look("neutral", "cross"),
    "active": Look("success", "dot"),
    "paused": Look("warning", "pause"),
    "withdrawn": Look("neutral", "minus"),
    "completed": Look("success", "check"),
    # Cohorts
    "running": Look("success", "dot"),
    "archived": Look("neutral", "minus"),
    # Roles and kinds
    "coach": Look("accent", "person"),
    "participant": Look("neutral", "person"),
    "observer": Look("neutral", "person"),
    "coordinator": Look("neutral", "person"),
    "administrator": Look("neutral", "person"),
    "formal": Look("neutral", "people"),
    "coaching": Look("accent", "people"),
    # Sessions and attendance
    "scheduled": Look("info", "clock"),
    "cancelled": Look("neutral", "cross"),
    "present": Look("success", "check"),
    "late": Look("info", "clock"),
    "partial": Look("warning", "half"),
    "absent": Look("danger", "cross"),
    "excused": Look("neutral", "minus"),
    # Course projects and reach
    "idea": Look("neutral", "ring"),
    "designing": Look("info", "pencil"),
    "building": Look("info", "half"),
    "piloted": Look("accent", "half"),
    "launched": Look("success", "launch"),
    "re_run": Look("success", "repeat"),
    "stopped": Look("neutral", "pause"),
    "verified": Look("success", "check"),
    "self_reported": Look("neutral", "note"),
    "confirmed": Look("success", "check"),
    "imported": Look("info", "download"),
    "stale": Look("warning", "clock"),
    # Check-ins and answers
    "due": Look("neutral", "clock"),
    "asked": Look("info", "mail"),
    "answered": Look("success", "check"),
    "expired": Look("warning", "clock"),
    "silent": Look("neutral", "ring"),
    "did_it": Look("success", "check"),
    "not_yet": Look("warning", "clock"),
    "cannot_say": Look("neutral", "question"),
    # Who comes, and polls
    "yes": Look("success", "check"),
    "maybe": Look("warning", "question"),
    "if_need_be": Look("warning", "half"),
    "no": Look("danger", "cross"),
    "open": Look("info", "mail"),
    "chosen": Look("success", "check"),
    "closed": Look("neutral", "minus"),
    # Actions
    "done": Look("success", "check"),
    "dropped": Look("neutral", "minus"),
    "overdue": Look("warning", "clock"),
    # A person's line
    "set": Look("info", "goal"),
    "rated": Look("accent", "dot"),
    "agreed_on": Look("info", "ring"),
    "to_come": Look("info", "calendar"),
    "unrecorded": Look("neutral", "ring"),
    "moved": Look("neutral", "arrow-right"),
    "reopened": Look("info", "repeat"),
    "milestone": Look("success", "goal"),
    "observed": Look("info", "dot"),
    "skills_before": Look("info", "ring"),
    "skills_after": Look("info", "half"),
    "skills_later": Look("info", "dot"),
    "put_into_practice": Look("success", "launch"),
    # The practice log
    "celebration": Look("accent", "launch"),
    "entry": Look("info", "pencil"),
    "enabler": Look("success", "plus"),
    "barrier": Look("warning", "minus"),
    # Goals
    "draft": Look("neutral", "pencil"),
    "agreed": Look("info", "check"),
    "in_progress": Look("accent", "half"),
    "reached": Look("success", "check"),
    "changed": Look("neutral", "repeat"),
    # Who needs their coach
    "absences": Look("danger", "cross"),
    "silent_check_in": Look("warning", "mail"),
    "overdue_action": Look("warning", "clock"),
    "unbooked": Look("info", "clock"),
    "idle_goal": Look("info", "pause"),
    "no_practice": Look("neutral", "launch"),
    # Messages
    "claimed": Look("info", "clock"),
    "transmitting": Look("info", "arrow-right"),
    "sent": Look("success", "check"),
    "retry": Look("warning", "repeat"),
    "failed": Look("danger", "warning"),
    "unknown": Look("warning", "question"),
    # Invites
    "waiting": Look("info", "clock"),
    "older": Look("warning", "clock"),
    "no_address": Look("neutral", "minus"),
    "shut_out": Look("neutral", "minus"),
    "not_told": Look("neutral", "ring"),
    # Imports
    "new": Look("success", "plus"),
    "known": Look("neutral", "check"),
    "left_out": Look("warning", "minus"),
    "matched": Look("success", "check"),
    "review": Look("warning", "question"),
    "ignored": Look("neutral", "minus"),
    "undone": Look("neutral", "arrow-left"),
    "reading": Look("info", "clock"),
    "ready": Look("warning", "question"),
    "applying": Look("info", "clock"),
    # Who reads a note
    "note_private": Look("accent", "lock"),
    "note_pair": Look("info", "link"),
    "note_coordinator": Look("warning", "eye"),
    "note_evaluation": Look("success", "quote"),
    "note_cohort": Look("neutral", "people"),
    "note_pending": Look("info", "clock"),
    # People
    "suspended": Look("danger", "pause"),
    "invited": Look("info", "mail"),
}
TONE_ICONS = {
    "neutral": "dot", "info": "info", "success": "check", "warning": "warning", "danger": "warning", "accent": "dot",
}  # fmt: skip


def words(value: Any) -> str:
    """What people call `value`, an enum member or its value: `re_run` is "Re-run"."""
    if value is None:
        return ""
    word = str(value.value) if isinstance(value, Enum) else str(value)
    return LABELS.get(word) or word.replace("_", " ").capitalize()


def look(value: Any, tone: str | None = None) -> Look:
    """How a status is shown. A `tone` given by the page wins, with its own symbol for words we do not know."""
    word = str(value.value) if isinstance(value, Enum) else str(value)
    known = LOOKS.get(word)
    if tone is None:
        return known or PLAIN
    return Look(tone, known.icon if known else TONE_ICONS[tone])
