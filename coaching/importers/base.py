"""What an importer of figures or people is: files in, findings out. It knows no database, no clock and no network.

An installed package adds one by the entry point `coaching.importers`, whose name is the importer's `kind` and whose
object is an Importer; `importers/registry.py` lists ours the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, Protocol

# How many rows of a file are shown with what is to be known of them; all are counted.
MOST_SHOWN = 1_000

Brings = Literal["figures", "people"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that came in, or one from a zip: its name without folders, how many bytes it has, and a way to open it,
    from the start, as often as it is read."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that a person should know of, as a spreadsheet counts rows, and why. It says nothing of a learner."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a table of figures or of people, by the name of what each cell is; `reason` says why it cannot be
    taken, and is empty where it can."""

    number: int
    values: Mapping[str, Any]
    reason: str = ""


@dataclass(slots=True)
class FoundFile:
    """What was understood of one file. `run` is the key of the run it tells of, empty where it tells of none.

    `counts` has what `coaching import --dry-run` prints of it: `joiners`, `fully_participated`, `learners` and so on.
    `headings` and `columns` are of a table whose columns somebody maps: its headings in order, and for each thing that
    can be taken from it the heading that was taken for it, or None. `sheets` are those of a workbook that has several,
    and `sheet` the one that was read. `sample` has the first rows below the headings, for who maps columns.
    """

    name: str
    kind: str
    encoding: str = ""
    delimiter: str = ""
    course: str = ""
    run: str = ""
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    problem_count: int = 0
    headings: list[str] = field(default_factory=list)
    columns: dict[str, str | None] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    sample: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class FoundRun:
    """One run of a course, from all files that tell of it. `key` names it on its platform (`course-slug-3`).

    `figures` is by the words of ReachMetric (`joiners`, `learners`, `active`, `completed_50`, `completed_90`,
    `statements`); what no file told is not there, and a header-only file tells nought. The days are ISO 8601, the
    first and last that the files name, empty where they name none.
    """

    key: str
    course: str
    label: str
    platform: str
    figures: dict[str, int] = field(default_factory=dict)
    first_day: str = ""
    last_day: str = ""
    has_learners: bool = False


@dataclass(slots=True)
class Findings:
    """All that was understood. `rows` is for tables of figures and of people, `runs` for exports of platforms.

    `asks` names what the files do not hold and somebody has to say before they can be applied, such as `date_order`.
    """

    files: list[FoundFile] = field(default_factory=list)
    runs: list[FoundRun] = field(default_factory=list)
    rows: list[FoundRow] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)


class Learners(Protocol):
    """Where an importer puts the learners of a run; who calls it counts them, and keeps no identifier.

    An importer that reads few learners uses `add`. One that reads a million makes the digests itself with `key`, since
    it needs them to count, and hands over the finished pages. `digests.LearnerDigests` is one of these.
    """

    @property
    def key(self) -> bytes:
        """What the identifiers' digests are keyed with, at most 64 bytes."""

    def add(self, run: str, identifiers: Sequence[str]) -> None:
        """Some learners of the run of this key, staff left out; one who comes twice counts once."""

    def keep(self, run: str, pages: Iterable[tuple[int, bytes]]) -> None:
        """All learners of the run, staff left out, as `digests.digest_all` makes them: for each first byte that occurs
        that byte, and the digests that begin with it, joined in ascending order and each once."""


class NoLearners:
    """For who does not want to know how many people there are."""

    key = b""

    def add(self, run: str, identifiers: Sequence[str]) -> None:
        """Takes them and forgets them."""

    def keep(self, run: str, pages: Iterable[tuple[int, bytes]]) -> None:
        """Does not even look at them."""


class Importer(Protocol):
    """A reader of one kind of files. It raises Invalid on `file` where it cannot make anything of them."""

    kind: str
    label: str
    brings: Brings

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of this name that begins with these bytes (up to 64 KiB) is of this kind."""

    def read(
        self,
        files: Sequence[SourceFile],
        *,
        choices: Mapping[str, Any],
        learners: Learners,
        watch: Callable[[int], None],
    ) -> Findings:
        """Reads all files. `choices` is what somebody said (`columns`, `date_order`, ...), empty at first. Where `only`
        is `learners` among them, all else is known from before, and what does not lead to learners may be passed over.

        `watch` is told now and then how many bytes of all files are read; it raises to stop the reading.
        """
