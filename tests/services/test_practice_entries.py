"""Lines of the practice log by hand, what is added to others, and what is said to them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    AnswerChoice,
    CheckInState,
    CourseRun,
    FactorKind,
    Membership,
    Message,
    MessageState,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
)
from coaching.services import audit
from coaching.services.check_ins import answer_check_in
from coaching.services.participant_home import participant_home
from coaching.services.person_line import read_line
from coaching.services.practice_comments import (
    add_comment,
    celebrate,
    confirm_entry,
    edit_comment,
    list_comments,
    remove_comment,
    take_celebration_back,
    take_confirmation_back,
)
from coaching.services.practice_entries import edit_entry, remove_entry, values_of, write_entry
from coaching.services.practice_list import list_practice
from coaching.services.privacy import erase_person, export_person
from coaching.services.runs import correct_run, log_new_launch
from tests.factories import NOW, actor_of, make_person, make_project, make_run
from tests.services.progress_rows import make_check_in, make_step
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

TODAY = NOW.date()


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def make_factor(session: Session, team: Team, name: str, **values: Any) -> PracticeFactor:
    values = {"kind": FactorKind.ENABLER, "position": 1, "created_at": NOW} | values
    factor = PracticeFactor(programme=team.programme, name=name, **values)
    session.add(factor)
    session.flush()
    return factor


def write(session: Session, team: Team, **values: Any) -> PracticeEntry:
    values = {"text": "Tried the quiz on the ward", "on": TODAY} | values
    entry = write_entry(session, team.ana, actor=team.as_ana, now=NOW, **values)
    session.flush()
    return entry


def make_launch(session: Session, team: Team) -> PracticeEntry:
    run = log_new_launch(session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care", launched_on=TODAY)
    session.flush()
    return session.scalars(select(PracticeEntry).where(PracticeEntry.run_id == run.id)).one()


def test_a_line_is_what_and_when_and_the_rest_where_there_is_something(session: Session, team: Team) -> None:
    project = make_project(session, owners=(team.ana,), title="Safer care")
    run = make_run(session, project, launched_on=date(2026, 5, 4))
    before, late = date(2020, 1, 1), team.cohort.ends_on + timedelta(days=400)
    for day in (before, TODAY):
        write(session, team, on=day)
    for day in (TODAY + timedelta(days=1), late):
        with pytest.raises(Invalid) as refusal:
            write(session, team, on=day)
        assert list(refusal.value.messages) == ["on"]
    factor = make_factor(session, team, "Time")
    write(session, team, on=before, about_id=run.public_id, with_whom="Two nurses", factor_ids=[factor.public_id])
    write(session, team, on=before, about_id=project.public_id)
    newest, course, whole, bare = list_practice(session, team.ana, actor=team.as_coach)
    assert (newest.on, bare.on, bare.project_title) == (TODAY, before, None)
    assert (course.project_title, course.run_id) == ("Safer care", None)
    assert (whole.project_id, whole.run_label) == (project.public_id, run.label)
    assert (whole.with_whom, [(one.id, one.name) for one in whole.factors]) == (
        "Two nurses",
        [(factor.public_id, "Time")],
    )


def test_a_line_is_about_what_is_the_participants_own(session: Session, team: Team) -> None:
    bens = make_project(session, owners=(team.ben,))
    for about in (bens.public_id, make_run(session, bens).public_id):
        with pytest.raises(Invalid) as refusal:
            write(session, team, about_id=about)
        assert list(refusal.value.messages) == ["about_id"]


def test_only_words_in_use_are_chosen_and_those_that_stand_stay(session: Session, team: Team) -> None:
    old, new = make_factor(session, team, "Time"), make_factor(session, team, "Cake")
    strange = make_factor(session, make_team(session), "Time")
    entry = write(session, team, factor_ids=[old.public_id])
    old.retired_at = NOW
    edit = {"actor": team.as_ana, "now": NOW, "text": entry.text, "on": entry.on}
    edit_entry(session, entry, **edit, factor_ids=[old.public_id, new.public_id])
    session.flush()
    assert {one.name for one in entry.factors} == {"Time", "Cake"}
    edit_entry(session, entry, **edit, factor_ids=[new.public_id])
    session.flush()
    for wrong in (old, strange):
        with pytest.raises(Invalid) as refusal:
            edit_entry(session, entry, **edit, factor_ids=[new.public_id, wrong.public_id])
        assert list(refusal.value.messages) == ["factor_ids"]


def test_what_a_launch_says_is_not_rewritten_but_added_to(session: Session, team: Team) -> None:
    entry = make_launch(session, team)
    standing: Any = values_of(entry)
    act: Any = {"actor": team.as_ana, "now": NOW}
    edit_entry(session, entry, **act, **standing | {"reflection": "Later than planned"})
    assert (entry.reflection, entry.text, entry.run is not None) == ("Later than planned", standing["text"], True)
    for wrong in ({"text": "Something else"}, {"on": TODAY - timedelta(days=1)}, {"about_id": None}):
        with pytest.raises(Invalid, match="Correct it there"):
            edit_entry(session, entry, **act, **standing | wrong)
    with pytest.raises(Conflict, match="goes when that is corrected"):
        remove_entry(session, entry, **act)


def test_a_confirmed_line_that_changes_is_confirmed_no_more(session: Session, team: Team) -> None:
    entry = write(session, team)
    run: Any = {"actor": team.as_coach, "now": NOW}
    with pytest.raises(Conflict, match="since you read it"):
        confirm_entry(session, entry, **run, version=entry.version + 1)
    confirm_entry(session, entry, **run, version=entry.version)
    session.flush()
    with pytest.raises(Conflict, match="already"):
        confirm_entry(session, entry, **run, version=entry.version)
    standing: Any = values_of(entry)
    edit_entry(session, entry, actor=team.as_ana, now=NOW, **standing)
    assert (entry.confirmed_at, entry.changed_at) == (NOW, None), "nothing was changed"
    (line,) = list_practice(session, team.ana, actor=team.as_ana)
    assert (line.confirmed_at, line.confirmed_by) == (NOW, team.as_coach.name)
    edit_entry(session, entry, actor=team.as_ana, now=NOW, **standing | {"what_next": "Again"})
    assert (entry.confirmed_at, entry.confirmed_by_id, entry.changed_at) == (None, None, NOW)
    session.flush()
    confirm_entry(session, entry, **run, version=entry.version)
    take_confirmation_back(session, entry, actor=team.as_coordinator, now=NOW)
    with pytest.raises(Conflict, match="nothing to take back"):
        take_confirmation_back(session, entry, **run)


def test_a_launch_that_is_corrected_is_confirmed_anew(session: Session, team: Team) -> None:
    entry = make_launch(session, team)
    confirm_entry(session, entry, actor=team.as_coach, now=NOW, version=entry.version)
    session.flush()
    run = session.get_one(CourseRun, entry.run_id)
    day = TODAY - timedelta(days=9)
    correct_run(
        session, run, actor=team.as_ana, now=NOW, label="Run 1", launched_on=day, ended_on=None, reason="A slip"
    )
    session.flush()
    session.expire_all()
    assert (entry.on, entry.confirmed_at) == (day, None)


def test_a_check_in_that_is_answered_anew_loses_nothing_that_was_added(session: Session, team: Team) -> None:
    lines = []
    for position in (1, 2):
        step = make_step(session, team.cohort, position=position)
        check_in = make_check_in(session, step, team.ana, state=CheckInState.ASKED, asked_at=NOW)
        answer: Any = {"actor": team.as_ana, "now": NOW, "via": "page"}
        answer_check_in(session, check_in, **answer, choice=AnswerChoice.DID_IT, note="It is open")
        session.flush()
        lines.append((check_in, session.scalars(select(PracticeEntry).filter_by(check_in_id=check_in.id)).one()))
    (plain, _line), (other, kept) = lines
    confirm_entry(session, kept, actor=team.as_coach, now=NOW, version=kept.version)
    answer_check_in(session, other, **answer, choice=AnswerChoice.DID_IT, note="It is open again")
    assert (kept.text, kept.confirmed_at) == ("It is open again", None)
    add_comment(session, kept, actor=team.as_coach, now=NOW, text="Well done")
    for check_in in (plain, other):
        answer_check_in(session, check_in, **answer, choice=AnswerChoice.NOT_YET, note="")
    session.flush()
    (line,) = list_practice(session, team.ana, actor=team.as_ana)
    assert (line.kind, line.text, line.comments) == (PracticeKind.ENTRY, "It is open again", 1)


def test_a_line_goes_with_all_that_was_said_to_it(session: Session, team: Team) -> None:
    entry = write(session, team, factor_ids=[make_factor(session, team, "Time").public_id])
    add_comment(session, entry, actor=team.as_coach, now=NOW, text="Well done")
    session.flush()
    remove_entry(session, entry, actor=team.as_ana, now=NOW)
    session.flush()
    assert session.scalars(select(PracticeComment)).all() == []
    (message,) = session.scalars(select(Message))
    assert message.state == MessageState.CANCELLED


def told(session: Session) -> list[tuple[int, str, bool]]:
    return [
        (one.recipient_id, one.channel, one.facts["is_answer"])
        for one in session.scalars(select(Message).where(Message.state == MessageState.DUE).order_by(Message.id))
    ]


def test_what_is_said_is_told_in_the_inbox_without_its_words(session: Session, team: Team) -> None:
    entry = write(session, team)
    add_comment(session, entry, actor=team.as_coordinator, now=NOW, text="A secret word")
    add_comment(session, entry, actor=team.as_ana, now=NOW, text="Thank you")
    assert told(session) == [
        (team.ana.person_id, "inbox", False),
        (team.as_coordinator.person_id, "inbox", True),
    ], "an answer is for who spoke before, and who says nothing hears nothing"
    assert all("secret" not in str(one.facts) for one in session.scalars(select(Message)))
    session.get_one(type(team.ana.person), team.ana.person_id).suspended_at = NOW
    celebrate(session, entry, actor=team.as_coach, now=NOW)
    assert len(told(session)) == 2, "who cannot sign in is told nothing"


def test_a_celebration_is_one_and_goes_again_untold(session: Session, team: Team) -> None:
    entry = write(session, team)
    act: Any = {"actor": team.as_coach, "now": NOW}
    celebrate(session, entry, **act)
    with pytest.raises(Conflict, match="already"):
        celebrate(session, entry, **act)
    (line,) = list_practice(session, team.ana, actor=team.as_coach)
    assert (line.celebrations, line.is_celebrated, line.comments) == (1, True, 0)
    assert not list_practice(session, team.ana, actor=team.as_ana)[0].is_celebrated
    take_celebration_back(session, entry, **act)
    with pytest.raises(Conflict, match="nothing to take back"):
        take_celebration_back(session, entry, **act)
    assert told(session) == []
    comment = add_comment(session, entry, **act, text="Wel done")
    edit_comment(session, comment, **act, text="Well done")
    (said,) = list_comments(session, entry, actor=team.as_ana)
    assert (said.text, said.is_own, said.is_participant, said.changed_at) == ("Well done", False, False, NOW)
    assert len(told(session)) == 1
    remove_comment(session, comment, **act)
    assert told(session) == []


def test_the_home_tells_what_others_said_of_late(session: Session, team: Team) -> None:
    entry = write(session, team)
    celebrate(session, entry, actor=team.as_coach, now=NOW - timedelta(days=30))
    add_comment(session, entry, actor=team.as_coach, now=NOW - timedelta(hours=2), text="Well done")
    add_comment(session, entry, actor=team.as_ana, now=NOW - timedelta(hours=1), text="Thank you")
    confirm_entry(session, entry, actor=team.as_coordinator, now=NOW, version=entry.version)
    session.flush()
    news = participant_home(session, actor=team.as_ana, now=NOW).practice_news
    assert [(one.what, one.by, one.entry_id) for one in news] == [
        ("confirmed", team.as_coordinator.name, entry.public_id),
        ("comment", team.as_coach.name, entry.public_id),
    ]
    assert participant_home(session, actor=team.as_ben, now=NOW).practice_news == ()


def test_a_line_by_hand_stands_on_the_persons_line(session: Session, team: Team) -> None:
    entry = write(session, team)
    events = read_line(session, team.ana, actor=team.as_coach, now=NOW).events
    assert [(one.subject_id, one.text) for one in events if one.subject == "practice"] == [
        (entry.public_id, entry.text)
    ]


def test_a_long_log_is_read_in_two_statements(
    session: Session, team: Team, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    factor = make_factor(session, team, "Time")
    for number in range(12):
        write(session, team, on=TODAY - timedelta(days=number), factor_ids=[factor.public_id])
    make_launch(session, team)
    for asked, found in (
        ({}, 13),
        ({"kind": PracticeKind.LAUNCH}, 1),
        ({"since": TODAY - timedelta(days=3), "until": TODAY - timedelta(days=1)}, 3),
        ({"limit": 5, "offset": 10}, 3),
    ):
        with count_queries() as statements:
            assert len(list_practice(session, team.ana, actor=team.as_ana, **asked)) == found
        assert len(statements) == 2


def test_it_is_given_to_its_person_and_goes_with_them(session: Session, team: Team) -> None:
    entry = write(session, team, factor_ids=[make_factor(session, team, "Time").public_id], reflection="Hm")
    add_comment(session, entry, actor=team.as_coach, now=NOW, text="Well done")
    session.flush()
    held = export_person(session, team.ana.person, actor=team.as_ana)
    assert [one["reflection"] for one in held["practice_entry"]] == ["Hm"]
    assert held["entry_factor"] == [{"kind": "enabler", "name": "Time"}]
    assert [one["text"] for one in held["practice_comment"]] == ["Well done"]
    administrator = actor_of(session, make_person(session, is_administrator=True))
    erase_person(session, session.get_one(type(team.ana.person), team.as_coach.person_id), actor=administrator, now=NOW)
    session.flush()
    session.expire_all()
    assert session.scalars(select(PracticeComment.text)).all() == [""]
    erase_person(session, team.ana.person, actor=administrator, now=NOW)
    assert session.scalars(select(PracticeEntry.id)).all() == []


def test_two_who_celebrate_at_once_do_it_once(engine: Engine, session: Session) -> None:
    team = make_team(session)
    entry = write(session, team)
    audit.record(session, "practice.made", entry, actor=None, now=NOW)
    number = entry.id
    session.commit()

    def act(other: Session) -> None:
        celebrate(other, other.get_one(PracticeEntry, number), actor=team.as_coach, now=NOW)

    assert isinstance(overlap(engine, act, act), Conflict)
    assert len(session.scalars(select(PracticeComment)).all()) == 1


def test_a_fellow_has_a_log_of_their_own(session: Session, team: Team) -> None:
    write(session, team)
    fellow: Membership = team.ben
    assert list_practice(session, fellow, actor=team.as_ben) == []
