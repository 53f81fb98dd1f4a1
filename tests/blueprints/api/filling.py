"""A thing of every kind in the world's cohort, so that every address of the API has something to show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import (
    Asking,
    BatchState,
    CheckIn,
    CheckInState,
    CommentKind,
    Delivery,
    Evidence,
    EvidenceKind,
    FactorKind,
    ImportBatch,
    ImportRow,
    InboxItem,
    Message,
    MessageKind,
    MessageState,
    Metric,
    MetricDirection,
    Milestone,
    Note,
    NoteChange,
    NoteChangeState,
    NoteClass,
    NoteConsent,
    NoteWriter,
    Observation,
    ObservationSource,
    Poll,
    PollInvitee,
    PollSlot,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
    ProjectOwner,
    Rating,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    RowOutcome,
    Series,
    Skill,
    SkillScale,
    Stage,
    StageChange,
)
from tests import factories
from tests.factories import NOW
from tests.worlds import World


def fill(session: Session, world: World) -> dict[str, str]:
    """The public identifiers of what was made, by the names that they have in addresses."""
    check_in = _check_in(session, world)
    made = {
        "programme_id": world.programme,
        "cohort_id": world.cohort,
        "member_id": world.member,
        "check_in_id": check_in,
        "step_id": check_in.step,
        "plan_id": check_in.step.plan,
        **_practice(session, world, check_in),
        "message_id": _message(session, world, check_in),
        "private_note_id": factories.make_private_note(session, world.coach_member, "Only mine", about=world.member),
    }
    made |= {"poll_id": _poll(session, world), "action_id": factories.make_action(session, world.member)}
    item = InboxItem(
        person_id=world.administrator.id, message_id="<0@x>", kind=MessageKind.POLL, title="T", text="x", created_at=NOW
    )
    session.add(item)
    made |= (
        {"item_id": item}
        | _series(session, world)
        | _goal(session, world)
        | _skill(session, world)
        | _note(session, world)
        | _project(session, world)
        | _import(session, world)
        | _file_import(session, world)
    )
    session.flush()
    return {name: row.public_id for name, row in made.items()}


def _check_in(session: Session, world: World) -> CheckIn:
    return factories.make_check_in(
        session,
        factories.make_step(session, world.cohort),
        world.member,
        state=CheckInState.ASKED,
        asked_at=NOW,
        escalated_at=NOW,
        closes_at=datetime(2100, 1, 1, tzinfo=UTC),
    )


def _practice(session: Session, world: World, check_in: CheckIn) -> dict[str, Any]:
    """A line, a comment to it by the one that the tests send everything as, and a word of the programme's."""
    entry = _entry(session, world, check_in)
    comment = PracticeComment(
        entry=entry, author_id=world.administrator.id, kind=CommentKind.COMMENT, text="Well done", created_at=NOW
    )
    factor = PracticeFactor(
        programme_id=world.programme.id, kind=FactorKind.BARRIER, name="Rain", position=1, created_at=NOW
    )
    session.add_all([comment, factor])
    return {"entry_id": entry, "comment_id": comment, "factor_id": factor}


def _entry(session: Session, world: World, check_in: CheckIn) -> PracticeEntry:
    entry = PracticeEntry(
        membership=world.member,
        kind=PracticeKind.CHECK_IN,
        on=date(2026, 6, 1),
        text="Did it",
        enrolments=120,
        check_in_id=check_in.id,
        created_at=NOW,
    )
    session.add(entry)
    return entry


def _message(session: Session, world: World, check_in: CheckIn) -> Message:
    message = Message(
        kind=MessageKind.CHECK_IN,
        subject_id=check_in.id,
        recipient_id=world.participant.id,
        address=world.participant.email or "",
        facts={"items": [{"id": check_in.public_id}]},
        message_id="<one@coaching.internal>",
        state=MessageState.UNKNOWN,
        due_at=NOW,
        created_at=NOW,
        settled_at=NOW,
    )
    message.deliveries.append(Delivery(outcome=MessageState.UNKNOWN, at=NOW, detail="Nobody knows."))
    session.add(message)
    session.flush()
    session.add(Asking(check_in_id=check_in.id, message_id=message.id, number=1))
    return message


def _poll(session: Session, world: World) -> Poll:
    """One that asks the participant, far ahead of every clock that a test may run by."""
    starts = [datetime(2100, 1, 4, 10, tzinfo=UTC) + timedelta(days=day) for day in (0, 1)]
    poll = Poll(
        cohort_id=world.cohort.id,
        title="When could you meet?",
        timezone="UTC",
        duration_minutes=60,
        closes_at=datetime(2100, 1, 1, tzinfo=UTC),
        created_at=NOW,
        slots=[PollSlot(local_start=moment.replace(tzinfo=None), starts_at=moment) for moment in starts],
        invitees=[PollInvitee(membership_id=world.member.id)],
    )
    session.add(poll)
    return poll


def _goal(session: Session, world: World) -> dict[str, Any]:
    goal = factories.make_goal(session, world.member)
    session.add(Rating(goal=goal, rated_by_id=world.participant.id, score=0, rated_on=date(2026, 6, 1), created_at=NOW))
    session.flush()
    milestone = Milestone(goal=goal, statement="A plan", created_at=NOW)
    metric = Metric(goal=goal, name="Hours", direction=MetricDirection.UP, created_at=NOW)
    observation = Observation(
        metric=metric, value=Decimal(1), observed_on=date(2026, 6, 1), source=ObservationSource.API,
        recorded_by_id=world.participant.id, created_at=NOW,
    )  # fmt: skip
    session.add_all([milestone, metric, observation])
    return {"goal_id": goal, "milestone_id": milestone, "metric_id": metric, "observation_id": observation}


def _skill(session: Session, world: World) -> dict[str, Any]:
    scale = SkillScale(programme_id=world.programme.id, points=3, words=["Not yet", "", "Well"], created_at=NOW)
    skill = Skill(programme_id=world.programme.id, position=1, name="Writing", created_at=NOW)
    session.add_all([scale, skill])
    return {"skill_id": skill}


def _note(session: Session, world: World) -> dict[str, Any]:
    """A note that its author is asked about, who is the one that the tests send everything as."""
    own = world.administrator.id
    note = Note(
        cohort_id=world.cohort.id, author_id=own, written_as=NoteWriter.COORDINATOR, note_class=NoteClass.COHORT,
        body="Words", written_at=NOW,
    )  # fmt: skip
    session.add(note)
    session.flush()
    change = NoteChange(
        note_id=note.id, by_id=world.participant.id, from_class=NoteClass.COORDINATOR, to_class=NoteClass.COHORT,
        state=NoteChangeState.PENDING, asked_at=NOW, consents=[NoteConsent(person_id=own)],
    )  # fmt: skip
    session.add(change)
    return {"note_id": note, "change_id": change}


def _project(session: Session, world: World) -> dict[str, Any]:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    run = factories.make_run(session, project)
    snapshot = ReachSnapshot(
        run=run,
        metric=ReachMetric.JOINERS,
        value=250,
        as_of=date(2026, 5, 20),
        source=ReachSource.PARTICIPANT,
        recorded_at=NOW,
    )
    link = Evidence(
        project=project, kind=EvidenceKind.LINK, title="The course", url="https://example.org/c", added_at=NOW
    )
    # Two stages, so that either may be taken back.
    stages = [
        StageChange(project=project, stage=stage, on=date(2026, 5, day), recorded_at=NOW)
        for day, stage in enumerate((Stage.IDEA, Stage.DESIGNING), start=1)
    ]
    outsider = ProjectOwner(project_id=project.id, outside_name="Olive", added_at=NOW)
    session.add_all([snapshot, link, *stages, outsider])
    made = {"project_id": project, "run_id": run, "snapshot_id": snapshot, "stage_id": stages[1]}
    return made | {"evidence_id": link}


def _series(session: Session, world: World) -> dict[str, Any]:
    start = datetime(2026, 7, 7, 9)
    series = Series(
        cohort=world.cohort,
        title="Circle",
        local_start=start,
        timezone="UTC",
        duration_minutes=60,
        rule="FREQ=WEEKLY;COUNT=2",
        exceptions=["2026-07-14T09:00"],
        created_at=NOW,
    )
    session.add(series)
    session.flush()
    starts_at = start.replace(tzinfo=UTC)
    factories.make_session(
        session, world.cohort, series_id=series.id, starts_at=starts_at, recurrence_start=start, local_start=start
    )
    return {"series_id": series}


def _file_import(session: Session, world: World) -> dict[str, Any]:
    return {"file_import_id": factories.make_batch(session, world.cohort, world.participant, state=BatchState.READY)}


def _import(session: Session, world: World) -> dict[str, Any]:
    held = factories.make_session(session, world.cohort)
    batch = ImportBatch(
        cohort_id=held.cohort_id,
        session_id=held.id,
        kind="zoom",
        file_name="report.csv",
        sha256="0" * 64,
        detected={"format": "zoom"},
        state=BatchState.APPLIED,
        imported_at=NOW,
        imported_by_id=world.coach.id,
    )
    row = ImportRow(number=1, name="P. Person", minutes=50, outcome=RowOutcome.REVIEW, reason="Two are alike.")
    batch.rows.append(row)
    session.add(batch)
    people = ImportBatch(
        cohort_id=held.cohort_id,
        kind="people",
        file_name="people.csv",
        sha256="1" * 64,
        detected={},
        state=BatchState.APPLIED,
        imported_at=NOW,
        imported_by_id=world.coach.id,
    )
    session.add(people)
    return {"session_id": held, "import_id": batch, "row_id": row, "people_import_id": people}
