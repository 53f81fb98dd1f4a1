"""What holds for every file that may be a Teams report, however odd."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.errors import Invalid
from coaching.importers.presence import PresenceReport
from coaching.importers.reports import read_report
from coaching.importers.teams import read_teams_report
from tests.importers.builders import EVENTS, FIXTURES, full_names, lines

SEEDS = [path.read_bytes() for path in sorted((FIXTURES / "teams").glob("*.csv"))]
START = datetime(2024, 3, 14, 14, 0)


def read_or_refuse(data: bytes) -> PresenceReport | Invalid:
    try:
        return read_report(data, timezone="Europe/London")
    except Invalid as refusal:
        return refusal


@settings(max_examples=150)
@given(st.sampled_from(SEEDS), st.data())
def test_a_damaged_report_is_read_or_refused(seed: bytes, choose: st.DataObject) -> None:
    data = bytearray(seed)
    for _ in range(choose.draw(st.integers(1, 6))):
        place = choose.draw(st.integers(0, len(data)))
        width = choose.draw(st.integers(0, 12))
        data[place : place + width] = choose.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"\t\x00", b"\n\x00"]))
        )
    report = read_or_refuse(bytes(data))
    if isinstance(report, Invalid):
        assert set(report.messages) <= {"file", "date_order"}
    else:
        assert all(person.minutes >= 0 and person.name for person in report.people)
        assert all(len(person.name) <= 200 and len(person.email) <= 254 for person in report.people)


cells = st.one_of(st.text(max_size=12), st.sampled_from(["14/03/24, 14:00:00", "30m", "-1", "Joined", "Left", "a@b.c"]))


@settings(max_examples=100)
@given(st.booleans(), st.lists(st.lists(cells, max_size=8).map("\t".join), max_size=6))
def test_arbitrary_rows_under_good_headings(old: bool, rows: list[str]) -> None:
    report = read_or_refuse(lines(EVENTS, *rows, encoding="utf-8") if old else full_names(*rows, encoding="utf-8"))
    if isinstance(report, PresenceReport):
        assert set(report.row_errors).isdisjoint(row for person in report.people for row in person.rows)


@settings(max_examples=60)
@given(st.integers(1, 7200), st.lists(st.integers(1, 7199), max_size=5), st.randoms())
def test_splitting_a_stay_into_rejoins_keeps_its_minutes(length: int, cuts: list[int], chance) -> None:
    ends = sorted({0, length, *(cut for cut in cuts if cut < length)})
    moments = [(START + timedelta(seconds=one), START + timedelta(seconds=other)) for one, other in pairwise(ends)]
    rows = [f"Ann\t{one:%d/%m/%Y, %H:%M:%S}\t{other:%d/%m/%Y, %H:%M:%S}\t\t\t" for one, other in moments]
    chance.shuffle(rows)
    (ann,) = read_teams_report(full_names(*rows)).people
    assert ann.minutes == -(-length // 60)
    assert len(ann.intervals) == 1


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["Joined", "Left"]), st.integers(0, 7200)), min_size=1, max_size=9))
def test_comings_and_goings_never_exceed_their_span(acts: list[tuple[str, int]]) -> None:
    rows = [f"Ann\t{act}\t{START + timedelta(seconds=at):%d/%m/%Y, %H:%M:%S}" for act, at in acts]
    report = read_teams_report(lines(EVENTS, *rows))
    span = max(at for _, at in acts) - min(at for _, at in acts)
    assert sum(person.minutes for person in report.people) * 60 < span + 61
