"""Which type of export a file is by its headings, and where its columns are: in any order, some missing, some more."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from coaching.importers.futurelearn_names import ENROLMENTS, STEPS, TEAM

# The headings that give a type away, and all that it usually has. The first hit wins.
_MARKS: tuple[tuple[str, frozenset[str]], ...] = (
    (ENROLMENTS, frozenset({"learner_id", "enrolled_at"})),
    (STEPS, frozenset({"learner_id", "first_visited_at"})),
    (STEPS, frozenset({"learner_id", "last_completed_at", "step_number"})),
    (TEAM, frozenset({"id", "team_role"})),
    (TEAM, frozenset({"learner_id", "team_role"})),
    ("leaving-survey-responses", frozenset({"learner_id", "left_at"})),
    ("archetype-survey-responses", frozenset({"learner_id", "archetype"})),
    ("weekly-sentiment-survey-responses", frozenset({"responded_at", "experience_rating"})),
    ("question-response", frozenset({"learner_id", "quiz_question"})),
    ("video-stats", frozenset({"step_position", "video_duration"})),
)
_USUAL = {
    ENROLMENTS: (
        *("learner_id", "enrolled_at", "unenrolled_at", "role", "fully_participated_at", "purchased_statement_at"),
        *("gender", "country", "age_range", "highest_education_level", "employment_status", "employment_area"),
        "detected_country",
    ),
    STEPS: ("learner_id", "step", "week_number", "step_number", "first_visited_at", "last_completed_at"),
    TEAM: ("id", "learner_id", "first_name", "last_name", "team_role", "user_role"),
}
# What goes without saying where one of these columns is missing.
_LACKS = {
    (
        ENROLMENTS,
        "role",
    ): "so staff cannot be told from learners, and count as such unless a file of the team names them",
    (ENROLMENTS, "enrolled_at"): "so nothing is known of when people enrolled",
    (ENROLMENTS, "fully_participated_at"): "so nobody counts as having participated fully",
    (ENROLMENTS, "purchased_statement_at"): "so no statements are counted",
    (ENROLMENTS, "unenrolled_at"): "so nobody counts as having left",
    (STEPS, "step"): "so steps are told by their week and number",
    (STEPS, "first_visited_at"): "so who completed no step does not count as a learner",
    (STEPS, "last_completed_at"): "so nobody counts as active or as having completed",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a file, the type they give away (empty where none), and where each column is."""

    kind: str
    headings: list[str]
    columns: dict[str, int]
    notes: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.headings)

    def get(self, *names: str) -> int | None:
        """Where the first of these columns is that there is."""
        return next((self.columns[name] for name in names if name in self.columns), None)


def read_layout(line: str, delimiter: str) -> Layout:
    """The layout that this line of headings tells."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        cells = []
    headings = [cell.strip().strip("\ufeff") for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        columns.setdefault("_".join(heading.casefold().replace("-", " ").split()), place)
    kind = next((kind for kind, marks in _MARKS if marks <= columns.keys()), "")
    return Layout(kind, headings, columns)


def describe_columns(layout: Layout, kind: str) -> list[str]:
    """What is missing and what goes with it, and what is not known."""
    usual = _USUAL.get(kind)
    if usual is None:
        return []
    lacks = [
        f"The column {name} is missing, {effect}."
        for (of, name), effect in _LACKS.items()
        if of == kind and name not in layout.columns
    ]
    unknown = [layout.headings[place] for name, place in layout.columns.items() if name and name not in usual]
    if unknown:
        lacks.append(f"Not known here, and left aside: {_some(unknown)}.")
    if len(set(layout.columns)) < sum(map(bool, layout.headings)):
        lacks.append("A heading stands there twice; the first of its columns was taken.")
    return lacks


def _some(names: Iterable[str]) -> str:
    shown = [name[:40] for name in names]
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more columns" if len(shown) > 5 else "")
