"""Private notes in a person's export: they ask, and the author of each note decides whether it is in it.

Nobody is told what a note says before its author included it; that there are some, and how many, everybody is told
about themselves. What was left out stays out with the reason that the person reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from coaching.errors import Conflict, Invalid
from coaching.models import OPEN_STATUSES, Cohort, ExportChoice, Membership, NoteReview, Person, PrivateNote
from coaching.policies import Actor, is_that_person, require
from coaching.private_note_policies import may_keep_private_notes, may_read_private_note
from coaching.services import audit
from coaching.services.note_cipher import Keyring
from coaching.services.private_notes import PrivateNoteLine, check_way, line_of, own_notes

# What the law gives for an answer (Article 12 (3) of the GDPR), in days that are always within a month.
ANSWERED_WITHIN = timedelta(days=28)
NOTHING_TO_REVIEW = "There is no private note about you that has still to be decided on."
ASKED_ALREADY = "You asked for this already. The coaches see it where they work, until they have decided."
NEEDS_REASON = "Say why it is left out. The person reads the reason."


class ReviewCounts(NamedTuple):
    """How many private notes there are about a person, and what was decided. `asked_at` is when they last asked.

    Of those that wait for a decision, `abandoned` are by authors who have left the cohort, and can decide no more.
    """

    total: int
    included: int
    left_out: int
    undecided: int
    waiting: int
    abandoned: int
    asked_at: datetime | None


class WaitingNote(NamedTuple):
    """A note that somebody waits for its author to decide on, since when, and until when they are to hear."""

    note: PrivateNoteLine
    asked_at: datetime
    answer_by: datetime


# Asked for after it was written: whoever wants a later one, too, asks again.
_IS_ASKED_FOR = and_(Membership.person_id == NoteReview.person_id, PrivateNote.written_at <= NoteReview.asked_at)
_FIRST_ASKED = (
    select(func.min(NoteReview.asked_at))
    .where(NoteReview.person_id == Membership.person_id, PrivateNote.written_at <= NoteReview.asked_at)
    .correlate(Membership, PrivateNote)
    .scalar_subquery()
)


_author_member = aliased(Membership)
_IS_AUTHOR_HERE = exists().where(
    _author_member.cohort_id == PrivateNote.cohort_id,
    _author_member.person_id == PrivateNote.author_id,
    _author_member.status.in_(OPEN_STATUSES),
)


def count_about(session: Session, person: Person, *, actor: Actor | None) -> ReviewCounts:
    """What a person is told of the private notes about them. `actor` is None for the command line."""
    require(actor is None or is_that_person(actor, person.id), seen=False)
    is_open = PrivateNote.in_export.is_(None)
    is_asked_for = exists().where(_IS_ASKED_FOR).correlate(Membership, PrivateNote)
    statement = (
        select(
            func.count(),
            func.count().filter(PrivateNote.in_export == ExportChoice.INCLUDE),
            func.count().filter(PrivateNote.in_export == ExportChoice.LEAVE_OUT),
            func.count().filter(is_open),
            func.count().filter(is_open, is_asked_for),
            func.count().filter(is_open, is_asked_for, ~_IS_AUTHOR_HERE.correlate(PrivateNote)),
            select(func.max(NoteReview.asked_at)).where(NoteReview.person_id == person.id).scalar_subquery(),
        )
        .select_from(PrivateNote)
        .join(Membership, Membership.id == PrivateNote.membership_id)
        .where(Membership.person_id == person.id)
    )
    return ReviewCounts(*session.execute(statement).one())


def ask_for_review(session: Session, person: Person, *, actor: Actor, now: datetime) -> NoteReview:
    """Asks the coaches who keep private notes about a person to decide on each. Only the person themselves asks."""
    counts = count_about(session, person, actor=actor)
    if not counts.undecided:
        raise Conflict(NOTHING_TO_REVIEW)
    if counts.waiting == counts.undecided:
        raise Conflict(ASKED_ALREADY)
    review = NoteReview(person_id=person.id, asked_at=now)
    session.add(review)
    audit.record(session, "note_review.asked", review, actor=actor, now=now)
    return review


def list_waiting(session: Session, *, keys: Keyring, actor: Actor) -> list[WaitingNote]:
    """The actor's own notes that somebody waits for them to decide on, who has waited longest first."""
    check_way(actor)
    statement = _waiting_for(actor, own_notes().add_columns(_FIRST_ASKED)).order_by(_FIRST_ASKED, PrivateNote.id)
    return [
        WaitingNote(line_of(note, keys), asked_at, asked_at + ANSWERED_WITHIN)
        for note, asked_at in session.execute(statement)
    ]


def count_waiting(session: Session, *, actor: Actor) -> int:
    """How many notes wait for the actor's decision."""
    number: int = session.execute(_waiting_for(actor, select(func.count(PrivateNote.id)))).scalar_one()
    return number


def count_waiting_in(session: Session, cohort: Cohort, *, actor: Actor) -> int:
    """How many of the actor's notes in one cohort wait for their decision."""
    mine = select(func.count(PrivateNote.id)).where(PrivateNote.cohort_id == cohort.id)
    number: int = session.execute(_waiting_for(actor, mine)).scalar_one()
    return number


def _waiting_for(actor: Actor, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    here = [cohort_id for cohort_id in actor.standings if may_keep_private_notes(actor, cohort_id)]
    return statement.join(Membership, Membership.id == PrivateNote.membership_id).where(
        PrivateNote.author_id == actor.person_id,
        PrivateNote.cohort_id.in_(here),
        PrivateNote.in_export.is_(None),
        exists().where(_IS_ASKED_FOR).correlate(Membership, PrivateNote),
    )


def decide_on_export(
    session: Session, note: PrivateNote, *, actor: Actor, now: datetime, choice: ExportChoice, reason: str = ""
) -> PrivateNote:
    """Whether the note is in the export of the person whom it is about. One that is left out has a reason."""
    require(may_read_private_note(actor, note), seen=False)
    check_way(actor)
    if note.membership_id is None:
        raise Conflict("This note is about no single person, so that nobody's export could hold it.")
    if choice == ExportChoice.LEAVE_OUT and not reason:
        raise Invalid.field("reason", NEEDS_REASON)
    note.in_export, note.decided_at = choice, now
    note.left_out_reason = reason if choice == ExportChoice.LEAVE_OUT else ""
    audit.record(session, "private_note.decided", note, actor=actor, now=now)
    return note


def list_for_export(session: Session, person: Person, *, keys: Keyring | None) -> list[dict[str, Any]]:
    """The private notes about a person as their export has them: words where the author included them, the reason where
    they were left out, and of those that nobody decided on that they are there. Without `keys` no words.

    `privacy.export_person`, which asks for permission, is what calls this.
    """
    statement = (
        select(PrivateNote, Person.name)
        .join(Membership, Membership.id == PrivateNote.membership_id)
        .join(Person, Person.id == PrivateNote.author_id)
        .where(Membership.person_id == person.id)
        .options(joinedload(PrivateNote.cohort), joinedload(PrivateNote.handed_over_by))
        .order_by(PrivateNote.id)
    )
    return list(_exported(session.execute(statement), keys))


def _exported(rows: Iterable[Any], keys: Keyring | None) -> Iterable[dict[str, Any]]:
    for note, author in rows:
        line: dict[str, Any] = {"cohort": note.cohort.name, "written_at": note.written_at, "decision": note.in_export}
        if note.in_export == ExportChoice.LEAVE_OUT:
            line |= {"reason": note.left_out_reason, "decided_at": note.decided_at}
        elif note.in_export == ExportChoice.INCLUDE:
            reading = keys.read(note) if keys is not None else None
            line |= _who(note, author)
            line |= {"decided_at": note.decided_at, "text": reading.text if reading else None}
            if reading is not None and reading.fault:
                line["text_is_missing_because"] = reading.fault
        yield line


def _who(note: PrivateNote, keeper: str) -> dict[str, str]:
    """Who wrote it; of one that was passed on, who keeps it now and who gave it to them."""
    if note.handed_over_by is None:
        return {"author": keeper}
    return {"kept_by": keeper, "handed_over_by": note.handed_over_by.name}
