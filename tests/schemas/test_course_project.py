"""Course projects, launches and reach as they come in and go out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from coaching.errors import Invalid
from coaching.models import Platform, ReachMetric, Stage
from coaching.schemas.base import checked, load_form
from coaching.schemas.course_project import (
    AddOwnerSchema,
    CourseProjectSchema,
    LogLaunchSchema,
    ProjectLineSchema,
    QuickLaunchSchema,
    StartProjectSchema,
)
from coaching.schemas.practice import TieEnrolmentsSchema
from coaching.schemas.reach import AddReachSchema, CorrectReachSchema, ReportedReachSchema
from coaching.services.course_projects import get_project, list_projects
from coaching.services.reach import add_reach
from coaching.services.runs import log_new_launch
from tests.factories import NOW, actor_of, make_membership


def test_three_fields_are_a_launch() -> None:
    form = MultiDict({"title": "Safer care", "launched_on": "2026-05-04", "enrolments": "1,250"})
    assert load_form(QuickLaunchSchema(), form) == {
        "title": "Safer care",
        "launched_on": date(2026, 5, 4),
        "enrolments": 1250,
        "platform": None,
        "url": "",
        "owners": [],
        "outside_names": [],
    }


def test_enrolments_may_be_unknown_and_are_not_nothing() -> None:
    assert (
        load_form(LogLaunchSchema(), MultiDict({"launched_on": "2026-05-04", "enrolments": " "}))["enrolments"] is None
    )
    assert load_form(LogLaunchSchema(), MultiDict({"launched_on": "2026-05-04", "enrolments": "0"}))["enrolments"] == 0


@pytest.mark.parametrize(
    ("schema", "data", "field"),
    [
        (QuickLaunchSchema, {"title": "x", "launched_on": "2026-05-04", "enrolments": -1}, "enrolments"),
        (QuickLaunchSchema, {"title": "x", "launched_on": "2026-05-04", "enrolments": 100_000_001}, "enrolments"),
        (LogLaunchSchema, {"launched_on": "tomorrow"}, "launched_on"),
        (StartProjectSchema, {"title": "x", "owners": ["nobody"]}, "owners.0"),
        (StartProjectSchema, {"title": "x", "outside_names": ["Ana", " "]}, "outside_names.1"),
        (StartProjectSchema, {"title": "x", "outside_names": ["Ana"] * 51}, "outside_names"),
        (StartProjectSchema, {"title": "x", "stage": "dreaming"}, "stage"),
        (AddOwnerSchema, {"membership_id": 7}, "membership_id"),
        (AddReachSchema, {"value": 1}, "as_of"),
        (AddReachSchema, {"value": 1, "as_of": "2026-05-04", "metric": "likes"}, "metric"),
        (CorrectReachSchema, {"value": 1, "reason": "  "}, "reason"),
        (TieEnrolmentsSchema, {}, "run_id"),
    ],
)
def test_what_is_wrong_is_named(schema: type, data: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(schema(), data)
    assert list(refusal.value.messages) == [field]


def test_a_project_starts_with_its_title() -> None:
    kept = checked(StartProjectSchema(), {"title": "Safer care"})
    assert kept["stage"] is Stage.IDEA
    assert kept["platform"] is Platform.OTHER
    assert (kept["owners"], kept["outside_names"]) == ([], [])


def test_what_goes_out(session: Session) -> None:
    membership = make_membership(session)
    actor = actor_of(session, membership.person)
    run = log_new_launch(
        session,
        membership.cohort,
        actor=actor,
        now=NOW,
        title="Safer care",
        launched_on=date(2026, 5, 4),
        enrolments=40,
    )
    reported = add_reach(
        session, run, actor=actor, now=NOW, metric=ReachMetric.LEARNERS, value=30, as_of=date(2026, 5, 10)
    )
    session.flush()
    session.expire_all()
    out = CourseProjectSchema().dump(get_project(session, run.project.public_id, actor=actor))
    assert out["stage"] == "launched"
    assert out["owners"] == [{"membership_id": membership.public_id, "name": membership.person.name}]
    (run_out,) = out["runs"]
    assert (run_out["launched_on"], run_out["is_before_end"], run_out["project_id"]) == ("2026-05-04", True, out["id"])
    figures = {(figure["metric"], figure["value"], figure["is_correction"]) for figure in run_out["snapshots"]}
    assert figures == {("joiners", 40, False), ("learners", 30, False)}
    assert ReportedReachSchema().dump(reported)["snapshot"]["as_of"] == "2026-05-10"
    (line,) = ProjectLineSchema(many=True).dump(list_projects(session, membership.cohort, actor=actor))
    assert (line["id"], line["joiners"], line["first_launch"]) == (out["id"], 40, "2026-05-04")
