"""Notes on pages: chosen for whom, kept as typed, asked about; and a coach's look at what a coordinator sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Note, NoteClass, NoteWriter
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.factories import NOW, make_coordinator
from tests.worlds import World

Counter = Callable[[], AbstractContextManager[list[str]]]


def make_note(session: Session, world: World, note_class: NoteClass, body: str, *, about: bool = True) -> Note:
    pair = {"pair_coach_id": world.coach.id} if note_class == NoteClass.PAIR else {}
    note = Note(
        cohort_id=world.cohort.id,
        membership_id=world.member.id if about else None,
        author_id=world.coach.id,
        written_as=NoteWriter.COACH,
        note_class=note_class,
        body=body,
        written_at=NOW,
        **pair,
    )
    session.add(note)
    session.commit()
    return note


def test_a_coach_writes_for_the_fewest_first_and_loses_nothing(session: Session, world: World, browse: Browse) -> None:
    path, coach = f"/members/{world.member.public_id}/notes", browse(world.coach)
    page = coach.get(path)
    assert "No note yet" in words(page)
    assert fields(page)["note_class"] == "pair"
    assert "Participant Person and you, and nobody else." in words(page)
    typed = {"note_class": "coordinator", "body": "", "goal": "", "pair_coach": ""}
    empty = coach.post(path, typed)
    refused(empty, 422, "Note: Write the note here")
    # What was chosen stays chosen: nobody writes for others than they meant.
    assert fields(empty)["note_class"] == "coordinator"
    long = coach.post(path, typed | {"body": "kept words", "will": "x" * 9_995})
    refused(long, 422, "too long")
    assert fields(long)["body"] == "kept words"
    landed(coach.post(path, typed | {"goal": "Launch", "will": "Ask **Sam**"}), path)
    session.expire_all()
    assert session.scalars(select(Note)).one().body == "## Goal\n\nLaunch\n\n## Will\n\nAsk **Sam**"
    shown = coach.get(path)
    assert "<h5>Will</h5>" in shown.text
    assert "<strong>Sam</strong>" in shown.text
    assert fields(shown)["note_class"] == "pair"
    assert "Launch" not in words(browse(world.participant).get(path))


def test_notes_stand_where_they_are_about(session: Session, world: World, browse: Browse) -> None:
    for note_class in NoteClass:
        make_note(session, world, note_class, f"note-for-{note_class}")
    member, cohort = f"/members/{world.member.public_id}", f"/cohorts/{world.cohort.public_id}"
    own = words(browse(world.participant).get(f"{member}/notes"))
    assert [one for one in NoteClass if f"note-for-{one}" in own] == ["pair", "cohort", "evaluation"]
    fellow = browse(world.fellow).get(cohort)
    assert "note-for-cohort" in words(fellow)
    assert "note-for-evaluation" not in fellow.text
    only = words(browse(world.coach).get(f"{member}/notes?class=coordinator"))
    assert ("note-for-coordinator" in only, "note-for-pair" in only) == (True, False)
    assert "No note of this kind" in words(browse(world.coach).get(f"{cohort}/notes?class=coordinator"))
    assert browse(world.coach).get(f"{cohort}/notes?class=nonsense&page=-3").status_code == 200


def test_who_is_asked_sees_what_would_be_shown_and_says_no(session: Session, world: World, browse: Browse) -> None:
    note = make_note(session, world, NoteClass.PAIR, "between-us")
    coach, me, path = browse(world.coach), browse(world.participant), f"/notes/{note.public_id}"
    refused(coach.post(f"{path}/changes", {"note_class": ""}), 422, "Who reads it")
    landed(coach.post(f"{path}/changes", {"note_class": "evaluation"}), path)
    assert "Somebody is asked whether it may be “Evaluation”." in words(coach.get(path))
    asked = me.get("/note-changes")
    for part in ("between-us", "Reads it now", "Would read it", "it may be quoted in an evaluation"):
        assert part in words(asked)
    question = re.search(r'href="(/note-changes/[0-9a-z]+)"', asked.text)
    assert question is not None
    refused(me.post(f"{question[1]}/answer", {}), 422, "Your answer")
    landed(me.post(f"{question[1]}/answer", {"agreed": "false"}), "/note-changes")
    assert "Nobody asks you anything" in words(me.get("/note-changes"))
    session.expire_all()
    assert note.note_class == NoteClass.PAIR
    assert "Refused" in words(coach.get(path))


def test_an_edit_shows_and_is_never_saved_over_another(session: Session, world: World, browse: Browse) -> None:
    note = make_note(session, world, NoteClass.EVALUATION, "first words")
    coach, path = browse(world.coach), f"/notes/{note.public_id}"
    form = fields(coach.get(f"{path}/edit"))
    landed(coach.post(f"{path}/edit", {"body": "second words", "version": form["version"]}), path)
    assert "edited" in words(coach.get(path))
    late = coach.post(f"{path}/edit", {"body": "third words", "version": form["version"]})
    refused(late, 409, "Somebody changed this")
    assert fields(late)["body"] == "third words"
    refused(coach.post(f"{path}/deletion", {"version": form["version"]}), 409)
    here = f"/members/{world.member.public_id}/notes"
    session.expire_all()
    landed(coach.post(f"{path}/deletion", {"version": str(note.version)}), here)
    session.expire_all()
    assert session.scalars(select(Note.id)).all() == []


def test_a_list_takes_the_same_statements_whatever_its_length(
    session: Session, world: World, browse: Browse, count_queries: Counter
) -> None:
    coach, path = browse(world.coach), f"/members/{world.member.public_id}/notes"
    taken = []
    for more in (1, 15):
        for number in range(more):
            make_note(session, world, NoteClass.EVALUATION, f"note {number}")
        with count_queries() as statements:
            assert coach.get(path).status_code == 200
        taken.append(len(statements))
    assert taken[0] == taken[1]


@pytest.mark.parametrize(
    "place", ["cohorts/{cohort}", "cohorts/{cohort}/notes", "members/{member}", "members/{member}/notes"]
)
def test_a_coach_sees_what_a_coordinator_sees_and_can_do_nothing(
    session: Session, world: World, browse: Browse, place: str
) -> None:
    """The same page, but for the banner, who is greeted, where links lead, and what of it belongs to one showing."""
    for note_class in NoteClass:
        make_note(session, world, note_class, f"note-for-{note_class}")
        make_note(session, world, NoteClass.COORDINATOR, "for-those-who-run-it", about=False)
    coordinator = make_coordinator(session, world.cohort.programme)
    session.commit()
    path = "/" + place.format(cohort=world.cohort.public_id, member=world.member.public_id)
    seen, theirs = (
        browse(person).get(address).text
        for person, address in ((world.coach, f"{path}/as-coordinator"), (coordinator, path))
    )
    assert "note-for-pair" not in seen
    assert "You see this page as a coordinator of" in seen
    inside = seen.partition('<fieldset class="viewed-as" disabled>')[2].partition("</fieldset>\n        \n")[0]
    assert f'href="{path}"' not in inside
    assert contents(seen) == contents(theirs)
    stays = set(re.findall(r'href="(/(?:cohorts|members)/[0-9a-z]{20}(?:/notes)?(?:/as-coordinator)?)[?#"]', inside))
    assert stays
    assert all(address.endswith("/as-coordinator") for address in stays)
    for address in stays:
        assert browse(world.coach).get(address).status_code == 200


def contents(page: str) -> list[str]:
    """The words of the page's own content, in their order."""
    main = page.partition("<h1>")[2].partition("</main>")[0]
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", main))
    return [line for line in plain.split(" ") if line]
