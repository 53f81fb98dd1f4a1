"""Every GET by everybody, page and API, searched for words that are not for all: who finds which is written down."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from tests.security.stage import NOBODIES, PEOPLE, Stage
from tests.security.table import ROWS, Row

PAIR = {"participant", "coach"}
RUNNERS = {"coach", "coordinator", "administrator"}
INSIDERS = {"participant", "fellow", "coach", "observer", "coordinator", "administrator"}
# Observers look on: they also see who has applied and who has left.
WATCHERS = RUNNERS | {"observer"}

CANARIES: dict[str, set[str]] = {
    # Goals are the participant's and the coaches': neither coordinators nor administrators read them.
    "statement-here": PAIR,
    "second-statement-here": PAIR,
    "why-here": PAIR,
    "much_less-here": PAIR,
    "expected-here": PAIR,
    "much_more-here": PAIR,
    "rating-note-here": PAIR,
    "metric-here": PAIR,
    "observation-note-here": PAIR,
    # A programme's skills are no secret among those who coach in it, nor to those who say which ones a course uses;
    # what somebody says of theirs is a pair's.
    "skill-1-here": PAIR | {"fellow", "neighbour", "coordinator", "administrator", "coach_beside"},
    "ended-statement-here": PAIR,
    "why-dropped-here": PAIR,
    "old-expected-here": PAIR,
    "why-revised-here": PAIR,
    "milestone-here": PAIR,
    # Who has left sees no cohort, but what is held about them is theirs.
    "withdrawn-statement-here": {"coach", "withdrawn"},
    # What was said in a check-in is for the participant and those who run the cohort; so is a one-to-one.
    "answer-note-here": RUNNERS | {"participant"},
    "reason-here": RUNNERS | {"participant"},
    "pair-title-here": RUNNERS | {"participant"},
    "pair-agenda-here": RUNNERS | {"participant"},
    "pair-covered-here": RUNNERS | {"participant"},
    "pair-notes-here": RUNNERS | {"participant"},
    # What somebody said they would do is theirs, and of those who run the cohort: no fellow's.
    "action-here": RUNNERS | {"participant"},
    "done-action-here": RUNNERS | {"participant"},
    "action-outcome-here": RUNNERS | {"participant"},
    "fellow-action-here": RUNNERS | {"fellow"},
    "withdrawn-action-here": RUNNERS | {"withdrawn"},
    # So is what somebody put into practice, and what is said to it.
    "hand-line-here": RUNNERS | {"participant"},
    "hand-reflection-here": RUNNERS | {"participant"},
    "fellow-line-here": RUNNERS | {"fellow"},
    "withdrawn-line-here": RUNNERS | {"withdrawn"},
    "said-by-coach-here": RUNNERS | {"participant"},
    "said-by-participant-here": RUNNERS | {"participant"},
    # The words in which it is said are the programme's, and counts of them are for those who look on as well.
    "factor-1-here": RUNNERS | {"participant", "observer", "coach_beside"},
    # A private note is its author's alone, and where they included it, its subject's.
    "private-note-here": {"coach"},
    "late-private-note-here": {"coach"},
    "session-private-note-here": {"coach"},
    "cohort-private-note-here": {"coach"},
    "left-out-private-note-here": {"coach"},
    "left-out-reason-here": {"coach", "participant"},
    "included-private-note-here": {"coach", "participant"},
    "observer-private-note-here": {"observer"},
    "former_coach-private-note-here": set(),
    "co_coach-private-note-here": set(),
    # Notes are for whom their class says. Administrators read none, and a pair that is no more has one side left.
    "words-of-note-here": {"participant", "coach", "coordinator"},
    "words-of-one-to-one-note-here": {"participant", "coach", "coordinator"},
    "words-of-pair-note-here": PAIR,
    "words-of-fellow-note-here": {"fellow", "coach"},
    # Who wrote it is given their own words of it in their export.
    "words-of-left-note-here": {"participant", "former_coach"},
    "words-of-cohort-note-here": INSIDERS - {"administrator"},
    "words-of-coordinator-note-here": {"coach", "coordinator"},
    # The participant is asked whether it may be in the evaluation, and is shown what.
    "words-of-asked-note-here": {"participant", "coach", "coordinator"},
    # A poll is for those who are asked and those who run the cohort.
    "poll-title-here": RUNNERS | {"participant"},
    "poll-note-here": RUNNERS | {"participant"},
    # Addresses are for those who run the cohort, and one's own.
    "participant@here.example.org": RUNNERS | {"participant"},
    "fellow@here.example.org": RUNNERS | {"fellow"},
    "withdrawn@here.example.org": RUNNERS | {"withdrawn"},
    "applicant@here.example.org": RUNNERS | {"applicant"},
    "observer@here.example.org": RUNNERS | {"observer"},
    "coach@here.example.org": RUNNERS,
    "administrator@here.example.org": {"administrator"},
    "coordinator@here.example.org": {"coordinator"},
    # Names of applicants and leavers are for those who see how everybody stands.
    "Withdrawn Name-here": WATCHERS | {"withdrawn"},
    "Applicant Name-here": WATCHERS | {"applicant"},
    "Fellow Name-here": INSIDERS,
    # What a report brought in of people whom nobody was matched to.
    "unmatched-name-here": RUNNERS,
    "listed-name-here": RUNNERS,
    "listed@here.example.org": RUNNERS,
    "unmatched@here.example.org": RUNNERS,
    # Files with figures are for who brought them and who runs the cohort.
    "participant-figures-here": RUNNERS | {"participant"},
    "found-course-here": RUNNERS | {"participant"},
    "row-reason-here": RUNNERS | {"participant"},
    "withdrawn-figures-here": RUNNERS | {"withdrawn"},
    # The cohort's own business.
    "Cohort here": INSIDERS | {"withdrawn", "applicant", "former_coach", "neighbour", "coach_beside"},
    "description-here": INSIDERS,
    "session-title-here": INSIDERS,
    "agenda-here": INSIDERS,
    "covered-here": INSIDERS,
    "shared-notes-here": INSIDERS,
    "project-title-here": INSIDERS,
    "stage-note-here": INSIDERS,
    "stage-reason-here": INSIDERS,
    "reach-reason-here": INSIDERS,
    # Evidence is seen with its course; what belongs to a line of a practice log, by those who read that log.
    "evidence-title-here": INSIDERS,
    "words-of-evidence-here": INSIDERS,
    "log-evidence-title-here": RUNNERS | {"participant"},
    "unconfirmed-here": INSIDERS,
    # A course that somebody of the cohort beside builds too is seen there as well.
    "title-shared-here": INSIDERS | {"neighbour", "coach_beside"},
    "token-label-here": {"participant"},
    # What nobody is shown.
    "message-fact-here": set(),
    "message-secret-here": set(),
    "token-of-": set(),
    "auth-session-of-": set(),
    "$argon2": set(),
}


@cache
def everything_shown(stage: Stage, identity: str, label: str = "here") -> bytes:
    """All that this identity is given by any GET about this place, save the public ones."""
    place = stage.world.place(label)
    shown = []
    for row in ROWS:
        is_askable = not row.variant or row.variant in place.ids
        if stage.method(row.endpoint) == "GET" and is_askable and not stage.is_public(row.endpoint):
            shown.append(stage.look(identity, row.path(stage, place)).response.data)
    return b"\n".join(shown)


def holds(text: bytes, canary: str) -> bool:
    """Whether the canary is there as a word of its own: `expected-here` is not in `un-expected-here`."""
    word = canary.encode()
    start = text.find(word)
    while start >= 0:
        before = text[start - 1 : start]
        if not (before.isalnum() or before in {b"-", b"_"}):
            return True
        start = text.find(word, start + 1)
    return False


@pytest.mark.parametrize("identity", PEOPLE)
def test_everybody_is_shown_what_is_for_them_and_no_more(stage: Stage, identity: str) -> None:
    text = everything_shown(stage, identity)
    found = {canary for canary in CANARIES if holds(text, canary)}
    assert found == {canary for canary, readers in CANARIES.items() if identity in readers}


OUTSIDE = [name for name in PEOPLE if name not in {"stranger", "coach_there", "coordinator_there", "administrator"}]


@pytest.mark.parametrize("identity", OUTSIDE)
def test_nothing_of_another_programme_is_shown(stage: Stage, identity: str) -> None:
    shown = everything_shown(stage, identity) + everything_shown(stage, identity, "there")
    # The demand itself says the address, and no address holds a word.
    assert b"-there" not in shown
    assert b"@there" not in shown


@pytest.mark.parametrize("identity", ["participant", "fellow", "observer", "coach"])
def test_nothing_of_the_cohort_beside_is_shown(stage: Stage, identity: str) -> None:
    shown = everything_shown(stage, identity) + everything_shown(stage, identity, "beside")
    # The neighbour who builds a course with somebody here is named as its owner, and to whom a coach may hand over
    # are those who coach in the programme.
    known = (b"Participant Name-beside", *((b"Coach Name-beside",) if identity == "coach" else ()))
    for name in known:
        shown = shown.replace(name, b"")
    assert b"-beside" not in shown
    assert b"@beside" not in shown


@pytest.mark.parametrize("identity", NOBODIES)
def test_nobody_is_shown_nothing(stage: Stage, identity: str) -> None:
    shown = everything_shown(stage, identity)
    assert b"-here" not in shown
    assert b"@here" not in shown


@pytest.mark.parametrize("endpoint", ["attendance_grid.show", "attendance_grid.download", "api_attendance_grid.show"])
def test_attendance_names_nobody_else_to_a_participant(stage: Stage, endpoint: str) -> None:
    path = stage.path(endpoint, stage.world.here)
    theirs, everybodys = (stage.look(who, path).response.text for who in ("participant", "observer"))
    assert "Fellow Name-here" in everybodys
    assert "Participant Name-here" in theirs
    assert "Fellow Name-here" not in theirs


# What the holder of a link sees by it: what it is for, and nothing that went before.
# What a person's own calendar holds: the titles of the sessions that they are expected at.
FEED = tuple(
    f"{name}-here"
    # The longer names first, because the shorter ones are parts of them.
    for name in (
        "pair-series-title", "series-title", "pair-title", "session-title", "present-title", "future-title",
        "pair-agenda", "agenda",
    )
)  # fmt: skip
LINKS: dict[str, Iterable[str]] = {
    "check_in_links.show": {"question-1-here"},
    "check_in_links.tap": {"question-1-here"},
    "follow_up_links.stop": set(),
    "follow_up_links.consent": set(),
    "rsvp_links.show": {"future-title-here"},
    "poll_links.show": {"poll-title-here", "poll-note-here"},
    "feeds.read": FEED,
    "invitations.show": {"invited@here.example.org", "Invited Name-here"},
    "password_resets.show": set(),
    "unsubscribing.show": set(),
}


@pytest.mark.parametrize("endpoint", LINKS)
def test_a_link_shows_no_more_than_its_purpose(stage: Stage, endpoint: str) -> None:
    text = stage.send("anonymous", "GET", stage.path(endpoint, stage.world.here)).response.text
    for shown in LINKS[endpoint]:
        assert shown in text
        text = text.replace(shown, "")
    # The form's own target, and the ways from it to others of the same link, hold the secret that the address held.
    for secret in stage.world.here.secrets.values():
        text = text.replace(f"/{secret}", "")
    assert "-here" not in text
    assert "here.example.org" not in text


def test_other_public_addresses_show_nothing_of_anybody(stage: Stage) -> None:
    for row in ROWS:
        if stage.is_public(row.endpoint) and row.endpoint not in LINKS and stage.method(row.endpoint) == "GET":
            data = _show(stage, row)
            assert b"-here" not in data
            assert b"@here" not in data


def _show(stage: Stage, row: Row) -> bytes:
    data: bytes = stage.send("coach", "GET", row.path(stage, stage.world.here)).response.data
    return data
