"""Small numbers: which cells of a table stay hidden, so that no answer can be traced to a person."""

from __future__ import annotations

from collections.abc import Sequence


def hidden_cells(counts: Sequence[int], *, minimum: int) -> frozenset[int]:
    """The positions of cells that must not be shown beside their total.

    A cell of fewer than `minimum` answers is hidden. Where the hidden cells together still hold fewer than that, the
    total minus the cells shown would give them away, so the smallest cell shown is hidden too, until they do. A cell
    of no answers hides nothing and is never counted.
    """
    hidden = {position for position, count in enumerate(counts) if 0 < count < minimum}
    shown = sorted((count, position) for position, count in enumerate(counts) if count >= minimum)
    answers = sum(counts[position] for position in hidden)
    for count, position in shown:
        if not hidden or answers >= minimum:
            break
        hidden.add(position)
        answers += count
    return frozenset(hidden)
