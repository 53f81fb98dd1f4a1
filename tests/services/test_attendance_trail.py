"""The trail of what was said of each member, whichever way it was said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import AttendanceStatus, Cohort
from coaching.services import attendance, import_batches
from coaching.services.attendance_trail import TrailLine, list_changes
from tests.factories import actor_of, make_membership, make_person
from tests.services.meeting_house import BAND, House, own_report

Counter = Callable[[], AbstractContextManager[list[str]]]
JOHN = "John Lennon,lennon@example.org,DAY 11:46:00 AM,DAY 12:50:00 PM,64,No"
UNKNOWN = "A Guest,guest@elsewhere.org,DAY 11:35:00 AM,DAY 12:50:00 PM,75,No"


@pytest.fixture
def house(session: Session) -> House:
    return House(session, *BAND)


def said_of(house: House, name: str) -> list[tuple[str | None, int | None, str]]:
    house.db.flush()
    lines = list_changes(house.db, house.meeting, actor=house.actor)
    member = house.members[name].public_id
    return [(line.status, line.minutes, line.source) for line in lines if line.membership_id == member]


def test_every_way_to_say_who_came_leaves_a_line(house: House, now: datetime) -> None:
    batch = house.apply(own_report(JOHN, UNKNOWN), now)
    assert said_of(house, "John Lennon") == [("late", 64, "zoom")]
    assert said_of(house, "Ringo Starr") == []
    (guest,) = [row for row in batch.rows if row.is_in_doubt]
    act = {"actor": house.actor, "now": now}
    import_batches.resolve_row(
        house.db, batch, house.meeting, guest.public_id, house.members["Ringo Starr"].public_id, **act
    )
    # What the report said before is not said again because another row was settled.
    assert said_of(house, "John Lennon") == [("late", 64, "zoom")]
    assert said_of(house, "Ringo Starr") == [("present", 75, "zoom")]
    assert said_of(house, "Billy Preston") == [("absent", 0, "zoom")]
    marks = {house.members["John Lennon"].public_id: AttendanceStatus.EXCUSED}
    attendance.mark_attendance(house.db, house.meeting, marks=marks, **act)
    house.db.flush()
    import_batches.undo_import(house.db, batch, house.meeting, **act)
    assert said_of(house, "John Lennon") == [("late", 64, "zoom"), ("excused", None, "coach")]
    assert said_of(house, "Billy Preston") == [("absent", 0, "zoom"), (None, None, "zoom")]
    assert house.status("Billy Preston") is None
    assert house.status("John Lennon") == ("excused", None)


def test_an_undone_report_puts_back_what_an_earlier_one_said(house: House, now: datetime) -> None:
    house.apply(own_report(JOHN), now)
    longer = JOHN.replace("11:46:00", "11:35:00").replace(",64,", ",75,")
    second = house.apply(own_report(longer), now)
    import_batches.undo_import(house.db, second, house.meeting, actor=house.actor, now=now)
    assert said_of(house, "John Lennon") == [("late", 64, "zoom"), ("present", 75, "zoom"), ("late", 64, "zoom")]
    assert house.status("John Lennon") == ("late", 64)


def test_members_read_what_was_said_of_themselves_alone(house: House, now: datetime) -> None:
    house.apply(own_report(JOHN), now)
    john = house.members["John Lennon"]
    lines = list_changes(house.db, house.meeting, actor=actor_of(house.db, john.person))
    coach = "Andrew Knight"
    assert lines == [TrailLine(john.public_id, AttendanceStatus.LATE, 64, lines[0].source, "report.csv", coach, now)]
    with pytest.raises(NotFound):
        list_changes(house.db, house.meeting, actor=actor_of(house.db, make_membership(house.db).person))


def test_what_is_late_follows_the_cohorts_figures_from_then_on(house: House, now: datetime) -> None:
    house.apply(own_report(JOHN), now)
    assert house.status("John Lennon") == ("late", 64)
    cohort = house.db.get_one(Cohort, house.cohort.id)
    cohort.late_minutes, cohort.present_percent, cohort.partial_percent = 20, 90, 86
    house.db.flush()
    assert house.status("John Lennon") == ("late", 64)
    house.apply(own_report(JOHN, JOHN.replace("John", "Joan").replace("lennon@", "joan@")), now + timedelta(hours=1))
    # 64 of 75 minutes are 85 %: under both shares now.
    assert house.status("John Lennon") == ("absent", 64)


def test_an_import_takes_as_many_statements_for_few_as_for_many(
    session: Session, count_queries: Counter, now: datetime
) -> None:
    taken = []
    for size in (1, 4, 60):
        people = [(f"Person {n}", f"p{size}n{n}@example.org") for n in range(size)]
        house = House(session, *people, coach=f"host{size}@example.org")
        make_membership(session, house.cohort, make_person(session, name="Not There"))
        rows = [f"X,p{size}n{n}@example.org,DAY 11:35:00 AM,DAY 12:50:00 PM,75,No" for n in range(size)]
        with count_queries() as statements:
            batch = house.apply(own_report(*rows), now)
            session.flush()
        first = len(statements)
        session.expire_all()
        with count_queries() as statements:
            import_batches.undo_import(session, batch, house.meeting, actor=house.actor, now=now)
            session.flush()
        taken.append((first, len(statements)))
    # The first import of all makes the audit trail.
    assert taken[1] == taken[2]
