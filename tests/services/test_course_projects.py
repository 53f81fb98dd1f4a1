"""Course projects: started, shared, moved from stage to stage, and launched, each launch once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    AuditEntry,
    CourseProject,
    CourseRun,
    Membership,
    MembershipStatus,
    Platform,
    PracticeEntry,
    PracticeKind,
    ReachSnapshot,
    ReachSource,
    Stage,
    StageChange,
)
from coaching.services import audit
from coaching.services.course_projects import edit_project, get_project, list_projects, start_project
from coaching.services.project_owners import add_owner
from coaching.services.project_stages import change_stage
from coaching.services.runs import log_launch, log_new_launch
from tests.factories import NOW, make_cohort, make_membership, make_project
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
BEFORE_END = date(2026, 5, 4)
AFTER_END = date(2026, 6, 8)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def project(session: Session, team: Team) -> CourseProject:
    return start_project(session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care")


def launch(session: Session, project: CourseProject, team: Team, on: date = BEFORE_END, **values: Any) -> CourseRun:
    return log_launch(session, project, actor=team.as_ana, now=NOW, launched_on=on, **values)


def owners(project: CourseProject) -> list[int | str]:
    return [owner.membership_id or owner.outside_name for owner in project.owners]


def logs(session: Session) -> list[tuple[int, int | None, int | None]]:
    statement = select(PracticeEntry.membership_id, PracticeEntry.run_id, PracticeEntry.enrolments)
    return sorted(tuple(row) for row in session.execute(statement))


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


class TestStart:
    def test_a_participant_owns_what_they_start(self, session: Session, team: Team, project: CourseProject) -> None:
        assert owners(project) == [team.ana.id]
        assert (project.stage, project.platform, project.programme_id) == (
            Stage.IDEA,
            Platform.OTHER,
            team.programme.id,
        )
        (change,) = project.stage_changes
        assert (change.stage, change.on) == (Stage.IDEA, TODAY)
        assert get_project(session, project.public_id, actor=team.as_ana) is project
        assert acts(session) == ["project.started"]

    def test_co_owners_come_from_the_programme_and_from_outside(self, session: Session, team: Team) -> None:
        project = start_project(
            session, team.cohort, actor=team.as_ana, now=NOW, title="Safer care",
            owners=[team.ben.public_id, team.cleo.public_id, team.ana.public_id, team.ben.public_id],
            outside_names=["Dee", "dee ", "Eve"],
        )  # fmt: skip
        assert owners(project) == [team.ana.id, team.ben.id, team.cleo.id, "dee ", "Eve"]

    @pytest.mark.parametrize("who", ["coach", "coordinator"])
    def test_who_runs_the_cohort_starts_one_for_others(self, session: Session, team: Team, who: str) -> None:
        actor = getattr(team, f"as_{who}")
        project = start_project(session, team.cohort, actor=actor, now=NOW, title="x", owners=[team.ben.public_id])
        assert owners(project) == [team.ben.id]

    def test_an_owner_is_in_the_programme(self, session: Session, team: Team) -> None:
        elsewhere, gone = make_membership(session), make_membership(session, team.cohort)
        gone.status = MembershipStatus.WITHDRAWN
        session.flush()
        for public_id in (elsewhere.public_id, gone.public_id, "0" * 20):
            with pytest.raises(Invalid) as refusal:
                start_project(session, team.cohort, actor=team.as_ana, now=NOW, title="x", owners=[public_id])
            assert list(refusal.value.messages) == ["owners"]

    @pytest.mark.parametrize(("who", "refusal"), [("observer", NotAllowed), ("cleo", NotFound), ("stranger", NotFound)])
    def test_nobody_else_starts_one(self, session: Session, team: Team, who: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            start_project(session, team.cohort, actor=getattr(team, f"as_{who}"), now=NOW, title="x")

    @pytest.mark.parametrize("stage", [Stage.LAUNCHED, Stage.RE_RUN])
    def test_a_launch_is_logged_and_not_stated(
        self, session: Session, team: Team, project: CourseProject, stage: Stage
    ) -> None:
        with pytest.raises(Invalid, match="Log a launch instead"):
            start_project(session, team.cohort, actor=team.as_ana, now=NOW, title="x", stage=stage)
        with pytest.raises(Invalid, match="Log a launch instead"):
            change_stage(session, project, actor=team.as_ana, now=NOW, stage=stage, on=TODAY)


class TestWhoSees:
    @pytest.mark.parametrize("who", ["ana", "ben", "coach", "observer", "coordinator"])
    def test_the_cohort_sees_its_projects(self, session: Session, team: Team, project: CourseProject, who: str) -> None:
        actor = getattr(team, f"as_{who}")
        assert get_project(session, project.public_id, actor=actor) is project
        assert [line.id for line in list_projects(session, team.cohort, actor=actor)] == [project.public_id]

    @pytest.mark.parametrize("who", ["cleo", "stranger"])
    def test_others_do_not(self, session: Session, team: Team, project: CourseProject, who: str) -> None:
        actor = getattr(team, f"as_{who}")
        with pytest.raises(NotFound):
            get_project(session, project.public_id, actor=actor)
        with pytest.raises(NotFound):
            list_projects(session, team.cohort, actor=actor)

    def test_a_co_owners_cohort_sees_it_too(self, session: Session, team: Team, project: CourseProject) -> None:
        add_owner(session, project, actor=team.as_ana, now=NOW, membership_id=team.cleo.public_id)
        session.flush()
        assert get_project(session, project.public_id, actor=team.as_cleo) is project
        (line,) = list_projects(session, team.cleo.cohort, actor=team.as_cleo)
        assert {owner.membership_id for owner in line.owners} == {team.ana.public_id, team.cleo.public_id}

    def test_a_project_is_loaded_in_constant_queries(
        self,
        session: Session,
        team: Team,
        count_queries: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        def queries(people: int, launches: int) -> int:
            project = make_project(
                session, team.cohort, owners=tuple(make_membership(session, team.cohort) for _ in range(people))
            )
            for number in range(launches):
                on = BEFORE_END + timedelta(days=number)
                log_launch(session, project, actor=team.as_coach, now=NOW, launched_on=on, enrolments=5)
            session.flush()
            session.expunge_all()
            with count_queries() as statements:
                found = get_project(session, project.public_id, actor=team.as_coach)
                assert len([owner.membership.person.name for owner in found.owners if owner.membership]) == people
                assert len([snapshot for run in found.runs for snapshot in run.snapshots]) == launches
                assert len(found.stage_changes) == launches
            return len(statements)

        assert queries(1, 1) == queries(6, 6) <= 6


class TestEdit:
    def test_an_owner_edits(self, session: Session, team: Team, project: CourseProject) -> None:
        edit_project(
            session, project, actor=team.as_ana, now=NOW, title="New", platform=Platform.MOODLE, audience="Nurses",
            url="https://example.org",
        )  # fmt: skip
        session.flush()
        assert (project.title, project.platform, project.audience, project.url) == (
            "New",
            Platform.MOODLE,
            "Nurses",
            "https://example.org",
        )
        assert project.version == 2
        assert acts(session) == ["project.started", "project.edited"]

    @pytest.mark.parametrize(
        ("who", "refusal"), [("ben", NotAllowed), ("observer", NotAllowed), ("cleo", NotFound), ("stranger", NotFound)]
    )
    def test_others_change_nothing(
        self, session: Session, team: Team, project: CourseProject, who: str, refusal: type[Exception]
    ) -> None:
        by: dict[str, Any] = {"actor": getattr(team, f"as_{who}"), "now": NOW}
        with pytest.raises(refusal):
            edit_project(session, project, title="Mine", **by)
        with pytest.raises(refusal):
            add_owner(session, project, membership_id=team.ben.public_id, **by)
        with pytest.raises(refusal):
            change_stage(session, project, stage=Stage.STOPPED, on=TODAY, **by)
        with pytest.raises(refusal):
            log_launch(session, project, launched_on=TODAY, **by)
        assert acts(session) == ["project.started"]


class TestOwners:
    def test_a_co_owner_may_act(self, session: Session, team: Team, project: CourseProject) -> None:
        add_owner(session, project, actor=team.as_ana, now=NOW, membership_id=team.ben.public_id)
        assert edit_project(session, project, actor=team.as_ben, now=NOW, title="Ours").title == "Ours"
        assert acts(session)[1] == "project.owner_added"

    def test_nobody_is_added_twice(self, session: Session, team: Team, project: CourseProject) -> None:
        add_owner(session, project, actor=team.as_ana, now=NOW, outside_name="Dee Doe")
        for again in ({"outside_name": "dee  doe"}, {"membership_id": team.ana.public_id}):
            with pytest.raises(Conflict, match="is an owner of this course already"):
                add_owner(session, project, actor=team.as_ana, now=NOW, **again)
        assert owners(project) == [team.ana.id, "Dee Doe"]

    @pytest.mark.parametrize("both", [True, False])
    def test_it_is_one_of_the_two(self, session: Session, team: Team, project: CourseProject, both: bool) -> None:
        given = {"membership_id": team.ben.public_id, "outside_name": "Dee"} if both else {}
        with pytest.raises(Invalid, match="one of the two"):
            add_owner(session, project, actor=team.as_ana, now=NOW, **given)

    def test_who_is_not_in_the_programme_is_refused(self, session: Session, team: Team, project: CourseProject) -> None:
        with pytest.raises(Invalid) as refusal:
            add_owner(session, project, actor=team.as_ana, now=NOW, membership_id=make_membership(session).public_id)
        assert list(refusal.value.messages) == ["membership_id"]

    def test_who_comes_later_has_the_earlier_launches(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        run = launch(session, project, team, enrolments=40)
        add_owner(session, project, actor=team.as_ana, now=NOW, membership_id=team.ben.public_id)
        assert logs(session) == [(team.ana.id, run.id, 40), (team.ben.id, run.id, None)]


class TestStages:
    def change(self, session: Session, project: CourseProject, team: Team, stage: Stage, on: date) -> None:
        change_stage(session, project, actor=team.as_ana, now=NOW, stage=stage, on=on, note="It had to be.")

    def test_the_newest_by_day_is_the_stage(self, session: Session, team: Team, project: CourseProject) -> None:
        self.change(session, project, team, Stage.PILOTED, date(2026, 4, 20))
        self.change(session, project, team, Stage.BUILDING, date(2026, 4, 1))
        assert project.stage is Stage.PILOTED
        self.change(session, project, team, Stage.STOPPED, date(2026, 4, 20))
        assert project.stage is Stage.STOPPED
        assert acts(session) == ["project.started"] + ["project.stage_changed"] * 3

    def test_any_order_is_allowed(self, session: Session, team: Team, project: CourseProject) -> None:
        launch(session, project, team)
        self.change(session, project, team, Stage.DESIGNING, AFTER_END)
        assert project.stage is Stage.DESIGNING

    def test_the_first_stage_counts_until_there_is_another(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        """It is dated when it was entered here, which may be long after what is logged next."""
        assert project.stage_changes[0].on > BEFORE_END
        launch(session, project, team)
        assert project.stage is Stage.LAUNCHED

    def test_the_future_is_refused(self, session: Session, team: Team, project: CourseProject) -> None:
        with pytest.raises(Invalid) as refusal:
            self.change(session, project, team, Stage.PILOTED, TOMORROW)
        assert list(refusal.value.messages) == ["on"]

    def test_the_same_stage_of_the_same_day_is_noted_once(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        self.change(session, project, team, Stage.PILOTED, BEFORE_END)
        with pytest.raises(Conflict):
            self.change(session, project, team, Stage.PILOTED, BEFORE_END)


class TestLaunch:
    def test_one_act_leaves_everything(self, session: Session, team: Team, project: CourseProject) -> None:
        run = launch(session, project, team, enrolments=1250, platform=Platform.FUTURELEARN)
        assert (run.label, run.platform, run.launched_on, run.recorded_by_id) == (
            "Run 1",
            Platform.FUTURELEARN,
            BEFORE_END,
            team.ana.person_id,
        )
        assert project.stage is Stage.LAUNCHED
        newest = session.scalars(select(StageChange).order_by(StageChange.id.desc())).first()
        assert (newest.stage, newest.on) == (Stage.LAUNCHED, BEFORE_END)
        (snapshot,) = session.scalars(select(ReachSnapshot))
        assert (snapshot.value, snapshot.as_of, snapshot.source, snapshot.is_current) == (
            1250,
            TODAY,
            ReachSource.PARTICIPANT,
            True,
        )
        (entry,) = session.scalars(select(PracticeEntry))
        assert (entry.kind, entry.on, entry.run_id, entry.enrolments) == (PracticeKind.LAUNCH, BEFORE_END, run.id, 1250)
        assert entry.text == "Launched Safer care: Run 1"
        assert acts(session) == ["project.started", "launch.logged"]

    def test_a_launch_before_the_end_is_told_and_never_refused(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        assert launch(session, project, team, BEFORE_END).is_before_end
        assert not launch(session, project, team, AFTER_END).is_before_end
        assert launch(session, project, team, team.cohort.starts_on - timedelta(days=400)).is_before_end
        assert not launch(session, project, team, team.cohort.ends_on).is_before_end

    def test_without_a_figure_there_is_none(self, session: Session, team: Team, project: CourseProject) -> None:
        launch(session, project, team)
        assert session.scalars(select(ReachSnapshot)).all() == []

    def test_nothing_is_a_figure(self, session: Session, team: Team, project: CourseProject) -> None:
        launch(session, project, team, enrolments=0)
        assert session.scalars(select(ReachSnapshot.value)).all() == [0]

    def test_what_is_left_out_is_the_projects(self, session: Session, team: Team, project: CourseProject) -> None:
        project.platform, project.url = Platform.MOODLE, "https://example.org/course"
        run = launch(session, project, team)
        assert (run.platform, run.url) == (Platform.MOODLE, "https://example.org/course")

    def test_the_future_is_refused_with_what_to_do(self, session: Session, team: Team, project: CourseProject) -> None:
        with pytest.raises(Invalid, match="Log it on its day") as refusal:
            launch(session, project, team, TOMORROW)
        assert list(refusal.value.messages) == ["launched_on"]
        assert session.scalars(select(CourseRun)).all() == []

    def test_a_run_does_not_end_before_it_begins(self, session: Session, team: Team, project: CourseProject) -> None:
        with pytest.raises(Invalid) as refusal:
            launch(session, project, team, ended_on=BEFORE_END - timedelta(days=1))
        assert list(refusal.value.messages) == ["ended_on"]
        assert launch(session, project, team, ended_on=TOMORROW).ended_on == TOMORROW

    def test_the_same_launch_is_logged_once(self, session: Session, team: Team, project: CourseProject) -> None:
        launch(session, project, team, enrolments=10)
        with pytest.raises(Conflict) as refusal:
            launch(session, project, team, enrolments=10)
        assert refusal.value.message == "You already logged this launch."
        assert len(logs(session)) == 1

    def test_another_day_is_a_re_run(self, session: Session, team: Team, project: CourseProject) -> None:
        launch(session, project, team, BEFORE_END)
        again = launch(session, project, team, AFTER_END)
        assert (again.label, project.stage) == ("Run 2", Stage.RE_RUN)

    def test_an_earlier_one_that_is_logged_late_is_no_re_run(
        self, session: Session, team: Team, project: CourseProject
    ) -> None:
        launch(session, project, team, AFTER_END)
        launch(session, project, team, BEFORE_END)
        stages = {change.on: change.stage for change in project.stage_changes}
        assert stages[BEFORE_END] is Stage.LAUNCHED
        assert project.stage is Stage.LAUNCHED

    def test_it_is_in_the_log_of_every_participant_who_owns_the_course(self, session: Session, team: Team) -> None:
        coach = team.as_coach.standings[team.cohort.id].membership_id
        project = make_project(session, owners=(team.ana, team.ben, team.cleo, session.get_one(type(team.ana), coach)))
        run = log_launch(session, project, actor=team.as_coach, now=NOW, launched_on=BEFORE_END, enrolments=7)
        assert logs(session) == sorted((member.id, run.id, 7) for member in (team.ana, team.ben, team.cleo))

    def test_a_coach_who_logs_it_is_its_source(self, session: Session, team: Team, project: CourseProject) -> None:
        log_launch(session, project, actor=team.as_coach, now=NOW, launched_on=BEFORE_END, enrolments=7)
        assert session.scalars(select(ReachSnapshot.source)).all() == [ReachSource.COACH]


class TestQuickLaunch:
    def log(self, session: Session, team: Team, title: str = "Safer care", **values: Any) -> CourseRun:
        given = {"actor": team.as_ana, "now": NOW, "launched_on": BEFORE_END} | values
        return log_new_launch(session, team.cohort, title=title, **given)

    def test_it_starts_a_project(self, session: Session, team: Team) -> None:
        run = self.log(session, team, enrolments=80)
        assert (run.project.title, run.project.stage, run.platform) == ("Safer care", Stage.LAUNCHED, Platform.OTHER)
        assert owners(run.project) == [team.ana.id]
        assert {change.on for change in run.project.stage_changes} == {BEFORE_END}, "no idea after its launch"
        assert logs(session) == [(team.ana.id, run.id, 80)]

    @pytest.mark.parametrize("title", ["Safer care", "  safer   CARE "])
    def test_it_finds_the_project_of_the_title(self, session: Session, team: Team, title: str) -> None:
        project = make_project(session, owners=(team.ana,), title="Safer care", platform=Platform.MOODLE)
        run = self.log(session, team, title)
        assert run.project is project
        assert run.platform is Platform.MOODLE

    def test_it_finds_ones_own_of_another_cohort_of_the_programme(self, session: Session, team: Team) -> None:
        earlier = make_membership(session, make_cohort(session, team.programme), team.ana.person)
        project = make_project(session, owners=(earlier,), title="Safer care")
        assert self.log(session, team).project is project

    def test_sent_twice_it_counts_once(self, session: Session, team: Team) -> None:
        self.log(session, team)
        with pytest.raises(Conflict, match="You already logged this launch"):
            self.log(session, team)

    def test_a_course_of_others_is_not_counted_twice(self, session: Session, team: Team) -> None:
        make_project(session, owners=(team.ben,), title="Safer care")
        with pytest.raises(Conflict, match=f"Ask {team.ben.person.name} to add you as an owner"):
            self.log(session, team)

    def test_a_course_of_nobody_yet_is_the_coachs_to_give(self, session: Session, team: Team) -> None:
        make_project(session, team.cohort, title="Safer care")
        with pytest.raises(Conflict, match="Ask your coach to add you"):
            self.log(session, team)

    def test_a_coach_logs_it_to_the_project_of_the_cohort(self, session: Session, team: Team) -> None:
        project = make_project(session, owners=(team.ben,), title="Safer care")
        assert self.log(session, team, actor=team.as_coach).project is project

    def test_a_coach_says_whose_it_is(self, session: Session, team: Team) -> None:
        for actor in (team.as_coach, team.as_coordinator):
            with pytest.raises(Invalid, match="Say whose course it is") as refusal:
                self.log(session, team, actor=actor)
            assert list(refusal.value.messages) == ["owners"]
        run = self.log(session, team, actor=team.as_coach, owners=[team.ben.public_id], outside_names=["Dee"])
        assert owners(run.project) == [team.ben.id, "Dee"]
        assert logs(session) == [(team.ben.id, run.id, None)]
        outside = self.log(session, team, "Another", actor=team.as_coordinator, outside_names=["Dee"])
        assert owners(outside.project) == ["Dee"]

    def test_a_coach_is_no_owner(self, session: Session, team: Team) -> None:
        coach = session.get_one(Membership, team.as_coach.standings[team.cohort.id].membership_id)
        with pytest.raises(Invalid, match="Choose participants"):
            self.log(session, team, actor=team.as_coach, owners=[coach.public_id])

    def test_a_course_of_nobody_gets_those_who_are_named(self, session: Session, team: Team) -> None:
        project = make_project(session, team.cohort, title="Safer care")
        with pytest.raises(Invalid, match="Say whose course it is"):
            self.log(session, team, actor=team.as_coach)
        self.log(session, team, actor=team.as_coach, owners=[team.ben.public_id], outside_names=["Dee"])
        assert owners(project) == [team.ben.id, "Dee"]
        assert [member for member, _run, _figure in logs(session)] == [team.ben.id]

    def test_a_launch_adds_nobody_to_a_team(self, session: Session, team: Team) -> None:
        make_project(session, owners=(team.ben,), title="Safer care")
        for named in ({"owners": [team.ana.public_id]}, {"outside_names": ["Dee"]}):
            with pytest.raises(Conflict, match=f"already, of {team.ben.person.name}"):
                self.log(session, team, actor=team.as_coach, **named)
        assert self.log(session, team, actor=team.as_coach, owners=[team.ben.public_id]).label == "Run 1"

    @pytest.mark.parametrize(("who", "refusal"), [("observer", NotAllowed), ("cleo", NotFound), ("stranger", NotFound)])
    def test_nobody_else_does(self, session: Session, team: Team, who: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            self.log(session, team, actor=getattr(team, f"as_{who}"))


def test_the_list_tells_title_stage_owners_launch_and_joiners(
    session: Session, team: Team, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    quick = {"actor": team.as_ana, "now": NOW}
    log_new_launch(session, team.cohort, title="B", launched_on=BEFORE_END, enrolments=40, **quick)
    log_new_launch(session, team.cohort, title="B", launched_on=AFTER_END, enrolments=2, **quick)
    start_project(session, team.cohort, title="A", owners=[team.ben.public_id], outside_names=["Dee"], **quick)
    session.flush()
    with count_queries() as statements:
        first, second = list_projects(session, team.cohort, actor=team.as_observer)
    assert len(statements) == 2
    assert (first.title, first.stage, first.first_launch, first.joiners) == ("A", Stage.IDEA, None, None)
    assert [owner.name for owner in first.owners] == [team.ana.person.name, team.ben.person.name, "Dee"]
    assert (second.title, second.stage, second.runs, second.first_launch, second.joiners) == (
        "B",
        Stage.RE_RUN,
        2,
        BEFORE_END,
        42,
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["launch", "ben", "cleo", "outside"]), unique=True, min_size=1))
def test_each_owning_participant_has_each_launch_once_in_any_order_of_acts(
    session: Session, team: Team, steps: list[str]
) -> None:
    attempt = session.begin_nested()
    try:
        project = make_project(session, owners=(team.ana,))
        launch(session, project, team, BEFORE_END)
        for step in steps:
            if step == "launch":
                launch(session, project, team, AFTER_END)
            elif step == "outside":
                add_owner(session, project, actor=team.as_ana, now=NOW, outside_name="Dee")
            else:
                member = getattr(team, step)
                add_owner(session, project, actor=team.as_ana, now=NOW, membership_id=member.public_id)
        members = {owner.membership_id for owner in project.owners} - {None}
        expected = sorted((member, run.id) for member in members for run in project.runs)
        assert [(member, run) for member, run, _enrolments in logs(session)] == expected
    finally:
        attempt.rollback()
        session.expire_all()


def test_two_owners_who_log_the_same_launch_at_once_log_it_once(engine: Engine, session: Session) -> None:
    team = make_team(session)
    project = make_project(session, owners=(team.ana, team.ben))
    audit.record(session, "project.made", project, actor=None, now=NOW)
    number = project.id
    session.commit()

    def log(actor: Any) -> Any:
        def act(other: Session) -> None:
            log_launch(other, other.get_one(CourseProject, number), actor=actor, now=NOW, launched_on=BEFORE_END)

        return act

    refusal = overlap(engine, log(team.as_ana), log(team.as_ben))
    assert isinstance(refusal, Conflict)
    assert refusal.message == "You already logged this launch."
    assert session.scalar(select(func.count(CourseRun.id))) == 1
    assert session.scalar(select(func.count(PracticeEntry.id))) == 2


def test_two_owners_who_log_different_launches_at_once_both_succeed(engine: Engine, session: Session) -> None:
    team = make_team(session)
    project = make_project(session, owners=(team.ana, team.ben))
    audit.record(session, "project.made", project, actor=None, now=NOW)
    number = project.id
    session.commit()

    def log(actor: Any, on: date) -> Any:
        def act(other: Session) -> None:
            log_launch(other, other.get_one(CourseProject, number), actor=actor, now=NOW, launched_on=on)

        return act

    assert overlap(engine, log(team.as_ana, BEFORE_END), log(team.as_ben, AFTER_END)) is None
    assert session.get_one(CourseProject, number).stage is Stage.RE_RUN


def test_a_quick_launch_that_is_sent_twice_at_once_starts_one_project(engine: Engine, session: Session) -> None:
    team = make_team(session)
    audit.record(session, "cohort.made", team.cohort, actor=None, now=NOW)
    cohort, number, actor = type(team.cohort), team.cohort.id, team.as_ana
    session.commit()

    def log(other: Session) -> None:
        log_new_launch(
            other, other.get_one(cohort, number), actor=actor, now=NOW, title="Safer care", launched_on=BEFORE_END
        )

    assert isinstance(overlap(engine, log, log), Conflict)
    assert session.scalar(select(func.count(CourseProject.id))) == 1
    assert session.scalar(select(func.count(CourseRun.id))) == 1
