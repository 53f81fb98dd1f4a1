"""The timetable: only ticks, in memory, in UTC; and a process that runs it, from its start to SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.config import Settings
from coaching.jobs import JOBS, Pace, build_scheduler, set_right, start_scheduler
from coaching.models import Cohort, SchedulerHeartbeat
from coaching.services.delivery import SendingRules
from tests.faults.process import make_pace, start_process
from tests.mail_server import MailServer
from tests.services.check_in_rows import make_planned_cohort, make_wakeful_member
from tests.services.outbox_rows import make_message, states

QUICK = Pace(post_check_ins=0.05, send_messages=0.05, sweep_leases=0.2, heartbeat=0.2)


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url=database_url, mail_url=f"file:{tmp_path / 'mail'}")


def make_cohort_of_today(session: Session) -> Cohort:
    """Its first step fell due two days ago by the real clock, which a running timetable goes by."""
    return make_planned_cohort(session, ends_on=(utc_now() - timedelta(days=16)).date())


def wait_until(is_so: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not come about in time."
        time.sleep(0.02)


def test_every_job_is_a_tick_at_a_fixed_interval_in_memory_and_in_utc(settings: Settings, engine: Engine) -> None:
    scheduler = build_scheduler(settings, engine, name="here:1")
    scheduler.start(paused=True)
    try:
        jobs = scheduler.get_jobs()
        assert {job.id for job in jobs} == set(JOBS)
        for job in jobs:
            assert isinstance(job.trigger, IntervalTrigger)
            assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
            assert job.next_run_time.utcoffset() == timedelta(0)
        assert scheduler.timezone == UTC
        assert isinstance(scheduler._jobstores["default"], MemoryJobStore)
    finally:
        scheduler.shutdown(wait=False)


def test_from_its_moment_to_the_mail_server_a_check_in_takes_ten_seconds_at_most() -> None:
    pace = Pace()
    assert pace.post_check_ins + pace.send_messages <= 10 / 2


def test_a_clock_that_was_set_back_does_not_stop_the_timetable(settings: Settings, engine: Engine) -> None:
    scheduler = build_scheduler(settings, engine, name="here:1")
    scheduler.start(paused=True)
    try:
        now, ahead = utc_now(), utc_now() + timedelta(days=1)
        for job in scheduler.get_jobs():
            job.modify(next_run_time=ahead)
        set_right(scheduler, now)
        assert {job.next_run_time for job in scheduler.get_jobs()} == {now}
        soon = now + timedelta(seconds=1)
        for job in scheduler.get_jobs():
            job.modify(next_run_time=soon)
        set_right(scheduler, now)
        assert {job.next_run_time for job in scheduler.get_jobs()} == {soon}
    finally:
        scheduler.shutdown(wait=False)


def test_a_job_that_fails_is_logged_without_its_words_and_ticks_on(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticks: list[int] = []
    again, words = Event(), " ".join(["something", "private"])

    def fail(_workshop: Any) -> None:
        ticks.append(1)
        if len(ticks) > 1:
            again.set()
        raise ValueError(words)

    monkeypatch.setattr(JOBS["tidy"], "run", fail)
    scheduler = build_scheduler(settings, engine, name="here:1", pace=Pace(tidy=0.05))
    with caplog.at_level(logging.DEBUG):
        scheduler.start()
        assert again.wait(10)
        scheduler.shutdown(wait=True)
    assert "The job tidy failed: ValueError." in caplog.text
    assert words not in caplog.text


def heartbeats(session: Session) -> list[str]:
    names = list(session.scalars(select(SchedulerHeartbeat.name)))
    # A look that stayed open would keep SQLite's lock from the timetable.
    session.commit()
    return names


def test_a_running_timetable_posts_sends_and_says_that_it_lives(
    settings: Settings, session: Session, tmp_path: Path
) -> None:
    make_wakeful_member(session, make_cohort_of_today(session))
    session.commit()
    stop = start_scheduler(settings, pace=QUICK, name="here:1")
    try:
        wait_until(lambda: len(list((tmp_path / "mail").glob("*.eml"))) == 1)
        wait_until(lambda: bool(states(session)["sent"]))
        wait_until(lambda: heartbeats(session) == ["here:1"])
    finally:
        stop()
    assert session.scalars(select(SchedulerHeartbeat)).all() == []


def test_two_schedulers_on_one_database_send_each_message_once(
    session: Session, make_settings: Callable[..., Settings], database_url: str
) -> None:
    with MailServer(delay=0.005) as server:
        settings = make_settings(database_url=database_url, mail_url=server.url)
        cohort = make_cohort_of_today(session)
        for _ in range(30):
            make_wakeful_member(session, cohort)
        session.commit()
        stops = [start_scheduler(settings, pace=QUICK, name=name) for name in ("one", "two")]
        try:
            wait_until(lambda: states(session)["sent"] == 30, 30)
        finally:
            for stop in stops:
                stop()
        assert len(server.received) == len({mail.message_id for mail in server.received}) == 30


def test_a_server_that_comes_back_gets_what_waited(
    session: Session, make_settings: Callable[..., Settings], database_url: str
) -> None:
    quick = Pace(
        send_messages=0.05, rules=SendingRules(first_pause=timedelta(seconds=0.1), longest_pause=timedelta(seconds=0.2))
    )
    with MailServer() as server:
        server.stop()
        message = make_message(session)
        session.commit()
        stop = start_scheduler(make_settings(database_url=database_url, mail_url=server.url), pace=quick, name="one")
        try:
            time.sleep(0.5)
            server.start_again()
            assert len(server.wait_for(1)) == 1
            wait_until(lambda: states(session)["sent"] == 1)
        finally:
            stop()
        session.refresh(message)
        assert message.attempts == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_asked_to_end_finishes_its_message_within_seconds(
    session: Session, make_settings: Callable[..., Settings], database_url: str, number: signal.Signals
) -> None:
    with MailServer(delay=0.3) as server:
        for _ in range(50):
            make_message(session)
        session.commit()
        settings = make_settings(database_url=database_url, mail_url=server.url)
        process = start_process(settings, make_pace())
        server.wait_for(2, 30)
        asked = time.monotonic()
        assert process.pid is not None
        os.kill(process.pid, number)
        process.join(15)
        assert process.exitcode == 0
        assert time.monotonic() - asked < 5
        found = states(session)
        assert found["sent"] == len(server.received)
        assert found["due"] == 50 - found["sent"]
        assert session.scalars(select(SchedulerHeartbeat)).all() == []


def test_the_command_runs_a_scheduler_until_it_is_asked_to_end(session: Session, database_url: str) -> None:
    make_message(session)
    session.commit()
    with MailServer() as server:
        variables = {
            "COACHING_ENVIRONMENT": "test",
            "COACHING_SECRET_KEY": "a-secret-that-only-tests-use-0123456789",
            "COACHING_NOTES_KEY": "a-key-of-notes-only-tests-use-0123456789Abc",
            "COACHING_DATABASE_URL": database_url,
            "COACHING_MAIL_URL": server.url,
        }
        command = [sys.executable, "-c", "from coaching.cli import main; main()", "scheduler"]
        process = subprocess.Popen(command, env=os.environ | variables, stderr=subprocess.PIPE, text=True)
        try:
            assert len(server.wait_for(1, 60)) == 1
        finally:
            process.terminate()
            _, log = process.communicate(timeout=30)
        assert process.returncode == 0
        assert log.endswith(" INFO Stopped.\n")
