"""The inbox: what was said to a person within the product, read there and marked as read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from coaching.channels.base import InboxEntry
from coaching.errors import NotFound
from coaching.models import InboxItem, Message, MessageKind
from coaching.policies import Actor, may_read_inbox_item, require
from coaching.services.insertion import insert_missing
from coaching.tokens import is_public_id, new_public_id

LONGEST_TITLE = 200
LARGEST_PAGE = 200

_item = cast(Table, InboxItem.__table__)
_WHOSE = select(Message.recipient_id).where(Message.public_id == bindparam("public_id"))
_LINES = (
    select(
        InboxItem.public_id,
        InboxItem.kind,
        InboxItem.title,
        InboxItem.text,
        InboxItem.path,
        InboxItem.created_at,
        InboxItem.read_at,
    )
    .where(InboxItem.person_id == bindparam("person_id"))
    .order_by(InboxItem.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNTS = select(func.count(), func.count().filter(InboxItem.read_at.is_(None))).where(
    InboxItem.person_id == bindparam("person_id")
)


class InboxLine(NamedTuple):
    """One item as its person sees it. `path` is the page that it is about, empty where there is none."""

    id: str
    kind: MessageKind
    title: str
    text: str
    path: str
    created_at: datetime
    read_at: datetime | None


class InboxPage(NamedTuple):
    """A page of the inbox, the newest first, and how many there are on all pages, and of these unread."""

    lines: tuple[InboxLine, ...]
    total: int
    unread: int


def put_in_inbox(session: Session, entry: InboxEntry, *, now: datetime) -> bool:
    """Keeps what a message says for its recipient, once, and tells whether the message is still there.

    Whoever hands the same message over a second time finds it kept already.
    """
    # The Message-ID has the message's own identifier in front.
    public_id = entry.message_id.strip("<>").partition("@")[0]
    if not is_public_id(public_id):
        return False
    person_id = session.connection().execute(_WHOSE, {"public_id": public_id}).scalar()
    if person_id is None:
        return False
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "person_id": person_id,
        "message_id": entry.message_id,
        "kind": MessageKind(entry.kind),
        "title": entry.title[:LONGEST_TITLE],
        "text": entry.text,
        "path": entry.path,
        "created_at": now,
    }
    session.execute(insert_missing(session, _item), values)
    return True


def list_inbox(session: Session, *, actor: Actor, limit: int = 50, offset: int = 0) -> InboxPage:
    """One's own inbox, the newest first."""
    connection = session.connection()
    values = {"person_id": actor.person_id, "limit": max(1, min(limit, LARGEST_PAGE)), "offset": max(0, offset)}
    lines = tuple(InboxLine(*row) for row in connection.execute(_LINES, values))
    total, unread = connection.execute(_COUNTS, {"person_id": actor.person_id}).one()
    return InboxPage(lines, total, unread)


def get_inbox_item(session: Session, public_id: str, *, actor: Actor) -> InboxItem:
    """An item of one's own inbox."""
    item = session.scalars(select(InboxItem).where(InboxItem.public_id == public_id)).one_or_none()
    if item is None:
        raise NotFound
    require(may_read_inbox_item(actor, item), seen=False)
    return item


def mark_read(item: InboxItem, *, actor: Actor, now: datetime) -> None:
    """Marks one item as read; one that was read keeps the moment when it first was."""
    require(may_read_inbox_item(actor, item), seen=False)
    item.read_at = item.read_at or now


def mark_all_read(session: Session, *, actor: Actor, now: datetime, newest: str | None = None) -> int:
    """Marks one's whole inbox as read, up to the item `newest` where it is given, and returns how many it were.

    What came in after the person looked is not theirs to have read.
    """
    statement = update(InboxItem).where(InboxItem.person_id == actor.person_id, InboxItem.read_at.is_(None))
    if newest is not None:
        statement = statement.where(InboxItem.id <= get_inbox_item(session, newest, actor=actor).id)
    marked = session.execute(statement.values(read_at=now).returning(InboxItem.id))
    return len(marked.all())
