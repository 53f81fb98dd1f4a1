"""What every job works with, made once a process: the database, the channels, the clock, and the word to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from coaching.channels import open_further
from coaching.channels.base import ChannelNeeds, InboxEntry
from coaching.channels.registry import Found, find_channels
from coaching.clock import utc_now
from coaching.config import Settings
from coaching.database import read_options
from coaching.services.delivery import PostOffice, SendingRules
from coaching.services.inbox import put_in_inbox
from coaching.services.mail_rate import MailRate
from coaching.tokens import new_chance, new_secret

# SQLite has one writer, and who waits for it asks every millisecond. Short batches with a breath between two let
# everybody else in after one batch.
SQLITE_BATCH = 125
BREATH = 0.004
POSTGRESQL_BATCH = 500


@dataclass(frozen=True)
class Pace:
    """The seconds between two ticks of each job, and the rules of sending. Tests use shorter ones.

    A check-in whose moment has come is posted within one tick and handed to the mail server within the next.
    """

    post_check_ins: float = 2
    remind: float = 5
    send_messages: float = 2
    sweep_leases: float = 15
    read_imports: float = 2
    expire_check_ins: float = 60
    heartbeat: float = 10
    watch: float = 10
    tidy: float = 3600
    sweep_uploads: float = 3600
    rules: SendingRules = field(default_factory=SendingRules)
    # After how long a message of unknown fate is sent again, where the settings say that it is.
    resend_after: timedelta = timedelta(minutes=1)
    post_batch: int | None = None


@dataclass
class Workshop:
    """One scheduler process at work."""

    settings: Settings
    engine: Engine
    name: str
    pace: Pace
    stop: Event
    clock: Callable[[], datetime] = utc_now
    sessions: sessionmaker[Session] = field(init=False)
    found: Found = field(init=False)
    office: PostOffice = field(init=False)
    started_at: datetime = field(init=False)
    # What the last look at lateness found, so that the log says a change and not a state.
    is_late: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.started_at = self.clock()
        self.sessions = sessionmaker(self.engine)
        self.found = find_channels(ChannelNeeds(self.settings, self._put_in_inbox))
        self.office = PostOffice(
            session_factory=self.sessions,
            channels=self.found.channels,
            base_url=self.settings.base_url,
            clock=self.clock,
            new_token=new_secret,
            chance=new_chance,
            rules=self.pace.rules,
            should_stop=self.stop.is_set,
            rate=self._mail_rate(),
            further=open_further(self.settings.mail_url, self.settings.mail_from, self.settings.mail_connections),
        )

    def _mail_rate(self) -> MailRate | None:
        """The cap on mail for its host; a mail drop is one place of its own."""
        cap, host = self.settings.mail_rate, urlsplit(self.settings.mail_url).hostname
        return MailRate(host or "mail drop", cap) if cap else None

    @property
    def batch(self) -> int:
        """How many check-ins are posted in one transaction."""
        if self.pace.post_batch is not None:
            return self.pace.post_batch
        return SQLITE_BATCH if self.engine.dialect.name == "sqlite" else POSTGRESQL_BATCH

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that takes no write lock."""
        with self.engine.connect() as connection:
            yield connection.execution_options(**read_options(self.engine))

    @contextmanager
    def batch_of_writes(self) -> Iterator[Session]:
        """One transaction of several in a row. On SQLite others get to write after it, before the next can begin."""
        with self.sessions.begin() as session:
            yield session
        if self.engine.dialect.name == "sqlite":
            self.stop.wait(BREATH)

    def _put_in_inbox(self, entry: InboxEntry) -> bool:
        """A transaction of its own: none is open while a channel is at work."""
        with self.sessions.begin() as session:
            return put_in_inbox(session, entry, now=self.clock())

    def close(self) -> None:
        self.office.close()
