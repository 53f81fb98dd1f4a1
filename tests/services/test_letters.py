"""Letters: written in the cohort's name, kept until they leave, answered to who wrote them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import ContactPreference, MembershipStatus, MessageKind, MessageState, Role
from coaching.services.claims import claim_messages, load_claimed
from coaching.services.letters import write_to_member
from coaching.services.message_scope import scope_of_member
from coaching.services.sent_messages import list_sent
from tests.factories import NOW, actor_of, make_membership, make_person

WORDS = {"subject": "How is it going?", "text": "Tell me.\n\nMonday\nor Tuesday?\n\n\n\nYours"}


def test_a_letter_leaves_at_once_and_stands_in_the_log(session: Session) -> None:
    member = make_membership(session)
    # These are for what the product asks by itself: a person's letter waits for no hours and counts towards no limit.
    session.add(ContactPreference(person_id=member.person_id, weekly_limit=1, paused_until=NOW.date()))
    coach = make_membership(session, member.cohort, role=Role.COACH).person
    actor = actor_of(session, coach)
    first, second = (write_to_member(session, member, actor=actor, now=NOW, **WORDS) for _ in range(2))
    assert first.id != second.id, "the same words twice are two letters"
    assert (first.kind, first.state, first.due_at) == (MessageKind.LETTER, MessageState.DUE, NOW)
    assert first.facts["reply_to"] == coach.email
    assert first.facts["paragraphs"] == ["Tell me.", "Monday\nor Tuesday?", "Yours"]
    lease = {"lease": timedelta(minutes=5), "limit": 10, "channels": ["mail"]}
    ids = claim_messages(session, token="t", now=NOW, **lease)
    standing, refused = load_claimed(session, ids, token="t", now=NOW)
    assert (len(standing), refused) == (2, [])
    scope = scope_of_member(member, actor=actor)
    assert [line.kind for line in list_sent(session, scope).lines] == [MessageKind.LETTER] * 2


def test_who_has_no_mail_address_finds_it_in_the_inbox(session: Session) -> None:
    member = make_membership(session, person=make_person(session, email=None))
    coach = make_membership(session, member.cohort, role=Role.COACH).person
    letter = write_to_member(session, member, actor=actor_of(session, coach), now=NOW, **WORDS)
    assert (letter.channel, letter.address) == ("inbox", "")


@pytest.mark.parametrize("status", list(MembershipStatus))
def test_who_is_not_in_the_cohort_gets_no_letter_from_it(session: Session, status: MembershipStatus) -> None:
    member = make_membership(session, status=status)
    actor = actor_of(session, make_membership(session, member.cohort, role=Role.COACH).person)
    if status.value in {"accepted", "active", "paused", "completed"}:
        assert write_to_member(session, member, actor=actor, now=NOW, **WORDS)
        member.person.suspended_at = NOW
    with pytest.raises(Conflict, match="gets no letters"):
        write_to_member(session, member, actor=actor, now=NOW, **WORDS)
