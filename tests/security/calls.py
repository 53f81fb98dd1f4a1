"""How each service that asks permission is called in the small world, by the name that its row has."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    ActionEnd,
    Anchor,
    AnswerChoice,
    AttendanceStatus,
    CohortKind,
    ExportChoice,
    FactorKind,
    Followed,
    Frequency,
    GoalEnd,
    MembershipStatus,
    MessageKind,
    NoteClass,
    ObservationSource,
    Person,
    PollChoice,
    ReachMetric,
    Role,
    RowOutcome,
    RsvpChoice,
    Scope,
    Signal,
    SkillMoment,
)
from coaching.models import Stage as CourseStage
from coaching.policies import Actor
from coaching.services import (
    action_list,
    action_outcomes,
    actions,
    api_tokens,
    asked_run,
    attendance,
    attendance_grid,
    attendance_imports,
    attendance_trail,
    change_preflight,
    chat,
    check_in_ratings,
    check_in_subjects,
    check_ins,
    clashes,
    coaching_sessions,
    cohort_check_ins,
    cohort_history,
    cohort_life,
    cohort_progress,
    cohorts,
    contact_preferences,
    course_projects,
    drop_in,
    evidence,
    feed_events,
    feeds,
    file_applying,
    file_choices,
    file_imports,
    file_plan,
    file_undoing,
    follow_up_choices,
    follow_up_plans,
    follow_up_steps,
    goal_attainment,
    goal_revisions,
    goal_states,
    goals,
    handover_choices,
    handovers,
    held_data,
    import_batches,
    import_lines,
    import_preview,
    import_suggestions,
    inbox,
    invite_list,
    letters,
    mail_previews,
    mail_templates,
    member_outlook,
    membership_list,
    memberships,
    message_scope,
    metrics,
    milestones,
    need_acts,
    need_thresholds,
    note_changes,
    note_list,
    note_reviews,
    notes,
    observation_imports,
    observations,
    open_polls,
    outbox,
    own_actions,
    people,
    people_imports,
    people_undo,
    person_line,
    poll_answers,
    poll_editing,
    poll_results,
    polls,
    practice,
    practice_comments,
    practice_counts,
    practice_entries,
    practice_factors,
    practice_list,
    practice_subjects,
    preparation,
    privacy,
    private_note_handover,
    private_notes,
    programme_progress,
    programmes,
    project_board,
    project_goals,
    project_owners,
    project_stages,
    reach,
    reach_confirmation,
    reach_courses,
    reach_over_time,
    remembered_matches,
    rsvp_links,
    rsvps,
    runs,
    series,
    session_record,
    sign_in,
    silence,
    skill_assessments,
    skill_figures,
    skills,
    undecided,
)
from coaching.services.evidence_files import ReceivedFile
from coaching.services.file_imports import Brought
from coaching.services.goal_levels import LEVELS
from coaching.services.people_matching import PeopleChoices
from coaching.services.recurrence import Repeat
from coaching.services.report_description import Reading
from coaching.uploads import KeptFile
from tests.factories import KEYS
from tests.security.recipes import PEOPLE, REPORT, VALUES, WORDS
from tests.security.world import World

ZONE = "Europe/London"
SCALE: Any = dict(zip(LEVELS.values(), "abcde", strict=True)) | {
    "importance": 2, "difficulty": 2, "baseline": -1, "reason": "Wrong",
}  # fmt: skip
DAYS = {"starts_on": date(2026, 1, 5), "ends_on": date(2026, 2, 9), "timezone": ZONE}
THRICE = Repeat(Frequency.WEEKLY, count=3)
HOUR: dict[str, Any] = {"local_start": datetime(2026, 3, 2, 10), "timezone": ZONE, "duration_minutes": 45}


class Scene:
    """The world in one session, and the person who acts there."""

    def __init__(self, session: Session, world: World, actor: Actor | None) -> None:
        self.session, self.world, self.now = session, world, world.now
        # Nobody acts in what is not asked on anybody's behalf; no service that is would take this.
        self.actor: Any = actor

    def __getitem__(self, name: str) -> Any:
        """The row of this name in the cohort, fresh from the database; `there member` is the other programme's."""
        place = self.world.there if name.startswith("there ") else self.world.here
        row = place.rows[name.removeprefix("there ")]
        return self.session.get_one(type(row), row.id)

    def person(self, who: str) -> Person:
        return self.session.get_one(Person, self.world.people[who].id)

    def day(self, days: int) -> date:
        """A day so long after the launch in the world."""
        launched: date = self.world.here.rows["run"].launched_on
        return launched + timedelta(days=days)

    @property
    def who(self) -> dict[str, Any]:
        return {"actor": self.actor}

    @property
    def act(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now}

    def narrowed(self, *scopes: str) -> dict[str, Any]:
        """The same person, by a token of these scopes."""
        return self.act | {"actor": replace(self.actor, scopes=frozenset(scopes))}


def need(scene: Scene) -> dict[str, Any]:
    """The action that is overdue."""
    action = scene["action"]
    return {"signal": Signal.OVERDUE_ACTION, "occurrence": f"{action.public_id}.{action.due_on}"}


def add_member(scene: Scene, role: Role) -> Any:
    return memberships.add_member(
        scene.session, scene["cohort"], **scene.act, secret="s", email="new@example.org", name="New", role=role
    )


def create_token(scene: Scene, person: Person, act: dict[str, Any]) -> Any:
    scopes = frozenset({"read", "write"})
    return api_tokens.create_api_token(scene.session, person, label="x", scopes=scopes, days=1, secret="s", **act)


def resolve(scene: Scene, name: str, row: str = "") -> Any:
    held, row = scene[f"{name}session"], scene[row or f"{name}row"]
    return import_batches.resolve_row(scene.session, scene[f"{name}import"], held, row.public_id, None, **scene.act)


def list_settled_lines(scene: Scene) -> Any:
    batch = scene["import"]
    for row in batch.rows:
        row.outcome = RowOutcome.IGNORED
    scene.session.flush()
    return import_lines.list_lines(scene.session, batch, scene["session"], **scene.who)


def archive_formal(scene: Scene) -> Any:
    """A formal cohort is not its coaches' to archive."""
    scene["cohort"].kind = CohortKind.FORMAL
    return cohort_life.archive_cohort(scene.session, scene["cohort"], **scene.act)


def sign_in_too_often(scene: Scene) -> None:
    for _ in range(sign_in.PAIR_LIMIT + 1):
        with contextlib.suppress(Invalid):
            sign_in.sign_in_with_password(
                scene.session, email="nobody@example.org", password="wrong", address="::1", key="k", now=scene.now
            )


def answer_rsvp(scene: Scene, name: str) -> Any:
    answer = rsvps.RsvpAnswer(scene[name], RsvpChoice.YES)
    return rsvps.answer_rsvps(scene.session, [answer], **scene.act, via="page")


def create_poll(scene: Scene) -> Any:
    slots = [datetime(2090, 3, day, 10) for day in (6, 7)]
    return polls.create_poll(
        scene.session, scene["cohort"], **scene.act, title="Another", timezone=ZONE, duration_minutes=45,
        closes_local=datetime(2090, 3, 1, 18), slots=slots,
    )  # fmt: skip


def answer_poll(scene: Scene) -> Any:
    answers = {scene[name].public_id: PollChoice.YES for name in ("first slot", "second slot")}
    return poll_answers.answer_poll(scene.session, scene["poll"], **scene.act, answers=answers)


def record_observation(scene: Scene, name: str) -> Any:
    value, source = Decimal(13), ObservationSource.API
    return observations.record_observation(
        scene.session, scene[name], **scene.act, value=value, observed_on=scene.day(35), source=source
    )


def correct_observation(scene: Scene, name: str) -> Any:
    about: dict[str, Any] = {"value": None, "reason": "A slip", "source": ObservationSource.API}
    return observations.correct_observation(scene.session, scene[name], **scene.act, **about)


def write_line(scene: Scene, name: str) -> Any:
    return practice_entries.write_entry(scene.session, scene[name], **scene.act, text="Tried it", on=scene.day(20))


def assess_skills(scene: Scene, name: str) -> Any:
    scores = {scene["skill"].public_id: 2}
    return skill_assessments.assess_skills(scene.session, scene[name], SkillMoment.AFTER, **scene.act, scores=scores)


def forget(scene: Scene, name: str) -> None:
    remembered_matches.forget_name(scene.session, scene["cohort"], scene[name].public_id, **scene.act)


def mark_self_too_often(scene: Scene) -> None:
    for _ in range(drop_in.MOST_WRONG_CODES):
        with contextlib.suppress(Invalid):
            drop_in.mark_self(scene.session, "no such code", **scene.act, key="k")
    drop_in.mark_self(scene.session, scene.world.here.secrets["drop-in"], **scene.act, key="k")


def write_record(scene: Scene, name: str) -> Any:
    texts = {"covered": "All of it", "shared_notes": "", "materials": ""}
    return session_record.write_record(scene.session, scene[name], **scene.act, **texts)


def agree_in(scene: Scene, name: str) -> Any:
    member = scene["member"].public_id
    return actions.agree_session_action(scene.session, scene[name], **scene.act, membership_id=member, statement="Ask")


def write_note(scene: Scene, *, note_class: NoteClass = NoteClass.EVALUATION, **about: Any) -> Any:
    values = scene.act | about
    return notes.write_note(scene.session, scene["cohort"], note_class=note_class, body="Words", **values)


def close_action(scene: Scene, name: str) -> Any:
    return action_outcomes.close_action(scene.session, scene[name], **scene.act, state=ActionEnd.DONE)


def move_action(scene: Scene, name: str) -> Any:
    day = scene.now.date() + timedelta(days=300)
    return action_outcomes.move_action(scene.session, scene[name], **scene.act, due_on=day, reason="Not this week")


def give_action(scene: Scene) -> Any:
    coach = scene["coach member"].public_id
    return actions.agree_action(scene.session, scene["member"], **scene.act, statement="Ask", owner_id=coach)


def about_member(scene: Scene, **more: Any) -> dict[str, Any]:
    return {"keys": KEYS, "membership": scene["member"]} | scene.who | more


def decide_on(scene: Scene, name: str) -> Any:
    return note_reviews.decide_on_export(scene.session, scene[name], **scene.act, choice=ExportChoice.INCLUDE)


def share(scene: Scene, name: str) -> Any:
    note_class = NoteClass.COORDINATOR
    return private_note_handover.share_private_note(
        scene.session, scene[name], keys=KEYS, **scene.act, note_class=note_class
    )


def hand_over(scene: Scene, name: str) -> Any:
    to = scene["co-coach member"]
    return private_note_handover.hand_over_private_notes(scene.session, [scene[name]], to, keys=KEYS, **scene.act)


STEP: Any = {"label": "Later", "anchor": Anchor.COHORT_END, "offset": "P2Y", "question": "And now?"}
READING = Reading(timezone=ZONE, date_order="mdy", anyway=True)
RECEIVED = ReceivedFile(KeptFile("0123456789abcdefghjk", 5, "0" * 64), "application/pdf", "slides.pdf")
BROUGHT = [Brought("figures.csv", KeptFile("0123456789abcdefghjm", 5, "0" * 64))]
NOWHERE = Path("no-such-folder")
# A test's call of the service, by the name that the row below has. `s` is the scene.
ACTS: dict[str, Callable[[Scene], Any]] = {
    "edit_person": lambda s: people.edit_person(
        s.session, s.person("participant"), **s.act, name="Another", timezone=ZONE
    ),
    "read_preferences": lambda s: contact_preferences.read_preferences(s.session, s.person("participant"), **s.act),
    "set_preferences": lambda s: contact_preferences.set_preferences(
        s.session,
        s.person("participant"),
        **s.act,
        weekly_limit=1,
        from_hour=9,
        until_hour=17,
        weekends=False,
        paused_until=None,
        switched_off=[],
    ),
    "switch_kind": lambda s: contact_preferences.switch_kind(
        s.session, s.person("participant"), MessageKind.POLL, **s.act, is_wanted=False
    ),
    "read_note": lambda s: contact_preferences.read_note(s.session, s["member"], **s.act),
    "get_person": lambda s: people.get_person(s.session, s.person("participant").public_id, **s.who),
    "export_person": lambda s: privacy.export_person(s.session, s.person("participant"), **s.who),
    "describe_held": lambda s: held_data.describe_held(s.session, s.person("participant"), **s.who),
    "count_about": lambda s: note_reviews.count_about(s.session, s.person("participant"), **s.who),
    "ask_for_review": lambda s: note_reviews.ask_for_review(s.session, s.person("participant"), **s.act),
    "preview_for_coach": lambda s: held_data.preview_for_coach(s.session, s["member"], keys=KEYS, **s.who),
    "list_private_notes": lambda s: private_notes.list_private_notes(s.session, s["cohort"], **about_member(s)),
    "write_private_note": lambda s: private_notes.write_private_note(
        s.session, s["cohort"], **about_member(s, now=s.now, body="x")
    ),
    "get_private_note": lambda s: private_notes.get_private_note(s.session, s["private-note"].public_id, **s.who),
    "edit_private_note": lambda s: private_notes.edit_private_note(
        s.session, s["private-note"], keys=KEYS, **s.act, body="x"
    ),
    "edit_private_note | observer": lambda s: private_notes.edit_private_note(
        s.session, s["observer private-note"], keys=KEYS, **s.act, body="x"
    ),
    "delete_private_note": lambda s: private_notes.delete_private_note(s.session, s["private-note"], **s.act),
    "delete_private_note | former": lambda s: private_notes.delete_private_note(
        s.session, s["former_coach private-note"], **s.act
    ),
    "decide_on_export": lambda s: decide_on(s, "private-note"),
    "decide_on_export | observer": lambda s: decide_on(s, "observer private-note"),
    "hand_over_private_notes": lambda s: hand_over(s, "private-note"),
    "share_private_note": lambda s: share(s, "private-note"),
    "share_private_note | observer": lambda s: share(s, "observer private-note"),
    "list_recipients": lambda s: private_note_handover.list_recipients(s.session, s["cohort"], **s.who),
    "find_notes": lambda s: private_note_handover.find_notes(
        s.session, s["cohort"], [s["private-note"].public_id], **s.who
    ),
    "erase_person": lambda s: privacy.erase_person(s.session, s.person("applicant"), **s.act),
    "suspend_person": lambda s: people.suspend_person(s.session, s.person("applicant"), **s.act),
    "restore_person": lambda s: people.restore_person(s.session, s.person("suspended"), **s.act),
    "create_api_token": lambda s: create_token(s, s.person("participant"), s.act),
    "create_api_token | wider": lambda s: create_token(s, s.person("participant"), s.narrowed("write")),
    "create_programme": lambda s: programmes.create_programme(
        s.session, **s.act, slug="another", name="Another", timezone=ZONE
    ),
    "appoint_coordinator": lambda s: programmes.appoint_coordinator(
        s.session, s["programme"], s.person("coach"), **s.act
    ),
    "list_templates": lambda s: mail_templates.list_templates(s.session, s["programme"], **s.who),
    "read_template": lambda s: mail_templates.read_template(s.session, s["programme"], "check_in", **s.who),
    "list_wordings": lambda s: mail_templates.list_wordings(s.session, s["programme"], "check_in", **s.who),
    "write_template": lambda s: mail_templates.write_template(
        s.session, s["programme"], "check_in", **s.act, subject="x", text=WORDS["text"]
    ),
    "revert_template": lambda s: mail_templates.revert_template(s.session, s["programme"], "check_in", **s.act),
    "restore_wording": lambda s: mail_templates.restore_wording(
        s.session, s["programme"], "check_in", s["mail wording"].public_id, **s.act
    ),
    "preview_template": lambda s: mail_previews.preview_template(
        s.session, s["programme"], "check_in", **s.act, subject="x", text=WORDS["text"]
    ),
    "programme_progress": lambda s: programme_progress.programme_progress(s.session, s["programme"], **s.act),
    "open_cohort": lambda s: cohorts.open_cohort(
        s.session, s["programme"], **s.act, name="Another", kind=CohortKind.FORMAL, **DAYS
    ),
    "foresee_change": lambda s: cohort_life.foresee_change(s.session, s["cohort"], **s.act),
    "pause_cohort": lambda s: cohort_life.pause_cohort(s.session, s["cohort"], **s.act),
    "archive_cohort": lambda s: cohort_life.archive_cohort(s.session, s["cohort"], **s.act),
    "archive_cohort | formal": archive_formal,
    "reopen_cohort": lambda s: cohort_life.reopen_cohort(s.session, s["cohort"], **s.act),
    "plan_handover": lambda s: handover_choices.plan_handover(s.session, s["coach member"], **s.act),
    "list_happenings": lambda s: cohort_history.list_happenings(s.session, s["cohort"], **s.who),
    "list_takers": lambda s: handover_choices.list_takers(s.session, s["coach member"], **s.who),
    "list_pairs": lambda s: handover_choices.list_pairs(s.session, s["coach member"], **s.act),
    "find_taker": lambda s: handover_choices.find_taker(
        s.session, s["coach member"], s["candidate"].public_id, **s.who
    ),
    "foresee_handover": lambda s: handover_choices.foresee_handover(
        s.session, s["coach member"], s["candidate"], None, **s.act
    ),
    "hand_over_cohort": lambda s: handovers.hand_over_cohort(s.session, s["coach member"], s["candidate"], **s.act),
    "hand_over_cohort | participant": lambda s: handovers.hand_over_cohort(
        s.session, s["member"], s["candidate"], **s.act
    ),
    "hand_over_pair": lambda s: handovers.hand_over_pair(
        s.session, s["coach member"], s["candidate"], s["member"], **s.act
    ),
    "edit_cohort": lambda s: cohorts.edit_cohort(s.session, s["cohort"], **s.act, name="Another", **DAYS),
    "get_default_plan": lambda s: follow_up_plans.get_default_plan(s.session, s["programme"], **s.who),
    "read_cohort_plan": lambda s: follow_up_plans.read_cohort_plan(s.session, s["cohort"], **s.who),
    "choose_plan": lambda s: follow_up_plans.choose_plan(s.session, s["cohort"], **s.act, follows=Followed.DEFAULT),
    "get_plan": lambda s: follow_up_steps.get_plan(s.session, s["plan"].public_id, **s.who),
    "get_step": lambda s: follow_up_steps.get_step(s.session, s["step"].public_id, **s.who),
    "add_step": lambda s: follow_up_steps.add_step(s.session, s["plan"], **s.act, **STEP),
    "add_step | default": lambda s: follow_up_steps.add_step(s.session, s["default plan"], **s.act, **STEP),
    "edit_step": lambda s: follow_up_steps.edit_step(s.session, s["step"], **s.act, **STEP),
    "edit_step | default": lambda s: follow_up_steps.edit_step(s.session, s["default step"], **s.act, **STEP),
    "remove_step": lambda s: follow_up_steps.remove_step(s.session, s["step"], **s.act),
    "remove_step | default": lambda s: follow_up_steps.remove_step(s.session, s["default step"], **s.act),
    "cohort_progress": lambda s: cohort_progress.cohort_progress(s.session, s["cohort"], **s.act),
    "cohort_overview": lambda s: cohort_progress.cohort_overview(s.session, s["cohort"], **s.act),
    "read_grid": lambda s: attendance_grid.read_grid(s.session, s["cohort"], **s.act),
    "read_marks": lambda s: attendance_grid.read_marks(s.session, s["cohort"], **s.who),
    "list_members": lambda s: membership_list.list_members(s.session, s["cohort"], **s.who),
    "list_cohort_check_ins": lambda s: cohort_check_ins.list_cohort_check_ins(s.session, s["cohort"], **s.who),
    "add_member": lambda s: add_member(s, Role.PARTICIPANT),
    "add_member | coach": lambda s: add_member(s, Role.COACH),
    "change_status": lambda s: memberships.change_status(
        s.session, s["member"], **s.act, status=MembershipStatus.PAUSED
    ),
    "change_status | coach": lambda s: memberships.change_status(
        s.session, s["coach member"], **s.act, status=MembershipStatus.PAUSED
    ),
    "invite_again": lambda s: memberships.invite_again(s.session, s["invited member"], **s.act, secret="s"),
    "status_history": lambda s: memberships.status_history(s.session, s["member"], **s.who),
    "read_record": lambda s: attendance_grid.read_record(s.session, s["member"], **s.act),
    "list_check_ins": lambda s: check_ins.list_check_ins(s.session, s["member"], **s.who),
    "list_silent": lambda s: silence.list_silent(s.session, s["cohort"], **s.who),
    "read_line": lambda s: person_line.read_line(s.session, s["member"], **s.act),
    "find_next_session": lambda s: member_outlook.find_next_session(s.session, s["member"], **s.act),
    "snooze_need": lambda s: need_acts.snooze_need(
        s.session, s["member"], **need(s), **s.act, until=s.now.date() + timedelta(days=7)
    ),
    "see_to_need": lambda s: need_acts.see_to_need(s.session, s["member"], **need(s), **s.act),
    "bring_back_need": lambda s: need_acts.bring_back_need(s.session, s["member"], **need(s), **s.act),
    "set_thresholds": lambda s: need_thresholds.set_thresholds(s.session, s["programme"], **s.act, absences_in_a_row=3),
    "write_to_member": lambda s: letters.write_to_member(s.session, s["member"], **s.act, subject="Hi", text="Hi"),
    "write_to_member | coach": lambda s: letters.write_to_member(
        s.session, s["coach member"], **s.act, subject="Hi", text="Hi"
    ),
    "list_practice": lambda s: practice_list.list_practice(s.session, s["member"], **s.who),
    "write_entry": lambda s: write_line(s, "member"),
    "write_entry | coach": lambda s: write_line(s, "coach member"),
    "edit_entry": lambda s: practice_entries.edit_entry(
        s.session, s["hand practice"], **s.act, text="Tried it", on=s.day(20)
    ),
    "remove_entry": lambda s: practice_entries.remove_entry(s.session, s["hand practice"], **s.act),
    "list_own_courses": lambda s: practice_subjects.list_own_courses(s.session, s["member"], **s.who),
    "list_comments": lambda s: practice_comments.list_comments(s.session, s["hand practice"], **s.who),
    "add_comment": lambda s: practice_comments.add_comment(s.session, s["hand practice"], **s.act, text="So"),
    "edit_comment": lambda s: practice_comments.edit_comment(s.session, s["comment"], **s.act, text="So"),
    "edit_comment | former": lambda s: practice_comments.edit_comment(
        s.session, s["former comment"], **s.act, text="So"
    ),
    "remove_comment": lambda s: practice_comments.remove_comment(s.session, s["comment"], **s.act),
    "celebrate": lambda s: practice_comments.celebrate(s.session, s["hand practice"], **s.act),
    "celebrate | coach": lambda s: practice_comments.celebrate(s.session, s["coach practice"], **s.act),
    "take_celebration_back": lambda s: practice_comments.take_celebration_back(
        s.session, s["cheered practice"], **s.act
    ),
    "confirm_entry": lambda s: practice_comments.confirm_entry(s.session, s["hand practice"], **s.act, version=1),
    "confirm_entry | coach": lambda s: practice_comments.confirm_entry(
        s.session, s["coach practice"], **s.act, version=1
    ),
    "take_confirmation_back": lambda s: practice_comments.take_confirmation_back(
        s.session, s["seen practice"], **s.act
    ),
    "list_offered": lambda s: practice_factors.list_offered(s.session, s["member"], **s.who),
    "list_factors": lambda s: practice_factors.list_factors(s.session, s["programme"], **s.who),
    "add_factor": lambda s: practice_factors.add_factor(
        s.session, s["programme"], **s.act, kind=FactorKind.BARRIER, name="Rain"
    ),
    "start_with_usual": lambda s: practice_factors.start_with_usual(s.session, s["programme"], **s.act),
    "rename_factor": lambda s: practice_factors.rename_factor(s.session, s["factor"], **s.act, name="Sun"),
    "retire_factor": lambda s: practice_factors.retire_factor(s.session, s["factor"], **s.act),
    "bring_back_factor": lambda s: practice_factors.bring_back_factor(s.session, s["retired factor"], **s.act),
    "order_factors": lambda s: practice_factors.order_factors(
        s.session,
        s["programme"],
        **s.act,
        kind=FactorKind.ENABLER,
        factor_ids=[s[name].public_id for name in ("used factor", "factor")],
    ),
    "count_cohort_factors": lambda s: practice_counts.count_cohort_factors(s.session, s["cohort"], **s.who),
    "count_programme_factors": lambda s: practice_counts.count_programme_factors(s.session, s["programme"], **s.who),
    "list_runs": lambda s: practice.list_runs(s.session, s["member"], **s.who),
    "tie_enrolments": lambda s: practice.tie_enrolments(s.session, s["practice"], s["run"], **s.act),
    "tie_enrolments | elsewhere": lambda s: practice.tie_enrolments(s.session, s["practice"], s["there run"], **s.act),
    "list_goals": lambda s: goals.list_goals(s.session, s["member"], **s.who),
    "set_goal": lambda s: goals.set_goal(s.session, s["member"], **s.act, statement="Again"),
    "set_goal | coach": lambda s: goals.set_goal(s.session, s["coach member"], **s.act, statement="Again"),
    "edit_goal": lambda s: goals.edit_goal(s.session, s["unrated goal"], **s.act, statement="Again"),
    "edit_goal | coach": lambda s: goals.edit_goal(s.session, s["coach goal"], **s.act, statement="Again"),
    "rate_goal": lambda s: goals.rate_goal(s.session, s["goal"], **s.act, score=1, rated_on=s.day(35)),
    "agree_to_goal": lambda s: goal_states.agree_to_goal(s.session, s["goal"], **s.act),
    "revise_goal": lambda s: goal_revisions.revise_goal(s.session, s["goal"], **s.act, **SCALE),
    "end_goal": lambda s: goal_states.end_goal(s.session, s["goal"], **s.act, state=GoalEnd.REACHED, on=s.day(35)),
    "add_milestone": lambda s: milestones.add_milestone(s.session, s["goal"], **s.act, statement="Again"),
    "agree_to_goal | coach": lambda s: goal_states.agree_to_goal(s.session, s["coach goal"], **s.act),
    "revise_goal | coach": lambda s: goal_revisions.revise_goal(s.session, s["coach goal"], **s.act, **SCALE),
    "end_goal | coach": lambda s: goal_states.end_goal(
        s.session, s["coach goal"], **s.act, state=GoalEnd.REACHED, on=s.day(35)
    ),
    "add_milestone | coach": lambda s: milestones.add_milestone(s.session, s["coach goal"], **s.act, statement="Again"),
    "reopen_goal": lambda s: goal_states.reopen_goal(s.session, s["ended goal"], **s.act),
    "reopen_goal | coach": lambda s: goal_states.reopen_goal(s.session, s["coach goal"], **s.act),
    "edit_milestone": lambda s: milestones.edit_milestone(s.session, s["milestone"], **s.act, statement="Again"),
    "remove_milestone": lambda s: milestones.remove_milestone(s.session, s["milestone"], **s.act),
    "edit_milestone | coach": lambda s: milestones.edit_milestone(
        s.session, s["coach milestone"], **s.act, statement="Again"
    ),
    "remove_milestone | coach": lambda s: milestones.remove_milestone(s.session, s["coach milestone"], **s.act),
    "get_milestone": lambda s: milestones.get_milestone(s.session, s["milestone"].public_id, **s.who),
    "measure_attainment": lambda s: goal_attainment.measure_attainment(s.session, s["member"], **s.who),
    "rate_goal | coach": lambda s: goals.rate_goal(s.session, s["coach goal"], **s.act, score=1, rated_on=s.day(35)),
    "answer_check_in": lambda s: check_ins.answer_check_in(
        s.session, s["check-in"], **s.act, choice=AnswerChoice.DID_IT, via="page"
    ),
    "choose_answer": lambda s: check_ins.choose_answer(
        s.session, s["check-in"], **s.act, choice=AnswerChoice.DID_IT, via="link"
    ),
    "why_called_off": lambda s: check_ins.why_called_off(s.session, s["check-in"], **s.who),
    "read_subject": lambda s: check_in_subjects.read_subject(s.session, s["check-in"], **s.who),
    "list_metrics": lambda s: metrics.list_metrics(s.session, s["goal"], **s.who),
    "add_metric": lambda s: metrics.add_metric(s.session, s["goal"], **s.act, name="Hours"),
    "add_metric | coach": lambda s: metrics.add_metric(s.session, s["coach goal"], **s.act, name="Hours"),
    "edit_metric": lambda s: metrics.edit_metric(s.session, s["metric"], **s.act, name="Hours"),
    "edit_metric | coach": lambda s: metrics.edit_metric(s.session, s["coach metric"], **s.act, name="Hours"),
    "end_metric": lambda s: metrics.end_metric(s.session, s["metric"], **s.act),
    "end_metric | coach": lambda s: metrics.end_metric(s.session, s["coach metric"], **s.act),
    "reopen_metric": lambda s: metrics.reopen_metric(s.session, s["ended metric"], **s.act),
    "list_observations": lambda s: observations.list_observations(s.session, s["metric"], **s.who),
    "record_observation": lambda s: record_observation(s, "metric"),
    "record_observation | coach": lambda s: record_observation(s, "coach metric"),
    "correct_observation": lambda s: correct_observation(s, "observation"),
    "correct_observation | coach": lambda s: correct_observation(s, "coach observation"),
    "import_observations": lambda s: observation_imports.import_observations(s.session, s["cohort"], VALUES, **s.act),
    "list_skills": lambda s: skills.list_skills(s.session, s["programme"], **s.who),
    "write_scale": lambda s: skills.write_scale(
        s.session, s["programme"], **s.act, points=3, words=["None", "", "All"]
    ),
    "add_skill": lambda s: skills.add_skill(s.session, s["programme"], **s.act, name="Asking"),
    "start_with_template": lambda s: skills.start_with_template(s.session, s["programme"], **s.act),
    "edit_skill": lambda s: skills.edit_skill(s.session, s["skill"], **s.act, name="Asking"),
    "retire_skill": lambda s: skills.retire_skill(s.session, s["skill"], **s.act),
    "bring_back_skill": lambda s: skills.bring_back_skill(s.session, s["retired skill"], **s.act),
    "order_skills": lambda s: skills.order_skills(
        s.session, s["programme"], **s.act, skill_ids=[s[name].public_id for name in ("skill", "rated skill")]
    ),
    "read_sheet": lambda s: skill_assessments.read_sheet(s.session, s["member"], **s.act),
    "assess_skills": lambda s: assess_skills(s, "member"),
    "assess_skills | coach": lambda s: assess_skills(s, "coach member"),
    "read_cohort_skills": lambda s: skill_figures.read_cohort_skills(s.session, s["cohort"], **s.act),
    "list_goal_answers": lambda s: check_in_ratings.list_goal_answers(s.session, s["goal"], **s.who),
    "list_to_come": lambda s: follow_up_choices.list_to_come(s.session, s["member"], **s.act),
    "stop_follow_ups": lambda s: follow_up_choices.stop_follow_ups(s.session, s["member"], **s.act),
    "resume_follow_ups": lambda s: follow_up_choices.resume_follow_ups(s.session, s["member"], **s.act),
    "say_alumni_consent": lambda s: follow_up_choices.say_alumni_consent(s.session, s["member"], **s.act, may_ask=True),
    "list_sessions": lambda s: coaching_sessions.list_sessions(s.session, s["cohort"], **s.who),
    "schedule_session": lambda s: coaching_sessions.schedule_session(
        s.session, s["cohort"], **s.act, title="Another", **HOUR
    ),
    "edit_session": lambda s: coaching_sessions.edit_session(s.session, s["session"], **s.act, title="Another", **HOUR),
    "edit_session | pair": lambda s: coaching_sessions.edit_session(
        s.session, s["pair session"], **s.act, title="Another", **HOUR
    ),
    "cancel_session": lambda s: coaching_sessions.cancel_session(s.session, s["session"], **s.act),
    "cancel_session | pair": lambda s: coaching_sessions.cancel_session(s.session, s["pair session"], **s.act),
    "edit_session | series": lambda s: coaching_sessions.edit_session(
        s.session, s["repeated session"], **s.act, title="Another", scope=Scope.ALL, **HOUR
    ),
    "preview_change": lambda s: change_preflight.preview_change(
        s.session, s["repeated session"], **s.act, scope=Scope.ALL, **HOUR
    ),
    "copy_session": lambda s: coaching_sessions.copy_session(
        s.session, s["session"], **s.act, local_start=HOUR["local_start"]
    ),
    "copy_session | pair": lambda s: coaching_sessions.copy_session(
        s.session, s["pair session"], **s.act, local_start=HOUR["local_start"]
    ),
    "list_coaches": lambda s: coaching_sessions.list_coaches(s.session, s["cohort"], **s.who),
    "preview_series": lambda s: series.preview_series(
        s.session, s["cohort"], **s.act, title="Another", repeat=THRICE, **HOUR
    ),
    "schedule_series": lambda s: series.schedule_series(
        s.session, s["cohort"], **s.act, title="Another", repeat=THRICE, **HOUR
    ),
    "get_series": lambda s: series.get_series(s.session, s["series"].public_id, **s.who),
    "get_series | pair": lambda s: series.get_series(s.session, s["pair series"].public_id, **s.who),
    "read_series": lambda s: series.read_series(s.session, s["series"], **s.who),
    "read_series | pair": lambda s: series.read_series(s.session, s["pair series"], **s.who),
    "list_series_sessions | pair": lambda s: series.list_series_sessions(s.session, s["pair series"], **s.who),
    "list_invites": lambda s: invite_list.list_invites(s.session, s["session"], **s.who),
    "list_invites | pair": lambda s: invite_list.list_invites(s.session, s["pair session"], **s.who),
    "write_invite_file": lambda s: feed_events.write_invite_file(s["session"], **s.act),
    "write_invite_file | pair": lambda s: feed_events.write_invite_file(s["pair session"], **s.act),
    "send_chat_test": lambda s: chat.send_chat_test(s.session, **s.act),
    "remove_chat": lambda s: chat.remove_chat(s.session, **s.act),
    "get_inbox_item": lambda s: inbox.get_inbox_item(s.session, s["inbox"].public_id, **s.who),
    "mark_read": lambda s: inbox.mark_read(s["inbox"], **s.act),
    "mark_all_read": lambda s: inbox.mark_all_read(s.session, newest=s["inbox"].public_id, **s.act),
    "make_feed": lambda s: feeds.make_feed(s.session, s["cohort"], **s.act, secret="s"),
    "list_attendance": lambda s: attendance.list_attendance(s.session, s["session"], **s.who),
    "list_attendance | pair": lambda s: attendance.list_attendance(s.session, s["pair session"], **s.who),
    "list_changes": lambda s: attendance_trail.list_changes(s.session, s["session"], **s.who),
    "list_changes | pair": lambda s: attendance_trail.list_changes(s.session, s["pair session"], **s.who),
    "write_record": lambda s: write_record(s, "session"),
    "write_record | pair": lambda s: write_record(s, "pair session"),
    "find_next_meeting": lambda s: session_record.find_next_meeting(s.session, s["session"], **s.act),
    "find_next_meeting | pair": lambda s: session_record.find_next_meeting(s.session, s["pair session"], **s.act),
    "get_action": lambda s: actions.get_action(s.session, s["action"].public_id, **s.who),
    "agree_action": lambda s: actions.agree_action(s.session, s["member"], **s.act, statement="Ask"),
    "agree_action | coach": lambda s: actions.agree_action(s.session, s["coach member"], **s.act, statement="Ask"),
    "agree_session_action": lambda s: agree_in(s, "session"),
    "agree_session_action | pair": lambda s: agree_in(s, "pair session"),
    "edit_action": lambda s: actions.edit_action(s.session, s["action"], **s.act, statement="Ask"),
    "edit_action | coach": lambda s: actions.edit_action(s.session, s["coach action"], **s.act, statement="Ask"),
    "close_action": lambda s: close_action(s, "action"),
    "close_action | coach": lambda s: close_action(s, "coach action"),
    "agree_action | given": give_action,
    "move_action": lambda s: move_action(s, "action"),
    "move_action | coach": lambda s: move_action(s, "coach action"),
    "list_action_changes": lambda s: action_outcomes.list_action_changes(s.session, s["action"], **s.who),
    "prepare_session": lambda s: preparation.prepare_session(s.session, s["session"], **s.act),
    "prepare_session | pair": lambda s: preparation.prepare_session(s.session, s["pair session"], **s.act),
    "list_own_actions": lambda s: own_actions.list_own_actions(s.session, **s.act),
    "reopen_action": lambda s: action_outcomes.reopen_action(s.session, s["done action"], **s.act),
    "list_member_actions": lambda s: action_list.list_member_actions(s.session, s["member"], **s.who),
    "list_session_actions": lambda s: action_list.list_session_actions(s.session, s["session"], **s.who),
    "list_session_actions | pair": lambda s: action_list.list_session_actions(s.session, s["pair session"], **s.who),
    "list_open_at_start": lambda s: action_list.list_open_at_start(s.session, s["session"], **s.who),
    "list_open_at_start | pair": lambda s: action_list.list_open_at_start(s.session, s["pair session"], **s.who),
    "get_note": lambda s: notes.get_note(s.session, s["note"].public_id, **s.who),
    "get_note | pair": lambda s: notes.get_note(s.session, s["pair note"].public_id, **s.who),
    "get_note | coordinator": lambda s: notes.get_note(s.session, s["coordinator note"].public_id, **s.who),
    "write_note": lambda s: write_note(s, membership=s["member"]),
    "write_note | session": lambda s: write_note(s, coaching_session=s["pair session"]),
    "write_note | cohort": lambda s: write_note(s, note_class=NoteClass.COHORT),
    "write_note | member elsewhere": lambda s: write_note(s, membership=s["there member"]),
    "write_note | session elsewhere": lambda s: write_note(
        s, coaching_session=s["there session"], note_class=NoteClass.COORDINATOR
    ),
    "write_note | not their session": lambda s: write_note(
        s, membership=s["fellow member"], coaching_session=s["pair session"]
    ),
    "edit_note | of who left": lambda s: notes.edit_note(s.session, s["left note"], **s.act, body="Other words"),
    "change_class | of who left": lambda s: note_changes.change_class(
        s.session, s["left note"], **s.act, note_class=NoteClass.EVALUATION
    ),
    "edit_note": lambda s: notes.edit_note(s.session, s["note"], **s.act, body="Other words"),
    "remove_note": lambda s: notes.remove_note(s.session, s["note"], **s.act),
    "list_pair_coaches": lambda s: notes.list_pair_coaches(s.session, s["cohort"], **s.who),
    "list_member_notes": lambda s: note_list.list_member_notes(s.session, s["member"], **s.who),
    "list_session_notes": lambda s: note_list.list_session_notes(s.session, s["session"], **s.who),
    "list_session_notes | pair": lambda s: note_list.list_session_notes(s.session, s["pair session"], **s.who),
    "list_cohort_notes": lambda s: note_list.list_cohort_notes(s.session, s["cohort"], **s.who),
    "change_class": lambda s: note_changes.change_class(
        s.session, s["note"], **s.act, note_class=NoteClass.COORDINATOR
    ),
    "get_change": lambda s: note_changes.get_change(s.session, s["note-change"].public_id, **s.who),
    "list_note_changes": lambda s: note_changes.list_changes(s.session, s["note"], **s.who),
    "answer_change": lambda s: note_changes.answer_change(s.session, s["note-change"], **s.act, agreed=True),
    "withdraw_change": lambda s: note_changes.withdraw_change(s.session, s["note-change"], **s.act),
    "hand_over_pair_notes": lambda s: note_changes.hand_over_pair_notes(
        s.session, s["coach member"], s["coach member"], **s.act
    ),
    "find_code": lambda s: drop_in.find_code(s.session, s["running session"], **s.act),
    "open_code": lambda s: drop_in.open_code(s.session, s["running session"], **s.act, code="ACDEFGHN"),
    "close_code": lambda s: drop_in.close_code(s.session, s["running session"], **s.act),
    "mark_self": lambda s: drop_in.mark_self(s.session, s.world.here.secrets["drop-in"], **s.act, key="k"),
    "mark_self | too often": mark_self_too_often,
    "list_remembered": lambda s: remembered_matches.list_remembered(s.session, s["cohort"], **s.who),
    "forget_name": lambda s: remembered_matches.forget_name(
        s.session, s["cohort"], s["remembered-name"].public_id, **s.act
    ),
    "forget_name | elsewhere": lambda s: forget(s, "there remembered-name"),
    "reopen_row": lambda s: import_batches.reopen_row(
        s.session, s["import"], s["session"], s["row"].public_id, **s.act
    ),
    "mark_attendance": lambda s: attendance.mark_attendance(
        s.session, s["session"], **s.act, marks={s["member"].public_id: AttendanceStatus.PRESENT}
    ),
    "mark_attendance | pair": lambda s: attendance.mark_attendance(s.session, s["pair session"], **s.act, marks={}),
    "answer_rsvps": lambda s: answer_rsvp(s, "future session"),
    "answer_rsvps | pair": lambda s: answer_rsvp(s, "pair session"),
    "own_rsvp": lambda s: rsvps.own_rsvp(s.session, s["session"], **s.who),
    "list_rsvps": lambda s: rsvps.list_rsvps(s.session, s["session"], **s.who),
    "list_rsvps | pair": lambda s: rsvps.list_rsvps(s.session, s["pair session"], **s.who),
    "list_clashes": lambda s: clashes.list_clashes(s.session, s["session"], **s.who),
    "list_polls": lambda s: polls.list_polls(s.session, s["cohort"], **s.who),
    "read_open_polls": lambda s: open_polls.read_open_polls(s.session.connection(), s["cohort"], **s.act),
    "create_poll": create_poll,
    "get_poll": lambda s: polls.get_poll(s.session, s["poll"].public_id, **s.who),
    "read_own": lambda s: poll_answers.read_own(s.session, s["poll"], **s.who),
    "answer_poll": answer_poll,
    "read_results": lambda s: poll_results.read_results(s.session, s["poll"], **s.act),
    "remind_invitees": lambda s: polls.remind_invitees(s.session, s["poll"], **s.act),
    "edit_poll": lambda s: poll_editing.edit_poll(
        s.session, s["poll"], **s.act, title="Again", note="", closes_local=s["poll"].closes_local
    ),
    "close_poll": lambda s: polls.close_poll(s.session, s["poll"], **s.act),
    "choose_slot": lambda s: polls.choose_slot(s.session, s["poll"], **s.act, slot_id=s["second slot"].public_id),
    "preview_import": lambda s: import_preview.preview_import(s.session, s["session"], REPORT, READING, **s.act),
    "apply_import": lambda s: attendance_imports.apply_import(
        s.session, s["session"], REPORT, READING, file_name="r.csv", **s.act
    ),
    "check_may_bring": lambda s: file_imports.check_may_bring(s["cohort"], **s.who),
    "receive_files": lambda s: file_imports.receive_files(s.session, s["cohort"], BROUGHT, **s.act),
    "get_file_import": lambda s: file_imports.get_file_import(s.session, s["file-import"].public_id, **s.who),
    "list_file_imports": lambda s: file_imports.list_file_imports(s.session, s["cohort"], **s.who),
    "list_targets": lambda s: file_choices.list_targets(s.session, s["file-import"], s["cohort"], **s.who),
    "plan_import": lambda s: file_plan.plan_import(s.session, s["file-import"], s["cohort"], **s.who),
    "choose_runs": lambda s: file_choices.choose_runs(s.session, s["file-import"], s["cohort"], **s.act),
    "ask_to_apply": lambda s: file_applying.ask_to_apply(s.session, s["file-import"], s["cohort"], **s.act),
    "undo_files": lambda s: file_undoing.undo_files(s.session, s["applied file-import"], s["cohort"], **s.act),
    "cancel_files": lambda s: file_imports.cancel_files(s.session, s["file-import"], s["cohort"], NOWHERE, **s.act),
    "get_batch": lambda s: import_batches.get_batch(s.session, s["import"].public_id, **s.who),
    "list_lines": lambda s: import_lines.list_lines(s.session, s["import"], s["session"], **s.who),
    "list_lines | none in doubt": list_settled_lines,
    "list_batches": lambda s: import_batches.list_batches(s.session, s["session"], **s.who),
    "list_candidates": lambda s: import_batches.list_candidates(s.session, s["session"], **s.who),
    "set_aside_rows": lambda s: import_batches.set_aside_rows(s.session, s["import"], s["session"], None, **s.act),
    "add_row_member": lambda s: import_batches.add_row_member(
        s.session, s["import"], s["session"], s["row"].public_id, **s.act, secret="s", name="x", email="x@example.org"
    ),
    "add_row_member | pair": lambda s: import_batches.add_row_member(
        s.session,
        s["pair import"],
        s["pair session"],
        s["pair row"].public_id,
        **s.act,
        secret="s",
        name="x",
        email="x@example.org",
    ),
    "suggest_members": lambda s: import_suggestions.suggest_members(s.session, s["import"], s["session"], **s.who),
    "resolve_row": lambda s: resolve(s, ""),
    "resolve_row | pair": lambda s: resolve(s, "pair "),
    "resolve_row | elsewhere": lambda s: resolve(s, "", row="pair row"),
    "undo_import": lambda s: import_batches.undo_import(s.session, s["import"], s["session"], **s.act),
    "preview_people": lambda s: people_imports.preview_people(
        s.session, s["cohort"], PEOPLE, PeopleChoices(), file_name="p.csv", **s.act
    ),
    "apply_people": lambda s: people_imports.apply_people(
        s.session, s["cohort"], PEOPLE, PeopleChoices(), file_name="p.csv", new_secret=lambda: "s", **s.act
    ),
    "get_people_import": lambda s: people_imports.get_people_import(s.session, s["people-import"].public_id, **s.who),
    "list_people_imports": lambda s: people_imports.list_people_imports(s.session, s["cohort"], **s.who),
    "undo_people": lambda s: people_undo.undo_people(s.session, s["people-import"], s["cohort"], **s.act),
    "list_projects": lambda s: course_projects.list_projects(s.session, s["cohort"], **s.who),
    "start_project": lambda s: course_projects.start_project(s.session, s["cohort"], **s.act, title="Another"),
    "log_new_launch": lambda s: runs.log_new_launch(
        s.session, s["cohort"], **s.act, title="Another", launched_on=s.day(9), owners=[s["fellow member"].public_id]
    ),
    "read_board": lambda s: project_board.read_board(s.session, s["cohort"], **s.who),
    "list_programme_projects": lambda s: project_board.list_programme_projects(s.session, s["programme"], **s.who),
    "list_cohort_names": lambda s: project_board.list_cohort_names(s.session, s["programme"], **s.who),
    "list_team_candidates": lambda s: project_owners.list_team_candidates(s.session, s["project"], **s.who),
    "list_edits": lambda s: course_projects.list_edits(s.session, s["project"], **s.who),
    "link_owner": lambda s: project_owners.link_owner(
        s.session,
        s["project"],
        **s.act,
        outside_name="Outside Olive",
        membership_id=s["fellow member"].public_id,
    ),
    "amend_stage": lambda s: project_stages.amend_stage(
        s.session, s["stage"], **s.act, stage=CourseStage.DESIGNING, on=s.day(9), reason="A slip", note="Why"
    ),
    "take_back_stage": lambda s: project_stages.take_back_stage(s.session, s["stage"], **s.act, reason="A slip"),
    "get_stage_change": lambda s: project_stages.get_stage_change(s.session, s["stage"].public_id, **s.who),
    "list_served": lambda s: project_goals.list_served(s.session, s["project"], **s.who),
    "list_servable": lambda s: project_goals.list_servable(s.session, s["project"], **s.who),
    "serve_goal": lambda s: project_goals.serve_goal(
        s.session, s["project"], **s.act, goal_id=s["unrated goal"].public_id
    ),
    "stop_serving": lambda s: project_goals.stop_serving(s.session, s["project"], **s.act, goal_id=s["goal"].public_id),
    "edit_project": lambda s: course_projects.edit_project(s.session, s["project"], **s.act, title="Another"),
    "add_owner": lambda s: project_owners.add_owner(s.session, s["project"], **s.act, outside_name="Ada"),
    "change_stage": lambda s: project_stages.change_stage(
        s.session, s["project"], **s.act, stage=CourseStage.DESIGNING, on=s.day(9), note="Why"
    ),
    # Whether there is a course of a title is told to those alone who may start one.
    "log_new_launch | of a namesake": lambda s: runs.log_new_launch(
        s.session, s["cohort"], **s.act, title=s["project"].title, launched_on=s.day(9)
    ),
    "log_launch": lambda s: runs.log_launch(s.session, s["project"], **s.act, launched_on=s.day(9)),
    "log_launch | shared": lambda s: runs.log_launch(s.session, s["shared project"], **s.act, launched_on=s.day(9)),
    "get_evidence": lambda s: evidence.get_evidence(s.session, s["evidence"].public_id, **s.who),
    "get_evidence | of a log": lambda s: evidence.get_evidence(s.session, s["log evidence"].public_id, **s.who),
    "list_evidence": lambda s: evidence.list_evidence(s.session, s["project"], **s.who),
    "count_evidence": lambda s: evidence.count_evidence(s.session, s["project"], **s.who),
    "list_own_entries": lambda s: evidence.list_own_entries(s.session, s["project"], **s.who),
    "add_link": lambda s: evidence.add_link(s.session, s["project"], **s.act, url="https://example.org/c"),
    "add_file": lambda s: evidence.add_file(s.session, s["project"], RECEIVED, **s.act),
    "retitle_evidence": lambda s: evidence.retitle_evidence(s.session, s["evidence"], **s.act, title="Another"),
    "retitle_evidence | of a log": lambda s: evidence.retitle_evidence(
        s.session, s["log evidence"], **s.act, title="Another"
    ),
    # Whoever may read it is told that it does not lie there.
    "open_evidence": lambda s: evidence.open_evidence(s["evidence"], **s.who, folder=NOWHERE),
    "open_evidence | of a log": lambda s: evidence.open_evidence(s["log evidence"], **s.who, folder=NOWHERE),
    "remove_evidence": lambda s: evidence.remove_evidence(s.session, s["evidence"], **s.act, folder=NOWHERE),
    "remove_evidence | of a log": lambda s: evidence.remove_evidence(
        s.session, s["log evidence"], **s.act, folder=NOWHERE
    ),
    "add_reach": lambda s: reach.add_reach(
        s.session, s["run"], **s.act, metric=ReachMetric.JOINERS, value=300, as_of=s.day(30)
    ),
    "remove_owner": lambda s: project_owners.remove_owner(
        s.session, s["shared project"], **s.act, membership_id=s["member"].public_id
    ),
    "correct_run": lambda s: runs.correct_run(
        s.session, s["run"], **s.act, label="Spring", launched_on=s.day(-3), ended_on=None, reason="A slip"
    ),
    "correct_reach": lambda s: reach.correct_reach(s.session, s["reach"], **s.act, value=260, reason="A slip"),
    "confirm_reach": lambda s: reach_confirmation.confirm_reach(s.session, s["reach"], **s.act),
    "unconfirm_reach": lambda s: reach_confirmation.unconfirm_reach(
        s.session, s["confirmed reach"], **s.act, reason="A slip"
    ),
    "run_reach": lambda s: reach_over_time.run_reach(s.session, s["run"], **s.act),
    "project_reach": lambda s: reach_over_time.project_reach(s.session, s["project"], **s.act),
    "cohort_reach": lambda s: reach_over_time.cohort_reach(s.session, s["cohort"], **s.act),
    "cohort_courses": lambda s: reach_courses.cohort_courses(s.session, s["cohort"], **s.who),
    "programme_reach": lambda s: reach_over_time.programme_reach(s.session, s["programme"], **s.act),
    "programme_courses": lambda s: reach_courses.programme_courses(s.session, s["programme"], **s.who),
    "find_asked_run": lambda s: asked_run.find_asked_run(s.session, s["check-in"], **s.act),
    "list_messages": lambda s: outbox.list_messages(s.session, **s.who),
    "get_message": lambda s: outbox.get_message(s.session, s["message"].public_id, **s.who),
    "scope_of_member": lambda s: message_scope.scope_of_member(s["member"], **s.who),
    "scope_of_cohort": lambda s: message_scope.scope_of_cohort(s["cohort"], **s.who),
    "scope_of_programme": lambda s: message_scope.scope_of_programme(s["programme"], **s.who),
    "resend_message": lambda s: undecided.resend_message(s.session, s["message"], **s.act),
    "leave_message": lambda s: undecided.leave_message(s.session, s["message"], **s.act),
}
# What is asked before anybody is known: the same for everyone.
BY_NOBODY: dict[str, tuple[Callable[[Scene], Any], str]] = {
    "open_by_link | of another": (
        lambda s: check_ins.open_by_link(s.session, s.world.here.secrets["another check-in"], now=s.now),
        "404",
    ),
    "open_by_link | of who is shut out": (
        lambda s: check_ins.open_by_link(s.session, s.world.here.secrets["a suspended check-in"], now=s.now),
        "404",
    ),
    "open_choices_by_link | of another": (
        lambda s: follow_up_choices.open_choices_by_link(s.session, s.world.here.secrets["another check-in"]),
        "404",
    ),
    "open_poll | of a fellow": (
        lambda s: poll_answers.open_poll(s.session, s.world.here.secrets["a fellow's poll"], now=s.now),
        "404",
    ),
    "open_invite | of a fellow": (
        lambda s: rsvp_links.open_invite(s.session, s.world.here.secrets["a fellow's invite"], now=s.now),
        "404",
    ),
    "open_feed | none": (lambda s: feeds.open_feed(s.session, "none"), "404"),
    "open_feed | of who is shut out": (
        lambda s: feeds.open_feed(s.session, s.world.here.secrets["a suspended feed"]),
        "404",
    ),
    "feed_tag | after leaving": (
        lambda s: feed_events.feed_tag(
            s.session, feeds.open_feed(s.session, s.world.here.secrets["a withdrawn feed"]), now=s.now
        ),
        "404",
    ),
    "find_session | none": (lambda s: import_batches.find_session(s.session, "none"), "404"),
    "find_programme | none": (lambda s: programmes.find_programme(s.session, "none"), "404"),
    "sign_in | too often": (sign_in_too_often, "403"),
}
