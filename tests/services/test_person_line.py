"""Somebody's line through time: what stands on it for whom, in one window, by a constant number of statements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from coaching.errors import Invalid, NotFound
from coaching.models import (
    Action,
    ActionChange,
    ActionOutcome,
    ActionState,
    AnswerChoice,
    AttendanceStatus,
    CheckInAnswer,
    CheckInState,
    GoalChange,
    GoalState,
    Membership,
    MembershipStatus,
    Metric,
    MetricDirection,
    Milestone,
    Note,
    NoteClass,
    NoteWriter,
    Observation,
    ObservationSource,
    PracticeEntry,
    PracticeKind,
    Rating,
    Role,
    SessionState,
    SkillAssessment,
    SkillMoment,
    Stage,
    StageChange,
    StatusChange,
)
from coaching.services import person_line
from coaching.services.line_events import LineEvent, LineKind
from coaching.services.person_line import GONE, REVERSED, TOO_LONG, Line, Wanted, read_line, read_own_line, take_part
from coaching.tokens import new_public_id
from tests.factories import (
    NOW,
    actor_of,
    make_action,
    make_check_in,
    make_cohort,
    make_goal,
    make_membership,
    make_person,
    make_project,
    make_session,
    make_step,
)
from tests.services.progress_rows import attend
from tests.services.teams import Team, make_team

Counter = Callable[[], AbstractContextManager[list[str]]]
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def read(session: Session, team: Team, who: str = "as_coach", **wanted: Any) -> Line:
    return read_line(session, team.ana, actor=getattr(team, who), now=NOW, wanted=Wanted(**wanted))


def told(line: Line, *kinds: LineKind) -> list[tuple[str, str]]:
    """What happened to what, the newest first."""
    return [(event.what, event.title) for event in line.events if not kinds or event.kind in kinds]


def fill(session: Session, team: Team) -> None:
    """One of each kind, each with words of its own."""
    meeting = make_session(session, team.cohort, title="Held", starts_at=NOW - 20 * DAY)
    attend(session, meeting, team.ana, status=AttendanceStatus.LATE)
    goal = make_goal(session, team.ana, statement="The goal", created_at=NOW - 19 * DAY, due_on=TODAY + 5 * DAY)
    metric = Metric(goal_id=goal.id, name="Modules", unit="modules", direction=MetricDirection.UP, created_at=NOW)
    action = make_action(session, team.ana, statement="The action", created_at=NOW - 10 * DAY, due_on=TODAY - DAY)
    project = make_project(session, owners=(team.ana,), title="The course")
    asked = make_check_in(session, make_step(session, team.cohort), team.ana, state=CheckInState.ANSWERED)
    session.add_all([
        metric,
        GoalChange(goal_id=goal.id, state=GoalState.DRAFT, at=goal.created_at, on=goal.created_at.date()),
        GoalChange(goal_id=goal.id, state=GoalState.AGREED, at=NOW, on=TODAY - 18 * DAY, reason="Both said yes"),
        Rating(
            goal_id=goal.id, rated_by_id=team.ana.person_id, score=-1, rated_on=TODAY - 17 * DAY, note="A start",
            created_at=NOW,
        ),
        Milestone(goal_id=goal.id, statement="The outline", reached_on=TODAY - 16 * DAY, created_at=NOW),
        Milestone(goal_id=goal.id, statement="The pilot", due_on=TODAY - 2 * DAY, created_at=NOW),
        ActionChange(action_id=action.id, outcome=ActionOutcome.MOVED, at=NOW - 5 * DAY, reason="Ill"),
        StageChange(project_id=project.id, stage=Stage.LAUNCHED, on=TODAY - 3 * DAY, recorded_at=NOW, note="Open!"),
        CheckInAnswer(
            check_in_id=asked.id, choice=AnswerChoice.DID_IT, note="With my team", answered_at=NOW - DAY, via="page"
        ),
        PracticeEntry(
            membership_id=team.ana.id, kind=PracticeKind.CHECK_IN, on=TODAY - DAY, text="With my team",
            check_in_id=asked.id, created_at=NOW,
        ),
        PracticeEntry(membership_id=team.ana.id, kind=PracticeKind.LAUNCH, on=TODAY, created_at=NOW),
        SkillAssessment(membership_id=team.ana.id, moment=SkillMoment.BEFORE, at=NOW - 21 * DAY),
    ])  # fmt: skip
    session.flush()
    session.add(
        Observation(
            metric_id=metric.id, value=Decimal("3.50"), observed_on=TODAY - 4 * DAY, source=ObservationSource.PAGE,
            created_at=NOW,
        )
    )  # fmt: skip
    session.flush()


def note(session: Session, team: Team, note_class: NoteClass, coach: int | None = None) -> None:
    session.add(
        Note(
            cohort_id=team.cohort.id, membership_id=team.ana.id, author_id=team.ana.person_id, note_class=note_class,
            written_as=NoteWriter.COACH, pair_coach_id=coach, body="Words", written_at=NOW,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "classes"),
    [
        ("as_ana", ["note_cohort", "note_evaluation", "note_pair", "note_pair"]),
        ("as_coach", ["note_cohort", "note_coordinator", "note_evaluation", "note_pair"]),
        ("as_coordinator", ["note_cohort", "note_coordinator", "note_evaluation"]),
        ("as_administrator", []),
    ],
)
def test_notes_stand_for_those_who_read_them(session: Session, team: Team, who: str, classes: list[str]) -> None:
    other = make_coach(session, team, "UTC")
    for note_class in (NoteClass.COHORT, NoteClass.COORDINATOR, NoteClass.EVALUATION):
        note(session, team, note_class)
    note(session, team, NoteClass.PAIR, team.as_coach.person_id)
    note(session, team, NoteClass.PAIR, other.person_id)
    session.flush()
    administrator = actor_of(session, make_person(session, is_administrator=True))
    actor = administrator if who == "as_administrator" else getattr(team, who)
    line = read_line(session, team.ana, actor=actor, now=NOW)
    seen = [event for event in line.events if event.kind == LineKind.NOTE]
    assert sorted(event.what for event in seen) == classes
    assert {(event.title, event.text) for event in seen} <= {("", "")}
    if who == "as_ana":
        own = read_own_line(session, actor=actor, now=NOW)
        assert sorted(event.what for event in own.events if event.kind == LineKind.NOTE) == classes


ABOUT_GOALS = [
    ("due", "The goal"), ("overdue", "The pilot"), ("observed", "Modules"), ("milestone", "The outline"),
    ("rated", "The goal"), ("agreed", "The goal"), ("set", "The goal"),
]  # fmt: skip
OF_SKILLS = [("skills_before", "")]
THE_REST = [
    ("did_it", "Two weeks on"), ("put_into_practice", "Two weeks on"), ("overdue", "The action"),
    ("launched", "The course"), ("moved", "The action"), ("agreed_on", "The action"), ("late", "Held"), ("active", ""),
]  # fmt: skip


def test_everything_stands_on_the_line_once(session: Session, team: Team) -> None:
    fill(session, team)
    line = read(session, team)
    assert told(line, LineKind.GOAL) == ABOUT_GOALS
    assert told(line, LineKind.SKILL) == OF_SKILLS
    rest = set(LineKind) - {LineKind.GOAL, LineKind.SKILL}
    assert told(line, *rest) == THE_REST
    assert [event.on for event in line.events] == sorted((event.on for event in line.events), reverse=True)
    assert len({event.id for event in line.events}) == len(line.events)
    by_what = {event.what: event for event in line.events}
    assert (by_what["rated"].value, by_what["rated"].text, by_what["rated"].at) == (-1, "A start", None)
    assert by_what["observed"].text == "3.5 modules"
    assert by_what["moved"].text == "Ill"
    assert by_what["launched"].subject == "project"
    assert by_what["did_it"].at == NOW - DAY


@pytest.mark.parametrize(("who", "sees_goals"), [("as_ana", True), ("as_coach", True), ("as_coordinator", False)])
def test_goals_and_skills_are_for_the_pair_alone(session: Session, team: Team, who: str, sees_goals: bool) -> None:
    fill(session, team)
    line = read(session, team, who)
    assert told(line, LineKind.GOAL, LineKind.SKILL) == (ABOUT_GOALS + OF_SKILLS if sees_goals else [])
    assert told(line, *set(LineKind) - {LineKind.GOAL, LineKind.SKILL}) == THE_REST
    # Asking for them by name gives no more.
    assert told(read(session, team, who, kinds=[LineKind.GOAL])) == (ABOUT_GOALS if sees_goals else [])


@pytest.mark.parametrize("who", ["as_ben", "as_cleo", "as_observer", "as_stranger"])
def test_the_others_find_nothing(session: Session, team: Team, who: str) -> None:
    with pytest.raises(NotFound):
        read(session, team, who)


def test_ones_own_is_over_all_cohorts_that_one_is_in(session: Session, team: Team) -> None:
    elsewhere = make_membership(session, make_cohort(session, name="Later"), team.ana.person)
    left = make_membership(session, make_cohort(session), team.ana.person, status=MembershipStatus.WITHDRAWN)
    for member, statement in ((team.ana, "here"), (elsewhere, "there"), (left, "behind"), (team.ben, "of another")):
        make_action(session, member, statement=statement)
    shared = make_project(session, owners=(team.ana, elsewhere), title="Of both")
    session.add(StageChange(project_id=shared.id, stage=Stage.IDEA, on=TODAY, recorded_at=NOW))
    session.flush()
    own = read_own_line(session, actor=actor_of(session, team.ana.person), now=NOW)
    assert {title for _, title in told(own, LineKind.ACTION)} == {"here", "there"}
    # A course of two of one's cohorts is one course.
    assert told(own, LineKind.PROJECT) == [("idea", "Of both")]
    assert [place.cohort for place in own.places] == [team.cohort.name, "Later"]


def test_sessions_that_do_not_count_are_left_out(session: Session, team: Team) -> None:
    team.ana.joined_at = NOW - 10 * DAY
    make_session(session, team.cohort, title="Before joining", starts_at=NOW - 20 * DAY)
    make_session(session, team.cohort, title="Not recorded", starts_at=NOW - 5 * DAY)
    make_session(session, team.cohort, title="Called off", starts_at=NOW - 4 * DAY, state=SessionState.CANCELLED)
    make_session(session, team.cohort, title="To come", starts_at=NOW + 5 * DAY)
    make_session(session, team.cohort, title="Of Ben", starts_at=NOW - 3 * DAY, pair_membership_id=team.ben.id)
    make_session(session, team.cohort, title="Of Ana", starts_at=NOW - 2 * DAY, pair_membership_id=team.ana.id)
    session.flush()
    assert told(read(session, team), LineKind.SESSION) == [
        ("to_come", "To come"), ("unrecorded", "Of Ana"), ("cancelled", "Called off"), ("unrecorded", "Not recorded"),
    ]  # fmt: skip


def test_what_was_never_asked_is_no_silence(session: Session, team: Team) -> None:
    states = {
        "asked": {"state": CheckInState.ASKED, "asked_at": NOW - DAY},
        "silent": {"state": CheckInState.EXPIRED, "asked_at": NOW - 5 * DAY},
        "never asked": {"state": CheckInState.EXPIRED},
        "called off": {"state": CheckInState.CANCELLED},
        "to come": {"state": CheckInState.DUE, "due_at": NOW + DAY},
    }
    for number, (label, values) in enumerate(states.items(), start=1):
        make_check_in(session, make_step(session, team.cohort, label=label, position=number), team.ana, **values)
    assert told(read(session, team), LineKind.CHECK_IN) == [
        ("due", "to come"), ("asked", "asked"), ("silent", "silent"),
    ]  # fmt: skip


def test_a_day_is_the_readers(session: Session, team: Team) -> None:
    """Shortly before midnight in UTC it is the next day in Auckland, and the window begins and ends there."""
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    make_action(session, team.ana, statement="Late", created_at=late)
    team.as_coach = actor_of(session, make_coach(session, team, "Pacific/Auckland").person)
    day = date(2026, 6, 2)
    assert [event.on for event in read(session, team, first=day, last=day, kinds=[LineKind.ACTION]).events] == [day]
    assert not read(session, team, first=date(2026, 6, 1), last=date(2026, 6, 1), kinds=[LineKind.ACTION]).events


def make_coach(session: Session, team: Team, zone: str) -> Membership:
    coach = make_membership(session, team.cohort, role=Role.COACH)
    coach.person.timezone = zone
    session.flush()
    return coach


def test_the_window_is_bounded(session: Session, team: Team) -> None:
    line = read(session, team)
    assert (line.first, line.last) == (team.cohort.starts_on - 31 * DAY, TODAY + 31 * DAY)
    with pytest.raises(Invalid) as refusal:
        read(session, team, first=TODAY, last=TODAY - DAY)
    assert refusal.value.messages == {"from": [REVERSED]}
    with pytest.raises(Invalid) as refusal:
        read(session, team, first=date(2020, 1, 1), last=TODAY)
    assert refusal.value.messages == {"from": [TOO_LONG]}


def many(session: Session, team: Team, count: int) -> None:
    """So many actions, one an hour."""
    rows = [
        {"membership_id": team.ana.id, "owner_id": team.ana.id, "public_id": new_public_id(), "version": 1,
         "statement": f"Number {number}", "state": ActionState.OPEN, "created_at": NOW - number * timedelta(hours=1)}
        for number in range(count)
    ]  # fmt: skip
    session.execute(insert(Action), rows)


def page_through(session: Session, team: Team, limit: int) -> list[LineEvent]:
    seen: list[LineEvent] = []
    after = ""
    while True:
        part = take_part(read(session, team, after=after, kinds=[LineKind.ACTION]), limit=limit, after=after)
        seen += part.items
        if part.next is None:
            return seen
        after = part.next


def test_the_same_number_of_statements_for_15_and_300_events(
    session: Session, team: Team, count_queries: Counter
) -> None:
    fill(session, team)
    counts = []
    for more in (1, 300):
        many(session, team, more)
        with count_queries() as statements:
            read(session, team)
        counts.append(len(statements))
    # Where the cohort lies in time, and one for each source.
    assert counts == [1 + len(person_line.SOURCES)] * 2
    with count_queries() as statements:
        read_own_line(session, actor=team.as_ana, now=NOW)
    assert len(statements) == counts[0]


def test_pages_have_every_event_once(session: Session, team: Team) -> None:
    many(session, team, 60)
    whole = read(session, team, kinds=[LineKind.ACTION])
    assert (len(whole.events), whole.is_cut) == (60, False)
    assert page_through(session, team, 7) == list(whole.events)
    assert page_through(session, team, 60) == list(whole.events)


def test_a_line_with_more_than_is_read_at_once_goes_on(session: Session, team: Team) -> None:
    many(session, team, person_line.MOST_AT_ONCE + 100)
    line = read(session, team, kinds=[LineKind.ACTION])
    assert line.is_cut
    assert len(line.events) < person_line.MOST_AT_ONCE
    assert len({event.id for event in page_through(session, team, 100)}) == person_line.MOST_AT_ONCE + 100


@pytest.mark.parametrize("after", ["20260601-action-agreednothing", "20260231-action-x"])
def test_a_cursor_of_nothing_is_refused(session: Session, team: Team, after: str) -> None:
    with pytest.raises(Invalid) as refusal:
        take_part(read(session, team, after=after), limit=10, after=after)
    assert refusal.value.messages == {"after": [GONE]}


def test_somebody_without_a_cohort_has_an_empty_line(session: Session, team: Team) -> None:
    nobody = make_membership(session, status=MembershipStatus.WITHDRAWN)
    session.add(StatusChange(membership_id=nobody.id, status=MembershipStatus.WITHDRAWN, at=NOW))
    session.flush()
    line = read_own_line(session, actor=actor_of(session, nobody.person), now=NOW)
    assert (line.places, line.events) == ((), ())
