"""A programme with everybody around a cohort in it, and the traces that a cohort leaves: for tests of what is seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from coaching.models import (
    AnswerChoice,
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CoachingSession,
    Cohort,
    CourseProject,
    Goal,
    Membership,
    Person,
    Programme,
    Rating,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    Role,
    Stage,
)
from tests import factories


@dataclass
class World:
    """One cohort with a coach, two participants and an observer, its coordinator, and a coach from elsewhere."""

    programme: Programme
    cohort: Cohort
    administrator: Person
    coordinator: Person
    coach: Person
    participant: Person
    fellow: Person
    observer: Person
    outsider: Person
    member: Membership
    fellow_member: Membership
    coach_member: Membership


def make_world(session: Session) -> World:
    cohort = factories.new_cohort(factories.new_programme(name="MOOC School"), name="Cohort 9")
    people = {
        name: factories.new_person(name=f"{name.title()} Person", is_administrator=name == "administrator")
        for name in ("administrator", "coach", "participant", "fellow", "observer", "outsider", "coordinator")
    }
    coach = factories.new_membership(cohort, people["coach"], role=Role.COACH)
    member = factories.new_membership(cohort, people["participant"])
    fellow = factories.new_membership(cohort, people["fellow"])
    observer = factories.new_membership(cohort, people["observer"], role=Role.OBSERVER)
    # Somebody of another programme, so that "not yours" is asked by one who is not a stranger everywhere.
    outsider = factories.new_membership(None, people["outsider"], role=Role.COACH)
    session.add_all(people.values())
    factories.keep_members(session, coach, member, fellow, observer, outsider)
    factories.make_coordinator(session, cohort.programme, people["coordinator"])
    return World(
        programme=cohort.programme,
        cohort=cohort,
        member=member,
        fellow_member=fellow,
        coach_member=coach,
        **people,
    )


@dataclass
class Traces:
    """What stands in a cohort that has been under way for a while."""

    held: CoachingSession
    coming: CoachingSession
    pair: CoachingSession
    goal: Goal
    project: CourseProject
    check_in: CheckIn
    open_check_in: CheckIn


def leave_traces(session: Session, world: World, now: datetime) -> Traces:
    """A session held and one to come, a one-to-one, a goal, a launch with its reach, check-ins of two kinds."""
    cohort, member = world.cohort, world.member
    held = factories.make_session(session, cohort, title="Held", starts_at=now - timedelta(days=7))
    coming = factories.make_session(session, cohort, title="Coming", starts_at=now + timedelta(days=7))
    pair = factories.make_session(
        session, cohort, title="Just us", starts_at=now + timedelta(days=3), pair_membership_id=member.id
    )
    session.add(
        Attendance(
            session_id=held.id, membership_id=member.id, status=AttendanceStatus.PRESENT, minutes=55,
            source=AttendanceSource.ZOOM, recorded_at=now,
        )
    )  # fmt: skip
    goal = factories.make_goal(session, member)
    session.add(Rating(goal_id=goal.id, rated_by_id=member.person_id, score=1, rated_on=now.date(), created_at=now))
    project = factories.make_project(session, owners=(member,), title="Sepsis, early", stage=Stage.LAUNCHED)
    run = factories.make_run(session, project, launched_on=now.date() - timedelta(days=20))
    session.add(
        ReachSnapshot(
            run_id=run.id, metric=ReachMetric.JOINERS, value=1234, as_of=now.date(), source=ReachSource.PARTICIPANT,
            recorded_at=now,
        )
    )  # fmt: skip
    answered, asked = _check_ins(session, world, now)
    return Traces(held, coming, pair, goal, project, answered, asked)


def _check_ins(session: Session, world: World, now: datetime) -> tuple[CheckIn, CheckIn]:
    made = []
    for position, label in enumerate(("Two weeks on", "Six weeks on")):
        step = factories.make_step(session, world.cohort, position=position, label=label, question="Did you launch?")
        asked = datetime.combine(now.date(), datetime.min.time(), UTC) - timedelta(days=10 - position)
        check_in = factories.make_check_in(
            session, step, world.member, state=CheckInState.ASKED, due_at=asked, asked_at=asked, escalated_at=now,
            closes_at=now + timedelta(days=30),
        )  # fmt: skip
        made.append(check_in)
    made[0].state = CheckInState.ANSWERED
    session.add(
        CheckInAnswer(
            check_in_id=made[0].id, choice=AnswerChoice.DID_IT, note="We are live!", answered_at=now, via="link"
        )
    )
    session.flush()
    return made[0], made[1]
