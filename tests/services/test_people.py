"""People: invited, let in by link, suspended; passwords reset."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import AuthSession, Capability, Message, MessageKind, Purpose
from coaching.services import capabilities, people, sign_in
from coaching.services.api_tokens import create_api_token, find_token_holder
from coaching.services.passwords import is_password_right
from tests.factories import actor_of, make_person

PASSWORD = "correct horse battery"


def invite(session: Session, now: datetime, secret: str = "s" * 43) -> None:
    person = people.create_person(session, email=" New@Example.org ", name="New", timezone="UTC", now=now)
    people.invite_person(session, person, to="Cohort 1", by="Ruth", secret=secret, now=now)


def test_an_invitation_is_mailed_in_the_same_transaction_and_lets_in_once(session: Session, now: datetime) -> None:
    invite(session, now)
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.address, message.secret) == (MessageKind.INVITATION, "new@example.org", "s" * 43)
    assert session.scalars(select(Capability.secret_hash)).one() != "s" * 43

    person = people.accept_invitation(
        session, "s" * 43, name="Nia", password=PASSWORD, timezone="Europe/London", now=now
    )
    assert (person.name, person.timezone) == ("Nia", "Europe/London")
    assert is_password_right(PASSWORD, person.password_hash)
    with pytest.raises(Invalid) as refusal:
        people.accept_invitation(session, "s" * 43, name="Nia", password=PASSWORD, timezone="UTC", now=now)
    assert refusal.value.code == "link-ended"


def test_a_second_invitation_ends_the_first(session: Session, now: datetime) -> None:
    invite(session, now)
    person = people.find_person_by_email(session, "NEW@example.org")
    assert person is not None
    people.invite_person(session, person, to="Cohort 1", by="Ruth", secret="t" * 43, now=now + timedelta(minutes=1))
    with pytest.raises(Invalid):
        capabilities.open_capability(session, "s" * 43, Purpose.INVITATION, now=now)
    assert capabilities.open_capability(session, "t" * 43, Purpose.INVITATION, now=now).person is person


@pytest.mark.parametrize(
    ("purpose", "later", "code"),
    [
        (Purpose.PASSWORD_RESET, timedelta(0), "wrong-purpose"),
        (Purpose.INVITATION, people.INVITATION_LIFETIME, "link-ended"),
    ],
)
def test_a_link_is_for_one_purpose_and_ends(
    session: Session, now: datetime, purpose: Purpose, later: timedelta, code: str
) -> None:
    invite(session, now)
    with pytest.raises(Invalid) as refusal:
        capabilities.open_capability(session, "s" * 43, purpose, now=now + later)
    assert refusal.value.code == code


def test_an_unknown_link_and_one_of_a_suspended_person_answer_alike(session: Session, now: datetime) -> None:
    invite(session, now)
    with pytest.raises(NotFound) as unknown:
        capabilities.open_capability(session, "x" * 43, Purpose.INVITATION, now=now)
    person = people.find_person_by_email(session, "new@example.org")
    assert person is not None
    people.suspend_person(session, person, actor=None, now=now)
    with pytest.raises(NotFound) as suspended:
        capabilities.open_capability(session, "s" * 43, Purpose.INVITATION, now=now)
    assert unknown.value.message == suspended.value.message


def test_a_reset_mails_only_those_who_exist_and_signs_out_everywhere(session: Session, now: datetime) -> None:
    people.request_password_reset(session, email="nobody@example.org", secret="r" * 43, now=now)
    assert session.scalars(select(Message)).all() == []
    person = make_person(session, email="nia@example.org")
    sign_in.start_auth_session(session, person, secret="old", via="password", now=now)
    people.request_password_reset(session, email="Nia@example.org", secret="r" * 43, now=now)
    assert session.scalars(select(Message.kind)).one() == MessageKind.PASSWORD_RESET
    people.reset_password(session, "r" * 43, password=PASSWORD, now=now)
    session.expire_all()
    assert session.scalars(select(AuthSession.ended_at)).one() == now
    assert is_password_right(PASSWORD, person.password_hash)


def test_a_short_password_is_refused_and_the_link_still_works(session: Session, now: datetime) -> None:
    invite(session, now)
    with pytest.raises(Invalid) as refusal:
        people.accept_invitation(session, "s" * 43, name="Nia", password="short", timezone="UTC", now=now)
    assert "password" in refusal.value.messages
    people.accept_invitation(session, "s" * 43, name="Nia", password=PASSWORD, timezone="UTC", now=now)


def test_suspension_shuts_every_door_at_once(session: Session, now: datetime) -> None:
    person, administrator = make_person(session), make_person(session, is_administrator=True)
    sign_in.start_auth_session(session, person, secret="browser", via="password", now=now)
    _, shown = create_api_token(
        session, person, label="x", scopes=frozenset({"read"}), days=1, secret="program", now=now
    )
    assert sign_in.find_signed_in(session, "browser", now=now) is person
    assert find_token_holder(session, shown, now=now) is not None
    people.suspend_person(session, person, actor=actor_of(session, administrator), now=now)
    session.flush()
    session.expire_all()
    assert sign_in.find_signed_in(session, "browser", now=now) is None
    assert find_token_holder(session, shown, now=now) is None
    people.restore_person(session, person, actor=actor_of(session, administrator), now=now)
    session.flush()
    session.expire_all()
    assert sign_in.find_signed_in(session, "browser", now=now) is None


def test_only_administrators_suspend_and_never_themselves(session: Session, now: datetime) -> None:
    person, administrator = make_person(session), make_person(session, is_administrator=True)
    with pytest.raises(NotFound):
        people.suspend_person(session, administrator, actor=actor_of(session, person), now=now)
    with pytest.raises(Invalid):
        people.suspend_person(session, administrator, actor=actor_of(session, administrator), now=now)


def test_an_address_is_taken_once_whatever_its_case(session: Session, now: datetime) -> None:
    make_person(session, email="nia@example.org")
    with pytest.raises(Conflict):
        people.create_person(session, email="NIA@example.org", name="Nia", timezone="UTC", now=now)


def test_a_person_edits_themselves_alone(session: Session, now: datetime) -> None:
    person, other = make_person(session), make_person(session)
    people.edit_person(session, person, actor=actor_of(session, person), now=now, name="Nia B", timezone="Asia/Tokyo")
    assert (person.name, person.timezone) == ("Nia B", "Asia/Tokyo")
    with pytest.raises(NotFound):
        people.edit_person(session, person, actor=actor_of(session, other), now=now, name="X", timezone="UTC")
    with pytest.raises(Invalid) as refusal:
        people.edit_person(session, person, actor=actor_of(session, person), now=now, name="X", timezone="Mars/One")
    assert "timezone" in refusal.value.messages
