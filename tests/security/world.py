"""A small world with every noun three times: in the cohort, in the one beside it, and in another programme.

Every text in it is marked, so that a test can tell whose words it found in an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    Action,
    ActionState,
    AnswerChoice,
    ApiToken,
    Asking,
    BatchState,
    CalendarFeed,
    CalendarInvite,
    Capability,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    CoachingSession,
    Cohort,
    CommentKind,
    ContactAddress,
    Delivery,
    DropInCode,
    EntryFactor,
    Evidence,
    EvidenceKind,
    ExportChoice,
    FactorKind,
    FollowUpPlan,
    FollowUpStep,
    Goal,
    GoalChange,
    GoalRevision,
    GoalState,
    ImportBatch,
    ImportRow,
    InboxItem,
    MailTemplate,
    MailWording,
    Membership,
    MembershipStatus,
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
    NoteReview,
    NoteWriter,
    Observation,
    ObservationSource,
    Person,
    Poll,
    PollInvitee,
    PollSlot,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
    Programme,
    ProjectGoal,
    ProjectOwner,
    Purpose,
    Rating,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    RememberedMatch,
    Role,
    RowOutcome,
    Series,
    Skill,
    SkillAssessment,
    SkillMoment,
    SkillScale,
    SkillScore,
    Stage,
    StageChange,
    StatusChange,
)
from coaching.tokens import hash_secret, link_token, new_public_id
from tests import factories

PASSWORD = "a long enough password"
PLACES = ("here", "beside", "there")


@dataclass
class Place:
    """One cohort with all that is in it. `ids` has each noun's public identifier, under the noun of its address."""

    label: str
    programme: Programme
    cohort: Cohort
    people: dict[str, Person]
    members: dict[str, Membership]
    rows: dict[str, Any]
    secrets: dict[str, str]

    @cached_property
    def ids(self) -> dict[str, str]:
        return {noun: row.public_id for noun, row in self.rows.items()}


@dataclass
class World:
    now: datetime
    here: Place
    beside: Place
    there: Place
    people: dict[str, Person]

    def place(self, label: str) -> Place:
        found: Place = getattr(self, label)
        return found


def build_world(session: Session, *, now: datetime, attack: str = "") -> World:
    """Two programmes; two cohorts in the first, one in the second; and everybody who has to do with them.

    `attack` stands at the end of every text that somebody has written.
    """
    first = factories.make_programme(session, name=f"Programme here{attack}", description=f"about-here{attack}")
    second = factories.make_programme(session, name="Programme there", description="about-there")
    places = {
        label: _Builder(session, label, programme, now, attack).build()
        for label, programme in (("here", first), ("beside", first), ("there", second))
    }
    here, beside, there = (places[label] for label in PLACES)
    people = here.people | {
        "neighbour": beside.people["participant"],
        "coach_beside": beside.people["coach"],
        "stranger": there.people["participant"],
        "coach_there": there.people["coach"],
        "coordinator": factories.make_coordinator(session, first, _person(session, "coordinator", "here")),
        "coordinator_there": factories.make_coordinator(session, second, _person(session, "coordinator", "there")),
        "administrator": _person(session, "administrator", "here", is_administrator=True),
    }
    # A course that is built together with somebody of the cohort beside.
    owners = (here.members["participant"], beside.members["participant"])
    shared = factories.make_project(session, here.cohort, owners=owners, title="title-shared-here")
    here.rows["shared project"] = shared
    here.rows["shared run"] = factories.make_run(
        session, shared, launched_on=(now - timedelta(days=40)).date(), label="label-shared-here"
    )
    # Who may take over from the coach of the cohort; elsewhere it is somebody who may not.
    here.rows["candidate"], beside.rows["candidate"] = beside.people["coach"], here.people["coach"]
    there.rows["candidate"] = there.people["coach"]
    for place in (here, there):
        _add_default_plan(session, place)
        _add_skills(session, place)
        _add_factors(session, place)
    for place in (here, beside, there):
        _add_evidence(session, place, now, attack)
    session.flush()
    return World(now=now, here=here, beside=beside, there=there, people=people)


def _add_skills(session: Session, place: Place) -> None:
    """The programme's skills, of which the participant rated one before it all, and the scale."""
    now = place.cohort.created_at
    made = {
        name: Skill(programme=place.programme, position=position, name=f"skill-{position}-{place.label}",
                    created_at=now, retired_at=now if name == "retired skill" else None)
        for position, name in enumerate(("rated skill", "skill", "retired skill"), start=1)
    }  # fmt: skip
    session.add(SkillScale(programme=place.programme, points=3, words=["None", "", "All"], created_at=now))
    assessment = SkillAssessment(membership=place.members["participant"], moment=SkillMoment.BEFORE, at=now)
    rated = made["rated skill"]
    assessment.scores.append(SkillScore(skill=rated, skill_name=rated.name, score=2))
    session.add_all([*made.values(), assessment])
    session.flush()
    place.rows |= made


def _add_evidence(session: Session, place: Place, now: datetime, attack: str) -> None:
    """A file that shows the course, and a link of a line of the participant's log about it."""
    label, project = place.label, place.rows["project"]
    of_all = {"project": project, "added_at": now, "added_by": place.people["participant"]}
    file = Evidence(
        kind=EvidenceKind.FILE, title=f"evidence-title-{label}{attack}", file_name=f"evidence-file-{label}.pdf",
        stored_name=new_public_id(), media_type="application/pdf", size=len(evidence_words(label)), **of_all,
    )  # fmt: skip
    link = Evidence(
        kind=EvidenceKind.LINK, title=f"log-evidence-title-{label}{attack}", entry=place.rows["practice"],
        url="javascript:alert(1)" if attack else f"https://log-evidence.example.org/{label}", **of_all,
    )  # fmt: skip
    session.add_all([file, link])
    session.flush()
    place.rows |= {"evidence": file, "log evidence": link}


def evidence_words(label: str) -> bytes:
    """What stands in the file, which who builds the app puts where it keeps files."""
    return f"words-of-evidence-{label}".encode()


def _add_factors(session: Session, place: Place) -> None:
    """What helps and hinders, in the programme's words, of which one is in a line of the participant's."""
    now = place.cohort.created_at
    made = {
        name: PracticeFactor(programme=place.programme, kind=FactorKind.ENABLER, position=position,
                             name=f"factor-{position}-{place.label}", created_at=now,
                             retired_at=now if name.startswith("retired") else None)
        for position, name in enumerate(("factor", "used factor", "retired factor"), start=1)
    }  # fmt: skip
    used = made["used factor"]
    place.rows["hand practice"].factors.append(EntryFactor(factor=used, kind=used.kind, name=used.name))
    session.add_all(made.values())
    session.flush()
    place.rows |= made


def _person(session: Session, who: str, label: str, **values: Any) -> Person:
    values = {
        "name": f"{who.title()} Name-{label}",
        "email": f"{who}@{label}.example.org",
        "password_hash": _HASH,
        "timezone": "Europe/London",
    } | values
    return factories.make_person(session, **values)


# Hashed once: all of them have the same password.
_HASH = factories.HASTY.hash(PASSWORD)


def _add_default_plan(session: Session, place: Place) -> None:
    """The programme's plan, which no cohort here follows."""
    plan = FollowUpPlan(programme=place.programme, is_default=True, created_at=place.cohort.created_at)
    plan.steps = [FollowUpStep(position=1, label="A year on", offset="P1Y", question=f"default-question-{place.label}")]
    session.add(plan)
    session.flush()
    place.rows |= {"default plan": plan, "default step": plan.steps[0]}


class _Builder:
    """The rows of one place."""

    def __init__(self, session: Session, label: str, programme: Programme, now: datetime, attack: str) -> None:
        self.session, self.label, self.programme, self.now, self.attack = session, label, programme, now, attack
        self.rows: dict[str, Any] = {"programme": programme}
        self.secrets: dict[str, str] = {}

    def build(self) -> Place:
        self.cohort = factories.make_cohort(
            self.session,
            self.programme,
            name=f"Cohort {self.label}{self.attack}",
            description=self.says("description"),
            starts_on=self.day(200),
            ends_on=self.day(30),
        )
        self.rows["cohort"] = self.cohort
        self._people()
        self._goal()
        self._sessions()
        self._actions()
        self._private_notes()
        self._notes()
        self._check_ins()
        self._projects()
        self._imports()
        self._poll()
        self._mails()
        self._keys()
        self.session.flush()
        return Place(self.label, self.programme, self.cohort, self.people, self.members, self.rows, self.secrets)

    def says(self, what: str) -> str:
        return f"{what}-{self.label}{self.attack}"

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def day(self, days: int) -> Any:
        return self.ago(days).date()

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _people(self) -> None:
        standings = {
            "participant": (Role.PARTICIPANT, MembershipStatus.ACTIVE),
            "fellow": (Role.PARTICIPANT, MembershipStatus.ACTIVE),
            "withdrawn": (Role.PARTICIPANT, MembershipStatus.WITHDRAWN),
            "applicant": (Role.PARTICIPANT, MembershipStatus.APPLIED),
            "invited": (Role.PARTICIPANT, MembershipStatus.ACTIVE),
            "observer": (Role.OBSERVER, MembershipStatus.ACTIVE),
            "coach": (Role.COACH, MembershipStatus.ACTIVE),
            "former_coach": (Role.COACH, MembershipStatus.WITHDRAWN),
            "co_coach": (Role.COACH, MembershipStatus.ACTIVE),
            "suspended": (Role.COACH, MembershipStatus.ACTIVE),
        }
        self.people, self.members = {}, {}
        for who, (role, status) in standings.items():
            password = {"password_hash": None} if who == "invited" else {}
            name = f"{who.title()} Name-{self.label}{self.attack}"
            person = _person(self.session, who, self.label, name=name, **password)
            self.people[who] = person
            self.members[who] = factories.make_membership(
                self.session, self.cohort, person, role=role, status=status, joined_at=self.ago(190)
            )
        # Only the gate keeps this one out: nobody has ended the session, the token or the membership.
        self.people["suspended"].suspended_at = self.ago(1)
        self.rows |= {
            "member": self.members["participant"],
            "fellow member": self.members["fellow"],
            "withdrawn member": self.members["withdrawn"],
            "invited member": self.members["invited"],
            "coach member": self.members["coach"],
            "observer member": self.members["observer"],
            "co-coach member": self.members["co_coach"],
        }
        self.add(
            StatusChange(
                membership_id=self.members["participant"].id,
                status=MembershipStatus.ACTIVE,
                at=self.ago(100),
                reason=self.says("reason"),
            )
        )

    def _goal(self) -> None:
        marked = {
            name: self.says(name) for name in ("statement", "why", "much_less", "less", "expected", "more", "much_more")
        }
        goal = factories.make_goal(self.session, self.members["participant"], edition=2, **marked)
        self._goal_history(goal)
        self.add(
            Rating(
                goal=goal,
                edition=2,
                rated_by_id=self.people["participant"].id,
                score=0,
                rated_on=self.day(10),
                note=self.says("rating-note"),
                created_at=self.ago(10),
            )
        )
        fresh = factories.make_goal(self.session, self.members["participant"], statement=self.says("second-statement"))
        own = factories.make_goal(self.session, self.members["withdrawn"], statement=self.says("withdrawn-statement"))
        # No page makes one: a goal is a participant's. Should there be one all the same, it is not to be written on.
        strange = factories.make_goal(self.session, self.members["coach"], statement=self.says("coach-statement"))
        self.rows |= {"goal": goal, "unrated goal": fresh, "withdrawn goal": own, "coach goal": strange}
        ended = {"statement": self.says("ended-statement"), "state": GoalState.DROPPED, "ended_on": self.day(5)}
        self.rows["ended goal"] = factories.make_goal(self.session, self.members["participant"], **ended)
        self.add(
            GoalChange(
                goal=self.rows["ended goal"],
                state=GoalState.DROPPED,
                at=self.ago(5),
                on=self.day(5),
                reason=self.says("why-dropped"),
                successor=goal,
            )
        )
        self.rows["coach milestone"] = self.add(Milestone(goal=strange, statement="Strange", created_at=self.ago(9)))
        self._metrics(goal, strange)

    def _goal_history(self, goal: Goal) -> None:
        """An earlier edition, and a step on the way."""
        scale = {name: self.says(f"old-{name}") for name in ("much_less", "less", "expected", "more", "much_more")}
        revision = GoalRevision(
            goal=goal, edition=1, importance=1, difficulty=1, baseline=-1, revised_at=self.ago(20),
            reason=self.says("why-revised"), **scale,
        )  # fmt: skip
        self.add(revision)
        self.rows["milestone"] = self.add(
            Milestone(goal=goal, statement=self.says("milestone"), created_at=self.ago(9))
        )

    def _metrics(self, goal: Goal, strange: Goal) -> None:
        """An open and an ended metric with a value each; and one of the goal that is nobody's to write on."""
        for name, of, ended_at in (("", goal, None), ("ended ", goal, self.ago(5)), ("coach ", strange, None)):
            metric = Metric(
                goal=of,
                name=self.says(f"{name.strip()}metric"),
                direction=MetricDirection.UP,
                target=Decimal(40),
                created_at=self.ago(30),
                ended_at=ended_at,
            )
            value = Observation(
                metric=metric,
                value=Decimal("12.5"),
                observed_on=self.day(20),
                source=ObservationSource.PAGE,
                note=self.says("observation-note"),
                recorded_by_id=self.people["participant"].id,
                created_at=self.ago(20),
            )
            self.add(metric)
            self.rows |= {f"{name}metric": metric, f"{name}observation": self.add(value)}

    def _sessions(self) -> None:
        everyone = factories.make_session(
            self.session,
            self.cohort,
            starts_at=self.ago(60),
            title=self.says("session-title"),
            agenda=self.says("agenda"),
            location=self.attack or "https://meet.example.org/location",
            covered=self.says("covered"),
            shared_notes=self.says("shared-notes"),
        )
        pair = factories.make_session(
            self.session,
            self.cohort,
            starts_at=self.ago(50),
            pair_membership_id=self.members["participant"].id,
            title=self.says("pair-title"),
            agenda=self.says("pair-agenda"),
            covered=self.says("pair-covered"),
            shared_notes=self.says("pair-notes"),
        )
        to_come = factories.make_session(
            self.session, self.cohort, starts_at=self.ago(-10), title=self.says("future-title")
        )
        self.rows |= {"session": everyone, "pair session": pair, "future session": to_come}
        self.rows["series"] = self._series("series", days=20)
        self.rows["pair series"] = self._series(
            "pair-series", days=21, pair_membership_id=self.members["participant"].id
        )
        self.rows["repeated session"] = self.session.scalars(
            select(CoachingSession).where(CoachingSession.series_id == self.rows["series"].id).limit(1)
        ).one()
        going_on = factories.make_session(
            self.session, self.cohort, starts_at=self.ago(1 / 96), duration_minutes=90, title=self.says("present-title")
        )
        code = {"here": "ACDEFGHJ", "beside": "ACDEFGHK", "there": "ACDEFGHM"}[self.label]
        self.add(DropInCode(session_id=going_on.id, code=code, opened_at=self.now, closes_at=going_on.ends_at))
        self.rows["running session"], self.secrets["drop-in"] = going_on, code

    def _actions(self) -> None:
        """Of everybody who has some, and one that nobody could agree on: a coach has none."""
        for who, name in (("participant", "action"), ("fellow", "fellow action"), ("withdrawn", "withdrawn action")):
            self.rows[name] = self._action(who, name.replace(" ", "-"), session_id=self.rows["session"].id)
        self.rows["coach action"] = self._action("coach", "coach-action")
        self.rows["done action"] = self._action(
            "participant",
            "done-action",
            session_id=self.rows["pair session"].id,
            state=ActionState.DONE,
            reason=self.says("action-outcome"),
            closed_at=self.ago(5),
        )

    def _action(self, who: str, name: str, **values: Any) -> Action:
        row: Action = self.add(
            Action(
                membership_id=self.members[who].id,
                statement=self.says(name),
                due_on=self.day(3),
                created_at=self.ago(55),
                **values,
            )
        )
        return row

    def _private_notes(self) -> None:
        """By everybody who could have written one; of the participant's, some were asked for and decided on."""
        about, written = self.members["participant"], {"written_at": self.ago(30)}
        self._private_note("private-note", "coach", about, **written)
        included = {"in_export": ExportChoice.INCLUDE, "decided_at": self.ago(9)}
        self._private_note("included private-note", "coach", about, **written, **included)
        reason = {"in_export": ExportChoice.LEAVE_OUT, "decided_at": self.ago(9)}
        self._private_note(
            "left-out private-note", "coach", about, **written, **reason, left_out_reason=self.says("left-out-reason")
        )
        self.add(NoteReview(person_id=about.person_id, asked_at=self.ago(20)))
        self._private_note("late private-note", "coach", about, session_id=self.rows["pair session"].id)
        self._private_note("session private-note", "coach", session_id=self.rows["session"].id)
        self._private_note("cohort private-note", "coach")
        for who in ("observer", "former_coach", "co_coach"):
            self._private_note(f"{who} private-note", who, about, **written)

    def _private_note(self, name: str, who: str, about: Membership | None = None, **values: Any) -> None:
        values = {"written_at": self.ago(5)} | values
        self.rows[name] = factories.make_private_note(
            self.session, self.members[who], self.says(name.replace(" ", "-")), about=about, **values
        )

    def _notes(self) -> None:
        """One of each class, one of a pair that is no more, and one that its participant is asked about."""
        member, pair = self.members["participant"], {"pair_coach_id": self.people["coach"].id}
        self._note("note", NoteClass.EVALUATION, membership_id=member.id)
        self._note("pair note", NoteClass.PAIR, membership_id=member.id, **pair)
        self._note("fellow note", NoteClass.PAIR, membership_id=self.members["fellow"].id, **pair)
        left = {"pair_coach_id": self.people["former_coach"].id}
        self._note("left note", NoteClass.PAIR, who="former_coach", membership_id=member.id, **left)
        self._note("cohort note", NoteClass.COHORT, who="participant")
        self._note("coordinator note", NoteClass.COORDINATOR, session_id=self.rows["session"].id)
        held = {"session_id": self.rows["pair session"].id, "membership_id": member.id}
        self._note("one-to-one note", NoteClass.EVALUATION, **held)
        asked = self._note("asked note", NoteClass.COORDINATOR, membership_id=member.id)
        self.rows["note-change"] = self.add(
            NoteChange(
                note_id=asked.id,
                by_id=self.people["coach"].id,
                from_class=NoteClass.COORDINATOR,
                to_class=NoteClass.EVALUATION,
                state=NoteChangeState.PENDING,
                asked_at=self.ago(1),
                consents=[NoteConsent(person_id=self.people["participant"].id)],
            )
        )

    def _note(self, name: str, note_class: NoteClass, *, who: str = "coach", **values: Any) -> Note:
        author = NoteWriter.PARTICIPANT if who == "participant" else NoteWriter.COACH
        note: Note = self.add(
            Note(
                cohort_id=self.cohort.id,
                author_id=self.people[who].id,
                written_as=author,
                note_class=note_class,
                body=self.says(f"words-of-{name.replace(' ', '-')}"),
                written_at=self.ago(12),
                **values,
            )
        )
        self.rows[name] = note
        return note

    def _series(self, name: str, *, days: int, **values: Any) -> Series:
        start = self.ago(-days).replace(microsecond=0)
        local = start.replace(tzinfo=None)
        shared = {"cohort_id": self.cohort.id, "title": self.says(f"{name}-title"), "timezone": "UTC"} | values
        series: Series = self.add(
            Series(
                **shared, local_start=local, duration_minutes=60, rule="FREQ=WEEKLY;COUNT=2", exceptions=[],
                created_at=self.now,
            )
        )  # fmt: skip
        for week in range(2):
            factories.make_session(
                self.session, self.cohort, **shared, series_id=series.id, starts_at=start + timedelta(weeks=week),
                local_start=local + timedelta(weeks=week), recurrence_start=local + timedelta(weeks=week),
            )  # fmt: skip
        return series

    def _check_ins(self) -> None:
        first, second = (
            factories.make_step(
                self.session,
                self.cohort,
                position=position,
                label=f"Step {position}",
                offset=f"P{position * 7}D",
                question=self.says(f"question-{position}"),
            )
            for position in (1, 2)
        )
        asked = self._check_in("participant", first, CheckInState.ASKED)
        answered = self._check_in("participant", second, CheckInState.ANSWERED)
        self.add(
            CheckInAnswer(
                check_in=answered,
                choice=AnswerChoice.DID_IT,
                note=self.says("answer-note"),
                enrolments=120,
                answered_at=self.ago(5),
                via="page",
            )
        )
        entry = self.add(
            PracticeEntry(
                membership=self.members["participant"],
                kind=PracticeKind.CHECK_IN,
                on=self.day(5),
                text=self.says("answer-note"),
                enrolments=120,
                check_in_id=answered.id,
                created_at=self.ago(5),
            )
        )
        self._lines()
        self.rows |= {"plan": first.plan, "step": first}
        self.rows |= {"check-in": asked, "answered check-in": answered, "practice": entry}
        self.rows["withdrawn check-in"] = self._check_in("withdrawn", first, CheckInState.ASKED)

    def _lines(self) -> None:
        """Lines of practice logs by hand, and what was said to one of them."""
        lines = (
            ("hand", "participant"), ("fellow", "fellow"), ("withdrawn", "withdrawn"), ("coach", "coach"),
            ("cheered", "participant"), ("seen", "participant"),
        )  # fmt: skip
        for name, who in lines:
            entry = PracticeEntry(
                membership=self.members[who], kind=PracticeKind.ENTRY, on=self.day(6), text=self.says(f"{name}-line"),
                reflection=self.says(f"{name}-reflection"), created_at=self.ago(6),
            )  # fmt: skip
            self.rows[f"{name} practice"] = self.add(entry)
        confirmed = self.rows["seen practice"]
        confirmed.confirmed_at, confirmed.confirmed_by_id = self.ago(2), self.people["coach"].id
        said = (
            ("comment", "hand", "coach", CommentKind.COMMENT),
            ("participant comment", "hand", "participant", CommentKind.COMMENT),
            ("former comment", "hand", "former_coach", CommentKind.COMMENT),
            ("celebration comment", "cheered", "coach", CommentKind.CELEBRATION),
        )
        for name, line, who, kind in said:
            text = self.says(f"said-by-{who}") if kind == CommentKind.COMMENT else ""
            comment = PracticeComment(
                entry=self.rows[f"{line} practice"], author_id=self.people[who].id, kind=kind, text=text,
                created_at=self.ago(3),
            )  # fmt: skip
            self.rows[name] = self.add(comment)

    def _check_in(self, who: str, step: FollowUpStep, state: CheckInState) -> CheckIn:
        return factories.make_check_in(
            self.session,
            step,
            self.members[who],
            state=state,
            due_at=self.ago(8),
            asked_at=self.ago(8),
            escalated_at=self.ago(1),
            closes_at=self.ago(-30),
        )

    def _projects(self) -> None:
        project = factories.make_project(
            self.session,
            self.cohort,
            owners=(self.members["participant"],),
            title=self.says("project-title"),
            audience=self.says("audience"),
            # No schema takes another scheme; should a row have one all the same, a page must not lead there.
            url="javascript:alert(1)" if self.attack else f"https://courses.example.org/{self.label}",
        )
        notes = {"note": self.says("stage-note"), "recorded_at": self.now}
        self.add(StageChange(project=project, stage=Stage.IDEA, on=self.day(90), **notes))
        self.rows["stage"] = self.add(StageChange(project=project, stage=Stage.BUILDING, on=self.day(60), **notes))
        slip = {"withdrawn_at": self.ago(55), "reason": self.says("stage-reason")}
        self.add(StageChange(project=project, stage=Stage.PILOTED, on=self.day(60), **notes, **slip))
        self.add(ProjectOwner(project=project, outside_name="Outside Olive", added_at=self.ago(60)))
        self.add(ProjectGoal(project=project, goal=self.rows["goal"], added_at=self.ago(60)))
        run = factories.make_run(
            self.session, project, launched_on=self.day(40), label=self.says("run-label"), recorded_at=self.now
        )
        snapshot = self.add(
            ReachSnapshot(
                run=run,
                metric=ReachMetric.JOINERS,
                value=250,
                as_of=self.day(20),
                source=ReachSource.PARTICIPANT,
                reason=self.says("reach-reason"),
                recorded_at=self.ago(20),
            )
        )
        confirmed = self.add(
            ReachSnapshot(
                run=run,
                metric=ReachMetric.LEARNERS,
                value=150,
                as_of=self.day(20),
                source=ReachSource.PARTICIPANT,
                recorded_at=self.ago(20),
                confirmed_at=self.ago(19),
                unconfirmed_at=self.ago(20),
                unconfirmed_because=self.says("unconfirmed"),
            )
        )
        self.rows |= {"project": project, "run": run, "reach": snapshot, "confirmed reach": confirmed}

    def _imports(self) -> None:
        for name, held in (("", self.rows["session"]), ("pair ", self.rows["pair session"])):
            batch = ImportBatch(
                cohort_id=held.cohort_id,
                session_id=held.id,
                kind="zoom",
                file_name=f"{self.says('file')}.csv",
                sha256="0" * 64,
                detected={"format": "zoom", "warnings": [], "row_errors": []},
                state=BatchState.APPLIED,
                imported_at=self.ago(40),
                imported_by_id=self.people["coach"].id,
            )
            row = ImportRow(
                number=1,
                name=self.says("unmatched-name"),
                email=f"unmatched@{self.label}.example.org",
                minutes=50,
                outcome=RowOutcome.REVIEW,
                reason="Two are alike.",
            )
            batch.rows.append(row)
            self.add(batch)
            self.rows |= {f"{name}import": batch, f"{name}row": row}
        self._file_imports()
        self._people_import()
        known = RememberedMatch(
            cohort_id=self.cohort.id,
            name=self.says("remembered-name"),
            membership_id=self.members["fellow"].id,
            created_at=self.ago(40),
        )
        self.rows["remembered-name"] = self.add(known)

    def _file_imports(self) -> None:
        """Figures of the run: read and not applied yet, and applied; and one of somebody who left."""
        found = {
            "key": f"course-{self.label}-1", "course": self.says("found-course"), "label": "Run 1", "series": [],
            "platform": "futurelearn", "figures": {"joiners": 270}, "first_day": "", "last_day": "",
            "has_learners": False,
        }  # fmt: skip
        choice = {"to": "run", "run_id": self.rows["run"].public_id, "as_of": self.day(10).isoformat()}
        for name, who, state in (
            ("", "participant", BatchState.READY),
            ("applied ", "participant", BatchState.APPLIED),
            ("left ", "withdrawn", BatchState.APPLIED),
        ):
            batch = factories.make_batch(
                self.session, self.cohort, self.people[who], kind="futurelearn", state=state,
                file_name=f"{self.says(f'{who}-figures')}.csv", choices={"runs": {found["key"]: choice}},
                detected={"label": "FutureLearn", "files": [], "runs": [found], "asks": []},
            )  # fmt: skip
            batch.rows.append(
                ImportRow(number=7, name="", minutes=0, outcome=RowOutcome.LEFT_OUT, reason=self.says("row-reason"))
            )
            self.rows[f"{name}file-import"] = batch

    def _people_import(self) -> None:
        """A list that came in, with a row that nobody has settled."""
        listed = ImportBatch(
            cohort_id=self.cohort.id,
            kind="people",
            file_name=f"{self.says('list')}.csv",
            sha256="1" * 64,
            detected={"notes": []},
            choices={"columns": {}},
            state=BatchState.APPLIED,
            imported_at=self.ago(40),
            imported_by_id=self.people["coach"].id,
        )
        doubtful = ImportRow(
            number=2,
            name=self.says("listed-name"),
            email=f"listed@{self.label}.example.org",
            minutes=0,
            outcome=RowOutcome.REVIEW,
            reason="Two are alike.",
        )
        listed.rows.append(doubtful)
        self.rows["people-import"] = self.add(listed)

    def _poll(self) -> None:
        """A poll that asks the participant alone, and an invite of theirs."""
        starts = [self.ago(-20), self.ago(-21)]
        poll = Poll(
            cohort_id=self.cohort.id,
            title=self.says("poll-title"),
            note=self.says("poll-note"),
            timezone="UTC",
            duration_minutes=60,
            closes_at=self.ago(-10),
            created_at=self.ago(1),
            slots=[PollSlot(local_start=moment.replace(tzinfo=None), starts_at=moment) for moment in starts],
            invitees=[PollInvitee(membership_id=self.members["participant"].id)],
        )
        self.rows["poll"] = self.add(poll)
        self.rows |= {"first slot": poll.slots[0], "second slot": poll.slots[1]}
        invite = CalendarInvite(
            person_id=self.people["participant"].id, session_id=self.rows["future session"].id, created_at=self.ago(1)
        )
        self.rows["invite"] = self.add(invite)

    def _mails(self) -> None:
        """The programme's own words for its check-ins; its second cohort's place has those for polls."""
        kind = MessageKind.POLL if self.label == "beside" else MessageKind.CHECK_IN
        texts = {
            "subject": self.says("mail-subject"),
            "text": self.says("mail-text {% for one in check_ins %}{{ one.link }} {% endfor %}"),
        }
        whose = {"programme_id": self.programme.id, "kind": kind}
        coach, at = self.people["coach"].id, self.ago(3)
        self.rows["mail template"] = self.add(MailTemplate(**whose, **texts, updated_by_id=coach, updated_at=at))
        self.rows["mail wording"] = self.add(MailWording(**whose, **texts, made_by_id=coach, made_at=at))

    def _keys(self) -> None:
        """What lets somebody in: links and a token of the participant's; and a message with a secret in it."""
        participant, check_in = self.people["participant"], self.rows["check-in"]
        purposes = {
            "invitations": (Purpose.INVITATION, self.people["invited"].id, self.people["invited"]),
            "password-reset": (Purpose.PASSWORD_RESET, participant.id, participant),
        }
        suspended, fellow = self.people["suspended"], self.people["fellow"]
        invitee, invite = self.rows["poll"].invitees[0], self.rows.pop("invite")
        purposes |= {
            "poll": (Purpose.ANSWER_POLL, invitee.id, participant),
            "rsvp": (Purpose.RSVP, invite.id, participant),
            "a fellow's poll": (Purpose.ANSWER_POLL, invitee.id, fellow),
            "a fellow's invite": (Purpose.RSVP, invite.id, fellow),
        }
        purposes |= {
            "a suspended invitation": (Purpose.INVITATION, suspended.id, suspended),
            "a suspended reset": (Purpose.PASSWORD_RESET, suspended.id, suspended),
        }
        for name, (purpose, subject_id, person) in purposes.items():
            self.secrets[name] = f"secret-of-{name}-{self.label}"
            self.add(
                Capability(
                    secret_hash=hash_secret(self.secrets[name]),
                    purpose=purpose,
                    subject_id=subject_id,
                    person_id=person.id,
                    created_at=self.ago(1),
                    expires_at=self.ago(-10),
                )
            )
        self.rows["token"] = self.add(
            ApiToken(
                person_id=participant.id,
                label=self.says("token-label"),
                secret_hash=hash_secret(f"token-{self.label}"),
                scopes="read",
                created_at=self.ago(1),
                expires_at=self.ago(-10),
            )
        )
        self.secrets["feeds"] = f"secret-of-a-feed-{self.label}"
        self.rows["calendar-feed"] = self.add(
            CalendarFeed(
                person_id=participant.id,
                secret_hash=hash_secret(self.secrets["feeds"]),
                created_at=self.ago(1),
                renewed_at=None,
            )
        )
        self.rows["message"] = self._message(check_in, participant)
        self.add(
            ContactAddress(
                person_id=participant.id,
                channel="chat",
                address=f"https://chat.example.org/hooks/webhook{self.label}0123456789",
                label=self.says("chat-label"),
                created_at=self.ago(9),
            )
        )
        self.rows["inbox"] = self.add(
            InboxItem(
                person_id=participant.id,
                message_id=self.rows["message"].message_id,
                kind=MessageKind.CHECK_IN,
                title=self.says("inbox-title"),
                text=self.says("inbox-text"),
                path=f"/check-ins/{check_in.public_id}",
                created_at=self.ago(7),
            )
        )
        self._other_feeds()

    def _other_feeds(self) -> None:
        """Addresses that lead nowhere any more: of who is shut out, and of a cohort that its owner has left."""
        for who, cohort_id in (("suspended", None), ("withdrawn", self.cohort.id)):
            secret = self.secrets[f"a {who} feed"] = f"secret-of-a-{who}-feed-{self.label}"
            self.add(
                CalendarFeed(
                    person_id=self.people[who].id,
                    cohort_id=cohort_id,
                    secret_hash=hash_secret(secret),
                    created_at=self.ago(1),
                    renewed_at=None,
                )
            )

    def _message(self, check_in: CheckIn, recipient: Person) -> Message:
        unsubscribe, public_id = f"secret-to-unsubscribe-{self.label}", new_public_id()
        self.secrets["unsubscribe"] = link_token(public_id, unsubscribe)
        message = Message(
            public_id=public_id,
            kind=MessageKind.CHECK_IN,
            subject_id=check_in.id,
            recipient_id=recipient.id,
            cohort_id=self.cohort.id,
            address=recipient.email or "",
            facts={"fact": self.says("message-fact"), "items": [{"id": check_in.public_id}]},
            secret=f"message-secret-{self.label}",
            unsubscribe_hash=hash_secret(unsubscribe),
            message_id=f"<{self.label}@coaching.internal>",
            state=MessageState.UNKNOWN,
            due_at=self.ago(8),
            created_at=self.ago(8),
            settled_at=self.ago(8),
        )
        message.deliveries.append(Delivery(outcome=MessageState.UNKNOWN, at=self.ago(8), detail="Nobody knows."))
        self.add(message)
        # It still holds, so that those who may can send it again.
        self._ask("check-in", check_in, message)
        suspended = self._check_in("suspended", self.rows["step"], CheckInState.ASKED)
        self._ask("a suspended check-in", suspended, message)
        # Its name says where to look, and lets nobody in.
        secret = self.secrets["check-in"].partition(".")[2]
        self.secrets["another check-in"] = link_token(self.rows["withdrawn check-in"].public_id, secret)
        return message

    def _ask(self, name: str, check_in: CheckIn, message: Message) -> None:
        secret = f"secret-of-{name}-{self.label}"
        self.secrets[name] = link_token(check_in.public_id, secret)
        link = hash_secret(secret)
        self.add(Asking(check_in_id=check_in.id, message_id=message.id, number=1, secret_hash=link))
