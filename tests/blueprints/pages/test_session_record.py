"""A session's record: written by those who run the cohort, read by those who see the session."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import SessionState
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.factories import make_session
from tests.worlds import Traces, World

NOTES = "We start in May.\r\n\r\nThe slides follow."


def test_a_record_is_written_and_read(session: Session, world: World, traces: Traces, browse: Browse) -> None:
    path, coach = f"/sessions/{traces.held.public_id}", browse(world.coach)
    assert "Nothing is written yet" in words(coach.get(path))
    version = fields(coach.get(f"{path}/record"))["version"]
    typed = {"covered": "The outline", "shared_notes": NOTES, "materials": "", "version": version}
    landed(coach.post(f"{path}/record", typed), f"{path}#record")
    for reader in (world.coach, world.participant, world.fellow, world.observer, world.coordinator):
        page = browse(reader).get(path)
        assert '<span class="prose-text">We start in May.\n\nThe slides follow.</span>' in page.text
    assert f"{path}/record" not in links(browse(world.participant).get(path))
    assert browse(world.participant).get(f"{path}/record").status_code == 403
    assert browse(world.fellow).get(f"/sessions/{traces.pair.public_id}/record").status_code == 404


def test_a_record_is_not_saved_over_newer_words(session: Session, world: World, traces: Traces, browse: Browse) -> None:
    path, coach = f"/sessions/{traces.held.public_id}/record", browse(world.coach)
    traces.held.shared_notes = NOTES.replace("\r\n", "\n")
    session.commit()
    version = fields(coach.get(path))["version"]
    traces.held.covered = "What the coordinator wrote"
    session.commit()
    typed = {"covered": "Mine", "shared_notes": NOTES, "version": version}
    stale = coach.post(path, typed)
    refused(stale, 409, "Somebody changed this", "What is saved now What was covered What the coordinator wrote")
    # What differs in its line breaks alone, which browsers send in their own way, was changed by nobody.
    assert "The slides follow." not in words(stale).partition("What you typed is still below")[0]
    assert fields(stale)["covered"] == "Mine"
    long = coach.post(path, typed | {"covered": "x" * 20_001, "version": fields(stale)["version"]})
    refused(long, 422, "What was covered: Use at most 20,000 characters.")
    traces.held.state = SessionState.CANCELLED
    session.commit()
    refused(coach.post(path, typed | {"version": fields(coach.get(path))["version"]}), 409, "was cancelled")


def test_the_page_leads_to_the_next_session_or_schedules_it(
    session: Session, world: World, traces: Traces, browse: Browse
) -> None:
    path, coming = f"/sessions/{traces.held.public_id}", f"/sessions/{traces.coming.public_id}"
    page = browse(world.participant).get(path)
    assert "Next session Coming" in words(page)
    assert coming in links(page)
    offer = f"/cohorts/{world.cohort.public_id}/sessions/new?copy={traces.coming.public_id}"
    assert offer in links(browse(world.coach).get(coming))
    assert "Next session" not in words(browse(world.participant).get(coming))
    make_session(session, world.cohort, title="And on", starts_at=utc_now() + timedelta(days=9))
    session.commit()
    assert "Next session And on" in words(browse(world.coach).get(coming))
