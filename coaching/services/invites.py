"""Invites: each person's calendar is brought to what holds, by one mail for each event that differs.

Whatever changed, this compares what everybody concerned was told with what holds now, calls off what is still waiting
to be sent, and writes one mail for each person and event. It all happens in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    CalendarInvite,
    Capability,
    InvitedSession,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Purpose,
    Role,
)
from coaching.services.calendar_events import Copy, uid_of
from coaching.services.event_changes import Act, Fate, Plan, Told, Wanted, after, differences, holds, make_plan, says
from coaching.services.event_rows import Event, Ground, Invite, Member, read_ground, wanted_by
from coaching.services.insertion import insert_rows
from coaching.services.invite_checks import REPLACED
from coaching.services.invite_mail import facts_of
from coaching.services.outbox import cancel_messages, message_id_of
from coaching.tokens import hash_secret, new_public_id, new_secret

# For how long after the end somebody can still look at what they answered.
LINK_OUTLIVES = timedelta(days=1)

# The tables, not the classes: many rows a statement, and nothing for the session to hold.
_invite = cast(Table, CalendarInvite.__table__)
_told = cast(Table, InvitedSession.__table__)
_message = cast(Table, Message.__table__)
_capability = cast(Table, Capability.__table__)
_INVITE_NUMBERS = select(_invite.c.id, _invite.c.series_id, _invite.c.session_id, _invite.c.person_id).where(
    _invite.c.person_id.in_(bindparam("person_ids", expanding=True)),
    _invite.c.series_id.in_(bindparam("series_ids", expanding=True))
    | _invite.c.session_id.in_(bindparam("session_ids", expanding=True)),
)
_MESSAGE_NUMBERS = select(_message.c.public_id, _message.c.id).where(
    _message.c.public_id.in_(bindparam("identifiers", expanding=True))
)
_FORGET = delete(_told).where(_told.c.id.in_(bindparam("numbers", expanding=True)))
_RETELL = (
    update(_told)
    .where(_told.c.id == bindparam("number"))
    .values(
        starts_at=bindparam("start"),
        is_cancelled=bindparam("off"),
        told=bindparam("now_told"),
        had=bindparam("had_before"),
        message_id=bindparam("by_message"),
    )
)
_ADVANCE = (
    update(_invite)
    .where(_invite.c.id == bindparam("number"))
    .values(sequence=bindparam("now_at"), is_live=bindparam("lives"))
)


@dataclass(slots=True)
class Mail:
    """One person's mail about one event, on its way into the outbox; without a plan what waited is only called off."""

    event: Event
    member: Member
    wanted: Wanted
    invite: Invite
    plan: Plan | None
    public_id: str = ""
    secret: str | None = None
    number: int | None = None


def tell(
    session: Session,
    cohort_id: int,
    series_ids: Collection[int],
    session_ids: Collection[int],
    *,
    now: datetime,
    person_id: int | None = None,
) -> None:
    """Brings the calendars of everybody concerned to what holds of these events; of one person where one is named.

    Call it with the cohort's calendar locked (`lock_calendar`), before anything was looked up.
    """
    if not series_ids and not session_ids:
        return
    connection = session.connection()
    ground = read_ground(connection, cohort_id, series_ids, session_ids)
    concerned = [
        (event, member)
        for event in ground.events
        for member in ground.members
        if person_id in (None, member.person_id) and _is_outdated(ground, event, member, now=now)
    ]
    if not concerned:
        return
    _add_invites(connection, ground, concerned, now=now)
    mails = _plan(session, ground, concerned, now=now)
    _post(connection, ground, [mail for mail in mails if mail.plan is not None], now=now)
    _keep(connection, mails)


def _is_outdated(ground: Ground, event: Event, member: Member, *, now: datetime) -> bool:
    """Whether what they were told, or will have been when what waits has come, is not what holds."""
    invite = ground.invite_of(event, member)
    if member.status == MembershipStatus.PAUSED:
        return invite is not None and any(row.fate is Fate.WAITING for row in invite.rows.values())
    if not member.can_be_told:
        return False
    known = says(invite.rows) if invite else {}
    return bool(differences(known, wanted_by(event, member), now=now))


def _add_invites(
    connection: Connection, ground: Ground, concerned: Sequence[tuple[Event, Member]], *, now: datetime
) -> None:
    """A copy of the event for each who has none. Its first mail is number 0."""
    fresh = [(event, member) for event, member in concerned if ground.invite_of(event, member) is None]
    if not fresh:
        return
    rows = [(event.series_id, event.session_id, member.person_id) for event, member in fresh]
    shared = {"sequence": -1, "is_live": True, "created_at": now}
    insert_rows(connection, _invite, shared, ("series_id", "session_id", "person_id"), rows)
    which = {
        "person_ids": sorted({person for _series, _lone, person in rows}),
        "series_ids": sorted({series for series, _lone, _person in rows if series}),
        "session_ids": sorted({lone for _series, lone, _person in rows if lone}),
    }
    for number, series, lone, person in connection.execute(_INVITE_NUMBERS, which):
        ground.invites.setdefault((series, lone, person), Invite(number, -1, True))


def _plan(session: Session, ground: Ground, concerned: Sequence[tuple[Event, Member]], *, now: datetime) -> list[Mail]:
    """What is waiting is called off first: from then on it is sure what everybody has."""
    known = [
        (event, member, ground.invites[event.series_id, event.session_id, member.person_id])
        for event, member in concerned
    ]
    numbers = [invite.id for _event, _member, invite in known if invite.rows]
    stopped = set(cancel_messages(session, MessageKind.SESSION_INVITE, numbers, now=now, reason=REPLACED))
    mails = []
    for event, member, invite in known:
        if invite.id not in stopped:
            # It left while we looked.
            invite.rows = {
                number: Told(row.told, row.had) if row.fate is Fate.WAITING else row
                for number, row in invite.rows.items()
            }
        wanted = wanted_by(event, member)
        plan = make_plan(holds(invite.rows), wanted, now=now) if member.can_be_told else None
        mails.append(Mail(event, member, wanted, invite, plan))
    return mails


def _post(connection: Connection, ground: Ground, mails: Sequence[Mail], *, now: datetime) -> None:
    """The messages, and the links to answer by. Coaches are not asked whether they come."""
    rows = []
    for mail in mails:
        mail.invite.sequence += 1
        mail.public_id = new_public_id()
        asks = mail.plan is not None and mail.plan.act in (Act.WHOLE, Act.PART) and mail.member.role != Role.COACH
        # A link whose time is over would hold its mail back, and what is over asks nobody.
        mail.secret = new_secret() if asks and _link_ends(mail) > now + LINK_OUTLIVES else None
        rows.append(_message_row(ground, mail, now=now))
    links = [
        (hash_secret(mail.secret), mail.invite.id, mail.member.person_id, _link_ends(mail))
        for mail in mails
        if mail.secret
    ]
    shared: dict[str, Any] = {"purpose": Purpose.RSVP, "created_at": now}
    insert_rows(connection, _capability, shared, ("secret_hash", "subject_id", "person_id", "expires_at"), links)
    shared = {
        "kind": MessageKind.SESSION_INVITE, "channel": "mail", "state": MessageState.DUE, "due_at": now,
        "created_at": now, "attempts": 0, "cohort_id": ground.cohort_id,
    }  # fmt: skip
    columns = ("public_id", "message_id", "subject_id", "occurrence", "recipient_id", "address", "facts", "secret")
    insert_rows(connection, _message, shared, columns, rows)
    numbers = dict(connection.execute(_MESSAGE_NUMBERS, {"identifiers": [mail.public_id for mail in mails]}).all())
    for mail in mails:
        mail.number = numbers[mail.public_id]


def _message_row(ground: Ground, mail: Mail, *, now: datetime) -> tuple[Any, ...]:
    member, address = mail.member, mail.member.email or ""
    copy = Copy(uid_of(mail.event.public_id), mail.invite.sequence, now, member.name, address)
    facts = facts_of(ground, mail.event, cast(Plan, mail.plan), mail.wanted, copy)
    message_id = message_id_of(mail.public_id)
    number = str(mail.invite.sequence)
    return (mail.public_id, message_id, mail.invite.id, number, member.person_id, address, facts, mail.secret)


def _link_ends(mail: Mail) -> datetime:
    return max(meeting.ends_at for meeting in mail.wanted.meetings.values()) + LINK_OUTLIVES


def _keep(connection: Connection, mails: Sequence[Mail]) -> None:
    """Who was told what, by which message."""
    gone: list[int] = []
    changed: list[dict[str, Any]] = []
    fresh: list[tuple[Any, ...]] = []
    for mail in mails:
        for number, row in after(mail.invite.rows, mail.plan, mail.wanted).items():
            known = mail.invite.numbers.get(number)
            if row is None:
                gone += [known] if known else []
                continue
            by = mail.number if row.fate is Fate.WAITING else None
            start = datetime.fromisoformat((row.told or row.had or {})["starts_at"])
            if known is None:
                fresh.append((mail.invite.id, number, start, row.told is None, row.told, row.had, by))
            else:
                changed.append({
                    "number": known, "start": start, "off": row.told is None, "now_told": row.told,
                    "had_before": row.had, "by_message": by,
                })  # fmt: skip
    if gone:
        connection.execute(_FORGET, {"numbers": gone})
    if changed:
        connection.execute(_RETELL, changed)
    columns = ("invite_id", "session_id", "starts_at", "is_cancelled", "told", "had", "message_id")
    insert_rows(connection, _told, {}, columns, fresh)
    connection.execute(_ADVANCE, [_advanced(mail) for mail in mails])


def _advanced(mail: Mail) -> dict[str, Any]:
    is_live = bool(holds(mail.invite.rows)) if mail.plan is None else mail.plan.act is not Act.END
    return {"number": mail.invite.id, "now_at": mail.invite.sequence, "lives": is_live}
