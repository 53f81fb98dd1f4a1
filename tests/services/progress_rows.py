"""Rows for the tests of progress: what factories.py has no factory for, and whole cohorts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import (
    AnswerChoice,
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CoachingSession,
    Cohort,
    CourseProject,
    CourseRun,
    FollowUpStep,
    Goal,
    Instrument,
    Membership,
    MembershipStatus,
    Person,
    Platform,
    Programme,
    ProjectOwner,
    Rating,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    Response,
    Role,
    Stage,
    StageChange,
    StatusChange,
    Wave,
    WaveInvitation,
)
from coaching.tokens import new_public_id
from tests import factories
from tests.factories import NOW, make_membership, make_session

CLOSES = NOW + timedelta(days=60)


def _keep(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def attend(
    session: Session, meeting: CoachingSession, member: Membership, status: AttendanceStatus = AttendanceStatus.PRESENT
) -> None:
    _keep(
        session,
        Attendance(
            session_id=meeting.id,
            membership_id=member.id,
            status=status,
            source=AttendanceSource.COACH,
            recorded_at=NOW,
        ),
    )


def rate(session: Session, goal: Goal, score: int, rated_on: date = date(2026, 6, 1)) -> None:
    rated_by = goal.membership.person_id
    _keep(session, Rating(goal_id=goal.id, rated_by_id=rated_by, score=score, rated_on=rated_on, created_at=NOW))


def make_step(session: Session, cohort: Cohort, *, position: int = 1, label: str = "2 weeks after") -> FollowUpStep:
    return factories.make_step(
        session, cohort, position=position, label=label, offset=f"P{position * 14}D", question="Well?"
    )


def make_check_in(
    session: Session,
    step: FollowUpStep,
    member: Membership,
    *,
    asked_at: datetime | None = NOW - timedelta(days=8),
    answer: AnswerChoice | None = None,
    state: CheckInState | None = None,
    escalated_at: datetime | None = None,
    answered_at: datetime = NOW,
) -> CheckIn:
    asked = CheckInState.ASKED if asked_at else CheckInState.DUE
    check_in = factories.make_check_in(
        session,
        step,
        member,
        state=state or (CheckInState.ANSWERED if answer else asked),
        due_at=asked_at or NOW + timedelta(days=7),
        closes_at=CLOSES,
        asked_at=asked_at,
        escalated_at=escalated_at or (asked_at and asked_at + timedelta(days=7)),
    )
    if answer:
        _keep(session, CheckInAnswer(check_in_id=check_in.id, choice=answer, answered_at=answered_at, via="link"))
    return check_in


def reach(session: Session, run: CourseRun, value: int, *, as_of: date = date(2026, 6, 1), **values: Any) -> None:
    standard = {"metric": ReachMetric.JOINERS, "source": ReachSource.PARTICIPANT, "recorded_at": NOW}
    _keep(session, ReachSnapshot(run_id=run.id, value=value, as_of=as_of, **standard | values))


def history(session: Session, member: Membership, *statuses: Any) -> None:
    for status in statuses:
        _keep(session, StatusChange(membership_id=member.id, status=status, at=NOW))


def stage(session: Session, project: Any, *stages: Any) -> None:
    for one in stages:
        change = StageChange(project_id=project.id, stage=one, on=date(2026, 5, 1), recorded_at=NOW)
        _keep(session, change)
        project.stage = one
    session.flush()


def survey(session: Session, cohort: Cohort, ratings: list[int], *, silent: int = 0) -> None:
    """A wave put to as many members as there are ratings, and to `silent` more."""
    programme: Programme = cohort.programme
    instrument = session.query(Instrument).filter_by(programme_id=programme.id).one_or_none()
    if instrument is None:
        instrument = _keep(
            session, Instrument(programme_id=programme.id, name="End", question="How was it?", created_at=NOW)
        )
    day = date(2026, 6, 1)
    wave = _keep(session, Wave(instrument_id=instrument.id, cohort_id=cohort.id, opens_on=day, closes_on=day))
    for rating in ratings:
        _keep(session, Response(id=new_public_id(), wave_id=wave.id, rating=rating))
    for number in range(len(ratings) + silent):
        member = make_membership(session, cohort)
        has_answered = number < len(ratings)
        _keep(session, WaveInvitation(wave_id=wave.id, membership_id=member.id, has_answered=has_answered))


def fill_cohort(session: Session, cohort: Cohort, *, members: int) -> list[Membership]:
    """Participants with everything that progress reads, and sessions behind and ahead. One flush for all of them."""
    meetings = [
        make_session(session, cohort, starts_at=datetime(2026, month, 9, 9, tzinfo=UTC)) for month in (3, 4, 5, 7)
    ]
    steps = [make_step(session, cohort, position=position, label=f"Step {position}") for position in (1, 2)]
    participants = [
        Membership(
            cohort=cohort,
            person=Person(name=f"Member {number:03}", created_at=NOW),
            role=Role.PARTICIPANT,
            status=MembershipStatus.ACTIVE,
            joined_at=datetime(2026, 2, 20, 9, tzinfo=UTC),
        )
        for number in range(members)
    ]
    for member in participants:
        session.add_all(_life_of(member, meetings[:3], steps))
    session.flush()
    return participants


def _life_of(member: Membership, meetings: list[CoachingSession], steps: list[FollowUpStep]) -> list[Any]:
    goal = Goal(membership=member, statement="Launch a course", created_at=NOW)
    asked_at = NOW - timedelta(days=8)
    check_ins = [
        CheckIn(
            step=step,
            strand=step.strand,
            anchor_id=member.cohort.id,
            anchor_on=member.cohort.ends_on,
            membership=member,
            state=state,
            due_at=asked_at,
            asked_at=asked_at,
            closes_at=CLOSES,
        )
        for step, state in zip(steps, (CheckInState.ANSWERED, CheckInState.ASKED), strict=True)
    ]
    source = ReachSource.PARTICIPANT
    figure = ReachSnapshot(
        metric=ReachMetric.JOINERS, value=100, as_of=date(2026, 6, 1), source=source, recorded_at=NOW
    )
    project = CourseProject(
        programme=member.cohort.programme,
        cohort=member.cohort,
        title="A course",
        platform=Platform.MOODLE,
        stage=Stage.LAUNCHED,
        created_at=NOW,
        owners=[ProjectOwner(membership=member, added_at=NOW)],
        runs=[
            CourseRun(
                label="Run 1",
                platform=Platform.MOODLE,
                launched_on=date(2026, 6, 2),
                recorded_at=NOW,
                snapshots=[figure],
            )
        ],
        stage_changes=[StageChange(stage=Stage.LAUNCHED, on=date(2026, 6, 2), recorded_at=NOW)],
    )
    absences = [
        Attendance(
            session_id=meeting.id,
            membership=member,
            status=AttendanceStatus.ABSENT,
            source=AttendanceSource.COACH,
            recorded_at=NOW,
        )
        for meeting in meetings
    ]
    rating = Rating(goal=goal, rated_by=member.person, score=1, rated_on=date(2026, 6, 1), created_at=NOW)
    answer = CheckInAnswer(check_in=check_ins[0], choice=AnswerChoice.DID_IT, answered_at=NOW, via="link")
    return [member, goal, rating, *check_ins, answer, project, *absences]
