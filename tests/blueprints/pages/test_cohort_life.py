"""The pages of a cohort's life: paused, archived and opened again in plain words, and handed over with its notes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CohortKind, CohortState, Membership, MembershipStatus, Role
from tests.blueprints.pages.browsing import Browse, links, refused, words
from tests.factories import make_cohort, make_membership, make_private_note, make_session
from tests.worlds import World

LOSE = "If you leave, you lose your private notes here"


@pytest.fixture
def taker(session: Session, world: World) -> Membership:
    """Somebody who coaches another cohort of the programme."""
    return make_membership(session, make_cohort(session, world.programme), role=Role.COACH)


def test_a_cohort_is_paused_archived_and_opened_again(browse: Browse, world: World, session: Session) -> None:
    page, cohort = f"/cohorts/{world.cohort.public_id}", world.cohort
    cohort.kind = CohortKind.FORMAL
    coordinator = browse(world.coordinator)
    shown = words(coordinator.get(f"{page}/life"))
    assert "No check-in is left to end. No session is to come. No poll is open." in shown
    assert "Resume" not in shown
    said = ("is paused. Nobody", "goes on. What waited", "is archived. It can be read", "is open again. Plan anew")
    for state, words_of_it in zip(("paused", "running", "archived", "running"), said, strict=True):
        sent = coordinator.post(f"{page}/life", {"state": state, "reason": f"Because {state}"})
        assert (sent.status_code, sent.location) == (303, f"{page}/life")
        shown = words(coordinator.get(f"{page}/life"))
        assert f"{cohort.name} {words_of_it}" in shown
        assert f"By {world.coordinator.name}. Because {state}" in shown
        if state == "archived":
            assert "Find a time" not in words(coordinator.get(page)), "What nobody can do there is not offered."
            assert "Write a note" not in words(coordinator.get(page))
    refused(coordinator.post(f"{page}/life", {"state": "running", "reason": "x" * 501}), 422, "500")
    refused(coordinator.post(f"{page}/life", {"state": "running"}), 409)
    # A formal cohort is its coordinators' to archive; who only looks on changes nothing, and reads no history.
    coach, observer = browse(world.coach), browse(world.observer)
    assert "Archive the cohort" not in words(coach.get(f"{page}/life"))
    assert coach.post(f"{page}/life", {"state": "archived"}).status_code == 403
    assert observer.get(f"{page}/life").status_code == 403
    session.expire_all()
    assert cohort.state == CohortState.RUNNING


def test_who_hands_a_cohort_over_is_led_to_their_private_notes(
    browse: Browse, world: World, session: Session, taker: Membership
) -> None:
    member, home = world.coach_member, f"/cohorts/{world.cohort.public_id}"
    page, coach = f"/members/{member.public_id}/handover", browse(world.coach)
    to = taker.person.public_id
    assert LOSE not in words(coach.get(f"{page}?to={to}")), "Who has no private note is not warned of losing any."
    make_private_note(session, member, "Ask first", about=world.member)
    shown = coach.get(f"{page}?to={to}")
    assert LOSE in words(shown)
    assert f"{home}/private-notes" in links(shown)
    assert f"{home}/private-notes/handover" not in links(shown), "Nobody is there yet who could get them."
    coordinator = browse(world.coordinator).get(f"{page}?to={to}")
    assert f"If {world.coach.name} leaves, their private notes are lost" in words(coordinator)
    assert f"{home}/private-notes" not in links(coordinator)
    refused(coach.post(page, {"to": to, "reason": "x" * 501}), 422, "500")
    done = coach.post(page, {"to": to, "afterwards": "observer", "reason": "A new post"})
    assert (done.status_code, done.location) == (303, f"{home}/private-notes/handover")
    following = words(coach.get(done.location))
    assert f"Pass on what {taker.person.name} should know." in following
    assert "Ask first" in following
    # From then on they look on, and still come to their notes from the cohort's page.
    cohort = coach.get(home)
    assert f"{home}/private-notes" in links(cohort)
    assert "Write a note" not in words(cohort)
    assert f"{home}/private-notes" not in links(browse(world.observer).get(home))
    session.expire_all()
    assert member.role == Role.OBSERVER


def test_who_leaves_goes_home_and_a_coach_beside_them_gets_notes_before(
    browse: Browse, world: World, session: Session
) -> None:
    second = make_membership(session, world.cohort, role=Role.COACH)
    make_private_note(session, world.coach_member, "Ask first", about=world.member)
    page, coach = f"/members/{world.coach_member.public_id}/handover", browse(world.coach)
    shown = coach.get(f"{page}?to={second.person.public_id}")
    assert f"/cohorts/{world.cohort.public_id}/private-notes/handover" in links(shown)
    done = coach.post(page, {"to": second.person.public_id, "afterwards": "leaves"})
    assert (done.status_code, done.location) == (303, "/")
    session.expire_all()
    assert world.coach_member.status == MembershipStatus.WITHDRAWN


def test_one_participant_is_handed_over(browse: Browse, world: World, session: Session, taker: Membership) -> None:
    page, coach = f"/members/{world.coach_member.public_id}/handover", browse(world.coach)
    assert "One participant alone" not in words(coach.get(page)), "There is no one-to-one to come."
    soon = utc_now() + timedelta(days=3)
    held = make_session(
        session,
        world.cohort,
        starts_at=soon,
        ends_at=soon + timedelta(hours=1),
        led_by_id=world.coach.id,
        pair_membership_id=world.member.id,
    )
    pair = {"to": taker.person.public_id, "pair_with": world.member.public_id}
    shown = words(coach.get(f"{page}?to={pair['to']}&pair_with={pair['pair_with']}"))
    assert f"{world.participant.name} (1 to come)" in shown
    assert "1 session to come is led by" in shown
    assert "afterwards" not in shown, "Who hands a pair over stays a coach."
    assert coach.post(page, pair).location == "/"
    session.expire_all()
    assert held.led_by_id == taker.person_id
    assert world.coach_member.role == Role.COACH
    seat = select(Membership.role).where(
        Membership.cohort_id == world.cohort.id, Membership.person_id == taker.person_id
    )
    assert session.scalars(seat).one() == Role.COACH
    refused(coach.post(page, pair), 422, "lead no one-to-one")
