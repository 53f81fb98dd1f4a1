"""FutureLearn's exports of runs: enrolments, step activity and team members make figures; the others are counted.

The run stands in a file's name alone, the rows are of people who agreed to nothing here, and a popular course has a
million of them. So files are streamed, and of a learner there is never more than a digest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from coaching.errors import Invalid
from coaching.importers.archives import EMPTY_ZIP, ZIP, unpack
from coaching.importers.base import Brings, Findings, Learners, SourceFile
from coaching.importers.digests import Spill
from coaching.importers.futurelearn_files import FIGURES, LookedAt, look_at
from coaching.importers.futurelearn_layout import read_layout
from coaching.importers.futurelearn_names import KINDS, read_name
from coaching.importers.futurelearn_rows import open_export, says_something
from coaching.importers.futurelearn_runs import RunReader
from coaching.importers.text import guess_delimiter

_IN_A_ZIP = re.compile(
    b"(?:" + b"|".join(kind.replace("-", "[-_ ]").encode() for kind in KINDS) + rb")[^/]{0,20}\.csv", re.IGNORECASE
)


class FutureLearn:
    """Choices: `runs` has for a file's name the course and run it is of; `course` and `run` are those of every file
    whose name does not say; `as_of` is the day that the figures are of, and later times are told.

    A file whose run nobody says makes a run all the same, whose key begins with `unnamed-`: where its figures belong
    can still be said of that run as a whole.
    """

    kind = "futurelearn"
    label = "FutureLearn run exports"
    brings: Brings = "figures"

    def recognises(self, name: str, head: bytes) -> bool:
        if head[:4] in {ZIP, EMPTY_ZIP}:
            return _IN_A_ZIP.search(head) is not None
        text = head[:20_000].decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")
        headings = next(filter(says_something, text.lstrip("\ufeff").splitlines()), "")
        return bool(read_layout(headings, guess_delimiter(text)).kind or read_name(name).key)

    def read(
        self,
        files: Sequence[SourceFile],
        *,
        choices: Mapping[str, Any],
        learners: Learners,
        watch: Callable[[int], None],
    ) -> Findings:
        unpacked = unpack(files)
        looked = look_at(unpacked, choices)
        told = _Progress(watch, sum(file.size for file in files), sum(file.size for file in unpacked))
        only_learners = choices.get("only") == "learners"
        findings = Findings(files=[one.found for one in looked])
        with Spill() as spill:
            reader = RunReader(learners, _latest(choices), spill, told, only_learners)
            for files_of_run in _by_run(looked):
                run = reader.read(files_of_run)
                if run is not None:
                    findings.runs.append(run)
        for one in looked:
            if one.found.kind and one.found.kind not in FIGURES and not only_learners:
                with open_export(one.file, one.found, told) as export:
                    export.count_rows()
        return findings


FUTURELEARN = FutureLearn()


class _Progress:
    """Tells how far it is by the bytes of the files that came in, also where they are zips."""

    def __init__(self, watch: Callable[[int], None], total: int, unpacked: int) -> None:
        self._watch, self._share = watch, total / max(unpacked, 1)
        self._read = 0

    def __call__(self, more: int) -> None:
        self._read += more
        self._watch(int(self._read * self._share))


def _by_run(looked: Sequence[LookedAt]) -> list[list[LookedAt]]:
    """The files that make figures, those of a run together.

    Of files whose run nobody said, those whose names begin alike are of one run, unless two of them are of one type.
    """
    runs: dict[tuple[str, str], list[LookedAt]] = {}
    for one in looked:
        if one.found.kind in FIGURES:
            runs.setdefault((one.found.run, "" if one.found.run else one.found.course), []).append(one)
    groups: list[list[LookedAt]] = []
    for (run, _), files in sorted(runs.items()):
        is_one = run or len({one.found.kind for one in files}) == len(files)
        groups += [files] if is_one else [[one] for one in files]
    return groups


def _latest(choices: Mapping[str, Any]) -> str:
    """The end of the day that the figures are of, as FutureLearn writes a time, and a day on, since days begin earlier
    elsewhere."""
    said = choices.get("as_of")
    if not said:
        return ""
    try:
        day = said if isinstance(said, date) else date.fromisoformat(str(said))
        return f"{(day + timedelta(days=1)).isoformat()[:10]} 23:59:59 UTC"
    except (ValueError, OverflowError):
        raise Invalid.field("as_of", "Give the day as YYYY-MM-DD.") from None
