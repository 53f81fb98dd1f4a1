"""Who needs their coach, on pages: the list, what is said to one reason, a letter, and the programme's thresholds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Action, Message, MessageKind, NeedMark
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_action, make_cohort, make_membership
from tests.worlds import World


@pytest.fixture
def today() -> date:
    return utc_now().date()


@pytest.fixture
def late(session: Session, world: World, today: date) -> Action:
    """The one thing that anybody needs their coach for."""
    world.cohort.starts_on, world.cohort.ends_on = today - timedelta(days=400), today - timedelta(days=2)
    return make_action(session, world.member, statement="Ask Tom", due_on=today - timedelta(days=4))


def named(action: Action) -> dict[str, str]:
    return {"signal": "overdue_action", "occurrence": f"{action.public_id}.{action.due_on}"}


def test_a_coach_puts_a_reason_aside_and_brings_it_back(
    session: Session, world: World, browse: Browse, late: Action, today: date
) -> None:
    coach, path = browse(world.coach), f"/members/{world.member.public_id}/needs"
    assert "“Ask Tom” was due on" in words(coach.get("/"))
    page = coach.get("/needs")
    assert "1 person" in words(page)
    (one,) = {link for link in links(page) if link.startswith(f"{path}?")}
    shown = coach.get(one)
    assert "Participant Person" in words(shown)
    wrong = coach.post(f"{path}/snooze", named(late) | {"until": today.isoformat()})
    refused(wrong, 422, "Not before: Choose a day after today, within a year.")
    assert sorted(wrong_fields(wrong)) == ["until"]
    assert fields(wrong)["until"] == today.isoformat()
    ahead = (today + timedelta(days=7)).isoformat()
    landed(coach.post(f"{path}/snooze", named(late) | {"until": ahead, "at": "home"}), "/#needs-you")
    page = words(coach.get("/needs"))
    assert "Nobody is waiting for you" in page
    assert "1 person whom you put aside" in page
    landed(coach.post(f"{path}/back", named(late)), "/needs")
    landed(coach.post(f"{path}/done", named(late) | {"note": "Rang them"}), "/needs")
    assert "You saw to it on" in words(coach.get("/needs"))
    (mark,) = session.query(NeedMark)
    assert mark.note == "Rang them"


def test_what_was_mended_meanwhile_leads_back_to_the_list(
    session: Session, world: World, browse: Browse, late: Action
) -> None:
    coach, path = browse(world.coach), f"/members/{world.member.public_id}/needs"
    gone = named(late)
    late.due_on = None
    session.commit()
    landed(coach.post(f"{path}/done", gone), "/needs")
    assert "changed meanwhile" in words(coach.get("/needs"))
    assert coach.get(path, query_string=gone).status_code == 302
    assert session.query(NeedMark).count() == 0


def test_a_list_is_narrowed_down_by_cohort_and_reason(
    session: Session, world: World, browse: Browse, late: Action, today: date
) -> None:
    other = make_cohort(session, world.programme, starts_on=today, ends_on=today + timedelta(days=9), name="Other")
    make_membership(session, other, world.coach, role=world.coach_member.role)
    make_membership(session, other)
    coach = browse(world.coach)
    assert "2 people" in words(coach.get("/needs"))
    page = words(coach.get("/needs", query_string={"cohort_id": other.public_id, "signal": ""}))
    assert "No session so far, and nothing is booked." in page
    assert "Ask Tom" not in page
    page = words(coach.get("/needs", query_string={"cohort_id": other.public_id, "signal": "idle_goal"}))
    assert "Nobody needs you for this reason in this cohort." in page
    assert coach.get("/needs", query_string={"signal": "nonsense"}).status_code == 422


def test_booking_begins_with_a_one_to_one(world: World, browse: Browse) -> None:
    path = f"/cohorts/{world.cohort.public_id}/sessions/new"
    page = browse(world.coach).get(path, query_string={"with": world.member.public_id})
    assert fields(page)["pair_with"] == world.member.public_id
    assert fields(page)["title"] == "One-to-one with Participant Person"
    strange = browse(world.coach).get(path, query_string={"with": world.coach_member.public_id})
    assert strange.status_code == 404


def test_a_coach_writes_to_somebody_once(session: Session, world: World, browse: Browse, late: Action) -> None:
    coach, path = browse(world.coach), f"/members/{world.member.public_id}/letters"
    page = coach.get(f"{path}/new", query_string={"about": "overdue_action"})
    sent = {name: fields(page)[name] for name in ("subject", "at", "form_id")}
    assert sent["subject"] == f"{world.cohort.name}: how did it go?"
    wrong = coach.post(path, sent | {"text": " "})
    refused(wrong, 422, "What you want to say: Fill this in.")
    assert fields(wrong)["subject"] == sent["subject"]
    for _ in range(2):
        landed(coach.post(path, sent | {"text": "Did you ask him?"}), "/needs")
    (letter,) = session.query(Message).filter_by(kind=MessageKind.LETTER)
    assert (letter.recipient_id, letter.facts["paragraphs"]) == (world.participant.id, ["Did you ask him?"])


def test_a_coordinator_says_from_when_on_somebody_needs_their_coach(
    session: Session, world: World, browse: Browse, late: Action
) -> None:
    coordinator, path = browse(world.coordinator), f"/programmes/{world.programme.public_id}/needs"
    kept = fields(coordinator.get(path))
    kept = {name: value for name, value in kept.items() if name not in {"csrf_token", "form_id", "theme", "next"}}
    assert (kept["absences_in_a_row"], kept["overdue_days"], kept["practice_from"]) == ("2", "0", "end")
    refused(coordinator.post(path, kept | {"goal_idle_days": "3"}), 422, "Goals without movement: Write a whole number")
    landed(coordinator.post(path, kept | {"overdue_days": ""}), f"/programmes/{world.programme.public_id}")
    assert "Nobody is waiting for you" in words(browse(world.coach).get("/needs"))
    refused(coordinator.post(path, kept), 409, "Somebody changed this")
    session.expire_all()
    assert (world.programme.overdue_days, world.programme.unbooked_days) == (None, 21)
