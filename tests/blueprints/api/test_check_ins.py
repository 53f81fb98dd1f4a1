"""Check-ins over the API: listed for a member and a cohort, and answered by the participant alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CheckIn, CheckInAnswer, FollowUpQuestion, QuestionKind
from tests import factories
from tests.blueprints.api.caller import PREFIX, CallerOf, body, problem
from tests.blueprints.api.filling import fill
from tests.worlds import World

ANSWER = {"choice": "did_it", "note": "We opened in May", "enrolments": 300}


def test_a_participant_answers_and_answers_anew(world: World, caller: CallerOf, session: Session) -> None:
    known = fill(session, world)
    me, path = caller(world.participant), f"/check-ins/{known['check_in_id']}"
    before = body(me.get(path))
    assert (before["state"], before["answer"], before["step"]) == ("asked", None, "Two weeks on")
    answered = body(me.put(f"{path}/answer", ANSWER))
    assert (answered["state"], answered["answer"]["via"]) == ("answered", "api")
    assert {name: answered["answer"][name] for name in ANSWER} == ANSWER
    assert body(me.get(path)) == answered
    anew = body(me.put(f"{path}/answer", {"choice": "not_yet"}))["answer"]
    assert (anew["choice"], anew["note"], anew["enrolments"]) == ("not_yet", "", None)
    assert anew["changed_at"] is not None
    assert len(session.scalars(select(CheckInAnswer)).all()) == 1


def _ask(session: Session, check_in_id: str) -> list[FollowUpQuestion]:
    """Two further questions of the check-in's step."""
    step_id = session.scalars(select(CheckIn.step_id).where(CheckIn.public_id == check_in_id)).one()
    questions = [
        FollowUpQuestion(step_id=step_id, position=1, kind=QuestionKind.SCALE, prompt="How sure?", is_required=True),
        FollowUpQuestion(step_id=step_id, position=2, kind=QuestionKind.DATE, prompt="Since when?"),
    ]
    session.add_all(questions)
    session.flush()
    return questions


def test_further_questions_are_listed_and_replied_to(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/check-ins/{fill(session, world)['check_in_id']}"
    sure, since = (one.public_id for one in _ask(session, path.removeprefix("/check-ins/")))
    me = caller(world.participant)
    problem(me.get(f"{path}/answer"), 404)
    listed = body(me.get(path))["questions"]
    assert [(one["id"], one["kind"], one["is_required"]) for one in listed] == [
        (sure, "scale", True), (since, "date", False),
    ]  # fmt: skip
    replies = [{"question_id": since, "value": "2026-05-04"}, {"question_id": sure, "value": 4}]
    answered = body(me.put(f"{path}/answer", ANSWER | {"replies": replies}))["answer"]
    assert {one["question_id"]: one["value"] for one in answered["replies"]} == {since: "2026-05-04", sure: 4}
    for reader in (world.participant, world.coach, world.coordinator):
        assert body(caller(reader).get(f"{path}/answer")) == answered
    problem(me.put(f"{path}/answer", ANSWER), 422, names="replies")
    wrong = [{"question_id": sure, "value": 9}]
    problem(me.put(f"{path}/answer", ANSWER | {"replies": wrong}), 422, names="replies.0.value")
    anew = body(me.put(f"{path}/answer", ANSWER | {"replies": replies[1:]}))["answer"]
    assert [one["value"] for one in anew["replies"]] == [4]


def test_stopping_and_consent(world: World, caller: CallerOf, session: Session) -> None:
    check_in_id = fill(session, world)["check_in_id"]
    me, path = caller(world.participant), f"/members/{world.member.public_id}"
    problem(me.put(f"{path}/follow-ups-stop", {"reason": "Enough"}), 422, names="reason")
    stopped = body(me.put(f"{path}/follow-ups-stop"))
    assert stopped["follow_ups_stopped_at"] is not None
    problem(me.put(f"/check-ins/{check_in_id}/answer", ANSWER), 409, code="check-in-cancelled")
    assert body(me.delete(f"{path}/follow-ups-stop"))["follow_ups_stopped_at"] is None
    assert body(me.get(f"/check-ins/{check_in_id}"))["state"] == "asked"
    for said in (True, False):
        assert body(me.put(f"{path}/alumni-consent", {"may_ask": said}))["alumni_consent"] is said
    for wrong in ({}, {"may_ask": None}, {"may_ask": "yes"}):
        problem(me.put(f"{path}/alumni-consent", wrong), 422, names="may_ask")
    assert body(caller(world.coach).get(path))["alumni_consent"] is False
    (own,) = body(me.get("/me/check-ins"))["items"]
    assert (own["id"], own["cohort"]) == (check_in_id, "Cohort 9")


def test_nobody_answers_for_somebody_else(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/check-ins/{fill(session, world)['check_in_id']}"
    for person in (world.coach, world.coordinator, world.administrator):
        body(caller(person).get(path))
        problem(caller(person).put(f"{path}/answer", ANSWER), 403)
    for person in (world.fellow, world.observer, world.outsider):
        problem(caller(person).get(path), 404)
        problem(caller(person).put(f"{path}/answer", ANSWER), 404)
    assert session.scalars(select(CheckInAnswer)).all() == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"choice": "perhaps"}, "choice"),
        ({"choice": None}, "choice"),
        ({"note": "x" * 2001}, "note"),
        ({"enrolments": 1.5}, "enrolments"),
        ({"enrolments": 100_000_001}, "enrolments"),
        ({"via": "link"}, "via"),
    ],
)
def test_an_answer_is_checked(
    world: World, caller: CallerOf, session: Session, changes: dict[str, object], name: str
) -> None:
    path = f"/check-ins/{fill(session, world)['check_in_id']}/answer"
    problem(caller(world.participant).put(path, ANSWER | changes), 422, names=name)


def test_what_is_over_is_not_answered(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/check-ins/{fill(session, world)['check_in_id']}/answer"
    check_in = session.scalars(select(CheckIn)).one()
    check_in.closes_at = datetime(2026, 6, 20, tzinfo=UTC)
    problem(caller(world.participant).put(path, ANSWER), 409, code="check-in-closed")


def test_lists(world: World, caller: CallerOf, session: Session) -> None:
    known = fill(session, world)
    own, everybodys = f"/members/{world.member.public_id}/check-ins", f"/cohorts/{world.cohort.public_id}/check-ins"
    body(caller(world.participant).put(f"/check-ins/{known['check_in_id']}/answer", ANSWER))
    for person in (world.participant, world.coach):
        (line,) = body(caller(person).get(own))["items"]
        assert (line["id"], line["choice"], line["message_state"]) == (known["check_in_id"], "did_it", "unknown")
    (row,) = body(caller(world.coach).get(everybodys))["items"]
    assert (row["id"], row["name"], row["note"]) == (known["check_in_id"], "Participant Person", ANSWER["note"])
    assert body(caller(world.coordinator).get(f"{everybodys}?state=asked"))["items"] == []
    for person, status in ((world.participant, 403), (world.observer, 403), (world.outsider, 404)):
        problem(caller(person).get(everybodys), status)
    for person in (world.fellow, world.observer, world.outsider):
        problem(caller(person).get(own), 404)


def test_a_cohorts_list_goes_on(world: World, caller: CallerOf, session: Session) -> None:
    due = datetime(2026, 6, 15, tzinfo=UTC)
    for position in range(1, 4):
        step = factories.make_step(session, world.cohort, position=position, label=f"Step {position}")
        for member in (world.member, world.fellow_member):
            moment = due + timedelta(days=position)
            factories.make_check_in(session, step, member, due_at=moment)
    coach, seen = caller(world.coach), []
    path = f"/cohorts/{world.cohort.public_id}/check-ins?limit=4"
    while path:
        page = body(coach.get(path))
        seen += [(row["step"], row["id"]) for row in page["items"]]
        path = (page["next"] or "").removeprefix(PREFIX)
    assert len(set(seen)) == 6
    assert [step for step, _ in seen] == ["Step 1", "Step 1", "Step 2", "Step 2", "Step 3", "Step 3"]
