"""The words that go along with a batch of messages, and what is noted where they could not be filled in."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from coaching.models import Cohort, MailTemplate, MessageKind

if TYPE_CHECKING:
    from coaching.channels.base import Words

log = logging.getLogger(__name__)

_WORDS = (
    select(Cohort.id, MailTemplate.kind, MailTemplate.id, MailTemplate.subject, MailTemplate.text, MailTemplate.html)
    .join(Cohort, Cohort.programme_id == MailTemplate.programme_id)
    .where(Cohort.id.in_(bindparam("cohorts", expanding=True)), MailTemplate.is_ours.is_(False))
)


def load_words(connection: Connection, cohorts: Collection[int]) -> dict[tuple[int, MessageKind], Words]:
    """The words of these cohorts' programmes, by cohort and kind. Those of one template are one object."""
    # Who claims has the channels; who only counts what waits does without them.
    from coaching.channels.base import Words  # noqa: PLC0415

    found: dict[tuple[int, MessageKind], Words] = {}
    known: dict[int, Words] = {}
    for cohort_id, kind, number, *texts in connection.execute(_WORDS, {"cohorts": sorted(cohorts)}):
        found[cohort_id, kind] = known.setdefault(number, Words(number, *texts))
    return found


def note_faults(session: Session, words: Iterable[Words], *, now: datetime) -> None:
    """Keeps with each template that it could not be filled in, for its coordinators: the first time, and why."""
    for one in {each.number: each for each in words if each.fault}.values():
        log.error("The words of mail template %s cannot be filled in: %s.", one.number, one.fault)
        session.execute(
            update(MailTemplate)
            .where(MailTemplate.id == one.number, MailTemplate.fault_at.is_(None))
            .values(fault=one.fault, fault_at=now)
            .execution_options(synchronize_session=False)
        )
