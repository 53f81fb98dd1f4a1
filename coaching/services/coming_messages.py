"""What will be sent in the next 30 days, by what is known now: to whom, when, by which way, and why.

Three statements, whoever is looked at: check-ins that the timetable will wake, sessions that it will remind of, and
messages that are written and wait. The future is a forecast: an answer, a move or a pause changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from coaching.models import (
    Anchor,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    ContactAddress,
    FollowUpStep,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Role,
    SessionState,
)
from coaching.services.check_in_anchors import ANCHOR_NAME, with_anchors
from coaching.services.expected import MEETS
from coaching.services.message_scope import MessageScope
from coaching.services.reminder_posting import PRESENT
from coaching.services.who_is_asked import WAYS, why_never
from coaching.services.words import is_one_of, is_word

AHEAD = timedelta(days=30)
LONGEST_LIST = 500
_UNSENT = (MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED, MessageState.TRANSMITTING)
_LIMIT: Any = literal_column(str(LONGEST_LIST))


class _Standing(NamedTuple):
    """What tells whether somebody may be asked a check-in at all."""

    channel: str
    step_role: Role
    stages: list[str]
    is_alumni: bool
    role: Role
    status: MembershipStatus
    stopped_at: datetime | None
    alumni_consent: bool | None
    email: str | None
    may_sign_in: bool
    gave_address: bool
    opted_out: bool


_STANDING = (
    FollowUpStep.channel,
    FollowUpStep.role,
    FollowUpStep.stages,
    FollowUpStep.is_alumni,
    Membership.role,
    Membership.status,
    Membership.follow_ups_stopped_at,
    Membership.alumni_consent,
    Person.email,
    and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)),
    ContactAddress.id.is_not(None),
    OptOut.id.is_not(None),
)
_CHECK_INS: Select[*tuple[Any, ...]] = (
    with_anchors(
        select(
            CheckIn.public_id,
            CheckIn.state,
            CheckIn.due_at,
            CheckIn.wake_at,
            CheckIn.closes_at,
            CheckIn.held,
            CheckIn.nudged,
            CheckIn.anchor_on,
            FollowUpStep.label,
            FollowUpStep.anchor,
            FollowUpStep.offset,
            FollowUpStep.channel,
            FollowUpStep.nudges,
            FollowUpStep.nudge_days,
            ANCHOR_NAME,
            Membership.public_id,
            Person.name,
            Cohort.name,
            *_STANDING,
        )
        .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
        .join(Membership, Membership.id == CheckIn.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
        .outerjoin(OptOut, and_(OptOut.person_id == Person.id, OptOut.kind == MessageKind.CHECK_IN))
        .outerjoin(ContactAddress, ContactAddress.person_id == Person.id)
    )
    .where(CheckIn.wake_at <= bindparam("until"))
    .order_by(CheckIn.wake_at, CheckIn.id)
    .limit(_LIMIT)
)
_SESSIONS: Select[*tuple[Any, ...]] = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        Cohort.name,
        Cohort.reminder_minutes,
        func.count(Membership.id),
        func.min(Person.name),
        func.min(Membership.public_id),
    )
    .join(Cohort, Cohort.id == CoachingSession.cohort_id)
    .join(
        Membership,
        and_(
            Membership.cohort_id == CoachingSession.cohort_id,
            Membership.role != Role.OBSERVER,
            is_one_of(Membership.status, PRESENT),
            MEETS,
        ),
    )
    .join(Person, and_(Person.id == Membership.person_id, Person.email.is_not(None)))
    .where(
        is_word(CoachingSession.state, SessionState.SCHEDULED),
        CoachingSession.starts_at > bindparam("now"),
        CoachingSession.next_reminder_at <= bindparam("until"),
    )
    .group_by(CoachingSession.id, Cohort.id)
    .order_by(CoachingSession.starts_at, CoachingSession.id)
    .limit(_LIMIT)
)
_WAITING: Select[*tuple[Any, ...]] = (
    select(Message.public_id, Message.kind, Message.state, Message.channel, Message.due_at, Person.name, Cohort.name)
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(Cohort, Cohort.id == Message.cohort_id)
    .where(is_one_of(Message.state, _UNSENT), Message.due_at <= bindparam("until"))
    .order_by(Message.due_at, Message.id)
    .limit(_LIMIT)
)


class ComingMessage(NamedTuple):
    """One thing that will be sent. `people` is to how many; of one, `name` says to whom and `membership_id` where.

    `if_silent`: it brings to mind what was asked, and is not sent if that is answered before. `held` is the rule that
    holds it back until `at`. `subject_id` is the check-in's, the session's or the message's own. `anchor` and what
    follows say what a check-in counts from, `minutes` how long before its session a reminder goes out, and `state`
    where a message that is written already stands. `refusal` is why it will not be sent, if nothing changes until then.
    """

    at: datetime
    kind: MessageKind
    subject_id: str
    channel: str
    what: str = ""
    cohort: str = ""
    people: int = 1
    name: str = ""
    membership_id: str | None = None
    anchor: Anchor | None = None
    anchor_on: date | None = None
    anchor_name: str = ""
    offset: str = ""
    minutes: int | None = None
    held: Held = Held.NOT_HELD
    if_silent: bool = False
    refusal: str = ""
    state: MessageState | None = None


class Outlook(NamedTuple):
    """What is to come, the next first. `is_cut` tells that there is more than the list holds."""

    lines: tuple[ComingMessage, ...]
    until: datetime
    is_cut: bool


def list_coming(session: Session, scope: MessageScope, *, now: datetime) -> Outlook:
    """Everything that will be sent to whom the scope is about in the next 30 days. Three statements."""
    connection, until = session.connection(), now + AHEAD
    values = {"now": now, "until": until}
    check_ins = connection.execute(_CHECK_INS.where(scope.memberships), values).all()
    sessions = connection.execute(_SESSIONS.where(scope.memberships), values).all()
    waiting = connection.execute(_WAITING.where(scope.messages), values).all()
    lines = [
        *(line for row in check_ins for line in _of_check_in(row, now, until)),
        *(line for row in sessions for line in _of_session(row, now, until)),
        *(_of_message(row, now) for row in waiting),
    ]
    lines.sort(key=lambda line: (line.at, line.what, line.name))
    is_cut = max(len(check_ins), len(sessions), len(waiting)) == LONGEST_LIST or len(lines) > LONGEST_LIST
    return Outlook(tuple(lines[:LONGEST_LIST]), until, is_cut)


def _of_check_in(row: Any, now: datetime, until: datetime) -> Iterable[ComingMessage]:
    """The asking where it is still to come, and what would bring it to mind if nobody answers."""
    is_asked = row.state == CheckInState.ASKED
    # What is overdue by some seconds leaves with the next tick.
    first = max(row.wake_at, now)
    left = range(row.nudged if is_asked else 0, row.nudges)
    gap = timedelta(days=row.nudge_days)
    moments = [first + gap * (number - left.start + (0 if is_asked else 1)) for number in left]
    if not is_asked:
        yield _check_in_line(row, first, is_nudge=False)
    for moment in moments:
        if moment <= min(until, row.closes_at):
            yield _check_in_line(row, moment, is_nudge=True)


def _check_in_line(row: Any, at: datetime, *, is_nudge: bool) -> ComingMessage:
    (
        public_id, _state, _due, _wake, _closes, held, _nudged, anchor_on, label, anchor, offset, channel,
        _nudges, _days, anchor_name, membership_id, name, cohort, *standing,
    ) = row  # fmt: skip
    return ComingMessage(
        at=at,
        kind=MessageKind.CHECK_IN,
        subject_id=public_id,
        channel=channel,
        what=label,
        cohort=cohort,
        name=name,
        membership_id=membership_id,
        anchor=anchor,
        anchor_on=anchor_on,
        anchor_name=anchor_name or "",
        offset=offset,
        held=Held.NOT_HELD if is_nudge else held,
        if_silent=is_nudge,
        refusal=_refusal(_Standing(*standing)),
    )


def _refusal(standing: _Standing) -> str:
    """Why it would not be sent as things stand. At which stage their course will be then nobody knows."""
    return why_never(standing, set(standing.stages), WAYS)


def _of_session(row: Any, now: datetime, until: datetime) -> Iterable[ComingMessage]:
    """Each reminder of a session that is still to come, once for all whom it goes to."""
    public_id, title, starts_at, cohort, offsets, people, name, membership_id = row
    for minutes in offsets:
        at = starts_at - timedelta(minutes=minutes)
        if now <= at <= until:
            yield ComingMessage(
                at=at,
                kind=MessageKind.SESSION_REMINDER,
                subject_id=public_id,
                channel="mail",
                what=title,
                cohort=cohort,
                people=people,
                name=name if people == 1 else "",
                membership_id=membership_id if people == 1 else None,
                minutes=minutes,
            )


def _of_message(row: Any, now: datetime) -> ComingMessage:
    """What is written and waits: for the next tick, for another attempt, or for a way that is shut."""
    public_id, kind, state, channel, due_at, name, cohort = row
    return ComingMessage(
        at=max(due_at, now),
        kind=kind,
        subject_id=public_id,
        channel=channel,
        cohort=cohort or "",
        name=name,
        state=state,
    )
