"""A note's class changed: at once where it only takes readers away, and otherwise when those concerned have agreed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    OPEN_STATUSES,
    Cohort,
    Membership,
    Note,
    NoteChange,
    NoteChangeState,
    NoteClass,
    NoteConsent,
    NoteWriter,
    Role,
)
from coaching.models.note_readers import offered_classes, only_narrows
from coaching.note_policies import may_change_class, may_read_note
from coaching.policies import Actor, is_writable, may_coordinate, may_view_cohort, require
from coaching.services import audit
from coaching.services.notes import find_pair_coach, take_back_question

FOR_THE_SIDES = (
    "Who wrote a note, the participant whom it is about and the coach of the pair can ask for another class."
)
NOT_FOR_IT = "This note cannot be of that kind. Choose another."
IS_THAT = "This note is of that kind already."
IS_ASKED = "Somebody is asked about this note already. Wait for the answer, or take the question back first."
IS_DECIDED = "This question was answered or taken back already."
NOT_ASKED = "You asked this. Those who are asked answer it."
NOT_YOURS = "Only who asked takes the question back."
COACH_LEFT = "The coach who was to read it no longer coaches this cohort. Say no, and ask again for another coach."


def change_class(
    session: Session,
    note: Note,
    *,
    actor: Actor,
    now: datetime,
    note_class: NoteClass,
    pair_coach: str | None = None,
) -> NoteChange:
    """Changes who reads the note, or asks those whose word it takes; until they agree it stays as it is.

    Nobody is asked where every new reader is one already and the author wants it so.
    """
    require(
        may_change_class(actor, note) and is_writable(note.cohort),
        seen=may_read_note(actor, note),
        message=FOR_THE_SIDES,
    )
    if note_class not in offered_classes(note.written_as, membership=note.membership, coaching_session=note.session):
        raise Invalid.field("note_class", NOT_FOR_IT)
    coach_id = _coach_of(session, note, note_class, pair_coach)
    # Locked, because of two who ask at once the second has to hear of the first.
    session.refresh(note, attribute_names=["note_class", "pair_coach_id", "version"], with_for_update=True)
    if (note.note_class, note.pair_coach_id) == (note_class, coach_id):
        raise Conflict(IS_THAT)
    if _waiting(session, note) is not None:
        raise Conflict(IS_ASKED)
    change = _new_change(note, note_class, coach_id, by_id=actor.person_id, now=now)
    asked = whom_to_ask(note, note_class, coach_id) - {actor.person_id}
    change.consents = [NoteConsent(person_id=person_id) for person_id in sorted(asked)]
    session.add(change)
    if asked:
        audit.record(session, "note_change.asked", change, actor=actor, now=now)
    else:
        _make(session, change, actor=actor, now=now)
    return change


def whom_to_ask(note: Note, note_class: NoteClass, coach_id: int | None) -> set[int]:
    """Those whose word a change of class takes: its author, and where somebody new reads it, the participant whom it is
    about and the coach of the pair."""
    if only_narrows(note.note_class, note_class, is_same_coach=coach_id == note.pair_coach_id):
        return {note.author_id}
    subject = note.membership.person_id if note.membership is not None else None
    return {one for one in (note.author_id, subject, note.pair_coach_id) if one is not None}


def get_change(session: Session, public_id: str, *, actor: Actor) -> NoteChange:
    """A question about a note, for those who are asked, and for who asked while they read the note."""
    statement = _in_full().where(NoteChange.public_id == public_id)
    change = session.scalars(statement).one_or_none()
    if change is None or not _is_concerned(actor, change):
        raise NotFound
    return change


def list_asked(session: Session, *, actor: Actor) -> list[NoteChange]:
    """The questions that wait for the actor's answer, the oldest first."""
    asked = select(NoteConsent.change_id).where(NoteConsent.person_id == actor.person_id, NoteConsent.agreed.is_(None))
    statement = _in_full().where(NoteChange.id.in_(asked), NoteChange.state == NoteChangeState.PENDING)
    changes = session.scalars(statement.order_by(NoteChange.id)).unique()
    return [change for change in changes if may_view_cohort(actor, change.note.cohort)]


def list_changes(session: Session, note: Note, *, actor: Actor) -> list[NoteChange]:
    """What became of the note's class, the oldest first; what was only asked is for those who could ask."""
    require(may_read_note(actor, note), seen=False)
    statement = _in_full().where(NoteChange.note_id == note.id).order_by(NoteChange.id)
    if not may_change_class(actor, note):
        statement = statement.where(NoteChange.state == NoteChangeState.MADE)
    return list(session.scalars(statement).unique())


def answer_change(session: Session, change: NoteChange, *, actor: Actor, now: datetime, agreed: bool) -> NoteChange:
    """Says yes or no to what was asked. With the last yes the change is made; with the first no it never is."""
    own = [consent for consent in change.consents if consent.person_id == actor.person_id]
    is_asked = bool(own) and may_view_cohort(actor, change.note.cohort)
    require(is_asked and is_writable(change.note.cohort), seen=_is_concerned(actor, change), message=NOT_ASKED)
    _lock_pending(session, change)
    own[0].agreed, own[0].answered_at = agreed, now
    if not agreed:
        change.state, change.decided_at = NoteChangeState.REFUSED, now
    elif all(consent.agreed for consent in change.consents):
        _check_coach(session, change)
        # Who edits it at this moment is to hear of it, or to be heard of.
        session.refresh(change.note, attribute_names=["version"], with_for_update=True)
        _make(session, change, actor=actor, now=now)
    audit.record(session, "note_change.agreed" if agreed else "note_change.refused", change, actor=actor, now=now)
    return change


def withdraw_change(session: Session, change: NoteChange, *, actor: Actor, now: datetime) -> NoteChange:
    """Takes back what was asked."""
    is_theirs = change.by_id == actor.person_id and is_writable(change.note.cohort)
    require(is_theirs, seen=_is_concerned(actor, change), message=NOT_YOURS)
    _lock_pending(session, change)
    change.state, change.decided_at = NoteChangeState.WITHDRAWN, now
    audit.record(session, "note_change.withdrawn", change, actor=actor, now=now)
    return change


def hand_over_pair_notes(
    session: Session,
    from_membership: Membership,
    to_membership: Membership,
    *,
    actor: Actor,
    now: datetime,
    participant: Membership | None = None,
) -> int:
    """Asks the participants whether the new coach may read the notes of the old pair, or one participant alone. Until
    they agree the notes stay with both sides of the old pair. Returns how many notes it is about.

    Whoever hands over asks in the old coach's name, and needs not read the notes for it.
    """
    cohort = from_membership.cohort
    is_theirs = from_membership.person_id == actor.person_id or may_coordinate(actor, cohort.programme_id)
    require(is_theirs, seen=may_view_cohort(actor, cohort))
    statement = (
        select(Note)
        .where(
            Note.cohort_id == cohort.id,
            Note.note_class == NoteClass.PAIR,
            Note.pair_coach_id == from_membership.person_id,
        )
        .options(joinedload(Note.membership))
        .order_by(Note.id)
    )
    if participant is not None:
        statement = statement.where(Note.membership_id == participant.id)
    else:
        _take_back_askings_for(session, from_membership, now=now)
    notes = session.scalars(statement).all()
    for note in notes:
        take_back_question(session, note, now=now)
        change = _new_change(note, NoteClass.PAIR, to_membership.person_id, by_id=from_membership.person_id, now=now)
        # The table asks a pair's note to be about somebody.
        change.consents = [NoteConsent(person_id=note.membership.person_id)] if note.membership is not None else []
        session.add(change)
        audit.record(session, "note_change.asked", change, actor=actor, now=now)
    return len(notes)


def _take_back_askings_for(session: Session, coach: Membership, *, now: datetime) -> None:
    """Nobody is asked any more whether somebody may read notes who hands the cohort over: there would be no yes."""
    asked = (
        select(NoteChange)
        .join(Note, Note.id == NoteChange.note_id)
        .where(
            Note.cohort_id == coach.cohort_id,
            NoteChange.to_coach_id == coach.person_id,
            NoteChange.from_coach_id != coach.person_id,
            NoteChange.state == NoteChangeState.PENDING,
        )
    )
    for change in session.scalars(asked.with_for_update(of=NoteChange)).all():
        change.state, change.decided_at = NoteChangeState.WITHDRAWN, now


def _in_full() -> Select[NoteChange]:
    of_note = joinedload(NoteChange.note)
    return select(NoteChange).options(
        of_note.joinedload(Note.cohort).joinedload(Cohort.programme),
        of_note.joinedload(Note.membership).joinedload(Membership.person),
        of_note.joinedload(Note.author),
        of_note.joinedload(Note.pair_coach),
        of_note.joinedload(Note.session),
        joinedload(NoteChange.by),
        joinedload(NoteChange.to_coach),
        selectinload(NoteChange.consents).joinedload(NoteConsent.person),
    )


def _is_concerned(actor: Actor, change: NoteChange) -> bool:
    is_asked = any(consent.person_id == actor.person_id for consent in change.consents)
    if is_asked and change.state == NoteChangeState.PENDING:
        return may_view_cohort(actor, change.note.cohort)
    return (is_asked or change.by_id == actor.person_id) and may_read_note(actor, change.note)


def _new_change(note: Note, note_class: NoteClass, coach_id: int | None, *, by_id: int, now: datetime) -> NoteChange:
    return NoteChange(
        note=note,
        by_id=by_id,
        from_class=note.note_class,
        from_coach_id=note.pair_coach_id,
        to_class=note_class,
        to_coach_id=coach_id,
        state=NoteChangeState.PENDING,
        asked_at=now,
    )


def _make(session: Session, change: NoteChange, *, actor: Actor, now: datetime) -> None:
    change.state, change.decided_at = NoteChangeState.MADE, now
    change.note.note_class, change.note.pair_coach_id = change.to_class, change.to_coach_id
    audit.record(session, "note.class_changed", change.note, actor=actor, now=now)


def _coach_of(session: Session, note: Note, note_class: NoteClass, pair_coach: str | None) -> int | None:
    """The coach of the pair that the note would be of: the one who is named, or who wrote it, or the only one."""
    if note_class != NoteClass.PAIR:
        return None
    if pair_coach is None and note.written_as == NoteWriter.COACH:
        return note.author_id
    return find_pair_coach(session, note.cohort, pair_coach)


def _waiting(session: Session, note: Note) -> int | None:
    waiting = select(NoteChange.id).where(NoteChange.note_id == note.id, NoteChange.state == NoteChangeState.PENDING)
    return session.scalars(waiting).one_or_none()


def _lock_pending(session: Session, change: NoteChange) -> None:
    # Locked, because of two answers at once the second has to see the first.
    session.refresh(change, attribute_names=["state"], with_for_update=True)
    if change.state != NoteChangeState.PENDING:
        raise Conflict(IS_DECIDED)


def _check_coach(session: Session, change: NoteChange) -> None:
    if change.to_coach_id is None:
        return
    coaches = select(Membership.id).where(
        Membership.cohort_id == change.note.cohort_id,
        Membership.person_id == change.to_coach_id,
        Membership.role == Role.COACH,
        Membership.status.in_(OPEN_STATUSES),
    )
    if session.scalars(coaches).one_or_none() is None:
        raise Conflict(COACH_LEFT)
