"""Sessions: scheduled as the last one was, logged, moved, cancelled, and who came to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    MembershipStatus,
    SessionState,
)
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.worlds import Traces, World


def _typed(**values: str) -> dict[str, str]:
    standard = {"title": "Storyboards", "local_day": "2031-03-10", "local_time": "09:30", "timezone": "Europe/London"}
    return standard | {"duration_minutes": "90", "location": "Room 1", "agenda": "One\nTwo", "pair_with": ""} | values


def _one(session: Session, title: str = "Storyboards") -> CoachingSession:
    return session.scalars(select(CoachingSession).where(CoachingSession.title == title)).one()


class TestScheduling:
    def test_the_first_is_suggested_for_when_the_cohort_starts(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        later = factories.make_cohort(
            session, world.programme, starts_on=date(2031, 1, 6), ends_on=date(2031, 3, 3), timezone="Asia/Kolkata"
        )
        shown = fields(browse(world.coordinator).get(f"/cohorts/{later.public_id}/sessions/new"))
        assert (shown["local_day"], shown["local_time"], shown["timezone"]) == ("2031-01-06", "10:00", "Asia/Kolkata")
        assert (shown["title"], shown["duration_minutes"]) == ("Session 1", "60")

    def test_the_next_is_suggested_as_the_last_was(self, session: Session, browse: Browse, world: World) -> None:
        factories.make_session(
            session, world.cohort, starts_at=datetime(2031, 3, 10, 13, tzinfo=UTC), timezone="America/New_York",
            local_start=datetime(2031, 3, 10, 9), duration_minutes=75, location="Room 1",
        )  # fmt: skip
        shown = fields(browse(world.coach).get(f"/cohorts/{world.cohort.public_id}/sessions/new"))
        assert (shown["local_day"], shown["local_time"]) == ("2031-03-17", "09:00")
        assert (shown["timezone"], shown["duration_minutes"], shown["location"]) == ("America/New_York", "75", "Room 1")
        assert shown["title"] == "Session 2"

    def test_after_a_long_pause_the_same_weekday_is_suggested(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        long_ago = utc_now() - timedelta(days=100)
        last = factories.make_session(session, world.cohort, starts_at=long_ago)
        shown = fields(browse(world.coach).get(f"/cohorts/{world.cohort.public_id}/sessions/new"))
        day = date.fromisoformat(shown["local_day"])
        assert day.weekday() == last.local_start.weekday()
        assert timedelta(0) <= day - utc_now().date() < timedelta(days=7)

    def test_a_day_far_from_the_cohorts_own_is_warned_of(self, session: Session, browse: Browse, world: World) -> None:
        browser, address = browse(world.coach), f"/cohorts/{world.cohort.public_id}/sessions"
        warning, last = "days after the cohort’s last day, 1 June 2026.", f"{world.cohort.ends_on.isoformat()}"
        assert browser.post(address, _typed(local_day="2031-07-10")).status_code == 303
        held = f"/sessions/{_one(session).public_id}"
        assert warning in words(browser.get(held))
        moved = {"local_day": last, "local_time": "10:00", "timezone": "UTC", "title": "Storyboards"}
        edited = _typed(**moved, version="1")
        del edited["pair_with"]
        landed(browser.post(f"{held}/edit", edited), held)
        assert warning not in words(browser.get(held))
        landed(browser.post(f"{held}/edit", edited | {"version": "2", "local_day": "2031-07-11"}), held)
        assert warning in words(browser.get(held))

    def test_it_is_scheduled_at_the_agreed_time(self, session: Session, browse: Browse, world: World) -> None:
        browser, address = browse(world.coach), f"/cohorts/{world.cohort.public_id}/sessions"
        answer = browser.post(address, _typed(local_day="2031-07-10"))
        made = _one(session)
        landed(answer, f"/sessions/{made.public_id}")
        assert made.starts_at == datetime(2031, 7, 10, 8, 30, tzinfo=UTC)
        assert (made.local_start, made.duration_minutes) == (datetime(2031, 7, 10, 9, 30), 90)
        seen = words(browser.get(f"/sessions/{made.public_id}"))
        assert "Storyboards is scheduled." in seen
        assert "Thu 10 Jul 2031, 09:30 to 11:00 (Europe/London)" in seen

    def test_a_past_one_is_logged_and_asks_who_came(self, session: Session, browse: Browse, world: World) -> None:
        browser = browse(world.coach)
        browser.post(f"/cohorts/{world.cohort.public_id}/sessions", _typed(local_day="2026-03-09"))
        seen = words(browser.get(f"/sessions/{_one(session).public_id}"))
        assert "Storyboards is logged. Now say who came." in seen
        assert "Save attendance" in seen

    def test_of_a_time_that_the_clocks_repeat_the_first_is_meant(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        browser = browse(world.coach)
        typed = _typed(local_day="2031-10-26", local_time="01:30")
        browser.post(f"/cohorts/{world.cohort.public_id}/sessions", typed)
        made = _one(session)
        assert made.starts_at == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)
        assert "The clocks show 01:30 twice that day" in words(browser.get(f"/sessions/{made.public_id}"))

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"title": ""}, "Title: Fill this in."),
            ({"local_day": ""}, "Day: Fill this in."),
            ({"local_time": ""}, "Time: Fill this in."),
            ({"local_day": "soon"}, "Day: Write a date as YYYY-MM-DD."),
            ({"local_time": "25:99"}, "Time: Write a time as HH:MM, from 00:00 to 23:59."),
            ({"local_time": "noon", "local_day": ""}, "Time: Write a time as HH:MM"),
            ({"local_day": "9999-01-01"}, "Day: Choose a year from 2000 to 2100."),
            (
                {"local_day": "2031-03-30", "local_time": "01:30"},
                "Time: On 30 March 2031 the clocks in Europe/London skip",
            ),
            ({"duration_minutes": "2"}, "Length: Write a whole number from 5 to 1,440."),
            ({"timezone": "Mars/Olympus"}, "is not a time zone"),
            ({"pair_with": "0" * 20}, "Who meets: Choose a participant of this cohort."),
            ({"cohort_id": "1"}, "There is no such field here."),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, session: Session, browse: Browse, world: World, typed: dict[str, str], said: str
    ) -> None:
        answer = browse(world.coach).post(f"/cohorts/{world.cohort.public_id}/sessions", _typed() | typed)
        refused(answer, 422, said)
        kept = {name: value for name, value in (_typed() | typed).items() if name in {"title", "local_day", "agenda"}}
        assert fields(answer) | kept == fields(answer)
        assert session.scalars(select(CoachingSession)).all() == []

    def test_a_one_to_one_is_for_its_pair(self, session: Session, browse: Browse, world: World) -> None:
        typed = _typed(pair_with=world.member.public_id)
        browse(world.coach).post(f"/cohorts/{world.cohort.public_id}/sessions", typed)
        address = f"/sessions/{_one(session).public_id}"
        assert "One-to-one with Participant Person" in words(browse(world.coach).get(address))
        assert browse(world.participant).get(address).status_code == 200
        assert browse(world.fellow).get(address).status_code == 404
        assert browse(world.observer).get(address).status_code == 404


class TestChanging:
    def test_it_is_moved(self, session: Session, browse: Browse, world: World, traces: Traces) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.coming.public_id}"
        shown = fields(browser.get(f"{address}/edit"))
        names = ("version", "title", "local_day", "local_time", "timezone", "duration_minutes", "location", "agenda")
        values = {name: shown[name] for name in names} | {"local_day": "2031-07-10", "local_time": "14:00"}
        landed(browser.post(f"{address}/edit", values), address)
        session.refresh(traces.coming)
        assert traces.coming.starts_at == datetime(2031, 7, 10, 14, tzinfo=UTC)

    def test_a_stale_form_moves_nothing(self, session: Session, browse: Browse, world: World, traces: Traces) -> None:
        traces.coming.title = "Theirs"
        typed = _typed(version="1", title="Mine")
        del typed["pair_with"]
        answer = browse(world.coach).post(f"/sessions/{traces.coming.public_id}/edit", typed)
        refused(answer, 409, "What is saved now", "Theirs")
        assert fields(answer)["title"] == "Mine"
        session.refresh(traces.coming)
        assert traces.coming.title == "Theirs"

    def test_cancelled_it_stays_marked(self, session: Session, browse: Browse, world: World, traces: Traces) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.coming.public_id}"
        landed(browser.post(f"{address}/cancellation", {"version": "1", "reason": "Snow"}), address)
        session.refresh(traces.coming)
        assert traces.coming.state == SessionState.CANCELLED
        seen = words(browse(world.participant).get(address))
        assert "Cancelled because Snow" in seen
        refused(browser.post(f"{address}/cancellation", {"version": "2", "reason": ""}), 409, "was cancelled")

    def test_what_did_not_take_place_is_cancelled_and_what_is_recorded_is_not(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.held.public_id}"
        assert "Cancel the session" not in words(browser.get(address))
        answer = browser.post(f"{address}/cancellation", {"version": "1", "reason": ""})
        refused(answer, 409, "Attendance of 1 person is recorded, so this session cannot be cancelled.")
        missed = factories.make_session(session, world.cohort, title="Missed", starts_at=utc_now() - timedelta(days=2))
        address = f"/sessions/{missed.public_id}"
        assert "If it did not take place, cancel it" in words(browser.get(address))
        landed(browser.post(f"{address}/cancellation", {"version": "1", "reason": "Snow"}), address)
        session.refresh(missed)
        assert missed.state == SessionState.CANCELLED

    def test_what_is_recorded_is_refused_at_its_day(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.held.public_id}/edit"
        shown = fields(browser.get(address))
        names = ("version", "title", "timezone", "duration_minutes", "local_time")
        answer = browser.post(address, {name: shown[name] for name in names} | {"local_day": "2031-07-10"})
        refused(answer, 422, "Attendance of 1 person is recorded, so it cannot be still to come.")
        assert fields(answer)["local_day"] == "2031-07-10"

    def test_who_runs_it_is_told_that_nobody_leads(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        said = "Nobody leads this session. Choose who does under Edit or move."
        address = f"/sessions/{traces.coming.public_id}"
        assert said in words(browse(world.coach).get(address))
        assert said not in words(browse(world.participant).get(address))
        assert said not in words(browse(world.coach).get(f"/sessions/{traces.held.public_id}"))
        traces.coming.led_by_id = world.coach.id
        assert said not in words(browse(world.coach).get(address))
        traces.coming.led_by_id, world.coach_member.status = None, MembershipStatus.WITHDRAWN
        assert said not in words(browse(world.coordinator).get(address))

    @pytest.mark.parametrize(("who", "status"), [("participant", 403), ("observer", 403), ("outsider", 404)])
    def test_the_others_change_nothing(
        self, browse: Browse, world: World, traces: Traces, who: str, status: int
    ) -> None:
        browser, address = browse(getattr(world, who)), f"/sessions/{traces.coming.public_id}"
        assert browser.get(f"{address}/edit").status_code == status
        for ending in ("/edit", "/cancellation", "/attendance"):
            assert browser.post(address + ending, {"version": "1"}).status_code == status


class TestAttendance:
    def _marks(self, session: Session, held: CoachingSession) -> dict[int, Attendance]:
        session.expire_all()
        rows = session.scalars(select(Attendance).where(Attendance.session_id == held.id))
        return {row.membership_id: row for row in rows}

    def test_marks_are_saved_and_measured_minutes_survive(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.held.public_id}"
        member, fellow = world.member.public_id, world.fellow_member.public_id
        shown = fields(browser.get(address))
        assert shown | {f"mark-{member}": "present", f"was-{member}": "present"} == shown
        typed = {f"mark-{member}": "present", f"was-{member}": "present", f"mark-{fellow}": "excused"}
        landed(browser.post(f"{address}/attendance", typed), address)
        assert "Attendance is saved: 1 change." in words(browser.get(address))
        marks = self._marks(session, traces.held)
        assert (marks[world.member.id].minutes, marks[world.member.id].source) == (55, AttendanceSource.ZOOM)
        assert marks[world.fellow_member.id].status == AttendanceStatus.EXCUSED

    def test_the_rest_are_marked_present_at_once(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        third = factories.make_membership(session, world.cohort)
        address = f"/sessions/{traces.held.public_id}"
        typed = {f"mark-{third.public_id}": "absent", "rest": "present"}
        landed(browse(world.coach).post(f"{address}/attendance", typed), address)
        statuses = {key: row.status for key, row in self._marks(session, traces.held).items()}
        assert statuses == {
            world.member.id: AttendanceStatus.PRESENT,
            world.fellow_member.id: AttendanceStatus.PRESENT,
            third.id: AttendanceStatus.ABSENT,
        }

    def test_a_page_that_stood_open_takes_nobody_elses_marks_back(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        marks = self._marks(session, traces.held)
        marks[world.member.id].status = AttendanceStatus.EXCUSED
        member, fellow = world.member.public_id, world.fellow_member.public_id
        typed = {f"mark-{member}": "present", f"was-{member}": "present", f"mark-{fellow}": "absent"}
        address = f"/sessions/{traces.held.public_id}"
        landed(browse(world.coach).post(f"{address}/attendance", typed), address)
        assert self._marks(session, traces.held)[world.member.id].status == AttendanceStatus.EXCUSED

    @pytest.mark.parametrize(
        ("marks", "said"),
        [
            ({}, "Nothing is changed yet."),
            ({"mark-MEMBER": "asleep"}, "Choose one of: present, late, partial, absent, excused."),
            ({"mark-00000000000000000000": "present"}, "Not expected."),
            ({"mark-nobody": "present"}, "This is not an identifier"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, session: Session, browse: Browse, world: World, traces: Traces, marks: dict[str, str], said: str
    ) -> None:
        typed = {name.replace("MEMBER", world.fellow_member.public_id): value for name, value in marks.items()}
        refused(browse(world.coach).post(f"/sessions/{traces.held.public_id}/attendance", typed), 422, said)
        assert len(self._marks(session, traces.held)) == 1

    def test_the_trail_says_what_was_said_by_whom_when_and_instead_of_what(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.held.public_id}"
        fellow = world.fellow_member.public_id
        for status in ("late", "absent"):
            landed(browser.post(f"{address}/attendance", {f"mark-{fellow}": status}), address)
        today = utc_now().astimezone(ZoneInfo(world.coach.timezone))
        said = words(browser.get(address))
        for text in (
            "How this is known, member by member",
            f"Times in {world.coach.timezone}",
            f"{today.day} {today:%b %Y}",
            "Late : by hand, by Coach Person",
            "Absent instead of late: by hand, by Coach Person",
        ):
            assert text in said, (text, said)
        own = words(browse(world.fellow).get(address))
        assert "Absent instead of late: by hand, by Coach Person" in own
        assert "instead of" not in words(browse(world.participant).get(address))

    def test_before_it_has_begun_there_is_nothing_to_record(self, browse: Browse, world: World, traces: Traces) -> None:
        browser, address = browse(world.coach), f"/sessions/{traces.coming.public_id}"
        assert "You can record who came once the session has begun." in words(browser.get(address))
        answer = browser.post(f"{address}/attendance", {f"mark-{world.member.public_id}": "present"})
        refused(answer, 409, "This session has not begun yet.")

    def test_a_participant_sees_their_own_alone(self, browse: Browse, world: World, traces: Traces) -> None:
        page = browse(world.participant).get(f"/sessions/{traces.held.public_id}")
        assert "Present 55 min" in words(page)
        assert "Fellow Person" not in words(page)
        assert "Import a report" not in words(page)

    def test_a_time_is_shown_in_both_zones(self, session: Session, browse: Browse, world: World) -> None:
        made = factories.make_session(
            session, world.cohort, starts_at=datetime(2031, 3, 10, 13, tzinfo=UTC), timezone="America/New_York"
        )
        page = browse(world.participant).get(f"/sessions/{made.public_id}")
        assert "Mon 10 Mar 2031, 13:00 to 14:00 (Europe/London)" in words(page)
        assert "Mon 10 Mar 2031, 09:00 to 10:00 (America/New York)" in words(page)
        assert f"/cohorts/{world.cohort.public_id}" in links(page)
