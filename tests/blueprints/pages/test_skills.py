"""Skills on their pages: written, rated, seen side by side, and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Skill, SkillScale, SkillScore
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.worlds import World


@pytest.fixture
def coordinator(session: Session, browse: Browse, world: World) -> Browser:
    """Their browser, in a programme whose cohort has not begun."""
    today = utc_now().date()
    world.cohort.starts_on, world.cohort.ends_on = today + timedelta(days=5), today + timedelta(days=60)
    session.flush()
    return browse(world.coordinator)


def test_a_programme_begins_with_six_and_words_of_its_own(session: Session, coordinator: Browser, world: World) -> None:
    address = f"/programmes/{world.programme.public_id}/skills"
    assert "Begin with these six" in words(coordinator.get(address))
    landed(coordinator.post(f"{address}/template", {}), address)
    first, second, *others = session.scalars(select(Skill).order_by(Skill.position))
    assert len(others) == 4
    coordinator.post(f"/skills/{second.public_id}/move", {"to": "up"})
    coordinator.post(f"/skills/{first.public_id}/retirement", {})
    assert words(coordinator.get(address)).index(second.name) < words(coordinator.get(address)).index(first.name)
    typed = {"points": "3", "word-1": "Never", "word-2": "", "word-3": ""}
    answer = coordinator.post(f"{address}/scale", typed)
    refused(answer, 422)
    assert fields(answer)["word-1"] == "Never"
    landed(coordinator.post(f"{address}/scale", typed | {"word-3": "Always"}), address)
    assert session.scalars(select(SkillScale)).one().words == ["Never", "", "Always"]


def test_somebody_rates_themselves_and_both_sides_of_a_pair_see_it(
    session: Session, coordinator: Browser, browse: Browse, world: World
) -> None:
    coordinator.post(f"/programmes/{world.programme.public_id}/skills", {"name": "Asking"})
    skill = session.scalars(select(Skill)).one()
    own, name = f"/members/{world.member.public_id}/assessments", f"skill-{skill.public_id}"
    participant = browse(world.participant)
    assert "Rate yourself" in words(participant.get(own))
    nothing = participant.post(f"{own}/before", {name: ""})
    refused(nothing, 422)
    too_high = participant.post(f"{own}/before", {name: "6"})
    assert wrong_fields(too_high) == [name]
    assert session.scalars(select(SkillScore)).all() == []
    landed(participant.post(f"{own}/before", {name: "2"}), own)
    assert fields(participant.get(f"{own}/before"))[name] == "2"
    refused(participant.post(f"{own}/after", {name: "4"}), 409)
    coach = browse(world.coach)
    for page in (coach.get(own), coach.get(f"/members/{world.member.public_id}")):
        assert "2 I do it with much help" in words(page)
    assert "I do it with much help" not in words(coordinator.get(f"/members/{world.member.public_id}"))
    table = words(coordinator.get(f"/cohorts/{world.cohort.public_id}/skills"))
    assert "1 before, 0 after" in table
