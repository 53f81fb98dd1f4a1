"""What the mails about sessions are made of, in a shape that has something in every place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from coaching.services.calendar_events import Copy, Meeting, write_part

MEETING = Meeting(
    1,
    "Circle 3, with <cake>",
    "Room 4, https://meet.example.org/circle",
    "Goal; Reality, Options\nWill",
    datetime(2026, 7, 7, 8, tzinfo=UTC),
    datetime(2026, 7, 7, 9, tzinfo=UTC),
    "Asia/Tokyo",
)
COPY = Copy("abc@coaching.internal", 2, datetime(2026, 6, 15, 8, tzinfo=UTC), "Ann Author", "ann@example.org")
INVITE: dict[str, Any] = {
    "act": "moved",
    "title": MEETING.title,
    "cohort": "Cohort 7 & friends",
    "programme": "MOOC School",
    "is_synthetic": False,
    "lines": [
        {
            "act": "moved",
            "title": MEETING.title,
            "place": MEETING.place,
            "starts_at": MEETING.starts_at.isoformat(),
            "ends_at": MEETING.ends_at.isoformat(),
            "zone": MEETING.zone,
            "was_from": "2026-07-06T08:00:00+00:00",
            "was_to": "2026-07-06T09:00:00+00:00",
            "words": ["place", "text"],
            "reason": "",
        }
    ],
    "count": 1,
    "method": "REQUEST",
    "calendar": write_part(COPY, None, [MEETING]),
}
REMINDER: dict[str, Any] = {
    "title": MEETING.title,
    "cohort": "Cohort 7 & friends",
    "programme": "MOOC School",
    "is_synthetic": False,
    "minutes": 1440,
    "starts_at": MEETING.starts_at.isoformat(),
    "ends_at": MEETING.ends_at.isoformat(),
    "zone": MEETING.zone,
    "place": MEETING.place,
    "preparation": "Read chapter 2.",
}
