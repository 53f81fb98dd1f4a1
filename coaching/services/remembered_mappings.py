"""What somebody said once of files of a kind, for a programme: which column is what, or which run a course's export is.

Who calls has asked permission: what is remembered belongs to the import that it was said in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from coaching.models import RememberedMapping
from coaching.services.insertion import insert_or_update
from coaching.tokens import new_public_id

_TABLE = cast(Table, RememberedMapping.__table__)
_READ = select(_TABLE.c.value).where(
    _TABLE.c.programme_id == bindparam("programme_id"),
    _TABLE.c.kind == bindparam("kind"),
    _TABLE.c.key == bindparam("key"),
)


def fingerprint_headings(headings: Iterable[str]) -> str:
    """What tables of the same headings have in common, whatever their case and blanks. Their order is no part of it:
    a mapping names its columns."""
    folded = sorted(" ".join(heading.split()).casefold() for heading in headings)
    return hashlib.sha256(repr(folded).encode()).hexdigest()


def read_mapping(session: Session, programme_id: int, kind: str, key: str) -> dict[str, Any] | None:
    """What was said of this, or None where nobody has said anything."""
    about = {"programme_id": programme_id, "kind": kind, "key": key}
    found: dict[str, Any] | None = session.connection().execute(_READ, about).scalar_one_or_none()
    return found


def remember_mapping(
    session: Session, programme_id: int, kind: str, key: str, value: Mapping[str, Any], *, now: datetime
) -> None:
    """Remembers this instead of what was said before. Of two who say it at once the later one counts."""
    statement = insert_or_update(
        session, _TABLE, key=("programme_id", "kind", "key"), changes=("value", "changed_at")
    ).values(
        public_id=new_public_id(), programme_id=programme_id, kind=kind, key=key, value=dict(value), changed_at=now
    )
    session.execute(statement)
