"""The practice log, and check-in figures that are given to a run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    AuditEntry,
    CourseRun,
    Membership,
    PracticeEntry,
    PracticeKind,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
)
from coaching.services import audit
from coaching.services.practice import get_entry, list_runs, tie_enrolments
from coaching.services.practice_list import list_practice
from coaching.services.reach import add_reach
from coaching.services.runs import log_new_launch
from tests.factories import NOW, actor_of, make_cohort, make_membership, make_project, make_run
from tests.services.progress_rows import make_check_in, make_step
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

SAID_ON = date(2026, 6, 12)
LAUNCH = date(2026, 5, 4)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def run(session: Session, team: Team) -> CourseRun:
    return make_run(session, make_project(session, owners=(team.ana,), title="Safer care"), launched_on=LAUNCH)


def make_entry(session: Session, membership: Membership, **values: Any) -> PracticeEntry:
    values = {
        "membership": membership,
        "kind": PracticeKind.CHECK_IN,
        "on": SAID_ON,
        "text": "It is open",
        "enrolments": 240,
        "created_at": NOW,
    } | values
    entry = PracticeEntry(**values)
    session.add(entry)
    session.flush()
    return entry


@pytest.fixture
def entry(session: Session, team: Team) -> PracticeEntry:
    return make_entry(session, team.ana)


def test_the_log_is_newest_first_with_what_each_line_is_about(
    session: Session,
    team: Team,
    entry: PracticeEntry,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    logged = log_new_launch(
        session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care", launched_on=LAUNCH, enrolments=40
    )
    make_entry(session, team.ana, on=date(2026, 6, 14), enrolments=None)
    make_entry(session, team.ben)
    with count_queries() as statements:
        newest, said, launched = list_practice(session, team.ana, actor=team.as_ana)
    # The lines, and what helped and hindered in them.
    assert len(statements) == 2
    assert (newest.on, newest.can_be_tied) == (date(2026, 6, 14), False)
    assert (said.id, said.enrolments, said.run_id, said.can_be_tied) == (entry.public_id, 240, None, True)
    assert (launched.kind, launched.on, launched.enrolments, launched.can_be_tied) == (
        PracticeKind.LAUNCH,
        LAUNCH,
        40,
        False,
    )
    assert (launched.run_id, launched.run_label, launched.project_title) == (logged.public_id, "Run 1", "Safer care")


def test_what_came_from_a_check_in_names_the_step_that_asked(session: Session, team: Team) -> None:
    step = make_step(session, team.cohort, label="Six weeks on")
    check_in = make_check_in(session, step, team.ana)
    make_entry(session, team.ana, check_in_id=check_in.id)
    log_new_launch(session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care", launched_on=LAUNCH)
    session.flush()
    assert [line.step for line in list_practice(session, team.ana, actor=team.as_coach)] == ["Six weeks on", None]


def test_the_runs_are_the_participants_own_with_what_they_stand_at(
    session: Session, team: Team, run: CourseRun
) -> None:
    make_run(session, make_project(session, owners=(team.ben,)))
    later = make_run(session, run.project, launched_on=date(2026, 6, 1), label="Run 2")
    for value, as_of in ((10, LAUNCH), (30, SAID_ON)):
        add_reach(session, run, actor=team.as_ana, now=NOW, metric=ReachMetric.JOINERS, value=value, as_of=as_of)
    add_reach(session, run, actor=team.as_ana, now=NOW, metric=ReachMetric.ACTIVE, value=5, as_of=SAID_ON)
    lines = list_runs(session, team.ana, actor=team.as_coach)
    assert [(line.id, line.joiners, line.as_of) for line in lines] == [
        (later.public_id, None, None),
        (run.public_id, 30, SAID_ON),
    ]


def test_a_course_of_an_earlier_cohort_is_still_theirs(session: Session, team: Team, entry: PracticeEntry) -> None:
    earlier = make_membership(session, make_cohort(session, team.programme), team.ana.person)
    project = make_project(session, owners=(earlier, team.ana))
    run = make_run(session, make_project(session, owners=(earlier,)), launched_on=LAUNCH)
    shared = make_run(session, project, launched_on=date(2026, 5, 1))
    make_run(session, make_project(session, owners=(make_membership(session, person=team.ana.person),)))
    actor = actor_of(session, team.ana.person)
    assert [line.id for line in list_runs(session, team.ana, actor=actor)] == [run.public_id, shared.public_id]
    assert tie_enrolments(session, entry, run, actor=actor, now=NOW).snapshot.value == 240


@pytest.mark.parametrize("who", ["ben", "observer", "cleo", "stranger"])
def test_the_log_is_for_the_participant_and_those_who_run_the_cohort(
    session: Session, team: Team, run: CourseRun, entry: PracticeEntry, who: str
) -> None:
    actor = getattr(team, f"as_{who}")
    for act in (list_practice, list_runs):
        with pytest.raises(NotFound):
            act(session, team.ana, actor=actor)
    with pytest.raises(NotFound):
        get_entry(session, entry.public_id, actor=actor)
    with pytest.raises(NotFound):
        tie_enrolments(session, entry, run, actor=actor, now=NOW)
    assert entry.run_id is None


@pytest.mark.parametrize("who", ["ana", "coach", "coordinator"])
def test_a_figure_is_given_to_a_run(
    session: Session, team: Team, run: CourseRun, entry: PracticeEntry, who: str
) -> None:
    actor = getattr(team, f"as_{who}")
    assert get_entry(session, entry.public_id, actor=actor) is entry
    snapshot = tie_enrolments(session, entry, run, actor=actor, now=NOW).snapshot
    assert entry.run_id == run.id
    assert (snapshot.value, snapshot.as_of, snapshot.source, snapshot.is_current) == (
        240,
        SAID_ON,
        ReachSource.CHECK_IN,
        True,
    )
    assert session.scalars(select(AuditEntry.act)).all() == ["practice.tied"]


def test_an_older_figure_does_not_push_out_a_newer_one(
    session: Session, team: Team, run: CourseRun, entry: PracticeEntry
) -> None:
    by = {"actor": team.as_ana, "now": NOW}
    add_reach(session, run, metric=ReachMetric.JOINERS, value=300, as_of=NOW.date(), **by)
    found = tie_enrolments(session, entry, run, **by)
    assert not found.snapshot.is_current
    assert found.warnings == ()


def test_a_figure_is_given_once(session: Session, team: Team, run: CourseRun, entry: PracticeEntry) -> None:
    tie_enrolments(session, entry, run, actor=team.as_ana, now=NOW)
    with pytest.raises(Conflict, match="belongs to a run already"):
        tie_enrolments(session, entry, run, actor=team.as_ana, now=NOW)
    assert len(session.scalars(select(ReachSnapshot)).all()) == 1


@pytest.mark.parametrize("values", [{"enrolments": None}, {"kind": PracticeKind.LAUNCH}])
def test_without_a_figure_there_is_nothing_to_give(
    session: Session, team: Team, run: CourseRun, values: dict[str, Any]
) -> None:
    entry = make_entry(session, team.ana, **values)
    with pytest.raises(Conflict, match="no figure"):
        tie_enrolments(session, entry, run, actor=team.as_ana, now=NOW)


def test_the_run_is_of_a_course_that_the_participant_owns(session: Session, team: Team, entry: PracticeEntry) -> None:
    other = make_run(session, make_project(session, owners=(team.ben,)), launched_on=LAUNCH)
    with pytest.raises(NotAllowed):
        tie_enrolments(session, entry, other, actor=team.as_ana, now=NOW)
    with pytest.raises(Invalid) as refusal:
        tie_enrolments(session, entry, other, actor=team.as_coach, now=NOW)
    assert list(refusal.value.messages) == ["run_id"]
    assert entry.run_id is None


def test_the_run_was_open_when_the_figure_was_given(session: Session, team: Team, run: CourseRun) -> None:
    early = make_entry(session, team.ana, on=date(2026, 5, 3))
    with pytest.raises(Invalid, match="opened after the figure was given"):
        tie_enrolments(session, early, run, actor=team.as_ana, now=NOW)
    assert early.run_id is None


def test_two_who_give_it_at_once_give_it_to_one_run(engine: Engine, session: Session) -> None:
    team = make_team(session)
    project = make_project(session, owners=(team.ana,))
    entry = make_entry(session, team.ana)
    runs = [make_run(session, project, launched_on=day).id for day in (LAUNCH, date(2026, 6, 1))]
    audit.record(session, "run.made", project, actor=None, now=NOW)
    number = entry.id
    session.commit()

    def tie(run: int, actor: Any) -> Any:
        def act(other: Session) -> None:
            entry = other.get_one(PracticeEntry, number)
            tie_enrolments(other, entry, other.get_one(CourseRun, run), actor=actor, now=NOW)

        return act

    assert isinstance(overlap(engine, tie(runs[0], team.as_ana), tie(runs[1], team.as_coach)), Conflict)
    assert session.scalars(select(ReachSnapshot.run_id)).all() == runs[:1]
