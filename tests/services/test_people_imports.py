"""People of a list come into a cohort once, with why for each row; and undoing leaves nothing behind of who was never
there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed
from coaching.models import (
    BatchState,
    CheckIn,
    Cohort,
    Goal,
    ImportBatch,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Person,
    Role,
    RowOutcome,
    StatusChange,
)
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.memberships import change_status
from coaching.services.people_imports import PeopleChoices, apply_people, list_people_imports, preview_people
from coaching.services.people_undo import HAS_COME, LINK_ENDED, NOT_YOURS, STANDING, TAKEN_OUT, undo_people
from tests.factories import (
    NOW,
    make_cohort,
    make_coordinator,
    make_goal,
    make_membership,
    make_person,
    make_step,
)
from tests.factories import make_session as hold_session

LATER = NOW + timedelta(hours=1)
LIST = (
    "Name,E-mail,Role,Joined\nAna Diaz,ana@example.org,,2026-05-02\nBo Li,BO@example.org,observer,\n"
    "Bobby Li,bo@example.org,,\nCy No,cy@elsewhere.org,,\nDee Oh,dee@example.org,coach,\nno address,,,\n"
)


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session, starts_on=date(2026, 5, 1), ends_on=date(2026, 7, 1))


@pytest.fixture
def coach(session: Session, cohort: Cohort) -> Actor:
    return load_actor(session, make_membership(session, cohort, role=Role.COACH).person)


@pytest.fixture
def bring(session: Session, cohort: Cohort, coach: Actor) -> Callable[..., ImportBatch]:
    numbers = count()

    def bring(text: str = LIST, *, actor: Actor = coach, now: Any = NOW, **choices: Any) -> ImportBatch:
        batch = apply_people(
            session, cohort, text.encode(), PeopleChoices(**choices), file_name="people.csv", actor=actor,
            new_secret=lambda: f"secret-{next(numbers)}", now=now,
        )  # fmt: skip
        session.flush()
        return batch

    return bring


def outcomes(
    session: Session, cohort: Cohort, text: str, actor: Actor | None, **choices: Any
) -> dict[int, tuple[RowOutcome, str]]:
    seen = preview_people(
        session, cohort, text.encode(), PeopleChoices(**choices), file_name="p.csv", actor=actor, now=NOW
    )
    return {line.number: (line.outcome, line.reason) for line in seen.lines}


def test_each_row_says_what_becomes_of_it(session: Session, cohort: Cohort, coach: Actor) -> None:
    make_membership(session, cohort, person=make_person(session, name="Cy No", email="cy@example.org"))
    make_membership(session, cohort, person=make_person(session, name="Ivy Oz", email="ivy@example.org"))
    gone = make_person(session, name="Eve Ko", email="eve@example.org")
    make_membership(session, cohort, person=gone, status=MembershipStatus.WITHDRAWN)
    make_membership(session, cohort, person=make_person(session, name="Fay Ek", email="fay@example.org"))
    make_person(session, name="Gus", email="gus@example.org", suspended_at=NOW)
    make_person(session, name="Hal Own", email="hal@example.org")
    more = "Eve Ko,eve@example.org,,\nFay Other,fay@example.org,,\nGus,gus@example.org,,\nHal,hal@example.org,,\n"
    told = outcomes(session, cohort, f"{LIST}{more}Ivy Oz,,,\nIda,ida@example.org,,2027-01-01\n", coach)
    assert {number: outcome.value for number, (outcome, _) in told.items()} == {
        2: "new", 3: "new", 4: "left_out", 5: "review", 6: "left_out", 7: "left_out", 8: "left_out", 9: "known",
        10: "left_out", 11: "new", 12: "known", 13: "left_out",
    }  # fmt: skip
    assert "another name" in told[4][1]
    assert "address in the file is another one" in told[5][1]
    assert "coordinator" in told[6][1]
    assert "as withdrawn" in told[8][1]
    assert "as Fay Ek" in told[9][1]
    assert "suspended" in told[10][1]
    assert "have an account already" in told[11][1]
    assert "Hal Own" not in told[11][1]
    assert "still to come" in told[13][1]
    assert outcomes(session, cohort, LIST, coach, as_same={5})[5][0] == RowOutcome.KNOWN
    assert outcomes(session, cohort, LIST, coach, as_new={5})[5][0] == RowOutcome.NEW
    assert outcomes(session, cohort, LIST, None)[6][0] == RowOutcome.NEW


def test_who_is_new_comes_in_and_the_same_list_again_brings_nobody(
    session: Session, cohort: Cohort, coach: Actor, bring: Callable[..., ImportBatch]
) -> None:
    batch = bring()
    assert (batch.state, batch.kind, len(batch.rows)) == (BatchState.APPLIED, "people", 6)
    brought = {
        member.person.email: member
        for member in session.scalars(select(Membership).where(Membership.cohort_id == cohort.id))
        if member.person_id != coach.person_id
    }
    assert set(brought) == {"ana@example.org", "bo@example.org", "cy@elsewhere.org"}
    assert brought["bo@example.org"].role == Role.OBSERVER
    assert brought["ana@example.org"].joined_at.date() in {date(2026, 5, 1), date(2026, 5, 2)}
    assert session.scalar(select(func.count()).select_from(Message)) == 3
    assert bring(now=LATER) is batch
    assert session.scalar(select(func.count()).select_from(Message)) == 3
    assert [one.public_id for one in list_people_imports(session, cohort, actor=coach)] == [batch.public_id]
    with pytest.raises(Conflict, match="nobody to bring in"):
        bring("Name,E-mail\nAna Diaz,ana@example.org\n")


def test_a_list_brings_in_without_writing_to_anybody(session: Session, bring: Callable[..., ImportBatch]) -> None:
    bring(is_invited=False)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_columns_are_remembered_for_the_headings(
    session: Session, cohort: Cohort, coach: Actor, bring: Callable[..., ImportBatch]
) -> None:
    first, second = "Wer;Wo\nAna Diaz;ana@example.org\n", "WO;wer\nbo@example.org;Bo Li\n"
    with pytest.raises(Invalid) as asked:
        bring(first)
    assert "columns" in asked.value.messages
    bring(first, columns={"email": "Wo", "name": "Wer"})
    assert outcomes(session, cohort, second, coach)[2][0] == RowOutcome.NEW
    other = make_cohort(session)
    stranger = load_actor(session, make_membership(session, other, role=Role.COACH).person)
    assert outcomes(session, other, second, stranger) == {}


def people(session: Session) -> set[str]:
    return {f"{name} {email}" for name, email in session.execute(select(Person.name, Person.email))}


def standing(session: Session, cohort: Cohort) -> set[tuple[str | None, Role, MembershipStatus]]:
    rows = select(Membership).where(Membership.cohort_id == cohort.id)
    return {(one.person.email, one.role, one.status) for one in session.scalars(rows)}


def test_undoing_leaves_nothing_and_the_same_list_then_does_the_same(
    session: Session, cohort: Cohort, coach: Actor, bring: Callable[..., ImportBatch]
) -> None:
    make_step(session, cohort)
    hold_session(session, cohort, starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=3, hours=1))
    before, nobody = people(session), standing(session, cohort)
    batch = bring()
    once = standing(session, cohort)
    undo_people(session, batch, cohort, actor=coach, now=LATER)
    session.flush()
    assert standing(session, cohort) == nobody
    left = session.scalars(select(Message.state)).all()
    assert set(left) <= {MessageState.CANCELLED, MessageState.DUE}
    assert people(session) >= before
    assert batch.state == BatchState.UNDONE
    assert {row.reason for row in batch.rows if row.outcome == RowOutcome.NEW} <= {TAKEN_OUT, LINK_ENDED}
    with pytest.raises(Conflict):
        undo_people(session, batch, cohort, actor=coach, now=LATER)
    again = bring(now=LATER + timedelta(hours=1))
    assert again is not batch
    assert standing(session, cohort) == once
    assert session.scalar(select(func.count()).select_from(StatusChange)) == session.scalar(
        select(func.count()).select_from(Membership).where(Membership.id.in_(select(StatusChange.membership_id)))
    )


def test_an_account_that_nobody_was_told_of_goes_with_its_member(
    session: Session, cohort: Cohort, coach: Actor, bring: Callable[..., ImportBatch]
) -> None:
    before = people(session)
    undo_people(session, bring(), cohort, actor=coach, now=LATER)
    session.flush()
    assert people(session) == before
    assert session.scalar(select(func.count()).select_from(Message)) == 0
    batch = bring(now=LATER)
    session.scalars(select(Message)).first().state = MessageState.SENT  # type: ignore[union-attr]
    session.flush()
    undo_people(session, batch, cohort, actor=coach, now=LATER)
    session.flush()
    assert len(people(session) - before) == 1
    assert [row.reason for row in batch.rows].count(LINK_ENDED) == 1


def test_who_was_touched_since_stays_and_it_is_said_why(
    session: Session, cohort: Cohort, coach: Actor, bring: Callable[..., ImportBatch]
) -> None:
    boss = load_actor(session, make_coordinator(session, cohort.programme))
    batch = bring(LIST + "Eve Ko,eve@example.org,,\n", actor=boss)
    joined = {row.name: session.get_one(Membership, row.membership_id) for row in batch.rows if row.membership_id}
    make_goal(session, joined["Ana Diaz"])
    change_status(session, joined["Bo Li"], actor=coach, now=LATER, status=MembershipStatus.PAUSED)
    joined["Cy No"].person.password_hash = "set"
    session.flush()
    undo_people(session, batch, cohort, actor=coach, now=LATER)
    session.flush()
    told = {row.name: row.reason for row in batch.rows if row.outcome == RowOutcome.NEW}
    assert "a goal" in told["Ana Diaz"]
    assert STANDING in told["Bo Li"]
    assert HAS_COME in told["Cy No"]
    assert NOT_YOURS in told["Dee Oh"]
    assert told["Eve Ko"] == TAKEN_OUT
    assert session.scalar(select(func.count()).select_from(Goal)) == 1
    assert session.scalar(select(func.count()).select_from(CheckIn)) == 0


def test_a_preview_asks_the_database_as_often_for_many_as_for_few(
    session: Session, cohort: Cohort, coach: Actor, count_queries: Any
) -> None:
    def statements(number: int) -> int:
        text = "Name,E-mail\n" + "".join(f"P{at},p{at}@example.org\n" for at in range(number))
        with count_queries() as sent:
            outcomes(session, cohort, text, coach)
        return len(sent)

    outcomes(session, cohort, LIST, coach)
    assert statements(2) == statements(200)


def test_who_does_not_run_the_cohort_brings_in_nobody(
    session: Session, cohort: Cohort, bring: Callable[..., ImportBatch]
) -> None:
    fellow = load_actor(session, make_membership(session, cohort, role=Role.PARTICIPANT).person)
    with pytest.raises(NotAllowed):
        bring(actor=fellow)
