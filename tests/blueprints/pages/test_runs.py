"""A run of a course: its figures over time, a new one, and a correction that leaves the old one on record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CourseRun, Platform, ReachMetric, ReachSnapshot, ReachSource
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, ids, wrong_fields
from tests.worlds import World

TODAY = utc_now().date()
OPENED = TODAY - timedelta(days=20)


@pytest.fixture
def run(session: Session, world: World) -> CourseRun:
    project = factories.make_project(session, owners=(world.member,), title="Sepsis, early", platform=Platform.OTHER)
    return factories.make_run(session, project, launched_on=OPENED, url="https://example.org/run")


def _figure(run: CourseRun, value: int, as_of: date, **values: object) -> ReachSnapshot:
    return ReachSnapshot(
        **{"run_id": run.id, "metric": ReachMetric.JOINERS, "value": value, "as_of": as_of, "is_current": False,
           "source": ReachSource.PARTICIPANT, "recorded_at": utc_now()} | values
    )  # fmt: skip


def _values(session: Session) -> list[int]:
    session.expire_all()
    return list(session.scalars(select(ReachSnapshot.value).order_by(ReachSnapshot.id)))


class TestReporting:
    def test_figures_are_kept_and_drawn(self, session: Session, browse: Browse, world: World, run: CourseRun) -> None:
        browser, address = browse(world.participant), f"/runs/{run.public_id}"
        empty = browser.get(address)
        assert "No figure yet" in words(empty)
        assert "Other platform" not in words(empty)
        assert "https://example.org/run" in links(empty)
        first = {"metric": "joiners", "value": "600", "as_of": OPENED.isoformat()}
        landed(browser.post(f"{address}/reach", first), address)
        landed(browser.post(f"{address}/reach", first | {"value": "1,204", "as_of": TODAY.isoformat()}), address)
        page = browser.get(address)
        assert "Joiners 1,204" in words(page)
        assert "Enrolments over time" in words(page)
        assert _values(session) == [600, 1204]

    def test_the_same_figure_again_changes_nothing(
        self, session: Session, browse: Browse, world: World, run: CourseRun
    ) -> None:
        browser, address = browse(world.participant), f"/runs/{run.public_id}"
        for _ in range(2):
            browser.post(f"{address}/reach", {"metric": "joiners", "value": "600", "as_of": TODAY.isoformat()})
        assert "This figure was known already." in words(browser.get(address))
        assert _values(session) == [600]

    def test_a_figure_that_shrinks_is_kept_and_said(
        self, session: Session, browse: Browse, world: World, run: CourseRun
    ) -> None:
        session.add(_figure(run, 600, OPENED, is_current=True))
        browser, address = browse(world.participant), f"/runs/{run.public_id}"
        browser.post(f"{address}/reach", {"metric": "joiners", "value": "60", "as_of": TODAY.isoformat()})
        assert "60 is fewer than the 600" in words(browser.get(address))
        assert _values(session) == [600, 60]

    def test_what_is_wrong_is_said_and_the_form_is_in_view(
        self, session: Session, browse: Browse, world: World, run: CourseRun
    ) -> None:
        session.add(_figure(run, 600, OPENED, is_current=True))
        early = (OPENED - timedelta(days=1)).isoformat()
        browser, address = browse(world.participant), f"/runs/{run.public_id}/reach"
        answer = browser.post(address, {"metric": "learners", "value": "many", "as_of": early})
        refused(answer, 422, "How many: Write a whole number.")
        assert wrong_fields(answer) == ["value"]
        assert fields(answer) | {"metric": "learners", "value": "many", "as_of": early} == fields(answer)
        assert ids(answer).index("add") < ids(answer).index("history")
        again = browser.post(address, {"metric": "learners", "value": "5", "as_of": early})
        refused(again, 422, "As of: This day is before the launch")
        assert wrong_fields(again) == ["as_of"]
        assert wrong_fields(browser.post(address, {"metric": "likes", "value": "5", "as_of": early})) == ["metric"]
        assert _values(session) == [600]


class TestCorrecting:
    def test_the_old_figure_stays_on_record(
        self, session: Session, browse: Browse, world: World, run: CourseRun
    ) -> None:
        old = _figure(run, 6000, TODAY, is_current=True)
        session.add(old)
        session.flush()
        browser, page = browse(world.coach), f"/runs/{run.public_id}"
        address = f"/reach/{old.public_id}/correction"
        assert address in links(browser.get(page))
        assert "6,000 on record" in words(browser.get(address))
        typed = form(browser.get(address)) | {"value": "600", "reason": "A zero too many"}
        landed(browser.post(address, typed), page)
        shown = browser.get(page)
        assert "Confirmed A zero too many Stands now" in words(shown)
        assert "Participant Self-reported Corrected" in words(shown)
        assert address not in links(shown)
        assert _values(session) == [6000, 600]

    def test_what_is_wrong_is_said(self, session: Session, browse: Browse, world: World, run: CourseRun) -> None:
        old = _figure(run, 600, TODAY, is_current=True)
        session.add(old)
        session.flush()
        browser, address = browse(world.participant), f"/reach/{old.public_id}/correction"
        answer = browser.post(address, {"value": "60", "reason": ""})
        refused(answer, 422, "Why it changes: Fill this in.")
        assert wrong_fields(answer) == ["reason"]
        assert form(answer) == {"value": "60", "reason": ""}
        same = browser.post(address, {"value": "600", "reason": "Counted again"})
        refused(same, 422, "How many: This is the figure that stands already.")
        assert _values(session) == [600]

    def test_what_was_replaced_is_not_corrected(
        self, session: Session, browse: Browse, world: World, run: CourseRun
    ) -> None:
        old, newer = _figure(run, 600, TODAY), _figure(run, 700, TODAY, is_current=True)
        session.add(old)
        session.flush()
        session.add(newer)
        session.flush()
        browser = browse(world.participant)
        shown = browser.get(f"/runs/{run.public_id}")
        assert "Replaced" in words(shown)
        corrections = [link for link in links(shown) if link.startswith("/reach/")]
        assert corrections == [f"/reach/{newer.public_id}/correction"]
        answer = browser.post(f"/reach/{old.public_id}/correction", {"value": "650", "reason": "Misread"})
        refused(answer, 409, "Another figure stands for this day.")
        assert form(answer) == {"value": "650", "reason": "Misread"}


class TestSeeing:
    @pytest.mark.parametrize(("who", "looks", "acts"), [
        ("fellow", 200, 403), ("observer", 200, 403), ("outsider", 404, 404),
    ])  # fmt: skip
    def test_the_others_change_nothing(
        self, session: Session, browse: Browse, world: World, run: CourseRun, who: str, looks: int, acts: int
    ) -> None:
        figure = _figure(run, 600, TODAY, is_current=True)
        session.add(figure)
        session.flush()
        browser, address = browse(getattr(world, who)), f"/runs/{run.public_id}"
        page = browser.get(address)
        assert page.status_code == looks
        assert "value" not in fields(page)
        correction = f"/reach/{figure.public_id}/correction"
        assert correction not in links(page)
        assert browser.get(correction).status_code == acts
        assert browser.post(correction, {"value": "1", "reason": "Mine"}).status_code == acts
        typed = {"metric": "joiners", "value": "1", "as_of": TODAY.isoformat()}
        assert browser.post(f"{address}/reach", typed).status_code == acts
        assert _values(session) == [600]

    def test_many_figures_take_no_more_queries(
        self,
        session: Session,
        browse: Browse,
        world: World,
        run: CourseRun,
        count_queries: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        browser, address = browse(world.participant), f"/runs/{run.public_id}"

        def queries(days: range) -> int:
            session.add_all(_figure(run, 600 + day, OPENED + timedelta(days=day)) for day in days)
            session.commit()
            with count_queries() as statements:
                assert browser.get(address).status_code == 200
            return len(statements)

        assert queries(range(2)) == queries(range(2, 19))


class TestCorrectingTheRun:
    def test_a_wrong_day_is_put_right_and_the_old_one_stays_on_record(
        self, session: Session, browse: Browse, world: World, run: CourseRun
    ) -> None:
        browser, address = browse(world.participant), f"/runs/{run.public_id}"
        assert f"{address}/edit" in links(browser.get(address))
        shown = form(browser.get(f"{address}/edit"))
        assert (shown["launched_on"], shown["label"], shown["version"]) == (OPENED.isoformat(), "Run 1", "1")
        earlier = (OPENED - timedelta(days=3)).isoformat()
        typed = shown | {"launched_on": earlier, "reason": "Read from the wrong line"}
        landed(browser.post(f"{address}/edit", typed), address)
        assert run.launched_on.isoformat() == earlier
        project = words(browser.get(f"/projects/{run.project.public_id}"))
        assert "Corrected: the launch was logged as of" in project
        assert "Read from the wrong line" in project

    def test_what_is_wrong_is_said(self, browse: Browse, world: World, run: CourseRun) -> None:
        browser, address = browse(world.participant), f"/runs/{run.public_id}/edit"
        typed = form(browser.get(address)) | {"label": "", "launched_on": "", "reason": ""}
        answer = browser.post(address, typed)
        refused(answer, 422, "Name of the run: Fill this in.", "Day it opened: ", "Why it changes: Fill this in.")
        assert sorted(wrong_fields(answer)) == ["label", "launched_on", "reason"]

    def test_a_stale_form_is_not_saved(self, session: Session, browse: Browse, world: World, run: CourseRun) -> None:
        browser, address = browse(world.participant), f"/runs/{run.public_id}/edit"
        typed = form(browser.get(address)) | {"label": "Mine", "reason": "x"}
        run.label = "Theirs"
        session.flush()
        answer = browser.post(address, typed)
        refused(answer, 409, "Somebody changed this while you were typing.")
        assert "Theirs" in words(answer)
        landed(browser.post(address, typed | {"version": fields(answer)["version"]}), f"/runs/{run.public_id}")
        assert run.label == "Mine"
