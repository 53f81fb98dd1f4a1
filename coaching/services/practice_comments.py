"""What is said to a line of the practice log: comments and answers, a celebration, and that somebody saw it.

Nothing of this changes the line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, NotFound
from coaching.models import CommentKind, Membership, Person, PracticeComment, PracticeEntry
from coaching.policies import Actor, may_view_member, require
from coaching.practice_policies import may_change_comment, may_confirm_practice, may_speak_in_practice
from coaching.services import audit
from coaching.services.practice_mails import call_off_news, tell

FOR_RUNNERS = "Those who run the cohort celebrate and confirm what its participants put into practice."
ONLY_ITS_AUTHOR = "Only who wrote a comment changes it, or takes it back."
NO_WORDS = "A celebration has no words to change. Take it back, or write a comment beside it."
CELEBRATED = "You celebrated this already."
NOT_CELEBRATED = "You have not celebrated this, so there is nothing to take back."
CONFIRMED = "Somebody confirmed this already."
NOT_CONFIRMED = "Nobody has confirmed this, so there is nothing to take back."
CHANGED = "The participant changed this line since you read it. Look at it again, then confirm it."


class CommentLine(NamedTuple):
    """One thing that was said to a line; a celebration has no text. `is_own` where the one who asks said it."""

    id: str
    kind: CommentKind
    text: str
    author: str
    is_own: bool
    is_participant: bool
    created_at: datetime
    changed_at: datetime | None
    version: int


_LINES: Select[*tuple[Any, ...]] = (
    select(
        PracticeComment.public_id,
        PracticeComment.kind,
        PracticeComment.text,
        Person.name,
        PracticeComment.author_id,
        PracticeComment.created_at,
        PracticeComment.changed_at,
        PracticeComment.version,
    )
    .join(Person, Person.id == PracticeComment.author_id)
    .order_by(PracticeComment.id)
)


def list_comments(session: Session, entry: PracticeEntry, *, actor: Actor) -> list[CommentLine]:
    """What was said to the line, the oldest first."""
    require(may_view_member(actor, entry.membership), seen=False)
    subject = entry.membership.person_id
    rows = session.execute(_LINES.where(PracticeComment.entry_id == entry.id))
    return [
        CommentLine(public_id, kind, text, name, by == actor.person_id, by == subject, at, changed_at, version)
        for public_id, kind, text, name, by, at, changed_at, version in rows
    ]


def get_comment(session: Session, public_id: str, *, actor: Actor) -> PracticeComment:
    """Something that was said to a line, for those who read the line."""
    statement = (
        select(PracticeComment)
        .where(PracticeComment.public_id == public_id)
        .options(
            joinedload(PracticeComment.entry)
            .joinedload(PracticeEntry.membership)
            .options(joinedload(Membership.cohort), joinedload(Membership.person))
        )
    )
    comment = session.scalars(statement).one_or_none()
    if comment is None or not may_view_member(actor, comment.entry.membership):
        raise NotFound
    return comment


def add_comment(session: Session, entry: PracticeEntry, *, actor: Actor, now: datetime, text: str) -> PracticeComment:
    """Says something to a line: those who run the cohort, or the participant in answer."""
    membership = entry.membership
    require(may_speak_in_practice(actor, membership), seen=may_view_member(actor, membership))
    return _say(session, entry, CommentKind.COMMENT, text, actor=actor, now=now)


def edit_comment(
    session: Session, comment: PracticeComment, *, actor: Actor, now: datetime, text: str
) -> PracticeComment:
    """Other words for what one said oneself. Nobody is told a second time."""
    _require_own(comment, actor)
    if comment.kind == CommentKind.CELEBRATION:
        raise Conflict(NO_WORDS)
    if comment.text != text:
        comment.text, comment.changed_at = text, now
        audit.record(session, "practice_comment.edited", comment, actor=actor, now=now)
    return comment


def remove_comment(session: Session, comment: PracticeComment, *, actor: Actor, now: datetime) -> None:
    """Takes back what one said oneself, for good; who was not told yet is not told."""
    _require_own(comment, actor)
    call_off_news(session, comment.entry, now=now, reason="It was taken back.", comment=comment)
    audit.record(session, "practice_comment.removed", comment, actor=actor, now=now)
    session.delete(comment)


def celebrate(session: Session, entry: PracticeEntry, *, actor: Actor, now: datetime) -> PracticeComment:
    """Says "well done" without a word, once."""
    _hold(session, entry, actor)
    if _find_celebration(session, entry, actor) is not None:
        raise Conflict(CELEBRATED)
    return _say(session, entry, CommentKind.CELEBRATION, "", actor=actor, now=now)


def take_celebration_back(session: Session, entry: PracticeEntry, *, actor: Actor, now: datetime) -> None:
    """Takes one's own celebration back."""
    _hold(session, entry, actor)
    found = _find_celebration(session, entry, actor)
    if found is None:
        raise Conflict(NOT_CELEBRATED)
    remove_comment(session, found, actor=actor, now=now)


def confirm_entry(
    session: Session, entry: PracticeEntry, *, actor: Actor, now: datetime, version: int
) -> PracticeEntry:
    """Says that one saw it: evidence, and not a mark. `version` is the line's that was read."""
    _hold(session, entry, actor)
    if entry.confirmed_at is not None:
        raise Conflict(CONFIRMED)
    if entry.version != version:
        raise Conflict(CHANGED)
    entry.confirmed_at, entry.confirmed_by_id = now, actor.person_id
    audit.record(session, "practice.confirmed", entry, actor=actor, now=now)
    return entry


def take_confirmation_back(session: Session, entry: PracticeEntry, *, actor: Actor, now: datetime) -> PracticeEntry:
    """Takes back that somebody saw it, whoever it was."""
    _hold(session, entry, actor)
    if entry.confirmed_at is None:
        raise Conflict(NOT_CONFIRMED)
    entry.confirmed_at = entry.confirmed_by_id = None
    audit.record(session, "practice.confirmation_taken_back", entry, actor=actor, now=now)
    return entry


def _say(
    session: Session, entry: PracticeEntry, kind: CommentKind, text: str, *, actor: Actor, now: datetime
) -> PracticeComment:
    comment = PracticeComment(entry=entry, author_id=actor.person_id, kind=kind, text=text, created_at=now)
    session.add(comment)
    # The trail names it by its number, and so does the message, which the trail's flush gives.
    audit.record(session, f"practice_comment.{kind}", comment, actor=actor, now=now)
    tell(session, comment, author=actor.name, now=now)
    return comment


def _require_own(comment: PracticeComment, actor: Actor) -> None:
    seen = may_view_member(actor, comment.entry.membership)
    require(may_change_comment(actor, comment), seen=seen, message=ONLY_ITS_AUTHOR)


def _hold(session: Session, entry: PracticeEntry, actor: Actor) -> None:
    """Locked, because of two who confirm at once, or one who taps twice, the second has to hear of the first."""
    seen = may_view_member(actor, entry.membership)
    require(may_confirm_practice(actor, entry.membership), seen=seen, message=FOR_RUNNERS)
    session.refresh(entry, attribute_names=["confirmed_at", "confirmed_by_id", "version"], with_for_update=True)


def _find_celebration(session: Session, entry: PracticeEntry, actor: Actor) -> PracticeComment | None:
    statement = select(PracticeComment).where(
        PracticeComment.entry_id == entry.id,
        PracticeComment.author_id == actor.person_id,
        PracticeComment.kind == CommentKind.CELEBRATION,
    )
    return session.scalars(statement).first()
