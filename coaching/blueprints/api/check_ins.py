"""Check-ins: what is asked after the end, and what people answer."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.paging import PageQuery
from coaching.blueprints.api.rows import CheckInRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.errors import NotFound
from coaching.models import CheckIn, CheckInAnswer, CheckInState
from coaching.schemas.base import Word
from coaching.schemas.check_in import AnswerBodySchema, CheckInAnswerSchema, CheckInSchema, check_replies
from coaching.services.asked_run import AskedRun, find_asked_run
from coaching.services.check_ins import CheckInLine, answer_check_in, get_check_in, list_check_ins
from coaching.services.cohort_check_ins import list_cohort_check_ins
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.paging import Page

blueprint = ApiBlueprint("check_ins", tag="Check-ins", description="What is asked after a cohort's end.")


class CheckInQuery(PageQuery):
    """What a cohort's check-ins can be narrowed down to."""

    state = Word(CheckInState)


@blueprint.route("/cohorts/<id:cohort_id>/check-ins")
@blueprint.arguments(CheckInQuery, location="query")
@blueprint.lists(shape_of(CheckInRow), is_paged=True)
def index(query: dict[str, Any], cohort_id: str) -> Page:
    """Every member's check-ins with what they answered, by their moment; for those who run the cohort."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_cohort_check_ins(rows(), cohort, actor=current_actor(), **query)


@blueprint.route("/members/<id:member_id>/check-ins")
@blueprint.lists(shape_of(CheckInLine))
def list_member(member_id: str) -> list[CheckInLine]:
    """One member's check-ins by their moment, with what became of the mails."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return list_check_ins(rows(), member, actor=current_actor())


@blueprint.route("/check-ins/<id:check_in_id>")
@blueprint.response(200, CheckInSchema)
def show(check_in_id: str) -> CheckIn:
    """One check-in with its answer."""
    return get_check_in(rows(), check_in_id, actor=current_actor())


@blueprint.route("/check-ins/<id:check_in_id>/asked-run")
@blueprint.answers(shape_of(AskedRun))
def show_run(check_in_id: str) -> AskedRun:
    """The run that the check-in's figures are of, with its newest figure: say its `run_id` with the answer. 404 where
    there is no one run that they can be of."""
    check_in = get_check_in(rows(), check_in_id, actor=current_actor())
    run = find_asked_run(rows(), check_in, actor=current_actor(), now=utc_now())
    if run is None:
        raise NotFound
    return run


@blueprint.route("/check-ins/<id:check_in_id>/answer")
@blueprint.response(200, CheckInAnswerSchema)
def show_answer(check_in_id: str) -> CheckInAnswer:
    """What was answered, with the replies to the further questions; 404 while nothing was."""
    check_in = get_check_in(rows(), check_in_id, actor=current_actor())
    if check_in.answer is None:
        raise NotFound
    return check_in.answer


@blueprint.route("/check-ins/<id:check_in_id>/answer", methods=["PUT"])
@blueprint.arguments(AnswerBodySchema)
@blueprint.response(200, CheckInSchema)
def answer(data: dict[str, Any], check_in_id: str) -> CheckIn:
    """Answers one's own check-in, or answers it anew: there is one answer, which may change until it closes.

    `enrolments` are those of one's course so far, where one knows them. `replies` are those to the check-in's
    `questions`; one that is left out is taken back.
    """
    check_in = get_check_in(rows(), check_in_id, actor=current_actor())
    data["replies"] = check_replies(check_in.step.questions, data["replies"])
    answer_check_in(rows(), check_in, actor=current_actor(), now=utc_now(), via="api", **data)
    return check_in
