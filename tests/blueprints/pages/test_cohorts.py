"""The cohort's page: the same queries for 15 or 100 members, each role's own view, and forms that lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, timedelta
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Attendance, AttendanceSource, AttendanceStatus, Cohort, CohortKind, Membership, Role
from coaching.services.cohorts import edit_cohort
from tests import factories
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.conftest import SECRET_KEY
from tests.worlds import Traces, World

CountQueries = Callable[[], AbstractContextManager[list[str]]]


def _typed(**values: str) -> dict[str, str]:
    standard = {"name": "Cohort 10", "kind": "coaching", "timezone": "Europe/London", "description": ""}
    return standard | {"starts_on": "2027-01-11", "ends_on": "2027-04-05"} | values


class TestQueries:
    @pytest.fixture
    def counted(self, session: Session, browse: Browse, count_queries: CountQueries) -> Callable[[int], list[str]]:
        def visit(members: int) -> list[str]:
            cohort = factories.make_cohort(session)
            coach = factories.make_person(session)
            factories.make_membership(session, cohort, coach, role=Role.COACH)
            held = [
                factories.make_session(session, cohort, starts_at=utc_now() - timedelta(days=7 * week))
                for week in (1, 2, 3)
            ]
            for _ in range(members):
                member = factories.make_membership(session, cohort)
                factories.make_goal(session, member)
                factories.make_run(session, factories.make_project(session, owners=(member,)))
                session.add_all(
                    Attendance(
                        session_id=one.id, membership_id=member.id, status=AttendanceStatus.PRESENT,
                        source=AttendanceSource.COACH, recorded_at=factories.NOW,
                    )
                    for one in held
                )  # fmt: skip
            browser, path = browse(coach), f"/cohorts/{cohort.public_id}"
            session.commit()
            with count_queries() as statements:
                page = browser.get(path)
            assert page.status_code == 200
            assert words(page).count("Present") >= 3 * members
            return statements

        return visit

    def test_a_hundred_members_cost_no_more_than_fifteen(self, counted: Callable[[int], list[str]]) -> None:
        few, many = counted(15), counted(100)
        assert len(few) == len(many) <= 12


class TestViews:
    def test_a_coach_sees_who_is_where(self, browse: Browse, world: World, traces: Traces) -> None:
        page = browse(world.coach).get(f"/cohorts/{world.cohort.public_id}")
        seen = words(page)
        for text in ("Who is where", "1 goal, T 60", "Sepsis, early", "1,234", "Did it", "1 of 2 without an answer",
                     "50% 1 of the 2 places at sessions held since each joined 1 not recorded yet",
                     "1 of 1 held", "0 of 1 held 1 not recorded yet", "1 of the 1 recorded came",
                     "sessions held and not cancelled since the member joined", "Just us", "One-to-one"):  # fmt: skip
            assert text in seen, text
        assert f"/members/{world.member.public_id}" in links(page)
        assert f"/cohorts/{world.cohort.public_id}/sessions/new" in links(page)

    def test_a_coordinator_sees_no_goal_scores(self, browse: Browse, world: World, traces: Traces) -> None:
        seen = words(browse(world.coordinator).get(f"/cohorts/{world.cohort.public_id}"))
        assert "1 goal, 1 rated" in seen
        assert "T 60" not in seen

    def test_an_observer_looks_and_does_nothing(self, browse: Browse, world: World, traces: Traces) -> None:
        page = browse(world.observer).get(f"/cohorts/{world.cohort.public_id}")
        assert "Who is where" in words(page)
        assert not [link for link in links(page) if link.startswith("/members/") or link.endswith(("/new", "/edit"))]
        assert "Just us" not in words(page)
        assert "Did it" not in words(page)

    def test_a_participant_sees_the_cohort_but_not_the_others_progress(
        self, browse: Browse, world: World, traces: Traces
    ) -> None:
        page = browse(world.fellow).get(f"/cohorts/{world.cohort.public_id}")
        seen = words(page)
        assert "Coming" in seen
        assert "Sepsis, early" in seen
        for hidden in ("Who is where", "Just us", "Launch a course with my team", "Did it", "T 60"):
            assert hidden not in seen, hidden
        assert f"/members/{world.fellow_member.public_id}" in links(page)
        assert f"/members/{world.member.public_id}" not in links(page)

    def test_the_pair_sees_their_one_to_one(self, browse: Browse, world: World, traces: Traces) -> None:
        for person in (world.participant, world.coach):
            assert "Just us" in words(browse(person).get(f"/cohorts/{world.cohort.public_id}"))

    def test_for_strangers_it_is_not_there(self, browse: Browse, world: World) -> None:
        browser = browse(world.outsider)
        for ending in ("", "/edit", "/members/new", "/sessions/new"):
            assert browser.get(f"/cohorts/{world.cohort.public_id}{ending}").status_code == 404

    @pytest.mark.usefixtures("traces")
    def test_a_session_that_nobody_recorded_is_pointed_at(self, session: Session, browse: Browse, world: World) -> None:
        forgotten = factories.make_session(
            session, world.cohort, title="Forgotten", starts_at=utc_now() - timedelta(days=2)
        )
        page = browse(world.coach).get(f"/cohorts/{world.cohort.public_id}")
        assert "Nobody has said who came to Forgotten" in words(page)
        assert f"/sessions/{forgotten.public_id}#attendance" in links(page)

    def test_before_joining_is_shown_as_such(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        world.fellow_member.joined_at = utc_now()
        assert "Before joining" in words(browse(world.coach).get(f"/cohorts/{world.cohort.public_id}"))

    def test_an_empty_one_says_what_to_do(self, session: Session, browse: Browse, world: World) -> None:
        empty = factories.make_cohort(session, world.programme)
        page = browse(world.coordinator).get(f"/cohorts/{empty.public_id}")
        assert "Nobody is in this cohort yet" in words(page)
        assert "No session yet" in words(page)
        assert f"/cohorts/{empty.public_id}/members/new" in links(page)


class TestOpening:
    def test_a_coordinator_opens_one(self, session: Session, browse: Browse, world: World) -> None:
        browser, above = browse(world.coordinator), f"/programmes/{world.programme.public_id}"
        assert fields(browser.get(f"{above}/cohorts/new"))["timezone"] == "Europe/London"
        answer = browser.post(f"{above}/cohorts", _typed())
        cohort = session.scalars(select(Cohort).where(Cohort.name == "Cohort 10")).one()
        landed(answer, f"/cohorts/{cohort.public_id}")
        assert (cohort.kind, cohort.starts_on, cohort.ends_on) == (
            CohortKind.COACHING, date(2027, 1, 11), date(2027, 4, 5),
        )  # fmt: skip
        assert "Cohort 10 is open." in words(browser.get(f"/cohorts/{cohort.public_id}"))

    def test_a_coach_opens_one_and_coaches_it(self, session: Session, browse: Browse, world: World) -> None:
        browser = browse(world.coach)
        browser.post(f"/programmes/{world.programme.public_id}/cohorts", _typed())
        cohort = session.scalars(select(Cohort).where(Cohort.name == "Cohort 10")).one()
        seat = session.scalars(select(Membership).where(Membership.cohort_id == cohort.id)).one()
        assert (seat.person_id, seat.role) == (world.coach.id, Role.COACH)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"name": ""}, "Name: Fill this in."),
            ({"ends_on": "2027-01-10"}, "Last day: The last day is before the first."),
            ({"starts_on": "11/01/2027"}, "First day: Write a date as YYYY-MM-DD."),
            ({"timezone": "Mars/Olympus"}, "Time zone: 'Mars/Olympus' is not a time zone."),
            ({"kind": "secret"}, "What kind is it: Choose one of the options."),
            ({"programme_id": "1"}, "There is no such field here."),
            ({"description": "x" * 2001}, "What it is about: Use at most 2,000 characters."),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, session: Session, browse: Browse, world: World, typed: dict[str, str], said: str
    ) -> None:
        browser = browse(world.coordinator)
        answer = browser.post(f"/programmes/{world.programme.public_id}/cohorts", _typed() | typed)
        refused(answer, 422, said)
        kept = {name: value for name, value in (_typed() | typed).items() if name in {"name", "starts_on", "ends_on"}}
        assert fields(answer) | kept == fields(answer)
        assert session.scalars(select(Cohort).where(Cohort.name == "Cohort 10")).all() == []

    def test_a_name_that_is_taken_is_refused(self, browse: Browse, world: World) -> None:
        answer = browse(world.coordinator).post(
            f"/programmes/{world.programme.public_id}/cohorts", _typed(name="Cohort 9")
        )
        refused(answer, 409, "has a cohort of this name already")


class TestEditing:
    def test_it_is_changed(self, session: Session, browse: Browse, world: World) -> None:
        browser, address = browse(world.coach), f"/cohorts/{world.cohort.public_id}"
        shown = fields(browser.get(f"{address}/edit"))
        assert (shown["name"], shown["starts_on"], shown["version"]) == ("Cohort 9", "2026-03-02", "1")
        values = {name: shown[name] for name in ("version", "name", "starts_on", "ends_on", "timezone")}
        landed(browser.post(f"{address}/edit", values | {"description": "Mondays"}), address)
        assert "Mondays" in words(browser.get(address))

    def test_a_stale_form_overwrites_nothing_and_keeps_what_was_typed(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        browser, address = browse(world.coach), f"/cohorts/{world.cohort.public_id}/edit"
        typed = {"version": "1", "name": "Mine", "starts_on": "2026-03-02", "ends_on": "2026-06-01"}
        typed |= {"timezone": "Europe/London", "description": ""}
        world.cohort.description = "Theirs"
        answer = browser.post(address, typed)
        refused(answer, 409, "Somebody changed this while you were typing", "What it is about", "Theirs")
        assert (fields(answer)["name"], fields(answer)["version"]) == ("Mine", "2")
        session.refresh(world.cohort)
        assert (world.cohort.name, world.cohort.description) == ("Cohort 9", "Theirs")
        landed(browser.post(address, typed | {"version": "2"}), f"/cohorts/{world.cohort.public_id}")

    def test_of_two_who_save_at_once_one_hears_of_it_on_the_form(
        self, session: Session, app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from coaching.blueprints.pages import cohorts

        def edit_slowly(*given: Any, **values: Any) -> None:
            sleep(0.3)
            edit_cohort(*given, **values)

        monkeypatch.setattr(cohorts, "edit_cohort", edit_slowly)
        typed = {"version": "1", "starts_on": "2026-03-02", "ends_on": "2026-06-01"}
        typed |= {"timezone": "Europe/London", "description": ""}
        address = f"/cohorts/{world.cohort.public_id}/edit"
        people = (world.coach, world.coordinator)
        browsers = [Browser(app.test_client(), SECRET_KEY).sign_in(session, person) for person in people]
        session.commit()
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda one: one[1].post(address, typed | {"name": f"Name {one[0]}"}), enumerate(browsers)
            )
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert won.status_code == 303
        refused(lost, 409, "Somebody changed this while you were typing")
        session.refresh(world.cohort)
        assert {fields(lost)["name"], world.cohort.name} == {"Name 0", "Name 1"}
        assert world.cohort.name in words(lost)

    def test_what_counts_as_present_is_said_and_refused_where_it_can_be_mended(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        browser, address = browse(world.coach), f"/cohorts/{world.cohort.public_id}"
        shown = form(browser.get(f"{address}/edit"))
        assert (shown["present_percent"], shown["partial_percent"], shown["late_minutes"]) == ("75", "0", "10")
        answer = browser.post(f"{address}/edit", shown | {"present_percent": "60", "partial_percent": "61"})
        refused(answer, 422, "There in part above: Choose at most 60: it comes before present.")
        assert wrong_fields(answer) == ["partial_percent"]
        assert (fields(answer)["present_percent"], fields(answer)["partial_percent"]) == ("60", "61")
        refused(browser.post(f"{address}/edit", shown | {"late_minutes": "soon"}), 422, "Late after: ")
        landed(browser.post(f"{address}/edit", shown | {"present_percent": "60", "late_minutes": "5"}), address)
        session.refresh(world.cohort)
        assert (world.cohort.present_percent, world.cohort.late_minutes) == (60, 5)

    def test_a_refused_edit_leaves_no_trace_on_the_page(self, browse: Browse, world: World) -> None:
        typed = {"version": "1", "name": "Mine", "starts_on": "2026-03-02", "ends_on": "2026-06-01"}
        answer = browse(world.coach).post(f"/cohorts/{world.cohort.public_id}/edit", typed | {"timezone": "Mars"})
        refused(answer, 422, "is not a time zone", "Edit Cohort 9")

    def test_a_form_without_a_version_is_taken_for_a_stale_one(self, browse: Browse, world: World) -> None:
        answer = browse(world.coach).post(f"/cohorts/{world.cohort.public_id}/edit", {"name": "Mine"})
        assert answer.status_code == 409

    @pytest.mark.parametrize("who", ["participant", "observer"])
    def test_members_do_not_edit_it(self, session: Session, browse: Browse, world: World, who: str) -> None:
        browser, address = browse(getattr(world, who)), f"/cohorts/{world.cohort.public_id}/edit"
        assert browser.get(address).status_code == 403
        assert browser.post(address, {"version": "1", "name": "Mine"}).status_code == 403
        session.refresh(world.cohort)
        assert world.cohort.name == "Cohort 9"
