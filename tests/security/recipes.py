"""What is sent to each address that writes, so that it succeeds for whoever may do it.

A recipe takes the place whose address is called, and the guest: the place from which the identifiers in the body come.
They are the same, save in the tests that swap them.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from coaching.blueprints.people_choices import fingerprint_choices
from coaching.importers.people import THINGS
from coaching.services.people_matching import PeopleChoices
from tests.security.world import PASSWORD, Place

Recipe = Callable[[Place, Place], dict[str, Any]]

REPORT = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"
    b"Fellow Name-here,fellow@here.example.org,11/20/2023 09:00:05 AM,11/20/2023 10:00:00 AM,60,No\r\n"
)
ZONE = "Europe/London"
COHORT = {"name": "A new name", "timezone": ZONE, "starts_on": "2026-01-05", "ends_on": "2026-02-09"}
SESSION = {"title": "A new session", "timezone": ZONE, "duration_minutes": 45}
ANSWER = {"choice": "did_it", "note": "It is open.", "enrolments": 130}
NEWCOMER = {"email": "newcomer@example.org", "name": "New Comer"}
MEMBER = NEWCOMER | {"role": "participant", "status": "active"}
TOKEN = {"label": "A program", "scopes": ["write"], "days": 30}
PROJECT = {"title": "A new course", "platform": "moodle", "audience": "Nurses", "url": "https://example.org/course"}


def days_on(place: Place, days: int) -> str:
    """A day so long after the launch in the world, which was 40 days ago."""
    return (place.rows["run"].launched_on + timedelta(days=days)).isoformat()


def goal_values(place: Place, _guest: Place) -> dict[str, Any]:
    """A goal that was rated keeps its scale."""
    goal = place.rows["goal"]
    names = ("much_less", "less", "expected", "more", "much_more", "importance", "difficulty", "baseline")
    return {"statement": "Another statement"} | {name: getattr(goal, name) for name in names}


def rating(place: Place, _guest: Place) -> dict[str, Any]:
    return {"score": 1, "rated_on": days_on(place, 35), "note": "Getting there."}


def revision(_place: Place, _guest: Place) -> dict[str, Any]:
    levels = {name: f"It is {name}" for name in ("much_less", "less", "expected", "more", "much_more")}
    return levels | {"importance": 2, "difficulty": 2, "baseline": -1, "reason": "It counted the wrong thing."}


def goal_end(place: Place, _guest: Place) -> dict[str, Any]:
    return {"state": "dropped", "on": days_on(place, 35), "reason": "Somebody else does it."}


def launch(place: Place, _guest: Place) -> dict[str, Any]:
    return {"launched_on": days_on(place, 20), "enrolments": 70}


def quick_launch(place: Place, guest: Place) -> dict[str, Any]:
    owners = [guest.ids["fellow member"]]
    return {"title": "A quick course", "launched_on": days_on(place, 20), "enrolments": 70, "owners": owners}


def corrected_run(place: Place, _guest: Place) -> dict[str, Any]:
    return {"label": "Spring", "launched_on": days_on(place, -3), "reason": "A typing error", "platform": "moodle"}


def stage_change(place: Place, _guest: Place) -> dict[str, Any]:
    return {"stage": "designing", "on": days_on(place, 5), "note": "On paper."}


def reach(place: Place, _guest: Place) -> dict[str, Any]:
    return {"metric": "joiners", "value": 300, "as_of": days_on(place, 30)}


def new_project(_place: Place, guest: Place) -> dict[str, Any]:
    return PROJECT | {"owners": [guest.ids["fellow member"]], "stage": "idea"}


def handover(_place: Place, guest: Place) -> dict[str, Any]:
    return {"to": guest.ids["candidate"], "afterwards": "leaves", "reason": "A new post"}


def owner(_place: Place, guest: Place) -> dict[str, Any]:
    return {"membership_id": guest.ids["fellow member"]}


def leaver(_place: Place, guest: Place) -> dict[str, Any]:
    return {"membership_id": guest.ids["member"]}


def page_leaver(_place: Place, guest: Place) -> dict[str, Any]:
    return {"owner": f"membership_id:{guest.ids['member']}"}


def outside_link(_place: Place, guest: Place) -> dict[str, Any]:
    return {"outside_name": "Outside Olive", "membership_id": guest.ids["fellow member"]}


def page_outside_link(_place: Place, guest: Place) -> dict[str, Any]:
    return {"linked_name": "Outside Olive", "linked_id": guest.ids["fellow member"]}


def served_goal(_place: Place, guest: Place) -> dict[str, Any]:
    return {"goal_id": guest.ids["unrated goal"]}


def goal_no_more(_place: Place, guest: Place) -> dict[str, Any]:
    return {"goal_id": guest.ids["goal"]}


def amended_stage(place: Place, _guest: Place) -> dict[str, Any]:
    return {"stage": "designing", "on": days_on(place, 5), "note": "On paper.", "reason": "A slip."}


def run(_place: Place, guest: Place) -> dict[str, Any]:
    return {"run_id": guest.ids["run"]}


def marks(_place: Place, guest: Place) -> dict[str, Any]:
    return {"marks": [{"membership_id": guest.ids["member"], "status": "present"}]}


def pair(_place: Place, guest: Place) -> dict[str, Any]:
    return SESSION | {"local_start": "2026-03-02T10:00", "pair_with": guest.ids["member"]}


def private_note(_place: Place, guest: Place) -> dict[str, Any]:
    return {"body": "Only for me.", "membership_id": guest.ids["member"]}


def private_handover(_place: Place, guest: Place) -> dict[str, Any]:
    return {"membership_id": guest.ids["co-coach member"], "note_ids": [guest.ids["private-note"]]}


def inbox_newest(_place: Place, guest: Place) -> dict[str, Any]:
    return {"newest": guest.ids["inbox"]}


WEBHOOK = {"address": "https://chat.example.org/hooks/abcdefghij0123456789", "label": "My own channel"}
SAID = {"choice": "maybe", "note": "By train"}
POLL = {"title": "A new poll", "timezone": ZONE, "duration_minutes": 45}
POLL_DAYS = {"day-1": "2090-03-06", "time-1": "10:00", "day-2": "2090-03-07", "time-2": "10:00"}
POLL_END = {"closes_day": "2090-03-01", "closes_time": "18:00"}


def page_poll(_place: Place, guest: Place) -> dict[str, Any]:
    return POLL | POLL_DAYS | POLL_END | {f"ask-{guest.ids['fellow member']}": "optional"}


def new_poll(_place: Place, guest: Place) -> dict[str, Any]:
    slots = ["2090-03-06T10:00", "2090-03-07T10:00"]
    asked = {"required": [guest.ids["fellow member"]]}
    return POLL | asked | {"closes_local": "2090-03-01T18:00", "slots": slots}


def page_slots(place: Place, _guest: Place) -> dict[str, Any]:
    return {f"slot-{place.ids[name]}": "yes" for name in ("first slot", "second slot")}


def poll_edit(place: Place, _guest: Place) -> dict[str, Any]:
    closes_at = place.rows["poll"].closes_at
    return {"title": "A poll", "closes_day": f"{closes_at:%Y-%m-%d}", "closes_time": "17:00"}


def poll_slots(_place: Place, guest: Place) -> dict[str, Any]:
    slots = ("first slot", "second slot")
    return {"answers": [{"slot_id": guest.ids[name], "choice": "if_need_be"} for name in slots]}


def slot(_place: Place, guest: Place) -> dict[str, Any]:
    return {"slot_id": guest.ids["second slot"], "location": "Room 4"}


def page_rsvp(place: Place, _guest: Place) -> dict[str, Any]:
    return {f"choice-{place.ids['future session']}": "yes"}


REPEAT = {"frequency": "weekly", "count": 3}


def series(place: Place, guest: Place) -> dict[str, Any]:
    return pair(place, guest) | REPEAT


def page_series(place: Place, guest: Place) -> dict[str, Any]:
    return page_pair(place, guest) | REPEAT | {"exceptions": "2026-03-09"}


def constant(**values: Any) -> Callable[[Place, Place], dict[str, Any]]:
    return lambda _place, _guest: values


def page_session(**more: Any) -> Callable[[Place, Place], dict[str, Any]]:
    return constant(**SESSION, local_day="2026-03-02", local_time="10:00", **more)


def page_pair(_place: Place, guest: Place) -> dict[str, Any]:
    return SESSION | {"local_day": "2026-03-02", "local_time": "10:00", "pair_with": guest.ids["member"]}


def page_marks(_place: Place, guest: Place) -> dict[str, Any]:
    return {f"mark-{guest.ids['member']}": "present"}


ACTION = {"statement": "Ask two colleagues", "due_on": "2026-04-01"}
RECORD = {"covered": "The first draft", "shared_notes": "It goes well.", "materials": "The slides"}


def session_action(_place: Place, guest: Place) -> dict[str, Any]:
    return ACTION | {"membership_id": guest.ids["member"]}


def page_record(_place: Place, guest: Place) -> dict[str, Any]:
    """With whom an action would be agreed on, which saving alone does not look at."""
    return RECORD | FIRST | {"membership_id": guest.ids["member"]}


def page_report(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(REPORT), "report.csv"), "timezone": ZONE, "date_order": "mdy", "anyway": "on"}


def api_report(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(REPORT), "report.csv"), "timezone": ZONE, "date_order": "mdy", "anyway": "true"}


PDF = b"%PDF-1.7\n%%EOF\n"


def page_evidence(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(PDF), "slides.pdf"), "title": "Slides", "about": ""}


def api_evidence(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(PDF), "slides.pdf"), "title": "Slides"}


def evidence_link(_place: Place, guest: Place) -> dict[str, Any]:
    return {"url": "https://example.org/course", "title": "The course", "run_id": guest.ids["run"]}


def page_evidence_link(_place: Place, guest: Place) -> dict[str, Any]:
    return {"url": "https://example.org/course", "title": "The course", "about": f"run:{guest.ids['run']}"}


ENROLMENTS = (
    b"learner_id,enrolled_at,unenrolled_at,role,fully_participated_at,purchased_statement_at,gender,country,age_range,"
    b"highest_education_level,employment_status,employment_area,detected_country\n"
    b"1f,2026-01-05 10:00:00 UTC,,learner,,,,,,,,,GB\n"
)


def figures_file(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(ENROLMENTS), "a-course-1_enrolments.csv")}


def page_run_choice(place: Place, guest: Place) -> dict[str, Any]:
    return {"runs-0-to": f"run:{guest.ids['run']}", "runs-0-as_of": days_on(place, 30)}


def run_choice(place: Place, guest: Place) -> dict[str, Any]:
    key = place.rows["file-import"].detected["runs"][0]["key"]
    return {"runs": [{"key": key, "to": "run", "run_id": guest.ids["run"], "as_of": days_on(place, 30)}]}


WORDS = {"subject": "Other words", "text": "{% for one in check_ins %}{{ one.link }} {% endfor %}", "html": ""}


def page_words(place: Place, _guest: Place) -> dict[str, Any]:
    return WORDS | {"version": str(place.rows["mail template"].version)}


LETTER = {"subject": "How is it going?", "text": "Tell me.\n\nI am here on Monday."}
THRESHOLDS = {
    "absences_in_a_row": 3, "tells_silence": True, "overdue_days": 2, "unbooked_days": 14, "goal_idle_days": 30,
    "practice_weeks": 6, "practice_from": "start", "stale_weeks": 10,
}  # fmt: skip


def need(**said: Any) -> Recipe:
    """The action that is overdue."""
    return lambda place, _guest: {"signal": "overdue_action", "occurrence": _overdue(place)} | said


def _overdue(place: Place) -> str:
    action = place.rows["action"]
    return f"{action.public_id}.{action.due_on}"


def snoozed(place: Place, guest: Place) -> dict[str, Any]:
    return need(until=days_on(place, 60))(place, guest)


def room_code(_place: Place, guest: Place) -> dict[str, Any]:
    return {"code": guest.secrets["drop-in"]}


def reset_address(place: Place, _guest: Place) -> dict[str, Any]:
    return {"email": place.people["fellow"].email}


def credentials(place: Place, _guest: Place) -> dict[str, Any]:
    return {"email": place.people["fellow"].email, "password": PASSWORD}


METRIC = {"name": "Hours a week", "direction": "up", "target": "12.5"}
VALUES = b"email,goal,metric,date,value\r\nfellow@here.example.org,Nothing,Nothing,2026-01-05,3\r\n"
FACTOR = {"name": "A good book", "kind": "enabler"}
SKILL = {"name": "Asking good questions", "description": "So that others think."}


def observation(place: Place, _guest: Place) -> dict[str, Any]:
    return {"value": "13.5", "observed_on": days_on(place, 35), "note": "Counted twice."}


def values_file(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(VALUES), "values.csv")}


PEOPLE = b"Name,E-mail\r\nNew Comer,newcomer@example.org\r\n"


def people_file(_place: Place, _guest: Place) -> dict[str, Any]:
    return {"file": (io.BytesIO(PEOPLE), "people.csv"), "role": "participant"}


def kept_people(_place: Place, _guest: Place) -> dict[str, Any]:
    """The list as the page that showed it sends it back."""
    columns = dict.fromkeys(THINGS) | {"email": "E-mail", "name": "Name"}
    choices = PeopleChoices(columns=columns, joined_on=date(2026, 1, 5))
    kept = {"kept": base64.urlsafe_b64encode(PEOPLE).decode(), "file_name": "people.csv", "joined_on": "2026-01-05"}
    chosen = {f"column_{thing}": heading or "" for thing, heading in columns.items()}
    return kept | chosen | {"role": "participant", "seen": fingerprint_choices(choices)}


def _skill(guest: Place, name: str) -> str:
    """The cohort beside is in the same programme, and has no skills of its own."""
    return guest.ids.get(name) or guest.ids["member"]


def page_scores(_place: Place, guest: Place) -> dict[str, Any]:
    return {f"skill-{_skill(guest, 'skill')}": "3"}


def scores(_place: Place, guest: Place) -> dict[str, Any]:
    return {"scores": [{"skill_id": _skill(guest, "skill"), "score": 3}]}


def skill_order(_place: Place, guest: Place) -> dict[str, Any]:
    return {"skill_ids": [_skill(guest, "skill"), _skill(guest, "rated skill")]}


def _factor(guest: Place) -> str:
    """The cohort beside is in the same programme, and has no words of its own."""
    return guest.ids.get("factor") or guest.ids["member"]


def practice_line(place: Place, guest: Place) -> dict[str, Any]:
    """About a run of the participant's own."""
    return {"text": "Tried it on the ward", "on": days_on(place, 30), "about_id": guest.ids["run"]}


def practice_details(_place: Place, guest: Place) -> dict[str, Any]:
    return {"with_whom": "Two nurses", "factor_ids": [_factor(guest)]}


def page_practice_details(place: Place, guest: Place) -> dict[str, Any]:
    return practice_details(place, guest) | FIRST


def factor_order(_place: Place, guest: Place) -> dict[str, Any]:
    ids = [guest.ids.get(name) or guest.ids["member"] for name in ("used factor", "factor")]
    return {"kind": "enabler", "factor_ids": ids}


STEP = {"label": "A year on", "anchor": "cohort_end", "role": "participant", "offset": "P1Y", "question": "And now?"}
PAGE_STEP = STEP | {"offset_number": "1", "offset_unit": "Y", "channel": "mail"}
PAGE_STEP |= {"window_days": "28", "nudges": "1", "nudge_days": "7"}
del PAGE_STEP["offset"]


FIRST = {"version": "1"}
NOTE = {"body": "She *likes* it.", "note_class": "evaluation"}
FOR_ALL = {"body": "We meet in the hall.", "note_class": "cohort"}
FORMS: dict[str, Recipe] = {
    "notes.write_of_member": constant(**NOTE),
    "notes.write_of_session": constant(**FOR_ALL),
    "notes.write_of_cohort": constant(**FOR_ALL, goal="To begin"),
    "notes.update": constant(body="Other words", **FIRST),
    "notes.remove": constant(**FIRST),
    "note_changes.change": constant(note_class="coordinator"),
    "note_changes.answer": constant(agreed="true"),
    "note_changes.withdraw": constant(),
    "account.edit": constant(name="Another Name", timezone=ZONE, **FIRST),
    "account.create_token": constant(**TOKEN),
    "account.revoke_token": constant(),
    "actions.agree": session_action,
    "actions.close": constant(state="dropped", reason="Not needed"),
    "actions.create": constant(**ACTION),
    "actions.reopen": constant(),
    "actions.update": constant(**ACTION, **FIRST),
    "appearance.choose": constant(theme="dark", next="/account"),
    "calendar_feeds.create": constant(),
    "calendar_feeds.create_for_cohort": constant(),
    "calendar_feeds.end": constant(),
    "chat.save": constant(**WEBHOOK),
    "chat.test": constant(),
    "chat.remove": constant(),
    "check_in_links.answer": constant(**ANSWER),
    "check_in_links.choose": constant(),
    "follow_up_choices.say_consent": constant(may_ask="yes"),
    "follow_up_choices.stop": constant(),
    "follow_up_choices.take_back": constant(),
    "follow_up_links.end": constant(),
    "follow_up_links.say_consent": constant(may_ask="yes"),
    "follow_up_links.take_back": constant(),
    "check_ins.answer": constant(**ANSWER),
    "contact_preferences.save": constant(
        weekly_limit="1", from_hour="9", until_hour="17", switched_off=["poll"], version="0"
    ),
    "cohorts.create": constant(**COHORT, kind="formal"),
    "cohort_life.change": constant(state="paused", reason="Summer"),
    "cohorts.update": constant(**COHORT, **FIRST),
    "handovers.create": handover,
    "drop_in.end": constant(),
    "drop_in.mark": room_code,
    "drop_in.start": constant(),
    "follow_ups.choose": constant(follows="default"),
    "follow_up_steps.create": constant(**PAGE_STEP),
    "follow_up_steps.update": constant(**PAGE_STEP, **FIRST),
    "follow_up_steps.remove": constant(**FIRST),
    "goals.create": constant(statement="Run it again"),
    "goals.rate": rating,
    "metrics.correct": constant(value="14", reason="A typing error"),
    "metrics.create": constant(**METRIC),
    "metrics.end": constant(),
    "metrics.record": observation,
    "metrics.reopen": constant(),
    "metrics.update": constant(**METRIC, **FIRST),
    "observation_imports.apply": values_file,
    "people_imports.apply": kept_people,
    "people_imports.preview": people_file,
    "observation_imports.preview": values_file,
    "skill_assessments.save": page_scores,
    "skills.bring_back": constant(),
    "skills.create": constant(**SKILL),
    "skills.move": constant(to="down"),
    "skills.retire": constant(),
    "skills.start": constant(),
    "skills.update": constant(**SKILL, **FIRST),
    "skills.update_scale": constant(**{"points": "3", "word-1": "None", "word-3": "All"}),
    "goals.update": lambda place, guest: goal_values(place, guest) | FIRST,
    "goal_states.agree": constant(**FIRST),
    "goal_states.end": goal_end,
    "goal_states.reopen": constant(reason="It goes on"),
    "goal_states.update": lambda place, guest: revision(place, guest) | FIRST,
    "milestones.create": constant(statement="A first draft"),
    "milestones.reach": constant(),
    "milestones.remove": constant(**FIRST),
    "milestones.update": constant(statement="A second draft", **FIRST),
    "file_imports.bring_in": figures_file,
    "file_imports.choose": page_run_choice,
    "file_imports.apply": constant(),
    "file_imports.cancel": constant(),
    "file_imports.undo": constant(),
    "imports.apply": page_report,
    "imports.preview": page_report,
    "imports.resolve": owner,
    "imports.add_person": constant(**NEWCOMER),
    "imports.set_aside": constant(which="all"),
    "imports.undo": constant(),
    "people_imports.undo": constant(),
    "imports.reopen": constant(),
    "remembered_names.forget": constant(),
    "invitations.accept": constant(name="In Vited", timezone=ZONE, password=PASSWORD),
    "inbox.read": constant(),
    "inbox.read_all": inbox_newest,
    "mail_templates.preview": page_words,
    "mail_templates.revert": constant(wording="ours"),
    "mail_templates.update": page_words,
    "letters.create": constant(**LETTER),
    "need_thresholds.update": constant(**THRESHOLDS | FIRST | {"tells_silence": "true"}),
    "needs.bring_back": need(),
    "needs.see_to": need(note="Rang them"),
    "needs.snooze": snoozed,
    "members.change": constant(status="paused", reason="On leave", **FIRST),
    "members.create": constant(**MEMBER),
    "members.invite": constant(),
    "messages.leave": constant(),
    "messages.resend": constant(),
    "password_resets.create": reset_address,
    "password_resets.submit": constant(password=PASSWORD),
    "poll_links.answer": page_slots,
    "polls.answer": page_slots,
    "polls.choose": slot,
    "polls.close": constant(),
    "polls.create": page_poll,
    "polls.remind": constant(),
    "polls.update": lambda place, guest: poll_edit(place, guest) | FIRST,
    "practice.tie": run,
    "practice_comments.cheer": constant(),
    "practice_comments.confirm": constant(**FIRST),
    "practice_comments.create": constant(text="Well done"),
    "practice_comments.remove": constant(**FIRST),
    "practice_comments.uncheer": constant(),
    "practice_comments.take_back": constant(),
    "practice_comments.update": constant(text="Other words", **FIRST),
    "practice_entries.create": practice_line,
    "practice_entries.remove": constant(**FIRST),
    "practice_entries.update": page_practice_details,
    "practice_factors.bring_back": constant(),
    "practice_factors.create": constant(**FACTOR),
    "practice_factors.move": constant(to="down"),
    "practice_factors.retire": constant(),
    "practice_factors.start": constant(),
    "practice_factors.update": constant(name="A good book", **FIRST),
    "private_notes.create": private_note,
    "private_notes.update": constant(body="Other words.", **FIRST),
    "private_notes.remove": constant(**FIRST),
    "private_note_exits.decide": constant(choice="leave_out", reason="It tells of somebody else"),
    "private_note_exits.hand_over": private_handover,
    "private_note_exits.share": constant(note_class="coordinator"),
    "held_data.ask": constant(),
    "evidence.create_file": page_evidence,
    "evidence.create_link": page_evidence_link,
    "evidence.remove": constant(**FIRST),
    "evidence.update": constant(title="Another title", **FIRST),
    "project_stages.create": stage_change,
    "projects.create": new_project,
    "launches.create": quick_launch,
    "projects.launch": launch,
    "project_team.share": owner,
    "project_team.unshare": page_leaver,
    "project_team.link": page_outside_link,
    "project_team.serve": served_goal,
    "project_team.stop": goal_no_more,
    "project_stages.update": amended_stage,
    "project_stages.take_back": constant(reason="A slip."),
    "projects.update": constant(**PROJECT, **FIRST),
    "rsvp_links.answer": page_rsvp,
    "rsvps.answer": constant(**SAID),
    "runs.correct": constant(value=260, reason="A typing error"),
    "runs.report": reach,
    "reach.confirm": constant(),
    "reach.unconfirm": constant(reason="It was of another run"),
    "runs.update": lambda place, guest: corrected_run(place, guest) | FIRST,
    "series.create": page_series,
    "series.preview": page_series,
    "session_record.update": page_record,
    "sessions.cancel": constant(reason="Snow", **FIRST),
    "sessions.create": page_pair,
    "attendance.mark": page_marks,
    "sessions.update": page_session(**FIRST),
    "sign_in.end": constant(),
    "sign_in.submit": credentials,
    "unsubscribing.switch_off": constant(),
    "unsubscribing.switch_on": constant(),
}
# As If-Match: the version that is there when it is sent.
SEEN = "seen"
# The API's, which take JSON, save the one upload.
BODIES: dict[str, Recipe] = {
    "api_notes.write_of_member": constant(**NOTE),
    "api_notes.write_of_session": constant(**FOR_ALL),
    "api_notes.write_of_cohort": constant(**FOR_ALL),
    "api_notes.edit": constant(body="Other words"),
    "api_note_changes.change": constant(note_class="coordinator"),
    "api_note_changes.answer": constant(agreed=True),
    "api_note_changes.withdraw": constant(),
    "api_actions.agree": session_action,
    "api_actions.close": constant(state="done"),
    "api_actions.create": constant(**ACTION),
    "api_actions.edit": constant(**ACTION),
    "api_actions.move": constant(due_on="2027-04-01", reason="Not this week"),
    "api_actions.reopen": constant(),
    "api_chat.save": constant(**WEBHOOK),
    "api_chat.test": constant(),
    "api_check_ins.answer": constant(**ANSWER),
    "api_follow_up_choices.say_consent": constant(may_ask=True),
    "api_follow_up_choices.stop": constant(),
    "api_cohort_life.change": constant(state="paused", reason="Summer"),
    "api_cohorts.edit": constant(**COHORT),
    "api_handovers.create": handover,
    "api_follow_up_plans.add": constant(**STEP),
    "api_follow_up_plans.choose": constant(follows="default"),
    "api_follow_up_plans.edit": constant(**STEP),
    "api_follow_up_plans.preview_edit": constant(**STEP),
    "api_follow_up_plans.preview_new": constant(**STEP),
    "api_feeds.make": lambda _place, guest: {"cohort_id": guest.ids["cohort"]},
    "api_drop_in.mark": room_code,
    "api_drop_in.start": constant(),
    "api_goals.create": constant(statement="Run it again"),
    "api_goals.edit": constant(statement="Another statement"),
    "api_goals.rate": rating,
    "api_goal_states.agree": constant(),
    "api_goal_states.end": goal_end,
    "api_goal_states.reopen": constant(),
    "api_goal_states.revise": revision,
    "api_milestones.create": constant(statement="A first draft"),
    "api_milestones.edit": constant(statement="A second draft"),
    "api_metrics.correct": constant(value="14", reason="A typing error"),
    "api_metrics.create": constant(**METRIC),
    "api_metrics.edit": constant(name="Hours a month"),
    "api_metrics.end": constant(),
    "api_metrics.record": observation,
    "api_metrics.reopen": constant(),
    "api_skills.assess": scores,
    "api_skills.bring_back": constant(),
    "api_skills.create": constant(**SKILL),
    "api_skills.edit": constant(**SKILL),
    "api_skills.order": skill_order,
    "api_skills.replace_scale": constant(points=3, words=["None", "", "All"]),
    "api_skills.retire": constant(),
    "api_skills.start": constant(),
    "api_file_imports.choose": run_choice,
    "api_file_imports.apply": constant(),
    "api_file_imports.cancel": constant(),
    "api_file_imports.undo": constant(),
    "api_imports.match": owner,
    "api_imports.add_person": constant(**NEWCOMER),
    "api_imports.set_aside": constant(row_ids=None),
    "api_imports.undo": constant(),
    "api_people_imports.undo": constant(),
    "api_inbox.read": constant(),
    "api_inbox.read_all": inbox_newest,
    "api_mail_templates.preview": constant(**WORDS),
    "api_mail_templates.write": constant(**WORDS),
    "api_contact_preferences.replace": constant(weekly_limit=1, from_hour=9, until_hour=17, switched_off=["poll"]),
    "api_letters.write": constant(**LETTER),
    "api_needs.bring_back": need(),
    "api_needs.see_to": need(note="Rang them"),
    "api_needs.set_all": constant(**THRESHOLDS),
    "api_needs.snooze": snoozed,
    "api_members.add": constant(**MEMBER),
    "api_members.change": constant(status="paused", reason="On leave"),
    "api_messages.leave": constant(),
    "api_messages.resend": constant(),
    "api_polls.answer": poll_slots,
    "api_polls.choose": slot,
    "api_polls.close": constant(),
    "api_polls.create": new_poll,
    "api_polls.edit": constant(title="A poll"),
    "api_polls.remind": constant(),
    "api_practice.tie": run,
    "api_practice.edit": practice_details,
    "api_practice.write": practice_line,
    "api_practice_comments.cheer": constant(),
    "api_practice_comments.confirm": constant(version=1),
    "api_practice_comments.edit": constant(text="Other words"),
    "api_practice_comments.say": constant(text="Well done"),
    "api_practice_factors.bring_back": constant(),
    "api_practice_factors.create": constant(**FACTOR),
    "api_practice_factors.order": factor_order,
    "api_practice_factors.rename": constant(name="A good book"),
    "api_practice_factors.retire": constant(),
    "api_practice_factors.start": constant(),
    "api_private_notes.create": private_note,
    "api_private_notes.edit": constant(body="Other words."),
    "api_private_notes.decide": constant(choice="include"),
    "api_private_notes.share": constant(note_class="coordinator"),
    "api_private_notes.hand_over": private_handover,
    "api_programmes.open_one": constant(**COHORT, kind="formal"),
    "api_evidence.bring_link": evidence_link,
    "api_evidence.retitle": constant(title="Another title"),
    "api_project_stages.change": stage_change,
    "api_projects.edit": constant(**PROJECT),
    "api_projects.launch": launch,
    "api_projects.launch_quickly": quick_launch,
    "api_project_team.share": owner,
    "api_project_team.unshare": leaver,
    "api_project_team.link": outside_link,
    "api_project_team.serve": served_goal,
    "api_project_team.stop": goal_no_more,
    "api_project_stages.amend": amended_stage,
    "api_project_stages.take_back": constant(reason="A slip."),
    "api_projects.start": new_project,
    "api_rsvps.answer": constant(**SAID),
    "api_runs.edit": corrected_run,
    "api_runs.correct": constant(value=260, reason="A typing error"),
    "api_runs.report": reach,
    "api_reach.confirm": constant(),
    "api_reach.unconfirm": constant(reason="It was of another run"),
    "api_series.preview": series,
    "api_series.schedule": series,
    "api_session_record.edit": constant(**RECORD),
    "api_sessions.cancel": constant(reason="Snow"),
    "api_sessions.copy": constant(local_start="2026-03-03T10:00"),
    "api_sessions.edit": constant(**SESSION, local_start="2026-03-02T10:00"),
    "api_sessions.mark_there": marks,
    "api_sessions.schedule": pair,
    "api_tokens.create": constant(**TOKEN),
}
UPLOADS: dict[str, Recipe] = {
    "api_file_imports.bring_in": figures_file,
    "api_imports.bring_in": api_report,
    "api_observation_imports.bring_in": values_file,
    "api_evidence.bring_file": api_evidence,
    "api_people_imports.bring_in": people_file,
}
BODILESS = frozenset(
    {
        "api_evidence.remove",
        "api_notes.remove",
        "api_follow_up_choices.take_back",
        "api_chat.remove",
        "api_mail_templates.revert",
        "api_tokens.revoke",
        "api_private_notes.remove",
        "api_held_data.ask",
        "api_feeds.end",
        "api_drop_in.end",
        "api_imports.reopen",
        "api_remembered_names.forget",
        "api_follow_up_plans.remove",
        "api_milestones.remove",
        "api_practice.remove",
        "api_practice_comments.remove",
        "api_practice_comments.uncheer",
        "api_practice_comments.take_back",
    }
)
# Those that name the version which they do away with.
BODILESS_SEEN = frozenset(
    {
        "api_evidence.remove",
        "api_notes.remove",
        "api_mail_templates.revert",
        "api_follow_up_plans.remove",
        "api_milestones.remove",
        "api_private_notes.remove",
        "api_practice.remove",
        "api_practice_comments.remove",
    }
)
# Bodies that hold identifiers.
WITH_IDENTIFIERS = sorted(
    name
    for name, recipe in (FORMS | BODIES).items()
    if recipe
    in {
        owner,
        run,
        marks,
        pair,
        series,
        page_series,
        page_pair,
        page_marks,
        new_project,
        run_choice,
        page_run_choice,
        quick_launch,
        outside_link,
        page_outside_link,
        served_goal,
        goal_no_more,
        new_poll,
        page_poll,
        poll_slots,
        slot,
        session_action,
        inbox_newest,
        page_scores,
        scores,
        skill_order,
        practice_line,
        practice_details,
        page_practice_details,
        factor_order,
        private_note,
        private_handover,
        evidence_link,
        page_evidence_link,
    }
)


def request_options(endpoint: str, place: Place, guest: Place | None = None, **extra: Any) -> dict[str, Any]:
    """The body, and the headers that it needs, as the test client takes them. `extra` fields are added to it."""
    guest = guest or place
    if endpoint in FORMS:
        return {"data": FORMS[endpoint](place, guest) | extra}
    if endpoint in UPLOADS:
        return {"data": UPLOADS[endpoint](place, guest) | extra}
    if endpoint in BODIES:
        return {"json": BODIES[endpoint](place, guest) | extra, "headers": {"If-Match": SEEN}}
    seen = {"headers": {"If-Match": SEEN}} if endpoint in BODILESS_SEEN else {}
    return seen | ({"json": extra} if extra else {})
