"""The surroundings of tests are what the other tests take them for."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coaching.models import Base, Person
from tests.factories import make_person, make_run


@pytest.mark.parametrize("_time", range(2))
def test_each_test_begins_without_rows(session: Session, _time: int) -> None:
    rows = {
        table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }
    assert {name: count for name, count in rows.items() if count} == {}
    make_run(session)
    session.commit()


def test_the_engine_is_the_one_asked_for(session: Session, engine_name: str) -> None:
    assert session.get_bind().dialect.name == engine_name


def test_statements_are_counted_and_transactions_are_not(
    session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_queries() as statements:
        make_person(session)
        session.commit()
        session.scalars(select(Person)).all()
        session.rollback()
        with session.begin_nested():
            session.execute(text("SELECT 1"))
    assert [statement.split()[0] for statement in statements] == ["INSERT", "SELECT", "SELECT"]
    session.execute(text("SELECT 1"))
    assert len(statements) == 3


def test_nobody_beyond_this_machine_is_reached() -> None:
    with socket.socket() as far, pytest.raises(SocketConnectBlockedError), pytest.warns(UserWarning, match="192"):
        far.connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
