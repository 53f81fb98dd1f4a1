"""Why somebody gets a message, in a sentence: what it counts from, and the rule that makes it. No database."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from coaching.models import Anchor, Held, MessageKind

_SPAN = re.compile(r"([0-9]+)([YMWD])")
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
# Why a check-in whose moment has come waits, as it stands in a list of what is to come.
HELD = {
    Held.NOT_HELD: "",
    Held.PAUSED: "Paused until then.",
    Held.QUIET_HOURS: "Held back until their hours begin.",
    Held.WEEKLY_LIMIT: "Held back, because their limit for a week is reached.",
    Held.CONSENT: "Waits for their word whether we may ask for so long.",
}
# Why a check-in closed without ever being asked, by what held it back last.
NEVER_ASKED = {
    Held.NOT_HELD: "It lay too far back when it was planned.",
    Held.PAUSED: "Its time to answer was over before the pause was.",
    Held.QUIET_HOURS: "Its time to answer was over before the hours in which it may be asked.",
    Held.WEEKLY_LIMIT: "Its time to answer was over before the weekly limit left room for it.",
    Held.CONSENT: "Nobody said whether it may be asked so long after the end.",
}
# Why a message of another kind was written. What it says is not kept.
CAUSES = {
    MessageKind.SESSION_INVITE: "A session was scheduled, changed or called off.",
    MessageKind.SESSION_REMINDER: "The cohort reminds everybody of its sessions.",
    MessageKind.ACTION_REMINDER: "They said that they would do something, and its day is near.",
    MessageKind.POLL: "A coach looks for a time when everybody can.",
    MessageKind.HANDOVER: "A cohort, or somebody’s one-to-ones, went from one coach to another.",
    MessageKind.CHAT_TEST: "They tried their chat address out.",
    MessageKind.LETTER: "Somebody who runs the cohort wrote it.",
    MessageKind.PRACTICE_COMMENT: "Somebody spoke in a practice log that is theirs, or where they spoke too.",
    MessageKind.INVITATION: "Somebody was added to a cohort, and had no account yet.",
    MessageKind.PASSWORD_RESET: "Somebody asked for a new password.",
}


class AnchorFact(NamedTuple):
    """What a check-in counts from: its kind, its day, and what it is called where it has a name of its own."""

    anchor: Anchor
    on: date
    name: str


def span_in_words(offset: str) -> str:
    """An ISO 8601 duration as people say it: `P3M` is 3 months, `P1Y6M` 1 year and 6 months; nought is empty."""
    parts = [
        f"{int(number)} {_UNITS[unit]}{'' if int(number) == 1 else 's'}"
        for number, unit in _SPAN.findall(offset)
        if int(number)
    ]
    return " and ".join(parts)


def why_check_in(fact: AnchorFact, offset: str, day: str) -> str:
    """Why a check-in is asked when it is; `day` is the anchor's day as the reader's language has it."""
    event = {
        Anchor.COHORT_END: f"{fact.name} ended on {day}",
        Anchor.SESSION_END: f"the session “{fact.name}” of {day}",
        Anchor.LAUNCH: f"“{fact.name}” was launched on {day}",
        Anchor.GOAL_DUE: f"the goal “{fact.name}” was due on {day}",
    }[fact.anchor]
    span = span_in_words(offset)
    if not span:
        return f"{event[0].upper()}{event[1:]}."
    return f"{span[0].upper()}{span[1:]} after {event}."


def why_reminded(minutes: int) -> str:
    """Why a reminder of a session goes out when it does."""
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            count = minutes // size
            return f"The cohort reminds everybody {count} {unit}{'' if count == 1 else 's'} before."
    raise ValueError("A span has whole minutes.")
