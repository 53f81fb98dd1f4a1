"""How measuring is done: competitors take turns in one run, round after round, and only ratios are read off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles

RESULTS = Path(__file__).parent / "results"

Call = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """The seconds of every call of one competitor, by round."""

    rounds: list[list[float]]

    @property
    def calls(self) -> list[float]:
        return [seconds for one in self.rounds for seconds in one]

    @property
    def p50(self) -> float:
        return median(self.calls)

    @property
    def p99(self) -> float:
        return quantiles(self.calls, n=100, method="inclusive")[98]


def take_turns(
    competitors: Mapping[str, Call],
    *,
    rounds: int,
    calls: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Lets each competitor make `calls` calls a round, in an order that moves on from round to round.

    A first round that nobody counts warms caches and lets PostgreSQL prepare its statements.
    """
    names = list(competitors)
    taken: dict[str, list[list[float]]] = {name: [] for name in names}
    for number in range(-1, rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            call, seconds = competitors[name], []
            for _ in range(calls):
                started = clock()
                call()
                seconds.append(clock() - started)
            if number >= 0:
                taken[name].append(seconds)
    return {name: Timing(found) for name, found in taken.items()}


def ratio(timing: Timing, limit: Timing) -> float:
    """How many times as long as the limit: the median over rounds, so that a slow spell hits both or neither."""
    pairs = zip(timing.rounds, limit.rounds, strict=True)
    return median(median(ours) / median(theirs) for ours, theirs in pairs)


@dataclass(frozen=True)
class Finding:
    """One measured figure. `target` is None where the figure is only there to compare with."""

    work: str
    engine: str
    measured: float
    unit: str
    target: float | None = None
    at_most: bool = True
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        holds = self.measured <= self.target if self.at_most else self.measured >= self.target
        return "yes" if holds else "no"

    def row(self) -> list[str]:
        target = "" if self.target is None else f"at {'most' if self.at_most else 'least'} {self.target:,g}"
        digits = 0 if self.measured >= 100 or self.measured == int(self.measured) else 2
        measured = f"{self.measured:,.{digits}f} {self.unit}".strip()
        return [self.work, self.engine, measured, target, self.verdict, self.note]


@dataclass
class Report:
    """What a bench found, with how it was found."""

    name: str
    engine: str
    size: str
    findings: list[Finding] = field(default_factory=list)

    def save(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        place = RESULTS / f"{self.name}-{self.engine}.json"
        place.write_text(json.dumps(asdict(self), indent=2) + "\n")


def load_reports() -> list[Report]:
    """Every report that was saved, in the order of their names."""
    reports = []
    for place in sorted(RESULTS.glob("*.json")):
        found = json.loads(place.read_text())
        found["findings"] = [Finding(**one) for one in found["findings"]]
        reports.append(Report(**found))
    return reports


HEADINGS = ["work", "engine", "measured", "target", "reached", "note"]


def as_text(findings: list[Finding]) -> str:
    """A table for a terminal."""
    rows = [HEADINGS, *(one.row() for one in findings)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_engines(findings: list[Finding]) -> str:
    """A table with a column for each engine, for docs/reliability.md."""
    engines = sorted({one.engine for one in findings}, reverse=True)
    by_work: dict[str, dict[str, Finding]] = {}
    for one in findings:
        by_work.setdefault(one.work, {})[one.engine] = one
    rows = [["what", *engines, "target", "of"], ["---"] * (len(engines) + 3)]
    for work, found in by_work.items():
        cells = [found[engine].row() if engine in found else None for engine in engines]
        notes = dict.fromkeys(found[engine].note for engine in engines if engine in found and found[engine].note)
        target = next(cell[3] for cell in cells if cell)
        rows.append([work, *(cell[2] if cell else "" for cell in cells), target, "; ".join(notes)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_markdown(findings: list[Finding]) -> str:
    """A table for docs/performance.md."""
    rows = [HEADINGS, ["---"] * len(HEADINGS), *(one.row() for one in findings)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
