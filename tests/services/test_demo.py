"""The demo programme has the published shape, computed from rows, and is the same for the same seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from coaching.models import (
    AuthSession,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    CourseProject,
    Membership,
    MembershipStatus,
    Message,
    Person,
    Programme,
    ReachMetric,
    ReachSnapshot,
    Response,
    Role,
    StatusChange,
)
from coaching.services import audit, demo, sign_in
from coaching.services.demo.cohorts import plan_days

STARTED = (MembershipStatus.ACTIVE, MembershipStatus.COMPLETED)


def test_the_published_shape(session: Session, now: datetime) -> None:
    programme = demo.build_demo(session, seed=2022, now=now)
    session.flush()
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


def test_the_same_seed_makes_the_same_programme_and_another_makes_another(session: Session, now: datetime) -> None:
    seen = []
    for seed in (7, 7, 8):
        demo.build_demo(session, seed=seed, now=now)
        seen.append(figures(session))
        session.rollback()
    assert seen[0] == seen[1] != seen[2]


def test_it_is_alive_today(session: Session, now: datetime) -> None:
    demo.build_demo(session, seed=2022, now=now)
    following = session.scalars(
        select(func.min(CoachingSession.starts_at)).where(CoachingSession.starts_at > now)
    ).one()
    assert following < now + timedelta(days=8)
    due = select(func.count()).where(CheckIn.state == CheckInState.DUE, CheckIn.due_at <= now)
    assert session.scalars(due).one() == 8, "the three-month check-in of the cohort that has ended"
    assert session.scalars(select(func.count()).select_from(Message)).one() == 0


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


def test_the_links_sign_in_those_they_name(session: Session, now: datetime) -> None:
    demo.build_demo(session, seed=2022, now=now)
    session.flush()
    secrets = iter(f"secret-{number}" for number in range(10))
    links = demo.make_links(session, base_url="http://x", new_secret=lambda: next(secrets), now=now)
    assert set(links) == {"coordinator", "coach", "participant", "alumna", "administrator"}
    session.flush()
    for who, link in links.items():
        person = sign_in.find_signed_in(session, link.rpartition("/")[2], now=now)
        assert person is not None
        assert person.email == f"{who}@demo.example"
    assert set(session.scalars(select(AuthSession.via))) == {"demo"}


def test_a_database_with_a_demo_is_not_empty(session: Session) -> None:
    assert demo.is_empty(session)
    demo.build_demo(session, seed=2022, now=datetime(2026, 2, 28, 12, tzinfo=UTC))
    session.flush()
    assert not demo.is_empty(session)
    assert session.scalars(select(Programme.slug)).all() == ["mooc-school"]
