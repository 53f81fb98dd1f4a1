"""A question that goes to a metric: of a kind that is a figure, of participants, and the only kind that names one."""

from __future__ import annotations

from typing import Any

import pytest

from coaching.errors import Invalid
from coaching.schemas.base import checked
from coaching.schemas.follow_up_plan import EditStepSchema

STEP = {"label": "Weekly", "anchor": "cohort_end", "offset": "P1W", "question": "And now?"}
FIGURE = {"kind": "number", "prompt": "How many hours?", "flows_to": "metric", "metric_name": "Hours a week"}


def test_a_figure_may_name_its_metric() -> None:
    (question,) = checked(EditStepSchema(), STEP | {"questions": [FIGURE]})["questions"]
    assert question["metric_name"] == "Hours a week"


@pytest.mark.parametrize(
    ("step", "question", "field"),
    [
        ({}, {"kind": "text"}, "questions.0.flows_to"),
        ({}, {"flows_to": "nowhere"}, "questions.0.metric_name"),
        ({"role": "coach", "anchor": "session_end"}, {}, "role"),
    ],
)
def test_what_cannot_go_there_is_refused_at_its_field(
    step: dict[str, Any], question: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        checked(EditStepSchema(), STEP | step | {"questions": [FIGURE | question]})
    assert list(refused.value.messages) == [field]
