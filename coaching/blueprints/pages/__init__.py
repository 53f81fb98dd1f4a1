"""The pages: one file a noun, each a blueprint whose endpoints are `<noun>.<verb>`."""

from __future__ import annotations

from flask import Flask

from coaching.blueprints.pages import (
    account,
    actions,
    as_coordinator,
    attendance,
    attendance_grid,
    calendar_feeds,
    chat,
    check_in_links,
    check_ins,
    cohort_life,
    cohorts,
    contact_preferences,
    drop_in,
    evidence,
    file_imports,
    follow_up_choices,
    follow_up_links,
    follow_up_steps,
    follow_ups,
    goal_states,
    goals,
    handovers,
    held_data,
    home,
    imports,
    inbox,
    invitations,
    launches,
    letters,
    line,
    mail_templates,
    members,
    message_lists,
    messages,
    metrics,
    milestones,
    need_thresholds,
    needs,
    note_changes,
    notes,
    observation_imports,
    password_resets,
    people_imports,
    poll_links,
    polls,
    practice,
    practice_comments,
    practice_entries,
    practice_factors,
    preparation,
    private_note_exits,
    private_notes,
    programmes,
    project_boards,
    project_stages,
    project_team,
    projects,
    reach,
    remembered_names,
    rsvp_links,
    rsvps,
    runs,
    series,
    session_record,
    sessions,
    sign_in,
    skill_assessments,
    skills,
    unsubscribing,
)
from coaching.blueprints.pages.context import init_context

NOUNS = (
    home, sign_in, invitations, password_resets, account, programmes, cohorts, members, sessions, series,
    session_record, actions, attendance, attendance_grid, drop_in, imports, remembered_names, goals, goal_states,
    milestones, projects, launches, runs, check_ins, check_in_links, practice, messages, message_lists, preparation,
    follow_ups, follow_up_steps,
    rsvps, rsvp_links, polls, poll_links, calendar_feeds, mail_templates,
    contact_preferences, unsubscribing,
    follow_up_choices, follow_up_links, inbox, chat, line, notes, note_changes, metrics, observation_imports, skills,
    skill_assessments, needs, need_thresholds, letters, private_notes, private_note_exits, held_data,
    as_coordinator,
    cohort_life, handovers, evidence, practice_entries, practice_comments, practice_factors, project_boards,
    project_stages, project_team, reach, file_imports, people_imports,
)  # fmt: skip


def register(app: Flask) -> None:
    """Binds every page to the app, and gives the layouts what they ask for."""
    init_context(app)
    for noun in NOUNS:
        app.register_blueprint(noun.blueprint)
