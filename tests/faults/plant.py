"""A whole scheduler whose clock the test turns, with a mail server at the other end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from coaching.jobs import JOBS, Workshop
from coaching.jobs.guard import Guard
from coaching.models import Message
from coaching.services.claims import WAITING
from coaching.services.lateness import HELD, Lag, read_lag
from tests.services.outbox_rows import Clock

TICKED = {name: job for name, job in JOBS.items() if name != "tidy"}
AT_LEAST = timedelta(minutes=1)
# The nearest moments at which the outbox has something to do.
_MOMENTS = (
    select(func.min(Message.due_at)).where(Message.state.in_(WAITING)),
    select(func.min(Message.lease_until)).where(Message.state.in_(HELD)),
)


@dataclass
class Plant:
    """Ticks all jobs in turn but the hourly one, and skips the time in which nothing would happen."""

    workshop: Workshop
    clock: Clock
    guard: Guard = field(default_factory=Guard)

    def tick(self) -> None:
        for name, job in TICKED.items():
            self.guard.run(name, lambda job=job: job.run(self.workshop))  # type: ignore[misc]

    def run_for(self, **span: float) -> None:
        end = self.clock.now + timedelta(**span)
        while self.clock.now < end:
            self.tick()
            self.clock.now = min(max(self._next_moment(end), self.clock.now + AT_LEAST), end)
        self.tick()

    def lag(self) -> Lag:
        """How late the latest are now: nought or nothing where no row is stuck."""
        with self.workshop.engine.connect() as connection:
            return read_lag(connection, now=self.clock.now)

    def _next_moment(self, end: datetime) -> datetime:
        with self.workshop.engine.connect() as connection:
            moments: list[datetime | None] = [connection.execute(each).scalar() for each in _MOMENTS]
        return min((moment for moment in moments if moment is not None), default=end)
