"""Feeds: secret addresses from which a calendar reads somebody's sessions, made, renewed, ended and found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import NotFound
from coaching.models import CalendarFeed, Cohort, Person
from coaching.policies import Actor, may_follow, may_view_cohort, require
from coaching.services import audit
from coaching.tokens import hash_secret

_FOUND = (
    select(CalendarFeed.id, CalendarFeed.person_id, CalendarFeed.cohort_id)
    .join(Person, Person.id == CalendarFeed.person_id)
    .where(
        CalendarFeed.secret_hash == bindparam("secret_hash"),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class OpenedFeed:
    """Whose feed it is, and of which cohort; None for all of theirs."""

    id: int
    person_id: int
    cohort_id: int | None


def make_feed(session: Session, cohort: Cohort | None, *, actor: Actor, secret: str, now: datetime) -> CalendarFeed:
    """The actor's own feed, of one cohort or of all of theirs, at a new address; one that there was before ends."""
    require(
        cohort is None or may_follow(actor, cohort),
        seen=cohort is not None and may_view_cohort(actor, cohort),
        message="A feed has one's own sessions, and you are not in this cohort.",
    )
    # Two of the same act at once come one by one, so that there is one feed of a kind.
    session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True))
    cohort_id = cohort.id if cohort is not None else None
    statement = select(CalendarFeed).where(CalendarFeed.person_id == actor.person_id)
    same = [feed for feed in session.scalars(statement) if feed.cohort_id == cohort_id]
    if same:
        feed = same[0]
        feed.secret_hash, feed.renewed_at = hash_secret(secret), now
    else:
        feed = CalendarFeed(
            person_id=actor.person_id, cohort=cohort, secret_hash=hash_secret(secret), created_at=now, renewed_at=None
        )
        session.add(feed)
    audit.record(session, "feed.made", feed, actor=actor, now=now)
    return feed


def end_feed(session: Session, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Ends one of one's own feeds: from now on its address leads nowhere."""
    statement = select(CalendarFeed).where(
        CalendarFeed.public_id == public_id, CalendarFeed.person_id == actor.person_id
    )
    feed = session.scalars(statement).one_or_none()
    if feed is None:
        raise NotFound
    audit.record(session, "feed.ended", feed, actor=actor, now=now)
    session.execute(delete(CalendarFeed).where(CalendarFeed.id == feed.id))


def list_feeds(session: Session, *, actor: Actor) -> list[CalendarFeed]:
    """One's own feeds, the oldest first."""
    statement = (
        select(CalendarFeed)
        .where(CalendarFeed.person_id == actor.person_id)
        .options(joinedload(CalendarFeed.cohort))
        .order_by(CalendarFeed.id)
    )
    return list(session.scalars(statement))


def open_feed(session: Session, secret: str) -> OpenedFeed:
    """The feed behind an address. Raises NotFound for one that is unknown or ended, and for who is shut out."""
    found = session.connection().execute(_FOUND, {"secret_hash": hash_secret(secret)}).one_or_none()
    if found is None:
        raise NotFound
    return OpenedFeed(*found)
