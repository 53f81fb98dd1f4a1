"""Digests of learners: made of a platform's identifiers as they come, kept in pages, and counted by merging these.

A page holds digests of one first byte, in ascending order. However many learners there are, no more than a few pages
are in memory at a time: what is collected goes to the database piece by piece, and what is counted is counted byte by
byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from coaching.importers.digests import DIGEST_BYTES, PARTITIONS, digest_all
from coaching.models import CourseProject, CourseRun, ImportedRun, LearnerPage, Programme
from coaching.tokens import new_nonce

PAGES = PARTITIONS
# Pages that are written in one transaction.
HANDFUL = 64
# Digests that are collected before they are written: 8 MB of them.
MOST_COLLECTED = 500_000
# Bytes of digests that are counted at a time; as a set they take six times as many.
MOST_HELD = 1024**2
_TABLE = cast(Table, LearnerPage.__table__)
_INSERT = insert(_TABLE)
_OF_RUNS = _TABLE.c.imported_run_id.in_(bindparam("runs", expanding=True))
_SIZES = (
    select(_TABLE.c.number, func.sum(func.length(_TABLE.c.digests)))
    .where(_OF_RUNS)
    .group_by(_TABLE.c.number)
    .order_by(_TABLE.c.number)
)
_PIECES = select(_TABLE.c.number, _TABLE.c.digests).where(
    _OF_RUNS, _TABLE.c.number.in_(bindparam("numbers", expanding=True))
)
_CURRENT = (
    select(ImportedRun.id)
    .join(CourseRun, CourseRun.id == ImportedRun.run_id)
    .where(CourseRun.project_id == bindparam("project_id"), ImportedRun.is_current)
    .order_by(ImportedRun.id)
)

Page = dict[str, Any]
Write = Callable[[list[Page]], None]


class Collector:
    """Takes the learners of runs from an importer, and hands on pages of their digests; it keeps no identifier."""

    def __init__(self, key: bytes, numbers: Mapping[str, int], write: Write) -> None:
        """`numbers` are those of the imported runs by the key of the run; learners of other runs are left out."""
        self.key = key
        self._numbers, self._write = numbers, write
        self._collected: dict[str, list[bytearray]] = {}
        self._count, self._pieces = 0, 0

    def add(self, run: str, identifiers: Sequence[str]) -> None:
        """Some learners of a run. They are digested at once, and written when there are many."""
        if run not in self._numbers:
            return
        pages = self._collected.get(run)
        if pages is None:
            pages = self._collected[run] = [bytearray() for _ in range(PAGES)]
        for digest in digest_all(identifiers, self.key):
            pages[digest[0]] += digest
        self._count += len(identifiers)
        if self._count >= MOST_COLLECTED:
            self.flush()

    def keep(self, run: str, pages: Iterable[tuple[int, bytes]]) -> None:
        """All learners of a run, digested and in order already."""
        if run in self._numbers:
            self._hand_on(run, pages)

    def flush(self) -> None:
        """Hands on what was collected. Call it once more when all is read."""
        for run in list(self._collected):
            pages = self._collected.pop(run)
            self._hand_on(run, ((at, b"".join(sorted(split(bytes(page))))) for at, page in enumerate(pages) if page))
        self._count = 0

    def _hand_on(self, run: str, pages: Iterable[tuple[int, bytes]]) -> None:
        about = {"imported_run_id": self._numbers[run], "piece": self._pieces}
        self._pieces += 1
        rows = iter(pages)
        # Each handful is made first and written then, so that no transaction waits for what is still to be sorted.
        while handful := [about | {"number": at, "digests": page} for at, page in islice(rows, HANDFUL)]:
            self._write(handful)


def split(digests: bytes) -> set[bytes]:
    return {digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)}


def salt_of(session: Session, programme_id: int) -> bytes:
    """The key of the programme's digests, made where there is none yet. Of two who make it at once one wins."""
    read = select(Programme.learner_salt).where(Programme.id == programme_id)
    if session.execute(read).scalar_one() is None:
        session.execute(
            update(Programme)
            .where(Programme.id == programme_id, Programme.learner_salt.is_(None))
            .values(learner_salt=new_nonce(DIGEST_BYTES))
            .execution_options(synchronize_session=False)
        )
    return cast(bytes, session.execute(read).scalar_one())


def write_pages(session: Session, pages: list[Page]) -> None:
    if pages:
        session.execute(_INSERT, pages)


def count_learners(connection: Connection, imported_runs: Iterable[int]) -> int:
    """How many different learners these imported runs have together. Pages are read some at a time, and those of one
    first byte together."""
    numbers = sorted(imported_runs)
    if not numbers:
        return 0
    total = 0
    for part in _in_parts(connection.execute(_SIZES, {"runs": numbers})):
        pages: dict[int, set[bytes]] = {}
        for number, digests in connection.execute(_PIECES, {"runs": numbers, "numbers": part}):
            pages.setdefault(number, set()).update(split(digests))
        total += sum(map(len, pages.values()))
    return total


def _in_parts(sizes: Iterable[Any]) -> Iterator[list[int]]:
    """First bytes whose pages come to little enough to be held at once."""
    part: list[int] = []
    held = 0
    for number, size in sizes:
        if part and held + size > MOST_HELD:
            yield part
            part, held = [], 0
        part.append(number)
        held += size
    if part:
        yield part


def find_current(connection: Connection, project_id: int) -> list[int]:
    """The imported runs whose learners are those of the project's runs."""
    return list(connection.execute(_CURRENT, {"project_id": project_id}).scalars())


def count_people(session: Session, project_id: int, *, known: Mapping[tuple[int, ...], int] | None = None) -> None:
    """Counts the people of a course anew. `known` has counts that were made before, by the imported runs together."""
    # What became current in this transaction has to be found.
    session.flush()
    connection = session.connection()
    current = tuple(find_current(connection, project_id))
    people = (known or {}).get(current)
    if people is None and current:
        people = count_learners(connection, current)
    session.execute(
        update(CourseProject)
        .where(CourseProject.id == project_id, CourseProject.people.is_distinct_from(people))
        .values(people=people)
    )


def forget_loaded(session: Session, batch_id: int) -> None:
    """Removes what an import told of runs, with the learners."""
    loaded = select(ImportedRun.id).where(ImportedRun.batch_id == batch_id)
    session.execute(
        delete(LearnerPage).where(LearnerPage.imported_run_id.in_(loaded)).execution_options(synchronize_session=False)
    )
    session.execute(
        delete(ImportedRun).where(ImportedRun.batch_id == batch_id).execution_options(synchronize_session=False)
    )
