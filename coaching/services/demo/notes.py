"""The demo's notes: of every class, and one about which its participant is asked whether it may be quoted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import NoteClass, Person
from coaching.services.actors import load_actor
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.note_changes import change_class
from coaching.services.note_cipher import Keyring
from coaching.services.notes import write_note
from coaching.services.private_notes import write_private_note

BETWEEN_US = "You said that you would show the first week to two colleagues before you film on. Begin with the sceptic."
MAY_BE_QUOTED = "Since the second circle the team meets without being asked to. That was not so in spring."
FROM_NIA = "Could we talk about how to say no? Everybody has one more thing that the course must have."
FOR_ALL = "The guide to captions works with our player too. Ask me if you get stuck at the export."
FOR_THE_OFFICE = "Two of the six get no licence for the platform before January. Could the programme speak for them?"
AS_EVIDENCE = "Without the circle we would have filmed for another year. It opened because somebody asked for the date."
KEPT_TO_ONESELF = "Went quiet after the second circle. Ask how work is before asking about the course."
OF_THE_GROUP = "They look at me when nobody speaks. Wait longer before I answer."


def build_notes(
    session: Session, ended: DemoCohort, running: DemoCohort, coach: Person, *, keys: Keyring | None, now: datetime
) -> None:
    """Notes in the two coaching cohorts. What only the coach reads is written where there is a key to seal it with."""
    # Who acts is read by a statement.
    session.flush()
    cohort, at = running.row, _last_held(running, now.date())
    nia, alumna = running.participants[0], ended.participants[0]
    as_coach, as_nia = load_actor(session, coach), load_actor(session, nia.person)
    by_coach: dict[str, Any] = {"actor": as_coach, "now": at}
    write_note(session, cohort, note_class=NoteClass.PAIR, membership=nia, body=BETWEEN_US, **by_coach)
    quoted = write_note(session, cohort, note_class=NoteClass.PAIR, membership=nia, body=MAY_BE_QUOTED, **by_coach)
    write_note(session, cohort, note_class=NoteClass.COORDINATOR, body=FOR_THE_OFFICE, **by_coach)
    by_nia: dict[str, Any] = {"actor": as_nia, "now": at + timedelta(days=1)}
    write_note(session, cohort, note_class=NoteClass.PAIR, membership=nia, body=FROM_NIA, **by_nia)
    write_note(session, cohort, note_class=NoteClass.COHORT, body=FOR_ALL, **by_nia)
    write_note(
        session,
        ended.row,
        actor=load_actor(session, alumna.person),
        now=_last_held(ended, now.date()),
        note_class=NoteClass.EVALUATION,
        body=AS_EVIDENCE,
        membership=alumna,
    )
    # A change is asked of the note by its number.
    session.flush()
    change_class(session, quoted, actor=as_coach, now=at + timedelta(days=2), note_class=NoteClass.EVALUATION)
    if keys is not None:
        quiet = running.participants[-1]
        write_private_note(session, cohort, keys=keys, body=KEPT_TO_ONESELF, membership=quiet, **by_coach)
        write_private_note(session, cohort, keys=keys, body=OF_THE_GROUP, **by_coach)


def _last_held(cohort: DemoCohort, today: date) -> datetime:
    return _at(max(day for day in cohort.days if day < today))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(16), tzinfo=UTC)
