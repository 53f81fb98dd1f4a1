"""What becomes of check-ins: those that there are, beside those that there should be. Pure.

Nothing here asks what an act was meant to change: a date, a plan, who is in. So moving something there and back leaves
everything as it was, and one act serves them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from coaching.models import Anchor, CheckInState, Held, Role
from coaching.services.due_moments import Window, window_of
from coaching.services.follow_up_rows import Anchored, Kept, PlannedStep

Key = tuple[int, str, int]
LULL = timedelta(days=7)


class Wanted(NamedTuple):
    """A check-in that there should be: its step, what that counts from, and when it is open."""

    step_id: int
    on: date
    window: Window
    is_asked: bool


class Effect(NamedTuple):
    """What an act did to check-ins, in numbers: made, moved, open again, called off, not asked because too long past.

    `changed` are the rows that were there and are others now.
    """

    made: int = 0
    moved: int = 0
    reopened: int = 0
    ended: int = 0
    too_late: int = 0
    changed: int = 0


NOTHING = Effect()


@dataclass(slots=True)
class Changes:
    """New rows (`missing`), and rows that become others (`updates`, by the names of their columns)."""

    missing: list[tuple[Any, ...]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    effect: Effect = NOTHING


def want(steps: Iterable[PlannedStep], anchored: Mapping[Anchor, Sequence[Anchored]]) -> dict[Key, Wanted]:
    """Each step, for each whom it is for, from each thing that it counts from: of what falls due once they are in."""
    by_circle: dict[tuple[int, Anchor, Role], list[PlannedStep]] = {}
    for step in steps:
        by_circle.setdefault((step.cohort_id, step.anchor, step.role), []).append(step)
    wanted: dict[Key, Wanted] = {}
    for anchor, found in anchored.items():
        for who in found:
            for step in by_circle.get((who.cohort_id, anchor, who.role), ()):
                window = window_of(who.on, step.offset, who.zone, step.window_days)
                if window.due_at < who.joined_at:
                    continue
                is_asked = who.is_asked and not (step.is_alumni and who.declined)
                wanted[who.membership_id, step.strand, who.anchor_id] = Wanted(step.id, who.on, window, is_asked)
    return wanted


def list_uncertain(kept: Iterable[Kept], wanted: Mapping[Key, Wanted], *, now: datetime) -> list[int]:
    """Those that were asked for a moment that is to come now, or not to come at all: their mails may be on their way,
    and are called off if they have not left."""
    found = []
    for row in kept:
        if row.state == CheckInState.ASKED:
            one = wanted.get((row.membership_id, row.strand, row.anchor_id))
            if one is None or (one.window.due_at > now and one.window.due_at != row.due_at):
                found.append(row.id)
    return found


def compare(
    kept: Iterable[Kept],
    wanted: Mapping[Key, Wanted],
    stopped: Collection[int],
    *,
    now: datetime,
    is_back: bool = False,
) -> Changes:
    """What has to be written. `stopped` were asked by a mail that did not leave; `is_back` is for who comes back."""
    changes, known = Changes(), set()
    counts = dict.fromkeys(Effect._fields, 0)
    for row in kept:
        key = (row.membership_id, row.strand, row.anchor_id)
        known.add(key)
        update = _become(row, wanted.get(key), row.id in stopped, now=now, is_back=is_back)
        if update is not None and _differs(row, update):
            changes.updates.append(update)
            counts["changed"] += 1
            counts[_kind_of_change(row, update)] += 1
    for key, one in wanted.items():
        if one.is_asked and key not in known:
            is_late = one.window.is_too_late(now)
            state, wake_at = (CheckInState.EXPIRED, None) if is_late else (CheckInState.DUE, _wake(one.window, now))
            changes.missing.append((one.step_id, *key, one.on, state, *one.window, wake_at))
            counts["too_late" if is_late else "made"] += 1
    changes.effect = Effect(**counts)
    return changes


def withdraw(row: Kept, is_stopped: bool) -> dict[str, Any]:
    """A check-in of who left. Who was not asked after all is asked should they come back in time."""
    return _update(
        row, CheckInState.CANCELLED, Window(row.due_at, row.closes_at), asked_at=None if is_stopped else row.asked_at
    )


def _become(
    row: Kept, wanted: Wanted | None, is_stopped: bool, *, now: datetime, is_back: bool
) -> dict[str, Any] | None:
    """What a check-in that is there has to be; None where it stays as it is.

    What was asked stays as it was asked. What was called off unasked belongs to the plan again and is open again, if
    its moment is recent enough.
    """
    waits = row.state == CheckInState.DUE or is_stopped
    if wanted is None:
        return withdraw(row, is_stopped) if waits else None
    # What expired unasked does not come back to who is not to be asked.
    if waits or (row.state == CheckInState.EXPIRED and row.asked_at is None and wanted.is_asked):
        state = CheckInState.EXPIRED if wanted.window.is_too_late(now) else CheckInState.DUE
        return _update(row, state, wanted.window, wanted, wake=_wake(wanted.window, now))
    if row.state != CheckInState.CANCELLED or not wanted.is_asked:
        return None
    if row.asked_at is not None:
        # As it was when its mail had gone out; who comes back is not reminded of it on the same day.
        state = CheckInState.ASKED if row.closes_at > now else CheckInState.EXPIRED
        window = Window(row.due_at, row.closes_at)
        update = _update(row, state, window, asked_at=row.asked_at)
        return update | {"wake": now + LULL if state == CheckInState.ASKED else None} if is_back else None
    if not wanted.window.is_too_late(now):
        return _update(row, CheckInState.DUE, wanted.window, wanted, wake=_wake(wanted.window, now))
    return _update(row, CheckInState.EXPIRED, wanted.window, wanted) if is_back else None


def _wake(window: Window, now: datetime) -> datetime:
    """When the timetable looks at it first: no earlier than now, because nobody is late with what was just planned."""
    return max(window.due_at, now)


def _update(
    row: Kept,
    state: CheckInState,
    window: Window,
    wanted: Wanted | None = None,
    *,
    asked_at: datetime | None = None,
    wake: datetime | None = None,
) -> dict[str, Any]:
    """The row with what it becomes. What waits for its moment is held back no longer if that is another now."""
    is_same = state == row.state and window.due_at == row.due_at
    wakes = (row.wake_at if is_same else wake) if state == CheckInState.DUE else None
    return {
        "number": row.id,
        "step": wanted.step_id if wanted else row.step_id,
        "anchor": wanted.on if wanted else row.on,
        "state_now": state,
        "due": window.due_at,
        "closes": window.closes_at,
        "asked": asked_at,
        "wake": wakes,
        "held_by": row.held if is_same else Held.NOT_HELD,
        "nudges": row.nudged if asked_at is not None else 0,
    }


def _differs(row: Kept, update: Mapping[str, Any]) -> bool:
    was = (row.step_id, row.on, row.state, row.due_at, row.closes_at, row.asked_at, row.wake_at)
    return was != tuple(update[name] for name in ("step", "anchor", "state_now", "due", "closes", "asked", "wake"))


def _kind_of_change(row: Kept, update: Mapping[str, Any]) -> str:
    state = update["state_now"]
    if state == CheckInState.CANCELLED:
        return "ended"
    if state == CheckInState.EXPIRED:
        return "too_late"
    return "moved" if row.state in (CheckInState.DUE, CheckInState.ASKED) else "reopened"
