"""The demo's loose ends, for people to see what is asked of them: a figure of no run yet, mails that went astray."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from coaching.models import (
    Asking,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    Cohort,
    CohortKind,
    CourseRun,
    Delivery,
    Membership,
    Message,
    MessageKind,
    MessageState,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    ReachMetric,
    ReachSnapshot,
)
from coaching.services.letter_links import UNSUBSCRIBE
from coaching.services.outbox import EMPTIED, enqueue
from coaching.tokens import derive_secret, hash_secret, new_secret

# What the figure is above the best known one, so that giving it to a run is no surprise.
GROWTH = 25
# What became of them, the older mail first, as they would stand in the outbox.
ASTRAY = (
    (MessageState.FAILED, "550 5.1.1 There is no mailbox here by that name."),
    (MessageState.UNKNOWN, "The connection was lost before the mail server said whether it took the message."),
)
_RUNS = func.count(CourseRun.id.distinct())
# The coaching cohorts first, whose coach the sign-in links have; then who has several runs that a figure may mean.
_UNTIED = (
    select(PracticeEntry.id, func.max(ReachSnapshot.value))
    .join(Membership, Membership.id == PracticeEntry.membership_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(ProjectOwner, ProjectOwner.membership_id == Membership.id)
    .join(CourseRun, (CourseRun.project_id == ProjectOwner.project_id) & (CourseRun.launched_on <= PracticeEntry.on))
    .outerjoin(
        ReachSnapshot,
        (ReachSnapshot.run_id == CourseRun.id)
        & ReachSnapshot.is_current
        & (ReachSnapshot.metric == ReachMetric.JOINERS),
    )
    .where(PracticeEntry.kind == PracticeKind.CHECK_IN)
    .group_by(PracticeEntry.id, Cohort.kind)
    .order_by(
        case((Cohort.kind == CohortKind.COACHING, 0), else_=1),
        case((_RUNS > 1, 0), else_=1),
        PracticeEntry.id.desc(),
    )
    .limit(1)
)
# The newest that nobody answered: a mail that went astray is one reason for silence.
_SILENT = (
    select(CheckIn)
    .join(CheckIn.membership)
    .where(CheckIn.state.in_((CheckInState.ASKED, CheckInState.EXPIRED)))
    .options(
        contains_eager(CheckIn.membership).joinedload(Membership.person),
        contains_eager(CheckIn.membership).joinedload(Membership.cohort).joinedload(Cohort.programme),
        joinedload(CheckIn.step),
    )
    .order_by(CheckIn.due_at.desc(), CheckIn.id.desc())
    .limit(len(ASTRAY))
)


def build_loose_ends(session: Session) -> None:
    """A figure that waits to be given to a run, and a mail in each state that people have to look at."""
    # What was answered is read by statements.
    session.flush()
    found = session.execute(_UNTIED).one_or_none()
    if found is not None:
        entry = session.get_one(PracticeEntry, found[0])
        entry.enrolments = (found[1] or 0) + GROWTH
        answer = select(CheckInAnswer).where(CheckInAnswer.check_in_id == entry.check_in_id)
        session.scalars(answer).one().enrolments = entry.enrolments
    for (state, detail), check_in in zip(ASTRAY, reversed(session.scalars(_SILENT).all()), strict=False):
        message = _ask(session, check_in)
        message.state, message.attempts, message.settled_at = state, 1, check_in.due_at + timedelta(minutes=1)
        if state != MessageState.UNKNOWN:
            # One whose fate is unknown keeps its link, because it may be sent again.
            for name, value in EMPTIED.items():
                setattr(message, name, value)
        session.add(Delivery(message_id=message.id, outcome=state, at=message.settled_at, detail=detail))


def _ask(session: Session, check_in: CheckIn) -> Message:
    """The mail of a check-in as it was on its day."""
    person, cohort, secret = check_in.membership.person, check_in.membership.cohort, new_secret()
    item = {
        "id": check_in.public_id,
        "label": check_in.step.label,
        "question": check_in.step.question,
        "cohort": cohort.name,
        "programme": cohort.programme.name,
        "closes_at": check_in.closes_at.isoformat(),
        "nudge": 0,
        "needs_consent": False,
    }
    facts = {"items": [item], "is_synthetic": cohort.programme.is_synthetic}
    message = enqueue(
        session, kind=MessageKind.CHECK_IN, subject_id=check_in.id, occurrence="1", recipient=person, facts=facts,
        secret=secret, now=check_in.due_at, cohort_id=cohort.id,
    )  # fmt: skip
    message.unsubscribe_hash = hash_secret(derive_secret(secret, UNSUBSCRIBE))
    link = hash_secret(derive_secret(secret, check_in.public_id))
    session.add(Asking(check_in_id=check_in.id, message_id=message.id, number=1, secret_hash=link))
    return message
