"""Whose messages are looked at: a person's own, a member's of one cohort, a cohort's, or a programme's.

Each is a handful of conditions over the same statements, so that the four lists cannot come to tell different stories.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from coaching.models import (
    Action,
    ActionReminder,
    Asking,
    CheckIn,
    Cohort,
    Membership,
    Message,
    MessageKind,
    Programme,
)
from coaching.policies import (
    Actor,
    may_coordinate,
    may_view_cohort,
    may_view_member,
    may_view_programme,
    require,
    runs_cohort,
)

# Matters of an account, which are nobody's but the person's own.
PRIVATE = (MessageKind.PASSWORD_RESET,)
RUNNERS_ONLY = "Those who run the cohort see what its people get. Your own messages stand in your account."


class MessageScope(NamedTuple):
    """Conditions on memberships, of which check-ins and reminders are, and on messages.

    `names_people` tells whether its lists are about several people, who are then named.
    """

    memberships: ColumnElement[bool]
    messages: ColumnElement[bool]
    names_people: bool


def scope_of_own(*, actor: Actor) -> MessageScope:
    """All of one's own, over every cohort. Nobody else's can be asked for."""
    return MessageScope(
        memberships=Membership.person_id == actor.person_id,
        messages=Message.recipient_id == actor.person_id,
        names_people=False,
    )


def scope_of_member(membership: Membership, *, actor: Actor) -> MessageScope:
    """What a member gets because of one cohort, for them and for those who run it."""
    require(may_view_member(actor, membership), seen=False)
    return MessageScope(
        memberships=Membership.id == membership.id,
        messages=and_(
            Message.recipient_id == membership.person_id,
            _about(Membership.id == membership.id, Message.cohort_id == membership.cohort_id),
        ),
        names_people=False,
    )


def scope_of_cohort(cohort: Cohort, *, actor: Actor) -> MessageScope:
    """What a cohort's people get because of it, for those who run it."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=RUNNERS_ONLY)
    return MessageScope(
        memberships=Membership.cohort_id == cohort.id,
        messages=_about(Membership.cohort_id == cohort.id, Message.cohort_id == cohort.id),
        names_people=True,
    )


def scope_of_programme(programme: Programme, *, actor: Actor) -> MessageScope:
    """What the people of a programme's cohorts get because of these, for its coordinators."""
    require(may_coordinate(actor, programme.id), seen=may_view_programme(actor, programme.id))
    cohorts = select(Cohort.id).where(Cohort.programme_id == programme.id)
    return MessageScope(
        memberships=Membership.cohort_id.in_(cohorts),
        messages=_about(Membership.cohort_id.in_(cohorts), Message.cohort_id.in_(cohorts)),
        names_people=True,
    )


def _about(memberships: ColumnElement[bool], cohorts: ColumnElement[bool]) -> ColumnElement[bool]:
    """Messages that belong to cohorts, or ask or remind their people: one mail may do so for several of them."""
    asked = (
        select(Asking.message_id)
        .join(CheckIn, CheckIn.id == Asking.check_in_id)
        .join(Membership, Membership.id == CheckIn.membership_id)
        .where(memberships)
    )
    reminded = (
        select(ActionReminder.message_id)
        .join(Action, Action.id == ActionReminder.action_id)
        .join(Membership, Membership.id == Action.owner_id)
        .where(memberships)
    )
    return and_(Message.kind.not_in(PRIVATE), or_(cohorts, Message.id.in_(asked), Message.id.in_(reminded)))
