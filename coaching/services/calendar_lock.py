"""The lock of a cohort's calendar, which whoever changes its sessions or its members takes before any other."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

# Any number that no other advisory lock of ours has: what follows it is the cohort's.
LOCK = 5545


def lock_calendar(connection: Connection, cohort_id: int) -> None:
    """Lets those who change a cohort's sessions or its members come one by one, so that nobody is left out who joins
    while a session is scheduled. SQLite has one writer anyway.

    It is the first lock of all: before any session, the coach and the cohort. Two who changed several sessions from
    either end of a series, or the coach before the session and the session before the coach, would wait for each other.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK, cohort_id)))
