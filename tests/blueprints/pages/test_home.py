"""Home: a section for each role that a person has, and what to do for those who have none yet."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import AttendanceStatus, Role
from tests import factories
from tests.blueprints.pages.browsing import Browse, links, words
from tests.services.progress_rows import attend
from tests.worlds import Traces, World


def test_a_participant_finds_what_is_theirs(browse: Browse, world: World, traces: Traces) -> None:
    page = browse(world.participant).get("/")
    for text in ("Hello, Participant", "Six weeks on", "Did you launch?", "Just us", "Launch a course with my team",
                 "Sepsis, early", "1,234 enrolments"):  # fmt: skip
        assert text in words(page)
    assert f"/check-ins/{traces.open_check_in.public_id}" in links(page)
    assert f"/cohorts/{world.cohort.public_id}/launches/new" in links(page)
    assert "Who needs you" not in words(page)
    assert "Programmes" not in words(page)


def test_a_coach_finds_who_needs_them(browse: Browse, world: World, traces: Traces) -> None:
    page = browse(world.coach).get("/")
    assert "Who needs you" in words(page)
    assert "No answer to “Six weeks on”" in words(page)
    assert f"/members/{world.member.public_id}" in links(page)
    assert f"/sessions/{traces.pair.public_id}" in links(page)
    assert "Your goals" not in words(page)


def test_a_coach_reads_who_missed_several_in_a_row_and_what_nobody_recorded(
    session: Session, browse: Browse, world: World, traces: Traces
) -> None:
    later, forgotten = (
        factories.make_session(session, world.cohort, starts_at=utc_now() - timedelta(days=days)) for days in (3, 2)
    )
    # Absences are of cohorts that still meet.
    world.cohort.ends_on = utc_now().date() + timedelta(days=30)
    for held in (traces.held, later):
        attend(session, held, world.fellow_member, AttendanceStatus.ABSENT)
    page = browse(world.coach).get("/")
    assert "Missed 2 sessions in a row, from" in words(page)
    assert "Nobody is recorded yet. Until then it is counted as held" in words(page)
    assert f"/sessions/{forgotten.public_id}" in links(page)


def test_a_coach_whom_nobody_waits_for_is_told_so(browse: Browse, world: World) -> None:
    # Nobody is told of practice before some weeks have passed since the end.
    world.cohort.ends_on = utc_now().date() - timedelta(days=1)
    assert "Nobody is waiting for you" in words(browse(world.coach).get("/"))


def test_a_coordinator_finds_their_programmes_in_figures(browse: Browse, world: World, traces: Traces) -> None:
    page = browse(world.coordinator).get("/")
    assert "MOOC School" in words(page)
    assert "enrolments 1,234" in words(page)
    assert f"/programmes/{world.programme.public_id}" in links(page)


def test_an_observer_is_not_asked_to_learn(browse: Browse, world: World, traces: Traces) -> None:
    page = browse(world.observer).get("/")
    assert "Cohorts that you follow" in words(page)
    assert "Your goals" not in words(page)
    assert "Log a launch" not in words(page)


def test_several_roles_share_one_page(session: Session, browse: Browse, world: World) -> None:
    factories.make_coordinator(session, world.programme, world.coach)
    elsewhere = factories.make_cohort(session)
    factories.make_membership(session, elsewhere, world.coach, role=Role.PARTICIPANT)
    page = words(browse(world.coach).get("/"))
    for heading in ("Your cohorts", "Your goals", "Who needs you", "Cohorts that you coach", "Programmes"):
        assert heading in page


def test_who_is_nowhere_yet_is_told_what_will_happen(session: Session, browse: Browse) -> None:
    page = browse(factories.make_person(session)).get("/")
    assert page.status_code == 200
    assert "You are not in a cohort yet" in words(page)


def test_an_administrator_of_an_empty_house_is_told_how_to_begin(session: Session, browse: Browse) -> None:
    page = browse(factories.make_person(session, is_administrator=True)).get("/")
    assert "There is no programme yet" in words(page)
