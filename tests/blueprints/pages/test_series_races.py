"""Two who change sessions of one series at the same moment: they come one by one, and neither is shut out by the other.

Each test holds both of them where each has taken its first lock, if both can get that far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread, get_ident
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Membership, Role, SessionState
from coaching.services.calendar_text import to_moment
from tests.blueprints.api.caller import make_token
from tests.blueprints.pages.browsing import Browse
from tests.factories import make_membership
from tests.services.calendar_rows import START, make_group, make_series

A_WHILE = 0.3
Answers = list[Any]


@pytest.fixture
def held_up() -> Iterator[None]:
    """Who has locked a row waits for the other, but not for long: with the locks in order the other cannot come."""
    meeting, seen = Barrier(2), set[int]()

    def wait(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FOR UPDATE" not in statement and "FOR NO KEY UPDATE" not in statement:
            return
        if get_ident() in seen:
            return
        seen.add(get_ident())
        with suppress(BrokenBarrierError):
            meeting.wait(A_WHILE)

    event.listen(Engine, "after_cursor_execute", wait)
    yield
    event.remove(Engine, "after_cursor_execute", wait)


@pytest.fixture
def series(session: Session) -> list[CoachingSession]:
    """Six weeks, far ahead, because requests look at the real clock; two coaches."""
    cohort, (coach, *_people) = make_group(session)
    make_membership(session, cohort, role=Role.COACH)
    start = START.replace(year=2036)
    _series, held = make_series(
        session, cohort, rule="FREQ=WEEKLY;COUNT=6", local_start=start, led_by_id=coach.person_id
    )
    return held


def coaches(session: Session, held: list[CoachingSession]) -> list[Membership]:
    statement = select(Membership).where(Membership.cohort_id == held[0].cohort_id, Membership.role == Role.COACH)
    return list(session.scalars(statement.order_by(Membership.id)))


def at_once(session: Session, *acts: Callable[[], Any]) -> Answers:
    """What each of the acts answered, by itself in a thread."""
    session.commit()
    answers: Answers = []
    threads = [Thread(target=lambda act=act: answers.append(act())) for act in acts]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.mark.usefixtures("held_up")
def test_two_pages_cancel_all_from_either_end(
    session: Session, app: Flask, series: list[CoachingSession], browse: Browse
) -> None:
    """Each form holds the session that it was opened at, and then wants them all."""
    browsers = [browse(coach.person) for coach in coaches(session, series)]
    paths = [f"/sessions/{series[place].public_id}/cancellation" for place in (0, 5)]
    acts = [
        lambda browser=browser, path=path: browser.post(path, {"version": "1", "scope": "all"})
        for browser, path in zip(browsers, paths, strict=True)
    ]
    answers = at_once(session, *acts)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    session.expire_all()
    assert {one.state for one in series} == {SessionState.CANCELLED}


@pytest.mark.usefixtures("held_up")
def test_one_session_moves_while_all_that_follow_do(
    session: Session, app: Flask, series: list[CoachingSession]
) -> None:
    """The one has its coach and wants the session; the others have the session and want the coach."""
    cohort_coaches = coaches(session, series)
    tokens = [make_token(session, coach.person) for coach in cohort_coaches]

    def patch(place: int, token: str, **body: Any) -> Callable[[], Any]:
        path, headers = f"/api/v1/sessions/{series[place].public_id}", {"Authorization": f"Bearer {token}"}
        etag = app.test_client().get(path, headers=headers).headers["ETag"]
        return lambda: app.test_client().patch(path, json=body, headers=headers | {"If-Match": etag})

    session.commit()
    alone = series[3].local_start.replace(hour=15).isoformat()
    together = series[1].local_start.replace(hour=17).isoformat()
    answers = at_once(
        session,
        patch(3, tokens[0], local_start=alone),
        patch(1, tokens[1], local_start=together, scope="following"),
    )
    # Whoever comes second with the session that the first changed is told so; nobody is told to come back later.
    assert {answer.status_code for answer in answers} <= {200, 412, 409}
    assert 200 in {answer.status_code for answer in answers}
    session.expire_all()
    for one in series:
        assert one.starts_at == to_moment(one.local_start, one.timezone)


@pytest.mark.usefixtures("held_up")
def test_a_session_is_scheduled_while_a_series_moves(
    session: Session, app: Flask, series: list[CoachingSession]
) -> None:
    """The one has the coach and wants the calendar; the other has the calendar and wants the coach."""
    tokens = [{"Authorization": f"Bearer {make_token(session, coach.person)}"} for coach in coaches(session, series)]
    leader = coaches(session, series)[0].public_id
    path, cohort = f"/api/v1/sessions/{series[1].public_id}", series[0].cohort.public_id
    fields = {"title": "Extra", "timezone": "Europe/London", "duration_minutes": 30, "led_by": leader}
    session.commit()
    etag = app.test_client().get(path, headers=tokens[1]).headers["ETag"]

    def plan() -> Any:
        body = fields | {"local_start": series_start.replace(hour=8).isoformat()}
        return app.test_client().post(f"/api/v1/cohorts/{cohort}/sessions", json=body, headers=tokens[0])

    def move() -> Any:
        body = {"scope": "following", "local_start": series_start.replace(hour=17).isoformat()}
        return app.test_client().patch(path, json=body, headers=tokens[1] | {"If-Match": etag})

    series_start = series[1].local_start
    answers = at_once(session, plan, move)
    assert sorted(answer.status_code for answer in answers) == [200, 201]


@pytest.mark.usefixtures("held_up")
def test_of_two_who_change_all_from_the_same_version_one_is_told(
    session: Session, app: Flask, series: list[CoachingSession]
) -> None:
    tokens = [make_token(session, coach.person) for coach in coaches(session, series)]
    session.commit()
    path = f"/api/v1/sessions/{series[2].public_id}"

    def patch(token: str, title: str) -> Callable[[], Any]:
        headers = {"Authorization": f"Bearer {token}"}
        etag = app.test_client().get(path, headers=headers).headers["ETag"]
        body = {"title": title, "scope": "all"}
        return lambda: app.test_client().patch(path, json=body, headers=headers | {"If-Match": etag})

    answers = at_once(session, *(patch(token, title) for token, title in zip(tokens, ("Rain", "Sun"), strict=True)))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])
    session.expire_all()
    (kept,) = {one.title for one in series}
    assert kept == next(answer.get_json()["title"] for answer in answers if answer.status_code == 200)
