"""The demo's practice logs: lines by hand, what helped and hindered, and what coaches said to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    CohortKind,
    CommentKind,
    EntryFactor,
    FactorKind,
    Membership,
    PracticeComment,
    PracticeEntry,
    PracticeFactor,
    PracticeKind,
    Programme,
    ProjectOwner,
)
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.practice_factors import add_usual_factors

# What, with whom, what they make of it, and what comes next.
TRIED = (
    ("Ran the first unit with a new intake, live, and wrote down every question that they asked.",
     "Eight new starters and a practice educator",
     "Half of the questions were about words I had thought were plain.", "Rewrite the glossary for the next intake."),
    ("Showed the storyboard at our team meeting.", "The education team, twelve of us",
     "They wanted fewer videos and more cases. So do I, now.", "Cut two videos; ask two colleagues for a case each."),
    ("Recorded the opening video on a phone, in the simulation room.", "A colleague who held the phone",
     "Good enough is good enough: nobody has said a word about the picture.", "Captions, then the other three."),
    ("Wrote the feedback for every wrong answer of the first quiz.", "", "It took as long as the quiz itself.", ""),
    ("Sat beside three learners while they worked through week one.", "Three learners from the night shift",
     "They read on phones, in five-minute breaks. My steps are too long.", "Split the long steps in two."),
    ("Gave a taster of the course at the regional study day.", "About forty people, and my manager",
     "", "Send the link to those who left their address."),
    ("Swapped drafts with another course team and commented on theirs.", "The team on wound care",
     "I learned more from reading theirs than from writing mine.", "Do it again before the pilot."),
)  # fmt: skip
SAID = (
    "This is just what we spoke of. What would you try first next time?",
    "Lovely to read. May I tell the others about the cases?",
    "Forty people at a study day is no small thing.",
)
ANSWERED = ("Yes, please do.", "The opening. It decides who stays.", "Thank you, that helps.")


def build_log(session: Session, programme: Programme, cohorts: list[DemoCohort], *, seed: int, now: datetime) -> None:
    """Logs of all who came far enough to try something, by draws of their own, so that the rest is what it was."""
    rng = Random(f"log {seed}")  # noqa: S311  Synthetic data wants the same draws each time, not secret ones.
    factors = add_usual_factors(session, programme, now=now)
    session.flush()
    for cohort in cohorts:
        is_recent = cohort.row.kind == CohortKind.COACHING
        for place, member in enumerate(cohort.participants):
            if place < 2 or rng.random() < (0.6 if is_recent else 0.35):
                _write(session, cohort, member, factors, rng=rng, now=now, many=is_recent and place < 2)
    session.flush()
    _add_to_launches(session, cohorts[-2:], factors, rng=rng)


def _write(
    session: Session,
    cohort: DemoCohort,
    member: Membership,
    factors: Sequence[PracticeFactor],
    *,
    rng: Random,
    now: datetime,
    many: bool,
) -> None:
    """One or two lines; of the first in a coaching cohort four, the oldest of them confirmed and the newest with
    a conversation."""
    first = cohort.days[min(1, len(cohort.days) - 1)]
    latest = min(now.date() - timedelta(days=1), cohort.days[-1] + timedelta(weeks=20))
    span = max((latest - first).days, 1)
    days = sorted(first + timedelta(days=rng.randrange(span)) for _ in range(4 if many else rng.choice((1, 1, 2))))
    course = session.scalars(
        select(ProjectOwner.project_id).where(ProjectOwner.membership_id == member.id).order_by(ProjectOwner.id)
    ).first()
    for number, (day, tried) in enumerate(zip(days, rng.sample(TRIED, len(days)), strict=True)):
        text, with_whom, reflection, what_next = tried
        entry = PracticeEntry(
            membership=member, kind=PracticeKind.ENTRY, on=min(day, latest), text=text, with_whom=with_whom,
            reflection=reflection, what_next=what_next, project_id=course, created_at=_at(min(day, latest)),
        )  # fmt: skip
        _choose(entry, factors, rng)
        session.add(entry)
        if many and number == len(days) - 1:
            _speak(session, entry, cohort, rng)
        elif (many and number == 0) or rng.random() < 0.4:
            entry.confirmed_at, entry.confirmed_by_id = _at(entry.on) + timedelta(hours=5), cohort.coach.id


def _choose(entry: PracticeEntry, factors: Sequence[PracticeFactor], rng: Random) -> None:
    for kind in FactorKind:
        offered = [one for one in factors if one.kind == kind]
        for factor in rng.sample(offered, rng.choice((0, 1, 1, 2))):
            entry.factors.append(EntryFactor(factor=factor, kind=kind, name=factor.name))


def _speak(session: Session, entry: PracticeEntry, cohort: DemoCohort, rng: Random) -> None:
    """The coach celebrates it and asks something, the participant answers."""
    at, participant = _at(entry.on), entry.membership.person
    said = (
        (cohort.coach, CommentKind.CELEBRATION, "", 2),
        (cohort.coach, CommentKind.COMMENT, rng.choice(SAID), 3),
        (participant, CommentKind.COMMENT, rng.choice(ANSWERED), 7),
    )
    session.add_all(
        PracticeComment(entry=entry, author_id=who.id, kind=kind, text=text, created_at=at + timedelta(hours=hours))
        for who, kind, text, hours in said
    )


def _add_to_launches(
    session: Session, cohorts: Sequence[DemoCohort], factors: Sequence[PracticeFactor], *, rng: Random
) -> None:
    """What made a launch possible, for some of those in the coaching cohorts."""
    members = [member.id for cohort in cohorts for member in cohort.participants]
    launches = select(PracticeEntry).where(
        PracticeEntry.membership_id.in_(members), PracticeEntry.kind == PracticeKind.LAUNCH
    )
    for entry in session.scalars(launches.order_by(PracticeEntry.id)):
        if rng.random() < 0.5:
            _choose(entry, factors, rng)
            entry.reflection = "Later than planned, and better for it."


def _at(day: date) -> datetime:
    return datetime.combine(day, time(11, 20), UTC)
