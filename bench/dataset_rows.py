"""The rows of the large database: every table as a stream of tuples, which only counting tells apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.dataset_doing import THRESHOLDS, actions, practice
from bench.shape import (
    ADMINISTRATOR,
    FIGURES,
    FIRST_PERSON,
    GOALS,
    NOW,
    PROGRAMMES,
    PROJECTS,
    RUNS,
    SESSIONS,
    STEPS,
    Shape,
    public_id,
)

SOURCES = "participant", "coach", "import"
Rows = Iterator[tuple[Any, ...]]


def _people(shape: Shape) -> Rows:
    last = shape.participant(shape.cohorts, shape.members - 1)
    yield 1, ADMINISTRATOR, public_id("p", 1), "Administrator", "admin@example.org", "UTC", True, NOW
    for number in range(2, 2 + PROGRAMMES):
        yield 1, number, public_id("p", number), f"Coordinator {number}", f"c{number}@example.org", "UTC", False, NOW
    for number in range(FIRST_PERSON, last + 1):
        zone = "Europe/London"
        yield 1, number, public_id("p", number), f"Person {number}", f"person{number}@example.org", zone, False, NOW


def _programmes(shape: Shape) -> Rows:
    for number in range(1, PROGRAMMES + 1):
        words = f"programme-{number}", f"Programme {number}"
        yield 1, number, public_id("g", number), *words, "", "Europe/London", 5, True, NOW, *THRESHOLDS


def _coordinators(shape: Shape) -> Rows:
    for number in range(1, PROGRAMMES + 1):
        yield number, number + 1, NOW


def _cohorts(shape: Shape) -> Rows:
    for number in shape.each():
        starts_on = shape.starts_on(number)
        ends_on = starts_on + timedelta(weeks=SESSIONS - 1)
        kind = "coaching" if number % 4 == 0 else "formal"
        programme = shape.programme(number)
        words = f"Cohort {number}", kind, "A cohort that learns to build online courses.", "Europe/London"
        yield 1, number, public_id("c", number), programme, number, *words, starts_on, ends_on, NOW


def _memberships(shape: Shape) -> Rows:
    for cohort in shape.each():
        joined_at = datetime.combine(shape.starts_on(cohort), datetime.min.time(), UTC) - timedelta(days=10)
        for place in range(shape.members):
            number = shape.membership(cohort, place)
            person = shape.participant(cohort, place)
            yield 1, number, public_id("m", number), cohort, person, "participant", "active", joined_at
        number = shape.membership(cohort, shape.members)
        yield 1, number, public_id("m", number), cohort, shape.coach(cohort), "coach", "active", joined_at


def _status_changes(shape: Shape) -> Rows:
    for cohort in shape.each():
        for place in range(shape.members + 1):
            yield shape.membership(cohort, place), "active", NOW, ""


def _session_start(shape: Shape, cohort: int, week: int) -> datetime:
    return datetime.combine(shape.starts_on(cohort), datetime.min.time(), UTC) + timedelta(weeks=week, hours=9)


def _sessions(shape: Shape) -> Rows:
    for cohort in shape.each():
        for week in range(SESSIONS):
            number = (cohort - 1) * SESSIONS + week + 1
            starts_at = _session_start(shape, cohort, week)
            local, ends_at = starts_at.replace(tzinfo=None), starts_at + timedelta(hours=1)
            reminder = starts_at - timedelta(days=1) if starts_at > NOW else None
            yield (1, number, public_id("s", number), cohort, shape.coach(cohort), f"Session {week + 1}", local,
                   "Europe/London", 60, starts_at, ends_at, "scheduled", "https://meet.example.org/room", reminder,
                   NOW)  # fmt: skip


def _attendance(shape: Shape) -> Rows:
    statuses = "present", "present", "partial", "present", "absent", "present", "excused"
    for cohort in shape.each():
        for week in range(SESSIONS):
            meeting = (cohort - 1) * SESSIONS + week + 1
            for place in range(shape.members):
                status = statuses[(cohort + week * 3 + place) % len(statuses)]
                yield meeting, shape.membership(cohort, place), status, 55, "zoom", NOW


def _plans(shape: Shape) -> Rows:
    for cohort in shape.each():
        yield cohort, public_id("f", cohort), shape.programme(cohort), False, NOW


def _steps(shape: Shape) -> Rows:
    for cohort in shape.each():
        for position, (label, offset, _days) in enumerate(STEPS, start=1):
            number = (cohort - 1) * len(STEPS) + position
            yield (
                number,
                public_id("q", number),
                cohort,
                public_id("q", number),
                position,
                label,
                offset,
                "Have you put it into practice?",
            )


def _check_in_state(due_at: datetime, number: int) -> str:
    if due_at > NOW:
        return "due"
    if number % 5 < 3:
        return "answered"
    return "expired" if due_at + timedelta(days=60) < NOW else "asked"


def _check_in_numbers(shape: Shape) -> Iterator[tuple[int, int, int, datetime]]:
    number = 0
    for cohort in shape.each():
        end = _session_start(shape, cohort, SESSIONS - 1)
        for place in range(shape.members):
            for position, (_label, _offset, days) in enumerate(STEPS, start=1):
                number += 1
                step = (cohort - 1) * len(STEPS) + position
                yield number, step, shape.membership(cohort, place), end + timedelta(days=days)


def _check_ins(shape: Shape) -> Rows:
    for number, step, membership, due_at in _check_in_numbers(shape):
        state = _check_in_state(due_at, number)
        asked_at = None if state == "due" else due_at
        wake_at = due_at if state == "due" else None
        anchor = (step - 1) // len(STEPS) + 1, due_at.date()
        # What is asked was brought to mind, and then left to the coach.
        escalated_at = due_at + timedelta(days=14) if state == "asked" else None
        moments = due_at, due_at + timedelta(days=60), asked_at, wake_at, escalated_at
        yield number, public_id("k", number), step, public_id("q", step), membership, *anchor, state, *moments


def _answers(shape: Shape) -> Rows:
    choices = "did_it", "not_yet", "did_it", "cannot_say"
    for number, _step, _membership, due_at in _check_in_numbers(shape):
        if _check_in_state(due_at, number) == "answered":
            yield number, choices[number % 4], "We launched the first run.", due_at + timedelta(days=2), "link"


def _goal_numbers(shape: Shape) -> Iterator[tuple[int, int, int]]:
    for cohort in shape.each():
        for place in range(shape.members):
            for goal in range(GOALS):
                number = ((cohort - 1) * shape.members + place) * GOALS + goal + 1
                yield number, shape.membership(cohort, place), shape.participant(cohort, place)


def _goals(shape: Shape) -> Rows:
    levels = "No course", "An outline", "A course that is open", "With 500 joiners", "That runs again"
    for number, membership, _person in _goal_numbers(shape):
        words = "Launch a course with my team", "Because it reaches everyone."
        weights = 1 + number % 3, 1 + number % 2, -1
        set_at = _session_start(shape, (number - 1) // (shape.members * GOALS) + 1, 0)
        yield 1, number, public_id("t", number), membership, *words, *weights, *levels, "in_progress", set_at


def _ratings(shape: Shape) -> Rows:
    for number, _membership, person in _goal_numbers(shape):
        if number % GOALS:
            score = number % 4 - 1
            yield number, public_id("r", number), number, person, score, date(2026, 5, 1), "", NOW


def _project_numbers(shape: Shape) -> Iterator[tuple[int, int, int]]:
    for cohort in shape.each():
        for place in range(PROJECTS):
            yield (cohort - 1) * PROJECTS + place + 1, cohort, place


def _projects(shape: Shape) -> Rows:
    for number, cohort, _place in _project_numbers(shape):
        words = f"Course {number}", "Nurses who teach", "futurelearn", "https://example.org/course", "launched"
        yield 1, number, public_id("j", number), shape.programme(cohort), cohort, *words, NOW


def _owners(shape: Shape) -> Rows:
    for number, cohort, place in _project_numbers(shape):
        for owner in range(place, shape.members, PROJECTS):
            yield number, shape.membership(cohort, owner), "", NOW


def _stage_changes(shape: Shape) -> Rows:
    for number, cohort, _place in _project_numbers(shape):
        for position, stage in enumerate(("idea", "building", "launched")):
            on = shape.starts_on(cohort) + timedelta(weeks=position * 4)
            yield public_id("h", number * 3 + position), number, stage, on, "", NOW, ""


def _runs(shape: Shape) -> Rows:
    for project, cohort, _place in _project_numbers(shape):
        for run in range(RUNS):
            number = (project - 1) * RUNS + run + 1
            launched_on = shape.starts_on(cohort) + timedelta(weeks=8 + run * 12)
            words = f"Run {run + 1}", "futurelearn", "https://example.org/course"
            yield 1, number, public_id("n", number), project, *words, launched_on, NOW


def _figures(shape: Shape) -> Rows:
    for project, cohort, _place in _project_numbers(shape):
        for run in range(RUNS):
            number = (project - 1) * RUNS + run + 1
            launched_on = shape.starts_on(cohort) + timedelta(weeks=8 + run * 12)
            for point in range(FIGURES):
                figure = (number - 1) * FIGURES + point + 1
                as_of = launched_on + timedelta(weeks=point * 2)
                standing = point == FIGURES - 1
                source = SOURCES[number % len(SOURCES)]
                words = "joiners", 100 + number % 400 + point * 50, as_of, source, standing
                yield figure, public_id("a", figure), number, *words, "", NOW


def _instruments(_shape: Shape) -> Rows:
    for number in range(1, PROGRAMMES + 1):
        yield number, public_id("q", number), number, "After the last session", 1, "How was it?", NOW


def _waves(shape: Shape) -> Rows:
    for cohort in shape.each():
        day = shape.starts_on(cohort) + timedelta(weeks=SESSIONS)
        yield cohort, public_id("w", cohort), shape.programme(cohort), cohort, day, day + timedelta(days=14)


def _invitations(shape: Shape) -> Rows:
    for cohort in shape.each():
        for place in range(shape.members):
            yield cohort, shape.membership(cohort, place), place % 5 > 0


def _responses(shape: Shape) -> Rows:
    for cohort in shape.each():
        for place in range(shape.members):
            if place % 5:
                yield public_id("v", cohort * 1000 + place), cohort, 3 if (cohort + place) % 30 == 0 else 5


TABLES: dict[str, tuple[str, Callable[[Shape], Rows]]] = {
    "person": ("version id public_id name email timezone is_administrator created_at", _people),
    "programme": (
        "version id public_id slug name description timezone minimum_group is_synthetic created_at"
        " absences_in_a_row overdue_days unbooked_days goal_idle_days practice_weeks",
        _programmes,
    ),
    "programme_coordinator": ("programme_id person_id appointed_at", _coordinators),
    "follow_up_plan": ("id public_id programme_id is_default created_at", _plans),
    "follow_up_step": ("id public_id plan_id strand position label offset question", _steps),
    "cohort": (
        "version id public_id programme_id follow_up_plan_id name kind description timezone starts_on ends_on"
        " created_at",
        _cohorts,
    ),
    "membership": ("version id public_id cohort_id person_id role status joined_at", _memberships),
    "status_change": ("membership_id status at reason", _status_changes),
    "coaching_session": (
        "version id public_id cohort_id led_by_id title local_start timezone duration_minutes starts_at ends_at state"
        " join_url next_reminder_at created_at",
        _sessions,
    ),
    "attendance": ("session_id membership_id status minutes source recorded_at", _attendance),
    "check_in": (
        "id public_id step_id strand membership_id anchor_id anchor_on state due_at closes_at asked_at wake_at"
        " escalated_at",
        _check_ins,
    ),
    "check_in_answer": ("check_in_id choice note answered_at via", _answers),
    "action": ("version public_id membership_id owner_id statement due_on state reason created_at", actions),
    "practice_entry": ("public_id membership_id kind on text created_at", practice),
    "goal": (
        "version id public_id membership_id statement why importance difficulty baseline much_less less expected more"
        " much_more state created_at",
        _goals,
    ),
    "rating": ("id public_id goal_id rated_by_id score rated_on note created_at", _ratings),
    "course_project": (
        "version id public_id programme_id cohort_id title audience platform url stage created_at",
        _projects,
    ),
    "project_owner": ("project_id membership_id outside_name added_at", _owners),
    "stage_change": ("public_id project_id stage on note recorded_at reason", _stage_changes),
    "course_run": ("version id public_id project_id label platform url launched_on recorded_at", _runs),
    "reach_snapshot": (
        "id public_id run_id metric value as_of source is_current reason recorded_at",
        _figures,
    ),
    "instrument": ("id public_id programme_id name version question created_at", _instruments),
    "wave": ("id public_id instrument_id cohort_id opens_on closes_on", _waves),
    "wave_invitation": ("wave_id membership_id has_answered", _invitations),
    "response": ("id wave_id rating", _responses),
}
