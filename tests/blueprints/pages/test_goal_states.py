"""A goal as a whole on its page: agreed on, revised, ended, taken up again; both sides of it; and its milestones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Goal, Rating
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.blueprints.pages.marking import form, ids, wrong_fields
from tests.worlds import World

TODAY = utc_now().date().isoformat()


@pytest.fixture
def goal(session: Session, world: World) -> Goal:
    made = factories.make_goal(session, world.member)
    session.commit()
    return made


def rate(session: Session, goal: Goal, world: World, **scores: int) -> None:
    for place, (who, score) in enumerate(scores.items()):
        person = getattr(world, who)
        session.add(
            Rating(goal_id=goal.id, rated_by_id=person.id, score=score, created_at=utc_now(),
                   rated_on=utc_now().date() - timedelta(days=place))
        )  # fmt: skip
    session.commit()


def test_either_side_agrees_and_an_edit_says_what_it_takes_back(
    session: Session, browse: Browse, world: World, goal: Goal
) -> None:
    address = f"/goals/{goal.public_id}"
    me, coach = browse(world.participant), browse(world.coach)
    assert "This changes what was agreed" not in words(me.get(f"{address}/edit"))
    landed(me.post(f"{address}/agreement", {"version": "1"}), address)
    stale = coach.post(f"{address}/agreement", {"version": "1"})
    refused(stale, 409, "Somebody changed this while you were typing.")
    landed(coach.post(f"{address}/agreement", {"version": "2"}), address)
    seen = words(me.get(address))
    assert "Coach Person" in seen
    assert "I agree to this goal" not in seen
    assert "This changes what was agreed" in words(me.get(f"{address}/edit"))


def test_both_sides_stand_beside_each_other_with_what_lies_between(
    session: Session, browse: Browse, world: World, goal: Goal
) -> None:
    rate(session, goal, world, participant=1, coach=-1)
    address = f"/goals/{goal.public_id}"
    assert "You see it 2 levels higher than the coach." in words(browse(world.participant).get(address))
    assert "Participant Person sees it 2 levels higher than the coach." in words(browse(world.coach).get(address))
    home = words(browse(world.participant).get("/"))
    assert "You +1 · Coach −1 · seen differently" in home


def test_a_scale_is_revised_with_what_was_typed_kept(
    session: Session, browse: Browse, world: World, goal: Goal
) -> None:
    rate(session, goal, world, participant=1)
    me, address = browse(world.participant), f"/goals/{goal.public_id}"
    shown = form(me.get(f"{address}/scale"))
    wrong = me.post(f"{address}/scale", shown | {"expected": "3 runs", "more": "2 runs", "much_more": "5 runs"})
    refused(wrong, 422)
    assert wrong_fields(wrong) == ["reason"]
    wrong = me.post(
        f"{address}/scale",
        shown | {"expected": "3 runs", "more": "2 runs", "much_more": "5 runs", "reason": "Too easy"},
    )
    assert sorted(wrong_fields(wrong)) == ["expected", "more"]
    assert (fields(wrong)["more"], fields(wrong)["reason"]) == ("2 runs", "Too easy")
    landed(me.post(f"{address}/scale", form(wrong) | {"more": "4 runs"}), address)
    seen = words(me.get(address))
    assert "Edition 2 of the scale." in seen
    assert "Not rated yet on this edition of the scale." in seen
    assert seen.index("Earlier scales") < seen.index("A course with 500 joiners")
    assert "Too easy" in seen


def test_an_ended_goal_has_its_reason_and_no_forms_until_it_is_opened_again(
    session: Session, browse: Browse, world: World, goal: Goal
) -> None:
    me, address = browse(world.participant), f"/goals/{goal.public_id}"
    wrong = me.post(f"{address}/ending", {"state": "dropped", "on": TODAY, "reason": ""})
    refused(wrong, 422, "Say in a few words why it is dropped.")
    assert wrong_fields(wrong) == ["reason"]
    wrong = me.post(f"{address}/ending", {"state": "changed", "on": TODAY, "reason": "Others come"})
    assert (wrong_fields(wrong), fields(wrong)["reason"]) == (["successor_statement"], "Others come")
    ended = {"state": "changed", "on": TODAY, "reason": "Others come", "successor_statement": "Reach the nights"}
    landed(me.post(f"{address}/ending", ended), address)
    page = me.get(address)
    assert {"rate", "end"}.isdisjoint(ids(page))
    assert "Others come In its place: Reach the nights" in words(page)
    assert "1 goal that has ended" in words(me.get(f"/members/{world.member.public_id}"))
    refused(me.post(f"{address}/ratings", {"score": "1", "rated_on": TODAY}), 409, "so it is not rated any more.")
    landed(me.post(f"{address}/reopening", {"reason": ""}), address)
    assert "rate" in ids(me.get(address))


def test_milestones_are_added_reached_with_one_tap_and_taken_off(
    session: Session, browse: Browse, world: World, goal: Goal
) -> None:
    me, address = browse(world.participant), f"/goals/{goal.public_id}"
    wrong = me.post(f"{address}/milestones", {"statement": "An outline", "due_on": "soon"})
    assert (wrong_fields(wrong), fields(wrong)["due_on"]) == (["due_on"], "soon")
    for statement in ("An outline", "A slip"):
        landed(me.post(f"{address}/milestones", {"statement": statement}), f"{address}#milestones")
    session.expire_all()
    outline, slip = (f"/milestones/{one.public_id}" for one in goal.milestones)
    landed(me.post(f"{outline}/reached"), f"{address}#milestones")
    landed(me.post(f"{slip}/removal", {"version": "1"}), f"{address}#milestones")
    seen = words(me.get(address))
    assert "An outline Reached" in seen
    assert "A slip" not in seen.split("Milestones")[1]
    refused(me.post(f"{outline}/removal", {"version": "2"}), 409, "This milestone was reached.")
    shown = fields(me.get(f"{outline}/edit"))
    assert shown["reached_on"] != ""
