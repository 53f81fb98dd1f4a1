"""How much of a file is read, and what somebody is told to do about one that is something else."""

from __future__ import annotations

from dataclasses import dataclass

from coaching.importers.lookalikes import HOW_TO_EXPORT

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caps:
    """The most bytes, rows, columns and characters of a cell that are read of a file of one kind.

    `advice` ends every refusal; `too_large` and `too_long` say what a file that is past the cap should be like.
    """

    advice: str
    too_large: str
    too_long: str
    max_bytes: int = 5 * _MEGABYTE
    max_rows: int = 20_000
    max_columns: int = 60
    max_cell: int = 10_000

    @property
    def megabytes(self) -> str:
        return f"{self.max_bytes // _MEGABYTE} MB" if self.max_bytes >= _MEGABYTE else f"{self.max_bytes // 1000} KB"


MEETING = Caps(
    advice=HOW_TO_EXPORT,
    too_large="far more than one meeting fills",
    too_long="Export one meeting at a time, and delete empty rows.",
)
