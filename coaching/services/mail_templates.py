"""A programme's own words for its mails: written by its coordinators, kept with what they said before, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid, NotFound
from coaching.models import MailTemplate, MailWording, MessageKind, Person, Programme
from coaching.policies import Actor, may_coordinate, may_open_cohort, require
from coaching.services import audit

if TYPE_CHECKING:
    from coaching.channels.base import Words
    from coaching.channels.placeholder import Placeholder

# In the order in which people meet them. A reset of a password belongs to no programme: it is the whole product's, and
# who could write it could ask people for their passwords.
KINDS = (
    MessageKind.INVITATION,
    MessageKind.POLL,
    MessageKind.SESSION_INVITE,
    MessageKind.SESSION_REMINDER,
    MessageKind.ACTION_REMINDER,
    MessageKind.CHECK_IN,
    MessageKind.HANDOVER,
)
NAMES: Mapping[MessageKind, str] = MappingProxyType({
    MessageKind.INVITATION: "Invitation to Coaching",
    MessageKind.POLL: "Finding a time",
    MessageKind.SESSION_INVITE: "Session, and what changes about it",
    MessageKind.SESSION_REMINDER: "Reminder before a session",
    MessageKind.ACTION_REMINDER: "Reminder of actions",
    MessageKind.CHECK_IN: "Check-in",
    MessageKind.HANDOVER: "Another coach",
})  # fmt: skip
ABOUT: Mapping[MessageKind, str] = MappingProxyType({
    MessageKind.INVITATION: "To who is added to a cohort and has no account yet.",
    MessageKind.POLL: "To who is asked when they could meet, and once more to who has not answered.",
    MessageKind.SESSION_INVITE: "With the invite for the calendar, whenever a session is new, moves, or is cancelled.",
    MessageKind.SESSION_REMINDER: "As long before a session as its cohort says.",
    MessageKind.ACTION_REMINDER: "A day before an action is due, or when its owner chose; one mail for several.",
    MessageKind.CHECK_IN: "What the follow-up plan asks, at each of its steps.",
    MessageKind.HANDOVER: "To both coaches and those they coach, when one hands over to the other.",
})  # fmt: skip
MOST_WORDINGS = 100
# What stands for the product's own words among the wordings that one can go back to.
OURS = "ours"
ONLY_COORDINATORS = "Coordinators of the programme write its mails."


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """What a kind of mail says in a programme. Where `is_ours`, the texts are what one begins with who changes it.

    `fault` is why the words could not be filled in since they were saved; those mails left with ours.
    """

    kind: MessageKind
    name: str
    subject: str
    text: str
    html: str
    is_ours: bool
    version: int
    updated_by: str | None
    updated_at: datetime | None
    fault: str
    fault_at: datetime | None

    @property
    def about(self) -> str:
        """To whom the mail goes, and when."""
        return ABOUT[self.kind]

    @property
    def names(self) -> dict[str, str]:
        """What the texts can name, as it is written in them, and what each is."""
        return {one.usage: one.what for one in placeholders_of(self.kind)}


class WordingLine(NamedTuple):
    """What a kind of mail said from a moment on, and by whom. Where `is_ours`, it said what we write."""

    id: str
    made_at: datetime
    made_by: str
    is_ours: bool
    subject: str
    text: str
    html: str


_STANDING = (
    select(MailTemplate, Person.name).join(Person, Person.id == MailTemplate.updated_by_id).order_by(MailTemplate.id)
)
_WORDINGS = (
    select(
        MailWording.public_id,
        MailWording.made_at,
        Person.name,
        MailWording.is_ours,
        MailWording.subject,
        MailWording.text,
        MailWording.html,
    )
    .join(Person, Person.id == MailWording.made_by_id)
    .order_by(MailWording.id.desc())
    .limit(MOST_WORDINGS)
)


def list_templates(session: Session, programme: Programme, *, actor: Actor) -> list[TemplateLine]:
    """Every kind of mail that a programme can write itself, with what it says and who changed it when."""
    _require_coordinator(programme, actor)
    found = session.execute(_STANDING.where(MailTemplate.programme_id == programme.id)).all()
    own = {template.kind: _line(template, by) for template, by in found}
    return [own.get(kind) or _ours(kind) for kind in KINDS]


def read_template(
    session: Session, programme: Programme, kind_word: str, *, actor: Actor, to_change: bool = False
) -> TemplateLine:
    """What one kind of mail says. `to_change` holds the programme, so that of two who save at once the second waits,
    and hears of the first."""
    _require_coordinator(programme, actor)
    kind = _kind(kind_word)
    if to_change:
        session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update(key_share=True))
    template = _find(session, programme, kind)
    if template is None:
        return _ours(kind)
    return _line(template, session.get_one(Person, template.updated_by_id).name)


def list_wordings(session: Session, programme: Programme, kind_word: str, *, actor: Actor) -> list[WordingLine]:
    """What a kind of mail said, the newest first."""
    _require_coordinator(programme, actor)
    of_kind = _WORDINGS.where(MailWording.programme_id == programme.id, MailWording.kind == _kind(kind_word))
    return [WordingLine(*row) for row in session.execute(of_kind)]


def write_template(
    session: Session,
    programme: Programme,
    kind_word: str,
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    text: str,
    html: str = "",
) -> TemplateLine:
    """Gives a kind of mail the programme's own words, from the next mail that is written on.

    Raises Invalid, by field, where the words cannot be filled in, or lack what people need to answer.
    """
    _require_coordinator(programme, actor)
    kind = _kind(kind_word)
    check_words(kind, subject=subject, text=text, html=html)
    template = _find(session, programme, kind)
    if template is None:
        template = MailTemplate(programme_id=programme.id, kind=kind)
        session.add(template)
    _set(session, template, actor=actor, now=now, subject=subject, text=text, html=html, is_ours=False)
    audit.record(session, "mail_template.written", template, actor=actor, now=now)
    # The version that it has now is given by the database.
    session.flush()
    return _line(template, actor.name)


def revert_template(session: Session, programme: Programme, kind_word: str, *, actor: Actor, now: datetime) -> None:
    """Goes back to our words. What the programme wrote is kept, and can be put back."""
    _require_coordinator(programme, actor)
    kind = _kind(kind_word)
    template = _find(session, programme, kind)
    if template is not None and not template.is_ours:
        _set(session, template, actor=actor, now=now, subject="", text="", html="", is_ours=True)
        audit.record(session, "mail_template.reverted", template, actor=actor, now=now)


def restore_wording(
    session: Session, programme: Programme, kind_word: str, wording_id: str, *, actor: Actor, now: datetime
) -> None:
    """Goes back to what a kind of mail said before: to words of the programme, or to `ours`."""
    _require_coordinator(programme, actor)
    if wording_id == OURS:
        revert_template(session, programme, kind_word, actor=actor, now=now)
        return
    of_kind = (MailWording.programme_id == programme.id, MailWording.kind == _kind(kind_word))
    found = session.scalars(select(MailWording).where(MailWording.public_id == wording_id, *of_kind)).one_or_none()
    if found is None or found.is_ours:
        raise Invalid.field("wording", "Choose one of the earlier wordings.")
    texts = {"subject": found.subject, "text": found.text, "html": found.html}
    write_template(session, programme, kind_word, actor=actor, now=now, **texts)


def check_words(kind: MessageKind, *, subject: str, text: str, html: str) -> None:
    """Raises Invalid, by field, for words that a mail of this kind cannot have."""
    # All that writes mails takes a while to load, and the processes that serve pages seldom need it.
    from coaching.channels.base import Words  # noqa: PLC0415
    from coaching.channels.words import faults_of  # noqa: PLC0415

    faults = faults_of(kind.value, Words(0, subject, text, html))
    if faults:
        raise Invalid("These words cannot be used as they are. Each field says what to do.", faults)


def placeholders_of(kind: MessageKind) -> tuple[Placeholder, ...]:
    """What the words of a kind of mail can name."""
    from coaching.channels.placeholders import PLACEHOLDERS  # noqa: PLC0415

    return PLACEHOLDERS[kind.value]


def _first_words(kind: MessageKind) -> Words:
    from coaching.channels.first_words import FIRST_WORDS  # noqa: PLC0415

    return FIRST_WORDS[kind.value]


def _require_coordinator(programme: Programme, actor: Actor) -> None:
    require(may_coordinate(actor, programme.id), seen=may_open_cohort(actor, programme.id), message=ONLY_COORDINATORS)


def _kind(word: str) -> MessageKind:
    if word not in KINDS:
        raise NotFound
    return MessageKind(word)


def _find(session: Session, programme: Programme, kind: MessageKind) -> MailTemplate | None:
    of_kind = select(MailTemplate).where(MailTemplate.programme_id == programme.id, MailTemplate.kind == kind)
    return session.scalars(of_kind).one_or_none()


def _set(session: Session, template: MailTemplate, *, actor: Actor, now: datetime, **values: Any) -> None:
    """The values as they stand from now on, in the row and in its history."""
    for name, value in values.items():
        setattr(template, name, value)
    template.updated_by_id, template.updated_at = actor.person_id, now
    template.fault, template.fault_at = "", None
    whose = {"programme_id": template.programme_id, "kind": template.kind}
    session.add(MailWording(**whose, **values, made_by_id=actor.person_id, made_at=now))


def _ours(kind: MessageKind) -> TemplateLine:
    first = _first_words(kind)
    return TemplateLine(kind, NAMES[kind], first.subject, first.text, first.html, True, 0, None, None, "", None)


def _line(template: MailTemplate, by: str) -> TemplateLine:
    texts = _first_words(template.kind) if template.is_ours else template
    return TemplateLine(
        template.kind,
        NAMES[template.kind],
        texts.subject,
        texts.text,
        texts.html,
        template.is_ours,
        template.version,
        by,
        template.updated_at,
        template.fault,
        template.fault_at,
    )
