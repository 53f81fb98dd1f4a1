"""Who writes notes that only they read, and by which way one comes to them."""

from __future__ import annotations

from coaching.models import Cohort, PrivateNote, Role
from coaching.policies import Actor, Answer, is_writable, may_coach

# The scope that a token needs for private notes beside the one to read or to write.
PRIVATE_NOTES = "private_notes"


def may_write_private_notes(actor: Actor, cohort: Cohort) -> Answer:
    """Only the coaches of the cohort have notes of their own about it."""
    return may_coach(actor, cohort) and is_writable(cohort)


def may_read_private_note(actor: Actor, note: PrivateNote) -> bool:
    """Its author, nobody else and in no role, for as long as they are in the cohort: also as an observer, so that who
    handed the cohort over can still answer for what they wrote. Who has left reads nothing until they are back."""
    return note.author_id == actor.person_id and may_keep_private_notes(actor, note.cohort_id)


def may_keep_private_notes(actor: Actor, cohort_id: int) -> bool:
    """Whoever is in the cohort keeps the private notes that are theirs; a participant has none."""
    standing = actor.standings.get(cohort_id)
    return standing is not None and standing.is_open and standing.role != Role.PARTICIPANT


def may_edit_private_note(actor: Actor, note: PrivateNote) -> Answer:
    """Its author while they coach the cohort."""
    return may_read_private_note(actor, note) and may_coach(actor, note.cohort) and is_writable(note.cohort)


def reaches_private_notes(actor: Actor) -> bool:
    """Whether one comes by a way that leads to private notes: signed in, or by a token that was made for them."""
    return actor.scopes is None or PRIVATE_NOTES in actor.scopes
