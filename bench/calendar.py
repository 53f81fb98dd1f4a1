"""Calendars: a feed beside what the icalendar library takes to serialise the same events and no more, an unchanged feed
beside a built one, and ten thousand histories of an event whose mails arrive in any order."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from flask import Flask
from icalendar import Calendar
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from bench.measure import Finding, Timing, ratio, take_turns
from bench.outbox_rows import database
from bench.stage import SECRET, Stage
from coaching.app import create_app
from coaching.clock import utc_now
from coaching.config import Settings
from coaching.database import read_options
from coaching.extensions import db
from coaching.services.feed_events import build_feed
from coaching.services.feeds import make_feed, open_feed
from tests.factories import actor_of, make_cohort, make_membership, make_session
from tests.histories import History

NEEDS_COHORTS = False
EVENTS, HISTORIES, ACTS = 200, 10_000, 12
FEED_SECRET = "only-for-the-bench-" + "f" * 24
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo")
AGENDA = "Goal: what would you like to leave with?\nReality: where are you now?\nOptions; will, and by when."


def run(stage: Stage) -> list[Finding]:
    findings = _feeds(stage)
    # No database has a part in the histories: once is enough.
    return [*findings, _histories(HISTORIES // stage.effort.one_in)] if stage.engine_name == "sqlite" else findings


def _feeds(stage: Stage) -> list[Finding]:
    with database(stage, "bench_feed") as engine:
        _fill(engine)
        url = engine.url.render_as_string(hide_password=False)
        app = create_app(Settings(environment="test", database_url=url, secret_key=SECRET, instance=stage.folder))
        ask = _asker(app)
        _status, headers, body = ask("")
        library = Calendar.from_ical(body.decode())
        if len(library.walk("VEVENT")) != EVENTS:
            raise RuntimeError(f"{len(library.walk('VEVENT'))} events instead of {EVENTS}")
        unchanged = ask(headers["ETag"])
        if not unchanged[0].startswith("304"):
            raise RuntimeError(f"The unchanged feed answered {unchanged[0]}.")
        timings = take_turns(
            {
                "library": library.to_ical,
                "build": _builder(engine),
                "whole": lambda: ask(""),
                "unchanged": lambda: ask(headers["ETag"]),
            },
            rounds=stage.effort.sweeps,
            calls=3,
            clock=stage.clock,
        )
        with app.app_context():
            db.engine.dispose()
    return _found(timings, stage.engine_name, len(body))


def _found(timings: dict[str, Timing], engine: str, size: int) -> list[Finding]:
    library, build = timings["library"], timings["build"]
    note = (
        f"{build.p50 * 1000:.1f} ms with its statement, {size / 1000:.0f} kB; the library {library.p50 * 1000:.1f} ms"
    )
    unit = "x the library's serialising"
    return [
        Finding(f"feed of {EVENTS} events, built", engine, ratio(build, library), unit, 1.3, note=note),
        Finding(f"feed of {EVENTS} events: whole WSGI call", engine, ratio(timings["whole"], library), unit, 1.3),
        Finding(
            "unchanged feed (304), whole WSGI call",
            engine,
            ratio(timings["unchanged"], timings["whole"]),
            "x building it",
            0.5,
            note=f"{timings['unchanged'].p50 * 1000:.1f} ms",
        ),
    ]


def _fill(engine: Engine) -> None:
    """Somebody with so many sessions, before and after this moment, in three zones, and a feed of them."""
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    with Session(engine) as session:
        cohort = make_cohort(session)
        member = make_membership(session, cohort)
        for number in range(EVENTS):
            starts_at = now + timedelta(days=2 * (number - EVENTS // 4), hours=number % 7)
            make_session(
                session,
                cohort,
                title=f"Circle {number}, with everybody",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=1),
                timezone=ZONES[number % len(ZONES)],
                location=f"Room {number % 9}; second floor",
                join_url=f"https://meet.example.org/{number:032}",
                agenda=AGENDA,
                preparation="Read chapter 2, and bring a question.",
            )
        make_feed(session, None, actor=actor_of(session, member.person), secret=FEED_SECRET, now=now)
        session.commit()


def _builder(engine: Engine) -> Callable[[], str]:
    """Building alone: the statement that reads the sessions, and their text."""
    connection = engine.connect().execution_options(**read_options(engine))
    session = Session(connection)
    feed = open_feed(session, FEED_SECRET)
    return lambda: build_feed(session, feed, now=utc_now())


def _asker(app: Flask) -> Callable[[str], tuple[str, dict[str, str], bytes]]:
    """A call of the whole application for the feed, with the tag that the calendar has, if any."""
    builder = EnvironBuilder(f"/feeds/{FEED_SECRET}.ics")
    base, answered = builder.get_environ(), list[Any]()
    builder.close()

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        answered[:] = [status, dict(headers)]
        return lambda _data: None

    def ask(tag: str) -> tuple[str, dict[str, str], bytes]:
        sent = {"HTTP_IF_NONE_MATCH": tag} if tag else {}
        answer = app.wsgi_app({**base, **sent, "wsgi.input": io.BytesIO()}, start_response)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        return answered[0], answered[1], body

    return ask


def _histories(number: int) -> Finding:
    """Moved, cancelled, renamed, joined and left at random: what the calendar shows in the end is what holds."""
    started, faults, mails = time.perf_counter(), 0, 0
    for seed in range(number):
        history = History(Random(f"bench {seed}"))
        mails += history.live(ACTS)
        found = history.faults()
        faults += len(found)
        if found and faults <= 10:
            print(f"history {seed}: {found}", file=sys.stderr)
    note = f"{mails:,} mails in any order, {time.perf_counter() - started:.0f} s"
    return Finding(f"{number:,} histories of an event: calendars that are wrong", "none", faults, "", 0, note=note)
