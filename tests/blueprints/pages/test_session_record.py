"""A session's record: written by those who run the cohort, read by those who see the session."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.blueprints.pages.session_record import KNOWN
from coaching.clock import utc_now
from coaching.models import Action, SessionState
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_action, make_goal, make_session
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


def typed_in(page: TestResponse) -> dict[str, str]:
    """The fields of the record's form, and not those of the frame around every page."""
    names = ("reason-", "due_on-", *KNOWN)
    return {name: value for name, value in fields(page).items() if name.startswith(names)}


def test_a_talk_is_held_on_one_page_and_keeps_what_is_typed(
    session: Session, world: World, traces: Traces, browse: Browse
) -> None:
    agreed = utc_now() - timedelta(days=60)
    first, second = (make_action(session, world.member, statement=words, created_at=agreed) for words in ("One", "Two"))
    session.commit()
    path, coach = f"/sessions/{traces.coming.public_id}/record", browse(world.coach)
    typed = typed_in(coach.get(path)) | {"shared_notes": "Half a thought", "statement": "Half an action"}
    done = coach.post(path, typed | {"act": f"done:{first.public_id}"})
    assert done.status_code == 200, words(done)
    assert {"Half a thought", "Half an action"} <= set(typed_in(done).values())
    assert "Done: One" in words(done)
    framed = coach.post(path, typed_in(done) | {"act": "add-frame"})
    assert typed_in(framed)["shared_notes"] == "Half a thought"
    typed = typed_in(framed) | {"goal": "A course", "will": "Ask"}
    why, day = f"reason-{second.public_id}", f"due_on-{second.public_id}"
    refused_move = coach.post(path, typed | {"act": f"moved:{second.public_id}", day: "2020-01-01", why: "No time"})
    refused(refused_move, 422, "To which day: Choose today or a later day")
    assert wrong_fields(refused_move) == [day]
    assert (typed_in(refused_move)["goal"], typed_in(refused_move)[why]) == ("A course", "No time")
    later = (utc_now() + timedelta(days=20)).date().isoformat()
    moved = coach.post(path, typed_in(refused_move) | {"act": f"moved:{second.public_id}", day: later})
    assert (typed_in(moved)["goal"], typed_in(moved)[why], typed_in(moved)["statement"]) == (
        "A course",
        "",
        "Half an action",
    )
    # Saving keeps the notes in their frame, and what is typed of an action and was not added.
    typed = typed_in(moved) | {"act": "save", "membership_id": world.member.public_id}
    landed(coach.post(path, typed), f"/sessions/{traces.coming.public_id}#record")
    session.expire_all()
    assert traces.coming.shared_notes == "Half a thought\n\n## Goal\nA course\n\n## Will\nAsk"
    states = dict(session.execute(select(Action.statement, Action.state)).all())
    assert states == {"One": "done", "Two": "open", "Half an action": "open"}
    for reader in (coach, browse(world.participant)):
        page = words(reader.get(f"/sessions/{traces.coming.public_id}"))
        assert "Shared notes Half a thought Goal A course Will Ask" in page
    again = typed_in(coach.get(path))
    assert (again["goal"], again["shared_notes"], again["frame"]) == ("A course", "Half a thought", "grow")
    booked = coach.post(path, again | {"act": "book"})
    landed(booked, f"/cohorts/{world.cohort.public_id}/sessions/new?copy={traces.coming.public_id}")
    refused(coach.post(path, again | {"act": "save", "secret": "x"}), 422, "Secret: There is no such field here.")
    assert coach.post(path, again | {"act": f"done:{'0' * 20}"}).status_code == 404


def test_a_session_is_prepared_on_one_page(session: Session, world: World, traces: Traces, browse: Browse) -> None:
    make_action(session, world.member, statement="Ask two", created_at=utc_now() - timedelta(days=60))
    make_goal(session, world.member, statement="A course")
    session.commit()
    path = f"/sessions/{traces.pair.public_id}"
    assert f"{path}/preparation" in links(browse(world.coach).get(path))
    page = words(browse(world.coach).get(f"{path}/preparation"))
    assert "Ask two" in page
    assert "A course" in page
    coordinated = words(browse(world.coordinator).get(f"{path}/preparation"))
    assert "A course" not in coordinated
    assert "What goals say is read by the participant and the cohort’s coaches." in coordinated
