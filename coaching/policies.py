"""Who may do what: pure predicates over an Actor and the row in question. Nothing here reads the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Cohort,
    CohortState,
    CourseProject,
    FollowUpPlan,
    InboxItem,
    Membership,
    Poll,
    Role,
    Series,
)
from coaching.permission import Actor, Answer, Closed, Standing, require

# Whoever asks a policy knows who acts and how to refuse.
__all__ = ["Actor", "Answer", "Standing", "require"]

ARCHIVED = Closed(
    "This cohort is archived, so nothing in it changes any more. Who runs it can open it again.", code="cohort-archived"
)


class Account(Protocol):
    """What tells whether a person is let in: the row, or columns of it that were read alone."""

    @property
    def suspended_at(self) -> datetime | None: ...

    @property
    def erased_at(self) -> datetime | None: ...


def may_sign_in(person: Account) -> bool:
    """The one gate that every door goes through: password, link, API token."""
    return person.suspended_at is None and person.erased_at is None


def may_administer(actor: Actor) -> bool:
    return actor.is_administrator


def may_read_inbox_item(actor: Actor, item: InboxItem) -> bool:
    """What was said to somebody is theirs alone."""
    return item.person_id == actor.person_id


def may_coordinate(actor: Actor, programme_id: int) -> bool:
    return actor.is_administrator or programme_id in actor.programme_ids


def may_send_again(actor: Actor, programme_id: int | None) -> bool:
    """Decide over a message of which nobody knows whether it arrived: who coordinates the programme that it is about,
    and administrators, who decide over those that are about none."""
    return may_administer(actor) or (programme_id is not None and may_coordinate(actor, programme_id))


def may_open_cohort(actor: Actor, programme_id: int) -> bool:
    """Coordinators open cohorts in their programme, and so do those who coach in it already."""
    return may_coordinate(actor, programme_id) or any(
        standing.programme_id == programme_id and standing.role == Role.COACH and standing.is_open
        for standing in actor.standings.values()
    )


def may_view_programme(actor: Actor, programme_id: int) -> bool:
    return may_coordinate(actor, programme_id)


def _standing(actor: Actor, cohort_id: int) -> Standing | None:
    standing = actor.standings.get(cohort_id)
    return standing if standing is not None and standing.is_open else None


def may_coach(actor: Actor, cohort: Cohort) -> bool:
    """Coaches of the cohort itself: goals and their ratings are theirs and the participant's alone."""
    standing = _standing(actor, cohort.id)
    return standing is not None and standing.role == Role.COACH


def is_writable(cohort: Cohort) -> Answer:
    """Whether anything may be written in the cohort. Whatever lets somebody write ends with this; what lets them read
    asks nothing of the kind, so that an archived cohort is read by those who could read it."""
    return cohort.state != CohortState.ARCHIVED or ARCHIVED


def runs_cohort(actor: Actor, cohort: Cohort) -> bool:
    """Its coaches and the programme's coordinators, who read what those who run it read, also once it is archived."""
    return may_coach(actor, cohort) or may_coordinate(actor, cohort.programme_id)


def may_run_cohort(actor: Actor, cohort: Cohort) -> Answer:
    """Schedule, record attendance, add members: those who run it, while it is not archived."""
    return runs_cohort(actor, cohort) and is_writable(cohort)


def may_view_cohort(actor: Actor, cohort: Cohort) -> bool:
    return may_coordinate(actor, cohort.programme_id) or _standing(actor, cohort.id) is not None


def may_view_cohort_progress(actor: Actor, cohort: Cohort) -> bool:
    """The table of every member's progress: coaches, coordinators and observers, not fellow participants."""
    standing = _standing(actor, cohort.id)
    return runs_cohort(actor, cohort) or (standing is not None and standing.role == Role.OBSERVER)


def may_follow(actor: Actor, cohort: Cohort) -> bool:
    """Read one's own sessions of the cohort in one's own calendar: everybody who is in it."""
    return _standing(actor, cohort.id) is not None


def may_view_session(actor: Actor, coaching_session: CoachingSession | Series) -> bool:
    """A session, or a series, of the cohort is everybody's in it; a one-to-one is for its pair and those who run it."""
    cohort, pair = coaching_session.cohort, coaching_session.pair_membership_id
    if pair is None or runs_cohort(actor, cohort):
        return may_view_cohort(actor, cohort)
    standing = _standing(actor, cohort.id)
    return standing is not None and standing.membership_id == pair


def attends(actor: Actor, coaching_session: CoachingSession) -> bool:
    """Whoever is in the cohort and sees the session; coordinators are not expected."""
    return _standing(actor, coaching_session.cohort.id) is not None and may_view_session(actor, coaching_session)


def may_rsvp(actor: Actor, coaching_session: CoachingSession) -> Answer:
    """Whoever is expected may say whether they come."""
    return attends(actor, coaching_session) and is_writable(coaching_session.cohort)


def is_polled(actor: Actor, poll: Poll) -> bool:
    """Those who are asked, while they are in the cohort."""
    standing = _standing(actor, poll.cohort_id)
    return standing is not None and any(one.membership_id == standing.membership_id for one in poll.invitees)


def may_answer_poll(actor: Actor, poll: Poll) -> Answer:
    return is_polled(actor, poll) and is_writable(poll.cohort)


def may_view_poll(actor: Actor, poll: Poll) -> bool:
    """Those who are asked, and those who run the cohort; what the others answered is for the latter alone."""
    return runs_cohort(actor, poll.cohort) or is_polled(actor, poll)


def may_mark_self(actor: Actor, coaching_session: CoachingSession) -> Answer:
    """Who is expected at the session: the cohort's participants, or the one of a pair."""
    standing, pair = _standing(actor, coaching_session.cohort_id), coaching_session.pair_membership_id
    is_theirs = standing is not None and standing.role == Role.PARTICIPANT and pair in {None, standing.membership_id}
    return is_theirs and is_writable(coaching_session.cohort)


def is_self(actor: Actor, membership: Membership) -> bool:
    """The member in person, while they are in the cohort."""
    return membership.person_id == actor.person_id and membership.status in OPEN_STATUSES


def is_that_person(actor: Actor, person_id: int) -> bool:
    """Somebody themselves: how they want to be asked is nobody else's to read or to change."""
    return actor.person_id == person_id


def may_view_member(actor: Actor, membership: Membership) -> bool:
    return is_self(actor, membership) or runs_cohort(actor, membership.cohort)


def may_change_standing(actor: Actor, membership: Membership) -> Answer:
    """Those who run the cohort; a coach's standing is for coordinators, or one coach could oust another."""
    cohort = membership.cohort
    is_above = membership.role != Role.COACH or may_coordinate(actor, cohort.programme_id)
    return is_above and may_run_cohort(actor, cohort)


def may_view_goals(actor: Actor, membership: Membership) -> bool:
    return is_self(actor, membership) or may_coach(actor, membership.cohort)


def may_set_goal(actor: Actor, membership: Membership) -> Answer:
    """Goals are a participant's: they write them, alone or with their coach."""
    return membership.role == Role.PARTICIPANT and may_view_goals(actor, membership) and is_writable(membership.cohort)


def may_view_skills(actor: Actor, membership: Membership) -> bool:
    """What somebody says of their own skills is theirs, and of the cohort's coaches."""
    return is_self(actor, membership) or may_coach(actor, membership.cohort)


def may_assess_skills(actor: Actor, membership: Membership) -> Answer:
    """Nobody rates another's skills: it is how a participant sees themselves."""
    return membership.role == Role.PARTICIPANT and is_self(actor, membership) and is_writable(membership.cohort)


def may_view_actions(actor: Actor, membership: Membership) -> bool:
    """What a participant said they would do is theirs, and of those who run the cohort; no fellow reads it."""
    return may_view_member(actor, membership)


def may_agree_action(actor: Actor, membership: Membership) -> Answer:
    """Agree on an action, change it, say what became of it: the participant, and those who run the cohort."""
    return (
        membership.role == Role.PARTICIPANT and may_view_actions(actor, membership) and is_writable(membership.cohort)
    )


def may_give_action(actor: Actor, membership: Membership) -> Answer:
    """Say that a coach does it: those who run the cohort. A participant promises what they do themselves."""
    return membership.role == Role.PARTICIPANT and may_run_cohort(actor, membership.cohort)


def may_see_to_need(actor: Actor, membership: Membership) -> Answer:
    """Say what becomes of a signal that somebody needs their coach: the coaches of the cohort, who are told of it."""
    return may_coach(actor, membership.cohort) and is_writable(membership.cohort)


def may_write_to(actor: Actor, membership: Membership) -> Answer:
    """Write somebody a letter as a member of the cohort: those who run it. Nobody writes to themselves."""
    return membership.person_id != actor.person_id and may_run_cohort(actor, membership.cohort)


def may_write_record(actor: Actor, coaching_session: CoachingSession) -> Answer:
    """What was covered, the shared notes, actions agreed on: by those who run the cohort. Who sees a session reads."""
    return may_run_cohort(actor, coaching_session.cohort)


def may_view_check_in(actor: Actor, membership: Membership) -> bool:
    """What was answered is for the person, the cohort's coaches and the programme's coordinators."""
    return may_view_member(actor, membership)


def may_answer_check_in(actor: Actor, membership: Membership) -> Answer:
    return is_self(actor, membership) and is_writable(membership.cohort)


def may_start_project(actor: Actor, cohort: Cohort) -> Answer:
    standing = _standing(actor, cohort.id)
    is_builder = standing is not None and standing.role == Role.PARTICIPANT
    return (runs_cohort(actor, cohort) or is_builder) and is_writable(cohort)


def _cohorts_of(project: CourseProject) -> Iterable[Cohort]:
    yield project.cohort
    for owner in project.owners:
        if owner.membership is not None:
            yield owner.membership.cohort


def may_view_project(actor: Actor, project: CourseProject) -> bool:
    """A project is seen in its own cohort and in those of its co-owners: launches are there to be celebrated."""
    return any(may_view_cohort(actor, cohort) for cohort in _cohorts_of(project))


def owns_project(actor: Actor, project: CourseProject) -> bool:
    return any(True for _cohort in _owned_in(actor, project))


def _owned_in(actor: Actor, project: CourseProject) -> Iterable[Cohort]:
    for owner in project.owners:
        if owner.membership is not None and is_self(actor, owner.membership):
            yield owner.membership.cohort


def may_log_launch(actor: Actor, project: CourseProject) -> Answer:
    """Its owners, and the coaches and coordinators of their cohorts, who often hear of a launch first: as long as one
    of the cohorts that let them is not archived."""
    theirs = [*_owned_in(actor, project), *(one for one in _cohorts_of(project) if runs_cohort(actor, one))]
    return bool(theirs) and (any(is_writable(cohort) for cohort in theirs) or ARCHIVED)


def may_confirm_reach(actor: Actor, project: CourseProject) -> Answer:
    """Say that a figure is right: the coaches and coordinators of its cohorts, but nobody who builds the course."""
    builds = any(one.membership is not None and one.membership.person_id == actor.person_id for one in project.owners)
    theirs = [cohort for cohort in _cohorts_of(project) if runs_cohort(actor, cohort)]
    return bool(theirs) and not builds and (any(is_writable(cohort) for cohort in theirs) or ARCHIVED)


def may_edit_project(actor: Actor, project: CourseProject) -> Answer:
    return may_log_launch(actor, project)


def may_edit_plan(actor: Actor, plan: FollowUpPlan, cohort: Cohort | None) -> Answer:
    """The programme's plan is its coordinators' to change; a cohort's own is for those who run the cohort."""
    if plan.is_default:
        return may_coordinate(actor, plan.programme_id)
    return cohort is not None and may_run_cohort(actor, cohort)


def may_view_plan(actor: Actor, plan: FollowUpPlan, cohort: Cohort | None) -> bool:
    """Step by step: the programme's plan for those who coach in it too, a cohort's own for those who run the cohort."""
    if plan.is_default:
        return may_open_cohort(actor, plan.programme_id)
    return cohort is not None and runs_cohort(actor, cohort)
