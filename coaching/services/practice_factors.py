"""What helps and what hinders, in the words of a programme: a small vocabulary that its coordinators keep.

A programme begins with the usual words (`create_programme`). One that was there before these were has none until a
coordinator begins with them on the page or by the API. A word that stands in somebody's log is retired, not rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.importers.observations import fold
from coaching.models import EntryFactor, FactorKind, Membership, PracticeFactor, Programme
from coaching.models.practice import MOST_FACTORS
from coaching.policies import Actor, may_coordinate, may_open_cohort, may_view_member, require
from coaching.services import audit

FOR_COORDINATORS = "The programme’s coordinators keep these words."
FIXED = "Somebody has chosen this word, so it is fixed: what was counted keeps its meaning. Retire it, and add another."
SAME_NAME = "There is such a word already. Choose another."
FULL = f"A programme has at most {MOST_FACTORS} words of either kind at a time. Retire one first."
WRONG_ORDER = "Name each word of this kind that is in use once. Load them again: somebody may have changed them."
USUAL = MappingProxyType({
    FactorKind.ENABLER: (
        "Time set aside for it",
        "My manager’s support",
        "Colleagues who took part",
        "What I learned in the cohort",
        "My coach",
        "Help with the platform",
    ),
    FactorKind.BARRIER: (
        "Too little time",
        "Other duties came first",
        "No support from my manager",
        "Nobody to do it with",
        "Trouble with the platform",
        "Approval took long",
    ),
})  # fmt: skip


def add_usual_factors(session: Session, programme: Programme, *, now: datetime) -> list[PracticeFactor]:
    """The words that a new programme begins with, for callers that have asked permission."""
    made = [
        PracticeFactor(programme=programme, kind=kind, name=name, position=position, created_at=now)
        for kind, names in USUAL.items()
        for position, name in enumerate(names, start=1)
    ]
    session.add_all(made)
    return made


def start_with_usual(session: Session, programme: Programme, *, actor: Actor, now: datetime) -> list[PracticeFactor]:
    """The usual words, save those that are there already, in use or retired."""
    _require_writing(programme, actor)
    _lock(session, programme)
    there = {(one.kind, fold(one.name)) for one in read_factors(session, programme.id)}
    return [
        add_factor(session, programme, actor=actor, now=now, kind=kind, name=name)
        for kind, names in USUAL.items()
        for name in names
        if (kind, fold(name)) not in there
    ]


def get_factor(session: Session, public_id: str, *, actor: Actor) -> PracticeFactor:
    """A word, for those who coordinate its programme or coach in it."""
    statement = (
        select(PracticeFactor)
        .where(PracticeFactor.public_id == public_id)
        .options(joinedload(PracticeFactor.programme))
    )
    factor = session.scalars(statement).one_or_none()
    if factor is None or not may_open_cohort(actor, factor.programme_id):
        raise NotFound
    return factor


def list_factors(session: Session, programme: Programme, *, actor: Actor) -> Sequence[PracticeFactor]:
    """The programme's words in their order, what helps first, those that were retired last."""
    require(may_open_cohort(actor, programme.id), seen=False)
    return read_factors(session, programme.id)


def list_offered(session: Session, membership: Membership, *, actor: Actor) -> list[PracticeFactor]:
    """The words that can be chosen in this participant's log, for those who read it."""
    require(may_view_member(actor, membership), seen=False)
    return [one for one in read_factors(session, membership.cohort.programme_id) if one.retired_at is None]


def read_factors(session: Session, programme_id: int) -> Sequence[PracticeFactor]:
    """As `list_factors`, for callers that have asked permission."""
    order = (PracticeFactor.retired_at.is_not(None), PracticeFactor.kind.desc(), PracticeFactor.position)
    statement = select(PracticeFactor).where(PracticeFactor.programme_id == programme_id)
    return session.scalars(statement.order_by(*order, PracticeFactor.id)).all()


def add_factor(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, kind: FactorKind, name: str
) -> PracticeFactor:
    """A new word behind the others of its kind."""
    _require_writing(programme, actor)
    _lock(session, programme)
    _check_name(session, programme.id, kind, name)
    _check_room(session, programme.id, kind)
    last = select(func.max(PracticeFactor.position)).where(
        PracticeFactor.programme_id == programme.id, PracticeFactor.kind == kind
    )
    position = (session.scalars(last).one() or 0) + 1
    factor = PracticeFactor(programme=programme, kind=kind, name=name, position=position, created_at=now)
    session.add(factor)
    audit.record(session, "practice_factor.added", factor, actor=actor, now=now)
    return factor


def rename_factor(
    session: Session, factor: PracticeFactor, *, actor: Actor, now: datetime, name: str
) -> PracticeFactor:
    """Another name, as long as nobody has chosen it."""
    _require_writing(factor.programme, actor)
    if factor.name == name:
        return factor
    _lock(session, factor.programme)
    # Held against who is choosing it at this moment.
    session.refresh(factor, attribute_names=["version"], with_for_update=True)
    used = select(EntryFactor.entry_id).where(EntryFactor.factor_id == factor.id).limit(1)
    if session.scalars(used).first() is not None:
        raise Conflict(FIXED)
    _check_name(session, factor.programme_id, factor.kind, name, besides=factor)
    factor.name = name
    audit.record(session, "practice_factor.renamed", factor, actor=actor, now=now)
    return factor


def retire_factor(session: Session, factor: PracticeFactor, *, actor: Actor, now: datetime) -> PracticeFactor:
    """It is offered no more. Where it was chosen it stays, and is counted."""
    _require_writing(factor.programme, actor)
    if factor.retired_at is not None:
        raise Conflict("This word is retired already.")
    factor.retired_at = now
    audit.record(session, "practice_factor.retired", factor, actor=actor, now=now)
    return factor


def bring_back_factor(session: Session, factor: PracticeFactor, *, actor: Actor, now: datetime) -> PracticeFactor:
    """It is offered again."""
    _require_writing(factor.programme, actor)
    if factor.retired_at is None:
        raise Conflict("This word is in use already.")
    _lock(session, factor.programme)
    _check_room(session, factor.programme_id, factor.kind)
    factor.retired_at = None
    audit.record(session, "practice_factor.brought_back", factor, actor=actor, now=now)
    return factor


def order_factors(
    session: Session,
    programme: Programme,
    *,
    actor: Actor,
    now: datetime,
    kind: FactorKind,
    factor_ids: Sequence[str],
) -> list[PracticeFactor]:
    """The words of a kind that are in use, in this order. Raises Invalid where the list is not of exactly these."""
    _require_writing(programme, actor)
    _lock(session, programme)
    found = read_factors(session, programme.id)
    in_use = {one.public_id: one for one in found if one.retired_at is None and one.kind == kind}
    if len(factor_ids) != len(in_use) or set(factor_ids) != in_use.keys():
        raise Invalid.field("factor_ids", WRONG_ORDER)
    ordered = [in_use[one] for one in factor_ids]
    for position, factor in enumerate(ordered, start=1):
        factor.position = position
    audit.record(session, "practice_factors.ordered", programme, actor=actor, now=now)
    return ordered


def _require_writing(programme: Programme, actor: Actor) -> None:
    seen = may_open_cohort(actor, programme.id)
    require(may_coordinate(actor, programme.id), seen=seen, message=FOR_COORDINATORS)


def _lock(session: Session, programme: Programme) -> None:
    """Of two who write at once the second finds what the first did."""
    session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update())


def _check_name(
    session: Session, programme_id: int, kind: FactorKind, name: str, *, besides: PracticeFactor | None = None
) -> None:
    """Retired ones count too: two that are called alike could not be told apart in what is counted."""
    found = read_factors(session, programme_id)
    if any(one is not besides and one.kind == kind and fold(one.name) == fold(name) for one in found):
        raise Invalid.field("name", SAME_NAME)


def _check_room(session: Session, programme_id: int, kind: FactorKind) -> None:
    found = read_factors(session, programme_id)
    if sum(one.retired_at is None and one.kind == kind for one in found) >= MOST_FACTORS:
        raise Conflict(FULL)
