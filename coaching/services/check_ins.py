"""Check-ins: looked at, opened by their link, answered and answered again until they close, expired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    AnswerChoice,
    Asking,
    CheckIn,
    CheckInAnswer,
    CheckInReply,
    CheckInState,
    Cohort,
    Delivery,
    FollowUpStep,
    Membership,
    Message,
    MessageKind,
    MessageState,
)
from coaching.policies import Actor, may_answer_check_in, may_view_check_in, require
from coaching.services import audit
from coaching.services.actors import holder_of_link
from coaching.services.capabilities import find_asked
from coaching.services.check_in_flow import flow_answer
from coaching.services.check_in_replies import Value, keep_replies
from coaching.services.outbox import cancel_messages
from coaching.services.reasons import ANSWERED_BEFORE
from coaching.services.words import is_word

FOR_THE_PARTICIPANT = "Only the participant answers their check-in."
CLOSED = "The time to answer this check-in is over. Your coach is glad to hear from you all the same."
CALLED_OFF = "This check-in was called off, so there is nothing to answer."
STOPPED = "You asked not to be asked any more about this cohort, so there is nothing to answer. You can take that back."
NO_CONSENT = "You said that you do not want to be asked so long after the end, so there is nothing to answer."
CONSENT_FIRST = "Say first whether we may ask you so long after the cohort's end. Then comes the question."
NOT_OPEN_YET = "This check-in is not open yet. You get a mail when it is."
_OPEN = (CheckInState.DUE, CheckInState.ASKED, CheckInState.ANSWERED)

_REPLIES = selectinload(CheckInAnswer.replies).joinedload(CheckInReply.question)
_NEWEST_MESSAGE = (
    select(Asking.message_id)
    .where(Asking.check_in_id == CheckIn.id)
    .order_by(Asking.number.desc())
    .limit(1)
    .correlate(CheckIn)
    .scalar_subquery()
)
_DETAIL = (
    select(Delivery.detail)
    .where(Delivery.message_id == Message.id)
    .order_by(Delivery.id.desc())
    .limit(1)
    .correlate(Message)
    .scalar_subquery()
)
_LINES = (
    select(
        CheckIn.public_id,
        CheckIn.state,
        FollowUpStep.label,
        FollowUpStep.question,
        CheckIn.due_at,
        CheckIn.asked_at,
        CheckIn.closes_at,
        CheckInAnswer.choice,
        CheckInAnswer.note,
        CheckInAnswer.enrolments,
        CheckInAnswer.answered_at,
        CheckInAnswer.changed_at,
        Message.state,
        _DETAIL,
    )
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
    .outerjoin(Message, Message.id == _NEWEST_MESSAGE)
    .where(CheckIn.membership_id == bindparam("membership_id"))
    .order_by(CheckIn.due_at, CheckIn.id)
)


_CALLED_OFF = (
    select(_DETAIL)
    .select_from(CheckIn)
    .join(Message, Message.id == _NEWEST_MESSAGE)
    .where(CheckIn.id == bindparam("id"), Message.state == MessageState.CANCELLED)
)


class CheckInLine(NamedTuple):
    """One check-in of a member with its answer, and with what became of its mail: its state, and the newest reason."""

    id: str
    state: CheckInState
    step: str
    question: str
    due_at: datetime
    asked_at: datetime | None
    closes_at: datetime
    choice: AnswerChoice | None
    note: str | None
    enrolments: int | None
    answered_at: datetime | None
    changed_at: datetime | None
    message_state: MessageState | None
    message_detail: str | None


class OpenedLink(NamedTuple):
    """What a link in a mail opens: one check-in, and its participant as an actor who may do nothing else."""

    check_in: CheckIn
    actor: Actor


def get_check_in(session: Session, public_id: str, *, actor: Actor) -> CheckIn:
    """A check-in with its answer, for the participant and for those who run the cohort."""
    check_in = session.scalars(_whole().where(CheckIn.public_id == public_id)).one_or_none()
    if check_in is None or not may_view_check_in(actor, check_in.membership):
        raise NotFound
    return check_in


def list_check_ins(session: Session, membership: Membership, *, actor: Actor) -> list[CheckInLine]:
    """A member's check-ins by their moment, for the participant and for those who run the cohort. One statement."""
    require(may_view_check_in(actor, membership), seen=False)
    rows: Iterable[Any] = session.connection().execute(_LINES, {"membership_id": membership.id})
    return [CheckInLine(*row) for row in rows]


def why_called_off(session: Session, check_in: CheckIn, *, actor: Actor) -> str:
    """What became of the newest message about one that was called off; empty where there was none, or it was not."""
    require(may_view_check_in(actor, check_in.membership), seen=False)
    if check_in.state != CheckInState.CANCELLED:
        return ""
    return session.scalars(_CALLED_OFF, {"id": check_in.id}).one_or_none() or ""


def open_by_link(session: Session, token: str, *, now: datetime) -> OpenedLink:
    """The check-in of a link, for whoever holds it: nobody is signed in by it, and it leads to nothing else.

    Raises NotFound for an unknown link and for somebody who may not sign in, and Invalid (`link-ended`) or Conflict
    (`check-in-cancelled`) where there is nothing to answer any more.
    """
    number = find_asked(session, token)
    check_in = session.scalars(_whole().where(CheckIn.id == number)).one()
    if check_in.closes_at <= now:
        raise Invalid(CLOSED, code="link-ended")
    _require_open(check_in, now)
    return OpenedLink(check_in, holder_of_link(check_in.membership.person))


def answer_check_in(
    session: Session,
    check_in: CheckIn,
    *,
    actor: Actor,
    now: datetime,
    choice: AnswerChoice,
    via: str,
    note: str = "",
    enrolments: int | None = None,
    replies: Mapping[str, Value] | None = None,
    run_id: str | None = None,
) -> CheckInAnswer:
    """What the participant says, or says instead: one answer a check-in, which may change until it closes.

    `replies` are those to the step's further questions, by their public identifiers. All of it flows to where it
    belongs: the practice log, the reach of a run, the goal that was due. `run_id` names the run that its figures are
    of, as it was asked about. `via` is the door: `link`, `page` or `api`.
    """
    answer = _open_answer(session, check_in, actor=actor, now=now, via=via)
    answer.choice, answer.note, answer.enrolments = choice, note, enrolments
    keep_replies(session, answer, check_in.step, replies or {})
    return _keep(session, check_in, answer, actor=actor, now=now, run_id=run_id)


def choose_answer(
    session: Session, check_in: CheckIn, *, actor: Actor, now: datetime, choice: AnswerChoice, via: str
) -> CheckInAnswer:
    """The first question alone, as one tap in a mail answers it. What was said beside it before stays."""
    answer = _open_answer(session, check_in, actor=actor, now=now, via=via)
    answer.choice = choice
    return _keep(session, check_in, answer, actor=actor, now=now)


def _open_answer(session: Session, check_in: CheckIn, *, actor: Actor, now: datetime, via: str) -> CheckInAnswer:
    """The answer that is there or a new one, for whoever may answer now."""
    membership = check_in.membership
    require(
        may_answer_check_in(actor, membership),
        seen=may_view_check_in(actor, membership),
        message=FOR_THE_PARTICIPANT,
    )
    # Locked, so that an answer in another window, the sweep and the expiry come one after the other.
    session.refresh(check_in, attribute_names=["state", "due_at", "closes_at", "held"], with_for_update=True)
    _require_open(check_in, now)
    if check_in.needs_consent:
        raise Conflict(CONSENT_FIRST, code="consent-needed")
    statement = select(CheckInAnswer).where(CheckInAnswer.check_in_id == check_in.id)
    answer = session.scalars(statement.options(_REPLIES)).one_or_none()
    if answer is None:
        answer = CheckInAnswer(check_in=check_in, answered_at=now, via=via, note="", enrolments=None)
        session.add(answer)
    else:
        answer.changed_at, answer.via = now, via
    return answer


def _keep(
    session: Session,
    check_in: CheckIn,
    answer: CheckInAnswer,
    *,
    actor: Actor,
    now: datetime,
    run_id: str | None = None,
) -> CheckInAnswer:
    check_in.state, check_in.wake_at = CheckInState.ANSWERED, None
    cancel_messages(session, MessageKind.CHECK_IN, [check_in.id], now=now, reason=ANSWERED_BEFORE)
    flow_answer(session, check_in, answer, actor=actor, now=now, run_id=run_id)
    audit.record(session, "check_in.answered", check_in, actor=actor, now=now)
    return answer


def expire_check_ins(session: Session, *, now: datetime, limit: int) -> int:
    """Closes up to `limit` check-ins that were asked and not answered in time; returns how many."""
    ended = (
        select(CheckIn.id)
        .where(is_word(CheckIn.state, CheckInState.ASKED), CheckIn.closes_at <= now)
        .order_by(CheckIn.closes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ended")
    )
    statement = (
        update(CheckIn)
        .where(CheckIn.id.in_(select(ended.c.id)))
        .values(state=CheckInState.EXPIRED, wake_at=None)
        .execution_options(synchronize_session=False)
        .returning(CheckIn.id)
    )
    return len(session.execute(statement).all())


def _whole() -> Select[CheckIn]:
    """A check-in with all that a page about it shows, in three statements."""
    member = joinedload(CheckIn.membership)
    return select(CheckIn).options(
        joinedload(CheckIn.step).selectinload(FollowUpStep.questions),
        joinedload(CheckIn.answer).options(_REPLIES),
        member.joinedload(Membership.person),
        member.joinedload(Membership.cohort).joinedload(Cohort.programme),
    )


def _require_open(check_in: CheckIn, now: datetime) -> None:
    if check_in.state == CheckInState.CANCELLED:
        raise Conflict(_why_cancelled(check_in), code="check-in-cancelled")
    if check_in.state not in _OPEN or check_in.closes_at <= now:
        raise Conflict(CLOSED, code="check-in-closed")
    # What comes up later on somebody's day is asked with what is due already.
    if check_in.state == CheckInState.DUE and check_in.due_at > now:
        raise Conflict(NOT_OPEN_YET, code="check-in-not-open")


def _why_cancelled(check_in: CheckIn) -> str:
    membership = check_in.membership
    if membership.follow_ups_stopped_at is not None:
        return STOPPED
    return NO_CONSENT if check_in.step.is_alumni and membership.alumni_consent is False else CALLED_OFF
