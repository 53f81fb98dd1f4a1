"""What the sweep knows of a batch: the check-ins that are due, their steps and cohorts, and what else the rules ask."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from coaching.models import CheckInState, CohortState, Held, MembershipStatus, Role


class AskedStep(NamedTuple):
    """What a step asks, of whom and how, and how much `more` its page asks: read once a batch."""

    id: int
    label: str
    question: str
    channel: str
    role: Role
    stages: list[str]
    nudges: int
    nudge_days: int
    escalate_days: int | None
    is_alumni: bool
    more: int


class AskedCohort(NamedTuple):
    """What a mail says of a cohort, and whether it is paused: read once for all of its check-ins in a batch."""

    id: int
    name: str
    programme: str
    is_synthetic: bool
    state: CohortState


class DueCheckIn(NamedTuple):
    """A check-in with what its mail says, who would get it, and all that the rules ask of them."""

    id: int
    public_id: str
    membership_id: int
    state: CheckInState
    closes_at: datetime
    asked_at: datetime | None
    wake_at: datetime
    held: Held
    nudged: int
    escalated_at: datetime | None
    number: int | None
    about: str | None
    role: Role
    status: MembershipStatus
    stopped_at: datetime | None
    alumni_consent: bool | None
    person_id: int
    email: str | None
    timezone: str
    may_sign_in: bool
    weekly_limit: int | None
    from_hour: int | None
    until_hour: int | None
    weekends: bool | None
    paused_until: date | None
    opted_out: bool
    gave_address: bool
    step_id: int
    cohort_id: int
    step: AskedStep
    cohort: AskedCohort

    @property
    def channel(self) -> str:
        return self.step.channel

    @property
    def step_role(self) -> Role:
        return self.step.role

    @property
    def stages(self) -> list[str]:
        return self.step.stages

    @property
    def is_alumni(self) -> bool:
        return self.step.is_alumni

    @property
    def is_paused(self) -> bool:
        """Whether nobody asks them for the time being, themselves or the whole cohort. Nobody knows for how long."""
        return self.status is MembershipStatus.PAUSED or self.cohort.state is CohortState.PAUSED


class Background(NamedTuple):
    """What else the rules ask, of those for whom they ask it.

    `used` are the moments at which people were asked before, by person; `stages` those of members' courses; `unsent`
    the check-ins with a mail that has not left; `consent_asked` the check-ins by which members were asked whether we
    may ask them for so long: when each closes, or None where it has ended.
    """

    used: dict[int, list[datetime]]
    stages: dict[int, set[str]]
    unsent: set[int]
    consent_asked: dict[int, list[datetime | None]]
