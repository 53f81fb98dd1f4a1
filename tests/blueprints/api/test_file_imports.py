"""Imports of figures over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CourseRun, ReachSnapshot
from tests.blueprints.api.caller import SEEN, CallerOf, body, problem
from tests.factories import make_project, make_run
from tests.importers.fake import FakeImporter, fake_file, with_importer
from tests.worlds import World


@pytest.fixture(autouse=True)
def importer() -> Iterator[None]:
    with with_importer(FakeImporter()):
        yield


@pytest.fixture
def run(session: Session, world: World) -> CourseRun:
    run = make_run(session, make_project(session, owners=(world.member,), title="Care"), launched_on=date(2026, 5, 4))
    session.commit()
    return run


def test_a_program_brings_figures_in(session: Session, caller: CallerOf, world: World, run: CourseRun) -> None:
    program = caller(world.participant)
    address = f"/cohorts/{world.cohort.public_id}/file-imports"
    data = fake_file(people=["a", "?", "b"])
    made = body(program.post(address, data={"file": [(BytesIO(data), "one.csv")]}), 201)
    assert (made["state"], made["rows"], made["detected"]["runs"][0]["key"]) == (
        "ready", [{"number": 3, "reason": "There is no learner in this row."}], "care-1",
    )  # fmt: skip
    here = f"/file-imports/{made['id']}"
    wrong = {"runs": [{"key": "care-1", "to": "run", "run_id": run.public_id, "as_of": "2026-05-01"}]}
    assert "runs.0.as_of" in problem(program.patch(here, wrong, etag=SEEN), 422)["errors"]
    right = {"runs": [{"key": "care-1", "to": "run", "run_id": run.public_id, "as_of": "2026-06-03"}]}
    first = program.get(here)
    etag = first.headers["ETag"]
    assert program.get(here, headers={"If-None-Match": etag}).status_code == 304
    assert body(program.patch(here, right, etag=SEEN))["choices"]["runs"]["care-1"]["as_of"] == "2026-06-03"
    assert problem(program.patch(here, right, etag=etag), 412)["code"] == "stale"
    (planned,) = body(program.get(f"{here}/plan"))["items"]
    assert (planned["value"], planned["outcome"], planned["as_of"]) == (2, "new", "2026-06-03")
    assert body(program.post(f"{here}/apply"))["state"] == "applied"
    assert session.scalars(select(ReachSnapshot.value).where(ReachSnapshot.is_current)).all() == [2]
    assert problem(program.post(f"{here}/cancel"), 409)["code"] == "conflict"
    assert body(program.post(f"{here}/undo"))["state"] == "undone"
    assert [one["state"] for one in body(program.get(address))["items"]] == ["undone"]
