"""The practice log as lines: of one kind or all, of a stretch of days or all, in pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    CheckIn,
    CommentKind,
    CourseProject,
    CourseRun,
    EntryFactor,
    FactorKind,
    FollowUpStep,
    Membership,
    Person,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
)
from coaching.policies import Actor, may_view_member, require
from coaching.services.words import is_word

PAGE = 20
LARGEST_PAGE = 100


class ChosenFactor(NamedTuple):
    """What helped or hindered, in a word of the programme's."""

    id: str
    kind: FactorKind
    name: str


class PracticeLine(NamedTuple):
    """A line of the log. `step` is the follow-up step that asked, for what came from a check-in.

    `can_be_tied` where a check-in gave a figure that no run has yet. `comments` and `celebrations` count what was said
    to it; `is_celebrated` where the one who asks celebrated it. `factors` are what helped and hindered.
    """

    id: str
    kind: PracticeKind
    on: date
    text: str
    enrolments: int | None
    run_id: str | None
    run_label: str | None
    project_id: str | None
    project_title: str | None
    step: str | None
    with_whom: str
    helped: str
    hindered: str
    reflection: str
    what_next: str
    created_at: datetime
    changed_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str | None
    comments: int
    celebrations: int
    is_celebrated: bool
    version: int
    factors: tuple[ChosenFactor, ...]

    @property
    def can_be_tied(self) -> bool:
        return self.kind == PracticeKind.CHECK_IN and self.enrolments is not None and self.run_id is None


_confirmer = aliased(Person)


def _count(kind: CommentKind) -> Any:
    of_line = (PracticeComment.entry_id == PracticeEntry.id, is_word(PracticeComment.kind, kind))
    return select(func.count()).where(*of_line).scalar_subquery()


_LOG: Select[*tuple[Any, ...]] = (
    select(
        PracticeEntry.public_id,
        PracticeEntry.kind,
        PracticeEntry.on,
        PracticeEntry.text,
        PracticeEntry.enrolments,
        CourseRun.public_id,
        CourseRun.label,
        CourseProject.public_id,
        CourseProject.title,
        FollowUpStep.label,
        PracticeEntry.with_whom,
        PracticeEntry.helped,
        PracticeEntry.hindered,
        PracticeEntry.reflection,
        PracticeEntry.what_next,
        PracticeEntry.created_at,
        PracticeEntry.changed_at,
        PracticeEntry.confirmed_at,
        _confirmer.name,
        _count(CommentKind.COMMENT),
        _count(CommentKind.CELEBRATION),
        exists().where(
            PracticeComment.entry_id == PracticeEntry.id,
            is_word(PracticeComment.kind, CommentKind.CELEBRATION),
            PracticeComment.author_id == bindparam("me"),
        ),
        PracticeEntry.version,
    )
    .outerjoin(CourseRun, CourseRun.id == PracticeEntry.run_id)
    # A line by hand may be about a course, and no run of it.
    .outerjoin(CourseProject, CourseProject.id == func.coalesce(CourseRun.project_id, PracticeEntry.project_id))
    .outerjoin(CheckIn, CheckIn.id == PracticeEntry.check_in_id)
    .outerjoin(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .outerjoin(_confirmer, _confirmer.id == PracticeEntry.confirmed_by_id)
    .where(PracticeEntry.membership_id == bindparam("membership_id"))
    .order_by(PracticeEntry.on.desc(), PracticeEntry.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_FACTORS = (
    select(PracticeEntry.public_id, PracticeFactor.public_id, EntryFactor.kind, EntryFactor.name)
    .join_from(EntryFactor, PracticeEntry, PracticeEntry.id == EntryFactor.entry_id)
    .join(PracticeFactor, PracticeFactor.id == EntryFactor.factor_id)
    .where(PracticeEntry.public_id.in_(bindparam("ids", expanding=True)))
    .order_by(EntryFactor.kind.desc(), PracticeFactor.position, PracticeFactor.id)
)


def list_practice(
    session: Session,
    membership: Membership,
    *,
    actor: Actor,
    kind: PracticeKind | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> list[PracticeLine]:
    """The participant's log, the newest first: of one kind, and from one day to another, where these are named. Two
    statements, however long it is."""
    require(may_view_member(actor, membership), seen=False)
    statement = _LOG.where(*_wanted(kind, since, until))
    values = {
        "membership_id": membership.id,
        "me": actor.person_id,
        "limit": max(1, min(limit, LARGEST_PAGE + 1)),
        "offset": max(0, offset),
    }
    return _with_factors(session, session.connection().execute(statement, values))


def _wanted(kind: PracticeKind | None, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if kind is not None:
        wanted.append(is_word(PracticeEntry.kind, kind))
    if since is not None:
        wanted.append(PracticeEntry.on >= since)
    if until is not None:
        wanted.append(PracticeEntry.on <= until)
    return wanted


def _with_factors(session: Session, found: Iterable[Any]) -> list[PracticeLine]:
    rows = list(found)
    chosen: dict[str, list[ChosenFactor]] = defaultdict(list)
    if rows:
        for entry_id, public_id, kind, name in session.connection().execute(
            _FACTORS, {"ids": [row[0] for row in rows]}
        ):
            chosen[entry_id].append(ChosenFactor(public_id, kind, name))
    return [PracticeLine._make((*row, tuple(chosen[row[0]]))) for row in rows]
