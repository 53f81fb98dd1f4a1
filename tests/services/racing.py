"""Acts that overlap, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from sqlalchemy import Engine
from sqlalchemy.orm import Session

Act = Callable[[Session], object]
A_WHILE = 0.2


def overlap(engine: Engine, first: Act, second: Act) -> Exception | None:
    """Acts `first`, lets `second` act and commit if it can, and only then commits the first.

    What the second raised, or None. Where the first holds a lock that the second needs, the second waits for it.
    """
    raised: list[Exception] = []

    def run() -> None:
        with Session(engine) as other:
            try:
                second(other)
                other.commit()
            except Exception as error:
                raised.append(error)

    thread = Thread(target=run)
    with Session(engine) as session:
        first(session)
        session.flush()
        thread.start()
        thread.join(A_WHILE)
        session.commit()
    thread.join(30)
    assert not thread.is_alive()
    return raised[0] if raised else None
