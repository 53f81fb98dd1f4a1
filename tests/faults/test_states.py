"""The log of states sees what is not allowed: without that, no test that rests on it could fail."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.faults.states import Change, noted_states
from tests.services.outbox_rows import make_message


@pytest.mark.parametrize(("was", "became"), [("sent", "due"), ("cancelled", "claimed"), ("due", "sent")])
def test_a_change_that_may_not_be_is_seen_even_where_it_is_undone(
    engine: Engine, session: Session, was: str, became: str
) -> None:
    message = make_message(session)
    session.execute(text("UPDATE message SET state = :was"), {"was": was})
    session.commit()
    with noted_states(engine) as log:
        with engine.begin() as connection:
            for state in (became, was):
                connection.execute(text("UPDATE message SET state = :state"), {"state": state})
        assert Change("message", was, became) in log.illegal()
        with engine.begin() as connection:
            connection.execute(text("UPDATE message SET attempts = attempts + 1"))
        assert log.changes().total() == 2
    assert message.id
