"""Files of figures: read, shown, said where they belong, applied, known again, and undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.importers.figures import FiguresImporter
from coaching.models import (
    BatchState,
    CohortState,
    CourseRun,
    ImportBatch,
    ImportFile,
    LearnerPage,
    PracticeEntry,
    ReachMetric,
    ReachSnapshot,
    ReachState,
    RememberedMapping,
    RowOutcome,
)
from coaching.services import import_queue
from coaching.services.file_imports import cancel_files, get_file_import, list_file_imports, receive_files
from coaching.services.file_plan import plan_import
from coaching.services.file_series import needs_day
from coaching.services.import_queue import GAVE_UP, take_up, work_on
from coaching.services.import_work import LEASE
from coaching.services.reach import report_reach
from coaching.services.retention import RULES, find_outdated, remove_outdated
from tests.factories import NOW, make_project, make_run
from tests.importers.fake import FakeImporter, fake_file, with_importer
from tests.services.file_house import LAUNCH, FileHouse, make_file_house, make_work
from tests.turns import is_ci

DAY = date(2026, 6, 1)
LATER = date(2026, 6, 8)


@pytest.fixture
def importer() -> Iterator[FakeImporter]:
    importer = FakeImporter()
    with with_importer(importer):
        yield importer


@pytest.fixture
def house(session: Session, tmp_path: Path, importer: FakeImporter) -> FileHouse:
    return make_file_house(session, tmp_path)


def joiners(house: FileHouse) -> list[tuple[int, int, date]]:
    house.db.flush()
    rows = select(ReachSnapshot.run_id, ReachSnapshot.value, ReachSnapshot.as_of).where(ReachSnapshot.is_current)
    rows = rows.where(ReachSnapshot.metric == ReachMetric.JOINERS).order_by(ReachSnapshot.run_id)
    return [(run_id, value, on) for run_id, value, on in house.db.execute(rows)]


def test_what_was_read_changes_nothing_and_says_what_it_would_do(house: FileHouse) -> None:
    before = house.what_counts()
    batch = house.bring(fake_file(people=["a", "?", "b"]))
    assert (batch.state, batch.kind, batch.detected["files"][0]["counts"]) == (BatchState.READY, "fake", {"joiners": 2})
    house.db.commit()
    assert [(row.number, row.reason, row.name) for row in batch.rows] == [(3, "There is no learner in this row.", "")]
    # The course is called as the file calls it, and the run opened when its first learner came.
    assert batch.choices["runs"] == {"care-1": {"to": "run", "run_id": house.run.public_id, "as_of": "2026-06-01"}}
    ((planned,),) = [one.figures for one in plan_import(house.db, batch, house.team.cohort, actor=house.team.as_ana)]
    assert (planned.value, planned.outcome, planned.warnings) == (2, RowOutcome.NEW, ())
    assert house.what_counts() == before


def test_applied_it_counts_once_with_people_over_all_runs(house: FileHouse) -> None:
    batch = house.bring(fake_file(people=["a", "b", "b"]), fake_file(run=2, days=f"{DAY} {LATER}", people=["b", "c"]))
    house.apply(batch, house.to_run(), house.to_new("care-2", DAY, LATER))
    house.db.commit()
    second = house.project.runs[1]
    assert joiners(house) == [(house.run.id, 3, DAY), (second.id, 2, LATER)]
    assert (house.project.people, second.label, second.launched_on) == (3, "Run 2", DAY)
    assert [one.state for one in house.run.snapshots] == [ReachState.IMPORTED]
    # The launch reached the practice log of its team, and the files are gone with the commit.
    assert house.db.scalars(select(PracticeEntry.on)).all() == [DAY]
    house.db.commit()
    assert (house.files, [file.stored_name for file in batch.files]) == ([], [None, None])


def test_the_same_files_are_known_by_their_bytes_and_by_what_they_say(house: FileHouse) -> None:
    first = house.import_people(["a", "b"])
    again, is_new = receive_files(
        house.db, house.team.cohort, house.keep(fake_file(people=["a", "b"])), actor=house.team.as_coach, now=NOW
    )
    assert (again, is_new) == (first, False)
    other = house.bring(fake_file(people=["b", "a"]))
    (run,) = plan_import(house.db, other, house.team.cohort, actor=house.team.as_ana)
    assert (run.is_known, run.figures[0].known_from) == (True, first.public_id)
    before = house.what_counts()
    house.apply(other)
    assert house.what_counts() == before
    # Either can be undone, and the other still stands.
    house.undo(first)
    assert house.what_counts() == before


def test_figures_that_shrink_are_taken_and_said_before(house: FileHouse) -> None:
    house.import_people(["a", "b", "c"])
    batch = house.bring(fake_file(people=["a", "b"]))
    house.choose(batch, house.to_run(as_of=LATER))
    (run,) = plan_import(house.db, batch, house.team.cohort, actor=house.team.as_ana)
    assert "2 is fewer than the 3 of 1 June 2026" in run.figures[0].warnings[0]
    house.apply(batch)
    assert joiners(house) == [(house.run.id, 2, LATER)]
    assert house.project.people == 2


def test_the_import_of_an_earlier_day_takes_no_place_and_the_newer_gives_it_back(house: FileHouse) -> None:
    newer = house.import_people(["a", "b", "c"], as_of=LATER)
    older = house.import_people(["x"], as_of=DAY)
    assert (joiners(house), house.project.people) == ([(house.run.id, 3, LATER)], 3)
    house.undo(newer)
    assert (joiners(house), house.project.people) == ([(house.run.id, 1, DAY)], 1)
    house.undo(older)
    assert (joiners(house), house.project.people) == ([], None)
    assert house.db.scalar(select(func.count()).select_from(LearnerPage)) == 0
    with pytest.raises(Conflict, match="was applied can be undone"):
        house.undo(older)


def test_a_run_that_it_opened_goes_with_it_unless_somebody_worked_with_it(house: FileHouse) -> None:
    def open_run() -> tuple[ImportBatch, CourseRun]:
        batch = house.bring(fake_file(run=2, days=f"{DAY} {LATER}", people=["a"]))
        house.apply(batch, house.to_new("care-2", DAY, LATER))
        house.db.commit()
        return batch, house.project.runs[1]

    before = house.what_counts()
    batch, _ = open_run()
    assert house.undo(batch) == []
    assert house.what_counts() == before
    batch, run = open_run()
    report_reach(
        house.db, run, metric=run.snapshots[0].metric, value=9, as_of=LATER + timedelta(days=1),
        source=run.snapshots[0].source, recorded_by_id=None, now=NOW,
    )  # fmt: skip
    assert house.undo(batch) == [run]
    assert joiners(house) == [(run.id, 9, LATER + timedelta(days=1))]


def test_what_was_said_is_remembered_for_the_programme(house: FileHouse) -> None:
    other = make_run(house.db, make_project(house.db, owners=(house.team.ana,), title="Another"), launched_on=LAUNCH)
    batch = house.bring(fake_file(people=["a"]))
    house.apply(batch, house.to_run() | {"run_id": other.public_id})
    again = house.bring(fake_file(people=["a", "b"]))
    assert again.choices["runs"]["care-1"]["run_id"] == other.public_id
    # Ben may not log launches of Ana's course, so that it is proposed to him neither.
    assert house.bring(fake_file(people=["z"]), actor=house.team.as_ben).choices["runs"] == {}
    assert house.db.scalar(select(func.count()).select_from(RememberedMapping)) == 1


def test_where_it_belongs_is_checked_at_the_field(house: FileHouse) -> None:
    house.project.title = "Something else"
    batch = house.bring(fake_file(people=["a"]), fake_file(run=2, people=["a"]))
    with pytest.raises(Conflict, match="Say of each run"):
        house.ask(batch)
    cases = [
        (house.to_run(as_of=LAUNCH - timedelta(days=1)), "as_of", "before the launch"),
        (house.to_run(as_of=NOW.date() + timedelta(days=3)), "as_of", "still to come"),
        (house.to_run() | {"run_id": "0" * 20}, "to", "whose figures you may add"),
        (house.to_new("care-1", LAUNCH, DAY), "launched_on", "opened on that day already"),
        ({**house.to_run(), "as_of": None}, "as_of", "Write the day"),
    ]
    for choice, name, words in cases:
        with pytest.raises(Invalid) as refusal:
            house.choose(batch, choice)
        (text,) = refusal.value.messages[f"runs.0.{name}"]
        assert words in text
    with pytest.raises(Invalid, match="goes there already"):
        house.choose(batch, house.to_run(), house.to_run("care-2"))
    house.choose(batch, house.to_run(), {"key": "care-2", "to": "leave"})
    house.apply(batch)
    assert joiners(house) == [(house.run.id, 1, DAY)]


def test_who_may(house: FileHouse) -> None:
    team = house.team
    for actor, error in ((team.as_observer, NotAllowed), (team.as_cleo, NotFound), (team.as_stranger, NotFound)):
        with pytest.raises(error):
            house.bring(fake_file(people=["a"]), actor=actor)
    batch = house.bring(fake_file(people=["a"]))
    assert list_file_imports(house.db, team.cohort, actor=team.as_ben) == []
    assert list_file_imports(house.db, team.cohort, actor=team.as_coordinator) == [batch]
    for actor in (team.as_ben, team.as_cleo, team.as_observer):
        with pytest.raises(NotFound):
            get_file_import(house.db, batch.public_id, actor=actor)
    # Ben brings files of his own, and cannot say that they are of Ana's run.
    with pytest.raises(Invalid):
        house.choose(house.bring(fake_file(people=["z"]), actor=team.as_ben), house.to_run(), actor=team.as_ben)
    team.cohort.state = CohortState.ARCHIVED
    for act in (lambda: house.choose(batch, house.to_run()), lambda: house.ask(batch), lambda: house.bring(b"FAKE")):
        with pytest.raises(Conflict, match="archived"):
            act()


def test_what_nobody_knows_is_refused_and_what_asks_is_read_again(house: FileHouse) -> None:
    with pytest.raises(Invalid, match="Nobody here knows"):
        house.bring(b"who knows")
    files = house.keep(fake_file(people=["a"]))
    asking = [type(files[0])("ask.csv", files[0].kept)]
    batch, _ = receive_files(house.db, house.team.cohort, asking, actor=house.team.as_ana, now=NOW)
    house.db.flush()
    work_on(make_work(house, batch, ""))
    assert batch.detected["asks"] == ["date_order"]
    with pytest.raises(Conflict, match="Say of each run"):
        house.ask(batch)
    house.choose(batch, date_order="dmy")
    assert batch.state == BatchState.READING
    work_on(make_work(house, batch, ""))
    assert (batch.state, batch.detected["asks"]) == (BatchState.READY, [])


TABLE = b"""Course,Run,Launched on,As of,Joiners,Learners
Care,1,2026-05-04,2026-05-20,100,80
Care,1,2026-05-04,2026-06-01,120,90
Care,2,2026-06-02,,30,
Total,,,,150,
"""


def test_a_table_of_figures_is_of_the_runs_and_days_that_its_rows_name(house: FileHouse) -> None:
    with with_importer(FiguresImporter()):
        batch = house.bring(TABLE)
        assert [(one["key"], needs_day(one)) for one in batch.detected["runs"]] == [("Care 1", False), ("Care 2", True)]
        assert batch.choices["runs"]["Care 2"]["launched_on"] == "2026-06-02"
        with pytest.raises(Invalid, match="Some of this"):
            house.choose(batch, house.to_new("Care 1", date(2026, 5, 21), DAY))
        house.apply(batch, house.to_new("Care 2", date(2026, 6, 2), LATER))
    house.db.commit()
    assert joiners(house)[0] == (house.run.id, 120, DAY)
    stands = [(one.metric.value, one.value, one.as_of) for one in house.project.runs[1].snapshots]
    assert stands == [("joiners", 30, LATER)]
    # A total is left out, and said; no learners are told.
    assert ([row.number for row in batch.rows], house.project.people) == ([5], None)


@pytest.fixture
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file were too large for a request."""
    monkeypatch.setattr(import_queue, "SMALL", 10)


@pytest.mark.usefixtures("nothing_is_small")
def test_the_timetable_reads_and_applies_what_is_large_and_can_be_stopped(
    house: FileHouse, importer: FakeImporter
) -> None:
    batch = house.bring(fake_file(people=range(9)))
    assert (batch.state, take_up(house.db, house.folder, now=NOW, token="mine")) == (BatchState.READING, batch.id)
    assert take_up(house.db, house.folder, now=NOW, token="others") is None
    work_on(make_work(house, batch, "mine"))
    assert (batch.state, batch.lease_until, batch.done) == (BatchState.READY, None, batch.total)
    house.choose(batch, house.to_run())
    house.ask(batch)
    assert take_up(house.db, house.folder, now=NOW, token="mine") == batch.id

    def stop() -> None:
        if not batch.is_cancel_asked:
            cancel_files(house.db, batch, house.team.cohort, house.folder, actor=house.team.as_ana, now=NOW)

    importer.pause = stop
    work_on(make_work(house, batch, "mine"))
    house.db.commit()
    assert (batch.state, house.files, joiners(house)) == (BatchState.CANCELLED, [], [])
    assert house.db.scalar(select(func.count()).select_from(LearnerPage)) == 0


@pytest.mark.usefixtures("nothing_is_small")
def test_who_lost_the_lease_writes_nothing_and_another_begins_anew(house: FileHouse, importer: FakeImporter) -> None:
    batch = house.bring(fake_file(people=range(9)))
    work = make_work(house, batch, "first")
    take_up(house.db, house.folder, now=NOW, token="first")
    assert take_up(house.db, house.folder, now=NOW + LEASE * 2, token="second") == batch.id
    work_on(work)
    assert (batch.state, batch.detected, batch.lease_token, batch.tries) == (BatchState.READING, {}, "second", 2)
    work_on(make_work(house, batch, "second"))
    assert batch.state == BatchState.READY


@pytest.mark.usefixtures("nothing_is_small")
def test_one_that_fails_three_times_is_given_up_and_others_go_on(house: FileHouse) -> None:
    bad, good = house.bring(fake_file(people=range(9)) + b"BOOM\n"), house.bring(fake_file(people=range(4)))
    order = []
    for turn in range(4):
        number = take_up(house.db, house.folder, now=NOW, token=str(turn))
        order.append(number)
        batch = bad if number == bad.id else good
        if batch is bad:
            with pytest.raises(RuntimeError):
                work_on(make_work(house, batch, str(turn)))
        else:
            work_on(make_work(house, batch, str(turn)))
    assert order == [bad.id, good.id, bad.id, bad.id]
    assert (bad.state, bad.problem, good.state) == (BatchState.FAILED, GAVE_UP, BatchState.READY)
    assert take_up(house.db, house.folder, now=NOW, token="x") is None


# Imports of the run by their learners and their day; and which of them are undone in the end.
IMPORTS = st.lists(
    st.tuples(st.sets(st.sampled_from("abcdefgh"), min_size=1), st.integers(0, 3)), min_size=1, max_size=4
)


@settings(max_examples=20 if is_ci() else 4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(imports=IMPORTS, undone=st.sets(st.integers(0, 3)))
def test_import_undo_import_is_import(house: FileHouse, imports: list[tuple[set[str], int]], undone: set[int]) -> None:
    def come(which: set[int], taken_back: set[int]) -> dict[str, object]:
        attempt = house.db.begin_nested()
        batches = {}
        for number, (people, day) in enumerate(imports):
            if number in which:
                # One more, so that no two imports have the same bytes.
                batches[number] = house.import_people([*sorted(people), f"z{number}"], as_of=DAY + timedelta(days=day))
        for number in sorted(taken_back & batches.keys()):
            house.undo(batches[number])
        left = house.what_counts()
        attempt.rollback()
        house.db.expire_all()
        return left

    everything = set(range(len(imports)))
    assert come(everything, undone) == come(everything - undone, set())


def test_files_that_nobody_applied_go_after_thirty_days(house: FileHouse) -> None:
    batch = house.bring(fake_file(people=["a"]))
    house.db.commit()
    rules = [rule for rule in RULES if rule.model in {ImportFile, ImportBatch}]
    for days, state in ((29, BatchState.READY), (31, BatchState.CANCELLED)):
        for rule in rules:
            keys = find_outdated(house.db.connection(), rule, now=NOW + timedelta(days=days), limit=9)
            remove_outdated(house.db, rule, keys)
        house.db.commit()
        assert (batch.state, batch.files[0].stored_name is None) == (state, state == BatchState.CANCELLED)
