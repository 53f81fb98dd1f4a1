"""The attendance grid of a large cohort as its coach gets it: 40 members by 30 sessions, a page of 2,400 cells."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from bench.dashboard import counted
from bench.measure import Finding, take_turns
from bench.outbox_rows import database
from bench.shape import public_id
from bench.stage import Stage
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Attendance, AttendanceSource, AttendanceStatus, Role
from tests.factories import make_cohort, make_membership, make_person, make_session

NEEDS_COHORTS = False
MEMBERS, SESSIONS, STATEMENTS = 40, 30, 8
COACH = 1
# No outside limit is known: this is what a page may take before somebody waits for it.
LIMIT_MS = 50


def run(stage: Stage) -> list[Finding]:
    with database(stage, "bench_grid") as engine:
        path = f"/cohorts/{_fill(engine)}/attendance"
        url = engine.url.render_as_string(hide_password=False)
        grid = Stage(stage.engine_name, url, stage.shape, stage.folder, stage.effort)
        ask = grid.asker(path, cookie=grid.cookie_for(COACH))
        size = len(ask())
        effort = stage.effort
        timing = take_turns({"page": ask}, rounds=effort.rounds, calls=effort.calls, clock=time.thread_time)["page"]
        with grid.app.app_context():
            inner = db.engine
        with counted(inner) as statements:
            ask()
        grid.close()
    work, note = f"attendance grid, {MEMBERS} x {SESSIONS}", f"{size / 1000:.0f} kB of HTML"
    return [
        Finding(f"{work}: processor time, p50", stage.engine_name, timing.p50 * 1000, "ms", LIMIT_MS, note=note),
        Finding(f"{work}: statements", stage.engine_name, len(statements), "", STATEMENTS),
    ]


def _fill(engine: Engine) -> str:
    """A cohort of which every status is recorded somewhere. Its public identifier."""
    now, statuses = utc_now(), list(AttendanceStatus)
    with Session(engine) as session:
        cohort = make_cohort(session)
        coach = make_person(session, public_id=public_id("p", COACH))
        make_membership(session, cohort, coach, role=Role.COACH)
        members = [make_membership(session, cohort) for _ in range(MEMBERS)]
        held = [
            make_session(session, cohort, starts_at=now - timedelta(days=7 * (week + 1))) for week in range(SESSIONS)
        ]
        rows = [
            {
                "session_id": one.id,
                "membership_id": member.id,
                "status": statuses[(one.id + member.id) % len(statuses)],
                "source": AttendanceSource.COACH,
                "recorded_at": now,
            }
            for one in held
            for member in members
        ]
        session.execute(insert(Attendance), rows)
        identifier = cohort.public_id
        session.commit()
    return identifier
