"""What the look before an import promises is what the import does."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import AttendanceStatus
from coaching.services import attendance, attendance_imports
from coaching.services.import_preview import preview_import
from tests.services.meeting_house import BAND, READ, House, own_report

JOHN = "John Lennon,lennon@example.org,DAY 11:35:00 AM,DAY 12:50:00 PM,75,No"
RINGO = "Ringo Starr,ringorocks@beatles.org,DAY 11:35:00 AM,DAY 12:50:00 PM,75,No"


@pytest.fixture
def house(session: Session) -> House:
    return House(session, *BAND)


def test_the_coachs_marks_stand_in_the_look_as_in_the_import(house: House, now: datetime) -> None:
    marks = {
        house.members["John Lennon"].public_id: AttendanceStatus.EXCUSED,
        house.members["Eric Clapton"].public_id: AttendanceStatus.PRESENT,
    }
    attendance.mark_attendance(house.db, house.meeting, actor=house.actor, now=now, marks=marks)
    house.db.flush()
    data = own_report(JOHN, RINGO)
    seen = preview_import(house.db, house.meeting, data, READ, actor=house.actor, now=now)
    assert {row.name: row.status for row in seen.rows} == {"John Lennon": "excused", "Ringo Starr": "present"}
    assert [row.reason for row in seen.rows if row.status == "excused"] == ["The coach’s own mark stands."]
    assert set(seen.missing) == {"George Harrison", "Eric Clapton", "Billy Preston"}
    assert (seen.recorded, set(seen.absent)) == (("Eric Clapton",), {"George Harrison", "Billy Preston"})
    house.apply(data, now)
    for row in seen.rows:
        found = house.status(row.name)
        assert found is not None
        assert found[0] == row.status
    assert house.status("Eric Clapton") == ("present", None)
    assert {house.status(name) for name in seen.absent} == {("absent", 0)}


def test_a_report_takes_as_many_people_as_somebody_can_go_through(
    house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance_imports, "MOST_PEOPLE", 1)
    assert preview_import(house.db, house.meeting, own_report(JOHN), READ, actor=house.actor, now=now).rows
    for act in (preview_import, attendance_imports.apply_import):
        more = {"file_name": "r.csv"} if act is attendance_imports.apply_import else {}
        with pytest.raises(Invalid, match="This report has 2 people, and a session takes 1 at most"):
            act(house.db, house.meeting, own_report(JOHN, RINGO), READ, actor=house.actor, now=now, **more)
