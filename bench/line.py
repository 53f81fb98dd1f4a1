"""A member's line through time: ours beside the bare driver, for members as they are and with 300 more events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from bench.dashboard import coach_of, counted
from bench.measure import Finding, ratio, take_turns
from bench.shape import NOW
from bench.stage import Stage
from coaching.models import Action, ActionState, Cohort, Membership, Role
from coaching.policies import Actor
from coaching.services.person_line import MARGIN, SOURCES, read_line
from coaching.tokens import new_public_ids

MANY = 300
# What the sources of coaching/services/line_events_*.py ask, as one would write it by hand for the driver.
DAYS, MOMENTS = "BETWEEN :first AND :last", ">= :start AND {0} < :end"
TAIL = "AND m.id = :member ORDER BY {0} DESC LIMIT 500"


def _raw(columns: str, tables: str, moment: str, *, by_day: bool = False, where: str = "TRUE") -> str:
    within = f"{moment} {DAYS}" if by_day else f"{moment} {MOMENTS.format(moment)}"
    return f"""SELECT m.id, {moment}, {columns} FROM membership m {tables}
    WHERE {where} AND {within} {TAIL.format(moment)}"""


GOAL = "JOIN goal g ON g.membership_id = m.id"
ACTION = "JOIN action a ON a.membership_id = m.id"
MILESTONE = "coalesce(x.reached_on, x.due_on)"
RAW = (
    """SELECT m.id, m.public_id, m.joined_at, c.name, c.starts_on, c.ends_on FROM membership m
    JOIN cohort c ON c.id = m.cohort_id WHERE m.id = :member""",
    _raw(
        "s.public_id, s.title, s.state, s.ends_at, t.status, t.minutes",
        """JOIN coaching_session s ON s.cohort_id = m.cohort_id
        LEFT JOIN attendance t ON t.session_id = s.id AND t.membership_id = m.id""",
        "s.starts_at",
        where="""m.role = 'participant' AND (s.pair_membership_id IS NULL OR s.pair_membership_id = m.id)
        AND (t.id IS NOT NULL OR (s.ends_at > m.joined_at
          AND m.status IN ('accepted', 'active', 'paused', 'completed')))""",
    ),
    _raw("m.public_id, h.status, h.at, h.reason", "JOIN status_change h ON h.membership_id = m.id", "h.at"),
    _raw("g.public_id, g.statement", GOAL, "g.created_at"),
    _raw(
        "x.public_id, x.state, x.reason, g.public_id, g.statement", f"{GOAL} JOIN goal_change x ON x.goal_id = g.id",
        'x."on"', by_day=True, where="(x.state <> 'draft' OR x.at <> g.created_at)",
    ),
    _raw("x.public_id, g.public_id, g.statement, x.score, x.note", f"{GOAL} JOIN rating x ON x.goal_id = g.id",
         "x.rated_on", by_day=True),
    _raw("g.public_id, g.statement, g.due_on", GOAL, "g.due_on", by_day=True, where="g.ended_on IS NULL"),
    _raw("x.public_id, x.statement, x.reached_on, x.due_on, g.public_id",
         f"{GOAL} JOIN milestone x ON x.goal_id = g.id", MILESTONE, by_day=True,
         where="(x.reached_on IS NOT NULL OR g.ended_on IS NULL)"),
    _raw("x.public_id, x.value, x.note, k.name, k.unit, g.public_id",
         f"{GOAL} JOIN metric k ON k.goal_id = g.id JOIN observation x ON x.metric_id = k.id", "x.observed_on",
         by_day=True, where="""x.value IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM observation y WHERE y.corrects_id = x.id)"""),
    _raw("a.public_id, a.statement, a.due_on", ACTION, "a.created_at"),
    _raw("a.public_id, a.statement, x.outcome, x.at, x.reason", f"{ACTION} JOIN action_change x ON x.action_id = a.id",
         "x.at"),
    _raw("a.public_id, a.statement, a.due_on", ACTION, "a.due_on", by_day=True, where="a.state = 'open'"),
    _raw("x.public_id, x.stage, x.note, p.public_id, p.title",
         """JOIN project_owner o ON o.membership_id = m.id JOIN course_project p ON p.id = o.project_id
         JOIN stage_change x ON x.project_id = p.id""", 'x."on"', by_day=True),
    _raw("i.public_id, i.state, f.label, w.choice, w.note, w.enrolments",
         """JOIN check_in i ON i.membership_id = m.id JOIN follow_up_step f ON f.id = i.step_id
         LEFT JOIN check_in_answer w ON w.check_in_id = i.id""", "coalesce(w.answered_at, i.asked_at, i.due_at)",
         where="(w.id IS NOT NULL OR i.asked_at IS NOT NULL OR i.state = 'due')"),
    _raw("e.public_id, m.public_id, f.label, e.text, e.enrolments",
         """JOIN practice_entry e ON e.membership_id = m.id JOIN check_in i ON i.id = e.check_in_id
         JOIN follow_up_step f ON f.id = i.step_id""", 'e."on"', by_day=True, where="e.kind = 'check_in'"),
    _raw("x.public_id, x.moment, m.public_id", "JOIN skill_assessment x ON x.membership_id = m.id", "x.at"),
    _raw("x.public_id, x.note_class", "JOIN note x ON x.membership_id = m.id", "x.written_at",
         where="(x.note_class IN ('cohort', 'coordinator', 'evaluation') OR x.pair_coach_id = 1)"),
)  # fmt: skip


def raw_reader(stage: Stage) -> Callable[[Membership], list[Any]]:
    """The limit: the same questions by the bare driver, the rows left as they come."""
    driver = stage.driver()
    is_sqlite = stage.engine_name == "sqlite"
    names = ("member", "first", "last", "start", "end")
    statements = RAW
    if not is_sqlite:
        for name in names:
            statements = tuple(text.replace(f":{name}", f"%({name})s") for text in statements)

    def read(membership: Membership) -> list[Any]:
        first, last = membership.cohort.starts_on - MARGIN, NOW.date() + MARGIN
        day = timedelta(days=1)
        values: dict[str, Any] = {"member": membership.id, "first": first, "last": last, "start": first,
                                  "end": last + day}  # fmt: skip
        if is_sqlite:
            values = {name: str(value) for name, value in values.items()}
        return [driver.execute(statement, values).fetchall() for statement in statements]

    return read


def run(stage: Stage) -> list[Finding]:
    findings = []
    with stage.reading() as session:
        people = members(stage, session)
    findings += _measure(stage, people, "a member's line")
    crowded = people[:5]
    _crowd(stage, crowded)
    return findings + _measure(stage, crowded, f"a member's line, {MANY} events more")


def members(stage: Stage, session: Session) -> list[tuple[Membership, Actor]]:
    """A participant of each of 40 cohorts, with the cohort's coach."""
    found = []
    for number in range(1, 41):
        statement = (
            select(Membership)
            .where(Membership.cohort_id == number, Membership.role == Role.PARTICIPANT)
            .options(joinedload(Membership.cohort).joinedload(Cohort.programme))
            .order_by(Membership.id)
            .limit(1)
        )
        found.append((session.scalars(statement).one(), coach_of(stage, session, number)))
    session.expunge_all()
    return found


def _crowd(stage: Stage, people: list[tuple[Membership, Actor]]) -> None:
    with Session(stage.engine) as session:
        for member, _ in people:
            rows = [
                {"membership_id": member.id, "owner_id": member.id, "public_id": identifier, "version": 1,
                 "statement": f"Number {number}", "state": ActionState.OPEN,
                 "created_at": NOW - timedelta(hours=number)}
                for number, identifier in enumerate(new_public_ids(MANY))
            ]  # fmt: skip
            session.execute(insert(Action), rows)
        session.commit()


def _measure(stage: Stage, people: list[tuple[Membership, Actor]], work: str) -> list[Finding]:
    raw, ours, theirs = raw_reader(stage), cycle(people), cycle(people)
    with stage.reading() as session:

        def read() -> object:
            member, coach = next(ours)
            return read_line(session, member, actor=coach, now=NOW)

        for member, coach in people[:3]:
            rows, line = raw(member), read_line(session, member, actor=coach, now=NOW)
            if sum(map(len, rows[1:])) != len(line.events):
                raise RuntimeError("The two lines differ.")
        with counted(stage.engine) as statements:
            read()
        timings = take_turns(
            {"raw": lambda: raw(next(theirs)[0]), "ours": read},
            rounds=stage.effort.rounds,
            calls=stage.effort.calls,
            clock=stage.clock,
        )
    limit, engine = timings["raw"], stage.engine_name
    # SQLite answers each of these in some 20 microseconds, less than it takes to hand over any statement: what is left
    # there is the number of sources, which has a limit of its own.
    target = None if engine == "sqlite" else 4
    return [
        Finding(
            f"{work}: data",
            engine,
            ratio(timings["ours"], limit),
            "x raw",
            target,
            note=f"raw {limit.p50 * 1000:.2f} ms",
        ),
        Finding(f"{work}: statements", engine, len(statements), "", 1 + len(SOURCES)),
    ]
