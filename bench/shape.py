"""How large the data of the bench is, which numbers belong together, and how long there is to measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
PROGRAMMES = 10
SESSIONS = 10
STEPS = (("2 weeks", "P14D", 14), ("6 weeks", "P42D", 42), ("3 months", "P3M", 91), ("6 months", "P6M", 182),
         ("12 months", "P12M", 365))  # fmt: skip
GOALS = 3
PROJECTS = 5
RUNS = 3
FIGURES = 5
COHORTS_PER_COACH = 5

ADMINISTRATOR = 1
FIRST_PERSON = 100


@dataclass(frozen=True)
class Effort:
    """How much a run takes upon itself: fewer rounds and rows tell less, and sooner."""

    rounds: int = 24
    calls: int = 20
    slow_calls: int = 200
    sweeps: int = 24
    planned: int = 500
    swept: int = 1000
    posted_naively: int = 40
    stored_jobs: int = 10_000
    waiting: int = 1_000_000
    enrolments: int = 1_000_000
    swept_beside_web: int = 30_000
    kills: int = 1000
    one_in: int = 1
    mails: int = 40
    sendings: int = 8
    round_trip: float = 0.02


FULL = Effort()
QUICK = Effort(
    calls=5,
    slow_calls=50,
    sweeps=8,
    planned=20,
    waiting=100_000,
    enrolments=100_000,
    swept_beside_web=5_000,
    kills=60,
    one_in=10,
    stored_jobs=500,
    sendings=3,
)


@dataclass(frozen=True)
class Shape:
    """How large the data is. The numbers of rows that belong together follow from one another's order."""

    cohorts: int = 5000
    members: int = 15

    @property
    def coaches(self) -> int:
        return -(-self.cohorts // COHORTS_PER_COACH)

    def coach(self, cohort: int) -> int:
        """The number of the person who coaches the cohort."""
        return FIRST_PERSON + (cohort - 1) // COHORTS_PER_COACH

    def participant(self, cohort: int, place: int) -> int:
        return FIRST_PERSON + self.coaches + (cohort - 1) * self.members + place

    def membership(self, cohort: int, place: int) -> int:
        """Place 0 and up are participants; the coach's comes after the last of them."""
        return (cohort - 1) * (self.members + 1) + place + 1

    def programme(self, cohort: int) -> int:
        return (cohort - 1) % PROGRAMMES + 1

    def starts_on(self, cohort: int) -> date:
        """Cohorts start from three years ago to seven weeks from now."""
        weeks = (cohort * 7) % 164
        return date(2023, 6, 19) + timedelta(weeks=weeks)

    def each(self) -> range:
        return range(1, self.cohorts + 1)


def public_id(kind: str, number: int) -> str:
    """A public identifier of 20 characters; here it may be guessed."""
    return f"{kind}{number:019d}"
