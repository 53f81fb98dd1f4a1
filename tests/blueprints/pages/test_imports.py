"""A report of Zoom or Teams brought into a session: looked at, recorded, its doubtful rows settled, and undone."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.app import LARGEST_FORM_MEMORY
from coaching.blueprints.pages import report_upload
from coaching.blueprints.pages.report_upload import LARGEST_FILE, Upload
from coaching.models import (
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    ImportBatch,
    ImportRow,
    Membership,
    Message,
    MessageKind,
    Role,
    RowOutcome,
)
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, links, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.worlds import Traces, World

REPORT = b"""Name (original name),Email,Total duration (minutes),Guest
Participant Person,,58,No
Fellow P,,20,Yes
A Stranger,stranger@example.net,60,Yes
"""
DATED = b"""Name (original name),Email,Join time,Leave time,Duration (minutes),Guest
Participant Person,,03/04/2031 09:00:00 AM,03/04/2031 09:50:00 AM,50,No
"""


@pytest.fixture
def address(traces: Traces) -> str:
    return f"/sessions/{traces.held.public_id}/imports"


@pytest.fixture
def coach(browse: Browse, world: World) -> Browser:
    return browse(world.coach)


def _check(browser: Browser, address: str, data: bytes = REPORT, **typed: str) -> TestResponse:
    return browser.post(f"{address}/new", {"file": (BytesIO(data), "zoom.csv"), "timezone": "UTC"} | typed)


def _kept(page: TestResponse) -> dict[str, str]:
    names = {"kept", "file_name", "timezone", "date_order"}
    return {name: value for name, value in fields(page).items() if name in names}


def _record(browser: Browser, address: str, data: bytes = REPORT) -> str:
    answer = browser.post(address, _kept(_check(browser, address, data)))
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def _count(session: Session, table: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_looking_shows_what_would_be_and_writes_nothing(
    session: Session, coach: Browser, address: str, world: World
) -> None:
    page = _check(coach, address)
    assert page.status_code == 200
    for text in ("Nothing is recorded yet.", "Participant Person", "Needs review", "A Stranger", "comma"):
        assert text in words(page), text
    assert base64.urlsafe_b64decode(fields(page)["kept"]) == REPORT
    assert (_count(session, ImportBatch), _count(session, Attendance)) == (0, 1)


def test_what_was_shown_is_recorded(session: Session, coach: Browser, address: str, world: World) -> None:
    page = coach.get(_record(coach, address))
    assert "1 person is recorded. 2 rows wait for you to say who it is." in words(page)
    assert "zoom.csv" in words(page)
    mark = session.scalars(select(Attendance)).one()
    assert (mark.membership_id, mark.minutes, mark.status) == (world.member.id, 58, AttendanceStatus.PRESENT)


def test_a_teams_report_is_recognised(
    session: Session, coach: Browser, address: str, world: World, traces: Traces
) -> None:
    start = traces.held.starts_at
    end = start + timedelta(minutes=50)
    report = (
        "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
        f"Participant Person (Guest)\t{start:%Y-%m-%d %H:%M:%S}\t{end:%Y-%m-%d %H:%M:%S}\t50m\t\t\n"
    ).encode("utf-16")
    shown = words(_check(coach, address, report))
    for text in ("Microsoft Teams attendance report: joins, English", "tabs", "UTF-16 (Unicode", "Participant Person"):
        assert text in shown, text
    page = words(coach.get(_record(coach, address, report)))
    assert "Microsoft Teams attendance report: joins, English" in page
    mark = session.scalars(select(Attendance).where(Attendance.membership_id == world.member.id)).one()
    assert (mark.minutes, mark.source) == (50, AttendanceSource.TEAMS)
    assert (mark.status, session.scalars(select(ImportBatch.kind)).one()) == (AttendanceStatus.PRESENT, "teams")


def test_rows_in_doubt_are_settled_by_hand(
    session: Session, coach: Browser, address: str, world: World, traces: Traces
) -> None:
    batch = _record(coach, address)
    assert "has people whom we could not tell" in words(coach.get(f"/sessions/{traces.held.public_id}"))
    waiting = session.scalars(select(ImportRow).where(ImportRow.outcome == RowOutcome.REVIEW).order_by(ImportRow.id))
    fellow, stranger = (row.public_id for row in waiting)
    refused(coach.post(f"{batch}/rows/{fellow}", {"membership_id": ""}), 422, "Fellow P: Choose who this is")
    refused(coach.post(f"{batch}/rows/{fellow}", {"membership_id": world.coach_member.public_id}), 422, "Choose one")
    landed(coach.post(f"{batch}/rows/{fellow}", {"membership_id": world.fellow_member.public_id}), batch)
    landed(coach.post(f"{batch}/rows/{stranger}", {"membership_id": "nobody"}), batch)
    assert "Every row is settled." in words(coach.get(batch))
    statuses = {mark.membership_id: mark.status for mark in session.scalars(select(Attendance))}
    assert statuses == {world.member.id: AttendanceStatus.PRESENT, world.fellow_member.id: AttendanceStatus.PARTIAL}


def test_rows_stand_under_the_heading_that_fits_them(coach: Browser, address: str) -> None:
    page = coach.get(_record(coach, address))
    said = words(page)
    assert said.index("Who is this?") < said.index("Fellow P ") < said.index("Nobody here is like these")
    assert said.index("Nobody here is like these") < said.index("A Stranger ")
    likeliest = page.text.partition('<optgroup label="Most likely">')[2].partition("</optgroup>")[0]
    assert "Fellow Person" in likeliest
    assert "Participant Person" not in likeliest


def test_rows_are_set_aside_together(session: Session, coach: Browser, address: str, world: World) -> None:
    batch = _record(coach, address)
    refused(coach.post(f"{batch}/set-aside", {"which": "ticked"}), 422, "Rows: Choose at least one row.")
    stranger = session.scalars(select(ImportRow.public_id).where(ImportRow.name == "A Stranger")).one()
    assert f'name="row_ids" value="{stranger}"' in coach.get(batch).text
    landed(coach.post(f"{batch}/set-aside", {"which": "ticked", "row_ids": [stranger]}), batch)
    assert "Nobody here is like these" not in words(coach.get(batch))
    landed(coach.post(f"{batch}/set-aside", {"which": "all"}), batch)
    session.expire_all()
    outcomes = session.execute(select(ImportRow.name, ImportRow.outcome).order_by(ImportRow.number)).all()
    assert [tuple(row) for row in outcomes] == [
        ("Participant Person", RowOutcome.MATCHED),
        ("Fellow P", RowOutcome.IGNORED),
        ("A Stranger", RowOutcome.IGNORED),
    ]
    assert "Every row is settled." in words(coach.get(batch))
    fellow = select(Attendance.status).where(Attendance.membership_id == world.fellow_member.id)
    assert session.scalars(fellow).one() == AttendanceStatus.ABSENT


def test_somebody_of_the_report_joins_the_cohort(
    session: Session, coach: Browser, address: str, traces: Traces
) -> None:
    batch = _record(coach, address)
    row = session.scalars(select(ImportRow).where(ImportRow.name == "A Stranger")).one()
    path = f"{batch}/rows/{row.public_id}/member"
    answer = coach.post(path, {"name": "A Stranger", "email": "stranger"})
    refused(answer, 422, "E-mail address: Write an e-mail address")
    assert wrong_fields(answer) == ["email"]
    landed(coach.post(path, {"name": "Ada Stranger", "email": "stranger@example.net", "joined_on": ""}), batch)
    member = session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert member is not None
    assert (member.person.name, member.role, member.person.email) == (
        "Ada Stranger", Role.PARTICIPANT, "stranger@example.net"
    )  # fmt: skip
    assert member.joined_at <= traces.held.starts_at
    there = session.scalars(select(Attendance).where(Attendance.membership_id == member.id)).one()
    assert (there.minutes, there.status) == (60, AttendanceStatus.PRESENT)
    invited = select(Message.address).where(Message.kind == MessageKind.INVITATION)
    assert session.scalars(invited).all() == ["stranger@example.net"]
    refused(coach.post(path, {"name": "Ada", "email": "ada@example.net"}), 409, "This row is somebody's already.")


def test_it_is_undone(session: Session, coach: Browser, address: str, world: World, traces: Traces) -> None:
    batch = _record(coach, address)
    landed(coach.post(f"{batch}/undo"), f"/sessions/{traces.held.public_id}")
    mark = session.scalars(select(Attendance)).one()
    assert (mark.minutes, mark.batch_id) == (55, None)
    page = coach.get(batch)
    assert "Undone" in words(page)
    assert "Undo the import" not in words(page)
    assert coach.post(f"{batch}/undo").status_code == 409


def test_the_same_file_again_leads_to_what_came_of_it(session: Session, coach: Browser, address: str) -> None:
    batch = _record(coach, address)
    assert batch in links(_check(coach, address))
    assert _record(coach, address) == batch
    assert _count(session, ImportBatch) == 1


def test_a_report_of_another_day_has_to_be_meant(session: Session, coach: Browser, address: str) -> None:
    page = _check(coach, address, DATED, date_order="mdy")
    assert "Is this the right report, and whole?" in words(page)
    kept = _kept(page)
    refused(coach.post(address, kept), 422, "This report is of a meeting on 4 March 2031")
    assert _count(session, ImportBatch) == 0
    answer = coach.post(address, kept | {"anyway": "true"})
    landed(answer, answer.headers["Location"])
    assert _count(session, ImportBatch) == 1


def test_the_file_is_read_again_in_another_way_without_choosing_it_again(coach: Browser, address: str) -> None:
    page = _check(coach, address, DATED)
    assert "month first" in words(page)
    kept = {name: fields(page)[name] for name in ("kept", "file_name")}
    again = coach.post(f"{address}/new", kept | {"timezone": "Asia/Kolkata", "date_order": "dmy"})
    assert "Dates day first Times in Asia/Kolkata" in words(again)
    wrong = coach.post(f"{address}/new", kept | {"timezone": "Mars/Olympus"})
    refused(wrong, 422, "Time zone: There is no time zone called", "We still have zoom.csv.")
    assert fields(wrong)["kept"] == kept["kept"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7 nothing here", "Participants report: "),
        (b"Name,Colour\nAmara,blue\n", "Participants report: "),
        (REPORT.splitlines()[0], "there is nobody in it"),
    ],
)
def test_what_is_no_report_is_refused(session: Session, coach: Browser, address: str, data: bytes, said: str) -> None:
    refused(_check(coach, address, data), 422, said)
    assert _count(session, ImportBatch) == 0


def test_a_file_that_no_page_could_carry_is_refused(
    coach: Browser, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_upload, "LARGEST_FILE", len(REPORT))
    assert _check(coach, address).status_code == 200
    refused(_check(coach, address, REPORT + b"\n"), 422, "This file is over 700 KB")


def test_the_largest_file_fits_into_the_form_that_carries_it() -> None:
    text = Upload("zoom.csv", b"\xff" * LARGEST_FILE).text
    assert len(text) + 10_000 < LARGEST_FORM_MEMORY
    assert quote(text, safe="=") == text


@pytest.mark.parametrize("kept", ["", "!!!", "YQ", "é"])
def test_what_comes_back_from_the_page_is_not_trusted(
    session: Session, coach: Browser, address: str, kept: str
) -> None:
    typed = {"kept": kept, "file_name": "../../etc/pass\x00wd", "timezone": "UTC"}
    refused(coach.post(address, typed), 422, "Participants report: ")
    assert _count(session, ImportBatch) == 0


def test_the_files_name_is_kept_without_what_no_database_holds(session: Session, coach: Browser, address: str) -> None:
    kept = _kept(_check(coach, address)) | {"file_name": "../../zo\x00om\n.csv"}
    assert coach.post(address, kept).status_code == 303
    assert session.scalars(select(ImportBatch.file_name)).one() == "zoom.csv"


def test_a_session_that_is_still_to_come_has_no_report(coach: Browser, traces: Traces) -> None:
    answer = _check(coach, f"/sessions/{traces.coming.public_id}/imports")
    refused(answer, 409, "This session has not begun yet.")


@pytest.mark.parametrize(("who", "status"), [("participant", 403), ("observer", 403), ("outsider", 404)])
def test_the_others_see_and_do_nothing(
    session: Session, browse: Browse, coach: Browser, address: str, world: World, who: str, status: int
) -> None:
    batch = _record(coach, address)
    row = session.scalars(select(ImportRow.public_id)).first()
    other = browse(getattr(world, who))
    assert other.get(f"{address}/new").status_code == status
    assert other.get(batch).status_code == status
    assert _check(other, address).status_code == status
    assert other.post(address, {"kept": "YQ"}).status_code == status
    assert other.post(f"{batch}/rows/{row}", {"membership_id": "nobody"}).status_code == status
    assert other.post(f"{batch}/undo").status_code == status
