"""Who is told what was said in a practice log: into their inbox alone, because a mail for each kind word pesters.

What is said stands in the log, and not in the message: so it goes with the line, and nobody keeps a copy of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coaching.channels.base import INBOX
from coaching.models import (
    OPEN_STATUSES,
    CommentKind,
    Membership,
    MessageKind,
    Person,
    PracticeComment,
    PracticeEntry,
    ProgrammeCoordinator,
    Role,
)
from coaching.services.outbox import cancel_messages, enqueue


def tell(session: Session, comment: PracticeComment, *, author: str, now: datetime) -> None:
    """Tells the participant what others say, and those who spoke in the line what the participant answers."""
    membership = comment.entry.membership
    is_answer = comment.author_id == membership.person_id
    for person in _recipients(session, comment, is_answer=is_answer):
        enqueue(
            session,
            kind=MessageKind.PRACTICE_COMMENT,
            subject_id=comment.id,
            # A number comes again once its comment is gone, on SQLite; this does not.
            occurrence=comment.public_id,
            recipient=person,
            facts={
                "by": author,
                "on": comment.entry.on.isoformat(),
                "is_celebration": comment.kind == CommentKind.CELEBRATION,
                "is_answer": is_answer,
                "cohort": membership.cohort.name,
                "is_synthetic": membership.cohort.programme.is_synthetic,
            },
            now=now,
            channel=INBOX,
            cohort_id=membership.cohort_id,
        )


def call_off_news(
    session: Session, entry: PracticeEntry, *, now: datetime, reason: str, comment: PracticeComment | None = None
) -> None:
    """Nobody is told any more of what is gone: of one comment, or of all to the line."""
    of_line = select(PracticeComment.id).where(PracticeComment.entry_id == entry.id)
    numbers = [comment.id] if comment is not None else list(session.scalars(of_line))
    cancel_messages(session, MessageKind.PRACTICE_COMMENT, numbers, now=now, reason=reason)


def _recipients(session: Session, comment: PracticeComment, *, is_answer: bool) -> list[Person]:
    """Those who may sign in, and may still read the line."""
    membership = comment.entry.membership
    may_come_in = Person.suspended_at.is_(None) & Person.erased_at.is_(None)
    if not is_answer:
        theirs = Person.id == membership.person_id
        return list(session.scalars(select(Person).where(theirs, may_come_in))) if _is_in(membership) else []
    spoke = select(PracticeComment.author_id).where(
        PracticeComment.entry_id == comment.entry_id, PracticeComment.author_id != comment.author_id
    )
    coaches = select(Membership.person_id).where(
        Membership.cohort_id == membership.cohort_id,
        Membership.role == Role.COACH,
        Membership.status.in_(OPEN_STATUSES),
    )
    coordinators = select(ProgrammeCoordinator.person_id).where(
        ProgrammeCoordinator.programme_id == membership.cohort.programme_id
    )
    runs_it = or_(Person.id.in_(coaches), Person.id.in_(coordinators))
    return list(session.scalars(select(Person).where(Person.id.in_(spoke), runs_it, may_come_in).order_by(Person.id)))


def _is_in(membership: Membership) -> bool:
    return membership.status in OPEN_STATUSES
