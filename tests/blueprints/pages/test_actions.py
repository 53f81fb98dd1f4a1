"""Actions on pages: agreed on the session's page and alone, said to be done from a list, dropped with why."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Action, ActionState
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_action, make_membership, make_session
from tests.worlds import Traces, World

Counter = Callable[[], AbstractContextManager[list[str]]]


def only(session: Session) -> Action:
    session.expire_all()
    return session.scalars(select(Action)).one()


def test_a_coach_agrees_on_an_action_where_it_is_agreed(
    session: Session, world: World, traces: Traces, browse: Browse
) -> None:
    path, coach = f"/sessions/{traces.held.public_id}", browse(world.coach)
    page = coach.get(path)
    assert "Nothing: no action of those who came was left open." in words(page)
    # The day of the next session, in its own zone.
    assert fields(page)["due_on"] == traces.coming.local_start.date().isoformat()
    empty = coach.post(f"{path}/actions", {"statement": "", "due_on": "soon"})
    refused(empty, 422, "Whose is it: Fill this in.", "What will be done: Fill this in.", "By when: Write a date")
    assert sorted(wrong_fields(empty)) == ["due_on", "membership_id", "statement"]
    typed = {"membership_id": world.member.public_id, "statement": "Ask two  colleagues", "due_on": ""}
    landed(coach.post(f"{path}/actions", typed), f"{path}#actions")
    action = only(session)
    assert (action.statement, action.due_on, action.session_id) == ("Ask two colleagues", None, traces.held.id)
    assert "Participant Person" in words(coach.get(path)).partition("Agreed in this session")[2]
    assert "Ask two colleagues" in words(browse(world.participant).get(path))
    for other in (world.fellow, world.observer):
        assert "Ask two colleagues" not in browse(other).get(path).text
    refused(coach.post(f"{path}/actions", typed | {"membership_id": world.coach_member.public_id}), 422)
    assert browse(world.participant).post(f"{path}/actions", typed).status_code == 403


def test_the_next_session_opens_with_it_until_it_is_done(
    session: Session, world: World, traces: Traces, browse: Browse
) -> None:
    action = make_action(
        session, world.member, statement="Ask two colleagues", session_id=traces.held.id,
        due_on=utc_now().date() - timedelta(days=3),
    )  # fmt: skip
    path, me = f"/sessions/{traces.coming.public_id}", browse(world.participant)
    for page in (browse(world.coach).get(path), me.get(path), me.get("/"), me.get(links_to_me(world))):
        assert "Ask two colleagues" in words(page)
        assert "Overdue" in words(page)
    elsewhere = make_session(session)
    for at, back in (
        (traces.coming.public_id, f"{path}#open-before"),
        ("home", "/#my-actions"),
        ("member", f"{links_to_me(world)}#actions"),
        # Who may not see a session is not led to it, and neither is anybody to what is none.
        (elsewhere.public_id, f"/actions/{action.public_id}"),
        ("//example.org\x00", f"/actions/{action.public_id}"),
    ):
        landed(me.post(f"/actions/{action.public_id}/closing", {"state": "done", "at": at}), back)
        assert only(session).state == ActionState.DONE
        landed(me.post(f"/actions/{action.public_id}/reopening"), f"/actions/{action.public_id}")
    assert only(session).state == ActionState.OPEN


def links_to_me(world: World) -> str:
    return f"/members/{world.member.public_id}"


def test_a_participant_drops_an_action_and_says_why(session: Session, world: World, browse: Browse) -> None:
    action = make_action(session, world.member, statement="Film a video")
    me, path = browse(world.participant), f"/actions/{action.public_id}"
    silent = me.post(f"{path}/closing", {"state": "dropped", "reason": " "})
    refused(silent, 422, "Why, or how it went: Say in a few words why it is dropped.")
    assert fields(silent)["state"] == "dropped"
    landed(me.post(f"{path}/closing", {"state": "dropped", "reason": "No camera"}), path)
    assert "No camera" in words(browse(world.coach).get(path))
    refused(me.post(f"{path}/closing", {"state": "done"}), 409, "This action is dropped already.")
    refused(me.post(f"{path}/edit", {"statement": "x", "version": str(only(session).version)}), 409, "Open it again")
    assert browse(world.fellow).get(path).status_code == 404


def test_one_writes_an_action_of_ones_own_and_changes_it(session: Session, world: World, browse: Browse) -> None:
    me, member = browse(world.participant), links_to_me(world)
    assert f"{member}/actions/new" in links(me.get("/"))
    assert "You and those who run the cohort see it." in words(me.get(f"{member}/actions/new"))
    refused(me.post(f"{member}/actions", {"due_on": "2027-01-31"}), 422, "What will be done: Fill this in.")
    landed(me.post(f"{member}/actions", {"statement": "Ask", "due_on": "2027-01-31"}), f"{member}#actions")
    path = f"/actions/{only(session).public_id}"
    assert "outside of a session" in words(me.get(path))
    typed = {name: fields(me.get(f"{path}/edit"))[name] for name in ("statement", "due_on", "version")}
    coach = browse(world.coach)
    landed(coach.post(f"{path}/edit", typed | {"statement": "Ask three"}), path)
    stale = me.post(f"{path}/edit", typed | {"statement": "Ask four"})
    refused(stale, 409, "What is saved now", "Ask three")
    assert fields(stale)["statement"] == "Ask four"
    assert only(session).statement == "Ask three"


def test_the_pages_take_as_many_queries_for_many_actions(
    session: Session, world: World, traces: Traces, browse: Browse, count_queries: Counter
) -> None:
    coach, me = browse(world.coach), browse(world.participant)
    pages = ((coach, f"/sessions/{traces.held.public_id}"), (me, "/"), (me, links_to_me(world)))
    counts = []
    for members in (2, 10):
        for _ in range(members):
            member = make_membership(session, world.cohort)
            make_action(session, member, created_at=utc_now() - timedelta(days=30))
            make_action(session, member, session_id=traces.held.id)
            make_action(session, world.member)
        session.commit()
        for browser, path in pages:
            # Seen once before, so that what a first request looks up is not counted.
            browser.get(path)
            with count_queries() as statements:
                assert browser.get(path).status_code == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]


def test_an_action_is_moved_from_ones_own_list(session: Session, world: World, browse: Browse) -> None:
    today = utc_now().date()
    action = make_action(session, world.member, statement="Ask two colleagues", due_on=today - timedelta(days=3))
    session.commit()
    me, path = browse(world.participant), f"/actions/{action.public_id}"
    assert "Overdue Done, moved or dropped" in words(me.get("/actions"))
    assert "Nothing is open" in words(browse(world.fellow).get("/actions"))
    typed = {"state": "moved", "at": "actions", "due_on": "2020-01-01", "reason": "No time"}
    wrong = me.post(f"{path}/closing", typed)
    refused(wrong, 422, "The new day: Choose today or a later day")
    assert (fields(wrong)["due_on"], fields(wrong)["reason"]) == ("2020-01-01", "No time")
    later = today + timedelta(days=9)
    landed(me.post(f"{path}/closing", typed | {"due_on": later.isoformat()}), "/actions")
    assert "moved 1 time" in words(me.get("/actions"))
    assert "No time" in words(browse(world.coach).get(path))
    done = {"state": "done", "due_on": later.isoformat(), "reason": ""}
    refused(me.post(f"{path}/closing", done), 422, "Choose “Moved” to give it this day")
    listed = f"/members/{world.member.public_id}/actions"
    new = {"statement": "Ask", "due_on": later.isoformat(), "reminder": "on", "remind_on": ""}
    refused(me.post(listed, new), 422, "Day of the reminder: Choose the day")
    late = new | {"remind_on": (later + timedelta(days=1)).isoformat()}
    refused(me.post(listed, late), 422, "Day of the reminder: Choose a day that is not after")
    refused(me.post(listed, late | {"reminder": "day_before"}), 422, "Choose “On another day”")
