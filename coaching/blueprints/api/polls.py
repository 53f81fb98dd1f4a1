"""Availability polls: when could you meet?"""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import Reminded
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.models import CoachingSession, Poll, PollChoice
from coaching.schemas.base import BaseSchema
from coaching.schemas.coaching_session import CoachingSessionSchema
from coaching.schemas.poll import AnswerPollSchema, ChooseSlotSchema, CreatePollSchema, EditPollSchema, PollSchema
from coaching.services.cohorts import get_cohort
from coaching.services.poll_answers import answer_poll, read_own
from coaching.services.poll_editing import edit_poll
from coaching.services.poll_results import PollResults, read_results
from coaching.services.polls import (
    PollLine,
    choose_slot,
    close_poll,
    create_poll,
    get_poll,
    list_polls,
    remind_invitees,
)

blueprint = ApiBlueprint("polls", tag="Polls", description="Times that are proposed, and who could come to which.")


@blueprint.route("/cohorts/<id:cohort_id>/polls")
@blueprint.lists(shape_of(PollLine))
def index(cohort_id: str) -> list[PollLine]:
    """The cohort's polls, the newest first; those who do not run it get the polls that ask them."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_polls(rows(), cohort, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/polls", methods=["POST"])
@blueprint.etag
@blueprint.arguments(CreatePollSchema)
@blueprint.response(201, PollSchema)
def create(data: dict[str, Any], cohort_id: str) -> tuple[Poll, dict[str, str]]:
    """Proposes times, and asks by mail, each with a link that answers without signing in.

    `slots` and `closes_local` are what the clocks show in `timezone`; a time that they skip is refused. Without
    `required` every participant who is not among `optional` is required.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    poll = create_poll(rows(), cohort, actor=current_actor(), now=utc_now(), **data)
    return poll, place("polls.show", poll_id=poll.public_id)


@blueprint.route("/polls/<id:poll_id>")
@blueprint.etag
@blueprint.response(200, PollSchema)
def show(poll_id: str) -> Poll:
    """One poll with its slots."""
    return get_poll(rows(), poll_id, actor=current_actor())


@blueprint.route("/polls/<id:poll_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(EditPollSchema(partial=True))
@blueprint.response(200, PollSchema)
def edit(data: dict[str, Any], poll_id: str) -> Poll:
    """Changes what a poll is for, its note, or until when people answer. The times that it proposes stay."""
    poll = get_poll(rows(), poll_id, actor=current_actor())
    blueprint.check_etag(poll, PollSchema)
    return edit_poll(rows(), poll, actor=current_actor(), now=utc_now(), **merged(poll, EditPollSchema, data))


@blueprint.route("/polls/<id:poll_id>/answer")
@blueprint.answers(shape_of(dict[str, PollChoice]))
def show_answer(poll_id: str) -> dict[str, PollChoice]:
    """What one said oneself, by slot; empty where one has not answered."""
    return read_own(rows(), get_poll(rows(), poll_id, actor=current_actor()), actor=current_actor())


@blueprint.route("/polls/<id:poll_id>/answer", methods=["PUT"])
@blueprint.arguments(AnswerPollSchema)
@blueprint.answers(shape_of(dict[str, PollChoice]))
def answer(data: dict[str, Any], poll_id: str) -> dict[str, PollChoice]:
    """Answers for every slot, in place of what one said before, until the poll closes."""
    poll = get_poll(rows(), poll_id, actor=current_actor())
    answer_poll(rows(), poll, actor=current_actor(), now=utc_now(), answers=_answers(data["answers"]))
    return read_own(rows(), poll, actor=current_actor())


@blueprint.route("/polls/<id:poll_id>/results")
@blueprint.answers(shape_of(PollResults))
def show_results(poll_id: str) -> PollResults:
    """Who said what of which slot, and which are best; for those who run the cohort."""
    poll = get_poll(rows(), poll_id, actor=current_actor())
    return read_results(rows(), poll, actor=current_actor(), now=utc_now())


@blueprint.route("/polls/<id:poll_id>/reminder", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.answers(shape_of(Reminded))
def remind(_data: dict[str, Any], poll_id: str) -> Reminded:
    """Asks those who have not answered once more, by mail. A poll reminds once."""
    poll = get_poll(rows(), poll_id, actor=current_actor())
    return {"reminded": remind_invitees(rows(), poll, actor=current_actor(), now=utc_now())}


@blueprint.route("/polls/<id:poll_id>/closing", methods=["POST"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, PollSchema)
def close(_data: dict[str, Any], poll_id: str) -> Poll:
    """Ends the poll without a session."""
    poll = get_poll(rows(), poll_id, actor=current_actor())
    return close_poll(rows(), poll, actor=current_actor(), now=utc_now())


@blueprint.route("/polls/<id:poll_id>/choice", methods=["POST"])
@blueprint.etag
@blueprint.arguments(ChooseSlotSchema)
@blueprint.response(201, CoachingSessionSchema)
def choose(data: dict[str, Any], poll_id: str) -> tuple[CoachingSession, dict[str, str]]:
    """Makes a slot into a session, which invites everybody. Refused where the coach holds another session then."""
    poll = get_poll(rows(), poll_id, actor=current_actor())
    held = choose_slot(rows(), poll, actor=current_actor(), now=utc_now(), **data)
    return held, place("sessions.show", session_id=held.public_id)


def _answers(given: list[dict[str, Any]]) -> dict[str, PollChoice]:
    """One answer for each slot."""
    answers: dict[str, PollChoice] = {}
    for number, one in enumerate(given):
        if one["slot_id"] in answers:
            raise Invalid.field(f"answers.{number}.slot_id", "This time has an answer already. Give it one.")
        answers[one["slot_id"]] = one["choice"]
    return answers
