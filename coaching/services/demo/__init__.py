"""The demo programme: synthetic, the same for the same seed and day, in the shape of a published programme.

Seven formal cohorts over three years with 96 participants, two coaching cohorts the year after with 14. Nothing here
stores a figure that a page shows: those are all computed from the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import Membership, MembershipStatus, Person, Programme, ProgrammeCoordinator, Role, StatusChange
from coaching.services import audit, follow_ups
from coaching.services.demo.afterwards import ask_after_sessions_and_launches
from coaching.services.demo.answers import build_answers, build_ratings
from coaching.services.demo.cohorts import ZONE, Crowd, DemoCohort, build_cohorts
from coaching.services.demo.courses import furnish_courses
from coaching.services.demo.evidence import build_evidence
from coaching.services.demo.finding import build_poll
from coaching.services.demo.imports import build_imports
from coaching.services.demo.invites import invite_to_what_is_to_come
from coaching.services.demo.learning import build_learning
from coaching.services.demo.listing import build_people_import
from coaching.services.demo.log import build_log
from coaching.services.demo.loose_ends import build_loose_ends
from coaching.services.demo.notes import build_notes
from coaching.services.demo.practice import build_goals, build_projects
from coaching.services.demo.presence import record_the_last_meetings
from coaching.services.demo.recording import build_records
from coaching.services.demo.repeating import build_series
from coaching.services.demo.waiting import add_own_step, find_quiet
from coaching.services.follow_up_plans import copy_plan, follow_default_plan
from coaching.services.note_cipher import Keyring
from coaching.services.sign_in import start_auth_session

SLUG = "mooc-school"
STAFF = {
    "coordinator": ("Ruth Okafor", "coordinator@demo.example"),
    "coach": ("Sam Whitfield", "coach@demo.example"),
    "participant": ("Nia Barlow", "participant@demo.example"),
    "alumna": ("Leila Fairley", "alumna@demo.example"),
    "administrator": ("Noor Haddad", "administrator@demo.example"),
}


def is_empty(session: Session) -> bool:
    """Whether nobody is in the database yet."""
    return session.scalars(select(Person.id).limit(1)).first() is None


def build_demo(
    session: Session, *, seed: int, now: datetime, keys: Keyring | None = None, uploads: Path | None = None
) -> Programme:
    """Fills an empty database. Only with `keys` its coach has private notes; only with `uploads` there are files."""
    rng = Random(seed)  # noqa: S311  Synthetic data wants the same draws each time, not secret ones.
    crowd = Crowd(session, rng, now)
    programme = _add_programme(session, now=now)
    staff = {
        who: crowd.person(name=name, email=email, administrator=who == "administrator")
        for who, (name, email) in STAFF.items()
    }
    coaches = [staff["coach"], crowd.person(), crowd.person()]
    # The post refers to both by their numbers.
    session.flush()
    session.add(ProgrammeCoordinator(programme_id=programme.id, person_id=staff["coordinator"].id, appointed_at=now))
    cohorts = build_cohorts(session, programme, crowd, coaches, rng=rng, now=now)
    _cast(session, cohorts, staff, crowd)
    _put_into_practice(session, programme, cohorts, rng=rng, seed=seed, now=now)
    hazel, ivy = cohorts[-2:]
    for cohort in cohorts:
        # Planned as on the day the cohort was opened, so that no step counts as long past.
        follow_default_plan(session, cohort.row, now=cohort.row.created_at)
        if cohort is hazel:
            add_own_step(copy_plan(session, cohort.row, now=cohort.row.created_at))
        follow_ups.plan_check_ins(session, cohort.row, now=cohort.row.created_at)
    _look_back(session, programme, cohorts, staff["coach"], rng=rng, now=now)
    _look_ahead(session, ivy, staff["coach"], rng=rng, now=now)
    build_notes(session, hazel, ivy, staff["coach"], keys=keys, now=now)
    build_evidence(session, cohorts, folder=uploads, now=now)
    build_imports(session, hazel, now=now)
    audit.record(session, "demo.built", programme, actor=None, now=now)
    return programme


def _add_programme(session: Session, *, now: datetime) -> Programme:
    programme = Programme(
        slug=SLUG,
        name="MOOC School (demo)",
        description="Educators learn to build open online courses, and build them. Synthetic data.",
        timezone=ZONE,
        is_synthetic=True,
        created_at=now,
    )
    session.add(programme)
    return programme


def _put_into_practice(
    session: Session, programme: Programme, cohorts: list[DemoCohort], *, rng: Random, seed: int, now: datetime
) -> None:
    """What participants aim for, build, say that they learned, and write down of it."""
    build_goals(session, cohorts, rng=rng, now=now)
    build_projects(session, cohorts, rng=rng, now=now)
    build_learning(session, programme, cohorts, seed=seed, now=now)
    build_log(session, programme, cohorts, seed=seed, now=now)
    furnish_courses(session, programme, cohorts, seed=seed)


def _look_back(
    session: Session, programme: Programme, cohorts: list[DemoCohort], coach: Person, *, rng: Random, now: datetime
) -> None:
    """What was said, held lately and written down, and what is left open."""
    hazel, ivy = cohorts[-2:]
    build_ratings(session, programme, cohorts, rng=rng, now=now)
    build_answers(session, quiet=find_quiet(hazel), rng=rng, now=now)
    record_the_last_meetings(session, ivy, coach, now=now)
    build_records(session, (hazel, ivy), now=now)
    build_loose_ends(session)


def _look_ahead(session: Session, cohort: DemoCohort, coach: Person, *, rng: Random, now: datetime) -> None:
    """What is to come in the cohort that still runs: a poll, a series, calendars that know of it, and questions."""
    build_poll(session, cohort, coach, rng=rng, now=now)
    build_series(session, cohort, now=now)
    invite_to_what_is_to_come(session, cohort, now=now)
    ask_after_sessions_and_launches(session, cohort, now=now)
    build_people_import(session, cohort)


def make_links(session: Session, *, base_url: str, new_secret: Callable[[], str], now: datetime) -> dict[str, str]:
    """Fresh sign-in links to the demo. Each carries a sign-in session made here, so that opening it writes nothing."""
    links = {}
    for who, (_name, email) in STAFF.items():
        person = session.scalars(select(Person).where(Person.email == email)).one_or_none()
        if person is None:
            raise NotFound("The demo programme is not in this database. Make it in an empty one.")
        secret = new_secret()
        start_auth_session(session, person, secret=secret, via="demo", now=now)
        links[who] = f"{base_url}/demo/{secret}"
    return links


def _cast(session: Session, cohorts: list[DemoCohort], staff: dict[str, Person], crowd: Crowd) -> None:
    """Gives the people of the sign-in links their places, and the second coaching cohort an observer."""
    hazel, ivy = cohorts[-2:]
    hazel.participants[0].person = staff["alumna"]
    ivy.participants[0].person = staff["participant"]
    observer = Membership(
        cohort=ivy.row,
        person=crowd.person(),
        role=Role.OBSERVER,
        status=MembershipStatus.ACTIVE,
        joined_at=ivy.participants[0].joined_at,
    )
    session.add(observer)
    # The history refers to the membership by its number.
    session.flush()
    session.add(StatusChange(membership_id=observer.id, status=MembershipStatus.ACTIVE, at=observer.joined_at))
