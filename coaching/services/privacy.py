"""What a person is owed: all that is held on them, and its erasure. Both follow what each table declares."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Select, Table, delete, select, update
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.importers.remembered import fold_known
from coaching.models import Base, ImportRow, Person, Privacy, RememberedMatch
from coaching.policies import Actor, may_administer, require
from coaching.services import audit
from coaching.services.evidence import let_go_of_evidence
from coaching.services.note_cipher import Keyring
from coaching.services.note_reviews import list_for_export

# Beside the table's own name, under which authors have what they wrote.
ABOUT_PERSON = "private_notes_about_you"


def declared_tables() -> list[tuple[Table, Privacy]]:
    """Every table that holds personal data, with what it promises; what depends on another comes before it.

    A table that promises further things, to other persons say, is there once for each.
    """
    promises = {
        mapper.class_.__tablename__: (mapper.class_.__privacy__, *mapper.class_.__privacy__.further)
        for mapper in Base.registry.mappers
        if mapper.class_.__privacy__ is not None
    }
    ordered = reversed(Base.metadata.sorted_tables)
    return [(table, promise) for table in ordered for promise in promises.get(table.name, ())]


def export_person(
    session: Session, person: Person, *, actor: Actor | None, keys: Keyring | None = None
) -> dict[str, list[dict[str, Any]]]:
    """All that is held on a person, by table: for the person, for administrators, and for the command line (None).

    Of private notes about them it has what their authors decided. With `keys` it has the words of those that were
    included, but not for administrators, who have no business with these.
    """
    require(actor is None or person.id == actor.person_id or may_administer(actor), seen=False)
    held: dict[str, list[dict[str, Any]]] = {}
    given: set[tuple[str, Any]] = set()
    for table, promise in reversed(declared_tables()):
        if not promise.export:
            continue
        columns = [table.c[name] for name in promise.export]
        # Who wrote about themselves is told so once.
        key = next(iter(table.primary_key.columns)).label("this_row")
        for row in session.execute(_about(table, promise, [*columns, key], person.id)).mappings():
            # The driver's keys are a kind of string that JSON writers refuse, and so are exact decimals.
            line = {str(name): _plain(value) for name, value in row.items()}
            this_row = (str(table.name), line.pop("this_row"))
            if len(table.primary_key.columns) > 1 or this_row not in given:
                given.add(this_row)
                held.setdefault(str(table.name), []).append(line)
    is_theirs = actor is None or person.id == actor.person_id
    if private := list_for_export(session, person, keys=keys if is_theirs else None):
        held[ABOUT_PERSON] = private
    return held


def erase_person(
    session: Session, person: Person, *, actor: Actor | None, now: datetime, uploads: Path | None = None
) -> None:
    """Leaves nothing that tells who the person was, and keeps the counts that they are part of.

    The files that they added go from the folder of `uploads` once this is committed; without one, the sweep finds them.
    Raises Conflict where they were erased already. Backups made before keep what they hold until they are deleted.
    """
    require(actor is None or may_administer(actor), seen=False)
    if person.erased_at is not None:
        raise Conflict("This person was erased already.")
    # What the session still holds has to be in the database before statements look there.
    session.flush()
    let_go_of_evidence(session, person, folder=uploads, now=now)
    for table, promise in declared_tables():
        if promise.erase == "keep" or table.name == Person.__tablename__:
            continue
        key = next(iter(table.primary_key.columns))
        of_person = _about(table, promise, [key], person.id)
        if promise.erase == "delete" and len(table.primary_key.columns) > 1:
            session.execute(delete(table).where(table.c[promise.subject[0]] == person.id))
        elif promise.erase == "delete":
            session.execute(delete(table).where(key.in_(of_person)))
        else:
            session.execute(update(table).where(key.in_(of_person)).values(promise.scrubbed))
    # Rows of a report that nobody was matched to may name the person all the same.
    named = ImportRow.__table__.c.email == person.email
    session.execute(update(ImportRow).where(named).values(ImportRow.__privacy__.scrubbed))
    name, email = fold_known(person.name, person.email or "")
    is_named = RememberedMatch.name == name
    session.execute(delete(RememberedMatch).where(is_named | (RememberedMatch.email == email) if email else is_named))
    promise = Person.__privacy__
    for name, value in promise.scrubbed.items():
        setattr(person, name, value)
    person.erased_at = now
    person.is_administrator = False
    # What was loaded before is not what the statements left.
    session.flush()
    session.expire_all()
    audit.record(session, "person.erased", person, actor=actor, now=now)


def _plain(value: Any) -> Any:
    """A value as every writer of JSON takes it: an exact decimal as its text, which loses nothing."""
    return format(value, "f") if isinstance(value, Decimal) else value


def _about(table: Table, promise: Privacy, columns: list[Column[Any]], person_id: int) -> Select[Any]:
    """The rows of a table that lead to the person along the declared chain of foreign keys."""
    statement: Select[Any] = select(*columns)
    here = table
    for step in promise.subject[:-1]:
        target = next(iter(here.c[step].foreign_keys)).column
        statement = statement.join_from(here, target.table, here.c[step] == target)
        here = target.table
    limits = [table.c[name].in_(values) for name, values in promise.only.items()]
    return statement.where(here.c[promise.subject[-1]] == person_id, *limits)
