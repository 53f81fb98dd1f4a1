"""Programmes: the figures for coordinators, a coach's own cohorts, and nothing for anybody else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from coaching.models import CohortKind, CohortState, Instrument, Response, Role, Wave
from coaching.tokens import new_public_id
from tests import factories
from tests.blueprints.pages.browsing import Browse, links, words
from tests.worlds import World


def _survey(session: Session, world: World, ratings: list[int]) -> None:
    programme = world.programme
    form = Instrument(
        programme_id=programme.id, name="End", question="How was it?", created_at=factories.NOW
    )  # fmt: skip
    session.add(form)
    session.flush()
    wave = Wave(instrument_id=form.id, cohort_id=world.cohort.id, opens_on=date(2026, 6, 1), closes_on=date(2026, 6, 9))
    session.add(wave)
    session.flush()
    session.add_all(Response(id=new_public_id(), wave_id=wave.id, rating=rating) for rating in ratings)


@pytest.mark.usefixtures("traces")
def test_a_coordinator_sees_both_kinds_side_by_side(session: Session, browse: Browse, world: World) -> None:
    formal = factories.make_cohort(session, world.programme, name="Cohort 1", kind=CohortKind.FORMAL)
    factories.make_membership(session, formal)
    _survey(session, world, [5, 5, 4, 4, 3])
    page = browse(world.coordinator).get(f"/programmes/{world.programme.public_id}")
    seen = words(page)
    for text in ("Side by side", "Formal Coaching All", "80% 4 of 5; 95% interval 38% to 96%", "1,234 as of",
                     "50% 1 of 2; 95% interval 9% to 91% ; 1 not recorded yet", "50% 1 of 2, 1 not recorded yet",
                     "Attendance is of the places at sessions held and not cancelled since the member joined",
                 "From application to completion", "How far the courses came", "Two weeks on: 1 asked",
                 "Six weeks on: 1 asked, 1 can still answer"):  # fmt: skip
        assert text in seen, text
    assert f"/cohorts/{formal.public_id}" in links(page)


def test_archived_cohorts_stand_apart_and_paused_ones_are_marked(
    session: Session, browse: Browse, world: World
) -> None:
    world.cohort.state = CohortState.PAUSED
    coordinator, path = browse(world.coordinator), f"/programmes/{world.programme.public_id}"
    seen = words(coordinator.get(path))
    assert f"{world.cohort.name} Paused" in seen
    assert "Archived" not in seen
    factories.make_cohort(session, world.programme, name="Cohort 1", state=CohortState.ARCHIVED)
    seen = words(coordinator.get(path))
    assert seen.index(f"{world.cohort.name} Paused") < seen.index("Archived cohorts") < seen.index("Cohort 1 Archived")
    world.cohort.state = CohortState.ARCHIVED
    session.flush()
    assert "All of them are archived." in words(coordinator.get(path))


def test_few_answers_stay_hidden(session: Session, browse: Browse, world: World) -> None:
    _survey(session, world, [5, 5, 1, 2])
    seen = words(browse(world.coordinator).get(f"/programmes/{world.programme.public_id}"))
    assert "Hidden: too few answers" in seen
    assert "50%" not in seen


def test_one_without_cohorts_says_what_to_do(session: Session, browse: Browse, world: World) -> None:
    empty = factories.make_programme(session)
    factories.make_coordinator(session, empty, world.coordinator)
    page = browse(world.coordinator).get(f"/programmes/{empty.public_id}")
    assert "No cohort yet" in words(page)
    assert f"/programmes/{empty.public_id}/cohorts/new" in links(page)


def test_a_coach_sees_their_own_cohorts_and_no_figures(session: Session, browse: Browse, world: World) -> None:
    other = factories.make_cohort(session, world.programme, name="Not theirs")
    browser = browse(world.coach)
    page = browser.get(f"/programmes/{world.programme.public_id}")
    assert f"/cohorts/{world.cohort.public_id}" in links(page)
    assert f"/cohorts/{other.public_id}" not in links(page)
    assert "Side by side" not in words(page)
    assert f"/programmes/{world.programme.public_id}" in links(browser.get("/programmes"))


def test_a_coachs_many_cohorts_go_over_pages(
    session: Session, browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coaching.blueprints.pages import programmes

    monkeypatch.setattr(programmes, "PAGE", 2)
    for _ in range(2):
        factories.make_membership(
            session, factories.make_cohort(session, world.programme), world.coach, role=Role.COACH
        )
    browser = browse(world.coach)
    address = f"/programmes/{world.programme.public_id}"
    seen, page = [], browser.get(address)
    seen += [link for link in links(page) if link.startswith("/cohorts/")]
    later = next(link for link in links(page) if link.startswith(f"{address}?after="))
    seen += [link for link in links(browser.get(later)) if link.startswith("/cohorts/")]
    assert len(set(seen)) == len(seen) == 3


@pytest.mark.parametrize("who", ["participant", "observer", "outsider"])
def test_for_the_others_it_is_not_there(browse: Browse, world: World, who: str) -> None:
    browser = browse(getattr(world, who))
    assert browser.get(f"/programmes/{world.programme.public_id}").status_code == 404
    assert browser.get(f"/programmes/{world.programme.public_id}/cohorts/new").status_code == 404
    assert "MOOC School" not in words(browser.get("/programmes"))


def test_an_administrator_sees_every_programme(browse: Browse, world: World) -> None:
    browser = browse(world.administrator)
    assert "MOOC School" in words(browser.get("/programmes"))
    assert browser.get(f"/programmes/{world.programme.public_id}").status_code == 200
