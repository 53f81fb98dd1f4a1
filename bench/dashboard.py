"""A cohort's progress: ours beside the bare driver, beside eager loading, and beside the naive way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, selectinload

from bench.measure import Finding, ratio, take_turns
from bench.shape import NOW, public_id
from bench.stage import Stage
from coaching.models import (
    Attendance,
    CheckIn,
    CoachingSession,
    Cohort,
    CourseProject,
    CourseRun,
    Goal,
    Membership,
    Programme,
    ProjectOwner,
)
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.cohort_progress import cohort_progress

# What the six statements of coaching/services/cohort_progress.py ask, as one would write it by hand for the driver.
RAW = (
    """SELECT s.public_id, s.title, s.starts_at, s.ends_at, s.timezone, s.location, s.state, s.pair_membership_id,
      count(a.id), count(a.id) FILTER (WHERE a.status IN ('present', 'late', 'partial'))
    FROM coaching_session s LEFT JOIN attendance a ON a.session_id = s.id
    WHERE s.cohort_id = :cohort GROUP BY s.id ORDER BY s.starts_at""",
    """SELECT g.membership_id, g.importance * g.difficulty, g.baseline,
      (SELECT r.score FROM rating r WHERE r.goal_id = g.id AND r.edition = g.edition
        ORDER BY r.rated_on DESC, r.id DESC LIMIT 1)
    FROM goal g JOIN membership m ON m.id = g.membership_id WHERE m.cohort_id = :cohort""",
    """SELECT c.membership_id, c.state, c.asked_at IS NOT NULL, a.choice
    FROM check_in c JOIN membership m ON m.id = c.membership_id LEFT JOIN check_in_answer a ON a.check_in_id = c.id
    WHERE m.cohort_id = :cohort AND c.state <> 'cancelled' ORDER BY a.answered_at""",
    """SELECT p.id, p.public_id, p.title, p.platform, p.stage, count(r.id), min(r.launched_on), sum(f.value),
      min(f.as_of), max(f.as_of)
    FROM course_project p LEFT JOIN course_run r ON r.project_id = p.id
    LEFT JOIN reach_snapshot f ON f.run_id = r.id AND f.metric = 'joiners' AND f.is_current
    WHERE p.id IN (SELECT id FROM course_project WHERE cohort_id = :cohort UNION
      SELECT o.project_id FROM project_owner o JOIN membership m ON m.id = o.membership_id WHERE m.cohort_id = :cohort)
    GROUP BY p.id ORDER BY p.title""",
    """SELECT o.project_id, m.public_id, coalesce(n.name, o.outside_name)
    FROM project_owner o LEFT JOIN membership m ON m.id = o.membership_id LEFT JOIN person n ON n.id = m.person_id
    WHERE o.project_id IN (SELECT id FROM course_project WHERE cohort_id = :cohort UNION
      SELECT o.project_id FROM project_owner o JOIN membership m ON m.id = o.membership_id WHERE m.cohort_id = :cohort)
    ORDER BY o.id""",
    """SELECT m.id, m.public_id, n.name, m.role, m.status, m.joined_at,
      count(*) FILTER (WHERE a.status IN ('present', 'late', 'partial')),
      count(*) FILTER (WHERE a.id IS NOT NULL
        OR (s.ends_at > m.joined_at AND m.status IN ('accepted', 'active', 'paused', 'completed'))),
      count(*) FILTER (WHERE a.status = 'excused'),
      count(*) FILTER (WHERE a.id IS NULL
        AND s.ends_at > m.joined_at AND m.status IN ('accepted', 'active', 'paused', 'completed')),
      max(s.starts_at) FILTER (WHERE a.status IN ('present', 'late', 'partial'))
    FROM membership m JOIN person n ON n.id = m.person_id
    LEFT JOIN coaching_session s ON s.cohort_id = m.cohort_id AND s.state = 'scheduled' AND s.ends_at <= :now
      AND (s.pair_membership_id IS NULL OR s.pair_membership_id = m.id)
    LEFT JOIN attendance a ON a.session_id = s.id AND a.membership_id = m.id
    WHERE m.cohort_id = :cohort GROUP BY m.id, n.id ORDER BY n.name""",
)


def raw_reader(stage: Stage) -> Callable[[int], list[Any]]:
    """The limit: the same questions by the bare driver, the rows left as they come."""
    driver = stage.driver()
    if stage.engine_name == "sqlite":
        statements = RAW
        values: dict[str, Any] = {"now": f"{NOW:%Y-%m-%d %H:%M:%S.%f}"}
    else:
        statements = tuple(text.replace(":cohort", "%(cohort)s").replace(":now", "%(now)s") for text in RAW)
        values = {"now": NOW}

    def read(cohort: int) -> list[Any]:
        values["cohort"] = cohort
        return [driver.execute(statement, values).fetchall() for statement in statements]

    return read


def read_lazily(session: Session, cohort: Cohort) -> list[Any]:
    """The naive way: a member at a time, a relationship at a time, as it is first written."""
    table = []
    for member in session.scalars(select(Membership).where(Membership.cohort_id == cohort.id)).all():
        attended = session.scalars(select(Attendance).where(Attendance.membership_id == member.id)).all()
        goals = session.scalars(select(Goal).where(Goal.membership_id == member.id)).all()
        scores = [goal.ratings[-1].score for goal in goals if goal.ratings]
        check_ins = session.scalars(select(CheckIn).where(CheckIn.membership_id == member.id)).all()
        answers = [check_in.answer.choice for check_in in check_ins if check_in.answer]
        owned = session.scalars(select(ProjectOwner).where(ProjectOwner.membership_id == member.id)).all()
        reach = [_joiners(run) for owner in owned for run in owner.project.runs]
        table.append((member.person.name, len(attended), scores, answers, sum(reach)))
    sessions = session.scalars(select(CoachingSession).where(CoachingSession.cohort_id == cohort.id)).all()
    return [table, [meeting.title for meeting in sessions]]


def read_eagerly(session: Session, cohort: Cohort) -> list[Any]:
    """The usual cure: objects still, each kind of them loaded at once."""
    members = session.scalars(
        select(Membership).where(Membership.cohort_id == cohort.id).options(selectinload(Membership.person))
    ).all()
    numbers = [member.id for member in members]
    attended = session.scalars(select(Attendance).where(Attendance.membership_id.in_(numbers))).all()
    goals = session.scalars(
        select(Goal).where(Goal.membership_id.in_(numbers)).options(selectinload(Goal.ratings))
    ).all()
    check_ins = session.scalars(
        select(CheckIn).where(CheckIn.membership_id.in_(numbers)).options(selectinload(CheckIn.answer))
    ).all()
    loads = selectinload(ProjectOwner.project).selectinload(CourseProject.runs).selectinload(CourseRun.snapshots)
    owned = session.scalars(select(ProjectOwner).where(ProjectOwner.membership_id.in_(numbers)).options(loads)).all()
    sessions = session.scalars(select(CoachingSession).where(CoachingSession.cohort_id == cohort.id)).all()
    return [
        [member.person.name for member in members],
        len(attended),
        [goal.ratings[-1].score for goal in goals if goal.ratings],
        [check_in.answer.choice for check_in in check_ins if check_in.answer],
        sum(_joiners(run) for owner in owned for run in owner.project.runs),
        [meeting.title for meeting in sessions],
    ]


def _joiners(run: CourseRun) -> int:
    return sum(figure.value for figure in run.snapshots if figure.is_current)


def coach_of(stage: Stage, session: Session, cohort_number: int) -> Actor:
    return load_actor(session, stage.person(session, stage.shape.coach(cohort_number)))


def plain_cohort(number: int) -> Cohort:
    """A cohort that has been loaded already, as `get_cohort` leaves it."""
    programme = Programme(id=1, minimum_group=5)
    return Cohort(id=number, public_id=public_id("c", number), programme_id=1, programme=programme)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def on_cohorts(stage: Stage, session: Session, read: Callable[[Cohort, Actor], Any]) -> Callable[[], object]:
    """A call that reads one cohort after another, none of whose rows the session remembers."""
    cohorts = cycle([(plain_cohort(number), coach_of(stage, session, number)) for number in range(1, 41)])

    def call() -> object:
        session.expunge_all()
        return read(*next(cohorts))

    return call


def run(stage: Stage) -> list[Finding]:
    raw, numbers = raw_reader(stage), cycle(range(1, 41))
    with stage.reading() as session:
        competitors = {
            "raw": lambda: raw(next(numbers)),
            "ours": on_cohorts(
                stage, session, lambda cohort, who: cohort_progress(session, cohort, actor=who, now=NOW)
            ),
            "eager": on_cohorts(stage, session, lambda cohort, _who: read_eagerly(session, cohort)),
            "lazy": on_cohorts(stage, session, lambda cohort, _who: read_lazily(session, cohort)),
        }
        with counted(stage.engine) as lazily:
            competitors["lazy"]()
        with counted(stage.engine) as ourselves:
            competitors["ours"]()
        timings = take_turns(competitors, rounds=stage.effort.rounds, calls=stage.effort.calls, clock=stage.clock)
    work, engine, limit = "cohort dashboard, 15 members", stage.engine_name, timings["raw"]
    raw_note = f"raw {limit.p50 * 1000:.2f} ms"
    return [
        Finding(f"{work}: data", engine, ratio(timings["ours"], limit), "x raw", 3, note=raw_note),
        Finding(f"{work}: statements", engine, len(ourselves), "", 6),
        Finding(
            f"{work}: ahead of lazy loading", engine, ratio(timings["lazy"], timings["ours"]), "x", 8, at_most=False,
            note=f"lazy: {len(lazily)} statements",
        ),
        Finding(f"{work}: peer, selectinload", engine, ratio(timings["eager"], limit), "x raw"),
        Finding(f"{work}: peer, lazy loading", engine, ratio(timings["lazy"], limit), "x raw"),
    ]  # fmt: skip
