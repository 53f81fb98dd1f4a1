"""Which run of a course the figures of a check-in are of: the one that was launched, the only one there is, or the one
whose figure is too old. Its name and its last figure are said where it is asked about, and the answer says it again, so
that a figure never lands on another run because somebody else has told something in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    Anchor,
    CheckIn,
    CourseProject,
    CourseRun,
    Membership,
    PracticeEntry,
    ProjectOwner,
    ReachSnapshot,
)
from coaching.policies import Actor, may_view_check_in, require
from coaching.services.project_list import CURRENT_JOINERS
from coaching.services.stale_runs import is_stale, stale_before
from coaching.services.zones import today_in

NOT_THEIRS = "Choose a run of a course that you build, and that is open by now."


class AskedRun(NamedTuple):
    """The run that is asked about, with its newest figure: `joiners` and `as_of` are None where there is none yet.
    `is_stale` tells that it is asked about because that is too old."""

    run_id: str
    name: str
    launched_on: date
    joiners: int | None
    as_of: date | None
    is_stale: bool


class _Run(NamedTuple):
    number: int
    public_id: str
    title: str
    label: str
    launched_on: date
    ended_on: date | None
    joiners: int | None
    as_of: date | None

    def is_old(self, limit: date) -> bool:
        return is_stale(self.as_of, launched_on=self.launched_on, ended_on=self.ended_on, limit=limit)


_OWNED = (
    select(ProjectOwner.project_id)
    .join(Membership, Membership.id == ProjectOwner.membership_id)
    .where(Membership.person_id == bindparam("person_id"))
)
_RUNS = (
    select(
        CourseRun.id,
        CourseRun.public_id,
        CourseProject.title,
        CourseRun.label,
        CourseRun.launched_on,
        CourseRun.ended_on,
        ReachSnapshot.value,
        ReachSnapshot.as_of,
    )
    .join_from(CourseRun, CourseProject, CourseProject.id == CourseRun.project_id)
    .outerjoin(ReachSnapshot, CURRENT_JOINERS)
    .where(CourseRun.project_id.in_(_OWNED))
    .order_by(CourseRun.id)
)
_LAUNCHED = _RUNS.where(CourseRun.id == bindparam("anchor_id"))
_OPEN = _RUNS.where(CourseProject.programme_id == bindparam("programme_id"), CourseRun.launched_on <= bindparam("on"))


def find_asked_run(session: Session, check_in: CheckIn, *, actor: Actor, now: datetime) -> AskedRun | None:
    """The run that the check-in's figures are of, for who may see the check-in; None where there is no one run."""
    membership = check_in.membership
    require(may_view_check_in(actor, membership), seen=False)
    on = today_in(now, membership.person.timezone)
    limit = stale_before(membership.cohort.programme.stale_weeks, on)
    given = session.scalar(select(PracticeEntry.run_id).where(PracticeEntry.check_in_id == check_in.id))
    run = _pick(_read(session, check_in, on), given, limit)
    if run is None:
        return None
    name = f"{run.title}, {run.label}"
    return AskedRun(run.public_id, name, run.launched_on, run.joiners, run.as_of, run.is_old(limit))


def runs_meant(session: Session, check_in: CheckIn, on: date, run_id: str | None) -> list[int]:
    """The runs that a figure may be of, by number: that which the answer names, or all there are, of courses which
    this person builds in the programme, and open by that day. A step that counts from a launch means the run that was
    launched, whatever else there is."""
    runs = _read(session, check_in, on)
    if run_id is None:
        return [run.number for run in runs]
    named = [run.number for run in runs if run.public_id == run_id]
    if not named:
        raise Invalid.field("run_id", NOT_THEIRS)
    return named


def _read(session: Session, check_in: CheckIn, on: date) -> Sequence[_Run]:
    membership = check_in.membership
    is_launch = check_in.step.anchor == Anchor.LAUNCH
    of_launch = {"anchor_id": check_in.anchor_id}
    of_programme = {"programme_id": membership.cohort.programme_id, "on": on}
    values = {"person_id": membership.person_id, **(of_launch if is_launch else of_programme)}
    return [_Run(*row) for row in session.execute(_LAUNCHED if is_launch else _OPEN, values)]


def _pick(runs: Sequence[_Run], given: int | None, limit: date) -> _Run | None:
    """What was given to a run stays with it; of several the one is meant whose figure is the oldest that is too old."""
    for run in runs:
        if run.number == given or len(runs) == 1:
            return run
    stale = [run for run in runs if run.is_old(limit)]
    return min(stale, key=lambda run: (run.as_of or run.launched_on, run.number), default=None)
