"""Who does not want a kind of mail: asked by whatever sends it, before it is written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import MessageKind, OptOut


def find_opted_out(session: Session, kind: MessageKind, people: Sequence[int]) -> set[int]:
    """Those of these people who do not want this kind of mail. One statement."""
    return set(session.scalars(select(OptOut.person_id).where(OptOut.kind == kind, OptOut.person_id.in_(people))))
