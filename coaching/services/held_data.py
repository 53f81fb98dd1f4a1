"""What an export of somebody's data would hold: told to them before they ask, and to a coach of their own part."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import ExportChoice, Membership, Note, NoteClass, Person, PrivateNote
from coaching.policies import Actor, is_that_person, may_coach, require
from coaching.services.note_cipher import Keyring
from coaching.services.note_reviews import ReviewCounts, count_about
from coaching.services.privacy import ABOUT_PERSON, export_person
from coaching.services.private_notes import PrivateNoteLine, check_way, line_of, own_notes

# As people call what is kept of them, by the name of its table; what is not here is called by that name.
HEADINGS = {
    "person": "Your account",
    "auth_session": "When you signed in",
    "api_token": "Access tokens, without the tokens themselves",
    "capability": "Links that were mailed to you, without their secrets",
    "membership": "Your cohorts",
    "status_change": "The history of your memberships",
    "attendance": "Sessions that you came to or missed",
    "attendance_interval": "When you joined and left",
    "attendance_change": "Corrections of your attendance",
    "coaching_session": "Your one-to-ones",
    "goal": "Your goals",
    "rating": "Ratings of your goals",
    "action": "Your actions",
    "note": "Notes about you that you can read, and those that you wrote",
    "private_note": "Private notes that you wrote, without their words",
    "note_review": "When you asked for private notes to be reviewed",
    "check_in": "Check-ins that are planned or were asked",
    "check_in_answer": "Your answers to check-ins",
    "check_in_reply": "Your answers to the questions of check-ins",
    "asking": "When you were asked",
    "practice_entry": "Your practice log",
    "entry_factor": "What helped and hindered you",
    "practice_comment": "What was said in practice logs",
    "project_owner": "Course projects that you build",
    "evidence": "Evidence that you added",
    "project_goal": "Course projects that serve your goals",
    "message": "Messages to you",
    "delivery": "What came of messages to you",
    "inbox_item": "Your inbox",
    "contact_preference": "When we may ask you",
    "contact_address": "Your chat address",
    "opt_out": "What you unsubscribed from",
    "calendar_feed": "Addresses that your calendar reads",
    "calendar_invite": "Invites that your calendar was sent",
    "invited_session": "Sessions that your calendar was told",
    "rsvp": "Whether you said that you come",
    "poll_invitee": "Polls that you were asked in",
    "poll_answer": "Your answers to polls",
    "import_row": "Lines of attendance reports that name you",
    "remembered_match": "Names that you are known by in reports",
    "action_change": "What became of your actions",
    "goal_change": "What became of your goals",
    "goal_revision": "Earlier scales of your goals",
    "milestone": "Steps towards your goals",
    "metric": "Figures that you follow for your goals",
    "observation": "Values of these figures",
    "skill_assessment": "When you rated your skills",
    "skill_score": "Your ratings of your skills",
    "note_change": "Changes of who reads a note that you asked for",
    "note_consent": "What you answered when others were to read a note",
    "need_mark": "Signs about participants that you saw to",
    "cohort_change": "Cohorts that you paused, archived or opened again",
    "handover": "What you handed over",
    "programme_coordinator": "Programmes that you coordinate",
    "mail_template": "Words of mails that you wrote",
    "mail_wording": "Earlier words of mails that you wrote",
    "course_run": "Launches that you logged",
    "reach_snapshot": "Figures of reach that you reported",
    "stage_change": "Stages of courses that you noted",
    "project_edit": "When you edited a course",
    "series": "Series of your one-to-ones",
    "import_batch": "Attendance reports that you brought in",
    "poll": "Polls that you made",
    "wave_invitation": "Surveys that you were asked in",
}
GIVEN_TO_SUBJECT = (NoteClass.PAIR, NoteClass.COHORT, NoteClass.EVALUATION)


class HeldTable(NamedTuple):
    """One kind of thing that is kept of a person, and how many there are of it."""

    name: str
    heading: str
    rows: int


class HeldData(NamedTuple):
    """All kinds of which there is anything, and how it stands with private notes about the person."""

    tables: tuple[HeldTable, ...]
    private_notes: ReviewCounts


class GivenNote(NamedTuple):
    """A note of another class that its subject can read anyway."""

    id: str
    note_class: NoteClass
    body: str
    written_at: datetime


class ExportPreview(NamedTuple):
    """What a participant would be handed of what one coach wrote about them."""

    notes: tuple[GivenNote, ...]
    included: tuple[PrivateNoteLine, ...]
    left_out: tuple[PrivateNoteLine, ...]
    undecided: tuple[PrivateNoteLine, ...]


def describe_held(session: Session, person: Person, *, actor: Actor) -> HeldData:
    """How much is held on a person, by kind. A statement for each table, however much is in it."""
    require(is_that_person(actor, person.id), seen=False)
    held = export_person(session, person, actor=actor)
    tables = [
        HeldTable(name, HEADINGS.get(name) or name.replace("_", " ").capitalize(), len(lines))
        for name, lines in held.items()
        if name != ABOUT_PERSON
    ]
    return HeldData(tuple(tables), count_about(session, person, actor=actor))


def preview_for_coach(session: Session, membership: Membership, *, keys: Keyring, actor: Actor) -> ExportPreview:
    """What an export of this participant would hold of what the actor wrote, the oldest first."""
    require(may_coach(actor, membership.cohort), seen=False)
    check_way(actor)
    own = own_notes().where(PrivateNote.membership_id == membership.id, PrivateNote.author_id == actor.person_id)
    lines = [line_of(note, keys) for note in session.scalars(own.order_by(PrivateNote.id))]
    given = (
        select(Note.public_id, Note.note_class, Note.body, Note.written_at)
        .where(
            Note.membership_id == membership.id,
            Note.author_id == actor.person_id,
            Note.note_class.in_(GIVEN_TO_SUBJECT),
        )
        .order_by(Note.id)
    )
    return ExportPreview(
        notes=tuple(GivenNote(*row) for row in session.execute(given)),
        included=tuple(line for line in lines if line.in_export == ExportChoice.INCLUDE),
        left_out=tuple(line for line in lines if line.in_export == ExportChoice.LEAVE_OUT),
        undecided=tuple(line for line in lines if line.in_export is None),
    )
