"""A run of a course from all files that tell of it: whoever is staff by one of them is left out of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from coaching.importers.base import FoundFile, FoundRun, Learners
from coaching.importers.digests import Shelf, Spill, digest_all
from coaching.importers.futurelearn_enrolments import Enrolments, read_enrolments
from coaching.importers.futurelearn_files import LookedAt
from coaching.importers.futurelearn_names import ENROLMENTS, STEPS, TEAM
from coaching.importers.futurelearn_rows import Export, open_export
from coaching.importers.futurelearn_steps import StepActivity, read_steps

# What the key of a run begins with whose name nobody has said.
UNNAMED = "unnamed-"

Read = TypeVar("Read", Enrolments, StepActivity)


@dataclass(slots=True)
class RunReader:
    """Reads the files of one run after another, and gives the learners of each away before the next."""

    learners: Learners
    latest: str
    spill: Spill
    watch: Callable[[int], None]
    only_learners: bool = False

    def read(self, files: Sequence[LookedAt]) -> FoundRun | None:
        """What these files tell of the run. A file whose run nobody said is of a run without a name, which goes by what
        is in the file: somebody may say then where its figures belong."""
        team = Shelf(self.spill)
        team_files = [one for one in files if one.found.kind == TEAM]
        for one in team_files:
            self._read_team(one, team)
        enrolments = [one for one in files if one.found.kind == ENROLMENTS]
        # Which of several exports is the newest, their times tell.
        read = partial(read_enrolments, with_times=not self.only_learners or len(enrolments) > 1)
        newest = self._newest(enrolments, read, team)
        staff = [team]
        figures: dict[str, int] = {}
        if newest is not None:
            self._give_away(newest, team)
            staff.append(newest.staff)
            figures |= {name: newest.found.counts[name] for name in ("joiners", "statements")}
        steps = [one for one in files if one.found.kind == STEPS and not self.only_learners]
        active = self._newest(steps, read_steps, *staff)
        if active is not None:
            active.count(*staff)
            figures |= {name: count for name, count in active.found.counts.items() if name not in _OF_FILES}
            _describe_steps(active, knows_staff=bool(team_files or (newest is not None and newest.has_roles)))
        return self._as_run(files, newest, active, figures)

    def _as_run(
        self, files: Sequence[LookedAt], newest: Enrolments | None, active: StepActivity | None, figures: dict[str, int]
    ) -> FoundRun | None:
        first = newest or active
        if first is None:
            return None
        times = [read.times for read in (newest, active) if read is not None and read.times.first]
        return FoundRun(
            key=_key_of(first),
            course=first.found.course,
            label=_label_of(files),
            platform="futurelearn",
            figures=figures,
            first_day=min((one.first for one in times), default="")[:10],
            last_day=max((one.last for one in times), default="")[:10],
            has_learners=newest is not None,
        )

    def _read_team(self, one: LookedAt, team: Shelf) -> None:
        own = Shelf(self.spill)
        with open_export(one.file, one.found, self.watch) as export:
            for batch in export.batches(export.column("learner_id", "id")):
                digests = digest_all(batch.cells[export.column("learner_id", "id")], self.learners.key)
                own.add(digests)
                team.add(digests)
            _describe_text(export)
        one.found.counts = {"staff": sum(len(own.distinct(number)) for number in own.numbers)}

    def _newest(
        self, files: Sequence[LookedAt], read: Callable[[Export, Spill, bytes, str], Read], *staff: Shelf
    ) -> Read | None:
        """The export with the latest time in it; the others are counted for themselves, and it is said of them."""
        best: Read | None = None
        for one in files:
            with open_export(one.file, one.found, self.watch) as export:
                new = read(export, self.spill, self.learners.key, self.latest)
                new.digest = export.lines.digest
                _describe_text(export)
            if best is None:
                best = new
                continue
            older, newer = (best, new) if _age(best) < _age(new) else (new, best)
            _settle(older, staff)
            if older.digest == newer.digest:
                older.found.notes.append(f"The same file as {newer.found.name[:100]}, so it counts once.")
            else:
                _say_older(older.found, newer.found)
            best = newer
        return best

    def _give_away(self, newest: Enrolments, team: Shelf) -> None:
        """The learners to whoever counts them, and what is to be said once they are counted."""
        counted = newest.count(team)
        # They are put in order as they are taken, so that who wants none does not wait for it.
        self.learners.keep(_key_of(newest), ((number, b"".join(sorted(digests))) for number, digests in counted))
        for _ in counted:
            # Whoever keeps none takes none, and the counts come with the last.
            pass
        _describe_enrolments(newest)


# What is told of a file and is no figure of a run.
_OF_FILES = {"staff", "steps", "repeated"}


def _age(read: Enrolments | StepActivity) -> tuple[str, int, bytes]:
    """By the last time in it; two that end alike are told apart so that their order does not matter."""
    return read.times.last, read.found.rows, read.digest


def _label_of(files: Sequence[LookedAt]) -> str:
    found = files[0].found
    if found.run:
        return f"Run {found.run.removeprefix(f'{found.course}-')}"
    return f"Which run? {', '.join(one.found.name for one in files)}"


def _key_of(read: Enrolments | StepActivity) -> str:
    return read.found.run or f"{UNNAMED}{read.digest.hex()}"


def _settle(read: Enrolments | StepActivity, staff: Sequence[Shelf]) -> None:
    """The counts of a file that counts for no run."""
    if isinstance(read, StepActivity):
        read.count(*staff)
    else:
        for _ in read.count(*staff):
            pass


def _say_older(older: FoundFile, newer: FoundFile) -> None:
    older.notes.append(
        f"Another export of the same run, {newer.name[:100]}, has later times in it, so that one counts, and not this."
    )
    if older.counts.get("joiners", 0) > newer.rows:
        newer.notes.append(
            f"It has fewer enrolments than the older export {older.name[:100]} with {older.counts['joiners']:,}. "
            "The newer one counts; check that it is whole."
        )


def _describe_text(export: Export) -> None:
    if export.lines.is_damaged:
        export.found.notes.append(
            "Some characters in the file are no UTF-8, as when a spreadsheet saved it. No figure depends on them, "
            "unless a row says so."
        )


def _describe_enrolments(read: Enrolments) -> None:
    counts, notes = read.found.counts, read.found.notes
    if read.roles:
        named = ", ".join(f"{number:,} of {role}" for role, number in sorted(read.roles.items()))
        notes.append(f"Left out as staff by their role: {named}.")
    by_team = counts["staff"] - sum(read.roles.values())
    if by_team > 0:
        notes.append(f"Left out since the team's export names them, or another row their role: {by_team:,}.")
    if counts["unenrolled"]:
        notes.append(f"{counts['unenrolled']:,} left the course later; they did enrol, and count.")
    if counts["repeated"]:
        notes.append(f"{counts['repeated']:,} of the rows name a learner again; each learner counts once.")


def _describe_steps(read: StepActivity, *, knows_staff: bool) -> None:
    counts, notes = read.found.counts, read.found.notes
    notes.append(f"The steps of the run are those in the file: {counts['steps']:,}.")
    if not knows_staff:
        notes.append(
            "Nothing here tells who of them is staff, so staff counts too. Bring in the run's enrolments or its "
            "team-members with it."
        )
    if counts["staff"]:
        notes.append(f"Left out as staff: {counts['staff']:,}.")
    if counts["repeated"]:
        notes.append(f"{counts['repeated']:,} of the rows name a step of a learner again; each counts once.")
