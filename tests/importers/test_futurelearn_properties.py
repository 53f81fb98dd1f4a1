"""What holds for all exports: the order of rows and files changes no figure; bad ones are refused in words."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from coaching.errors import Invalid
from coaching.importers.base import SourceFile
from tests.importers.exports import (
    BEGAN,
    ENROLMENTS,
    STEPS,
    TEAM,
    Read,
    enrolment,
    fixtures,
    from_bytes,
    read,
    source,
    step,
    zipped,
)

LEARNERS = st.sampled_from([f"learner-{number}" for number in range(12)])
DAYS = st.integers(1, 28).map(lambda day: f"2021-05-{day:02} 10:00:00 UTC")
Enrolled = tuple[str, str, str]
Visited = tuple[str, str, str]
enrolled = st.tuples(LEARNERS, st.sampled_from(["learner"] * 4 + ["organisation_admin"]), st.just("") | DAYS)
visited = st.tuples(LEARNERS, st.sampled_from(["1.1", "1.2", "1.20", "2.1"]), st.just("") | DAYS)
run = st.tuples(st.lists(enrolled, max_size=20), st.lists(visited, max_size=30), st.lists(LEARNERS, max_size=3))


def files_of(number: int, rows: tuple[list[Enrolled], list[Visited], list[str]]) -> list[SourceFile]:
    enrolments, steps, team = rows
    name = f"course-{number}"
    return [
        source(f"{name}_enrolments.csv", ENROLMENTS, *[enrolment(one, role=r, fully=f) for one, r, f in enrolments]),
        source(f"{name}_step-activity.csv", STEPS, *[step(one, s, completed=done) for one, s, done in steps]),
        source(f"{name}_team-members.csv", TEAM, *[f"{one},A,B,host,learner" for one in team]),
    ]


def expected(rows: tuple[list[Enrolled], list[Visited], list[str]]) -> tuple[set[str], dict[str, int], int]:
    """The joiners, the figures and who participated fully, worked out in the plainest way."""
    enrolments, activity, team = rows
    staff = set(team) | {one for one, role, _ in enrolments if role != "learner"}
    joined = {one for one, role, _ in enrolments if role == "learner"} - staff
    steps = {name for _, name, _ in activity}
    done: dict[str, set[str]] = defaultdict(set)
    for one, name, completed in activity:
        if completed:
            done[one].add(name)
    counted = [len(names) for one, names in done.items() if one not in staff]
    figures = {
        "joiners": len(joined),
        "statements": 0,
        "learners": len({one for one, _, _ in activity} - staff),
        "active": len(counted),
        "completed_50": sum(count >= 0.5 * len(steps) for count in counted),
        "completed_90": sum(count >= 0.9 * len(steps) for count in counted),
    }
    return joined, figures, len({one for one, _, fully in enrolments if fully} & joined)


@settings(max_examples=30, deadline=None)
@given(st.lists(run, min_size=1, max_size=3), st.randoms(use_true_random=False), st.booleans())
def test_any_order_of_files_and_rows_gives_the_same_figures(runs: list[Any], chance: Any, in_a_zip: bool) -> None:
    wanted = [expected(rows) for rows in runs]
    for rows in runs:
        for part in rows:
            chance.shuffle(part)
    files = [file for number, rows in enumerate(runs, 1) for file in files_of(number, rows)]
    chance.shuffle(files)
    found = read([zipped("all.zip", {file.name: file.open().read() for file in files})] if in_a_zip else files)
    assert found.figures == {f"course-{number}": figures for number, (_, figures, _) in enumerate(wanted, 1)}
    assert found.people == len(set[str]().union(*(joined for joined, _, _ in wanted)))
    for number, (joined, _, fully) in enumerate(wanted, 1):
        assert found.learners.get(f"course-{number}", 0) == len(joined)
        assert found.file(f"course-{number}_enrolments.csv").counts["fully_participated"] == fully


@settings(max_examples=30, deadline=None)
@given(st.lists(enrolled, min_size=1, max_size=20), st.data())
def test_quotation_marks_and_bad_rows_between_change_no_figure(rows: list[Enrolled], choose: st.DataObject) -> None:
    """Rows that come by the slow way count as those that come by the fast one."""
    lines = [enrolment(one, role=role, fully=fully) for one, role, fully in rows]
    quoted = [
        ",".join(f'"{cell}"' for cell in line.split(",")) if choose.draw(st.booleans()) else line for line in lines
    ]
    for _ in range(choose.draw(st.integers(0, 3))):
        quoted.insert(choose.draw(st.integers(0, len(quoted))), choose.draw(st.sampled_from(["x", '"', "", ",,,"])))
    plain = read([source("course-1_enrolments.csv", ENROLMENTS, *lines)])
    other = read([source("course-1_enrolments.csv", ENROLMENTS, *quoted)])
    assert other.figures == plain.figures
    assert other.only.counts == plain.only.counts
    assert other.people == plain.people


SEEDS = [file.open().read() for file in fixtures()]
NAMES = st.sampled_from([file.name for file in fixtures()]) | st.text(min_size=1, max_size=30)


def read_or_refuse(files: list[SourceFile]) -> None:
    try:
        found = read(files)
    except Invalid as refusal:
        fields = set(refusal.messages)
    else:
        fields = {"file"}
        check(found)
    assert fields == {"file"}


def check(found: Read) -> None:
    for counts in found.figures.values():
        assert all(count >= 0 for count in counts.values())
    for file in found.findings.files:
        assert file.problem_count >= len(file.problems)
        assert all(count >= 0 for count in file.counts.values())


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400), NAMES)
@example(b"PK\x03\x04", "x.zip")
@example(b"\xff\xfe\x00", "a-1_enrolments.csv")
@example(f"{ENROLMENTS}\n\ud800".encode("utf-16-le", "surrogatepass"), "a-1_enrolments.csv")
def test_arbitrary_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    read_or_refuse([from_bytes(name, data)])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SEEDS), NAMES, st.booleans(), st.data())
def test_a_damaged_export_is_read_or_refused(seed: bytes, name: str, in_a_zip: bool, choose: st.DataObject) -> None:
    data = bytearray(zipped("x.zip", {name: seed}).open().read() if in_a_zip else seed)
    for _ in range(choose.draw(st.integers(1, 6))):
        place, width = choose.draw(st.integers(0, len(data))), choose.draw(st.integers(0, 12))
        odd = st.sampled_from([b'"', b",", b"\n", b"\0", b"\r", BEGAN.encode()])
        data[place : place + width] = choose.draw(st.binary(max_size=6) | odd)
    read_or_refuse([from_bytes(name, bytes(data)), source("course-1_enrolments.csv", ENROLMENTS, enrolment("a"))])
