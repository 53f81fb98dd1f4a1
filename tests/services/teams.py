"""A programme with a cohort and everyone who may or may not act in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from coaching.models import Cohort, Membership, Programme, Role
from coaching.policies import Actor
from tests.factories import (
    actor_of,
    make_cohort,
    make_coordinator,
    make_membership,
    make_programme,
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
    programme = make_programme(session)
    cohort = make_cohort(session, programme)
    ana, ben = (make_membership(session, cohort) for _ in range(2))
    cleo = make_membership(session, make_cohort(session, programme))
    coach = make_membership(session, cohort, role=Role.COACH)
    observer = make_membership(session, cohort, role=Role.OBSERVER)
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
        as_stranger=actor_of(session, make_membership(session).person),
    )
