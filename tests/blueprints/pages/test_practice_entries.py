"""Lines of a practice log by hand, what is said to them, and the words for what helps and hinders."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    CommentKind,
    EntryFactor,
    FactorKind,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
)
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.worlds import World

TODAY = utc_now().date()
Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def address(world: World) -> str:
    return f"/members/{world.member.public_id}/practice"


def make_entry(session: Session, world: World, **values: object) -> PracticeEntry:
    entry = PracticeEntry(
        membership_id=world.member.id, **{"kind": PracticeKind.ENTRY, "on": TODAY, "text": "Tried it"} | values,
        created_at=utc_now(),
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def make_factor(session: Session, world: World, kind: FactorKind, name: str) -> PracticeFactor:
    factor = PracticeFactor(programme_id=world.programme.id, kind=kind, name=name, position=1, created_at=utc_now())
    session.add(factor)
    session.flush()
    return factor


def test_a_line_is_written_changed_and_deleted(session: Session, browse: Browse, world: World, address: str) -> None:
    helps, hinders = (make_factor(session, world, kind, kind.value.title()) for kind in FactorKind)
    browser = browse(world.participant)
    form = browser.get(f"{address}/new")
    assert fields(form)["on"] == TODAY.isoformat()
    wrong = browser.post(address, {"text": "", "on": (TODAY + timedelta(days=2)).isoformat(), "with_whom": "Nurses"})
    refused(wrong, 422, "What did you do: Fill this in.")
    assert fields(wrong)["with_whom"] == "Nurses"
    ahead = browser.post(address, {"text": "Tried", "on": (TODAY + timedelta(days=2)).isoformat()})
    refused(ahead, 422, "This day lies ahead.")
    assert wrong_fields(ahead) == ["on"]
    browser.post(address, {"text": "Tried", "on": TODAY.isoformat(), "factor_ids": [helps.public_id]})
    entry = session.scalars(select(PracticeEntry)).one()
    own = f"/practice/{entry.public_id}"
    assert "What helped Enabler" in words(browser.get(own))
    assert own in links(browser.get(address))
    shown = fields(browser.get(f"{own}/edit"))
    sent = {"text": "Tried it twice", "on": TODAY.isoformat(), "factor_ids": [hinders.public_id]}
    landed(browser.post(f"{own}/edit", sent | {"version": shown["version"]}), own)
    assert "What got in the way Barrier" in words(browser.get(own))
    stale = browser.post(f"{own}/edit", {"text": "Mine", "on": TODAY.isoformat(), "version": shown["version"]})
    refused(stale, 409)
    assert fields(stale)["text"] == "Mine"
    assert "What is saved now" in words(stale)
    assert "Tried it twice" in words(stale)
    refused(browser.post(f"{own}/deletion", {"version": shown["version"]}), 409)
    landed(browser.post(f"{own}/deletion", {"version": fields(browser.get(own))["version"]}), address)
    assert session.scalars(select(PracticeEntry)).all() == []


def test_a_confirmed_line_says_that_it_will_not_be(
    session: Session, browse: Browse, world: World, address: str
) -> None:
    entry, coach = make_entry(session, world), browse(world.coach)
    own = f"/practice/{entry.public_id}"
    version = fields(coach.get(own))["version"]
    participant = browse(world.participant)
    participant.post(f"{own}/edit", {"text": "Tried it", "on": TODAY.isoformat(), "helped": "Tea", "version": version})
    refused(coach.post(f"{own}/confirmation", {"version": version}), 409, "changed this line since you read it")
    coach.post(f"{own}/confirmation", {"version": fields(coach.get(own))["version"]})
    assert "Confirmed Coach Person" in words(participant.get(own))
    warned = participant.get(f"{own}/edit")
    assert "it is not confirmed any more" in words(warned)
    changed = {"text": "Otherwise", "on": TODAY.isoformat(), "version": fields(warned)["version"]}
    participant.post(f"{own}/edit", changed)
    assert "Confirmed" not in words(participant.get(own))
    assert "it is not confirmed any more" not in words(participant.get(f"{own}/edit"))


def test_a_coach_celebrates_and_speaks_and_the_participant_answers(
    session: Session, browse: Browse, world: World, address: str
) -> None:
    entry, coach, participant = make_entry(session, world), browse(world.coach), browse(world.participant)
    own = f"/practice/{entry.public_id}"
    landed(coach.post(f"{own}/celebration"), f"{own}#said")
    refused(coach.post(f"{own}/celebration"), 409, "You celebrated this already.")
    refused(coach.post(f"{own}/comments", {"text": " "}), 422, "Say something: Fill this in.")
    coach.post(f"{own}/comments", {"text": "Well done"})
    assert "celebrated by 1 · 1 comment" in words(participant.get(address))
    assert "Coach Person wrote to it" in words(participant.get("/"))
    participant.post(f"{own}/comments", {"text": "Thank you"})
    page = words(coach.get(own))
    assert page.index("Celebrated by Coach Person.") < page.index("Well done") < page.index("Thank you")
    comment = session.scalars(select(PracticeComment).where(PracticeComment.text == "Well done")).one()
    change = f"/comments/{comment.public_id}"
    coach.post(f"{change}/edit", {"text": "Very well done", "version": fields(coach.get(f"{change}/edit"))["version"]})
    assert "Very well done" in words(participant.get(own))
    landed(coach.post(f"{change}/deletion", {"version": "2"}), f"{own}#said")
    assert "Very well done" not in words(participant.get(own))


def test_a_long_log_is_shown_in_parts_and_narrowed_down(
    session: Session, browse: Browse, world: World, address: str
) -> None:
    for number in range(23):
        make_entry(session, world, text=f"Line {number:02}", on=TODAY - timedelta(days=number))
    make_entry(session, world, kind=PracticeKind.CHECK_IN, text="Asked", on=TODAY)
    browser = browse(world.coach)
    first = browser.get(address)
    assert "Line 18" in words(first)
    assert "Line 19" not in words(first)
    assert f"{address}?after=20" in links(first)
    assert "Line 22" in words(browser.get(f"{address}?after=20"))
    assert "Line" not in words(browser.get(f"{address}?kind=check_in")).partition("Asked")[2]
    day = (TODAY - timedelta(days=3)).isoformat()
    few = words(browser.get(f"{address}?from={day}&to={day}"))
    assert ("Line 03" in few, "Line 02" in few, "Line 04" in few) == (True, False, False)
    assert "Nothing like this" in words(browser.get(f"{address}?kind=launch"))
    wrong = browser.get(f"{address}?from=yesterday")
    refused(wrong, 422, "From: Write a date as YYYY-MM-DD.")
    assert fields(wrong)["from"] == "yesterday"


def test_a_longer_log_costs_no_more_statements(
    session: Session, browse: Browse, world: World, address: str, count_queries: Counter
) -> None:
    factor = make_factor(session, world, FactorKind.ENABLER, "Tea")

    def visit(more: int) -> tuple[int, int]:
        for _ in range(more):
            entry = make_entry(session, world)
            entry.factors.append(EntryFactor(factor=factor, kind=factor.kind, name=factor.name))
            comment = {"kind": CommentKind.COMMENT, "text": "So", "created_at": utc_now()}
            session.add(PracticeComment(entry=entry, author_id=world.coach.id, **comment))
        session.flush()
        browser, counts = browse(world.coach), []
        for path in (address, f"/members/{world.member.public_id}"):
            with count_queries() as statements:
                assert browser.get(path).status_code == 200
            counts.append(len(statements))
        return counts[0], counts[1]

    assert visit(2) == visit(16)


def test_coordinators_keep_the_words(session: Session, browse: Browse, world: World) -> None:
    browser, path = browse(world.coordinator), f"/programmes/{world.programme.public_id}/factors"
    assert "No words yet" in words(browser.get(path))
    landed(browser.post(f"{path}/usual"), path)
    assert "Time set aside for it" in words(browser.get(path))
    refused(browser.post(path, {"name": "my coach", "kind": "enabler"}), 422, "There is such a word already.")
    landed(browser.post(path, {"name": "Rain", "kind": "barrier"}), path)
    rain = session.scalars(select(PracticeFactor).where(PracticeFactor.name == "Rain")).one()
    own = f"/factors/{rain.public_id}"
    landed(browser.post(f"{own}/move", {"to": "up"}), path)
    session.expire_all()
    assert rain.position == 6
    landed(browser.post(f"{own}/edit", {"name": "Snow", "version": str(rain.version)}), path)
    landed(browser.post(f"{own}/retirement"), path)
    assert "Snow" in words(browser.get(path)).partition("Retired They are offered")[2]
    landed(browser.post(f"{own}/return"), path)
    counts = words(browse(world.coach).get(f"/cohorts/{world.cohort.public_id}/factors"))
    assert "0 people have said" in counts
    assert "Snow 0 0" in counts
