"""Rows for tests: each factory makes one, flushed, with sensible values and its parents where none are given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar, cast

from argon2 import PasswordHasher
from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from coaching.config import read_notes_keys
from coaching.models import (
    Action,
    Asking,
    Base,
    BatchState,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    CohortKind,
    CourseProject,
    CourseRun,
    FollowUpPlan,
    FollowUpStep,
    Goal,
    ImportBatch,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
    Platform,
    PrivateNote,
    Programme,
    ProgrammeCoordinator,
    ProjectOwner,
    Role,
    SessionState,
    Stage,
    StatusChange,
)
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.note_cipher import Keyring
from coaching.tokens import hash_secret, link_token, new_public_id

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
NOTES_KEY = "a-key-of-notes-only-tests-use-0123456789Abc"
KEYS = Keyring(read_notes_keys(NOTES_KEY))
# argon2 is slow on purpose, and no test is about that.
HASTY = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = count(1)
Row = TypeVar("Row", bound=Base)


def _keep(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def actor_of(session: Session, person: Person) -> Actor:
    return load_actor(session, person)


def make_person(session: Session, **values: Any) -> Person:
    return _keep(session, new_person(**values))


def make_programme(session: Session, **values: Any) -> Programme:
    return _keep(session, new_programme(**values))


def make_cohort(session: Session, programme: Programme | None = None, **values: Any) -> Cohort:
    return _keep(session, new_cohort(programme, **values))


def make_membership(
    session: Session, cohort: Cohort | None = None, person: Person | None = None, **values: Any
) -> Membership:
    membership = new_membership(cohort, person, **values)
    keep_members(session, membership)
    return membership


def make_coordinator(session: Session, programme: Programme, person: Person | None = None) -> Person:
    person = person or make_person(session)
    _keep(session, ProgrammeCoordinator(programme_id=programme.id, person_id=person.id, appointed_at=NOW))
    return person


# Rows that nothing has kept yet. What they hang on is kept with them: a flush of many takes little more than of one.


def new_person(**values: Any) -> Person:
    number = next(_numbers)
    values = {
        "name": f"Person {number}",
        "email": f"person{number}@example.org",
        "timezone": "Europe/London",
        "created_at": NOW,
    } | values
    return Person(**values)


def new_programme(**values: Any) -> Programme:
    number = next(_numbers)
    values = {
        "slug": f"programme-{number}",
        "name": f"Programme {number}",
        "timezone": "Europe/London",
        "created_at": NOW,
    } | values
    return Programme(**values)


def new_cohort(programme: Programme | None = None, **values: Any) -> Cohort:
    values = {
        "programme": programme or new_programme(),
        "name": f"Cohort {next(_numbers)}",
        "kind": CohortKind.COACHING,
        "timezone": "Europe/London",
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 6, 1),
        "created_at": NOW,
    } | values
    return Cohort(**values)


def new_membership(cohort: Cohort | None = None, person: Person | None = None, **values: Any) -> Membership:
    values = {
        "cohort": cohort or new_cohort(),
        "person": person or new_person(),
        "role": Role.PARTICIPANT,
        "status": MembershipStatus.ACTIVE,
        "joined_at": datetime(2026, 2, 20, 9, tzinfo=UTC),
    } | values
    return Membership(**values)


def keep_members(session: Session, *members: Membership) -> None:
    """Keeps them, each with the first line of their history."""
    session.add_all(members)
    session.flush()
    session.add_all(StatusChange(membership_id=one.id, status=one.status, at=one.joined_at) for one in members)
    session.flush()


def make_session(session: Session, cohort: Cohort | None = None, **values: Any) -> CoachingSession:
    cohort = cohort or make_cohort(session)
    starts_at = values.get("starts_at", datetime(2026, 3, 9, 9, 0, tzinfo=UTC))
    minutes = values.get("duration_minutes", 60)
    values = {
        "cohort_id": cohort.id,
        "title": f"Session {next(_numbers)}",
        "local_start": starts_at.replace(tzinfo=None),
        "timezone": "UTC",
        "duration_minutes": minutes,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "state": SessionState.SCHEDULED,
        "created_at": NOW,
    } | values
    return _keep(session, CoachingSession(**values))


def make_goal(session: Session, membership: Membership | None = None, **values: Any) -> Goal:
    membership = membership or make_membership(session)
    values = {
        "membership_id": membership.id,
        "statement": "Launch a course with my team",
        "much_less": "No course in sight",
        "less": "An outline",
        "expected": "A course that is open",
        "more": "A course with 500 joiners",
        "much_more": "A course that runs again",
        "created_at": NOW,
    } | values
    return _keep(session, Goal(**values))


def make_private_note(
    session: Session,
    author: Membership,
    body: str,
    *,
    about: Membership | None = None,
    keys: Keyring = KEYS,
    **values: Any,
) -> PrivateNote:
    """A note of this coach about a participant, or about the cohort."""
    values = {
        "public_id": new_public_id(),
        "cohort_id": author.cohort_id,
        "membership_id": about.id if about else None,
        "author_id": author.person_id,
        "written_at": NOW,
    } | values
    note = PrivateNote(**values)
    keys.seal(note, body)
    return _keep(session, note)


def make_project(
    session: Session, cohort: Cohort | None = None, *, owners: tuple[Membership, ...] = (), **values: Any
) -> CourseProject:
    if cohort is None:
        cohort = owners[0].cohort if owners else make_cohort(session)
    values = {
        "programme_id": cohort.programme_id,
        "cohort_id": cohort.id,
        "title": f"Course {next(_numbers)}",
        "platform": Platform.FUTURELEARN,
        "stage": Stage.IDEA,
        "created_at": NOW,
    } | values
    project = _keep(session, CourseProject(**values))
    for owner in owners:
        _keep(session, ProjectOwner(project_id=project.id, membership_id=owner.id, added_at=NOW))
    return project


def make_run(session: Session, project: CourseProject | None = None, **values: Any) -> CourseRun:
    project = project or make_project(session)
    values = {
        "project_id": project.id,
        "label": "Run 1",
        "platform": project.platform,
        "launched_on": date(2026, 5, 4),
        "recorded_at": NOW,
    } | values
    return _keep(session, CourseRun(**values))


def make_action(session: Session, membership: Membership | None = None, **values: Any) -> Action:
    membership = membership or make_membership(session)
    values = {"membership_id": membership.id, "statement": f"Action {next(_numbers)}", "created_at": NOW} | values
    return _keep(session, Action(**values))


def make_message(session: Session, recipient: Person, **values: Any) -> Message:
    """A message about a check-in that is due, unless it is said to be about something else."""
    usual = {
        "kind": MessageKind.CHECK_IN, "subject_id": 1, "recipient_id": recipient.id, "address": recipient.email or "",
        "facts": {}, "message_id": f"<{next(_numbers)}@example.org>", "due_at": NOW, "created_at": NOW,
    }  # fmt: skip
    return _keep(session, Message(**(usual | values)))


def make_asking_link(session: Session, check_in: CheckIn, secret: str = "theirs") -> str:
    """What stands in the link of a mail that asked this check-in before any other did."""
    message = make_message(session, check_in.membership.person, occurrence=f"link {next(_numbers)}")
    message.state, message.settled_at = MessageState.SENT, NOW
    _keep(session, Asking(check_in_id=check_in.id, message_id=message.id, number=-1, secret_hash=hash_secret(secret)))
    return link_token(check_in.public_id, secret)


def make_plan(session: Session, cohort: Cohort, **values: Any) -> FollowUpPlan:
    """A plan of the cohort's own, without steps."""
    plan = _keep(session, FollowUpPlan(**({"programme_id": cohort.programme_id, "created_at": NOW} | values)))
    # Not by the class: what a test does with the cohort afterwards finds it in its first version.
    table = cast(Table, Cohort.__table__)
    session.execute(update(table).where(table.c.id == cohort.id).values(follow_up_plan_id=plan.id))
    session.expire(cohort, ["follow_up_plan_id"])
    return plan


def make_step(session: Session, cohort: Cohort, **values: Any) -> FollowUpStep:
    """A step of the cohort's plan, which it gets where it has none."""
    plan_id = cohort.follow_up_plan_id or make_plan(session, cohort).id
    usual = {"position": 1, "label": "Two weeks on", "offset": "P14D", "question": "Have you begun?"}
    return _keep(session, FollowUpStep(**(usual | {"plan_id": plan_id} | values)))


def make_check_in(session: Session, step: FollowUpStep, member: Membership, **values: Any) -> CheckIn:
    """A check-in of the cohort's end, which waits to be asked unless it is said to be in another state."""
    due_at = values.get("due_at", NOW)
    usual = {
        "strand": step.strand,
        "anchor_id": member.cohort_id,
        "anchor_on": member.cohort.ends_on,
        "state": CheckInState.DUE,
        "due_at": due_at,
        "closes_at": due_at + timedelta(days=28),
    }
    row = usual | {"step_id": step.id, "membership_id": member.id} | values
    if row["state"] == CheckInState.DUE:
        row = {"wake_at": row["due_at"]} | row
    return _keep(session, CheckIn(**row))


def make_batch(session: Session, cohort: Cohort, person: Person, **values: Any) -> ImportBatch:
    """An import of figures into the cohort that was applied, unless it is said to be in another state."""
    usual = {
        "cohort_id": cohort.id, "kind": "figures", "file_name": f"figures-{next(_numbers)}.csv", "sha256": "0" * 64,
        "state": BatchState.APPLIED, "imported_by_id": person.id, "imported_at": NOW,
        "detected": {"label": "A table of figures", "files": [], "runs": [], "asks": []},
    }  # fmt: skip
    return _keep(session, ImportBatch(**(usual | values)))
