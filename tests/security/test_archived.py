"""In an archived cohort everything is read as before, and nothing is written: every rule of the app, once more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coaching.models import Cohort, CohortState
from tests.databases import Databases
from tests.security.conftest import MakeApp, standing_stage
from tests.security.stage import Stage
from tests.security.table import ROWS, Row, expected
from tests.security.test_matrix import play

WORDS = "This cohort is archived, so nothing in it changes any more. Who runs it can open it again."
LOOKERS = ("participant", "coach", "coordinator")
# What is no writing in the cohort, though somebody of it does it. The first part of an endpoint stands for all of it.
ELSEWHERE = {
    "one's own": {
        "account", "api_tokens", "appearance", "calendar_feeds", "api_feeds", "chat", "api_chat", "inbox", "api_inbox",
        "contact_preferences", "api_contact_preferences", "unsubscribing", "api_me",
    },
    "signing in": {"sign_in", "invitations", "password_resets"},
    "the programme's": {"programmes", "api_programmes", "mail_templates", "api_mail_templates", "cohorts.create",
        "need_thresholds", "api_needs.set_all", "skills", "api_skills",
        "practice_factors", "api_practice_factors",
    },
    "what somebody is owed of private notes, and their author's alone": {
        "private_notes.remove", "api_private_notes.remove", "private_note_exits.decide", "api_private_notes.decide",
        "private_note_exits.hand_over", "api_private_notes.hand_over", "held_data", "api_held_data",
    },
    "the site's": {"messages", "api_messages", "status", "api_status"},
}  # fmt: skip
# By links in mails, which know nobody; each is refused in words of its own, below.
LINKS = {"check_in_links", "follow_up_links", "rsvp_links", "poll_links"}
# Built together with somebody of a cohort that is not archived, or of the programme: these go on.
SHARED = {"shared project", "shared run", "default plan", "default step"}
# What only prepares an act is refused like the act.
PREPARES = (
    ".new", ".new_file", ".new_link", ".edit", ".new_correction", ".ask_why", ".screen", ".revise", "handovers.show",
    "needs.show", "preparation.show",
)  # fmt: skip


@pytest.fixture(scope="module")
def archived(databases: Databases, make_app: MakeApp) -> Iterator[Stage]:
    with standing_stage(databases, make_app, "sqlite") as stage:
        with stage.app.app_context():
            from coaching.extensions import db

            db.session.get_one(Cohort, stage.world.here.cohort.id).state = CohortState.ARCHIVED
            db.session.commit()
        yield stage


def is_elsewhere(row: Row) -> bool:
    noun = row.endpoint.partition(".")[0]
    known = set().union(*ELSEWHERE.values())
    return noun in known | LINKS or row.endpoint in known or any(name in row.name for name in SHARED)


def test_nothing_is_written(archived: Stage) -> None:
    written, tried = {}, 0
    for row in ROWS:
        if archived.method(row.endpoint) == "GET" or is_elsewhere(row):
            continue
        for who in LOOKERS:
            if expected(archived, row, who) == "ok":
                tried += 1
                answer = play(archived, row, who)
                if answer.kind != "409" or WORDS not in answer.response.text or answer.kept:
                    written[row.name, who] = (answer.kind, answer.response.text[-300:] if answer.kind == "409" else "")
    assert not written, "\n".join(map(str, written.items()))
    assert tried > 150


def test_everything_is_read(archived: Stage) -> None:
    hidden = {}
    for row in ROWS:
        if archived.method(row.endpoint) != "GET" or row.endpoint.partition(".")[0] in LINKS | {"api_docs"}:
            continue
        for who in LOOKERS:
            wanted, answer = expected(archived, row, who), play(archived, row, who)
            if answer.kind != wanted and not (answer.kind == "409" and row.endpoint.endswith(PREPARES)):
                hidden[row.name, who] = (wanted, answer.kind)
    assert not hidden, "\n".join(map(str, hidden.items()))
