"""Remembered names over the API: listed for those who run the cohort, forgotten by name, or with the row."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from tests.blueprints.api.caller import CallerOf, body, problem
from tests.factories import make_session
from tests.worlds import World

REPORT = b"Name (original name),Email,Total duration (minutes),Guest\nZoe's tablet,,58,No\nA Stranger,,60,Yes\n"


def test_they_are_listed_and_forgotten(world: World, caller: CallerOf, session: Session) -> None:
    held = make_session(session, world.cohort, starts_at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    coach, names = caller(world.coach), f"/cohorts/{world.cohort.public_id}/remembered-names"
    sent = {"file": (io.BytesIO(REPORT), "report.csv")}
    made = body(coach.post(f"/sessions/{held.public_id}/imports", data=sent), 201)
    tablet, stranger = (f"/imports/{made['id']}/rows/{row['id']}/match" for row in made["rows"])
    body(coach.post(tablet, {"membership_id": world.fellow_member.public_id}))
    body(coach.post(stranger, {"membership_id": None}))
    known = body(coach.get(names))["items"]
    assert [(one["name"], one["member_name"]) for one in known] == [
        ("a stranger", None), ("zoes tablet", "Fellow Person")
    ]  # fmt: skip
    problem(caller(world.participant).get(names), 403)
    problem(caller(world.outsider).delete(f"{names}/{known[0]['id']}"), 404)
    assert coach.delete(f"{names}/{known[0]['id']}").status_code == 204
    problem(coach.delete(f"{names}/{known[0]['id']}"), 404)
    # Taking the row back forgets the name with it, as often as it is asked.
    assert [coach.delete(tablet).status_code for _ in range(2)] == [204, 204]
    assert body(coach.get(names))["items"] == []
    again = body(coach.get(f"/imports/{made['id']}"))["rows"]
    assert [(row["outcome"], row["membership_id"]) for row in again] == [("review", None), ("ignored", None)]
