"""Feeds as a calendar program reads them: by a secret address, without a cookie, mostly to hear that nothing is new."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
import vobject
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import coaching.blueprints.feeds as feeds_blueprint
from coaching.clock import utc_now
from coaching.models import CoachingSession, Cohort, Membership, MembershipStatus, Role
from coaching.services import privacy
from coaching.services.calendar_events import uid_of
from coaching.services.feeds import end_feed, make_feed
from coaching.tokens import new_secret
from tests.blueprints.api.caller import make_token
from tests.factories import actor_of, make_membership
from tests.services.calendar_rows import cancel, make_at, make_group, make_series, move, schedule

Counter = Callable[[], AbstractContextManager[list[str]]]
Group = tuple[Cohort, list[Membership], list[CoachingSession]]


def soon(days: int, hour: int = 9) -> datetime:
    """Requests look at the real clock."""
    return (utc_now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0, tzinfo=None)


@pytest.fixture
def group(session: Session) -> Group:
    cohort, members = make_group(session, name="Cohort 7; spring, and more")
    _series, held = make_series(session, cohort, local_start=soon(7), location="Room 4", agenda="Goal\nReality")
    schedule(session, *held, now=utc_now())
    return cohort, members, held


def address(session: Session, member: Membership, cohort: Cohort | None = None) -> str:
    secret = new_secret()
    make_feed(session, cohort, actor=actor_of(session, member.person), secret=secret, now=utc_now())
    return f"/feeds/{secret}.ics"


def events(answer: TestResponse) -> dict[str, Any]:
    """The events by UID, as the one library has them; the other has to read the same."""
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    found = {str(one["UID"]): one for one in Calendar.from_ical(answer.text).walk("VEVENT")}
    other = {one.uid.value: one for one in getattr(vobject.readOne(answer.text), "vevent_list", [])}
    assert other.keys() == found.keys()
    for uid, event in found.items():
        assert other[uid].dtstart.value == event["DTSTART"].dt
        assert other[uid].status.value == event["STATUS"]
    return found


def test_each_session_is_an_event_of_its_own(session: Session, client: FlaskClient, group: Group) -> None:
    _cohort, (_coach, ann, _bob), held = group
    found = events(client.get(address(session, ann)))
    assert found.keys() == {uid_of(one.public_id) for one in held}
    event = found[uid_of(held[1].public_id)]
    assert event["DTSTART"].dt == held[1].starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert (event["SUMMARY"], event["LOCATION"], event["DESCRIPTION"]) == ("Circle", "Room 4", "Goal\nReality")
    assert {"RRULE", "RECURRENCE-ID", "ATTENDEE"}.isdisjoint(event)


def test_an_unchanged_feed_is_told_apart_without_building_it(
    session: Session, client: FlaskClient, group: Group, count_queries: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cohort, (_coach, ann, _bob), held = group
    path = address(session, ann)
    first = client.get(path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    # A moment of change that we do not know would be one more thing to be wrong.
    assert {"Last-Modified", "Expires", "Set-Cookie"}.isdisjoint(first.headers)
    with monkeypatch.context() as patch:
        patch.setattr(feeds_blueprint, "build_feed", None)
        for sent in (tag, f"W/{tag}", f'"other", {tag}'):
            with count_queries() as statements:
                again = client.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
            assert len(statements) == 2
    move(session, held[0], now=utc_now(), hours=1)
    changed = client.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    event = events(changed)[uid_of(held[0].public_id)]
    assert (event["DTSTART"].dt, event["SEQUENCE"]) == (held[0].starts_at, held[0].version)


def test_what_calendars_do_not_show_leaves_the_feed_as_it_is(
    session: Session, client: FlaskClient, group: Group
) -> None:
    """A reminder that is written moves the session on to the next one, and is no news for a calendar."""
    _cohort, (_coach, ann, _bob), held = group
    path = address(session, ann)
    tag = client.get(path).headers["ETag"]
    session.execute(CoachingSession.__table__.update().values(next_reminder_at=held[0].starts_at))
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_cancelled_session_says_so(session: Session, client: FlaskClient, group: Group) -> None:
    _cohort, (_coach, ann, _bob), held = group
    path = address(session, ann)
    cancel(session, held[2], now=utc_now())
    statuses = {uid: str(event["STATUS"]) for uid, event in events(client.get(path)).items()}
    assert statuses == {uid_of(one.public_id): "CANCELLED" if one is held[2] else "CONFIRMED" for one in held}


def test_another_address_ends_the_one_before(session: Session, client: FlaskClient, group: Group) -> None:
    _cohort, (_coach, ann, bob), _held = group
    old, others = address(session, ann), address(session, bob)
    tag = client.get(old).headers["ETag"]
    new = address(session, ann)
    assert client.get(old, headers={"If-None-Match": tag}).status_code == 404
    assert [client.get(path).status_code for path in (new, others)] == [200, 200]
    feed = make_feed(session, None, actor=actor_of(session, ann.person), secret="s" * 43, now=utc_now())
    session.flush()
    end_feed(session, feed.public_id, actor=actor_of(session, ann.person), now=utc_now())
    assert client.get(f"/feeds/{'s' * 43}.ics").status_code == 404


@pytest.mark.parametrize("is_of_cohort", [True, False])
def test_who_is_shut_out_or_erased_has_no_feed_any_more(
    session: Session, client: FlaskClient, group: Group, *, is_of_cohort: bool
) -> None:
    cohort, (_coach, ann, bob), _held = group
    paths = [address(session, one, cohort if is_of_cohort else None) for one in (ann, bob)]
    tags = [client.get(path).headers["ETag"] for path in paths]
    ann.person.suspended_at = utc_now()
    session.flush()
    privacy.erase_person(session, bob.person, actor=None, now=utc_now())
    for path, tag in zip(paths, tags, strict=True):
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 404


def test_who_leaves_a_cohort_reads_it_no_more(session: Session, client: FlaskClient, group: Group) -> None:
    cohort, (_coach, ann, _bob), held = group
    elsewhere = make_membership(session, person=ann.person)
    other = make_at(session, elsewhere.cohort, soon(3))
    everything, of_one = address(session, ann), address(session, ann, cohort)
    tag = client.get(everything).headers["ETag"]
    assert events(client.get(everything)).keys() == {uid_of(one.public_id) for one in (*held, other)}
    named = client.get(of_one)
    assert events(named).keys() == {uid_of(one.public_id) for one in held}
    assert "\r\nX-WR-CALNAME:Cohort 7\\; spring\\, and more\r\n" in named.text
    ann.status = MembershipStatus.WITHDRAWN
    session.flush()
    assert client.get(of_one).status_code == 404
    left = client.get(everything, headers={"If-None-Match": tag})
    assert events(left).keys() == {uid_of(other.public_id)}


def test_a_one_to_one_is_in_its_pairs_feeds_alone(session: Session, client: FlaskClient, group: Group) -> None:
    cohort, (coach, ann, bob), held = group
    other = make_membership(session, cohort, role=Role.COACH)
    pair = make_at(session, cohort, soon(2), pair_membership_id=ann.id, led_by_id=coach.person_id)
    theirs = {one.public_id: events(client.get(address(session, one))) for one in (coach, ann, bob, other)}
    has = {key: uid_of(pair.public_id) in found for key, found in theirs.items()}
    assert has == {coach.public_id: True, ann.public_id: True, bob.public_id: False, other.public_id: False}
    assert {len(found) for found in theirs.values()} == {len(held), len(held) + 1}


def test_a_feed_goes_back_a_year(session: Session, client: FlaskClient, group: Group) -> None:
    cohort, (_coach, ann, _bob), held = group
    recent, old = make_at(session, cohort, soon(-360)), make_at(session, cohort, soon(-370))
    found = events(client.get(address(session, ann)))
    assert uid_of(recent.public_id) in found
    assert uid_of(old.public_id) not in found
    assert len(found) == len(held) + 1


def test_an_empty_feed_is_a_calendar(session: Session, client: FlaskClient) -> None:
    answer = client.get(address(session, make_membership(session)))
    assert (answer.status_code, Calendar.from_ical(answer.text).walk("VEVENT")) == (200, [])


def test_one_session_is_a_file(session: Session, client: FlaskClient, group: Group) -> None:
    _cohort, (_coach, ann, _bob), held = group
    cancel(session, held[0], now=utc_now())
    headers = {"Authorization": f"Bearer {make_token(session, ann.person)}"}
    for one, status in ((held[0], "CANCELLED"), (held[1], "CONFIRMED")):
        answer = client.get(f"/api/v1/sessions/{one.public_id}/calendar", headers=headers)
        words = answer.get_json()["calendar"]
        (event,) = Calendar.from_ical(words).walk("VEVENT")
        assert (event["UID"], event["STATUS"]) == (uid_of(one.public_id), status)
        assert vobject.readOne(words).vevent.dtstart.value == one.starts_at


def test_a_read_of_a_feed_takes_as_many_statements_however_many_sessions_there_are(
    session: Session, client: FlaskClient, count_queries: Counter
) -> None:
    counts = []
    for rule in ("FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;COUNT=60"):
        cohort, (_coach, ann, _bob) = make_group(session)
        make_series(session, cohort, rule=rule, local_start=soon(1))
        path = address(session, ann)
        session.commit()
        with count_queries() as statements:
            client.get(path)
        counts.append(len(statements))
    assert counts == [3, 3]
