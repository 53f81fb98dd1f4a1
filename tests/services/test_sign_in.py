"""Signing in: the right password, the throttle, and sessions that live on the server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Invalid, NotAllowed
from coaching.models import Message, Person, SignInFailure
from coaching.services import sign_in
from coaching.services.passwords import hash_password
from coaching.tokens import new_secret
from tests.factories import make_person

Counter = Callable[[], AbstractContextManager[list[str]]]
PASSWORD = "correct horse battery"


@pytest.fixture
def nia(session: Session) -> Person:
    return make_person(session, email="nia@example.org", password_hash=hash_password(PASSWORD))


def attempt(
    session: Session, now: datetime, password: str, *, email: str = "nia@example.org", address: str = "1"
) -> Person:
    return sign_in.sign_in_with_password(
        session, email=email, password=password, address=address, key="k" * 32, now=now
    )


def test_the_right_password_lets_in_whatever_the_case_of_the_address(
    session: Session, nia: Person, now: datetime
) -> None:
    assert attempt(session, now, PASSWORD, email=" NIA@example.org") is nia


def test_wrong_unknown_invited_and_suspended_answer_alike(session: Session, nia: Person, now: datetime) -> None:
    make_person(session, email="invited@example.org")
    make_person(session, email="out@example.org", password_hash=nia.password_hash, suspended_at=now)
    said = set()
    for email, password in (
        ("nia@example.org", "wrong password!"),
        ("nobody@example.org", PASSWORD),
        ("invited@example.org", PASSWORD),
        ("out@example.org", PASSWORD),
    ):
        with pytest.raises(Invalid) as refusal:
            attempt(session, now, password, email=email)
        said.add((refusal.value.message, refusal.value.code))
    assert len(said) == 1


def test_five_failures_make_this_address_wait_and_lock_nobody_else_out(
    session: Session, nia: Person, now: datetime
) -> None:
    for _ in range(sign_in.PAIR_LIMIT):
        with pytest.raises(Invalid):
            attempt(session, now, "wrong password!")
    with pytest.raises(NotAllowed) as refusal:
        attempt(session, now, PASSWORD)
    assert refusal.value.code == "too-many"
    assert attempt(session, now, PASSWORD, address="2") is nia
    assert attempt(session, now + sign_in.WINDOW, PASSWORD) is nia


def test_an_address_that_tries_many_accounts_has_to_wait(session: Session, nia: Person, now: datetime) -> None:
    for number in range(sign_in.ADDRESS_LIMIT):
        with pytest.raises(Invalid):
            attempt(session, now, "wrong password!", email=f"guess{number}@example.org")
    with pytest.raises(NotAllowed):
        attempt(session, now, PASSWORD)


def ask(session: Session, now: datetime, *, email: str = "nia@example.org", address: str = "1") -> None:
    sign_in.ask_for_reset(session, email=email, address=address, key="k", secret=new_secret(), now=now)


@pytest.mark.parametrize("email", ["nia@example.org", "nobody@example.org"])
def test_who_asks_for_resets_again_and_again_has_to_wait(
    session: Session, nia: Person, now: datetime, email: str
) -> None:
    for _ in range(sign_in.PAIR_LIMIT):
        ask(session, now, email=email)
    with pytest.raises(NotAllowed) as refusal:
        ask(session, now, email=email)
    assert refusal.value.code == "too-many"
    # Signing in is counted apart.
    assert attempt(session, now, PASSWORD) is nia
    ask(session, now + sign_in.WINDOW, email=email)


def test_nobody_is_flooded_with_resets_from_many_addresses(session: Session, nia: Person, now: datetime) -> None:
    for number in range(sign_in.RESET_LIMIT + 3):
        ask(session, now + timedelta(seconds=number), address=f"from {number}")
    assert session.scalar(select(func.count()).select_from(Message)) == sign_in.RESET_LIMIT
    ask(session, now + 2 * sign_in.WINDOW)
    assert session.scalar(select(func.count()).select_from(Message)) == sign_in.RESET_LIMIT + 1


def test_a_reset_for_nobody_does_the_same_and_keeps_nothing(
    session: Session, nia: Person, now: datetime, count_queries: Counter
) -> None:
    """A difference in time would tell which accounts there are."""
    done = []
    for email in ("nia@example.org", "nobody@example.org"):
        with count_queries() as statements:
            ask(session, now, email=email)
            session.flush()
        done.append(sorted(" ".join(statement.split()[:3]) for statement in statements))
    assert sorted([*done[0], "INSERT INTO person"]) == done[1]
    assert session.scalar(select(func.count()).select_from(Message)) == 1
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_session_lives_until_it_is_ended_or_over(session: Session, nia: Person, now: datetime) -> None:
    sign_in.start_auth_session(session, nia, secret="one", via="password", now=now)
    sign_in.start_auth_session(session, nia, secret="two", via="password", now=now)
    session.flush()
    assert sign_in.find_signed_in(session, "one", now=now) is nia
    sign_in.end_auth_session(session, "one", now=now)
    session.expire_all()
    assert sign_in.find_signed_in(session, "one", now=now) is None
    assert sign_in.find_signed_in(session, "two", now=now) is nia
    assert sign_in.find_signed_in(session, "two", now=now + sign_in.SESSION_LIFETIME) is None
    assert sign_in.find_signed_in(session, "three", now=now) is None


def test_failures_keep_no_address_in_the_clear(session: Session, nia: Person, now: datetime) -> None:
    with pytest.raises(Invalid):
        attempt(session, now, "wrong password!", address="192.0.2.7")
    session.flush()
    failure = session.scalars(select(SignInFailure)).one()
    assert failure.at - now == timedelta(0)
    assert len(failure.account_hash) == len(failure.address_hash) == 64
