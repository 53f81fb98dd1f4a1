"""A goal: set with its levels later, edited, rated, and seen by the participant and the coaches alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Goal, Rating
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, ids, wrong_fields
from tests.worlds import World

LEVELS = ("much_less", "less", "expected", "more", "much_more")
TODAY = utc_now().date().isoformat()


@pytest.fixture
def goal(session: Session, world: World) -> Goal:
    return factories.make_goal(session, world.member)


def _only_goal(session: Session) -> Goal:
    session.expire_all()
    return session.scalars(select(Goal)).one()


class TestSetting:
    def test_a_goal_needs_a_sentence_and_its_levels_can_wait(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        browser, address = browse(world.participant), f"/members/{world.member.public_id}/goals"
        shown = form(browser.get(f"{address}/new"))
        assert {name: shown[name] for name in ("importance", "difficulty", "baseline")} == {
            "importance": "1",
            "difficulty": "1",
            "baseline": "-1",
        }
        answer = browser.post(address, shown | {"statement": "Launch  a course", "due_on": "2097-01-31"})
        goal = _only_goal(session)
        landed(answer, f"/goals/{goal.public_id}")
        page = browser.get(f"/goals/{goal.public_id}")
        assert goal.statement == "Launch a course"
        assert "To be reached by 31 Jan 2097" in words(page)
        assert "The levels are not all written yet" in words(page)
        assert "How far is it?" not in words(page)
        assert f"/goals/{goal.public_id}/edit#levels" in links(page)

    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        address = f"/members/{world.member.public_id}/goals"
        typed = {"statement": "", "why": "For the ward", "due_on": "soon", "importance": "9", "expected": "It is open"}
        answer = browse(world.participant).post(address, typed)
        refused(answer, 422, "Goal: Fill this in.", "By when: Write a date", "Importance: Write a whole number")
        assert sorted(wrong_fields(answer)) == ["due_on", "importance", "statement"]
        shown = fields(answer)
        assert (shown["why"], shown["due_on"], shown["expected"]) == ("For the ward", "soon", "It is open")
        assert '<details class="more" id="levels" open>' in answer.text
        assert session.scalars(select(Goal)).all() == []

    def test_a_coach_sets_it_with_them(self, session: Session, browse: Browse, world: World) -> None:
        browser, address = browse(world.coach), f"/members/{world.member.public_id}/goals"
        assert "For Participant Person" in words(browser.get(f"{address}/new"))
        answer = browser.post(address, {"statement": "Find a co-author"})
        landed(answer, f"/goals/{_only_goal(session).public_id}")

    @pytest.mark.parametrize(
        ("who", "status"), [("coordinator", 403), ("fellow", 404), ("observer", 404), ("outsider", 404)]
    )
    def test_the_others_set_none(self, session: Session, browse: Browse, world: World, who: str, status: int) -> None:
        browser, address = browse(getattr(world, who)), f"/members/{world.member.public_id}/goals"
        assert browser.get(f"{address}/new").status_code == status
        assert browser.post(address, {"statement": "Mine"}).status_code == status
        assert session.scalars(select(Goal)).all() == []


class TestEditing:
    def test_the_levels_are_written_later(self, session: Session, browse: Browse, world: World) -> None:
        goal = factories.make_goal(session, world.member, **dict.fromkeys(LEVELS, ""))
        browser, address = browse(world.participant), f"/goals/{goal.public_id}"
        typed = form(browser.get(f"{address}/edit")) | {name: f"Level {name}" for name in LEVELS}
        landed(browser.post(f"{address}/edit", typed), address)
        page = browser.get(address)
        assert "Level much_more" in words(page)
        assert "How far is it?" in words(page)

    def test_a_stale_form_is_not_saved_over_newer_words(
        self, session: Session, browse: Browse, world: World, goal: Goal
    ) -> None:
        browser, address = browse(world.participant), f"/goals/{goal.public_id}/edit"
        typed = form(browser.get(address)) | {"statement": "Mine"}
        goal.statement = "The coach's"
        answer = browser.post(address, typed)
        refused(answer, 409, "What is saved now", "The coach's")
        assert fields(answer)["statement"] == "Mine"
        landed(browser.post(address, form(answer)), f"/goals/{goal.public_id}")
        assert _only_goal(session).statement == "Mine"

    def test_a_rating_meanwhile_fixes_the_levels_and_the_rest_can_be_saved(
        self, session: Session, browse: Browse, world: World, goal: Goal
    ) -> None:
        browser, address = browse(world.participant), f"/goals/{goal.public_id}/edit"
        typed = form(browser.get(address)) | {"statement": "Sharper", "expected": "Something easier"}
        session.add(
            Rating(goal_id=goal.id, rated_by_id=world.coach.id, score=0, rated_on=goal.created_at.date(),
                   created_at=goal.created_at)
        )  # fmt: skip
        answer = browser.post(address, typed)
        refused(answer, 409, "This goal has been rated", "It cannot be saved any more.", "Something easier")
        shown = form(answer)
        assert (shown["statement"], shown["expected"]) == ("Sharper", "A course that is open")
        landed(browser.post(address, shown), f"/goals/{goal.public_id}")
        changed = _only_goal(session)
        assert (changed.statement, changed.expected) == ("Sharper", "A course that is open")


class TestRating:
    def test_a_rating_is_kept_and_seen(self, session: Session, browse: Browse, world: World, goal: Goal) -> None:
        browser, address = browse(world.coach), f"/goals/{goal.public_id}"
        assert fields(browser.get(address))["rated_on"] == TODAY
        typed = {"score": "-1", "rated_on": TODAY, "note": "We begin"}
        landed(browser.post(f"{address}/ratings", typed), address)
        landed(browser.post(f"{address}/ratings", typed | {"score": "1", "note": "It took off"}), address)
        seen = words(browser.get(address))
        assert seen.index("It took off") < seen.index("We begin")
        assert "Coach Person +1 More than expected It took off" in seen
        assert session.scalars(select(Rating.score).order_by(Rating.id)).all() == [-1, 1]

    def test_what_is_wrong_is_said_and_the_form_is_in_view(self, browse: Browse, world: World, goal: Goal) -> None:
        later = (utc_now() + timedelta(days=9)).date().isoformat()
        typed = {"score": "2", "rated_on": later, "note": "Soon"}
        answer = browse(world.participant).post(f"/goals/{goal.public_id}/ratings", typed)
        refused(answer, 422, "On which day: This day is still to come.")
        assert wrong_fields(answer) == ["rated_on"]
        assert fields(answer) | typed == fields(answer)
        assert ids(answer).index("rate") < ids(answer).index("levels")
        nothing = browse(world.participant).post(f"/goals/{goal.public_id}/ratings", {"rated_on": TODAY})
        refused(nothing, 422, "Where it is now: Fill this in.")
        assert wrong_fields(nothing) == ["score"]

    def test_levels_that_say_the_same_cannot_be_rated(
        self, session: Session, browse: Browse, world: World, goal: Goal
    ) -> None:
        goal.more = goal.expected
        typed = {"score": "1", "rated_on": TODAY, "note": "Nearly"}
        answer = browse(world.participant).post(f"/goals/{goal.public_id}/ratings", typed)
        refused(answer, 422, "The five levels have to differ.")
        assert wrong_fields(answer) == []
        assert fields(answer)["note"] == "Nearly"


class TestSeeing:
    @pytest.mark.parametrize("who", ["administrator", "coordinator", "fellow", "observer", "outsider"])
    def test_for_the_others_it_is_not_there(self, browse: Browse, world: World, goal: Goal, who: str) -> None:
        browser, address = browse(getattr(world, who)), f"/goals/{goal.public_id}"
        assert browser.get(address).status_code == 404
        assert browser.get(f"{address}/edit").status_code == 404
        assert browser.post(f"{address}/edit", {"statement": "Mine"}).status_code == 404
        assert browser.post(f"{address}/ratings", {"score": "1", "rated_on": TODAY}).status_code == 404

    def test_no_page_leads_a_coordinator_to_a_goal(self, browse: Browse, world: World, goal: Goal) -> None:
        browser = browse(world.coordinator)
        for address in (
            "/",
            f"/cohorts/{world.cohort.public_id}",
            f"/members/{world.member.public_id}",
            f"/members/{world.member.public_id}/practice",
        ):
            page = browser.get(address)
            assert page.status_code == 200
            assert not any("/goals" in link for link in links(page)), address

    def test_many_ratings_take_no_more_queries(
        self,
        session: Session,
        browse: Browse,
        world: World,
        goal: Goal,
        count_queries: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        browser, address = browse(world.participant), f"/goals/{goal.public_id}"

        def rated_times(times: int) -> int:
            for person in (factories.make_person(session) for _ in range(times)):
                session.add(
                    Rating(goal_id=goal.id, rated_by_id=person.id, score=0, rated_on=goal.created_at.date(),
                           created_at=goal.created_at)
                )  # fmt: skip
            session.commit()
            with count_queries() as statements:
                assert browser.get(address).status_code == 200
            return len(statements)

        assert rated_times(1) == rated_times(12)
