"""Where an answer goes: into the practice log, and its figure into the reach of the run that it must mean."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    AnswerChoice,
    CheckIn,
    CheckInAnswer,
    CourseProject,
    CourseRun,
    Membership,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    ReachMetric,
    ReachSource,
)
from coaching.services.reach import report_reach


def flow_into_practice(
    session: Session,
    check_in: CheckIn,
    answer: CheckInAnswer,
    *,
    on: date,
    recorded_by_id: int,
    now: datetime,
) -> None:
    """Brings the log into line with the answer. Call it in the answer's transaction, with permission asked.

    The log tells what was put into practice: it has a line for "did it", and for any answer that brings a figure,
    so that the figure can be given to a run later. An answer that takes both back takes its line back too. Figures
    that were reported stay: reach is corrected by a new figure, never rewritten.
    """
    entry = session.scalars(select(PracticeEntry).where(PracticeEntry.check_in_id == check_in.id)).one_or_none()
    if answer.choice != AnswerChoice.DID_IT and answer.enrolments is None:
        if entry is not None:
            session.delete(entry)
        return
    if entry is None:
        entry = PracticeEntry(
            membership_id=check_in.membership_id,
            kind=PracticeKind.CHECK_IN,
            on=on,
            check_in_id=check_in.id,
            created_at=now,
        )
        session.add(entry)
    entry.text, entry.enrolments = answer.note, answer.enrolments
    if answer.enrolments is None:
        entry.run = None
    else:
        entry.run = entry.run or _only_run(session, check_in.membership, on)
        _report(session, entry.run, answer.enrolments, on=on, recorded_by_id=recorded_by_id, now=now)


def _only_run(session: Session, membership: Membership, on: date) -> CourseRun | None:
    """The one run that has opened of the courses which this person builds in the programme; none where there are
    several."""
    statement = (
        select(CourseRun)
        .join(CourseProject, CourseProject.id == CourseRun.project_id)
        .join(ProjectOwner, ProjectOwner.project_id == CourseRun.project_id)
        .join(Membership, Membership.id == ProjectOwner.membership_id)
        .where(
            Membership.person_id == membership.person_id,
            CourseProject.programme_id == membership.cohort.programme_id,
            CourseRun.launched_on <= on,
        )
        .distinct()
        .limit(2)
    )
    runs = session.scalars(statement).all()
    return runs[0] if len(runs) == 1 else None


def _report(
    session: Session, run: CourseRun | None, enrolments: int, *, on: date, recorded_by_id: int, now: datetime
) -> None:
    if run is None:
        return
    try:
        report_reach(
            session,
            run,
            metric=ReachMetric.JOINERS,
            value=enrolments,
            as_of=on,
            source=ReachSource.CHECK_IN,
            recorded_by_id=recorded_by_id,
            now=now,
        )
    except Invalid:
        # The run cannot take the figure. That is no reason to lose what somebody took the time to say: the figure
        # stands in the answer and in the log.
        return
