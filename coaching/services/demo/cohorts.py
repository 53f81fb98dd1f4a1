"""The demo's cohorts: who applied, who came in, when they met and who was there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from coaching.models import (
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    Cohort,
    CohortKind,
    Membership,
    MembershipStatus,
    Person,
    Programme,
    Role,
    SessionState,
    StatusChange,
)
from coaching.services.demo import words
from coaching.services.zones import to_utc

ZONE = "Europe/London"
FORMAL_SIZES = (12, 14, 13, 15, 14, 15, 13)
COACHING_SIZES = (8, 6)
Status = MembershipStatus
# No password fits this: people of the demo came in once, and sign in by the links that the command prints.
BY_LINK = "by link"
# How many minutes who was late has missed, at the least.
LATE_BY = 11


@dataclass
class DemoCohort:
    """A cohort of the demo with its coach, the memberships of its participants and the days it met on."""

    row: Cohort
    coach: Person
    days: list[date]
    participants: list[Membership] = field(default_factory=list)


class Crowd:
    """Gives out invented people, each name once."""

    def __init__(self, session: Session, rng: Random, now: datetime) -> None:
        pairs = [f"{first} {last}" for first in words.FIRST_NAMES for last in words.LAST_NAMES]
        self._names = iter(rng.sample(pairs, 600))
        self._session, self._now = session, now

    def person(self, *, name: str | None = None, email: str | None = None, administrator: bool = False) -> Person:
        name = name or next(self._names)
        person = Person(
            name=name,
            email=email or f"{name.lower().replace(' ', '.')}@demo.example",
            password_hash=BY_LINK,
            timezone=ZONE,
            created_at=self._now,
            is_administrator=administrator,
        )
        self._session.add(person)
        return person


def plan_days(today: date) -> list[tuple[CohortKind, str, list[date]]]:
    """When each cohort met: seven formal ones over three years, two coaching ones the year after.

    The first coaching cohort ended three months ago, so that its three-month check-in is due right now; the second
    is under way, with its next session within a week.
    """
    next_session = today + timedelta(days=(1 - today.weekday() - 1) % 7 + 1)
    ivy = [next_session + timedelta(weeks=3 * place) for place in range(-3, 4)]
    month, year = (today.month - 4) % 12 + 1, today.year - (today.month <= 3)
    hazel_end = date(year, month, min(today.day, 28)) - timedelta(days=1)
    hazel_end -= timedelta(days=max(0, hazel_end.weekday() - 4))
    hazel = [hazel_end - timedelta(weeks=3 * place) for place in range(6, -1, -1)]
    plans: list[tuple[CohortKind, str, list[date]]] = []
    last_formal = hazel[0] - timedelta(weeks=8)
    last_formal -= timedelta(days=last_formal.weekday() - 1)
    for place, name in enumerate(words.FORMAL_NAMES):
        end = last_formal - timedelta(weeks=21 * (len(words.FORMAL_NAMES) - 1 - place))
        plans.append((CohortKind.FORMAL, name, [end - timedelta(weeks=2 * back) for back in range(7, -1, -1)]))
    coaching = zip(words.COACHING_NAMES, (hazel, ivy), strict=True)
    return plans + [(CohortKind.COACHING, name, days) for name, days in coaching]


def build_cohorts(
    session: Session, programme: Programme, crowd: Crowd, coaches: list[Person], *, rng: Random, now: datetime
) -> list[DemoCohort]:
    """All nine cohorts, with applications, memberships, sessions and attendance."""
    built = []
    sizes = iter((*FORMAL_SIZES, *COACHING_SIZES))
    for place, (kind, name, days) in enumerate(plan_days(now.date())):
        label = f"Cohort {name}" if kind == CohortKind.FORMAL else name
        row = Cohort(
            programme=programme,
            name=label,
            kind=kind,
            timezone=ZONE,
            starts_on=days[0],
            ends_on=days[-1],
            created_at=_at(days[0] - timedelta(weeks=10)),
        )
        session.add(row)
        # Memberships and sessions refer to the cohort by its number.
        session.flush()
        coach = coaches[0] if kind == CohortKind.COACHING else coaches[1 + place % 2]
        cohort = DemoCohort(row, coach, days)
        _seat(session, cohort, coach, Role.COACH, [(Status.ACTIVE, days[0])])
        _admit(session, cohort, crowd, size=next(sizes), rng=rng, today=now.date())
        _meet(session, cohort, rng=rng, now=now)
        built.append(cohort)
    return built


def _at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _seat(
    session: Session, cohort: DemoCohort, person: Person, role: Role, history: list[tuple[MembershipStatus, date]]
) -> Membership:
    membership = Membership(
        cohort=cohort.row, person=person, role=role, status=history[-1][0], joined_at=_at(history[0][1])
    )
    session.add(membership)
    # The history refers to the membership by its number.
    session.flush()
    session.add_all(StatusChange(membership_id=membership.id, status=status, at=_at(day)) for status, day in history)
    return membership


def _admit(session: Session, cohort: DemoCohort, crowd: Crowd, *, size: int, rng: Random, today: date) -> None:
    start, end = cohort.days[0], cohort.days[-1]
    is_formal = cohort.row.kind == CohortKind.FORMAL

    def before(weeks: int) -> date:
        return start - timedelta(weeks=weeks, days=rng.randrange(5))

    for _ in range(size):
        history = [(Status.APPLIED, before(8))]
        if is_formal:
            history.append((Status.SHORTLISTED, before(6)))
        history += [(Status.ACCEPTED, before(4)), (Status.ACTIVE, start)]
        if end < today:
            history.append((Status.COMPLETED, end))
        cohort.participants.append(_seat(session, cohort, crowd.person(), Role.PARTICIPANT, history))
    if not is_formal:
        return
    for _ in range(rng.randrange(5, 11)):
        ending = rng.choices((Status.DECLINED, Status.WAITLISTED, Status.WITHDRAWN), (6, 3, 1))[0]
        history = [(Status.APPLIED, before(8))]
        if ending == Status.WITHDRAWN:
            history.append((Status.ACCEPTED, before(4)))
        history.append((ending, before(2)))
        _seat(session, cohort, crowd.person(), Role.PARTICIPANT, history)


def _meet(session: Session, cohort: DemoCohort, *, rng: Random, now: datetime) -> None:
    is_formal = cohort.row.kind == CohortKind.FORMAL
    hour, minutes = (14, 90) if is_formal else (9, 60)
    for place, day in enumerate(cohort.days):
        local = datetime.combine(day, time(hour))
        starts_at = to_utc(local, ZONE)
        title = words.SESSION_TITLES[place] if is_formal else f"Coaching circle {place + 1}"
        meeting = CoachingSession(
            cohort=cohort.row,
            led_by=cohort.coach,
            title=title,
            local_start=local,
            timezone=ZONE,
            duration_minutes=minutes,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            state=SessionState.SCHEDULED,
            join_url="https://meet.example.org/room",
            created_at=cohort.row.created_at,
        )
        session.add(meeting)
        if meeting.ends_at <= now:
            # Attendance refers to the session by its number.
            session.flush()
            session.add_all(_presence(meeting, member, rng) for member in cohort.participants)


def _presence(meeting: CoachingSession, member: Membership, rng: Random) -> Attendance:
    whole = meeting.duration_minutes
    word = AttendanceStatus
    status = rng.choices((word.PRESENT, word.LATE, word.PARTIAL, word.ABSENT, word.EXCUSED), (70, 8, 7, 9, 6))[0]
    stayed = rng.randrange(whole * 3 // 4 + 1, whole + 1)
    minutes = {
        word.PRESENT: stayed,
        word.LATE: min(stayed, whole - LATE_BY),
        word.PARTIAL: rng.randrange(10, whole // 2),
        word.ABSENT: 0,
    }.get(status)
    return Attendance(
        session_id=meeting.id,
        membership_id=member.id,
        status=status,
        minutes=minutes,
        source=AttendanceSource.DEMO,
        recorded_at=meeting.ends_at,
    )
