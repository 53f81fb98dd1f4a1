"""Letters: what somebody who runs a cohort writes to one of its members themselves.

A person wrote it, so it waits for no hours and counts towards no limit. It is a message in the outbox like any other,
so its delivery is on record; its words are not, once it has left.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coaching.channels.base import INBOX, MAIL
from coaching.errors import Conflict
from coaching.models import OPEN_STATUSES, Membership, Message, MessageKind, Person
from coaching.policies import Actor, may_sign_in, may_view_member, may_write_to, require
from coaching.services import audit
from coaching.services.outbox import enqueue
from coaching.tokens import new_public_id

FOR_RUNNERS = "Those who run the cohort write to its members."


def write_to_member(
    session: Session, membership: Membership, *, actor: Actor, now: datetime, subject: str, text: str
) -> Message:
    """A letter to the member, by mail where they have an address and else into their inbox; replies go to the actor.

    Raises Conflict where they are not in the cohort any more, or cannot sign in.
    """
    require(may_write_to(actor, membership), seen=may_view_member(actor, membership), message=FOR_RUNNERS)
    person = membership.person
    # Who has left, or was never in, is not written to in the cohort’s name.
    if membership.status not in OPEN_STATUSES or not may_sign_in(person):
        raise Conflict(f"{person.name} is not in the cohort any more, and gets no letters from it.")
    cohort = membership.cohort
    message = enqueue(
        session,
        kind=MessageKind.LETTER,
        subject_id=membership.id,
        occurrence=new_public_id(),
        recipient=person,
        facts={
            "subject": subject,
            "paragraphs": [one.strip("\n") for one in text.split("\n\n") if one.strip()],
            "by": actor.name,
            "cohort": cohort.name,
            "reply_to": session.get_one(Person, actor.person_id).email or "",
            "is_synthetic": cohort.programme.is_synthetic,
        },
        now=now,
        channel=MAIL if person.email else INBOX,
        cohort_id=cohort.id,
    )
    audit.record(session, "letter.written", membership, actor=actor, now=now)
    return message
