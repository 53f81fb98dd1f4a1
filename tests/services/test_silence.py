"""Silence in a cohort: who was asked and did not answer, and who saw to it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coaching.models import CheckInState, Role, Signal
from coaching.services.need_acts import see_to_need
from coaching.services.silence import list_silent
from tests.factories import NOW, actor_of, make_coordinator, make_membership, make_person
from tests.services.need_rows import make_running, make_silent


def test_who_runs_the_cohort_sees_who_saw_to_a_silence_that_lasts(session: Session) -> None:
    person = make_person(session, name="Carol Coach")
    cohort = make_running(session, person)
    member = make_membership(session, cohort)
    check_in = make_silent(session, member)
    make_silent(session, make_membership(session, cohort), step=check_in.step, escalated_at=None)
    make_silent(session, make_membership(session, cohort, role=Role.OBSERVER), step=check_in.step)
    coordinator = actor_of(session, make_coordinator(session, cohort.programme))
    (line,) = list_silent(session, cohort, actor=coordinator)
    assert (line.id, line.nudges, line.asked_at) == (check_in.public_id, 1, check_in.asked_at)
    assert line.seen_to_by is None
    coach, what = actor_of(session, person), {"signal": Signal.SILENT_CHECK_IN, "occurrence": check_in.public_id}
    see_to_need(session, member, actor=coach, now=NOW, **what)
    (line,) = list_silent(session, cohort, actor=coordinator)
    assert (line.id, line.seen_to_by) == (check_in.public_id, "Carol Coach")
    assert check_in.state == CheckInState.ASKED, "it can still be answered"
