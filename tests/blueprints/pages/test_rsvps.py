"""Who comes, on the session's page: asked of participants, shown to those who run the cohort, with who is torn."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Rsvp
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_membership, make_session
from tests.worlds import Traces, World


def test_a_participant_says_whether_they_come(session: Session, world: World, traces: Traces, browse: Browse) -> None:
    path, participant, coach = f"/sessions/{traces.coming.public_id}", browse(world.participant), browse(world.coach)
    page = participant.get(path)
    assert "I am coming" in words(page)
    assert "Who comes" not in words(page)
    silent = participant.post(f"{path}/rsvp", {"note": "By train", "starts_at": fields(page)["starts_at"]})
    refused(silent, 422, "Fill this in.")
    assert wrong_fields(silent) == ["choice"]
    assert fields(silent)["note"] == "By train"
    given = {"choice": "maybe", "note": "By train", "starts_at": fields(page)["starts_at"]}
    landed(participant.post(f"{path}/rsvp", given), path)
    assert fields(participant.get(path))["choice"] == "maybe"
    seen = words(coach.get(path))
    assert "0 coming, 1 maybe, 0 not coming, 1 without an answer." in seen
    assert "By train" in seen
    assert "I am coming" not in seen
    assert "By train" not in words(browse(world.fellow).get(path))
    traces.coming.starts_at += timedelta(hours=1)
    traces.coming.ends_at += timedelta(hours=1)
    session.commit()
    assert "0 coming, 0 maybe, 0 not coming, 2 without an answer." in words(coach.get(path))
    assert "Answered “Maybe” for the time before" in words(coach.get(path))
    moved = participant.get(path)
    assert "You answered “Maybe” for the time before" in words(moved)
    assert "choice" not in fields(moved)
    refused(participant.post(f"{path}/rsvp", given), 409, "was moved meanwhile")
    session.expire_all()
    assert session.scalars(select(Rsvp)).one().starts_at != traces.coming.starts_at


def test_who_would_have_to_choose_is_shown_to_those_who_run_it(
    session: Session, world: World, traces: Traces, browse: Browse
) -> None:
    path = f"/sessions/{traces.coming.public_id}"
    assert "Who would have to choose" not in words(browse(world.coach).get(path))
    elsewhere = make_membership(session, None, world.participant)
    make_session(session, elsewhere.cohort, title="Their circle", starts_at=traces.coming.starts_at)
    page = words(browse(world.coach).get(path))
    assert "Who would have to choose" in page
    assert "Participant Person A session of another cohort" in page
    assert "Their circle" not in page
    assert "Their circle" in words(browse(world.administrator).get(path))
    assert "Who would have to choose" not in words(browse(world.participant).get(path))


def test_a_session_that_was_asks_nobody(world: World, traces: Traces, browse: Browse) -> None:
    path = f"/sessions/{traces.held.public_id}"
    assert "I am coming" not in words(browse(world.participant).get(path))
    assert "without an answer" not in words(browse(world.coach).get(path))
    assert "nothing to answer any more" in words(browse(world.participant).get(f"{path}/rsvp"))
