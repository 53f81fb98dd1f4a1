"""What the sweep reads of a batch: whose check-ins are due, all that these people have to come, what was sent them.

A batch is one of people, not of check-ins: everything that somebody has due goes into one mail, and a weekly limit is
kept over all of their cohorts. So a scheduler locks the people that it deals with, and leaves to another tick whoever
another scheduler holds, and whoever has a check-in that is being answered or moved at this moment. Nothing here waits
for a lock, so nothing here can come into a deadlock with those who do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, and_, bindparam, exists, func, literal_column, or_, select

from coaching.models import (
    Asking,
    CheckIn,
    CheckInState,
    Cohort,
    ContactAddress,
    ContactPreference,
    CourseProject,
    FollowUpStep,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Programme,
    ProjectOwner,
    Role,
)
from coaching.models.base import UTCDateTime
from coaching.services.asked_about import ABOUT, MORE
from coaching.services.asking_hours import WEEK
from coaching.services.due_records import AskedCohort, AskedStep, Background, DueCheckIn
from coaching.services.numbers import ENGINES, among, packed
from coaching.services.words import is_one_of, is_word, read_word

ON_ITS_WAY = (MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED, MessageState.TRANSMITTING)
# How far ahead is looked: what comes up later today travels along, and a nudge lets a question of this week go first.
AHEAD = WEEK

# The tables, not the classes: hundreds of rows a statement, and nothing for the session to hold.
_check_in = cast(Table, CheckIn.__table__)
_now: Any = bindparam("now", type_=UTCDateTime())
_horizon: Any = bindparam("horizon", type_=UTCDateTime())
_wakes = _check_in.c.wake_at <= _now
# In the index's own order, so that a planner without statistics takes the index too, and reads one entry of it.
_PEEK = select(_check_in.c.id).where(_wakes).order_by(_check_in.c.wake_at, _check_in.c.id).limit(literal_column("1"))
# This lock keeps other schedulers from somebody, and nobody from writing a row that refers to them.
_PEOPLE = (
    select(Membership.person_id)
    .select_from(_check_in)
    .join(Membership, Membership.id == _check_in.c.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .where(_wakes)
    .order_by(_check_in.c.wake_at, _check_in.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=Person, skip_locked=True, key_share=True)
)
_COLUMNS = (
    _check_in.c.id,
    _check_in.c.public_id,
    _check_in.c.membership_id,
    read_word(_check_in.c.state, CheckInState),
    _check_in.c.closes_at,
    _check_in.c.asked_at,
    _check_in.c.wake_at,
    read_word(_check_in.c.held, Held),
    _check_in.c.nudged,
    _check_in.c.escalated_at,
    select(func.max(Asking.number)).where(Asking.check_in_id == _check_in.c.id).scalar_subquery(),
    ABOUT,
    read_word(Membership.role, Role),
    read_word(Membership.status, MembershipStatus),
    Membership.follow_ups_stopped_at,
    Membership.alumni_consent,
    Membership.person_id,
    Person.email,
    Person.timezone,
    and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)),
    ContactPreference.weekly_limit,
    ContactPreference.from_hour,
    ContactPreference.until_hour,
    ContactPreference.weekends,
    ContactPreference.paused_until,
    OptOut.id.is_not(None),
    exists().where(ContactAddress.person_id == Membership.person_id, ContactAddress.channel == FollowUpStep.channel),
    _check_in.c.step_id,
    Membership.cohort_id,
)


def joined(*more: Any) -> Select[Any]:
    """Check-ins as `complete` takes them, and whatever else is wanted of the same rows after that."""
    opted_out = and_(OptOut.person_id == Membership.person_id, is_word(OptOut.kind, MessageKind.CHECK_IN))
    return (
        select(*_COLUMNS, *more)
        .select_from(_check_in)
        .join(Membership, Membership.id == _check_in.c.membership_id)
        .join(FollowUpStep, FollowUpStep.id == _check_in.c.step_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(ContactPreference, ContactPreference.person_id == Membership.person_id)
        .outerjoin(OptOut, opted_out)
        .order_by(_check_in.c.wake_at, _check_in.c.id)
    )


def _theirs(engine: str) -> tuple[Any, ...]:
    """What these people have until the horizon. No index is asked for the moment, because that of all that wakes would
    be read from its beginning: the way is by the people."""
    moment = func.coalesce(_check_in.c.wake_at, _check_in.c.wake_at)
    return among(Membership.person_id, "people", engine), moment <= _horizon


_DUE = {engine: joined().where(*_theirs(engine)).with_for_update(of=_check_in, skip_locked=True) for engine in ENGINES}
_STEPS = {
    engine: select(*(getattr(FollowUpStep, name) for name in AskedStep._fields[:-1]), MORE).where(
        among(FollowUpStep.id, "numbers", engine)
    )
    for engine in ENGINES
}
_COHORTS = {
    engine: select(Cohort.id, Cohort.name, Programme.name, Programme.is_synthetic, Cohort.state)
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(among(Cohort.id, "numbers", engine))
    for engine in ENGINES
}
_COUNT = (
    select(func.count())
    .select_from(_check_in)
    .join(Membership, Membership.id == _check_in.c.membership_id)
    .where(*_theirs("postgresql"))
)
_COUNTS = _COUNT.add_columns(Membership.person_id).group_by(Membership.person_id)
# What is on its way counts as now: it leaves from now on, and nobody knows when. The way is by the people here, too: an
# index that begins with the kind would be read for every check-in that was ever sent.
_USED = {
    engine: select(Message.recipient_id, Message.settled_at).where(
        among(Message.recipient_id, "people", engine),
        func.coalesce(Message.kind, Message.kind) == literal_column(f"'{MessageKind.CHECK_IN.value}'"),
        or_(
            is_one_of(Message.state, ON_ITS_WAY),
            and_(
                is_one_of(Message.state, (MessageState.SENT, MessageState.UNKNOWN)),
                Message.settled_at > bindparam("since", type_=UTCDateTime()),
            ),
        ),
    )
    for engine in ENGINES
}
_STAGES = {
    engine: select(ProjectOwner.membership_id, CourseProject.stage)
    .join(CourseProject, CourseProject.id == ProjectOwner.project_id)
    .where(among(ProjectOwner.membership_id, "members", engine))
    for engine in ENGINES
}
_UNSENT = {
    engine: select(Asking.check_in_id)
    .join(Message, Message.id == Asking.message_id)
    .where(among(Asking.check_in_id, "numbers", engine), is_one_of(Message.state, ON_ITS_WAY))
    for engine in ENGINES
}
_CONSENT_ASKED = {
    engine: select(_check_in.c.membership_id, _check_in.c.state, _check_in.c.closes_at)
    .join(FollowUpStep, FollowUpStep.id == _check_in.c.step_id)
    .where(
        among(_check_in.c.membership_id, "members", engine),
        FollowUpStep.is_alumni,
        _check_in.c.asked_at.is_not(None),
    )
    for engine in ENGINES
}


def is_any_due(connection: Connection, *, now: datetime) -> bool:
    """Whether a sweep would find something: a read, so that an idle tick takes no lock."""
    return connection.execute(_PEEK, {"now": now}).first() is not None


def read_due(connection: Connection, *, now: datetime, limit: int) -> dict[int, list[DueCheckIn]]:
    """The people of the next `limit` check-ins that wake, each with all that they have within the week, locked."""
    people = set(connection.execute(_PEOPLE, {"now": now, "limit": limit}).scalars())
    if not people:
        return {}
    values = {"people": packed(connection, people), "horizon": now + AHEAD}
    rows: Sequence[Any] = connection.execute(_DUE[connection.dialect.name], values).all()
    if connection.dialect.name == "postgresql":
        rows = _of_those_nobody_holds(connection, rows, values)
    found: dict[int, list[DueCheckIn]] = defaultdict(list)
    for due in complete(connection, rows):
        found[due.person_id].append(due)
    return found


def complete(connection: Connection, rows: Sequence[Sequence[Any]]) -> list[DueCheckIn]:
    """Rows of `joined` with their steps and cohorts, which are read once for all of them. What else was wanted of the
    rows is left out."""
    own = [tuple(row[: len(_COLUMNS)]) for row in rows]
    steps = {row[0]: AskedStep._make(row) for row in _read(connection, _STEPS, "numbers", {row[-2] for row in own})}
    cohorts = {
        row[0]: AskedCohort._make(row) for row in _read(connection, _COHORTS, "numbers", {row[-1] for row in own})
    }
    return [DueCheckIn._make((*row, steps[row[-2]], cohorts[row[-1]])) for row in own]


def _of_those_nobody_holds(connection: Connection, rows: Sequence[Any], values: dict[str, Any]) -> Sequence[Any]:
    """Whoever has a check-in that somebody else holds is left for later: part of their mail would go alone.

    What we hold nobody changes, so that nothing is missing where the number is right, as it nearly always is.
    """
    if connection.execute(_COUNT, values).scalar_one() == len(rows):
        return rows
    counts = {person: count for count, person in connection.execute(_COUNTS, values)}
    held = Counter(row.person_id for row in rows)
    return [row for row in rows if counts.get(row.person_id) == held[row.person_id]]


def read_background(connection: Connection, due: Sequence[DueCheckIn], *, now: datetime) -> Background:
    """Everything else, with one statement for each thing that is asked of anybody in the batch."""
    used: dict[int, list[datetime]] = defaultdict(list)
    people = packed(connection, {each.person_id for each in due})
    engine = connection.dialect.name
    for person, settled_at in connection.execute(_USED[engine], {"people": people, "since": now - WEEK}):
        used[person].append(settled_at or now)
    stages: dict[int, set[str]] = defaultdict(set)
    for member, stage in _read(connection, _STAGES, "members", {each.membership_id for each in due if each.stages}):
        stages[member].add(stage)
    asked = {each.id for each in due if each.state == CheckInState.ASKED}
    unsent = {number for (number,) in _read(connection, _UNSENT, "numbers", asked)}
    consent_asked: dict[int, list[datetime | None]] = defaultdict(list)
    undecided = {each.membership_id for each in due if each.is_alumni and each.alumni_consent is None}
    for member, state, closes_at in _read(connection, _CONSENT_ASKED, "members", undecided):
        consent_asked[member].append(closes_at if state == CheckInState.ASKED and closes_at > now else None)
    return Background(used, stages, unsent, consent_asked)


def _read(connection: Connection, statements: dict[str, Any], name: str, numbers: set[int]) -> Iterable[Any]:
    if not numbers:
        return ()
    return connection.execute(statements[connection.dialect.name], {name: packed(connection, numbers)})
