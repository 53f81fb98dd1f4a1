"""The API under /api/v1: one file a noun, each a blueprint whose endpoints are `api_<noun>.<verb>`."""

from __future__ import annotations

from flask import Flask

from coaching.blueprints.api import (
    actions,
    attendance_grid,
    chat,
    check_ins,
    coaching_sessions,
    cohort_life,
    cohorts,
    contact_preferences,
    docs,
    drop_in,
    evidence,
    feeds,
    file_imports,
    follow_up_choices,
    follow_up_plans,
    goal_states,
    goals,
    handovers,
    held_data,
    imports,
    inbox,
    letters,
    line,
    mail_templates,
    me,
    members,
    message_lists,
    messages,
    metrics,
    milestones,
    needs,
    note_changes,
    notes,
    observation_imports,
    people_imports,
    polls,
    practice,
    practice_comments,
    practice_factors,
    preparation,
    private_notes,
    programmes,
    progress,
    project_stages,
    project_team,
    projects,
    reach,
    remembered_names,
    rsvps,
    runs,
    series,
    session_record,
    silence,
    skills,
    status,
    tokens,
)
from coaching.blueprints.api.specification import Document, adopt, make_api
from coaching.extensions import csrf

NOUNS = (
    me, tokens, programmes, cohorts, progress, attendance_grid, members, coaching_sessions, series, drop_in, rsvps,
    polls, feeds, session_record, actions, imports, remembered_names, goals, goal_states, milestones, projects, runs,
    practice, check_ins, message_lists, messages, mail_templates, silence, status, contact_preferences, preparation,
    follow_up_plans, follow_up_choices, inbox, chat, line, notes, note_changes, metrics, observation_imports, skills,
    needs, letters, private_notes, held_data, cohort_life, handovers, evidence, practice_comments, practice_factors,
    project_stages, project_team, reach, file_imports, people_imports,
)  # fmt: skip


def register(app: Flask) -> None:
    """Binds every noun to the app."""
    api = make_api(app)
    for noun in NOUNS:
        # A token in a header is sent by a program on purpose; no browser adds it to somebody else's form.
        csrf.exempt(noun.blueprint)
        app.register_blueprint(noun.blueprint)
        adopt(api, app, noun.blueprint)
    app.extensions["openapi"] = Document(api, app, [noun.blueprint for noun in NOUNS])
    app.register_blueprint(docs.blueprint)
