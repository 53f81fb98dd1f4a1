"""Where an answer goes: into the practice log, its figures into the reach of the run that they are of, a rating to the
goal that was due, and values to the metrics of goals.

Nothing that somebody took the time to say is lost because a flow cannot take it: it stands in the answer, with why it
could not be used.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    AnswerChoice,
    AnswerFlow,
    CheckIn,
    CheckInAnswer,
    CheckInReply,
    CourseRun,
    PracticeEntry,
    PracticeKind,
    ReachMetric,
    ReachSource,
)
from coaching.policies import Actor
from coaching.services.asked_run import runs_meant
from coaching.services.check_in_metrics import flow_into_metrics
from coaching.services.check_in_ratings import flow_into_goal
from coaching.services.practice_entries import let_go_of_line
from coaching.services.reach import report_reach
from coaching.services.zones import today_in

NO_RUN = "There is no course run that it could be of. It stands in the practice log until there is one."
SEVERAL_RUNS = "There are several course runs that it could be of. Choose which in the practice log."
NO_RUN_FOR_IT = "There is no one course run that it must be of, so it counts for none. It stands here."
OPENED_LATER = "The run opened only after the day of this answer, so the figure cannot be of it. It stands here."
METRICS = {
    AnswerFlow.LEARNERS: ReachMetric.LEARNERS,
    AnswerFlow.ACTIVE: ReachMetric.ACTIVE,
    AnswerFlow.COMPLETED_50: ReachMetric.COMPLETED_50,
    AnswerFlow.COMPLETED_90: ReachMetric.COMPLETED_90,
}


def flow_answer(
    session: Session,
    check_in: CheckIn,
    answer: CheckInAnswer,
    *,
    actor: Actor,
    now: datetime,
    run_id: str | None = None,
) -> None:
    """Brings log, reach, goal and metrics into line with the answer, whose figures are of the run that it names, if
    any. Call it in the answer's transaction, with permission asked, and with the answer's replies kept."""
    on = today_in(now, check_in.membership.person.timezone)
    runs = runs_meant(session, check_in, on, run_id)
    run = session.get_one(CourseRun, runs[0]) if len(runs) == 1 else None
    entry = _log(session, check_in, answer, run, on=on, now=now)
    answer.unused_because = ""
    if answer.enrolments is not None and entry is not None:
        answer.unused_because = (
            _report(session, entry.run, ReachMetric.JOINERS, answer.enrolments, on=on, actor=actor, now=now)
            if entry.run is not None
            else (SEVERAL_RUNS if runs else NO_RUN)
        )
    for reply in answer.replies:
        reply.unused_because = _flow_reply(session, reply, run, on=on, actor=actor, now=now)
    flow_into_goal(session, check_in, answer, actor=actor, on=on, now=now)
    flow_into_metrics(session, check_in, answer, actor=actor, on=on, now=now)


def _log(
    session: Session, check_in: CheckIn, answer: CheckInAnswer, run: CourseRun | None, *, on: date, now: datetime
) -> PracticeEntry | None:
    """The line of the practice log: for "did it", and for any answer that brings enrolments, so that these can be given
    to a run later. An answer that takes both back takes its line back too. Figures that were reported stay: reach is
    corrected by a new figure, never rewritten."""
    entry = session.scalars(select(PracticeEntry).where(PracticeEntry.check_in_id == check_in.id)).one_or_none()
    if answer.choice != AnswerChoice.DID_IT and answer.enrolments is None:
        if entry is not None:
            let_go_of_line(session, entry)
        return None
    if entry is None:
        entry = PracticeEntry(
            membership_id=check_in.membership_id,
            kind=PracticeKind.CHECK_IN,
            on=on,
            check_in_id=check_in.id,
            created_at=now,
        )
        session.add(entry)
    if (entry.text, entry.enrolments) != (answer.note, answer.enrolments):
        # Whoever confirmed it confirmed what was said before.
        entry.confirmed_at = entry.confirmed_by_id = None
    entry.text, entry.enrolments = answer.note, answer.enrolments
    entry.run = (entry.run or run) if answer.enrolments is not None else None
    return entry


def _flow_reply(
    session: Session, reply: CheckInReply, run: CourseRun | None, *, on: date, actor: Actor, now: datetime
) -> str:
    """Gives a figure to its run, and says why not where it cannot."""
    metric = METRICS.get(reply.question.flows_to)
    if metric is None or reply.number is None:
        return ""
    if run is None:
        return NO_RUN_FOR_IT
    return _report(session, run, metric, int(reply.number), on=on, actor=actor, now=now)


def _report(
    session: Session, run: CourseRun, metric: ReachMetric, value: int, *, on: date, actor: Actor, now: datetime
) -> str:
    try:
        report_reach(
            session,
            run,
            metric=metric,
            value=value,
            as_of=on,
            source=ReachSource.CHECK_IN,
            recorded_by_id=actor.person_id,
            now=now,
        )
    except Invalid:
        # The value is a figure and the day is today's, so what is wrong can only be the run's own day.
        return OPENED_LATER
    return ""
