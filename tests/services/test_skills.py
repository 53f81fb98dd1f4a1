"""Skills: written by coordinators, fixed once rated; rated at their time, and counted in pairs for a cohort."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Membership, SessionState, Skill, SkillMoment, SkillScore
from coaching.services.skill_assessments import (
    AFTER_HAS_BEGUN,
    BEFORE_IS_OVER,
    LATER_HAS_BEGUN,
    NOT_AFTER_YET,
    NOT_LATER_YET,
    assess_skills,
    read_sheet,
)
from coaching.services.skill_figures import read_cohort_skills
from coaching.services.skills import (
    FIXED_SCALE,
    FIXED_SKILL,
    add_skill,
    bring_back_skill,
    edit_skill,
    list_skills,
    order_skills,
    retire_skill,
    start_with_template,
    write_scale,
)
from tests.factories import NOW, actor_of, keep_members, make_session, new_membership
from tests.services.teams import Team, make_team

BEFORE, AFTER, LATER = SkillMoment
DAY = timedelta(days=1)


@pytest.fixture
def team(session: Session) -> Team:
    team = make_team(session)
    today = NOW.date()
    team.cohort.starts_on, team.cohort.ends_on = today - 30 * DAY, today + 30 * DAY
    return team


@pytest.fixture
def skills(session: Session, team: Team) -> list[Skill]:
    names = ("Asking", "Listening")
    found = [add_skill(session, team.programme, actor=team.as_coordinator, now=NOW, name=one) for one in names]
    session.flush()
    return found


def rate(session: Session, member: Membership, moment: SkillMoment, days: int = 0, **scores: int) -> None:
    named = {skill.name: skill.public_id for skill in session.scalars(select(Skill))}
    given = {named[name]: score for name, score in scores.items()}
    actor = actor_of(session, member.person)
    assess_skills(session, member, moment, actor=actor, now=NOW + days * DAY, scores=given)
    session.flush()
    session.expire_all()


def closed(session: Session, team: Team, days: int = 0) -> list[str]:
    sheet = read_sheet(session, team.ana, actor=team.as_coach, now=NOW + days * DAY)
    return [one.closed_because for one in sheet.moments.values()]


def names(session: Session, team: Team) -> list[str]:
    session.flush()
    return [one.name for one in list_skills(session, team.programme, actor=team.as_coach) if one.retired_at is None]


def test_skills_are_written_ordered_and_retired(session: Session, team: Team, skills: list[Skill]) -> None:
    act = {"actor": team.as_coordinator, "now": NOW}
    with pytest.raises(Invalid, match="of this name"):
        add_skill(session, team.programme, **act, name=" asking ")
    order_skills(session, team.programme, **act, skill_ids=[one.public_id for one in skills[::-1]])
    assert names(session, team) == ["Listening", "Asking"]
    with pytest.raises(Invalid, match="once"):
        order_skills(session, team.programme, **act, skill_ids=[skills[0].public_id] * 2)
    retire_skill(session, skills[1], **act)
    assert names(session, team) == ["Asking"]
    bring_back_skill(session, skills[1], **act)
    assert names(session, team) == ["Listening", "Asking"]
    assert len(start_with_template(session, team.programme, **act)) == 6
    assert start_with_template(session, team.programme, **act) == []
    assert len(names(session, team)) == 8


def test_what_was_rated_is_fixed(session: Session, team: Team, skills: list[Skill]) -> None:
    act = {"actor": team.as_coordinator, "now": NOW}
    write_scale(session, team.programme, **act, points=3, words=["No", "", "Yes", "", ""])
    edit_skill(session, skills[0], **act, name="Asking", description="Well")
    session.flush()
    rate(session, team.ana, BEFORE, Asking=3)
    with pytest.raises(Conflict, match=FIXED_SKILL[:20]):
        edit_skill(session, skills[0], **act, name="Asking more")
    edit_skill(session, skills[1], **act, name="Hearing")
    with pytest.raises(Conflict, match=FIXED_SCALE[:20]):
        write_scale(session, team.programme, **act, points=5, words=["No", "", "", "", "Yes"])
    assert write_scale(session, team.programme, **act, points=3, words=["No", "", "Yes"]).points == 3


@pytest.mark.parametrize(
    ("points", "words", "field"),
    [(2, ["a", "b"], "points"), (3, ["a", "b"], "words"), (3, ["", "b", "c"], "words"), (3, list("abcd"), "words")],
)
def test_a_scale_has_words_at_its_ends(session: Session, team: Team, points: int, words: list[str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        write_scale(session, team.programme, actor=team.as_coordinator, now=NOW, points=points, words=words)
    assert list(refused.value.messages) == [field]


def test_each_moment_has_its_time(session: Session, team: Team, skills: list[Skill]) -> None:
    assert closed(session, team) == ["", NOT_AFTER_YET, NOT_LATER_YET]
    times = {"starts_at": NOW + DAY, "ends_at": NOW + DAY + timedelta(hours=1)}
    make_session(session, team.cohort, **times, state=SessionState.CANCELLED)
    make_session(session, team.cohort, **times, pair_membership_id=team.ben.id)
    assert closed(session, team, 2) == ["", NOT_AFTER_YET, NOT_LATER_YET]
    make_session(session, team.cohort, **times)
    assert closed(session, team, 2) == [BEFORE_IS_OVER, "", NOT_LATER_YET]
    with pytest.raises(Conflict, match=BEFORE_IS_OVER[:20]):
        rate(session, team.ana, BEFORE, 2, Asking=1)
    rate(session, team.ana, AFTER, 2, Asking=1)
    assert closed(session, team, 2) == [AFTER_HAS_BEGUN, "", NOT_LATER_YET]
    assert closed(session, team, 40) == [AFTER_HAS_BEGUN, "", ""]
    rate(session, team.ana, LATER, 40, Asking=2)
    assert closed(session, team, 40) == [AFTER_HAS_BEGUN, LATER_HAS_BEGUN, ""]


def test_who_joins_late_has_their_own_first_session(session: Session, team: Team) -> None:
    make_session(session, team.cohort, starts_at=NOW - 2 * DAY, ends_at=NOW - 2 * DAY + timedelta(hours=1))
    team.ana.joined_at = NOW - DAY
    session.flush()
    assert closed(session, team)[0] == ""


def test_what_is_left_out_is_no_score(session: Session, team: Team, skills: list[Skill]) -> None:
    rate(session, team.ana, BEFORE, Asking=1, Listening=4)
    rate(session, team.ana, BEFORE, Asking=2)
    assert [(one.skill_name, one.score) for one in session.scalars(select(SkillScore))] == [("Asking", 2)]
    for scores in ({}, {"0" * 20: 1}, {skills[0].public_id: 6}, {skills[0].public_id: 0}):
        with pytest.raises(Invalid):
            assess_skills(session, team.ana, BEFORE, actor=team.as_ana, now=NOW, scores=scores)


def test_what_was_said_of_a_retired_skill_outlives_another_answer(
    session: Session, team: Team, skills: list[Skill]
) -> None:
    rate(session, team.ana, BEFORE, Asking=4, Listening=2)
    act = {"actor": team.as_coordinator, "now": NOW}
    retire_skill(session, skills[1], **act)
    session.flush()
    rate(session, team.ana, BEFORE, Asking=5)

    def said() -> dict[str, int]:
        return {one.skill_name: one.score for one in session.scalars(select(SkillScore))}

    assert said() == {"Asking": 5, "Listening": 2}
    # Who knows it by the API may say it with the rest, and take nothing away by leaving it out.
    rate(session, team.ana, BEFORE, Asking=5, Listening=3)
    assert said() == {"Asking": 5, "Listening": 3}
    with pytest.raises(Invalid):
        rate(session, team.ben, BEFORE, Listening=1)


def test_a_cohort_is_counted_in_pairs_and_never_below_its_smallest_group(
    session: Session, team: Team, skills: list[Skill]
) -> None:
    people = [new_membership(team.cohort) for _ in range(6)]
    keep_members(session, *people)
    moves = [(1, 3), (2, 3), (4, 2), (3, 3), (2, 5)]
    for member, (before, after) in zip(people, moves, strict=False):
        rate(session, member, BEFORE, Asking=before)
        rate(session, member, AFTER, 31, Asking=after)

    def figures() -> dict[str, object]:
        found = read_cohort_skills(session, team.cohort, actor=team.as_coordinator, now=NOW)
        return {one.name: one.figures for one in found.skills}

    shown = figures()["Asking"]
    assert shown is not None
    assert (shown.pairs, shown.improved, shown.same, shown.fell) == (5, 3, 1, 1)  # type: ignore[attr-defined]
    assert (shown.median_before, shown.median_after) == (2, 3)  # type: ignore[attr-defined]
    rate(session, people[5], BEFORE, Asking=5)
    team.programme.minimum_group = 6
    session.flush()
    assert figures()["Asking"] is None
    assert figures()["Listening"] is not None


def test_a_cohort_takes_the_same_number_of_reads_whatever_its_size(
    session: Session, team: Team, skills: list[Skill],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:  # fmt: skip
    def reads() -> int:
        session.refresh(team.cohort)
        _ = team.cohort.programme.minimum_group
        with count_queries() as statements:
            read_cohort_skills(session, team.cohort, actor=team.as_coach, now=NOW)
        return len(statements)

    rate(session, team.ana, BEFORE, Asking=1)
    few = reads()
    people = [new_membership(team.cohort) for _ in range(5)]
    keep_members(session, *people)
    for member in people:
        rate(session, member, BEFORE, Asking=2, Listening=3)
    assert reads() == few
