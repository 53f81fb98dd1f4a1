"""Progress, the front door: what pages and API read of a cohort, of a programme, and for a person's home."""

from coaching.services.coach_home import CoachHome, coach_home
from coaching.services.cohort_progress import (
    CohortOverview,
    CohortProgress,
    MemberProgress,
    cohort_overview,
    cohort_progress,
)
from coaching.services.coordinator_home import CoordinatorHome, coordinator_home
from coaching.services.counted_sessions import DENOMINATOR
from coaching.services.participant_home import ParticipantHome, participant_home
from coaching.services.programme_progress import ProgrammeProgress, programme_progress

__all__ = [
    "DENOMINATOR",
    "CoachHome",
    "CohortOverview",
    "CohortProgress",
    "CoordinatorHome",
    "MemberProgress",
    "ParticipantHome",
    "ProgrammeProgress",
    "coach_home",
    "cohort_overview",
    "cohort_progress",
    "coordinator_home",
    "participant_home",
    "programme_progress",
]
