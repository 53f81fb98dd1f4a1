"""A page of 50 rows of the API, the whole WSGI call, beside the bare driver and `json`, and beside the usual way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from bench.measure import Finding, ratio, take_turns
from bench.shape import PROGRAMMES
from bench.stage import Stage
from coaching.clock import utc_now
from coaching.models import CoachingSession, Cohort
from coaching.schemas.cohort import CohortSchema
from coaching.services.cohort_cards import PARTICIPANTS, next_session

ROWS = 50
COORDINATOR = 2
PATH = f"/api/v1/cohorts?limit={ROWS}"

# The statement of coaching/services/cohort_list.py for somebody who sees their own, written by hand.
NEXT = """FROM coaching_session s WHERE s.cohort_id = c.id AND s.state = 'scheduled' AND s.ends_at > :now
    AND s.pair_membership_id IS NULL ORDER BY s.starts_at, s.id LIMIT 1"""
RAW = f"""WITH page AS (SELECT id FROM cohort
  WHERE programme_id IN (SELECT programme_id FROM programme_coordinator WHERE person_id = :person)
    OR id IN (SELECT cohort_id FROM membership WHERE person_id = :person
      AND status IN ('accepted', 'active', 'paused', 'completed'))
  ORDER BY starts_on DESC, id DESC LIMIT {ROWS + 1})
SELECT c.public_id, c.name, c.kind, c.description, c.timezone, c.starts_on, c.ends_on, c.version,
  p.public_id, p.name,
  (SELECT count(*) FROM membership m WHERE m.cohort_id = c.id AND m.role = 'participant'
    AND m.status IN ('accepted', 'active', 'paused', 'completed')),
  (SELECT s.public_id {NEXT}), (SELECT s.starts_at {NEXT})
FROM page JOIN cohort c ON c.id = page.id JOIN programme p ON p.id = c.programme_id
ORDER BY c.starts_on DESC, c.id DESC"""
KEYS = ("id", "name", "kind", "description", "timezone", "starts_on", "ends_on", "version", "programme_id", "programme",
        "participants", "next_session_id", "next_session_at")  # fmt: skip


def raw_list(stage: Stage) -> Callable[[], bytes]:
    """The limit: one statement by the driver, dictionaries, and the standard library's JSON."""
    driver = stage.driver()
    statement = RAW
    if stage.engine_name == "postgresql":
        statement = RAW.replace(":now", "%(now)s").replace(":person", "%(person)s")

    def read() -> bytes:
        now: Any = utc_now()
        now = f"{now:%Y-%m-%d %H:%M:%S.%f}" if stage.engine_name == "sqlite" else now
        rows = driver.execute(statement, {"now": now, "person": COORDINATOR}).fetchall()
        items = [dict(zip(KEYS, row, strict=True)) for row in rows[:ROWS]]
        return json.dumps({"items": items, "next": items[-1]["id"]}, default=str).encode()

    return read


class RowSchema(CohortSchema):
    """The list's row as a schema would write it."""

    programme = fields.String(attribute="programme.name")
    participants = fields.Integer()
    next_session_id = fields.String()
    next_session_at = fields.AwareDateTime()


def usual_list(session: Session) -> Callable[[], bytes]:
    """The usual way: objects, and a schema that writes them one field after another."""
    following = aliased(CoachingSession)
    schema = RowSchema(many=True)
    latest = select(Cohort.id).where(Cohort.programme_id == 1).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    page = latest.limit(ROWS).subquery()
    statement = (
        select(Cohort, PARTICIPANTS, following)
        .options(joinedload(Cohort.programme))
        .outerjoin(
            following, following.id == next_session(CoachingSession.id, CoachingSession.pair_membership_id.is_(None))
        )
        .join(page, page.c.id == Cohort.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )

    def read() -> bytes:
        session.expunge_all()
        found = []
        for cohort, participants, meeting in session.execute(statement, {"now": utc_now()}):
            cohort.participants = participants
            cohort.next_session_id = meeting.public_id if meeting else None
            cohort.next_session_at = meeting.starts_at if meeting else None
            found.append(cohort)
        return json.dumps(schema.dump(found)).encode()

    return read


def run(stage: Stage) -> list[Finding]:
    ask = stage.asker(PATH, token=stage.token_for(COORDINATOR))
    raw = raw_list(stage)
    ours, theirs = json.loads(ask())["items"], json.loads(raw())["items"]
    expected = min(ROWS, stage.shape.cohorts // PROGRAMMES)
    if [row["id"] for row in ours] != [row["id"] for row in theirs] or len(ours) != expected:
        raise RuntimeError("The two lists differ.")
    with stage.reading() as session:
        timings = take_turns(
            {"raw": raw, "ours": ask, "usual": usual_list(session)},
            rounds=stage.effort.rounds,
            calls=stage.effort.calls,
            clock=stage.clock,
        )
    limit, engine = timings["raw"], stage.engine_name
    target = 2.5 if engine == "sqlite" else 3
    work, note = f"list of {ROWS} rows, 3 joins", f"raw {limit.p50 * 1000:.2f} ms, with sign-in by token"
    return [
        Finding(f"{work}: whole WSGI call", engine, ratio(timings["ours"], limit), "x raw + json", target, note=note),
        Finding(f"{work}: peer, ORM + marshmallow", engine, ratio(timings["usual"], limit), "x raw + json"),
    ]
