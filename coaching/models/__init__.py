"""Every model, so that importing this package maps them all.

They do without `from __future__ import annotations`, with which SQLAlchemy would evaluate every column's type from its
text at each start.
"""

from coaching.models.audit import AuditEntry, AuditHead
from coaching.models.base import Base, Privacy, UTCDateTime
from coaching.models.coaching_session import (
    Attendance,
    AttendanceInterval,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    SessionState,
)
from coaching.models.cohort import (
    OPEN_STATUSES,
    Cohort,
    CohortKind,
    Membership,
    MembershipStatus,
    Role,
    StatusChange,
)
from coaching.models.course_project import (
    CourseProject,
    CourseRun,
    Platform,
    ProjectOwner,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    Stage,
    StageChange,
)
from coaching.models.follow_up import (
    AnswerChoice,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    FollowUpPlan,
    FollowUpStep,
    PracticeEntry,
    PracticeKind,
)
from coaching.models.goal import Goal, Rating
from coaching.models.import_batch import BatchState, ImportBatch, ImportRow, RowOutcome
from coaching.models.message import Delivery, Message, MessageKind, MessageState, SchedulerHeartbeat
from coaching.models.person import (
    ApiToken,
    AuthSession,
    Capability,
    IdempotencyKey,
    Person,
    Purpose,
    SignInFailure,
)
from coaching.models.programme import Programme, ProgrammeCoordinator
from coaching.models.survey import Instrument, Response, Wave, WaveInvitation

__all__ = [
    "OPEN_STATUSES",
    "AnswerChoice",
    "ApiToken",
    "Attendance",
    "AttendanceInterval",
    "AttendanceSource",
    "AttendanceStatus",
    "AuditEntry",
    "AuditHead",
    "AuthSession",
    "Base",
    "BatchState",
    "Capability",
    "CheckIn",
    "CheckInAnswer",
    "CheckInState",
    "CoachingSession",
    "Cohort",
    "CohortKind",
    "CourseProject",
    "CourseRun",
    "Delivery",
    "FollowUpPlan",
    "FollowUpStep",
    "Goal",
    "IdempotencyKey",
    "ImportBatch",
    "ImportRow",
    "Instrument",
    "Membership",
    "MembershipStatus",
    "Message",
    "MessageKind",
    "MessageState",
    "Person",
    "Platform",
    "PracticeEntry",
    "PracticeKind",
    "Privacy",
    "Programme",
    "ProgrammeCoordinator",
    "ProjectOwner",
    "Purpose",
    "Rating",
    "ReachMetric",
    "ReachSnapshot",
    "ReachSource",
    "Response",
    "Role",
    "RowOutcome",
    "SchedulerHeartbeat",
    "SessionState",
    "SignInFailure",
    "Stage",
    "StageChange",
    "StatusChange",
    "UTCDateTime",
    "Wave",
    "WaveInvitation",
]
