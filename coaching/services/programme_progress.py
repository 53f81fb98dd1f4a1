"""A programme at a glance, its formal and its coaching cohorts side by side. Eight statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from coaching.models import CohortKind, CohortState, Programme, Stage
from coaching.policies import Actor, may_view_programme, require
from coaching.services import programme_figures as figures
from coaching.services.project_list import ReachTotals
from coaching.statistics.proportion import Proportion
from coaching.statistics.suppression import hidden_cells


class Funnel(NamedTuple):
    """People by how far they came: each step counts those who went further, so that no later step is the larger.

    `brought_in` came without an application, and count from `accepted` on; `withdrew` are those who did not come back.
    """

    applied: int = 0
    brought_in: int = 0
    shortlisted: int = 0
    accepted: int = 0
    started: int = 0
    withdrew: int = 0
    completed: int = 0


class Satisfaction(NamedTuple):
    """Answers that rate good or very good. `good` is None where the answers are too few to be shown."""

    answers: int
    good: Proportion | None

    @property
    def is_hidden(self) -> bool:
        return self.good is None


class StepFigures(NamedTuple):
    """One follow-up step. Those sent and not answered are silent; `still_open` of them can be answered yet."""

    label: str
    offset: str
    sent: int
    did_it: int
    not_yet: int
    cannot_say: int
    still_open: int

    @property
    def answered(self) -> Proportion:
        return Proportion(self.did_it + self.not_yet + self.cannot_say, self.sent)

    @property
    def silent(self) -> int:
        return self.sent - self.answered.numerator


class Figures(NamedTuple):
    """What is counted alike for one cohort, for a kind of cohorts and for all: every share with its denominator.

    Of `unrecorded` of the places that attendance is a share of nobody has said yet whether they were taken.
    """

    participants: int
    funnel: Funnel
    attendance: Proportion
    unrecorded: int
    response: Proportion
    satisfaction: Satisfaction
    reach: ReachTotals

    @property
    def launched(self) -> Proportion:
        """Projects that have launched, of all projects."""
        return Proportion(self.reach.launched, self.reach.projects)


class CohortFigures(NamedTuple):
    id: str
    name: str
    kind: CohortKind
    starts_on: date
    ends_on: date
    state: CohortState
    figures: Figures


class Column(NamedTuple):
    """One column of the comparison. `stages` tells for each stage how many projects came at least so far."""

    cohorts: int
    figures: Figures
    steps: tuple[StepFigures, ...]
    stages: dict[Stage, Proportion]
    stopped: int


class ProgrammeProgress(NamedTuple):
    """`columns` has an entry for each kind that has cohorts; `total` is all of them together."""

    programme: Programme
    as_of: datetime
    columns: dict[CohortKind, Column]
    total: Column
    cohorts: tuple[CohortFigures, ...]


@dataclass(slots=True)
class _Tally:
    """Raw counts, which add up."""

    people: Sequence[int] = (0,) * 8
    attendance: Sequence[int] = (0, 0, 0)
    answers: Sequence[int] = (0, 0)
    invitations: Sequence[int] = (0, 0)
    reach: Sequence[int] = (0,) * 6
    dates: list[date] = field(default_factory=list)

    @classmethod
    def of(cls, number: int, rows: figures.Rows) -> _Tally:
        """The counts of one cohort; a statement that has no row for it leaves its zeros."""
        none = cls()
        *reach, oldest, newest = rows.reach.get(number, (*none.reach, None, None))
        return cls(
            people=rows.people.get(number, none.people),
            attendance=rows.attendance.get(number, none.attendance),
            answers=rows.answers.get(number, none.answers),
            invitations=rows.invitations.get(number, none.invitations),
            reach=reach,
            dates=[day for day in (oldest, newest) if day is not None],
        )

    def add(self, other: _Tally) -> None:
        for name in ("people", "attendance", "answers", "invitations", "reach"):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, tuple(map(sum, zip(mine, theirs, strict=True))))
        self.dates += other.dates

    def figures(self, *, is_hidden: bool) -> Figures:
        participants, applied, came, as_if_listed, *further = self.people
        brought_in = came - applied
        # Whoever was accepted counts as shortlisted, save those of whom no list was made.
        funnel = Funnel(applied, brought_in, as_if_listed - brought_in, *further)
        projects, launched, runs, joiners, *believed = self.reach
        taken, places, unrecorded = self.attendance
        good = None if is_hidden else Proportion(*self.answers)
        oldest, newest = min(self.dates, default=None), max(self.dates, default=None)
        return Figures(
            participants=participants,
            funnel=funnel,
            attendance=Proportion(taken, places),
            unrecorded=unrecorded,
            response=Proportion(*self.invitations),
            satisfaction=Satisfaction(self.answers[1], good),
            reach=ReachTotals(projects, launched, runs, joiners, oldest, newest, *believed),
        )


def programme_progress(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, kind: CohortKind | None = None
) -> ProgrammeProgress:
    """The programme's figures, computed from its rows at `now`; `kind` narrows them to one kind of cohorts."""
    require(may_view_programme(actor, programme.id), seen=False)
    rows = figures.read(session.connection(), programme.id, now=now, kind=kind)
    tallies = {cohort[0]: _Tally.of(cohort[0], rows) for cohort in rows.cohorts}
    pooled = {one: _Tally() for one in CohortKind}
    for number, _public_id, _name, one, *_dates in rows.cohorts:
        pooled[one].add(tallies[number])
    hidden = _hidden(rows.cohorts, tallies, minimum=programme.minimum_group)
    hidden_kinds = {one for one in CohortKind if 0 < pooled[one].answers[1] < programme.minimum_group}
    total = _Tally()
    for tally in pooled.values():
        total.add(tally)
    return ProgrammeProgress(
        programme=programme,
        as_of=now,
        columns={
            one: _column(rows, {one}, pooled[one].figures(is_hidden=one in hidden_kinds))
            for one in CohortKind
            if any(cohort[3] == one for cohort in rows.cohorts)
        },
        # A total beside one kind would give the other away.
        total=_column(rows, set(CohortKind), total.figures(is_hidden=bool(hidden_kinds))),
        cohorts=tuple(
            CohortFigures(*(*cohort, tallies[number].figures(is_hidden=number in hidden)))
            for number, *cohort in rows.cohorts
        ),
    )


def _hidden(cohorts: Sequence[Any], tallies: dict[int, _Tally], *, minimum: int) -> set[int]:
    """The cohorts whose ratings stay hidden, alone or from being what is left of their kind's total."""
    hidden: set[int] = set()
    for kind in CohortKind:
        numbers = [cohort[0] for cohort in cohorts if cohort[3] == kind]
        cells = hidden_cells([tallies[number].answers[1] for number in numbers], minimum=minimum)
        hidden |= {numbers[cell] for cell in cells}
    return hidden


def _column(rows: figures.Rows, kinds: set[CohortKind], counted: Figures) -> Column:
    reached = dict.fromkeys(range(len(figures.STAGES)), 0)
    stopped = 0
    for kind, place, projects, halted in rows.stages:
        if kind in kinds:
            stopped += halted
            for earlier in range(place + 1):
                reached[earlier] += projects
    return Column(
        cohorts=sum(cohort[3] in kinds for cohort in rows.cohorts),
        figures=counted,
        steps=_steps(rows.steps, kinds),
        stages={
            stage: Proportion(reached[place], counted.reach.projects) for place, stage in enumerate(figures.STAGES)
        },
        stopped=stopped,
    )


def _steps(rows: Iterable[Any], kinds: set[CohortKind]) -> tuple[StepFigures, ...]:
    """The steps in their order; what formal and coaching cohorts have in common is added up."""
    counts: dict[tuple[str, str], tuple[int, ...]] = {}
    for kind, label, offset, *found in rows:
        if kind in kinds:
            so_far = counts.get((label, offset), (0,) * len(found))
            counts[label, offset] = tuple(map(sum, zip(so_far, found, strict=True)))
    return tuple(StepFigures(label, offset, *found) for (label, offset), found in counts.items())
