"""A cohort at a glance: six statements, whether it has 15 members or 100."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Integer,
    String,
    and_,
    bindparam,
    func,
    not_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    AnswerChoice,
    Attendance,
    AttendanceStatus,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CoachingSession,
    Cohort,
    Goal,
    Membership,
    MembershipStatus,
    Person,
    Role,
)
from coaching.policies import Actor, may_coach, may_view_cohort, may_view_cohort_progress, require, runs_cohort
from coaching.services.counted_sessions import COUNTS, HELD_FOR_MEMBER, IS_OPEN, UNRECORDED
from coaching.services.goal_attainment import CohortAttainment, attain_together
from coaching.services.goal_scores import LATEST_SCORE
from coaching.services.project_list import (
    OWNERS_IN_COHORT,
    PROJECTS_IN_COHORT,
    ProjectLine,
    ReachTotals,
    read_projects,
)
from coaching.services.session_list import WAS_THERE, SessionLine, last_session, next_session, read_sessions
from coaching.services.words import is_word
from coaching.statistics.gas import Attainment, ScaledGoal, attainment

# Who withdrew was in, and keeps their place among those whose goals are counted.
_NEVER_IN = frozenset(MembershipStatus) - {*OPEN_STATUSES, MembershipStatus.WITHDRAWN}
_IN_COHORT = Membership.cohort_id == bindparam("cohort_id")

MEMBERS = (
    select(
        Membership.id,
        Membership.public_id,
        Person.name,
        Membership.role,
        Membership.status,
        Membership.joined_at,
        func.count().filter(WAS_THERE),
        func.count().filter(COUNTS),
        func.count().filter(is_word(Attendance.status, AttendanceStatus.EXCUSED)),
        func.count().filter(UNRECORDED),
        func.max(CoachingSession.starts_at).filter(WAS_THERE),
    )
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(CoachingSession, HELD_FOR_MEMBER)
    .outerjoin(Attendance, and_(Attendance.session_id == CoachingSession.id, Attendance.membership_id == Membership.id))
    .where(_IN_COHORT)
    .group_by(Membership.id, Person.id)
    .order_by(Person.name, Membership.id)
)
_NAMES = (
    select(Membership.public_id, Person.name, Membership.role)
    .join(Person, Person.id == Membership.person_id)
    .where(_IN_COHORT, IS_OPEN)
    .order_by(Person.name, Membership.id)
)
_GOALS = (
    select(Goal.membership_id, Goal.importance * Goal.difficulty, Goal.baseline, LATEST_SCORE)
    .join(Membership, Membership.id == Goal.membership_id)
    .where(_IN_COHORT)
)
# The words stay words here: of the many rows, only one answer a member is shown.
_CHECK_INS = (
    select(
        CheckIn.membership_id,
        type_coerce(CheckIn.state, String),
        type_coerce(CheckIn.asked_at.is_not(None), Integer),
        type_coerce(CheckInAnswer.choice, String),
    )
    .join(Membership, Membership.id == CheckIn.membership_id)
    .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
    .where(_IN_COHORT, not_(is_word(CheckIn.state, CheckInState.CANCELLED)))
    .order_by(CheckInAnswer.answered_at, CheckInAnswer.id)
)


# No named tuple, because a tuple's `count` is something else.
@dataclass(frozen=True, slots=True)
class GoalCounts:
    """A member's goals. The two T are over rated goals, and None where there are none or to who may not see them."""

    count: int = 0
    rated: int = 0
    baseline_t: float | None = None
    achieved_t: float | None = None


class CheckInCounts(NamedTuple):
    """A member's check-ins: `due` wait to be asked; of those `asked`, `answered` were and the rest are silent.

    `latest` is None where nothing was answered, and to who may not see answers.
    """

    due: int = 0
    asked: int = 0
    answered: int = 0
    latest: AnswerChoice | None = None

    @property
    def silent(self) -> int:
        return self.asked - self.answered


class MemberProgress(NamedTuple):
    """One row of the cohort's table. `attended` of `counted` sessions; `excused` and `unrecorded` ones are among these.

    `joiners` are over the projects they own.
    """

    id: str
    name: str
    role: Role
    status: MembershipStatus
    joined_at: datetime
    attended: int
    counted: int
    excused: int
    unrecorded: int
    last_attended_at: datetime | None
    goals: GoalCounts
    check_ins: CheckInCounts
    projects: tuple[ProjectLine, ...]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def first_launch(self) -> date | None:
        return min((line.first_launch for line in self.projects if line.first_launch is not None), default=None)

    @property
    def joiners(self) -> int | None:
        known = [line.joiners for line in self.projects if line.joiners is not None]
        return sum(known) if known else None


class CohortProgress(NamedTuple):
    """What those see who run or observe the cohort. Sessions and members come in the order of the page."""

    cohort: Cohort
    members: tuple[MemberProgress, ...]
    sessions: tuple[SessionLine, ...]
    next_session: SessionLine | None
    last_session: SessionLine | None
    projects: tuple[ProjectLine, ...]
    totals: ReachTotals
    attainment: CohortAttainment

    @property
    def participants(self) -> tuple[MemberProgress, ...]:
        """Those who are in and learn: the ones to count."""
        return tuple(member for member in self.members if member.role == Role.PARTICIPANT and member.is_open)


class MemberName(NamedTuple):
    """A fellow member, as participants see one another."""

    id: str
    name: str
    role: Role


class CohortOverview(NamedTuple):
    """What a participant sees of their cohort: sessions but for other people's one-to-ones, names, projects."""

    cohort: Cohort
    sessions: tuple[SessionLine, ...]
    next_session: SessionLine | None
    members: tuple[MemberName, ...]
    projects: tuple[ProjectLine, ...]
    totals: ReachTotals


def cohort_progress(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> CohortProgress:
    """Every member's progress. Goal scores are for the cohort's coaches, answers for those who run it."""
    require(
        may_view_cohort_progress(actor, cohort),
        seen=may_view_cohort(actor, cohort),
        message="The table of everyone's progress is for coaches, coordinators and observers.",
    )
    connection, values = session.connection(), {"cohort_id": cohort.id, "now": now}
    sessions = read_sessions(connection, cohort, actor=actor)
    reached = _read_goals(connection, values)
    sees_scores = may_coach(actor, cohort)
    check_ins = _read_check_ins(connection, values, with_answers=runs_cohort(actor, cohort))
    projects = read_projects(connection, PROJECTS_IN_COHORT, OWNERS_IN_COHORT, values)
    owned = projects.by_member()
    rows = connection.execute(MEMBERS, values).all()
    members = tuple(
        MemberProgress(
            public_id, name, role, status, joined_at, attended, counted, excused, unrecorded, last,
            _count_goals(reached.get(number), sees_scores), check_ins.get(number, _NO_CHECK_INS),
            tuple(owned.get(public_id, ())),
        )
        for number, public_id, name, role, status, joined_at, attended, counted, excused, unrecorded, last in rows
    )  # fmt: skip
    came_in = [row[0] for row in rows if row[3] == Role.PARTICIPANT and row[4] not in _NEVER_IN]
    return CohortProgress(
        cohort=cohort,
        members=members,
        sessions=sessions,
        next_session=next_session(sessions, now=now),
        last_session=last_session(sessions, now=now),
        projects=projects.lines,
        totals=projects.totals,
        attainment=attain_together((reached.get(one) for one in came_in), minimum=cohort.programme.minimum_group),
    )


def cohort_overview(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> CohortOverview:
    """What every member may see, participants included."""
    require(may_view_cohort(actor, cohort), seen=False)
    connection, values = session.connection(), {"cohort_id": cohort.id}
    sessions = read_sessions(connection, cohort, actor=actor)
    projects = read_projects(connection, PROJECTS_IN_COHORT, OWNERS_IN_COHORT, values)
    return CohortOverview(
        cohort=cohort,
        sessions=sessions,
        next_session=next_session(sessions, now=now),
        members=tuple(MemberName(*row) for row in connection.execute(_NAMES, values).all()),
        projects=projects.lines,
        totals=projects.totals,
    )


def _read_goals(connection: Connection, values: dict[str, Any]) -> dict[int, Attainment]:
    """What each member's goals come to, of who has any."""
    goals: defaultdict[int, list[ScaledGoal]] = defaultdict(list)
    for membership_id, weight, baseline, score in connection.execute(_GOALS, values).all():
        goals[membership_id].append(ScaledGoal(weight, baseline, score))
    return {membership_id: attainment(found) for membership_id, found in goals.items()}


def _count_goals(reached: Attainment | None, sees_scores: bool) -> GoalCounts:
    """A member's goals in numbers, with both T where they are for the actor to see."""
    if reached is None:
        return _NO_GOALS
    scores = (reached.baseline_t, reached.achieved_t) if sees_scores else (None, None)
    return GoalCounts(reached.rated + reached.unrated, reached.rated, *scores)


def _read_check_ins(connection: Connection, values: dict[str, Any], *, with_answers: bool) -> dict[int, CheckInCounts]:
    """Counts by member. The rows come in the order of the answers, so the last choice met is the latest."""
    seen: defaultdict[int, list[Any]] = defaultdict(lambda: [0, 0, 0, None])
    for membership_id, state, was_asked, chosen in connection.execute(_CHECK_INS, values).all():
        counts = seen[membership_id]
        if state == CheckInState.DUE:
            counts[0] += 1
        if was_asked or chosen:
            counts[1] += 1
        if chosen:
            counts[2] += 1
            counts[3] = chosen
    return {
        membership_id: CheckInCounts(due, asked, answered, AnswerChoice(last) if last and with_answers else None)
        for membership_id, (due, asked, answered, last) in seen.items()
    }


_NO_GOALS = GoalCounts()
_NO_CHECK_INS = CheckInCounts()
