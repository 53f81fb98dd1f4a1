"""Lines of the practice log as the participant writes them: what they did, and what they think of it.

A line that came from a launch or a check-in says what these say; the participant adds to it, and does not rewrite it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    CourseProject,
    CourseRun,
    EntryFactor,
    Membership,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
    ProjectOwner,
)
from coaching.policies import Actor, may_view_member, require
from coaching.practice_policies import may_write_practice
from coaching.services import audit
from coaching.services.practice_mails import call_off_news
from coaching.services.zones import today_in

FOR_THE_PARTICIPANT = "A practice log is the participant’s own. Nobody else writes in it; say it in a comment."
NOT_YET = "This day lies ahead. Write it down when it has happened."
SAY_WHAT = "Say in a few words what you did."
NOT_THEIRS = "Choose a course of your own, or a run of one."
NOT_OFFERED = "One of these words is not among those of the programme. Load the page again, and choose once more."
COMES_FROM = "This comes from a launch or a check-in. Correct it there, and add here what you think of it."
TAKEN_BACK = "Said in a check-in, and taken back there."
NOT_BY_HAND = "A line that comes from a launch or a check-in goes when that is corrected. Take out what you added."


class Details(TypedDict, total=False):
    """What may be added to any line. `factor_ids` are words of the programme's vocabulary."""

    with_whom: str
    helped: str
    hindered: str
    reflection: str
    what_next: str
    factor_ids: Sequence[str]


WORDS = ("with_whom", "helped", "hindered", "reflection", "what_next")


def write_entry(
    session: Session,
    membership: Membership,
    *,
    actor: Actor,
    now: datetime,
    text: str,
    on: date,
    about_id: str | None = None,
    **details: Unpack[Details],
) -> PracticeEntry:
    """A line of the participant's own log, by hand: what they did, and when; whatever else they want to keep of it.

    `about_id` is a course that they build, or a run of one. Any day up to today will do, before the cohort ended or
    long after.
    """
    _require_writing(membership, actor)
    entry = PracticeEntry(membership=membership, kind=PracticeKind.ENTRY, created_at=now)
    _set(session, entry, text=text, on=on, about_id=about_id, today=today_in(now, actor.timezone), details=details)
    session.add(entry)
    audit.record(session, "practice.written", entry, actor=actor, now=now)
    return entry


def edit_entry(
    session: Session,
    entry: PracticeEntry,
    *,
    actor: Actor,
    now: datetime,
    text: str,
    on: date,
    about_id: str | None = None,
    **details: Unpack[Details],
) -> PracticeEntry:
    """Puts these values in the place of the line's. One that was confirmed is so no more, unless nothing changes.

    What a launch or a check-in says stays as it is: here it can only be given again.
    """
    _require_writing(entry.membership, actor)
    before = values_of(entry)
    if entry.kind != PracticeKind.ENTRY and (text, on, about_id) != (before["text"], before["on"], before["about_id"]):
        raise Invalid.field("text" if text != before["text"] else "on", COMES_FROM)
    _set(session, entry, text=text, on=on, about_id=about_id, today=today_in(now, actor.timezone), details=details)
    if values_of(entry) == before:
        return entry
    entry.changed_at = now
    entry.confirmed_at = entry.confirmed_by_id = None
    audit.record(session, "practice.edited", entry, actor=actor, now=now)
    return entry


def remove_entry(session: Session, entry: PracticeEntry, *, actor: Actor, now: datetime) -> None:
    """Deletes a line that was written by hand, for good, with what was said to it."""
    _require_writing(entry.membership, actor)
    if entry.kind != PracticeKind.ENTRY:
        raise Conflict(NOT_BY_HAND)
    call_off_news(session, entry, now=now, reason="The line was removed.")
    audit.record(session, "practice.removed", entry, actor=actor, now=now)
    session.delete(entry)


def let_go_of_line(session: Session, entry: PracticeEntry) -> None:
    """The check-in that a line came from says nothing of it any more. Where people added to the line it stays for that,
    as one that was written by hand."""
    said = select(PracticeComment.id).where(PracticeComment.entry_id == entry.id).limit(1)
    is_more = bool(entry.factors) or any(getattr(entry, name) for name in WORDS)
    if not is_more and session.scalars(said).first() is None:
        session.delete(entry)
        return
    entry.kind, entry.check_in_id, entry.enrolments, entry.run = PracticeKind.ENTRY, None, None, None
    entry.text = entry.text or TAKEN_BACK
    entry.confirmed_at = entry.confirmed_by_id = None


class Values(TypedDict):
    """What a line holds, as it is written."""

    text: str
    on: date
    about_id: str | None
    with_whom: str
    helped: str
    hindered: str
    reflection: str
    what_next: str
    factor_ids: list[str]


def values_of(entry: PracticeEntry) -> Values:
    """The line's values in the shape in which they are given."""
    about = entry.run or entry.project
    return {
        "text": entry.text,
        "on": entry.on,
        "about_id": about.public_id if about is not None else None,
        "with_whom": entry.with_whom,
        "helped": entry.helped,
        "hindered": entry.hindered,
        "reflection": entry.reflection,
        "what_next": entry.what_next,
        "factor_ids": sorted(one.factor.public_id for one in entry.factors),
    }


def _require_writing(membership: Membership, actor: Actor) -> None:
    seen = may_view_member(actor, membership)
    require(may_write_practice(actor, membership), seen=seen, message=FOR_THE_PARTICIPANT)


def _set(
    session: Session,
    entry: PracticeEntry,
    *,
    text: str,
    on: date,
    about_id: str | None,
    today: date,
    details: Details,
) -> None:
    if entry.kind == PracticeKind.ENTRY:
        if not text:
            raise Invalid.field("text", SAY_WHAT)
        if on > today and on != entry.on:
            raise Invalid.field("on", NOT_YET)
        standing = entry.run or entry.project
        if about_id is None or standing is None or about_id != standing.public_id:
            entry.project, entry.run = _find_about(session, entry.membership, about_id)
        entry.text, entry.on = text, on
    _choose(session, entry, details.get("factor_ids", ()))
    for name in WORDS:
        setattr(entry, name, details.get(name, ""))


def _find_about(
    session: Session, membership: Membership, about_id: str | None
) -> tuple[CourseProject | None, CourseRun | None]:
    """The course, and the run of it where one is meant: of those that the participant builds in this programme."""
    if about_id is None:
        return None, None
    owned = (
        select(ProjectOwner.project_id)
        .join(Membership, Membership.id == ProjectOwner.membership_id)
        .where(Membership.person_id == membership.person_id)
    )
    theirs = select(CourseProject).where(
        CourseProject.id.in_(owned), CourseProject.programme_id == membership.cohort.programme_id
    )
    run = session.scalars(select(CourseRun).where(CourseRun.public_id == about_id)).one_or_none()
    named = CourseProject.id == run.project_id if run is not None else CourseProject.public_id == about_id
    project = session.scalars(theirs.where(named)).one_or_none()
    if project is None:
        raise Invalid.field("about_id", NOT_THEIRS)
    return project, run


def _choose(session: Session, entry: PracticeEntry, factor_ids: Sequence[str]) -> None:
    """What helped and hindered, of the words in use and of those that the line has already.

    The words are held while they are chosen, so that nobody rewrites one that is being used.
    """
    kept = [one for one in entry.factors if one.factor.public_id in factor_ids]
    missing = set(factor_ids) - {one.factor.public_id for one in kept}
    if missing:
        statement = (
            select(PracticeFactor)
            .where(
                PracticeFactor.public_id.in_(missing),
                PracticeFactor.programme_id == entry.membership.cohort.programme_id,
                PracticeFactor.retired_at.is_(None),
            )
            .order_by(PracticeFactor.id)
            .with_for_update(read=True)
        )
        found = session.scalars(statement).all()
        if len(found) != len(missing):
            raise Invalid.field("factor_ids", NOT_OFFERED)
        kept += [EntryFactor(factor=one, kind=one.kind, name=one.name) for one in found]
    entry.factors = kept
