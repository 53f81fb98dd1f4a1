"""A report of 500 rows brought into a session over the API, beside the standard library's csv and raw inserts.

Both begin with the file's bytes and end with what is committed: everybody matched, 500 attendances with their
intervals and their lines in the trail. Each call has a session of its own, because the same report twice is nothing.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from bench.dashboard import counted
from bench.measure import Finding, ratio, take_turns
from bench.stage import Stage
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import (
    Base,
    CoachingSession,
    Cohort,
    CohortKind,
    Membership,
    MembershipStatus,
    Person,
    Programme,
    Role,
)
from coaching.services.api_tokens import create_api_token
from coaching.tokens import new_public_id

NEEDS_COHORTS = False
ROWS, FEW = 500, 50
MOST_SECONDS = 1
MINUTES = 60
HELD = datetime(2026, 3, 9, 9, 0)
HEAD = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"
TIMES = "03/09/2026 09:00:00 AM,03/09/2026 09:58:00 AM,58,No\r\n"
ZOOM_TIME = "%m/%d/%Y %I:%M:%S %p"
MEMBERS = "SELECT p.email, m.id FROM membership m JOIN person p ON p.id = m.person_id WHERE m.cohort_id = ?"
COLUMNS = {
    "import_batch": (
        "public_id cohort_id session_id kind file_name sha256 detected choices state imported_at imported_by_id problem"
        " done total tries is_cancel_asked lease_token"
    ),
    "import_row": "public_id batch_id number name email minutes intervals outcome reason membership_id",
    "attendance": "session_id membership_id status minutes source batch_id recorded_at recorded_by_id",
    "attendance_interval": "attendance_id joined_at left_at",
    "attendance_change": "session_id membership_id status minutes source batch_id at by_id",
}


@dataclass(frozen=True)
class House:
    """A cohort with so many participants, the report of a session of theirs, and sessions that nobody imported into."""

    cohort_id: int
    coach_id: int
    token: str
    report: bytes
    sessions: Iterator[tuple[int, str]]


def build_house(stage: Stage, members: int) -> House:
    now = utc_now()
    with Session(stage.engine) as session, session.begin():
        programme = Programme(slug=f"import-{members}", name="Import", timezone="UTC", created_at=now)
        cohort = Cohort(
            programme=programme, name=f"Import {members}", kind=CohortKind.COACHING, timezone="UTC",
            starts_on=date(2026, 1, 5), ends_on=date(2026, 6, 29), created_at=now,
        )  # fmt: skip
        coach, *people = (
            Person(name=f"Import Person {n}", email=f"import.{n}@{members}.example", timezone="UTC", created_at=now)
            for n in range(members + 1)
        )
        session.add_all([cohort, coach, *people])
        # Memberships and sessions refer to these by their numbers.
        session.flush()
        joined = datetime.fromisoformat("2026-01-05T09:00:00+00:00")
        session.add_all(
            Membership(
                cohort_id=cohort.id, person_id=person.id, role=Role.COACH if person is coach else Role.PARTICIPANT,
                status=MembershipStatus.ACTIVE, joined_at=joined,
            )
            for person in [coach, *people]
        )  # fmt: skip
        session.flush()
        _token, shown = create_api_token(
            session, coach, label="bench", scopes=frozenset({"read", "write"}), days=30,
            secret=f"bench-import-{members}-" + "i" * 30, now=now,
        )  # fmt: skip
        rows = "".join(f"{person.name},{person.email},{TIMES}" for person in people)
        return House(
            cohort_id=cohort.id, coach_id=coach.id, token=f"Bearer {shown}", report=(HEAD + rows).encode(),
            sessions=_new_sessions(stage, cohort.id, now),
        )  # fmt: skip


def _new_sessions(stage: Stage, cohort_id: int, now: datetime) -> Iterator[tuple[int, str]]:
    """Sessions for one import each, made a hundred at a time."""
    starts_at = datetime.fromisoformat("2026-03-09T09:00:00+00:00")
    said = {
        "cohort_id": cohort_id, "title": "Circle", "local_start": HELD, "timezone": "UTC", "duration_minutes": MINUTES,
        "starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=MINUTES), "created_at": now,
    }  # fmt: skip
    statement = insert(CoachingSession).returning(CoachingSession.id, CoachingSession.public_id)
    while True:
        with Session(stage.engine) as session, session.begin():
            made = session.execute(statement, [said | {"public_id": new_public_id()} for _ in range(100)]).all()
        yield from ((number, public_id) for number, public_id in made)


def api_import(stage: Stage, house: House) -> Callable[[], bytes]:
    """The whole WSGI call, from the multipart body to the answer with every row."""
    application = stage.app.wsgi_app

    def bring_in() -> bytes:
        number, public_id = next(house.sessions)
        # Each call brings a report of its own: the same one for another session would be asked about.
        left = f"09:{46 + number // 60 % 12}:{number % 60:02} AM".encode()
        report = house.report.replace(b"09:58:00 AM", left, 1)
        builder = EnvironBuilder(
            f"/api/v1/sessions/{public_id}/imports", method="POST", headers={"Authorization": house.token},
            data={"file": (io.BytesIO(report), "report.csv")},
        )  # fmt: skip
        statuses = [""]

        def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
            statuses[0] = status
            return lambda _data: None

        answer = application(builder.get_environ(), start_response)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        if not statuses[0].startswith("201"):
            raise RuntimeError(f"The import answered {statuses[0]}: {body[:400]!r}")
        return body

    return bring_in


class RawImport:
    """The limit: csv and datetime of the standard library, and executemany of the bare driver into the same tables."""

    def __init__(self, stage: Stage, house: House) -> None:
        self.house, self.connection = house, stage.driver()
        self.is_sqlite = stage.engine_name == "sqlite"
        self.mark = "?" if self.is_sqlite else "%s"
        self.numbers = count(10_000_000)

    def __call__(self) -> None:
        session_id, _ = next(self.house.sessions)
        now, cursor = self.written(utc_now()), self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        members = dict(self.find(cursor, MEMBERS, self.house.cohort_id))
        digest, by = sha256(self.house.report).hexdigest(), self.house.coach_id
        of = (f"b{next(self.numbers):019d}", self.house.cohort_id, session_id, "zoom", "report.csv", digest)
        batch = (*of, "{}", "{}", "applied", now, by, "", 0, 0, 0, False, "")
        self.put(cursor, "import_batch", [batch])
        ((batch_id,),) = self.find(cursor, "SELECT id FROM import_batch WHERE public_id = ?", batch[0])
        rows, times = self.read(members, batch_id)
        said = [(session_id, row[-1], "present", row[5], "zoom", batch_id, now, by) for row in rows]
        self.put(cursor, "import_row", rows)
        self.put(cursor, "attendance", said)
        lines = self.find(cursor, "SELECT id, membership_id FROM attendance WHERE session_id = ?", session_id)
        self.put(cursor, "attendance_interval", [(line, *times[member]) for line, member in lines])
        self.put(cursor, "attendance_change", said)
        cursor.execute("COMMIT")

    def read(self, members: dict[str, int], batch_id: int) -> tuple[list[tuple[Any, ...]], dict[int, tuple[Any, Any]]]:
        """The report's people as rows of the batch, and when each member was there."""
        rows, times = [], {}
        for place, one in enumerate(csv.DictReader(io.StringIO(self.house.report.decode()))):
            member, minutes = members[one["User Email"]], int(one["Duration (Minutes)"])
            joined, left = (datetime.strptime(one[name], ZOOM_TIME) for name in ("Join Time", "Leave Time"))
            times[member] = (self.written(joined), self.written(left))
            known, number = json.dumps([[joined.isoformat(), left.isoformat()]]), next(self.numbers)
            name, email = one["Name (Original Name)"], one["User Email"]
            rows.append((f"r{number:019d}", batch_id, place, name, email, minutes, known, "matched", "", member))
        return rows, times

    def find(self, cursor: Any, statement: str, value: Any) -> list[tuple[Any, ...]]:
        cursor.execute(statement.replace("?", self.mark), (value,))
        return list(cursor.fetchall())

    def put(self, cursor: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
        names = COLUMNS[table].split()
        marks = ", ".join([self.mark] * len(names))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)

    def written(self, moment: datetime) -> Any:
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}" if self.is_sqlite else moment


def _statements(stage: Stage, bring_in: Callable[[], bytes]) -> int:
    with stage.app.app_context():
        engine = db.engine
    with counted(engine) as statements:
        bring_in()
    return len(statements)


def run(stage: Stage) -> list[Finding]:
    Base.metadata.create_all(stage.engine)
    house, small = build_house(stage, ROWS), build_house(stage, FEW)
    ours, raw = api_import(stage, house), RawImport(stage, house)
    told = json.loads(ours())["rows"]
    if len(told) != ROWS or {row["outcome"] for row in told} != {"matched"}:
        raise RuntimeError("The report is not read as it was meant.")
    timings = take_turns(
        {"raw": raw, "ours": ours},
        rounds=-(-stage.effort.sweeps // 2),
        calls=min(2, stage.effort.calls),
        clock=time.perf_counter,
    )
    engine, work = stage.engine_name, f"import of a report of {ROWS} rows"
    # Whoever is first to write finds more to do than those after.
    few_statements = [_statements(stage, api_import(stage, small)) for _ in range(2)][-1]
    statements = _statements(stage, ours)
    limit = timings["raw"].p50
    return [
        Finding(f"{work}: whole WSGI call", engine, timings["ours"].p50, "s", MOST_SECONDS),
        Finding(
            f"{work}: against csv and raw inserts", engine, ratio(timings["ours"], timings["raw"]), "x raw",
            note=f"raw {limit * 1000:.0f} ms",
        ),
        Finding(
            f"{work}: statements more than for {FEW}", engine, statements - few_statements, "", 0,
            note=f"{statements} statements",
        ),
    ]  # fmt: skip
