"""A cohort's attendance over the API."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import AttendanceStatus
from tests import factories
from tests.blueprints.api.caller import CallerOf, body, problem
from tests.services.progress_rows import attend
from tests.worlds import World


def test_the_grid_comes_whole_to_who_sees_progress_and_as_a_row_to_a_participant(
    session: Session, world: World, caller: CallerOf
) -> None:
    first, second = (
        factories.make_session(session, world.cohort, starts_at=utc_now() - timedelta(days=days)) for days in (8, 1)
    )
    attend(session, first, world.member, AttendanceStatus.LATE)
    world.fellow_member.joined_at = first.ends_at
    path = f"/cohorts/{world.cohort.public_id}/attendance"
    found = body(caller(world.coach).get(path))
    assert found["is_whole"] is True
    assert (found["attended"], found["counted"], found["unrecorded"]) == (1, 3, 2)
    assert found["counted_sessions"].startswith("Sessions held and not cancelled since the member joined")
    cells = {row["id"]: row["cells"] for row in found["members"]}
    assert cells == {world.member.public_id: ["late", None], world.fellow_member.public_id: ["before", None]}
    assert [(one["id"], one["came"], one["counted"], one["unrecorded"]) for one in found["sessions"]] == [
        (first.public_id, 1, 1, 0),
        (second.public_id, 0, 2, 2),
    ]
    assert body(caller(world.observer).get(path)) == found
    own = body(caller(world.participant).get(path))
    assert own["is_whole"] is False
    assert [row["id"] for row in own["members"]] == [world.member.public_id]
    problem(caller(world.outsider).get(path), 404)
    problem(caller(world.coach).get(f"{path}?member=1"), 422)
