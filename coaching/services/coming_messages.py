"""What will be sent in the next 30 days, by what is known now: to whom, when, by which way, and why.

So many statements, whoever is looked at: check-ins that the timetable will wake, with what the rules ask of their
people, sessions and actions that it will remind of, and messages that are written and wait. The future is a forecast:
an answer, a move or a pause changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from coaching.channels.base import MAIL
from coaching.models import (
    UNPAUSED_STATUSES,
    Anchor,
    CoachingSession,
    Cohort,
    CohortState,
    ContactPreference,
    Held,
    Membership,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Role,
    Rsvp,
    SessionState,
)
from coaching.services.asking_forecast import Foreseen
from coaching.services.asking_hours import next_open
from coaching.services.coming_action_reminders import PlannedReminder, read_coming_action_reminders
from coaching.services.coming_check_ins import Told, read_coming_check_ins
from coaching.services.expected import MEETS
from coaching.services.message_scope import MessageScope
from coaching.services.message_subjects import ABOUT
from coaching.services.reminder_posting import OPTED_OUT, SAID_NO
from coaching.services.who_is_asked import hours_of
from coaching.services.words import is_one_of, is_word

AHEAD = timedelta(days=30)
LONGEST_LIST = 500
_UNSENT = (MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED, MessageState.TRANSMITTING)
_LIMIT: Any = literal_column(str(LONGEST_LIST))


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
            is_one_of(Membership.status, UNPAUSED_STATUSES),
            MEETS,
        ),
    )
    .join(Person, and_(Person.id == Membership.person_id, Person.email.is_not(None)))
    .outerjoin(Rsvp, SAID_NO)
    .outerjoin(OptOut, OPTED_OUT)
    .where(
        OptOut.id.is_(None),
        Rsvp.id.is_(None),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
        is_word(CoachingSession.state, SessionState.SCHEDULED),
        is_word(Cohort.state, CohortState.RUNNING),
        CoachingSession.starts_at > bindparam("now"),
        CoachingSession.next_reminder_at <= bindparam("until"),
    )
    .group_by(CoachingSession.id, Cohort.id)
    .order_by(CoachingSession.starts_at, CoachingSession.id)
    .limit(_LIMIT)
)
_WAITING: Select[*tuple[Any, ...]] = (
    select(
        Message.public_id,
        Message.kind,
        Message.state,
        Message.channel,
        Message.due_at,
        Person.name,
        Cohort.name,
        ABOUT,
        Person.timezone,
        ContactPreference.from_hour,
        ContactPreference.until_hour,
        ContactPreference.weekends,
    )
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(ContactPreference, ContactPreference.person_id == Person.id)
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
    """Everything that will be sent to whom the scope is about in the next 30 days. Ten statements at most."""
    connection, until = session.connection(), now + AHEAD
    values = {"now": now, "until": until}
    check_ins = read_coming_check_ins(connection, scope, now=now, until=until, limit=LONGEST_LIST)
    sessions = connection.execute(_SESSIONS.where(scope.memberships), values).all()
    waiting = connection.execute(_WAITING.where(scope.messages), values).all()
    actions, promised = read_coming_action_reminders(
        connection, scope.memberships, now=now, until=until, limit=LONGEST_LIST
    )
    lines = [
        *(_of_check_in(*each) for each in check_ins.found),
        *(line for row in sessions for line in _of_session(row, now, until)),
        *(_of_message(row, now) for row in waiting),
        *(_of_actions(one) for one in actions),
    ]
    lines.sort(key=lambda line: (line.at, line.what, line.name))
    is_cut = max(check_ins.rows, len(sessions), len(waiting), promised) == LONGEST_LIST or len(lines) > LONGEST_LIST
    return Outlook(tuple(lines[:LONGEST_LIST]), until, is_cut)


def _of_check_in(one: Foreseen, told: Told) -> ComingMessage:
    """An asking, or what would bring it to mind if nobody answers."""
    return ComingMessage(
        at=one.at,
        kind=MessageKind.CHECK_IN,
        subject_id=one.due.public_id,
        channel=one.channel,
        what=one.due.step.label,
        cohort=one.due.cohort.name,
        name=told.name,
        membership_id=told.membership_id,
        anchor=told.anchor,
        anchor_on=told.anchor_on,
        anchor_name=told.anchor_name or "",
        offset=told.offset,
        held=one.held,
        if_silent=one.is_nudge,
        refusal=one.refusal,
    )


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


def _of_actions(one: PlannedReminder) -> ComingMessage:
    """A mail that reminds somebody of what they said they would do."""
    return ComingMessage(
        at=one.at,
        kind=MessageKind.ACTION_REMINDER,
        subject_id=one.subject_id,
        channel=MAIL,
        what=one.what,
        cohort=one.cohort,
        name=one.name,
        membership_id=one.membership_id,
        anchor_on=one.due_on,
        refusal=one.refusal,
    )


def _of_message(row: Any, now: datetime) -> ComingMessage:
    """What is written and waits: for the next tick, for another attempt, or for a way that is shut."""
    public_id, kind, state, channel, due_at, name, cohort, about, *theirs = row
    moment = max(due_at, now)
    # It is asked once more when it leaves: what a mail server kept until the evening waits for the morning.
    opening = next_open(moment, hours_of(*theirs)) if kind == MessageKind.CHECK_IN else moment
    return ComingMessage(
        at=opening,
        held=Held.QUIET_HOURS if opening > moment else Held.NOT_HELD,
        kind=kind,
        subject_id=public_id,
        channel=channel,
        # What would lead to a session from here has its own line while it is only planned.
        what=about if kind == MessageKind.SESSION_INVITE and about else "",
        cohort=cohort or "",
        name=name,
        state=state,
    )
