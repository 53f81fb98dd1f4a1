"""A coach's home: who needs me this week, and what there is to celebrate. Four statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Attendance,
    BatchState,
    CoachingSession,
    Cohort,
    ImportBatch,
    ImportRow,
    Membership,
    Person,
    Role,
    RowOutcome,
    SessionState,
)
from coaching.policies import Actor
from coaching.services.cohort_cards import COACHED, COACHED_CARDS, CohortCard, read_cards
from coaching.services.counted_sessions import MISSED_IN_A_ROW
from coaching.services.launch_list import COACHED_SINCE, LONGEST_LIST, LaunchLine, read_launches
from coaching.services.silence import SilentCheckIn, read_silent
from coaching.services.words import is_one_of, is_word

ABSENCES_IN_A_ROW = 2
# Who has not recorded a session by then is not going to.
RECORDS_WITHIN = timedelta(days=60)


class AbsenceRun(NamedTuple):
    """A participant who missed their latest sessions one after the other; an excused one neither counts nor ends it."""

    membership_id: str
    name: str
    cohort_id: str
    cohort: str
    absences: int
    since: datetime


class OpenRecord(NamedTuple):
    """A session that is over and of which nobody was recorded, or whose report has rows that wait for an answer.

    Until that is settled it counts as held, and as not recorded. `batch_id` is the report's, None where there is none.
    """

    id: str
    title: str
    starts_at: datetime
    cohort: str
    batch_id: str | None
    rows: int


class CoachHome(NamedTuple):
    """`launches` are those of this month."""

    cohorts: tuple[CohortCard, ...]
    silent: tuple[SilentCheckIn, ...]
    absences: tuple[AbsenceRun, ...]
    launches: tuple[LaunchLine, ...]
    open_records: tuple[OpenRecord, ...]


_LEARNERS = (
    Membership.cohort_id.in_(COACHED),
    is_word(Membership.role, Role.PARTICIPANT),
    is_one_of(Membership.status, OPEN_STATUSES),
)
_ABSENCES = (
    select(
        Membership.public_id,
        Person.name,
        Cohort.public_id,
        Cohort.name,
        func.count(),
        func.min(CoachingSession.starts_at),
    )
    .join_from(Membership, Attendance, Attendance.membership_id == Membership.id)
    .join(CoachingSession, CoachingSession.id == Attendance.session_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(*_LEARNERS, MISSED_IN_A_ROW, Cohort.ends_on >= bindparam("today"))
    .group_by(Membership.id, Person.id, Cohort.id)
    .having(func.count() >= literal_column(str(ABSENCES_IN_A_ROW)))
    .order_by(func.count().desc(), Person.name)
    .limit(literal_column(str(LONGEST_LIST)))
)

_REVIEW = and_(ImportRow.batch_id == ImportBatch.id, is_word(ImportRow.outcome, RowOutcome.REVIEW))
_OPEN_RECORDS = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        Cohort.name,
        func.max(ImportBatch.public_id),
        func.count(ImportRow.id),
    )
    .join_from(CoachingSession, Cohort, Cohort.id == CoachingSession.cohort_id)
    .outerjoin(
        ImportBatch,
        and_(ImportBatch.session_id == CoachingSession.id, is_word(ImportBatch.state, BatchState.APPLIED)),
    )
    .outerjoin(ImportRow, _REVIEW)
    .where(
        CoachingSession.cohort_id.in_(COACHED),
        is_word(CoachingSession.state, SessionState.SCHEDULED),
        CoachingSession.ends_at < bindparam("now"),
        CoachingSession.starts_at > bindparam("records_since"),
    )
    .group_by(CoachingSession.id, Cohort.id)
    .having(
        or_(
            func.count(ImportRow.id) > 0,
            ~exists().where(Attendance.session_id == CoachingSession.id),
        )
    )
    .order_by(CoachingSession.starts_at.desc(), CoachingSession.id.desc())
    .limit(literal_column(str(LONGEST_LIST)))
)


def coach_home(session: Session, *, actor: Actor, now: datetime) -> CoachHome:
    """The cohorts that the actor coaches, the running ones' absences, and the silence after the ended ones."""
    connection = session.connection()
    today = now.astimezone(ZoneInfo(actor.timezone)).date()
    values = {
        "person_id": actor.person_id,
        "today": today,
        "since": today.replace(day=1),
        "now": now,
        "records_since": now - RECORDS_WITHIN,
    }
    return CoachHome(
        cohorts=read_cards(connection, COACHED_CARDS, person_id=actor.person_id, now=now),
        silent=read_silent(connection, person_id=actor.person_id),
        absences=tuple(AbsenceRun(*row) for row in connection.execute(_ABSENCES, values).all()),
        launches=read_launches(connection, COACHED_SINCE, values),
        open_records=tuple(OpenRecord(*row) for row in connection.execute(_OPEN_RECORDS, values).all()),
    )
