"""The demo's answers: the end-of-programme ratings, and what people said to past check-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from coaching.models import (
    AnswerChoice,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CohortKind,
    CourseRun,
    Instrument,
    Membership,
    PracticeEntry,
    PracticeKind,
    Programme,
    ProjectOwner,
    Response,
    Wave,
    WaveInvitation,
)
from coaching.services.demo import words
from coaching.services.demo.cohorts import DemoCohort
from coaching.tokens import PUBLIC_ID_LENGTH

QUESTION = "All in all, how would you rate the programme?"
# Who stayed silent, and who rated it lower: 87 of 90 in the formal cohorts, and all of those who answered in the
# coaching cohort that has ended. Together 97% good or very good, as was published of the programme it is shaped on.
SILENT_FORMAL = 6
LOWER_RATINGS = (3, 3, 2)
FORGETFUL = 0.28


def build_ratings(
    session: Session, programme: Programme, cohorts: list[DemoCohort], *, rng: Random, now: datetime
) -> None:
    """A wave for each cohort that has ended: invitations that know who answered, responses that do not."""
    instrument = Instrument(programme=programme, name="End of programme", question=QUESTION, created_at=now)
    session.add(instrument)
    ended = [cohort for cohort in cohorts if cohort.days[-1] < now.date()]
    formal = [(cohort, member) for cohort in ended for member in _formal(cohort)]
    silent = {member.id for _, member in rng.sample(formal, SILENT_FORMAL)}
    answering = [member.id for _, member in formal if member.id not in silent]
    lower = dict(zip(rng.sample(answering, len(LOWER_RATINGS)), LOWER_RATINGS, strict=True))
    for cohort in ended:
        wave = Wave(
            instrument=instrument,
            cohort=cohort.row,
            opens_on=cohort.days[-1],
            closes_on=cohort.days[-1] + timedelta(weeks=3),
        )
        session.add(wave)
        # Invitations and responses refer to the wave by its number.
        session.flush()
        if cohort.row.kind == CohortKind.COACHING:
            silent.add(cohort.participants[-1].id)
        for member in cohort.participants:
            has_answered = member.id not in silent
            session.add(WaveInvitation(wave_id=wave.id, membership_id=member.id, has_answered=has_answered))
        ratings = [lower.get(m.id) or rng.choice((4, 5, 5)) for m in cohort.participants if m.id not in silent]
        session.add_all(Response(id=_random_id(rng), wave_id=wave.id, rating=rating) for rating in sorted(ratings))


def build_answers(session: Session, *, quiet: Membership, rng: Random, now: datetime) -> None:
    """What was said to every check-in whose day has passed; some stay silent, and so does `quiet` to what is open."""
    launches = session.execute(
        select(ProjectOwner.membership_id, func.min(CourseRun.launched_on))
        .join(CourseRun, CourseRun.project_id == ProjectOwner.project_id)
        .where(ProjectOwner.membership_id.is_not(None))
        .group_by(ProjectOwner.membership_id)
    )
    first_launch = {row[0]: row[1] for row in launches}
    past = select(CheckIn).where(CheckIn.due_at < now - timedelta(days=5)).order_by(CheckIn.id)
    for check_in in session.scalars(past.options(joinedload(CheckIn.step), joinedload(CheckIn.membership))):
        if check_in.step.is_alumni:
            # They were asked because they had agreed to it.
            member = check_in.membership
            member.alumni_consent, member.alumni_consent_at = True, member.alumni_consent_at or check_in.due_at
        check_in.asked_at, check_in.wake_at = check_in.due_at, None
        is_open = check_in.closes_at > now
        if rng.random() < FORGETFUL or (is_open and check_in.membership_id == quiet.id):
            check_in.state = CheckInState.ASKED if is_open else CheckInState.EXPIRED
            _leave_to_coaches(check_in, now)
            continue
        launched_on = first_launch.get(check_in.membership_id)
        answered_at = min(check_in.due_at + timedelta(days=rng.randrange(9), hours=rng.randrange(8)), now)
        has_launched = launched_on is not None and launched_on <= answered_at.date()
        choice, note = _said(has_launched, rng)
        keep_answer(session, check_in, choice, note, answered_at)


def keep_answer(session: Session, check_in: CheckIn, choice: AnswerChoice, note: str, answered_at: datetime) -> None:
    """An answer of the past, and its line in the practice log where it has one."""
    check_in.state = CheckInState.ANSWERED
    session.add(CheckInAnswer(check_in_id=check_in.id, choice=choice, note=note, answered_at=answered_at, via="demo"))
    if choice == AnswerChoice.DID_IT:
        session.add(
            PracticeEntry(
                membership_id=check_in.membership_id,
                kind=PracticeKind.CHECK_IN,
                on=answered_at.date(),
                text=note,
                check_in_id=check_in.id,
                created_at=answered_at,
            )
        )


def _leave_to_coaches(check_in: CheckIn, now: datetime) -> None:
    """Brought to mind and then left to the coaches, as far as its step says and time has passed."""
    step = check_in.step
    moments = [check_in.due_at + timedelta(days=step.nudge_days * number) for number in range(1, step.nudges + 1)]
    check_in.nudged = sum(moment < now for moment in moments)
    told_at = (moments or [check_in.due_at])[-1] + timedelta(days=step.escalate_days or 0)
    check_in.escalated_at = told_at if told_at < now else None
    if check_in.state == CheckInState.ASKED and told_at >= now:
        check_in.wake_at = min([*(moment for moment in moments if moment >= now), told_at])


def _formal(cohort: DemoCohort) -> list[Membership]:
    return cohort.participants if cohort.row.kind == CohortKind.FORMAL else []


def _said(has_launched: bool, rng: Random) -> tuple[AnswerChoice, str]:
    if has_launched:
        return AnswerChoice.DID_IT, rng.choice(words.NOTES_DID)
    if rng.random() < 0.85:
        return AnswerChoice.NOT_YET, rng.choice(words.NOTES_NOT_YET)
    return AnswerChoice.CANNOT_SAY, ""


def _random_id(rng: Random) -> str:
    return "".join(rng.choices("0123456789abcdefghjkmnpqrstvwxyz", k=PUBLIC_ID_LENGTH))
