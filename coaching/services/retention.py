"""What is removed when its time is over, as each model declares it. The timetable calls this; nobody else has to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from coaching.models import (
    OPEN_STATUSES,
    ApiToken,
    AuthSession,
    Base,
    BatchState,
    Capability,
    Cohort,
    DropInCode,
    IdempotencyKey,
    ImportBatch,
    ImportFile,
    ImportRow,
    InboxItem,
    Membership,
    Message,
    NeedMark,
    PrivateNote,
    RememberedMatch,
    SchedulerHeartbeat,
    SignInFailure,
    StatusChange,
)


class Rule(NamedTuple):
    """Rows of `model` go when any of `moments` lies further back than `kept`. Their log lines go with them.

    `only` narrows them down. Where there is something `scrubbed` the rows stay, with these values in them.
    """

    model: type[Base]
    key: InstrumentedAttribute[Any]
    moments: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    kept: timedelta
    only: ColumnElement[bool] | None = None
    scrubbed: Mapping[str, Any] = MappingProxyType({})


_SCRUBBED_ROW = ImportRow.__privacy__.scrubbed
_IMPORTED_AT = select(ImportBatch.imported_at).where(ImportBatch.id == ImportRow.batch_id).scalar_subquery()
_FILE_CAME_AT = select(ImportBatch.imported_at).where(ImportBatch.id == ImportFile.batch_id).scalar_subquery()
_COHORT_ENDED_ON = select(Cohort.ends_on).where(Cohort.id == PrivateNote.cohort_id).scalar_subquery()
# Null, and never over, for who is in the cohort.
_AUTHOR_LEFT_AT = (
    select(func.max(StatusChange.at))
    .join(Membership, Membership.id == StatusChange.membership_id)
    .where(
        Membership.cohort_id == PrivateNote.cohort_id,
        Membership.person_id == PrivateNote.author_id,
        Membership.status.not_in(OPEN_STATUSES),
    )
    .scalar_subquery()
)
RULES = (
    Rule(AuthSession, AuthSession.id, (AuthSession.expires_at,), timedelta(days=30)),
    Rule(Capability, Capability.id, (Capability.expires_at,), timedelta(days=30)),
    Rule(ApiToken, ApiToken.id, (ApiToken.expires_at, ApiToken.revoked_at), timedelta(days=30)),
    Rule(IdempotencyKey, IdempotencyKey.id, (IdempotencyKey.created_at,), timedelta(hours=24)),
    # The throttle looks a quarter of an hour back.
    Rule(SignInFailure, SignInFailure.id, (SignInFailure.at,), timedelta(days=1)),
    Rule(Message, Message.id, (Message.settled_at,), timedelta(days=365)),
    Rule(InboxItem, InboxItem.id, (InboxItem.created_at,), timedelta(days=365)),
    Rule(NeedMark, NeedMark.id, (NeedMark.at,), timedelta(days=365)),
    Rule(DropInCode, DropInCode.session_id, (DropInCode.closes_at,), timedelta(days=30)),
    Rule(
        RememberedMatch,
        RememberedMatch.id,
        (RememberedMatch.created_at,),
        timedelta(days=90),
        only=RememberedMatch.membership_id.is_(None),
    ),
    Rule(
        ImportRow,
        ImportRow.id,
        (_IMPORTED_AT,),
        timedelta(days=90),
        only=and_(ImportRow.membership_id.is_(None), ImportRow.name.not_in(("", _SCRUBBED_ROW["name"]))),
        scrubbed=_SCRUBBED_ROW,
    ),
    # Files that nobody applied. The sweep of the folder removes them once no row names them.
    Rule(
        ImportFile,
        ImportFile.id,
        (_FILE_CAME_AT,),
        timedelta(days=30),
        only=ImportFile.stored_name.is_not(None),
        scrubbed={"stored_name": None},
    ),
    Rule(
        ImportBatch,
        ImportBatch.id,
        (ImportBatch.imported_at,),
        timedelta(days=30),
        only=and_(ImportBatch.state == BatchState.READY, ImportBatch.session_id.is_(None)),
        scrubbed={"state": BatchState.CANCELLED},
    ),
    Rule(PrivateNote, PrivateNote.id, (_COHORT_ENDED_ON,), timedelta(days=730)),
    # Nobody can read these any more: their author has left.
    Rule(PrivateNote, PrivateNote.id, (_AUTHOR_LEFT_AT,), timedelta(days=90)),
    # A scheduler that ended as it should takes its row along: what is left is one that was killed.
    Rule(SchedulerHeartbeat, SchedulerHeartbeat.name, (SchedulerHeartbeat.seen_at,), timedelta(days=1)),
)


def find_outdated(connection: Connection, rule: Rule, *, now: datetime, limit: int) -> list[Any]:
    """The keys of up to `limit` rows whose time is over: a read apart, so that looking for them locks nothing."""
    is_over = or_(*(moment < now - rule.kept for moment in rule.moments))
    wanted = is_over if rule.only is None else and_(is_over, rule.only)
    return list(connection.execute(select(rule.key).where(wanted).limit(limit)).scalars())


def remove_outdated(session: Session, rule: Rule, keys: Sequence[Any]) -> None:
    """Removes or scrubs these rows, and by the database's own rule the lines that hang on them."""
    change = update(rule.model).values(rule.scrubbed) if rule.scrubbed else delete(rule.model)
    session.execute(change.where(rule.key.in_(keys)).execution_options(synchronize_session=False))
