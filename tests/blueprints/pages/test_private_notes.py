"""The pages of private notes: kept, refused with what was typed, edited, passed on; and what no other page holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.blueprints.keys import NAME
from coaching.config import read_notes_keys
from coaching.models import ExportChoice, IdempotencyKey, Membership, PrivateNote, Role
from coaching.services.note_cipher import Keyring
from tests.blueprints.pages.browsing import Browse
from tests.factories import make_membership, make_private_note, make_session
from tests.worlds import World

Counter = Callable[[], AbstractContextManager[list[str]]]
CANARY = "canary-4711 says nothing"
OTHER = Keyring(read_notes_keys("an-older-key-of-notes-only-tests-0123456789"))


@pytest.fixture
def note(session: Session, world: World) -> PrivateNote:
    return make_private_note(session, world.coach_member, CANARY, about=world.member)


@pytest.fixture
def co_coach(session: Session, world: World) -> Membership:
    return make_membership(session, world.cohort, role=Role.COACH)


def test_a_note_is_kept_and_shown_on_its_own_page_alone(browse: Browse, world: World, session: Session) -> None:
    coach, member = browse(world.coach), world.member.public_id
    page = f"/members/{member}/private-notes"
    assert f'href="{page}"' in coach.get(f"/members/{member}").text
    assert "No private note yet" in coach.get(page).text
    form = {"body": CANARY, "membership_id": member, "form_id": "0" * 20}
    path = f"/cohorts/{world.cohort.public_id}/private-notes"
    for _ in range(2):
        sent = coach.post(path, form)
        assert (sent.status_code, sent.location) == (303, page)
    assert session.scalars(select(func.count()).select_from(PrivateNote)).one() == 1
    shown = coach.get(page)
    assert CANARY in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert CANARY in coach.get(path).text
    for elsewhere in (f"/members/{member}", f"/cohorts/{world.cohort.public_id}", "/", "/inbox"):
        assert CANARY not in coach.get(elsewhere).text
    assert CANARY not in str(session.execute(select(IdempotencyKey)).all())


def test_a_refused_note_is_shown_again_as_it_was_typed(
    browse: Browse, world: World, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    held = make_session(session, world.cohort)
    coach, path = browse(world.coach), f"/cohorts/{world.cohort.public_id}/private-notes"
    long = f"{CANARY} {'x' * 20_000}"
    for about in ({"membership_id": world.member.public_id}, {"session_id": held.public_id}, {}):
        refused = coach.post(path, {"body": long} | about)
        assert refused.status_code == 422
        assert CANARY in refused.text
        assert all(f'value="{value}"' in refused.text for value in about.values())
        assert "Use at most 20,000 characters." in refused.text
    assert coach.post(path, {"body": CANARY, "role": "coach"}).status_code == 422
    assert coach.post(path, {"body": CANARY, "membership_id": "0" * 20}).status_code == 404
    assert session.scalars(select(PrivateNote.id)).all() == []
    assert CANARY not in caplog.text


def test_an_edit_over_somebody_elses_shows_both(browse: Browse, world: World, note: PrivateNote) -> None:
    coach, path = browse(world.coach), f"/private-notes/{note.public_id}/edit"
    assert CANARY in coach.get(path).text
    assert coach.post(path, {"body": "Second", "version": "1"}).status_code == 303
    late = coach.post(path, {"body": "Third", "version": "1"})
    assert late.status_code == 409
    assert ("Second" in late.text, "Third" in late.text) == (True, True)
    stale = coach.post(f"/private-notes/{note.public_id}/deletion", {"version": "1"})
    assert stale.status_code == 409
    gone = coach.post(f"/private-notes/{note.public_id}/deletion", {"version": "2"})
    assert (gone.status_code, gone.location) == (303, f"/members/{world.member.public_id}/private-notes")
    assert coach.get(path).status_code == 404


def test_a_note_whose_key_is_gone_is_said_so_and_the_page_still_stands(
    app: Flask, browse: Browse, world: World, note: PrivateNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, NAME, OTHER)
    coach = browse(world.coach)
    for path in (
        f"/members/{world.member.public_id}/private-notes",
        f"/private-notes/{note.public_id}/edit",
        f"/members/{world.member.public_id}/export-preview",
        f"/cohorts/{world.cohort.public_id}/private-notes/handover",
    ):
        shown = coach.get(path)
        assert shown.status_code == 200
        assert CANARY not in shown.text
        assert ("cannot be read: its key is missing" in shown.text) != path.endswith("handover")
    monkeypatch.setitem(app.extensions, NAME, Keyring(()))
    refused = coach.post(f"/cohorts/{world.cohort.public_id}/private-notes", {"body": "Typed before"})
    assert refused.status_code == 409
    assert "Typed before" in refused.text
    assert "no key is set up" in refused.text


def test_notes_are_passed_on_by_choice(
    browse: Browse, world: World, session: Session, note: PrivateNote, co_coach: Membership
) -> None:
    stays = make_private_note(session, world.coach_member, "This one stays")
    coach, path = browse(world.coach), f"/cohorts/{world.cohort.public_id}/private-notes/handover"
    assert co_coach.person.name in coach.get(path).text
    nothing = coach.post(path, {"membership_id": co_coach.public_id})
    assert nothing.status_code == 422
    wrong = coach.post(path, {"membership_id": world.member.public_id, "note_ids": [note.public_id]})
    assert wrong.status_code == 422
    assert "checked" in wrong.text
    passed = coach.post(path, {"membership_id": co_coach.public_id, "note_ids": [note.public_id]})
    assert passed.status_code == 303
    assert coach.get(f"/private-notes/{note.public_id}/edit").status_code == 404
    assert coach.get(f"/private-notes/{stays.public_id}/edit").status_code == 200
    received = browse(co_coach.person).get(f"/members/{world.member.public_id}/private-notes").text
    assert (CANARY in received, f"passed on by {world.coach.name}" in received) == (True, True)


def test_somebody_asks_for_what_is_held_and_the_coach_decides(
    browse: Browse, world: World, session: Session, note: PrivateNote
) -> None:
    participant, coach = browse(world.participant), browse(world.coach)
    assert "What is held about you" in participant.get("/account").text
    shown = participant.get("/account/data").text
    assert ("there is 1 note" in shown, "Ask your coaches" in shown, CANARY in shown) == (True, True, False)
    assert participant.post("/account/data/note-reviews").status_code == 303
    assert "1 note waits" in participant.get("/account/data").text
    assert "waits for your decision" in coach.get("/").text
    reviews = coach.get("/private-notes/reviews").text
    assert (CANARY in reviews, world.participant.name in reviews) == (True, True)
    path = f"/private-notes/{note.public_id}/decision"
    refused = coach.post(path, {"choice": "leave_out", "reason": ""})
    assert refused.status_code == 422
    assert "Say why it is left out." in refused.text
    assert coach.post(path, {"choice": "leave_out", "reason": "A third person"}).status_code == 303
    file = participant.get("/account/data/export")
    assert (CANARY in file.text, "A third person" in file.text) == (False, True)
    assert file.headers["Content-Disposition"].startswith("attachment; filename=coaching-data-")
    assert coach.post(path, {"choice": "include"}).status_code == 303
    assert CANARY in participant.get("/account/data/export").text
    assert CANARY not in participant.get("/account/data").text
    session.expire_all()
    assert (note.in_export, note.left_out_reason) == (ExportChoice.INCLUDE, "")
    assert "waits for your decision" not in coach.get("/").text
    assert CANARY in coach.get(f"/members/{world.member.public_id}/export-preview").text


def test_a_list_takes_the_same_statements_whatever_its_length(
    browse: Browse, world: World, session: Session, count_queries: Counter
) -> None:
    coach, page = browse(world.coach), f"/members/{world.member.public_id}/private-notes"
    counts = []
    for _ in range(2):
        for _ in range(1 + len(counts) * 6):
            make_private_note(session, world.coach_member, CANARY, about=world.member)
        coach.get(page)
        with count_queries() as statements:
            coach.get(page)
        counts.append(len(statements))
    assert counts[0] == counts[1]
