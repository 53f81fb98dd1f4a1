"""What holds for every file, however odd."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from coaching.errors import Invalid
from coaching.importers.presence import PresenceReport
from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import FIXTURES, joins

SEEDS = [path.read_bytes() for path in sorted(FIXTURES.glob("*.csv"))]
START = datetime(2024, 3, 14, 14, 0)


def read_or_refuse(data: bytes) -> PresenceReport | Invalid:
    try:
        return read_zoom_report(data, timezone="Europe/London")
    except Invalid as refusal:
        return refusal


@given(st.binary(max_size=600))
@example(b"\xff\xfe\x00")
@example(b'"')
@example(b"\x00\xd8" * 40)
def test_arbitrary_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    refusal = read_or_refuse(data)
    assert isinstance(refusal, Invalid)
    assert set(refusal.messages) == {"file"}


@settings(max_examples=300)
@given(st.sampled_from(SEEDS), st.data())
def test_a_damaged_report_is_read_or_refused(seed: bytes, choose: st.DataObject) -> None:
    data = bytearray(seed)
    for _ in range(choose.draw(st.integers(1, 6))):
        place = choose.draw(st.integers(0, len(data)))
        width = choose.draw(st.integers(0, 12))
        data[place : place + width] = choose.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n"]))
        )
    report = read_or_refuse(bytes(data))
    if isinstance(report, Invalid):
        assert set(report.messages) <= {"file", "date_order"}
    else:
        assert all(person.minutes >= 0 and person.name for person in report.people)
        assert all(len(person.name) <= 200 and len(person.email) <= 254 for person in report.people)


cells = st.one_of(st.text(max_size=12), st.sampled_from(["03/14/2024 02:00:00 PM", "30", "-1", "Yes", "a@b.c", '"']))


@settings(max_examples=200)
@given(st.lists(st.lists(cells, max_size=8).map(",".join), max_size=6))
def test_arbitrary_rows_under_good_headings(rows: list[str]) -> None:
    report = read_or_refuse(joins(*rows, encoding="utf-8"))
    if isinstance(report, PresenceReport):
        assert set(report.row_errors).isdisjoint(row for person in report.people for row in person.rows)


def row(name: str, start: datetime, end: datetime) -> str:
    length = -(-(end - start) // timedelta(minutes=1))
    return f"{name},,{start:%m/%d/%Y %I:%M:%S %p},{end:%m/%d/%Y %I:%M:%S %p},{length},Yes"


@given(st.integers(1, 7200), st.lists(st.integers(1, 7199), max_size=5), st.randoms())
def test_splitting_a_row_into_rejoins_keeps_its_minutes(length: int, cuts: list[int], chance) -> None:
    whole = read_zoom_report(joins(row("Ann", START, START + timedelta(seconds=length))))
    ends = sorted({0, length, *(cut for cut in cuts if cut < length)})
    stretches = [(START + timedelta(seconds=one), START + timedelta(seconds=other)) for one, other in pairwise(ends)]
    chance.shuffle(stretches)
    split = read_zoom_report(joins(*(row("Ann", *stretch) for stretch in stretches)))
    assert [person.minutes for person in split.people] == [person.minutes for person in whole.people]
    assert split.people[0].intervals == whole.people[0].intervals


@given(
    st.lists(
        st.tuples(st.sampled_from(["Ann", "Bob", "Cy"]), st.integers(0, 7200), st.integers(0, 7200)),
        min_size=1,
        max_size=9,
    )
)
def test_minutes_are_between_the_longest_stay_and_the_span(stays: list[tuple[str, int, int]]) -> None:
    times = [(name, *sorted((one, other))) for name, one, other in stays]
    report = read_zoom_report(
        joins(
            *(row(name, START + timedelta(seconds=one), START + timedelta(seconds=other)) for name, one, other in times)
        )
    )
    for person in report.people:
        own = [(one, other) for name, one, other in times if name == person.name]
        span = max(other for _, other in own) - min(one for one, _ in own)
        longest = max(other - one for one, other in own)
        assert longest <= person.minutes * 60 < span + 60
