"""When Python's garbage collector works: not while a process starts, and afterwards not on what the start made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import configure_mappers


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """For imports: next to nothing they make is garbage, and looking for it takes a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def freeze_memory() -> None:
    """Takes what start-up made out of the collector's sight, so that requests are not paused by it."""
    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.set_threshold(25_000, 20, 50)
