"""The board of a cohort and the list of a programme: each project once, whoever builds it, and few statements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import CourseProject, Platform, ReachMetric, ReachSnapshot, ReachSource, Stage
from coaching.services.project_board import list_programme_projects, read_board
from coaching.services.project_stages import change_stage, take_back_stage
from tests.factories import NOW, make_cohort, make_membership, make_project, make_run
from tests.services.teams import Team, make_team

CountQueries = Callable[[], AbstractContextManager[list[str]]]
MARCH, APRIL = date(2026, 3, 9), date(2026, 4, 13)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def reached(session: Session, project: CourseProject, *values: int) -> None:
    for number, value in enumerate(values, start=1):
        run = make_run(session, project, label=f"Run {number}", launched_on=date(2026, 4, number))
        session.add(
            ReachSnapshot(
                run_id=run.id, metric=ReachMetric.JOINERS, value=value, as_of=date(2026, 5, number),
                source=ReachSource.PARTICIPANT, recorded_at=NOW,
            )
        )  # fmt: skip
    session.flush()


def test_a_board_has_every_stage_and_each_project_once(session: Session, team: Team) -> None:
    shared = make_project(session, team.cohort, owners=(team.ana, team.ben, team.cleo), stage=Stage.LAUNCHED)
    reached(session, shared, 40, 60)
    idea = make_project(session, team.cohort, owners=(team.ana,))
    columns = read_board(session, team.cohort, actor=team.as_ben)
    assert [column.stage for column in columns] == list(Stage)
    found = {column.stage: [card.id for card in column.cards] for column in columns if column.cards}
    assert found == {Stage.LAUNCHED: [shared.public_id], Stage.IDEA: [idea.public_id]}
    (card,) = columns[list(Stage).index(Stage.LAUNCHED)].cards
    assert (card.runs, card.joiners, card.as_of, len(card.owners)) == (2, 100, date(2026, 5, 2), 3)
    # The cohort of a co-owner has it on its board, too, and says where it began.
    cards = [card for column in read_board(session, team.cleo.cohort, actor=team.as_cleo) for card in column.cards]
    assert [(card.id, card.cohort_id) for card in cards] == [(shared.public_id, team.cohort.public_id)]


def test_since_when_is_the_day_of_the_stage_that_stands(session: Session, team: Team) -> None:
    project = make_project(session, team.cohort, owners=(team.ana,))
    by = {"actor": team.as_ana, "now": NOW}
    change_stage(session, project, stage=Stage.DESIGNING, on=MARCH, **by)
    wrong = change_stage(session, project, stage=Stage.DESIGNING, on=APRIL, **by)
    take_back_stage(session, wrong, reason="A slip", **by)
    session.flush()
    (card,) = read_board(session, team.cohort, actor=team.as_ana)[1].cards
    assert (card.stage, card.since) == (Stage.DESIGNING, MARCH)


def test_a_programme_is_narrowed_down_and_paged(session: Session, team: Team) -> None:
    first = make_project(session, team.cohort, owners=(team.ana, team.cleo), platform=Platform.MOODLE)
    second = make_project(session, team.cohort, owners=(team.ana,), stage=Stage.STOPPED)
    third = make_project(session, team.cleo.cohort, owners=(team.cleo,), platform=Platform.MOODLE)
    make_project(session)  # Another programme's.
    session.flush()

    def ids(**values: object) -> list[str]:
        page = list_programme_projects(session, team.programme, actor=team.as_coordinator, **values)  # type: ignore[arg-type]
        return [card.id for card in page.items]

    everything = [third.public_id, second.public_id, first.public_id]
    assert ids() == everything
    assert ids(platform=Platform.MOODLE) == [third.public_id, first.public_id]
    assert ids(cohort=team.cleo.cohort) == [third.public_id, first.public_id]
    assert ids(stage=Stage.STOPPED, cohort=team.cohort) == [second.public_id]
    page = list_programme_projects(session, team.programme, actor=team.as_coordinator, limit=2, stage=None)
    assert (page.next, page.stages[Stage.IDEA], page.stages[Stage.STOPPED]) == (second.public_id, 2, 1)
    assert ids(limit=2, after=page.next) == [first.public_id]
    for wrong in ({"cohort": make_cohort(session)}, {"after": "0" * 20}, {"limit": 101}):
        with pytest.raises(Invalid):
            ids(**wrong)


def test_many_projects_take_no_more_statements(session: Session, team: Team, count_queries: CountQueries) -> None:
    def statements(projects: int) -> tuple[int, int]:
        for _ in range(projects):
            members = tuple(make_membership(session, team.cohort) for _ in range(3))
            reached(session, make_project(session, team.cohort, owners=members, stage=Stage.LAUNCHED), 5)
        session.expunge_all()
        with count_queries() as of_board:
            read_board(session, team.cohort, actor=team.as_coach)
        with count_queries() as of_list:
            list_programme_projects(session, team.programme, actor=team.as_coordinator)
        return len(of_board), len(of_list)

    assert statements(1) == statements(8) == (2, 3)
