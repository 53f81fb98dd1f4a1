"""Every model, so that importing this package maps them all.

They do without `from __future__ import annotations`, with which SQLAlchemy would evaluate every column's type from its
text at each start.
"""

from coaching.models.action import Action, ActionEnd, ActionState
from coaching.models.audit import AuditEntry, AuditHead
from coaching.models.base import Base, Privacy, UTCDateTime
from coaching.models.calendar import CalendarFeed, CalendarInvite, InvitedSession, Rsvp, RsvpChoice
from coaching.models.coaching_session import (
    THERE,
    Attendance,
    AttendanceChange,
    AttendanceInterval,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    DropInCode,
    SessionMode,
    SessionState,
    mode_of,
)
from coaching.models.cohort import (
    DEFAULT_REMINDERS,
    OPEN_STATUSES,
    Cohort,
    CohortKind,
    Membership,
    MembershipStatus,
    Role,
    StatusChange,
)
from coaching.models.contact import FROM_HOUR, UNTIL_HOUR, WEEKLY_LIMIT, ContactPreference, OptOut
from coaching.models.contact_address import ContactAddress
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
    Asking,
    CheckIn,
    CheckInAnswer,
    CheckInReply,
    CheckInState,
    Held,
    PracticeEntry,
    PracticeKind,
)
from coaching.models.follow_up_plan import (
    Anchor,
    AnswerFlow,
    Followed,
    FollowUpPlan,
    FollowUpQuestion,
    FollowUpStep,
    QuestionKind,
)
from coaching.models.goal import Goal, Rating
from coaching.models.import_batch import BatchState, ImportBatch, ImportRow, RememberedMatch, RowOutcome
from coaching.models.inbox import InboxItem
from coaching.models.mail_host import MailHost
from coaching.models.mail_template import MailTemplate, MailWording
from coaching.models.message import Delivery, Message, MessageKind, MessageState, SchedulerHeartbeat
from coaching.models.need import NeedMark, NeedMarkState, Signal
from coaching.models.person import (
    ApiToken,
    AuthSession,
    Capability,
    IdempotencyKey,
    Person,
    Purpose,
    SignInFailure,
)
from coaching.models.poll import Poll, PollAnswer, PollChoice, PollInvitee, PollSlot, PollState
from coaching.models.programme import PracticeFrom, Programme, ProgrammeCoordinator
from coaching.models.series import Frequency, Scope, Series
from coaching.models.survey import Instrument, Response, Wave, WaveInvitation

__all__ = [
    "DEFAULT_REMINDERS",
    "FROM_HOUR",
    "OPEN_STATUSES",
    "THERE",
    "UNTIL_HOUR",
    "WEEKLY_LIMIT",
    "Action",
    "ActionEnd",
    "ActionState",
    "Anchor",
    "AnswerChoice",
    "AnswerFlow",
    "ApiToken",
    "Asking",
    "Attendance",
    "AttendanceChange",
    "AttendanceInterval",
    "AttendanceSource",
    "AttendanceStatus",
    "AuditEntry",
    "AuditHead",
    "AuthSession",
    "Base",
    "BatchState",
    "CalendarFeed",
    "CalendarInvite",
    "Capability",
    "CheckIn",
    "CheckInAnswer",
    "CheckInReply",
    "CheckInState",
    "CoachingSession",
    "Cohort",
    "CohortKind",
    "ContactAddress",
    "ContactPreference",
    "CourseProject",
    "CourseRun",
    "Delivery",
    "DropInCode",
    "FollowUpPlan",
    "FollowUpQuestion",
    "FollowUpStep",
    "Followed",
    "Frequency",
    "Goal",
    "Held",
    "IdempotencyKey",
    "ImportBatch",
    "ImportRow",
    "InboxItem",
    "Instrument",
    "InvitedSession",
    "MailHost",
    "MailTemplate",
    "MailWording",
    "Membership",
    "MembershipStatus",
    "Message",
    "MessageKind",
    "MessageState",
    "NeedMark",
    "NeedMarkState",
    "OptOut",
    "Person",
    "Platform",
    "Poll",
    "PollAnswer",
    "PollChoice",
    "PollInvitee",
    "PollSlot",
    "PollState",
    "PracticeEntry",
    "PracticeFrom",
    "PracticeKind",
    "Privacy",
    "Programme",
    "ProgrammeCoordinator",
    "ProjectOwner",
    "Purpose",
    "QuestionKind",
    "Rating",
    "ReachMetric",
    "ReachSnapshot",
    "ReachSource",
    "RememberedMatch",
    "Response",
    "Role",
    "RowOutcome",
    "Rsvp",
    "RsvpChoice",
    "SchedulerHeartbeat",
    "Scope",
    "Series",
    "SessionMode",
    "SessionState",
    "SignInFailure",
    "Signal",
    "Stage",
    "StageChange",
    "StatusChange",
    "UTCDateTime",
    "Wave",
    "WaveInvitation",
    "mode_of",
]
