"""When Python's garbage collector works: not while a process starts, and afterwards not on what the start made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """For imports: next to nothing they make is garbage, and looking for it takes a tenth of a start.

    What they made stays, so it is frozen before the collector wakes, which would look through all of it at once.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def freeze_memory() -> None:
    """Takes what start-up made out of the collector's sight, so that requests are not paused by it."""
    # Imported here, so that who imports this module to let the collector rest has not imported half of it all awake.
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415

    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.set_threshold(25_000, 20, 50)
