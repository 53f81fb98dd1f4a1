"""A person in a cohort: added with an invitation, their standing changed, and seen by those who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    CheckInState,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    Person,
    Role,
    SessionState,
    StatusChange,
)
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.worlds import Traces, World


def _typed(**values: str) -> dict[str, str]:
    return {"name": "Newt Okafor", "email": "newt@example.org", "role": "participant", "status": "active"} | values


class TestAdding:
    def test_a_new_person_is_invited(self, session: Session, browse: Browse, world: World) -> None:
        browser, cohort = browse(world.coach), f"/cohorts/{world.cohort.public_id}"
        assert fields(browser.get(f"{cohort}/members/new"))["status"] == "active"
        landed(browser.post(f"{cohort}/members", _typed(email="Newt@Example.org")), cohort)
        assert "An invitation to newt@example.org is on its way." in words(browser.get(cohort))
        person = session.scalars(select(Person).where(Person.email == "newt@example.org")).one()
        message = session.scalars(select(Message)).one()
        assert (message.kind, message.recipient_id) == (MessageKind.INVITATION, person.id)

    def test_who_has_an_account_is_added_without_a_mail(self, session: Session, browse: Browse, world: World) -> None:
        known = factories.make_person(session, name="Known", password_hash="x")
        browser, cohort = browse(world.coach), f"/cohorts/{world.cohort.public_id}"
        landed(browser.post(f"{cohort}/members", _typed(email=str(known.email))), cohort)
        assert "Known is added. They have an account already" in words(browser.get(cohort))
        assert session.scalars(select(Message)).all() == []

    def test_who_waits_is_on_the_list_and_not_invited(self, session: Session, browse: Browse, world: World) -> None:
        browser, cohort = browse(world.coach), f"/cohorts/{world.cohort.public_id}"
        landed(browser.post(f"{cohort}/members", _typed(status="waitlisted")), cohort)
        assert "Newt Okafor is on the list as waitlisted." in words(browser.get(cohort))
        assert session.scalars(select(Message)).all() == []

    def test_who_has_been_in_for_a_while_joined_then(self, session: Session, browse: Browse, world: World) -> None:
        browser, cohort = browse(world.coach), f"/cohorts/{world.cohort.public_id}"
        today = utc_now().astimezone(ZoneInfo("Europe/London")).date()
        assert fields(browser.get(f"{cohort}/members/new"))["joined_on"] == "2026-03-02"
        later = (today + timedelta(days=2)).isoformat()
        refused(
            browser.post(f"{cohort}/members", _typed(joined_on=later)), 422, "Since when: This day is still to come"
        )
        landed(browser.post(f"{cohort}/members", _typed(joined_on="2026-03-09")), cohort)
        joined = session.scalars(select(Membership.joined_at).order_by(Membership.id.desc())).first()
        assert joined == datetime(2026, 3, 9, tzinfo=UTC)

    def test_one_after_the_other(self, browse: Browse, world: World) -> None:
        cohort = f"/cohorts/{world.cohort.public_id}"
        answer = browse(world.coach).post(f"{cohort}/members", _typed(another="yes"))
        landed(answer, f"{cohort}/members/new")

    @pytest.mark.parametrize(
        ("typed", "status", "said"),
        [
            ({"email": "newt"}, 422, "E-mail address: Write an e-mail address such as name@example.org."),
            ({"name": " "}, 422, "Name: Fill this in."),
            ({"role": "boss"}, 422, "As what: Choose one of the options."),
            ({"is_administrator": "true"}, 422, "There is no such field here."),
            ({"email": "participant@example.org"}, 409, "This person is in the cohort already."),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, session: Session, browse: Browse, world: World, typed: dict[str, str], status: int, said: str
    ) -> None:
        world.participant.email = "participant@example.org"
        answer = browse(world.coach).post(f"/cohorts/{world.cohort.public_id}/members", _typed() | typed)
        refused(answer, status, said)
        assert fields(answer)["name"] == (_typed() | typed)["name"]
        assert session.scalars(select(Person).where(Person.name == "Newt Okafor")).all() == []

    def test_nobody_grants_above_their_own_level(self, session: Session, browse: Browse, world: World) -> None:
        address = f"/cohorts/{world.cohort.public_id}/members"
        assert 'value="coach"' not in browse(world.coach).get(f"{address}/new").text
        assert browse(world.coach).post(address, _typed(role="coach")).status_code == 403
        assert session.scalars(select(Person).where(Person.name == "Newt Okafor")).all() == []
        landed(browse(world.coordinator).post(address, _typed(role="coach")), f"/cohorts/{world.cohort.public_id}")

    @pytest.mark.parametrize(("who", "status"), [("participant", 403), ("observer", 403), ("outsider", 404)])
    def test_the_others_add_nobody(self, browse: Browse, world: World, who: str, status: int) -> None:
        browser = browse(getattr(world, who))
        assert browser.post(f"/cohorts/{world.cohort.public_id}/members", _typed()).status_code == status


class TestSeeing:
    def test_a_coach_sees_everything(self, browse: Browse, world: World, traces: Traces) -> None:
        page = browse(world.coach).get(f"/members/{world.member.public_id}")
        for text in ("Launch a course with my team", "Goal attainment T 60", "Sepsis, early", "We are live!",
                     "Held", "Came to 1 of the 1 session held since joining", "Change the status"):  # fmt: skip
            assert text in words(page), text
        assert f"/goals/{traces.goal.public_id}" in links(page)
        assert f"/check-ins/{traces.check_in.public_id}" in links(page)

    def test_what_is_long_to_come_is_folded(self, session: Session, browse: Browse, world: World) -> None:
        step, soon = factories.make_step(session, world.cohort, label="A week after"), utc_now() + timedelta(days=3)
        about = [
            factories.make_check_in(
                session, step, world.member, anchor_id=number, due_at=soon + timedelta(days=7 * number)
            )
            for number in range(1, 6)
        ]
        past = {"state": CheckInState.EXPIRED, "due_at": soon - timedelta(days=60)}
        asked = factories.make_check_in(session, step, world.member, anchor_id=6, asked_at=past["due_at"], **past)
        unasked = factories.make_check_in(session, step, world.member, anchor_id=7, **past)
        page = browse(world.coach).get(f"/members/{world.member.public_id}").text
        assert "3 more to come" in page
        assert "1 not asked" in page
        there = [page.index(f"/check-ins/{one.public_id}") for one in (asked, *about, unasked)]
        assert there == sorted(there)
        assert there[2] < page.index("3 more to come") < there[3]
        assert there[5] < page.index("1 not asked") < there[6]

    def test_a_coordinator_sees_no_goals(self, browse: Browse, world: World, traces: Traces) -> None:
        seen = words(browse(world.coordinator).get(f"/members/{world.member.public_id}"))
        assert "We are live!" in seen
        assert "Launch a course with my team" not in seen
        assert "Goal" not in seen

    def test_one_sees_oneself_and_changes_no_status(self, browse: Browse, world: World, traces: Traces) -> None:
        browser = browse(world.participant)
        page = browser.get(f"/members/{world.member.public_id}")
        assert "Launch a course with my team" in words(page)
        assert "Change the status" not in words(page)
        typed = {"version": "1", "status": "completed"}
        assert browser.post(f"/members/{world.member.public_id}/statuses", typed).status_code == 403

    @pytest.mark.parametrize("who", ["fellow", "observer", "outsider"])
    def test_for_the_others_it_is_not_there(self, browse: Browse, world: World, traces: Traces, who: str) -> None:
        address, browser = f"/members/{world.member.public_id}", browse(getattr(world, who))
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/statuses", {"version": "1", "status": "paused"}).status_code == 404
        assert browser.post(f"{address}/invitation").status_code == 404


class TestStanding:
    def test_a_step_is_added_to_the_history(self, session: Session, browse: Browse, world: World) -> None:
        browser, address = browse(world.coach), f"/members/{world.member.public_id}"
        typed = {"version": fields(browser.get(address))["version"], "status": "paused", "reason": "On leave"}
        landed(browser.post(f"{address}/statuses", typed), address)
        seen = words(browser.get(address))
        assert "Participant Person is now paused." in seen
        assert "On leave" in seen
        steps = select(StatusChange.status).where(StatusChange.membership_id == world.member.id)
        history = session.scalars(steps.order_by(StatusChange.id))
        assert history.all() == [MembershipStatus.ACTIVE, MembershipStatus.PAUSED]

    def test_nothing_chosen_is_said(self, browse: Browse, world: World) -> None:
        address = f"/members/{world.member.public_id}/statuses"
        answer = browse(world.coach).post(address, {"version": "1", "status": "", "reason": "Because"})
        refused(answer, 422, "New status: Fill this in.")
        assert fields(answer)["reason"] == "Because"

    def test_a_stale_form_changes_nothing(self, session: Session, browse: Browse, world: World) -> None:
        world.member.status = MembershipStatus.COMPLETED
        address = f"/members/{world.member.public_id}/statuses"
        answer = browse(world.coach).post(address, {"version": "1", "status": "paused", "reason": "On leave"})
        refused(answer, 409, "Completed")
        session.refresh(world.member)
        assert world.member.status == MembershipStatus.COMPLETED

    def test_only_a_coordinator_changes_a_coachs(self, session: Session, browse: Browse, world: World) -> None:
        address = f"/members/{world.coach_member.public_id}"
        assert "Change the status" not in words(browse(world.coach).get(address))
        typed = {"version": "1", "status": "withdrawn"}
        assert browse(world.coach).post(f"{address}/statuses", typed).status_code == 403
        landed(browse(world.coordinator).post(f"{address}/statuses", typed), address)
        session.refresh(world.coach_member)
        assert world.coach_member.status == MembershipStatus.WITHDRAWN

    def test_who_leaves_lets_go_of_their_sessions(
        self, session: Session, browse: Browse, world: World, traces: Traces
    ) -> None:
        traces.coming.led_by_id = traces.pair.led_by_id = world.coach.id
        browser, typed = browse(world.coordinator), {"version": "1", "status": "withdrawn"}
        address = f"/members/{world.member.public_id}"
        landed(browser.post(f"{address}/statuses", typed), address)
        assert "1 one-to-one with them is cancelled." in words(browser.get(address))
        address = f"/members/{world.coach_member.public_id}"
        landed(browser.post(f"{address}/statuses", typed), address)
        said = "1 session to come now has nobody who leads it. Add a coach to the cohort, and then choose who does,"
        assert said in words(browser.get(address))
        session.expire_all()
        second = factories.make_membership(session, world.cohort, role=Role.COACH)
        factories.make_membership(session, world.cohort, role=Role.COACH)
        traces.coming.led_by_id = second.person_id
        address = f"/members/{second.public_id}"
        landed(browser.post(f"{address}/statuses", typed), address)
        assert "has nobody who leads it. Choose who does under “Edit or move” of each." in words(browser.get(address))
        session.expire_all()
        assert (traces.coming.led_by_id, traces.pair.state) == (None, SessionState.CANCELLED)


class TestInvitingAgain:
    def test_a_fresh_link_is_mailed(self, session: Session, browse: Browse, world: World) -> None:
        browser, address = browse(world.coach), f"/members/{world.member.public_id}"
        assert "has not come in yet" in words(browser.get(address))
        landed(browser.post(f"{address}/invitation"), address)
        assert "A new invitation to Participant Person is on its way." in words(browser.get(address))
        assert session.scalars(select(Message.kind)).all() == [MessageKind.INVITATION]

    def test_who_is_in_needs_none(self, session: Session, browse: Browse, world: World) -> None:
        world.participant.password_hash = "x"
        browser, address = browse(world.coach), f"/members/{world.member.public_id}"
        assert "Send the invitation again" not in words(browser.get(address))
        assert browser.post(f"{address}/invitation").status_code == 409

    def test_a_role_is_shown(self, browse: Browse, session: Session, world: World) -> None:
        observer = session.scalars(select(Membership).where(Membership.role == Role.OBSERVER)).one()
        assert "Observer" in words(browse(world.coach).get(f"/members/{observer.public_id}"))
