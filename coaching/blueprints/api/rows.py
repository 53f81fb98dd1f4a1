"""Rows that no dataclass in the services describes: lists that come as dictionaries, and what the API puts together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict

from coaching.models import (
    AnswerChoice,
    BatchState,
    CheckInState,
    CohortKind,
    CohortState,
    EvidenceKind,
    GoalState,
    MembershipStatus,
    Role,
)
from coaching.services.attendance_grid import GridMember, GridSession
from coaching.services.cohort_progress import MemberProgress
from coaching.services.goal_attainment import CohortAttainment
from coaching.services.import_lines import ImportLine
from coaching.services.programme_progress import CohortFigures, Column
from coaching.services.project_list import ProjectLine, ReachTotals
from coaching.services.session_list import SessionLine


class ProgrammeRow(TypedDict):
    id: str
    slug: str
    name: str
    description: str
    timezone: str
    minimum_group: int
    is_synthetic: bool


class CohortRow(TypedDict):
    """A cohort in a list, with how many take part and the next session that is everybody's."""

    id: str
    name: str
    kind: CohortKind
    state: CohortState
    description: str
    timezone: str
    starts_on: date
    ends_on: date
    version: int
    programme_id: str
    programme: str
    participants: int
    next_session_id: str | None
    next_session_at: datetime | None


class _MemberName(TypedDict):
    id: str
    cohort_id: str
    name: str
    role: Role


class MemberRow(_MemberName, total=False):
    """A member in a list; how they stand, and their address, are there for those who may know."""

    status: MembershipStatus
    joined_at: datetime
    email: str | None


class StatusRow(TypedDict):
    status: MembershipStatus
    at: datetime
    reason: str


class TokenRow(TypedDict):
    id: str
    label: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class FeedRow(TypedDict):
    """A feed without its address; `cohort_id` is null for one of all sessions."""

    id: str
    cohort_id: str | None
    created_at: datetime
    renewed_at: datetime | None


class CalendarRow(TypedDict):
    calendar: str


class RatingRow(TypedDict):
    """A rating with its edition: those of the goal's current one count."""

    id: str
    edition: int
    score: int
    rated_on: date
    note: str
    rated_by: str
    created_at: datetime


class GoalChangeRow(TypedDict):
    """A change of a goal's state: the day that it is about, and when it was written down."""

    id: str
    state: GoalState
    on: date
    at: datetime
    reason: str
    by: str | None
    successor_id: str | None


class GoalRevisionRow(TypedDict):
    """The scale of an edition before the current one, and who put another in its place, when and why."""

    edition: int
    importance: int
    difficulty: int
    baseline: int
    much_less: str
    less: str
    expected: str
    more: str
    much_more: str
    revised_at: datetime
    revised_by: str | None
    reason: str
    ratings: list[RatingRow]


class MilestoneRow(TypedDict):
    id: str
    statement: str
    due_on: date | None
    reached_on: date | None
    created_at: datetime
    version: int


class CheckInRow(TypedDict):
    """A check-in in a cohort's list, with whose it is and what they answered."""

    id: str
    membership_id: str
    name: str
    state: CheckInState
    step: str
    question: str
    due_at: datetime
    asked_at: datetime | None
    closes_at: datetime
    choice: AnswerChoice | None
    note: str | None
    enrolments: int | None
    answered_at: datetime | None


class RoomCodeRow(TypedDict):
    """A session's drop-in code; `address` is the page that it is typed into already. Null while none is open."""

    session_id: str
    code: str | None
    address: str | None
    opened_at: datetime | None
    closes_at: datetime | None


class SchedulerRow(TypedDict):
    name: str
    started_at: datetime
    seen_at: datetime
    age_seconds: float
    is_silent: bool


class MailRateRow(TypedDict):
    """A cap on what a mail server is given: how much it was in the last minute, and how much the cap holds back."""

    host: str
    a_minute: int
    last_minute: int
    held_messages: int


class StatusReport(TypedDict):
    """How the product is. The ages are seconds; `problems` says in words what there is to look at."""

    schema: str | None
    problems: list[str]
    is_late: bool
    late_after_seconds: float
    messages: dict[str, int]
    unknown_messages: int
    oldest_due_seconds: float | None
    mail_rates: list[MailRateRow]
    oldest_due_check_in_seconds: float | None
    oldest_due_message_seconds: float | None
    oldest_held_seconds: float | None
    channels: dict[str, dict[str, int]]
    rates: dict[str, dict[str, int]]
    check_ins: dict[str, int]
    schedulers: list[SchedulerRow]


class CohortReport(TypedDict):
    """A cohort's progress. `counted_sessions` says what `counted` of a member's attendance means."""

    cohort_id: str
    counted_sessions: str
    members: list[MemberProgress]
    sessions: list[SessionLine]
    next_session: SessionLine | None
    last_session: SessionLine | None
    projects: list[ProjectLine]
    totals: ReachTotals
    attainment: CohortAttainment


class AttendanceReport(TypedDict):
    """Who came to which session. `counted_sessions` says what `counted` of a member means.

    `attended` of `counted` are over the members that are listed. Whoever does not see everybody's is listed alone, and
    `is_whole` is false.
    """

    cohort_id: str
    counted_sessions: str
    is_whole: bool
    attended: int
    counted: int
    unrecorded: int
    sessions: list[GridSession]
    members: list[GridMember]


class ProgrammeReport(TypedDict):
    """A programme's progress at a moment: by kind of cohort, all together, and cohort by cohort."""

    programme_id: str
    as_of: datetime
    by_kind: dict[str, Column]
    total: Column
    cohorts: list[CohortFigures]


class _Import(TypedDict):
    id: str | None
    session_id: str
    dry_run: bool
    state: BatchState | None
    file_name: str
    sha256: str
    imported_at: datetime | None
    detected: dict[str, Any]
    rows: list[ImportLine]


class ImportReport(_Import, total=False):
    """An import, or in a dry run what it would be; what a dry run adds tells what stands in the way."""

    not_in_report: list[str]
    recorded_already: list[str]
    problems: dict[str, list[str]]
    already_imported_as: str | None


class Reminded(TypedDict):
    """How many were asked once more."""

    reminded: int


class EvidenceRow(TypedDict):
    """A piece of evidence in a list, as it is alone."""

    id: str
    project_id: str
    run_id: str | None
    entry_id: str | None
    kind: EvidenceKind
    title: str
    url: str
    file_name: str
    media_type: str
    size: int | None
    sha256: str
    added_at: datetime
    added_by: str | None
    version: int
