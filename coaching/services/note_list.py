"""Notes as lines: about a member, a session, or a cohort, as far as the one who asks reads their classes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    CoachingSession,
    Cohort,
    Membership,
    Note,
    NoteChange,
    NoteChangeState,
    NoteClass,
    NoteWriter,
    Person,
)
from coaching.note_policies import pair_coach_of, read_classes
from coaching.policies import Actor, may_view_cohort, may_view_member, may_view_session, require, runs_cohort
from coaching.services.words import is_one_of, is_word

READS_NONE = "You read no notes here: those who take part, who coach and who coordinate do."
PAGE = 20
LARGEST_PAGE = 100


class NoteLine(NamedTuple):
    """A note in a list: whom and what it is about, null where it is the cohort; who wrote it as what; its class.

    `body` is Markdown, as it was typed. `waits` is true while somebody is asked whether more people may read it.
    """

    id: str
    note_class: NoteClass
    body: str
    membership_id: str | None
    participant: str | None
    session_id: str | None
    session_title: str | None
    author: str
    written_as: NoteWriter
    pair_coach: str | None
    is_own: bool
    waits: bool
    written_at: datetime
    edited_at: datetime | None
    version: int


Lines = Select[*tuple[Any, ...]]
_subject, _coach = aliased(Person), aliased(Person)
_WAITS = exists().where(NoteChange.note_id == Note.id, is_word(NoteChange.state, NoteChangeState.PENDING))
_LINES: Lines = (
    select(
        Note.public_id,
        Note.note_class,
        Note.body,
        Membership.public_id,
        _subject.name,
        CoachingSession.public_id,
        CoachingSession.title,
        Person.name,
        Note.written_as,
        _coach.name,
        (Note.author_id == bindparam("me")).label("is_own"),
        _WAITS.label("waits"),
        Note.written_at,
        Note.edited_at,
        Note.version,
    )
    .join_from(Note, Person, Person.id == Note.author_id)
    .outerjoin(Membership, Membership.id == Note.membership_id)
    .outerjoin(_subject, _subject.id == Membership.person_id)
    .outerjoin(CoachingSession, CoachingSession.id == Note.session_id)
    .outerjoin(_coach, _coach.id == Note.pair_coach_id)
    .order_by(Note.written_at.desc(), Note.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def list_member_notes(
    session: Session,
    membership: Membership,
    *,
    actor: Actor,
    note_class: NoteClass | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[NoteLine]:
    """Notes about a participant, the newest first: of one class where it is named."""
    require(may_view_member(actor, membership), seen=False)
    about = Note.membership_id == bindparam("membership_id")
    values = {"membership_id": membership.id, "limit": limit, "offset": offset}
    return _read(
        session, about, values, actor=actor, cohort=membership.cohort, membership=membership, note_class=note_class
    )


def list_session_notes(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    note_class: NoteClass | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[NoteLine]:
    """Notes that were written about a session, the newest first."""
    require(may_view_session(actor, coaching_session), seen=False)
    about = Note.session_id == bindparam("session_id")
    values = {"session_id": coaching_session.id, "limit": limit, "offset": offset}
    cohort, pair = coaching_session.cohort, coaching_session.pair_membership
    return _read(session, about, values, actor=actor, cohort=cohort, membership=pair, note_class=note_class)


def list_cohort_notes(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    note_class: NoteClass | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[NoteLine]:
    """Notes about the cohort, and whatever the whole cohort reads of its people and sessions, the newest first.

    Who coached here and looks on now has the notes of their old pairs among them: the pages of members are closed.
    """
    require(may_view_cohort(actor, cohort), seen=False)
    about = and_(
        Note.cohort_id == bindparam("cohort_id"),
        or_(
            is_word(Note.note_class, NoteClass.COHORT),
            and_(Note.membership_id.is_(None), Note.session_id.is_(None)),
            and_(is_word(Note.note_class, NoteClass.PAIR), Note.pair_coach_id == bindparam("keeper")),
        ),
    )
    keeper = 0 if runs_cohort(actor, cohort) else pair_coach_of(actor, cohort)
    values = {"cohort_id": cohort.id, "keeper": keeper, "limit": limit, "offset": offset}
    return _read(session, about, values, actor=actor, cohort=cohort, membership=None, note_class=note_class)


def reads_notes(actor: Actor, cohort: Cohort, membership: Membership | None = None) -> bool:
    """Whether there is anything here that somebody reads by what they are."""
    return bool(read_classes(actor, cohort, membership))


def _read(
    session: Session,
    about: ColumnElement[bool],
    values: Mapping[str, Any],
    *,
    actor: Actor,
    cohort: Cohort,
    membership: Membership | None,
    note_class: NoteClass | None,
) -> list[NoteLine]:
    seen = read_classes(actor, cohort, membership)
    require(bool(seen), seen=True, message=READS_NONE)
    statement = _LINES.where(about, _is_read(seen))
    if note_class is not None:
        statement = statement.where(is_word(Note.note_class, note_class))
    limit = max(1, min(values["limit"], LARGEST_PAGE + 1))
    mine = {"me": actor.person_id, "my_pairs": pair_coach_of(actor, cohort)}
    rows = session.connection().execute(statement, {**values, **mine, "limit": limit})
    return [NoteLine(*row) for row in rows]


def _is_read(classes: frozenset[NoteClass]) -> ColumnElement[bool]:
    """The rule of `may_read_note`, as a condition."""
    of_class = is_one_of(Note.note_class, sorted(classes)) if classes else false()
    of_pair = and_(is_word(Note.note_class, NoteClass.PAIR), Note.pair_coach_id == bindparam("my_pairs"))
    return or_(of_class, of_pair)
