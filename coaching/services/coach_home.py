"""A coach's home: who needs me this week, what waits to be recorded, and what there is to celebrate.

Four statements, and those of `needs`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from coaching.models import (
    Attendance,
    BatchState,
    CoachingSession,
    Cohort,
    ImportBatch,
    ImportRow,
    RowOutcome,
    SessionState,
)
from coaching.policies import Actor
from coaching.services.cohort_cards import COACHED, COACHED_CARDS, CohortCard, read_cards
from coaching.services.launch_list import COACHED_SINCE, LONGEST_LIST, LaunchLine, read_launches
from coaching.services.needs import NeedList, read_needs
from coaching.services.stale_runs import StaleRun, read_stale_coached
from coaching.services.words import is_word
from coaching.services.zones import today_in

# Who has not recorded a session by then is not going to.
RECORDS_WITHIN = timedelta(days=60)


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
    """`launches` are those of this month; `stale` the runs whose figures are too old to go by."""

    cohorts: tuple[CohortCard, ...]
    needs: NeedList
    launches: tuple[LaunchLine, ...]
    open_records: tuple[OpenRecord, ...]
    stale: tuple[StaleRun, ...]


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
    """The cohorts that the actor coaches, who of them needs the actor, and what happened there."""
    connection = session.connection()
    today = today_in(now, actor.timezone)
    values = {
        "person_id": actor.person_id,
        "since": today.replace(day=1),
        "now": now,
        "records_since": now - RECORDS_WITHIN,
    }
    return CoachHome(
        cohorts=read_cards(connection, COACHED_CARDS, person_id=actor.person_id, now=now),
        needs=read_needs(connection, actor=actor, now=now),
        launches=read_launches(connection, COACHED_SINCE, values),
        open_records=tuple(OpenRecord(*row) for row in connection.execute(_OPEN_RECORDS, values).all()),
        stale=read_stale_coached(connection, person_id=actor.person_id, today=today),
    )
