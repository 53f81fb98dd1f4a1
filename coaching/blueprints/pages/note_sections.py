"""The newest notes on the page of what they are about: a member, a session, a cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from coaching.blueprints.access import current_actor
from coaching.blueprints.note_words import who_reads
from coaching.extensions import db
from coaching.models import CoachingSession, Cohort, Membership
from coaching.note_policies import read_classes, writes_as
from coaching.policies import is_writable, may_coach
from coaching.services.note_list import NoteLine, list_cohort_notes, list_member_notes, list_session_notes
from coaching.services.private_notes import has_private_notes

# How many stand on the page of what they are about, in front of the list of all.
NEWEST = 3


@dataclass(frozen=True)
class NotePlace:
    """What notes are about: a participant, a session (with its participant, where it is a one-to-one), or a cohort."""

    noun: str
    public_id: str
    title: str
    cohort: Cohort
    membership: Membership | None = None
    held: CoachingSession | None = None

    @property
    def url(self) -> str:
        return self.url_of("notes.of")

    @property
    def action(self) -> str:
        return self.url_of("notes.write_of")

    def url_of(self, prefix: str, **query: Any) -> str:
        """The address of a route that there is once for each noun: `notes.of_member`, `notes.of_session`."""
        identifier: dict[str, Any] = {f"{self.noun}_id": self.public_id}
        return url_for(f"{prefix}_{self.noun}", **identifier, **query)

    @property
    def own_page(self) -> str:
        return url_for(f"{self.noun}s.show", public_id=self.public_id)

    @property
    def about(self) -> dict[str, Any]:
        return {"membership": self.membership, "coaching_session": self.held}

    def read(self, **part: Any) -> list[NoteLine]:
        """The notes here, as far as the one who asks reads them."""
        actor, session = current_actor(), db.session()
        if self.held is not None:
            return list_session_notes(session, self.held, actor=actor, **part)
        if self.membership is not None:
            return list_member_notes(session, self.membership, actor=actor, **part)
        return list_cohort_notes(session, self.cohort, actor=actor, **part)


def member_place(membership: Membership) -> NotePlace:
    return NotePlace("member", membership.public_id, membership.person.name, membership.cohort, membership=membership)


def session_place(held: CoachingSession) -> NotePlace:
    return NotePlace("session", held.public_id, held.title, held.cohort, membership=held.pair_membership, held=held)


def cohort_place(cohort: Cohort) -> NotePlace:
    return NotePlace("cohort", cohort.public_id, cohort.name, cohort)


def newest_notes(place: NotePlace) -> dict[str, Any]:
    """The variables of the section on the page of what notes are about; none for those who read no notes."""
    actor = current_actor()
    if not read_classes(actor, place.cohort, place.membership):
        return {"note_place": None}
    lines = place.read(limit=NEWEST)
    return {
        "note_place": place,
        "newest_notes": lines,
        "note_sentences": readers_of_lines(lines),
        "private_notes_url": private_url(place),
        "writes_notes": writes_as(actor, place.cohort, place.membership) is not None and is_writable(place.cohort),
    }


def private_url(place: NotePlace) -> str | None:
    """Where a coach writes what only they read, which no page of these ever holds; who handed the cohort over and looks
    on comes to their own there as well."""
    actor, endpoint = current_actor(), f"private_notes.of_{place.noun}"
    if endpoint not in current_app.view_functions:
        return None
    if not may_coach(actor, place.cohort) and not has_private_notes(db.session(), place.cohort, actor=actor):
        return None
    return place.url_of("private_notes.of")


def readers_of_lines(lines: list[NoteLine]) -> dict[str, str]:
    """Who reads each note, by its identifier."""
    return {
        line.id: who_reads(line.note_class, member=line.participant or "", coach=line.pair_coach or "")
        for line in lines
    }
