"""The demo programme has the published shape, computed from rows, and is the same for the same seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from coaching.config import read_notes_keys
from coaching.models import (
    Action,
    ActionState,
    Attendance,
    AttendanceChange,
    AttendanceStatus,
    AuthSession,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    CourseProject,
    Delivery,
    Frequency,
    ImportBatch,
    ImportRow,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Note,
    NoteClass,
    Person,
    PracticeEntry,
    PrivateNote,
    Programme,
    ReachMetric,
    ReachSnapshot,
    RememberedMatch,
    Response,
    Role,
    RowOutcome,
    Series,
    Signal,
    StatusChange,
)
from coaching.services import audit, demo, sign_in
from coaching.services.actors import load_actor
from coaching.services.coach_home import coach_home
from coaching.services.demo.cohorts import ZONE, plan_days
from coaching.services.demo.notes import KEPT_TO_ONESELF, OF_THE_GROUP
from coaching.services.demo.repeating import MONTHS, first_hour
from coaching.services.note_changes import list_asked
from coaching.services.note_cipher import Keyring
from coaching.services.participant_home import participant_home
from coaching.services.practice import list_runs
from coaching.services.practice_list import list_practice
from coaching.services.recurrence import Repeat, plan_series

STARTED = (MembershipStatus.ACTIVE, MembershipStatus.COMPLETED)


@pytest.fixture
def programme(demo_session: Session) -> Programme:
    return demo_session.scalars(select(Programme)).one()


def test_the_published_shape(demo_session: Session, programme: Programme) -> None:
    session = demo_session
    assert (programme.slug, programme.is_synthetic) == ("mooc-school", True)
    shape = session.execute(
        select(Cohort.kind, func.count(Cohort.id.distinct()), func.count())
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(Membership.role == Role.PARTICIPANT, Membership.status.in_(STARTED))
        .group_by(Cohort.kind)
        .order_by(Cohort.kind)
    ).all()
    assert [tuple(row) for row in shape] == [("coaching", 2, 14), ("formal", 7, 96)]
    good, answers = session.execute(
        select(func.sum(case((Response.rating >= 4, 1), else_=0)), func.count()).select_from(Response)
    ).one()
    assert round(100 * good / answers) == 97
    enrolments = session.scalars(
        select(func.sum(ReachSnapshot.value)).where(
            ReachSnapshot.metric == ReachMetric.JOINERS, ReachSnapshot.is_current
        )
    ).one()
    assert 30_000 < enrolments < 33_000
    assert session.scalars(select(func.count()).where(StatusChange.status == MembershipStatus.APPLIED)).one() > 130
    assert audit.verify_trail(session) == []


def figures(session: Session) -> list[object]:
    names = session.scalars(select(Person.name).order_by(Person.id)).all()
    values = session.scalars(select(ReachSnapshot.value).order_by(ReachSnapshot.id)).all()
    titles = session.scalars(select(CourseProject.title).order_by(CourseProject.id)).all()
    return [names, values, titles]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_same_seed_makes_the_same_programme_and_another_makes_another(
    session: Session, demo_session: Session, now: datetime
) -> None:
    seen = []
    for seed in (2022, 8):
        demo.build_demo(session, seed=seed, now=now)
        seen.append(figures(session))
        session.rollback()
    assert figures(demo_session) == seen[0] != seen[1]


def test_it_is_alive_today(demo_session: Session, now: datetime) -> None:
    session = demo_session
    following = session.scalars(
        select(func.min(CoachingSession.starts_at)).where(CoachingSession.starts_at > now)
    ).one()
    assert following < now + timedelta(days=8)
    due = select(func.count()).where(CheckIn.state == CheckInState.DUE, CheckIn.due_at <= now)
    assert session.scalars(due).one() == 8, "the three-month check-in of the cohort that has ended"
    waiting = select(func.count()).where(Message.state.in_((MessageState.DUE, MessageState.RETRY)))
    assert session.scalars(waiting).one() == 0


def test_somebody_waits_for_its_coach(demo_session: Session, now: datetime) -> None:
    coach = demo_session.scalars(select(Person).where(Person.email == "coach@demo.example")).one()
    people = coach_home(demo_session, actor=load_actor(demo_session, coach), now=now).needs.people
    needs = [need for person in people for need in person.needs]
    absent = [(need.cohort, need.reason[:28]) for need in needs if need.signal == Signal.ABSENCES]
    assert absent == [("Ivy (coaching)", "Missed 2 sessions in a row, ")]
    silent = [need for need in needs if need.signal == Signal.SILENT_CHECK_IN]
    assert {(need.cohort, "“Eleven weeks on”" in need.reason) for need in silent} == {("Hazel (coaching)", True)}
    hazel = select(Cohort.id).where(Cohort.public_id == silent[0].cohort_id).scalar_subquery()
    joined = select(Membership.public_id).where(Membership.cohort_id == hazel, Membership.role == Role.PARTICIPANT)
    last = demo_session.scalars(joined.order_by(Membership.id.desc()).limit(1)).one()
    assert last in {need.membership_id for need in silent}, "who is silent whatever is drawn"


def test_its_coaching_circles_left_a_record_and_actions_of_each_kind(demo_session: Session, now: datetime) -> None:
    session = demo_session
    held = select(CoachingSession).join(Cohort).where(Cohort.kind == "coaching", CoachingSession.ends_at <= now)
    assert all(one.covered and one.shared_notes for one in session.scalars(held))
    nia = session.scalars(select(Person).where(Person.email == "participant@demo.example")).one()
    open_ones = participant_home(session, actor=load_actor(session, nia), now=now).actions
    assert [one.due_on is not None and one.due_on < now.date() for one in open_ones] == [True, False]
    states = select(Action.state, func.count()).group_by(Action.state).order_by(Action.state)
    assert {state for state, count in session.execute(states) if count > 3} == set(ActionState)
    early = select(Action).where(Action.closed_at > now)
    assert session.scalars(early).all() == []


def test_it_has_loose_ends_to_look_at(demo_session: Session) -> None:
    session = demo_session
    letters = session.execute(select(Message.state, Message.secret, Delivery.detail).join(Message.deliveries)).all()
    assert {(state, secret is not None) for state, secret, _detail in letters} == {
        (MessageState.UNKNOWN, True),
        (MessageState.FAILED, False),
    }
    assert len(letters) == 2
    assert all(detail for _state, _secret, detail in letters)
    untied = select(PracticeEntry).where(PracticeEntry.enrolments.is_not(None), PracticeEntry.run_id.is_(None))
    (entry,) = session.scalars(untied)
    coordinator = session.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
    actor = load_actor(session, coordinator)
    (line,) = [one for one in list_practice(session, entry.membership, actor=actor) if one.can_be_tied]
    assert line.step
    assert list_runs(session, entry.membership, actor=actor)


@pytest.mark.parametrize("today", [date(2026, 1, 1) + timedelta(days=step) for step in range(0, 366, 13)])
def test_every_day_of_the_year_makes_cohorts_that_hold_together(today: date) -> None:
    plans = plan_days(today)
    assert len(plans) == 9
    for _, _, days in plans:
        assert days == sorted(set(days))
    assert all(day.weekday() < 5 for _, _, days in plans for day in days)
    hazel, ivy = plans[-2][2], plans[-1][2]
    assert today - timedelta(days=97) <= hazel[-1] <= today - timedelta(days=88)
    assert ivy[2] <= today < ivy[3] <= today + timedelta(days=7)
    assert plans[6][2][-1] < hazel[0]


@pytest.mark.parametrize("today", [date(2026, 1, 1) + timedelta(days=step) for step in range(0, 366, 7)])
def test_the_series_is_on_both_sides_of_a_clock_change(today: date) -> None:
    start = first_hour(today)
    assert (start.weekday(), start.date() > today + timedelta(days=7)) == (3, True)
    plan = plan_series(start, ZONE, Repeat(Frequency.MONTHLY_BY_WEEKDAY, count=MONTHS))
    offsets = [one.recurrence_start.replace(tzinfo=UTC) - one.starts_at for one in plan.occurrences]
    assert len(set(offsets)) == 2


def test_no_coach_is_in_two_places(demo_session: Session) -> None:
    one, other = aliased(CoachingSession), aliased(CoachingSession)
    overlapping = (
        select(func.count())
        .select_from(one)
        .join(
            other,
            (one.led_by_id == other.led_by_id)
            & (one.id < other.id)
            & (one.starts_at < other.ends_at)
            & (other.starts_at < one.ends_at),
        )
    )
    assert demo_session.scalars(overlapping).one() == 0
    led = select(
        func.count(CoachingSession.id), func.count(CoachingSession.led_by_id), func.count(Series.id.distinct())
    )
    assert demo_session.execute(led.outerjoin(CoachingSession.series)).one() == (79, 79, 1)


def test_the_links_sign_in_those_they_name(demo_session: Session, now: datetime) -> None:
    session = demo_session
    secrets = iter(f"secret-{number}" for number in range(10))
    links = demo.make_links(session, base_url="http://x", new_secret=lambda: next(secrets), now=now)
    assert set(links) == {"coordinator", "coach", "participant", "alumna", "administrator"}
    session.flush()
    for who, link in links.items():
        person = sign_in.find_signed_in(session, link.rpartition("/")[2], now=now)
        assert person is not None
        assert person.email == f"{who}@demo.example"
    assert set(session.scalars(select(AuthSession.via))) == {"demo"}


def test_a_database_with_a_demo_is_not_empty(session: Session, demo_session: Session) -> None:
    assert demo.is_empty(session)
    assert not demo.is_empty(demo_session)


def test_every_status_is_seen_with_a_correction_a_remembered_name_and_a_row_that_waits(demo_session: Session) -> None:
    session = demo_session
    seen = session.execute(select(Attendance.status, Attendance.source).distinct()).all()
    assert {status for status, _ in seen} == set(AttendanceStatus)
    assert {source for _, source in seen} == {"demo", "zoom", "self", "coach"}
    trails = session.execute(
        select(AttendanceChange.session_id, AttendanceChange.membership_id, AttendanceChange.status).order_by(
            AttendanceChange.id
        )
    ).all()
    by_member: dict[tuple[int, int], list[str | None]] = {}
    for held, member, status in trails:
        by_member.setdefault((held, member), []).append(status)
    assert ["absent", "excused"] in by_member.values()
    of_reports = {RowOutcome.MATCHED, RowOutcome.REVIEW, RowOutcome.IGNORED}
    reports = select(ImportRow.outcome).join(ImportBatch).where(ImportBatch.session_id.is_not(None))
    assert set(session.scalars(reports)) == of_reports
    listed = select(ImportRow.outcome, func.count()).join(ImportBatch).where(ImportBatch.kind == "people")
    counts: dict[RowOutcome, int] = dict(session.execute(listed.group_by(ImportRow.outcome)).all())
    assert (counts[RowOutcome.NEW] > 5, counts[RowOutcome.LEFT_OUT]) == (True, 1)
    known = session.execute(select(RememberedMatch.name, RememberedMatch.membership_id.is_(None))).all()
    assert sorted(tuple(row) for row in known) == [("reading room tablet", False), ("visitor of the library", True)]


def test_its_notes_are_of_every_class_and_one_waits_for_a_word(demo_session: Session, now: datetime) -> None:
    session = demo_session
    assert set(session.scalars(select(Note.note_class))) == set(NoteClass)
    assert session.scalars(select(func.count()).select_from(PrivateNote)).one() == 0, (
        "There is no key to seal one with."
    )
    nia = session.scalars(select(Person).where(Person.email == "participant@demo.example")).one()
    (asked,) = list_asked(session, actor=load_actor(session, nia))
    assert (asked.note.note_class, asked.to_class) == (NoteClass.PAIR, NoteClass.EVALUATION)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_its_coach_has_private_notes_where_there_is_a_key(session: Session, now: datetime) -> None:
    keys = Keyring(read_notes_keys("a-key-of-notes-for-tests-0123456789-abcdefg"))
    demo.build_demo(session, seed=2022, now=now, keys=keys)
    session.flush()
    coach = session.scalars(select(Person).where(Person.email == "coach@demo.example")).one()
    notes = list(session.scalars(select(PrivateNote)))
    assert {one.author_id for one in notes} == {coach.id}
    assert sorted(keys.read(one).text or "" for one in notes) == sorted((KEPT_TO_ONESELF, OF_THE_GROUP))
