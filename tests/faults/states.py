"""What a message and a check-in may become of what. Triggers note every change, so that none is overlooked that was
undone in between, whichever process made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine

# From what to what; a row that is new was nothing.
ALLOWED: dict[str, dict[str, str]] = {
    "message": {
        "": "due cancelled",
        "due": "claimed cancelled",
        "retry": "claimed cancelled",
        # What could not be written is settled as it was claimed: tried again, or given up.
        "claimed": "transmitting due retry failed cancelled",
        "transmitting": "sent failed retry unknown due",
        # Decided after all by who held it, or sent again by policy or by hand.
        "unknown": "sent failed retry due",
    },
    "check_in": {
        "": "due",
        "due": "asked expired cancelled",
        "asked": "answered expired cancelled due",
        "expired": "answered",
        "answered": "answered",
    },
}
_NOTE = "CREATE TABLE state_change (number INTEGER, kind TEXT, was TEXT, became TEXT)"
_SQLITE = (
    "CREATE TRIGGER note_{0}_new AFTER INSERT ON {0} BEGIN"
    " INSERT INTO state_change VALUES (NEW.id, '{0}', '', NEW.state); END",
    "CREATE TRIGGER note_{0}_changed AFTER UPDATE OF state ON {0} BEGIN"
    " INSERT INTO state_change VALUES (NEW.id, '{0}', OLD.state, NEW.state); END",
)
_FUNCTION = """
CREATE FUNCTION note_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO state_change
        VALUES (NEW.id, TG_TABLE_NAME, CASE TG_OP WHEN 'INSERT' THEN '' ELSE OLD.state END, NEW.state);
    RETURN NULL;
END $$
"""
_POSTGRESQL = (
    "CREATE TRIGGER note_{0}_new AFTER INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION note_state()",
    "CREATE TRIGGER note_{0}_changed AFTER UPDATE OF state ON {0} FOR EACH ROW EXECUTE FUNCTION note_state()",
)


class Change(NamedTuple):
    """A row of this kind was one thing and became another."""

    kind: str
    was: str
    became: str

    @property
    def is_allowed(self) -> bool:
        return self.became in ALLOWED[self.kind].get(self.was, "").split()


class StateLog:
    """Every change of state since it was begun."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def changes(self) -> Counter[Change]:
        with self._engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT kind, was, became FROM state_change").all()
        return Counter(Change(*row) for row in rows)

    def illegal(self) -> list[Change]:
        return sorted(change for change in self.changes() if not change.is_allowed)


@contextmanager
def noted_states(engine: Engine) -> Iterator[StateLog]:
    """Notes changes of state for as long as it lasts."""
    is_sqlite = engine.dialect.name == "sqlite"
    triggers = [each.format(kind) for kind in ALLOWED for each in (_SQLITE if is_sqlite else _POSTGRESQL)]
    _run(engine, [_NOTE, *([] if is_sqlite else [_FUNCTION]), *triggers])
    try:
        yield StateLog(engine)
    finally:
        ends = [f"DROP TRIGGER note_{kind}_{when}" for kind in ALLOWED for when in ("new", "changed")]
        if not is_sqlite:
            ends = ["SET LOCAL lock_timeout = '5s'", "DROP FUNCTION note_state CASCADE"]
        _run(engine, [*ends, "DROP TABLE state_change"])


def _run(engine: Engine, statements: list[str]) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
