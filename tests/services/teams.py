"""A programme with a cohort and everyone who may or may not act in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from coaching.models import Cohort, Membership, Programme, Role
from coaching.policies import Actor
from tests.factories import (
    actor_of,
    keep_members,
    make_coordinator,
    new_cohort,
    new_membership,
    new_programme,
)


@dataclass
class Team:
    """`ana` and `ben` take part in the cohort, `cleo` in another of the programme; `stranger` is nowhere."""

    programme: Programme
    cohort: Cohort
    ana: Membership
    ben: Membership
    cleo: Membership
    as_ana: Actor
    as_ben: Actor
    as_cleo: Actor
    as_coach: Actor
    as_observer: Actor
    as_coordinator: Actor
    as_stranger: Actor


def make_team(session: Session) -> Team:
    programme = new_programme()
    cohort = new_cohort(programme)
    ana, ben = new_membership(cohort), new_membership(cohort)
    cleo = new_membership(new_cohort(programme))
    coach = new_membership(cohort, role=Role.COACH)
    observer = new_membership(cohort, role=Role.OBSERVER)
    stranger = new_membership()
    keep_members(session, ana, ben, cleo, coach, observer, stranger)
    return Team(
        programme=programme,
        cohort=cohort,
        ana=ana,
        ben=ben,
        cleo=cleo,
        as_ana=actor_of(session, ana.person),
        as_ben=actor_of(session, ben.person),
        as_cleo=actor_of(session, cleo.person),
        as_coach=actor_of(session, coach.person),
        as_observer=actor_of(session, observer.person),
        as_coordinator=actor_of(session, make_coordinator(session, programme)),
        as_stranger=actor_of(session, stranger.person),
    )
