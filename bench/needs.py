"""Who needs a coach with 20 cohorts of 15, beside the same questions written by hand for the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bench.dashboard import counted
from bench.measure import Finding, ratio, take_turns
from bench.shape import NOW, SESSIONS, Shape, public_id
from bench.stage import Stage
from coaching.models import Cohort, Membership, MembershipStatus, NeedMark, NeedMarkState, Person, Role, Signal
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.needs import list_needs

COHORTS = 20
# Of the statements of the signals, and the one of what was said to them.
STATEMENTS = 7
# One of so many is put aside.
ASIDE = 10
COACH = public_id("p", 2_000_000_000)

WHO = "m.id, m.public_id, p.public_id, p.name, c.public_id, c.name"
FROM = """FROM membership mine JOIN cohort c ON c.id = mine.cohort_id AND c.state = 'running'
  JOIN programme g ON g.id = c.programme_id
  JOIN membership m ON m.cohort_id = c.id AND m.role = 'participant' AND m.status IN ({statuses})
  JOIN person p ON p.id = m.person_id AND p.erased_at IS NULL"""
MINE = """WHERE mine.person_id = :coach AND mine.role = 'coach'
  AND mine.status IN ('accepted', 'active', 'paused', 'completed')"""
PRESENT = FROM.format(statuses="'accepted', 'active'")
FOLLOWED = FROM.format(statuses="'accepted', 'active', 'completed'")
RUNS = "c.starts_on <= :today AND c.ends_on >= :today"
RAW = (
    f"""SELECT {WHO}, min(s.starts_at), max(s.starts_at), count(*) {PRESENT}
    JOIN attendance a ON a.membership_id = m.id AND a.status = 'absent'
    JOIN coaching_session s ON s.id = a.session_id AND s.state = 'scheduled' AND s.ends_at > m.joined_at
    {MINE} AND {RUNS} AND NOT EXISTS (SELECT 1 FROM attendance b JOIN coaching_session t ON t.id = b.session_id
      WHERE b.membership_id = m.id AND b.status IN ('present', 'late', 'partial') AND t.state = 'scheduled'
      AND t.starts_at >= s.starts_at)
    GROUP BY m.id, p.id, c.id, g.absences_in_a_row HAVING count(*) >= g.absences_in_a_row""",
    f"""SELECT {WHO}, k.public_id, f.label, k.asked_at, k.closes_at, k.nudged {FOLLOWED}
    JOIN check_in k ON k.membership_id = m.id AND k.state = 'asked' AND k.escalated_at IS NOT NULL
      AND k.closes_at > :now
    JOIN follow_up_step f ON f.id = k.step_id {MINE} AND g.tells_silence""",
    f"""SELECT {WHO}, a.public_id, a.statement, a.due_on {PRESENT}
    JOIN action a ON a.membership_id = m.id AND a.state = 'open'
      AND (a.owner_id = m.id OR a.owner_id IN (SELECT id FROM membership WHERE person_id = :coach))
    {MINE} AND c.ends_on > :wound_down AND DAYS(a.due_on) > g.overdue_days""",
    f"""SELECT {WHO}, max(s.starts_at) FILTER (WHERE s.ends_at <= :now),
      min(s.starts_at) FILTER (WHERE s.ends_at > :now) {PRESENT}
    LEFT JOIN coaching_session s ON s.cohort_id = c.id AND s.state = 'scheduled'
      AND (s.pair_membership_id IS NULL OR s.pair_membership_id = m.id)
    {MINE} AND {RUNS} AND g.unbooked_days IS NOT NULL GROUP BY m.id, p.id, c.id, g.unbooked_days
    HAVING min(s.starts_at) FILTER (WHERE s.ends_at > :now) IS NULL
      OR -DAYS(date(min(s.starts_at) FILTER (WHERE s.ends_at > :now))) > g.unbooked_days""",
    f"""SELECT {WHO}, v.public_id, v.statement, v.moved_on FROM (
      SELECT o.membership_id, o.public_id, o.statement, LATEST(date(o.created_at),
        coalesce((SELECT max(r.rated_on) FROM rating r WHERE r.goal_id = o.id), date(o.created_at)),
        coalesce((SELECT max(h."on") FROM goal_change h WHERE h.goal_id = o.id), date(o.created_at)),
        coalesce((SELECT max(i.reached_on) FROM milestone i WHERE i.goal_id = o.id), date(o.created_at)),
        coalesce((SELECT max(b.observed_on) FROM metric t JOIN observation b ON b.metric_id = t.id
          WHERE t.goal_id = o.id), date(o.created_at))) AS moved_on
      FROM membership mine JOIN cohort c ON c.id = mine.cohort_id JOIN membership m ON m.cohort_id = c.id
      JOIN goal o ON o.membership_id = m.id AND o.state IN ('agreed', 'in_progress')
      {MINE} AND c.starts_on <= :today AND c.ends_on > :wound_down LIMIT 100000) v
    JOIN membership m ON m.id = v.membership_id AND m.role = 'participant' AND m.status IN ('accepted', 'active')
    JOIN person p ON p.id = m.person_id AND p.erased_at IS NULL
    JOIN cohort c ON c.id = m.cohort_id AND c.state = 'running' JOIN programme g ON g.id = c.programme_id
    WHERE DAYS(v.moved_on) >= g.goal_idle_days""",
    f"""SELECT {WHO}, c.ends_on {FOLLOWED}
    {MINE} AND c.ends_on > :followed AND DAYS(c.ends_on) >= 7 * g.practice_weeks
      AND NOT EXISTS (SELECT 1 FROM practice_entry e WHERE e.membership_id = m.id AND e."on" >= c.starts_on)""",
    f"""SELECT n.membership_id, n.signal, n.occurrence, n.person_id, q.name, n.state, n.until, n.note, n.at
    FROM membership mine JOIN membership m ON m.cohort_id = mine.cohort_id JOIN need_mark n ON n.membership_id = m.id
    JOIN person q ON q.id = n.person_id {MINE} ORDER BY n.at, n.id""",
)


def raw_reader(stage: Stage, coach: int) -> Callable[[], list[Any]]:
    """The limit: the same questions by the bare driver, the rows left as they come."""
    driver, today = stage.driver(), NOW.date()
    days = {"today": today, "wound_down": today - timedelta(weeks=12), "followed": today - timedelta(days=365)}
    values: dict[str, Any] = {"coach": coach, "now": NOW} | days
    if stage.engine_name == "sqlite":
        statements = [_with_days(text, "(julianday(:today) - julianday({}))").replace("LATEST", "max") for text in RAW]
        values |= {"now": f"{NOW:%Y-%m-%d %H:%M:%S.%f}"} | {name: day.isoformat() for name, day in days.items()}
    else:
        statements = [_with_days(text, "(:today::date - {})").replace("LATEST", "greatest") for text in RAW]
        for name in values:
            statements = [text.replace(f":{name}", f"%({name})s") for text in statements]
    return lambda: [driver.execute(statement, values).fetchall() for statement in statements]


def _with_days(text: str, written: str) -> str:
    """The text with each DAYS(...) as the engine counts them."""
    while (start := text.find("DAYS(")) >= 0:
        end, depth = start + len("DAYS("), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = text[:start] + written.format(text[start + len("DAYS(") : end - 1]) + text[end:]
    return text


def _near(shape: Shape) -> list[int]:
    """Cohorts that go on, or ended within the year, spread evenly: what a coach has about them."""
    span = range(-365, 7 * (SESSIONS - 1))
    ends = {one: (shape.starts_on(one) - NOW.date()).days + 7 * (SESSIONS - 1) for one in shape.each()}
    near = sorted((one for one, days in ends.items() if days in span), key=lambda one: (ends[one], one))
    return near[:: max(1, len(near) // COHORTS)][-COHORTS:]


@contextmanager
def coach_of_many(stage: Stage) -> Iterator[Actor]:
    """A coach with twenty cohorts, who has put a tenth of what they are told aside; gone afterwards."""
    with Session(stage.engine) as session:
        words = {"name": "Coach of many", "email": "many@example.org", "timezone": "Europe/London", "created_at": NOW}
        person = Person(public_id=COACH, **words)
        session.add(person)
        session.flush()
        standing = {"role": Role.COACH, "status": MembershipStatus.ACTIVE, "joined_at": NOW, "person_id": person.id}
        cohorts = select(Cohort.id).where(Cohort.id.in_(_near(stage.shape)))
        session.execute(insert(Membership), [standing | {"cohort_id": one} for one in session.scalars(cohorts)])
        actor = load_actor(session, person)
        needs = [need for one in list_needs(session, actor=actor, now=NOW).people for need in one.needs][::ASIDE]
        members = {need.membership_id for need in needs}
        found = select(Membership.public_id, Membership.id).where(Membership.public_id.in_(members))
        numbers: dict[str, int] = dict(session.execute(found).all())
        marks = [_mark(person.id, numbers[need.membership_id], need.signal, need.occurrence) for need in needs]
        if marks:
            session.execute(insert(NeedMark), marks)
        session.commit()
    yield actor
    with Session(stage.engine) as session:
        for model in (NeedMark, Membership):
            session.execute(delete(model).where(model.person_id == actor.person_id))
        session.execute(delete(Person).where(Person.id == actor.person_id))
        session.commit()


def _mark(person: int, membership: int, signal: Signal, occurrence: str) -> dict[str, Any]:
    of = {"person_id": person, "membership_id": membership, "signal": signal, "occurrence": occurrence}
    return of | {"state": NeedMarkState.DONE, "at": NOW}


def run(stage: Stage) -> list[Finding]:
    with coach_of_many(stage) as actor, stage.reading() as session:
        raw = raw_reader(stage, actor.person_id)
        with counted(stage.engine) as statements:
            found = list_needs(session, actor=actor, now=NOW)
        told = sum(len(one.needs) for one in (*found.people, *found.aside))
        competitors = {"raw": raw, "ours": lambda: list_needs(session, actor=actor, now=NOW)}
        timings = take_turns(competitors, rounds=stage.effort.rounds, calls=stage.effort.calls, clock=stage.clock)
    work, limit = f"who needs me, {COHORTS} cohorts of {stage.shape.members}", timings["raw"]
    note = f"raw {limit.p50 * 1000:.1f} ms, {told} reasons of {len(found.people)} people"
    return [
        Finding(f"{work}: data", stage.engine_name, ratio(timings["ours"], limit), "x raw", 4, note=note),
        Finding(f"{work}: statements", stage.engine_name, len(statements), "", STATEMENTS),
    ]
