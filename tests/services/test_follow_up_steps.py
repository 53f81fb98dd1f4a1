"""Plans that are changed: what was asked stays, what was not goes by the change, and cohorts choose whom to follow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    Anchor,
    CheckIn,
    CheckInState,
    Cohort,
    Followed,
    FollowUpPlan,
    FollowUpStep,
    Membership,
    Message,
    MessageState,
    Person,
    QuestionKind,
    Role,
)
from coaching.policies import Actor
from coaching.services.follow_up_changes import Effect
from coaching.services.follow_up_plans import choose_plan, find_default_plan, read_cohort_plan, standing_steps
from coaching.services.follow_up_steps import MOST_STEPS, add_step, edit_step, preview, remove_step
from coaching.services.follow_up_templates import AFTER_SESSION, TEMPLATES
from coaching.services.follow_up_timeline import Counts, read_timeline
from coaching.services.follow_ups import follow_plan, plan_check_ins
from coaching.services.lateness import read_lag
from tests.factories import NOW, actor_of, make_coordinator, make_membership, make_step
from tests.services.check_in_rows import (
    ENDED,
    check_in_states,
    check_ins_of,
    make_planned_cohort,
    make_planned_member,
    messages_about,
    post,
)
from tests.services.racing import overlap

Counter = Callable[[], AbstractContextManager[list[str]]]
FIRST: dict[str, Any] = {"label": "Two weeks on", "anchor": Anchor.COHORT_END, "offset": "P14D"}
ASKED = "Have you begun to put what you learned into practice?"
WEEK = timedelta(weeks=1)


def plan_of(session: Session, cohort: Cohort) -> FollowUpPlan:
    plan = find_default_plan(session, cohort.programme_id)
    assert plan is not None
    return plan


def coordinator(session: Session, cohort: Cohort) -> Actor:
    return actor_of(session, make_coordinator(session, cohort.programme))


def change(session: Session, actor: Actor, step: FollowUpStep, **values: Any) -> tuple[FollowUpStep, Effect]:
    shape = FIRST | {"question": ASKED} | values
    return edit_step(session, step, actor=actor, now=NOW, **shape)


def send(session: Session) -> None:
    for message in session.scalars(select(Message)):
        message.state = MessageState.SENT
    session.flush()


def strands(session: Session, member: Membership) -> list[tuple[str, int, str]]:
    return [(one.strand, one.step_id, one.state.value) for one in check_ins_of(session, member)]


def test_another_offset_moves_what_was_not_asked_in_every_cohort_that_follows(session: Session) -> None:
    here = make_planned_member(session)
    there = make_planned_member(session, make_planned_cohort(session, programme=here.cohort.programme))
    actor = coordinator(session, here.cohort)
    step = standing_steps(plan_of(session, here.cohort))[0]
    changed, effect = change(session, actor, step, offset="P21D")
    assert changed is step
    assert (effect.moved, effect.changed) == (2, 2)
    assert {check_ins_of(session, one)[0].due_at for one in (here, there)} == {datetime(2026, 6, 22, 8, tzinfo=UTC)}
    _step, effect = change(session, actor, step, offset="P1D")
    assert (effect.too_late, effect.moved) == (0, 2)
    _step, effect = change(session, actor, step, offset="P0D")
    assert effect == Effect(too_late=2, changed=2)


def test_what_is_moved_too_far_back_is_not_asked(session: Session) -> None:
    cohort = make_planned_cohort(session, ends_on=date(2026, 5, 25))
    member = make_planned_member(session, cohort)
    step = standing_steps(plan_of(session, cohort))[1]
    shape = {"label": step.label, "anchor": step.anchor, "offset": "P1D", "question": step.question}
    _step, effect = edit_step(session, step, actor=coordinator(session, cohort), now=NOW, **shape)
    assert effect == Effect(too_late=1, changed=1)
    assert check_in_states(session, member)[1] == "expired"


def test_what_somebody_was_asked_is_not_rewritten(session: Session) -> None:
    """Their answer is an answer to its words; who is asked from now on gets the new ones, of the same strand."""
    asked = make_planned_member(session)
    post(session)
    send(session)
    late = make_membership(session, asked.cohort)
    plan_check_ins(session, asked.cohort, now=NOW)
    old = standing_steps(plan_of(session, asked.cohort))[0]
    new, effect = change(session, coordinator(session, asked.cohort), old, question="Have you begun?")
    assert (new.strand, new.id == old.id, old.retired_at) == (old.strand, False, NOW)
    assert (old.question, new.question) == (ASKED, "Have you begun?")
    assert effect == Effect(moved=1, changed=1)
    assert strands(session, asked)[0] == (old.strand, old.id, "asked")
    assert (old.strand, new.id, "due") in strands(session, late)
    assert next(step.label for step in standing_steps(new.plan)) == "Two weeks on"
    assert post(session, NOW) == 1


def test_words_that_nobody_was_asked_by_are_changed_where_they_stand(session: Session) -> None:
    member = make_planned_member(session)
    step = standing_steps(plan_of(session, member.cohort))[0]
    questions: Any = [
        {"kind": QuestionKind.NUMBER, "prompt": "How many?"},
        {"kind": QuestionKind.TEXT, "prompt": "Why?"},
    ]
    changed, effect = change(session, coordinator(session, member.cohort), step, question="New?", questions=questions)
    assert (changed is step, effect) == (True, Effect())
    assert [(one.position, one.prompt) for one in step.questions] == [(1, "How many?"), (2, "Why?")]
    change(session, coordinator(session, member.cohort), step, question="New?", questions=questions[::-1])
    assert [one.prompt for one in step.questions] == ["Why?", "How many?"]


def test_a_mail_that_has_not_left_goes_by_the_plan_as_it_is_now(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    step = standing_steps(plan_of(session, member.cohort))[0]
    change(session, coordinator(session, member.cohort), step, offset="P28D")
    first = check_ins_of(session, member)[0]
    assert (first.state, first.asked_at, first.due_at) == (CheckInState.DUE, None, datetime(2026, 6, 29, 8, tzinfo=UTC))
    assert [message.state for message in messages_about(session, first)] == [MessageState.CANCELLED]


def test_a_step_that_is_removed_asks_nobody_and_keeps_what_was_answered(session: Session) -> None:
    member = make_planned_member(session)
    answered = check_ins_of(session, member)[0]
    answered.state, answered.wake_at = CheckInState.ANSWERED, None
    plan = plan_of(session, member.cohort)
    actor = coordinator(session, member.cohort)
    for step in standing_steps(plan)[:2]:
        remove_step(session, step, actor=actor, now=NOW)
    assert check_in_states(session, member) == ["answered", "cancelled", "due", "due", "due"]
    assert len(standing_steps(plan)) == 3
    with pytest.raises(Conflict):
        remove_step(session, step, actor=actor, now=NOW)


def test_a_step_that_is_added_asks_who_is_in_and_counts_what_comes_too_late(session: Session) -> None:
    member = make_planned_member(session)
    actor, plan = coordinator(session, member.cohort), plan_of(session, member.cohort)
    for offset, effect in {"P1Y6M": Effect(made=1), "P0D": Effect(too_late=1)}.items():
        shape = FIRST | {"offset": offset, "question": "And now?"}
        assert add_step(session, plan, actor=actor, now=NOW, **shape)[1] == effect
    shape = FIRST | {"role": Role.COACH, "question": "And now?"}
    assert add_step(session, plan, actor=actor, now=NOW + 10 * WEEK, **shape)[1] == Effect()
    for _ in range(MOST_STEPS - 8):
        add_step(session, plan, actor=actor, now=NOW, **(FIRST | {"question": "And now?"}))
    with pytest.raises(Conflict, match="at most 30"):
        add_step(session, plan, actor=actor, now=NOW, **(FIRST | {"question": "And now?"}))


@pytest.mark.parametrize("offset", ["P6Y", "P61M", "2 weeks", "P1D1Y", ""])
def test_an_offset_is_readable_and_at_most_five_years(session: Session, offset: str) -> None:
    cohort = make_planned_cohort(session)
    with pytest.raises(Invalid) as refused:
        add_step(
            session, plan_of(session, cohort), actor=coordinator(session, cohort), now=NOW,
            **(FIRST | {"offset": offset, "question": "?"}),
        )  # fmt: skip
    assert refused.value.messages.keys() == {"offset"}


def test_what_a_step_counts_from_stays(session: Session) -> None:
    cohort = make_planned_cohort(session)
    step = standing_steps(plan_of(session, cohort))[0]
    with pytest.raises(Invalid) as refused:
        change(session, coordinator(session, cohort), step, anchor=Anchor.LAUNCH)
    assert refused.value.messages.keys() == {"anchor"}


def test_a_preview_says_what_the_change_does_and_does_nothing(session: Session) -> None:
    member = make_planned_member(session)
    plan = plan_of(session, member.cohort)
    actor, before = coordinator(session, member.cohort), strands(session, member)
    version = plan.version
    shape = FIRST | {"offset": "P21D", "question": ASKED}
    step = standing_steps(plan)[0]
    seen = preview(session, lambda: edit_step(session, step, actor=actor, now=NOW, **shape)[1])
    assert (strands(session, member), plan.version, step.offset) == (before, version, "P14D")
    assert edit_step(session, step, actor=actor, now=NOW, **shape)[1] == seen == Effect(moved=1, changed=1)


def test_a_plan_of_its_own_asks_nothing_again_and_the_way_back_neither(session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    send(session)
    cohort, actor = member.cohort, coordinator(session, member.cohort)
    before = [one[::2] for one in strands(session, member)]
    choose_plan(session, cohort, actor=actor, now=NOW, follows=Followed.OWN)
    assert [one[::2] for one in strands(session, member)] == before
    own = read_cohort_plan(session, cohort, actor=actor)
    added, effect = add_step(session, own.plan, actor=actor, now=NOW, **(FIRST | {"offset": "P8M", "question": "?"}))  # type: ignore[arg-type]
    assert effect == Effect(made=1)
    change(session, actor, standing_steps(plan_of(session, cohort))[1], question="Another?")
    assert read_cohort_plan(session, cohort, actor=actor).steps[1].question != "Another?"
    effect = choose_plan(session, cohort, actor=actor, now=NOW, follows=Followed.DEFAULT)
    assert (effect.ended, effect.made) == (1, 0)
    assert [one[::2] for one in strands(session, member) if one[0] != added.strand] == before
    # Said twice, it is said once.
    assert choose_plan(session, cohort, actor=actor, now=NOW, follows=Followed.DEFAULT) == Effect()
    assert choose_plan(session, cohort, actor=actor, now=NOW, follows=Followed.NONE).ended == 4
    assert choose_plan(session, cohort, actor=actor, now=NOW, follows=Followed.DEFAULT).reopened == 4
    assert [one[::2] for one in strands(session, member) if one[0] != added.strand] == before


def test_changing_a_plan_costs_the_same_for_three_members_or_thirty(session: Session, count_queries: Counter) -> None:
    counts = []
    for members in (3, 30):
        cohort = make_planned_cohort(session)
        for _ in range(members):
            make_membership(session, cohort)
        plan_check_ins(session, cohort, now=NOW)
        step, actor = standing_steps(plan_of(session, cohort))[0], coordinator(session, cohort)
        change(session, actor, step, offset="P22D")
        with count_queries() as statements:
            assert change(session, actor, step, offset="P21D")[1].moved == members
            session.flush()
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 16


def test_of_two_who_change_a_plan_at_once_the_second_is_told(engine: Engine, session: Session) -> None:
    cohort = make_planned_cohort(session)
    step_id = standing_steps(plan_of(session, cohort))[0].id
    person_id = make_coordinator(session, cohort.programme).id
    session.commit()

    def edit(offset: str) -> Callable[[Session], None]:
        def act(other: Session) -> None:
            step = other.get_one(FollowUpStep, step_id)
            _version = step.plan.version
            change(other, actor_of(other, other.get_one(Person, person_id)), step, offset=offset)

        return act

    raised = overlap(engine, edit("P3W"), edit("P4W"))
    # SQLite lets one writer in at a time, before it reads; there the second sees what the first did.
    assert raised is None if engine.dialect.name == "sqlite" else isinstance(raised, Conflict)
    assert session.get_one(FollowUpStep, step_id).offset == ("P4W" if raised is None else "P3W")


def test_who_joins_while_the_plan_changes_is_asked_by_what_it_has_become(engine: Engine, session: Session) -> None:
    cohort = make_planned_cohort(session)
    step_id, cohort_id = standing_steps(plan_of(session, cohort))[0].id, cohort.id
    person_id = make_coordinator(session, cohort.programme).id
    session.commit()

    def edit(other: Session) -> None:
        actor = actor_of(other, other.get_one(Person, person_id))
        change(other, actor, other.get_one(FollowUpStep, step_id), offset="P3W")

    def join(other: Session) -> None:
        make_membership(other, other.get_one(Cohort, cohort_id))
        plan_check_ins(other, other.get_one(Cohort, cohort_id), now=NOW)

    assert overlap(engine, edit, join) is None
    assert {one.due_at for one in session.scalars(select(CheckIn).where(CheckIn.step_id == step_id))} == {
        datetime(2026, 6, 22, 8, tzinfo=UTC)
    }


def test_the_timeline_has_each_step_on_its_date_with_what_became_of_it(session: Session) -> None:
    member = make_planned_member(session)
    make_planned_member(session, member.cohort)
    cohort, actor = member.cohort, coordinator(session, member.cohort)
    make_step(session, cohort, position=9, **AFTER_SESSION.shape())
    post(session)
    answered = check_ins_of(session, member)[0]
    answered.state, answered.wake_at = CheckInState.ANSWERED, None
    lines = read_timeline(session, read_cohort_plan(session, cohort, actor=actor), actor=actor)
    assert lines[0][1:4] == (ENDED + 2 * WEEK, ENDED + 2 * WEEK, Counts(asked=2, answered=1, open=1))
    assert lines[1].counts == Counts(waiting=2)
    assert (lines[-1].step.anchor, lines[-1].first) == (Anchor.SESSION_END, None)
    own = actor_of(session, member.person)
    theirs = read_timeline(session, read_cohort_plan(session, cohort, actor=own), actor=own)
    assert {line.counts for line in theirs} == {None}


def test_what_was_asked_by_a_step_that_is_gone_stays_on_the_timeline(session: Session) -> None:
    member = make_planned_member(session)
    cohort, actor = member.cohort, coordinator(session, member.cohort)
    post(session)
    for message in messages_about(session, check_ins_of(session, member)[0]):
        message.state, message.settled_at = MessageState.SENT, NOW
    for step in standing_steps(plan_of(session, cohort))[:2]:
        remove_step(session, step, actor=actor, now=NOW)
    lines = read_timeline(session, read_cohort_plan(session, cohort, actor=actor), actor=actor)
    assert [(line.step.label, line.counts) for line in lines if line.is_gone] == [
        ("Two weeks on", Counts(asked=1, open=1))
    ]
    assert len(lines) == 4
    own = actor_of(session, member.person)
    theirs = read_timeline(session, read_cohort_plan(session, cohort, actor=own), actor=own)
    assert not any(line.is_gone for line in theirs)


def test_every_template_is_a_step_that_can_be_added(session: Session) -> None:
    cohort = make_planned_cohort(session)
    plan, actor = plan_of(session, cohort), coordinator(session, cohort)
    for template in TEMPLATES.values():
        add_step(session, plan, actor=actor, now=NOW, **template.shape())  # type: ignore[typeddict-item]
    assert len(standing_steps(plan)) == 5 + len(TEMPLATES)


def test_what_an_edit_makes_due_earlier_is_not_late(session: Session) -> None:
    """It waits since it was changed, however early its new moment was."""
    member = make_planned_member(session, make_planned_cohort(session, ends_on=NOW.date()))
    waiting = check_ins_of(session, member)[0]
    assert waiting.due_at > NOW
    plan = plan_of(session, member.cohort)
    plan.steps[0].offset = "P0D"
    follow_plan(session, plan, [plan.steps[0].strand], now=NOW)
    moved = check_ins_of(session, member)[0]
    assert (moved.due_at < NOW, moved.wake_at) == (True, NOW)
    assert read_lag(session.connection(), now=NOW + timedelta(seconds=5)).check_in == 5
