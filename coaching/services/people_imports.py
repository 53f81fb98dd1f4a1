"""People of a list brought into a cohort: looked at, brought in by one transaction, and listed. The same list again
brings in nobody. Undoing has a module of its own."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.importers.base import Findings, FoundFile, NoLearners, SourceFile
from coaching.importers.people import THINGS, PeopleImporter
from coaching.models import BatchState, Cohort, ImportBatch, ImportRow, Membership, Role, RowOutcome
from coaching.policies import Actor, is_writable, may_run_cohort, may_view_cohort, require, runs_cohort
from coaching.services import audit
from coaching.services.calendar_lock import lock_calendar
from coaching.services.memberships import add_member
from coaching.services.people_matching import PeopleChoices, PersonLine, decide_people
from coaching.services.remembered_mappings import fingerprint_headings, read_mapping, remember_mapping
from coaching.services.zones import today_in
from coaching.tokens import new_public_id

KIND = "people"
ASKED = {
    "columns": "Say which column has the e-mail addresses.",
    "sheet": "Say which sheet of the workbook has the people.",
    "date_order": "Say whether the day or the month comes first in its dates.",
}
REMEMBERED = "The columns are as somebody of this programme said for a file with the same headings."
NOBODY_NEW = "Nobody in this list is new to the cohort, so there is nobody to bring in."


@dataclass(frozen=True, slots=True)
class PeoplePreview:
    """What a list says and what it would do. `choices` are those that were used, remembered ones among them."""

    file: FoundFile
    asks: tuple[str, ...]
    lines: tuple[PersonLine, ...]
    choices: PeopleChoices
    sha256: str

    @property
    def counts(self) -> dict[str, int]:
        return count_lines(self.lines)


def count_lines(lines: Sequence[PersonLine] | Sequence[ImportRow]) -> dict[str, int]:
    """How many rows are new, known, in doubt and left out."""
    found = Counter(line.outcome for line in lines)
    wanted = (RowOutcome.NEW, RowOutcome.KNOWN, RowOutcome.REVIEW, RowOutcome.LEFT_OUT)
    return {outcome.value: found[outcome] for outcome in wanted}


def preview_people(
    session: Session,
    cohort: Cohort,
    data: bytes,
    choices: PeopleChoices,
    *,
    file_name: str,
    actor: Actor | None,
    now: datetime,
) -> PeoplePreview:
    """What each row would do. Changes nothing. For who runs the cohort, and for the command line (None)."""
    require(
        (actor is None or may_run_cohort(actor, cohort)) and is_writable(cohort),
        seen=actor is not None and may_view_cohort(actor, cohort),
    )
    # Who joins belongs to the cohort from its first day, unless the file or somebody says otherwise.
    if choices.joined_on is None:
        choices = replace(choices, joined_on=min(cohort.starts_on, today_in(now, cohort.timezone)))
    findings, choices = _read(session, cohort, data, choices, file_name)
    file, asks = findings.files[0], tuple(findings.asks)
    lines = [] if asks else decide_people(session, cohort, findings.rows, choices, actor=actor, now=now)
    return PeoplePreview(file, asks, tuple(lines), choices, _digest(findings))


def apply_people(
    session: Session,
    cohort: Cohort,
    data: bytes,
    choices: PeopleChoices,
    *,
    file_name: str,
    actor: Actor,
    new_secret: Callable[[], str],
    now: datetime,
) -> ImportBatch:
    """Brings in who is new, all of them or nobody. The same list again, with nobody new in it, gives the import that
    it made before. Raises Invalid where the file does not say what has to be said."""
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    # Two imports into one cohort take turns, so that the second sees who came in by the first.
    lock_calendar(session.connection(), cohort.id)
    seen = preview_people(session, cohort, data, choices, file_name=file_name, actor=actor, now=now)
    if seen.asks:
        raise Invalid("The file does not say all that is needed.", {ask: [ASKED[ask]] for ask in seen.asks})
    if not seen.counts["new"]:
        earlier = _find_applied(session, cohort, seen.sha256)
        if earlier is None:
            raise Conflict(NOBODY_NEW)
        return earlier
    batch = _new_batch(cohort, seen, file_name=file_name, actor=actor, now=now)
    session.add(batch)
    # The rows refer to the batch by its number.
    session.flush()
    door = _Door(session, cohort, actor, seen.choices, new_secret, now)
    session.execute(insert(ImportRow), [door.row(line) | {"batch_id": batch.id} for line in seen.lines])
    session.refresh(batch, ["rows"])
    remember_mapping(
        session, cohort.programme_id, KIND, fingerprint_headings(seen.file.headings), _mapping(seen), now=now
    )
    audit.record(session, "people.imported", batch, actor=actor, now=now)
    return batch


def get_people_import(session: Session, public_id: str, *, actor: Actor) -> tuple[ImportBatch, Cohort]:
    """An import of people with its rows, and its cohort; for those who run it."""
    batch = session.scalars(
        select(ImportBatch)
        .where(ImportBatch.public_id == public_id, ImportBatch.kind == KIND)
        .options(selectinload(ImportBatch.rows))
    ).one_or_none()
    if batch is None:
        raise NotFound
    cohort = session.get_one(Cohort, batch.cohort_id, options=[joinedload(Cohort.programme)])
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    return batch, cohort


def list_people_imports(session: Session, cohort: Cohort, *, actor: Actor) -> list[ImportBatch]:
    """The cohort's imports of people, the newest first, with their rows."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    statement = (
        select(ImportBatch)
        .where(ImportBatch.cohort_id == cohort.id, ImportBatch.kind == KIND)
        .order_by(ImportBatch.id.desc())
        .limit(100)
        .options(selectinload(ImportBatch.rows))
    )
    return list(session.scalars(statement))


def _read(
    session: Session, cohort: Cohort, data: bytes, choices: PeopleChoices, file_name: str
) -> tuple[Findings, PeopleChoices]:
    """What the file says: by the columns that were chosen, else those remembered of its headings, else guessed ones."""
    source = SourceFile(file_name, len(data), lambda: io.BytesIO(data))
    findings = _find(source, choices.for_reading())
    if choices.columns is None and findings.files[0].headings:
        key = fingerprint_headings(findings.files[0].headings)
        said = read_mapping(session, cohort.programme_id, KIND, key)
        if said is not None:
            order = choices.date_order or said.get("date_order")
            choices = replace(choices, columns=said["columns"], date_order=order)
            findings = _find(source, choices.for_reading())
            findings.files[0].notes.append(REMEMBERED)
    return findings, replace(choices, columns=dict(findings.files[0].columns))


def _find(source: SourceFile, said: Mapping[str, Any]) -> Findings:
    return PeopleImporter().read([source], choices=said, learners=NoLearners(), watch=lambda _read: None)


def _digest(findings: Findings) -> str:
    """Of what the rows say: the same for a copy in another encoding, or with other columns beside."""
    said = [(row.number, sorted(row.values.items()), row.reason) for row in findings.rows]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _find_applied(session: Session, cohort: Cohort, sha256: str) -> ImportBatch | None:
    statement = (
        select(ImportBatch)
        .where(
            ImportBatch.cohort_id == cohort.id,
            ImportBatch.kind == KIND,
            ImportBatch.sha256 == sha256,
            ImportBatch.state == BatchState.APPLIED,
        )
        .order_by(ImportBatch.id.desc())
    )
    return session.scalars(statement).first()


def _new_batch(cohort: Cohort, seen: PeoplePreview, *, file_name: str, actor: Actor, now: datetime) -> ImportBatch:
    file = seen.file
    return ImportBatch(
        cohort_id=cohort.id,
        kind=KIND,
        file_name=file_name.replace("\\", "/").rsplit("/", 1)[-1][:200] or "people.csv",
        sha256=seen.sha256,
        detected={"encoding": file.encoding, "delimiter": file.delimiter, "sheet": file.sheet, "notes": file.notes},
        choices=_mapping(seen) | {"is_invited": seen.choices.is_invited, "role": str(seen.choices.role)},
        state=BatchState.APPLIED,
        imported_at=now,
        applied_at=now,
        imported_by_id=actor.person_id,
    )


def _mapping(seen: PeoplePreview) -> dict[str, Any]:
    """What the next list of the same headings is read by."""
    columns = {thing: (seen.choices.columns or {}).get(thing) for thing in THINGS}
    return {"columns": columns, "date_order": seen.choices.date_order}


@dataclass(frozen=True, slots=True)
class _Door:
    """What everybody of one import comes in by."""

    session: Session
    cohort: Cohort
    actor: Actor
    choices: PeopleChoices
    new_secret: Callable[[], str]
    now: datetime

    def row(self, line: PersonLine) -> dict[str, Any]:
        """The row of the batch; who is new is in the cohort afterwards."""
        member, before = line.membership_id, None
        if line.outcome == RowOutcome.NEW:
            joined = self._add(line)
            member, before = joined.id, {"made_person": joined.person.created_at == self.now}
        return {
            "public_id": new_public_id(),
            "number": line.number,
            "name": line.name[:200],
            "email": line.email[:254],
            "minutes": 0,
            "intervals": [],
            "outcome": line.outcome,
            "reason": line.reason[:300],
            "membership_id": member,
            "before": before,
        }

    def _add(self, line: PersonLine) -> Membership:
        return add_member(
            self.session,
            self.cohort,
            actor=self.actor,
            secret=self.new_secret(),
            now=self.now,
            email=line.email,
            name=line.name,
            role=Role(line.role),
            joined_on=line.joined_on,
            is_invited=self.choices.is_invited,
        )
