"""How a mail would look in words that are not saved yet: with the newest that the programme has of its kind.

It is addressed to who looks, so that it shows no other person's name than those who ask, and its links lead nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import CheckIn, CoachingSession, Cohort, Membership, MessageKind, Poll, Programme
from coaching.policies import Actor
from coaching.services.calendar_events import place_of
from coaching.services.mail_templates import check_words, read_template
from coaching.services.poll_mails import facts_of

_TARGET = re.compile(r'href="[^"]*"')
_COHORTS = select(Cohort).order_by(Cohort.id.desc()).limit(1)
_CHECK_INS = select(CheckIn).join(Membership).join(Cohort).order_by(CheckIn.due_at.desc(), CheckIn.id.desc()).limit(1)
_SESSIONS = select(CoachingSession).join(Cohort).order_by(CoachingSession.starts_at.desc()).limit(1)
_POLLS = select(Poll).join(Cohort).order_by(Poll.id.desc()).limit(1)


class Preview(NamedTuple):
    """A mail that is not sent. `of` says what its data are of; empty where they are made up."""

    subject: str
    text: str
    html: str
    of: str


class _Sample(NamedTuple):
    facts: dict[str, Any]
    of: str


def preview_template(
    session: Session,
    programme: Programme,
    kind_word: str,
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    text: str,
    html: str = "",
) -> Preview:
    """The mail in these words. Raises Invalid, by field, where they cannot be used."""
    kind = read_template(session, programme, kind_word, actor=actor).kind
    check_words(kind, subject=subject, text=text, html=html)
    sample = _SAMPLES[kind](session, programme, actor, now) or _made_up(kind, programme, now)
    # As for all that writes mails: loaded where it is needed.
    from coaching.channels.base import Letter, Words  # noqa: PLC0415
    from coaching.channels.placeholders import LINK_EXAMPLE  # noqa: PLC0415
    from coaching.channels.template_errors import fault_of  # noqa: PLC0415
    from coaching.channels.words import render_words  # noqa: PLC0415

    letter = Letter(
        kind=kind.value,
        message_id="",
        name=actor.name,
        address="",
        timezone=actor.timezone,
        facts=_linked(sample.facts, LINK_EXAMPLE) | {"is_synthetic": programme.is_synthetic},
        link=LINK_EXAMPLE,
        written_at=now,
    )
    try:
        mail = render_words(letter, Words(0, subject, text, html))
    except Exception as error:
        # They passed with made-up data; what is wrong with them shows with real ones alone.
        field, why = fault_of(error)
        raise Invalid.field(field, f"With the data of {sample.of or 'an example'}: {why}") from error
    return Preview(mail.subject, mail.plain, _TARGET.sub('href="#"', mail.html), sample.of)


def _linked(facts: dict[str, Any], link: str) -> dict[str, Any]:
    """The facts with the links that a mail has beside its own, leading where none does."""
    items = {"items": [item | {"link": link} for item in facts["items"]]} if "items" in facts else {}
    return facts | items | {"unsubscribe": link}


def _check_in(session: Session, programme: Programme, _actor: Actor, _now: datetime) -> _Sample | None:
    found = session.scalars(_CHECK_INS.where(Cohort.programme_id == programme.id)).one_or_none()
    if found is None:
        return None
    cohort = found.membership.cohort
    asked = {
        "label": found.step.label,
        "question": found.step.question,
        "cohort": cohort.name,
        "programme": programme.name,
        "closes_at": found.closes_at.isoformat(),
        "more": len(found.step.questions),
    }
    return _Sample(_asking(asked), f"the check-in “{found.step.label}” of {cohort.name}")


def _asking(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A mail that asks one check-in for the first time."""
    return {"items": [dict(asked) | {"nudge": 0, "needs_consent": False}]}


def _session_reminder(session: Session, programme: Programme, _actor: Actor, _now: datetime) -> _Sample | None:
    held = session.scalars(_SESSIONS.where(Cohort.programme_id == programme.id)).one_or_none()
    if held is None:
        return None
    facts = {
        "title": held.title,
        "cohort": held.cohort.name,
        "programme": programme.name,
        "starts_at": held.starts_at.isoformat(),
        "ends_at": held.ends_at.isoformat(),
        "zone": held.timezone,
        "place": place_of(held.location, held.join_url),
        "preparation": held.preparation,
    }
    return _Sample(facts, f"the session “{held.title}” of {held.cohort.name}")


def _action_reminder(session: Session, programme: Programme, _actor: Actor, _now: datetime) -> _Sample | None:
    """Of actions nothing is shown: they are read by whose they are and by those who run the cohort."""
    cohort = session.scalars(_COHORTS.where(Cohort.programme_id == programme.id)).one_or_none()
    return _Sample(_promised(cohort.name, programme.name), cohort.name) if cohort else None


def _promised(cohort: str, programme: str) -> dict[str, Any]:
    """A mail that reminds of one made-up action."""
    action = {"id": "", "statement": "Ask two colleagues to try the first week", "due_on": "", "whose": ""}
    return {"actions": [action | {"cohort": cohort, "programme": programme}]}


def _session_invite(session: Session, programme: Programme, actor: Actor, now: datetime) -> _Sample | None:
    sample = _session_reminder(session, programme, actor, now)
    if sample is None:
        return None
    return _Sample(_invited(sample.facts), sample.of)


def _invited(facts: Mapping[str, Any]) -> dict[str, Any]:
    """An invite to one new session."""
    line = {name: facts[name] for name in ("title", "place", "starts_at", "ends_at", "zone")}
    line |= {"act": "new", "was_from": None, "was_to": None, "words": [], "reason": ""}
    whole = {name: facts[name] for name in ("title", "cohort", "programme")}
    return whole | {"act": "new", "lines": [line], "count": 1}


def _poll(session: Session, programme: Programme, actor: Actor, _now: datetime) -> _Sample | None:
    poll = session.scalars(_POLLS.where(Cohort.programme_id == programme.id)).one_or_none()
    if poll is None:
        return None
    return _Sample(facts_of(poll, actor.name, is_reminder=False), f"the poll “{poll.title}” of {poll.cohort.name}")


def _invitation(session: Session, programme: Programme, actor: Actor, _now: datetime) -> _Sample | None:
    cohort = session.scalars(_COHORTS.where(Cohort.programme_id == programme.id)).one_or_none()
    return _Sample({"to": cohort.name, "by": actor.name}, cohort.name) if cohort else None


def _handover(session: Session, programme: Programme, _actor: Actor, _now: datetime) -> _Sample | None:
    cohort = session.scalars(_COHORTS.where(Cohort.programme_id == programme.id)).one_or_none()
    return _Sample(_handed_over(cohort.name, programme), cohort.name) if cohort else None


def _handed_over(cohort: str, programme: Programme) -> dict[str, Any]:
    """What a participant reads of a cohort that has another coach."""
    told = {"cohort": cohort, "programme": programme.name, "old": "Carol Coach", "new": "Dora Coach"}
    return told | {"pair": "", "sessions": 3, "reader": "participant"}


def _made_up(kind: MessageKind, programme: Programme, now: datetime) -> _Sample:
    """Where the programme has nothing of the kind yet."""
    day = [(now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0) for days in range(9)]
    held = {
        "title": "Circle 3",
        "cohort": "Cohort 7",
        "programme": programme.name,
        "starts_at": day[2].isoformat(),
        "ends_at": (day[2] + timedelta(hours=1)).isoformat(),
        "zone": programme.timezone,
        "place": "Room 4",
        "preparation": "Read chapter 2.",
    }
    polled = {"title": "A first meeting", "note": "An hour is enough.", "cohort": "Cohort 7", "by": "Carol Coach"}
    asked = {"label": "Two weeks on", "question": "Have you begun to put what you learned into practice?"}
    slots = [day[4].isoformat(), day[5].isoformat()]
    made_up: Mapping[MessageKind, dict[str, Any]] = {
        MessageKind.CHECK_IN: _asking(held | asked | {"closes_at": day[8].isoformat()}),
        MessageKind.SESSION_REMINDER: held,
        MessageKind.ACTION_REMINDER: _promised("Cohort 7", programme.name),
        MessageKind.SESSION_INVITE: _invited(held),
        MessageKind.POLL: polled
        | {"minutes": 60, "slots": slots, "closes_at": day[3].isoformat(), "is_reminder": False},
        MessageKind.INVITATION: {"to": "Cohort 7", "by": "Carol Coach"},
        MessageKind.HANDOVER: _handed_over("Cohort 7", programme),
    }
    return _Sample(made_up[kind], "")


_SAMPLES: Mapping[MessageKind, Callable[[Session, Programme, Actor, datetime], _Sample | None]] = {
    MessageKind.CHECK_IN: _check_in,
    MessageKind.SESSION_REMINDER: _session_reminder,
    MessageKind.ACTION_REMINDER: _action_reminder,
    MessageKind.SESSION_INVITE: _session_invite,
    MessageKind.POLL: _poll,
    MessageKind.INVITATION: _invitation,
    MessageKind.HANDOVER: _handover,
}
