"""Sets of learners of any size in little memory: digests of identifiers by their first byte, spilled to a file.

Each identifier becomes a keyed BLAKE2b digest of 16 bytes at once, and what is sorted, counted and compared is the
digests of one first byte at a time: a 256th of them.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from typing import IO, Any

DIGEST_BYTES = 16
# As many first bytes as a digest can have.
PARTITIONS = 256
# What one set may hold before it is written away, and what all of them share before they go to the disk.
_MOST_HELD = 4 * 1024 * 1024
_MOST_IN_MEMORY = 8 * 1024 * 1024


def digest_all(identifiers: Sequence[str], key: bytes) -> list[bytes]:
    """The digest of each identifier. Half of a character, which bad text may hold, is digested as it is."""
    # What the key makes of the hash is worked out once, and every digest begins with a copy of it.
    begin = blake2b(digest_size=DIGEST_BYTES, key=key).copy
    digests: list[bytes] = []
    for identifier in _encode_all(identifiers):
        state = begin()
        state.update(identifier)
        digests.append(state.digest())
    return digests


def _encode_all(identifiers: Sequence[str]) -> list[bytes]:
    """Together where it can be, which takes half as long."""
    joined = "\n".join(identifiers)
    if identifiers and joined.isascii() and joined.count("\n") == len(identifiers) - 1:
        return joined.encode().split(b"\n")
    return [identifier.encode("utf-8", "surrogatepass") for identifier in identifiers]


class Spill(AbstractContextManager["Spill"]):
    """Where sets put what is too much to hold: memory at first, then a file without a name, which goes when closed."""

    def __init__(self) -> None:
        self._file: IO[Any] = tempfile.SpooledTemporaryFile(max_size=_MOST_IN_MEMORY)  # noqa: SIM115  Closed on exit.

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, data: bytes | bytearray) -> tuple[int, int]:
        place = self._file.seek(0, 2)
        self._file.write(data)
        return place, len(data)

    def get(self, place: int, length: int) -> bytes:
        self._file.seek(place)
        data: bytes = self._file.read(length)
        return data


class Shelf:
    """Records of a fixed size that begin with a digest, in any order and as often as they come, by their first byte."""

    def __init__(self, spill: Spill, *, width: int = DIGEST_BYTES) -> None:
        self.width = width
        self._spill = spill
        self._held: defaultdict[int, bytearray] = defaultdict(bytearray)
        self._away: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._size = 0

    def add(self, records: Sequence[bytes]) -> None:
        held = self._held
        for record in records:
            held[record[0]] += record
        self._grow(len(records) * self.width)

    def add_page(self, number: int, records: bytes) -> None:
        """Records of which all begin with this byte."""
        self._held[number] += records
        self._grow(len(records))

    def _grow(self, more: int) -> None:
        self._size += more
        if self._size > _MOST_HELD:
            for number, records in self._held.items():
                self._away[number].append(self._spill.put(records))
            self._held.clear()
            self._size = 0

    @property
    def numbers(self) -> set[int]:
        """The first bytes that occur."""
        return {*self._held, *self._away}

    def distinct(self, number: int) -> set[bytes]:
        """The records of one first byte, each once."""
        parts = [self._spill.get(*where) for where in self._away.get(number, ())]
        if number in self._held:
            parts.append(bytes(self._held[number]))
        width = self.width
        return {part[at : at + width] for part in parts for at in range(0, len(part), width)}


class LearnerDigests(AbstractContextManager["LearnerDigests"]):
    """The learners of several runs: how many each has, how many there are over all, and their digests in pages."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._spill = Spill()
        self._runs: dict[str, Shelf] = {}

    def __exit__(self, *_: object) -> None:
        self._spill.__exit__()

    def add(self, run: str, identifiers: Sequence[str]) -> None:
        self._shelf(run).add(digest_all(identifiers, self.key))

    def keep(self, run: str, pages: Iterable[tuple[int, bytes]]) -> None:
        shelf = self._shelf(run)
        for number, digests in pages:
            shelf.add_page(number, digests)

    def _shelf(self, run: str) -> Shelf:
        if run not in self._runs:
            self._runs[run] = Shelf(self._spill)
        return self._runs[run]

    @property
    def runs(self) -> list[str]:
        return list(self._runs)

    def forget(self, run: str) -> None:
        """Lets go of a run's learners."""
        del self._runs[run]

    def pages(self, run: str) -> Iterator[tuple[int, bytes]]:
        """The run's learners, each once and in ascending order, by the first byte of their digests."""
        for number in sorted(self._runs[run].numbers):
            yield number, b"".join(sorted(self._runs[run].distinct(number)))

    def count(self, run: str) -> int:
        return sum(len(digests) for _, digests in self.pages(run)) // DIGEST_BYTES if run in self._runs else 0

    def count_people(self) -> int:
        """How many there are over all runs, each once."""
        shelves = self._runs.values()
        numbers = set[int]().union(*(shelf.numbers for shelf in shelves))
        return sum(len(set[bytes]().union(*(shelf.distinct(number) for shelf in shelves))) for number in numbers)
