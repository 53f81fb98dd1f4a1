"""The demo's practice: goals and their ratings, courses built in teams, their runs and reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from coaching.models import (
    CohortKind,
    CourseProject,
    CourseRun,
    Goal,
    Membership,
    Platform,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    ReachState,
    Stage,
    StageChange,
)
from coaching.services.demo import words
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.demo.goals import build_goal_course, revise_scale

LEAST_ENROLMENTS = 30_400
# How far to believe the figures of one run after the other.
TOLD = (ReachState.IMPORTED, ReachState.CONFIRMED, ReachState.SELF_REPORTED, ReachState.CONFIRMED)
PLATFORMS = (Platform.FUTURELEARN, Platform.MOODLE, Platform.NHS_LEARNING_HUB, Platform.OTHER)


def build_goals(session: Session, cohorts: list[DemoCohort], *, rng: Random, now: datetime) -> None:
    """One or two goals a participant, rated by both sides up to today; of the first in a coaching cohort that has ended
    the scale was revised on the way."""
    for cohort in cohorts:
        for member in cohort.participants:
            for statement, why, levels in rng.sample(words.GOALS, rng.choice((1, 1, 2))):
                goal = _goal(member, cohort=cohort, statement=statement, why=why, levels=levels, rng=rng)
                session.add(goal)
                last_score = rng.choices((-1, 0, 1, 2), (2, 5, 3, 1))[0]
                build_goal_course(goal, cohort, last_score=last_score, today=now.date())
                is_first = goal.membership is cohort.participants[0] and cohort.row.kind == CohortKind.COACHING
                if is_first and cohort.days[-1] <= now.date():
                    revise_scale(goal, on=cohort.days[2])


def _goal(
    member: Membership, *, cohort: DemoCohort, statement: str, why: str, levels: tuple[str, ...], rng: Random
) -> Goal:
    much_less, less, expected, more, much_more = levels
    return Goal(
        membership=member,
        statement=statement,
        why=why,
        due_on=cohort.days[-1] + timedelta(weeks=12),
        importance=rng.randrange(1, 4),
        difficulty=rng.randrange(1, 4),
        baseline=rng.choice((-1, -1, -2)),
        much_less=much_less,
        less=less,
        expected=expected,
        more=more,
        much_more=much_more,
        created_at=_at(cohort.days[0]),
    )


def build_projects(session: Session, cohorts: list[DemoCohort], *, rng: Random, now: datetime) -> None:
    """Courses in teams of one to four, most of them launched, their enrolments shared out over the runs."""
    subjects = iter(rng.sample(words.COURSE_SUBJECTS, len(words.COURSE_SUBJECTS)))
    runs: list[CourseRun] = []
    for cohort in cohorts:
        waiting = rng.sample(cohort.participants, len(cohort.participants))
        while waiting:
            size = min(len(waiting), rng.choice((1, 2, 3, 3, 4)))
            team, waiting = waiting[:size], waiting[size:]
            title = next(subjects, None)
            if title is None:
                break
            project = _project(session, cohort, team, title, rng)
            runs += _develop(session, cohort, project, team, rng=rng, today=now.date())
    # Snapshots refer to the runs by their numbers.
    session.flush()
    coaches = {cohort.row.id: cohort.coach.id for cohort in cohorts}
    _reach(session, runs, coaches, rng=rng, today=now.date())


def _project(session: Session, cohort: DemoCohort, team: list[Membership], title: str, rng: Random) -> CourseProject:
    begun = _at(cohort.days[1])
    project = CourseProject(
        programme=cohort.row.programme,
        cohort=cohort.row,
        title=title,
        audience=rng.choice(words.AUDIENCES),
        platform=rng.choice(PLATFORMS),
        stage=Stage.IDEA,
        created_at=begun,
    )
    project.owners = [ProjectOwner(membership=member, added_at=begun) for member in team]
    if rng.random() < 0.4:
        project.owners.append(ProjectOwner(outside_name=rng.choice(words.TEAM_MATES), added_at=begun))
    session.add(project)
    return project


def _develop(
    session: Session, cohort: DemoCohort, project: CourseProject, team: list[Membership], *, rng: Random, today: date
) -> list[CourseRun]:
    """The dated stages up to where the project stands, and its runs where it was launched."""
    _reaches(project, Stage.IDEA, cohort.days[1])
    _reaches(project, Stage.DESIGNING, cohort.days[2])
    is_formal = cohort.row.kind == CohortKind.FORMAL
    launched_on = cohort.days[-1] + timedelta(days=rng.randrange(-25, 200) if is_formal else rng.randrange(-70, 40))
    if rng.random() > 0.8 or launched_on > today:
        stage = rng.choice((Stage.BUILDING, Stage.BUILDING, Stage.PILOTED, Stage.STOPPED))
        day = min(cohort.days[3], today)
        _reaches(project, stage, day)
        return []
    _reaches(project, Stage.BUILDING, min(cohort.days[3], launched_on - timedelta(days=10)))
    runs = []
    for number in range(1, rng.choice((1, 1, 2, 3)) + 1):
        day = launched_on + timedelta(weeks=18 * (number - 1))
        if day > today:
            break
        run = CourseRun(
            label=f"Run {number}",
            platform=project.platform,
            launched_on=day,
            # Some courses stay open for good, and their figures get old.
            ended_on=day + timedelta(weeks=6) if day + timedelta(weeks=6) <= today and len(project.title) % 4 else None,
            recorded_at=_at(day),
            recorded_by_id=team[0].person_id,
        )
        project.runs.append(run)
        _reaches(project, Stage.LAUNCHED if number == 1 else Stage.RE_RUN, day)
        session.add_all(
            PracticeEntry(
                membership=member, kind=PracticeKind.LAUNCH, on=day, text=project.title, run=run, created_at=_at(day)
            )
            for member in team
        )
        runs.append(run)
    return runs


def _reaches(project: CourseProject, stage: Stage, day: date) -> None:
    project.stage = stage
    project.stage_changes.append(StageChange(stage=stage, on=day, recorded_at=_at(day)))


def _reach(session: Session, runs: list[CourseRun], coaches: dict[int, int], *, rng: Random, today: date) -> None:
    """Enrolments that pass the published 30,000, more to some runs than to others, each in a few dated figures."""
    weights = [rng.lognormvariate(0, 0.8) for _ in runs]
    goal = LEAST_ENROLMENTS + rng.randrange(1500)
    for number, (run, weight) in enumerate(zip(runs, weights, strict=True)):
        told = (TOLD[number % len(TOLD)], coaches[run.project.cohort_id])
        joiners = round(goal * weight / sum(weights)) + 1
        dates = sorted({min(run.launched_on + timedelta(days=gap), today) for gap in (7, 28, 60)})
        for place, day in enumerate(dates, start=1):
            share = (0.45, 0.8, 1.0)[place - 1] if len(dates) == 3 else place / len(dates)
            is_last = place == len(dates)
            session.add(_snapshot(run, ReachMetric.JOINERS, round(joiners * share), day, told, is_current=is_last))
        if rng.random() < 0.6:
            learners = round(joiners * rng.uniform(0.5, 0.7))
            active = round(learners * rng.uniform(0.6, 0.85))
            completed = round(active * rng.uniform(0.3, 0.6))
            later = (
                (ReachMetric.LEARNERS, learners),
                (ReachMetric.ACTIVE, active),
                (ReachMetric.COMPLETED_50, completed),
            )
            session.add_all(_snapshot(run, metric, value, dates[-1], told, is_current=True) for metric, value in later)


def _snapshot(
    run: CourseRun, metric: ReachMetric, value: int, day: date, told: tuple[ReachState, int], *, is_current: bool
) -> ReachSnapshot:
    """A figure that is as far to be believed as it was `told`, by whom a coach confirmed it where one did."""
    state, coach_id = told
    return ReachSnapshot(
        run_id=run.id,
        metric=metric,
        value=value,
        as_of=day,
        source=ReachSource.IMPORT if state == ReachState.IMPORTED else ReachSource.PARTICIPANT,
        is_current=is_current,
        recorded_at=_at(day),
        recorded_by_id=run.recorded_by_id,
        confirmed_at=_at(day) + timedelta(days=2) if state == ReachState.CONFIRMED else None,
        confirmed_by_id=coach_id if state == ReachState.CONFIRMED else None,
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
