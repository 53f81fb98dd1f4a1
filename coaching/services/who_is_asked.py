"""Whether somebody may be asked a thing at all, and by which channel: not when, which `asking_rules` decides."""

from __future__ import annotations

from collections.abc import Collection, Set
from functools import lru_cache

from coaching.channels.base import CHAT, INBOX, MAIL
from coaching.models import OPEN_STATUSES, CohortState
from coaching.models.contact import FROM_HOUR, UNTIL_HOUR
from coaching.services.asking_hours import Hours
from coaching.services.due_records import DueCheckIn
from coaching.services.reasons import COHORT_ARCHIVED, HAS_LEFT, IS_SUSPENDED, NO_MAIL_ADDRESS, WANTS_NO_MORE

OPTED_OUT = "They switched check-ins off."
OTHER_ROLE = "The member has another role in the cohort now."
OTHER_STAGE = "Their course is at another stage."
NO_CONSENT = "They did not agree to be asked for so long."
CONSENT_UNANSWERED = "They were asked whether we may ask for so long, and did not say yes."


WAYS = frozenset({MAIL, INBOX, CHAT})


@lru_cache(maxsize=4096)
def hours_of(zone: str, from_hour: int | None, until_hour: int | None, weekends: bool | None) -> Hours:
    """Somebody's hours, with the defaults of who has said nothing."""
    if from_hour is None or until_hour is None:
        return Hours(zone, FROM_HOUR, UNTIL_HOUR, weekends=False)
    return Hours(zone, from_hour, until_hour, bool(weekends))


def why_never(due: DueCheckIn, stages: Set[str], channels: Collection[str]) -> str:
    """Why somebody may not be asked this at all, in words for their coach; empty where they may."""
    if due.status not in OPEN_STATUSES:
        return HAS_LEFT
    if due.cohort.state is CohortState.ARCHIVED:
        return COHORT_ARCHIVED
    if not due.may_sign_in:
        return IS_SUSPENDED
    if channel_for(due, channels) is None:
        return NO_MAIL_ADDRESS
    return OPTED_OUT if due.opted_out else _why_not_this(due, stages)


def _why_not_this(due: DueCheckIn, stages: Set[str]) -> str:
    if due.stopped_at is not None:
        return WANTS_NO_MORE
    if due.role != due.step_role:
        return OTHER_ROLE
    if due.stages and stages.isdisjoint(due.stages):
        return OTHER_STAGE
    return NO_CONSENT if due.is_alumni and due.alumni_consent is False else ""


def channel_for(due: DueCheckIn, channels: Collection[str]) -> str | None:
    """The step's channel where there is a way to this person, or else mail, or else the inbox."""
    if due.channel == MAIL and due.email and MAIL in channels:
        return MAIL
    has_address = {MAIL: bool(due.email), CHAT: due.gave_address}
    reachable = [name for name in (due.channel, MAIL, INBOX) if name in channels and has_address.get(name, True)]
    return reachable[0] if reachable else None


def nudges_of(due: DueCheckIn) -> int:
    """An alumni step that came with the question whether it may ask is not brought to mind."""
    return 0 if due.is_alumni and due.alumni_consent is None else due.step.nudges


def is_silent(due: DueCheckIn) -> bool:
    """Whether silence tells their coach anything: of who has left, is paused or wants no questions it does not."""
    stays = due.status in OPEN_STATUSES and not due.is_paused
    return stays and due.may_sign_in and due.stopped_at is None
