"""Pages of follow-ups: a plan on its dates, chosen for a cohort, and its steps changed by a form."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import FollowUpStep
from coaching.services.follow_up_plans import follow_default_plan
from coaching.services.follow_ups import plan_check_ins
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.factories import NOW
from tests.worlds import World


@pytest.fixture
def planned(world: World, session: Session) -> World:
    follow_default_plan(session, world.cohort, now=NOW)
    plan_check_ins(session, world.cohort, now=NOW)
    session.commit()
    return world


def first_step(session: Session) -> FollowUpStep:
    session.expire_all()
    statement = select(FollowUpStep).where(FollowUpStep.retired_at.is_(None)).order_by(FollowUpStep.position)
    return session.scalars(statement).first()  # type: ignore[return-value]


def own_plan(browser: Browser, world: World) -> str:
    """Makes the cohort's own plan, and gives the address of its first step's form."""
    address = f"/cohorts/{world.cohort.public_id}/follow-ups"
    browser.post(address, {"follows": "own"})
    return next(link for link in links(browser.get(address)) if link.startswith("/steps/"))


def test_the_plan_stands_on_its_dates_with_a_picture(planned: World, browse: Browse) -> None:
    address = f"/cohorts/{planned.cohort.public_id}/follow-ups"
    page = browse(planned.coach).get(address)
    assert "This cohort follows the programme’s plan." in words(page)
    assert "14 days after the cohort’s last day" in words(page)
    assert '<svg class="timeline-picture"' in page.text
    assert "Asked so far" in words(page)
    theirs = words(browse(planned.participant).get(address))
    assert "Two weeks on" in theirs
    assert "Asked so far" not in theirs
    assert "Make this cohort’s own" not in theirs


def test_a_cohort_gets_its_own_plan_and_goes_back(planned: World, browse: Browse) -> None:
    coach, address = browse(planned.coach), f"/cohorts/{planned.cohort.public_id}/follow-ups"
    landed(coach.post(address, {"follows": "own"}), address)
    assert "This cohort has a plan of its own." in words(coach.get(address))
    landed(coach.post(address, {"follows": "own"}), address)
    assert "No check-in changes" in words(coach.get(address))
    landed(coach.post(address, {"follows": "none"}), address)
    assert "Nobody in this cohort is followed up." in words(coach.get(address))
    landed(coach.post(address, {"follows": "default"}), address)


def test_a_step_is_looked_at_in_numbers_and_then_saved(planned: World, browse: Browse, session: Session) -> None:
    coach = browse(planned.coach)
    address = own_plan(coach, planned)
    shown = form(coach.get(address))
    assert (shown["offset_number"], shown["offset_unit"]) == ("14", "D")
    typed = shown | {"offset_number": "2", "offset_unit": "Y", "q1-prompt": "How many?", "q1-kind": "number"}
    seen = coach.post(address, typed | {"preview": "yes"})
    assert "Nothing is saved yet." in words(seen)
    assert "check-in" in words(seen)
    assert (fields(seen)["offset_number"], fields(seen)["q1-prompt"]) == ("2", "How many?")
    landed(coach.post(address, typed), f"/cohorts/{planned.cohort.public_id}/follow-ups")
    shown = form(coach.get(address))
    assert (shown["offset_number"], shown["offset_unit"], shown["q1-prompt"]) == ("2", "Y", "How many?")


def test_further_questions_are_ordered_and_left_out_without_a_script(planned: World, browse: Browse) -> None:
    coach = browse(planned.coach)
    address = own_plan(coach, planned)
    shown = form(coach.get(address))
    more = coach.post(address, shown | {"more": "yes"})
    assert {"q1-prompt", "q2-prompt", "q3-prompt"} <= fields(more).keys()
    rows: dict[str, Any] = {}
    for number, (prompt, place) in enumerate([("First", 3), ("Second", 1), ("Third", 2)], start=1):
        rows |= {f"q{number}-prompt": prompt, f"q{number}-kind": "text", f"q{number}-place": str(place)}
        rows |= {f"q{number}-lowest": "1", f"q{number}-highest": "5", f"q{number}-flows_to": "nowhere"}
    coach.post(address, shown | rows)
    shown = form(coach.get(address))
    assert [shown[f"q{number}-prompt"] for number in (1, 2, 3)] == ["Second", "Third", "First"]
    coach.post(address, shown | {"q2-remove": "true"})
    shown = form(coach.get(address))
    assert [shown[f"q{number}-prompt"] for number in (1, 2, 3)] == ["Second", "First", ""]


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(planned: World, browse: Browse) -> None:
    coach = browse(planned.coach)
    address = own_plan(coach, planned)
    shown = form(coach.get(address))
    wrong = {"offset_number": "soon", "question": "Kept"}
    answer = coach.post(address, shown | wrong)
    refused(answer, 422, "Write a whole number, and choose days, weeks, months or years.")
    assert (wrong_fields(answer), fields(answer)["question"]) == (["offset_number"], "Kept")
    wrong = {"nudges": "3", "nudge_days": "10", "q1-prompt": "?", "q1-kind": "scale", "q1-lowest": "5"}
    answer = coach.post(address, shown | wrong)
    refused(answer, 422, "Further question 1")
    assert wrong_fields(answer) == ["q1-highest"]
    answer = coach.post(address, shown | {"version": "1", "label": "Mine"} | {"version": "0"})
    refused(answer, 409, "Somebody changed this while you were typing")


def test_a_template_is_a_form_filled_in(planned: World, browse: Browse, session: Session) -> None:
    boss = browse(planned.coordinator)
    address = f"/programmes/{planned.cohort.programme.public_id}/follow-ups"
    (after_session,) = [link for link in links(boss.get(address)) if "template=after-a-session" in link]
    shown = form(boss.get(after_session))
    assert (shown["anchor"], shown["offset_number"], shown["offset_unit"]) == ("session_end", "1", "W")
    landed(boss.post(after_session.partition("?")[0].removesuffix("/new"), shown), address)
    assert "1 week after each session" in words(boss.get(address))
    assert not [link for link in links(boss.get(address)) if "template=after-a-session" in link]
    step = first_step(session)
    landed(boss.post(f"/steps/{step.public_id}/removal", {"version": str(step.plan.version)}), address)
    assert first_step(session).label == "Six weeks on"
