"""The settings, read from the environment and checked once at the start."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "development-only-secret-never-use-it-where-people-are"  # noqa: S105
MAKE_A_SECRET = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105
SECRET_LENGTH = 32
MAKE_A_NOTES_KEY = (
    "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))' and keep a copy of it apart from the "
    "database and its backups: without it private notes cannot be read any more."
)
NOTES_KEY_BYTES = 32
_HOST_NAME = re.compile(r"[0-9a-z]([0-9a-z.-]{0,252}[0-9a-z])?")
MOST_CONNECTIONS = 16
HIGHEST_RATE = 1_000_000


KNOWN = tuple(
    f"COACHING_{name}"
    for name in (
        "ENVIRONMENT",
        "DATABASE_URL",
        "SECRET_KEY",
        "BASE_URL",
        "MAIL_URL",
        "MAIL_FROM",
        "INSTANCE",
        "UPLOADS",
        "LATE_AFTER",
        "CHAT_HOSTS",
        "RESEND_UNKNOWN",
        "MAIL_CONNECTIONS",
        "MAIL_RATE",
        "TRUSTED_PROXIES",
        "NOTES_KEY",
    )
)


class BadSettings(Exception):
    """The settings cannot be used. The text says which one, and what to do."""


@dataclass(frozen=True)
class Settings:
    """All that the product is told from outside.

    `environment` is `development` (the default on a checkout), `production` or `test`. `mail_url` is `smtp://`,
    `smtp+starttls://` or `smtps://` with host, port and credentials, or `file:` and a folder, the mail drop.
    `resend_unknown` tells whether a message whose fate cannot be decided is sent once more by itself, which is right
    only where the receiving server drops a second copy of the same Message-ID. `late_after` is how long something may
    be due before that is an alarm. `mail_connections` is how many connections to the mail server each scheduler keeps,
    `mail_rate` how many mails a minute all of them together hand over at most; nought is no limit. `chat_hosts` are the
    hosts of chat servers that may lie within one's own network; in development they may be spoken to without TLS, too.
    `notes_key` holds the keys of coach-private notes with commas between: the first writes, all read. In development it
    may be empty, and a file in the instance folder has the key. `uploads` is the folder of files that people bring,
    which several machines share.
    """

    environment: str = "development"
    database_url: str = ""
    secret_key: str = DEVELOPMENT_SECRET
    base_url: str = "http://127.0.0.1:8000"
    mail_url: str = ""
    mail_from: str = "Coaching <coaching@localhost.localdomain>"
    instance: Path = field(default_factory=lambda: ROOT / "instance")
    uploads: Path = Path()
    resend_unknown: bool = False
    late_after: timedelta = timedelta(minutes=10)
    chat_hosts: frozenset[str] = frozenset()
    trusted_proxies: int = 0
    mail_connections: int = 2
    mail_rate: int = 0
    notes_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.instance / 'coaching.db'}")
        if self.uploads == Path():
            object.__setattr__(self, "uploads", self.instance / "uploads")
        if not self.mail_url:
            object.__setattr__(self, "mail_url", f"file:{self.instance / 'mail'}")
        _check(self)

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    @property
    def is_secure(self) -> bool:
        """Whether the pages are served over TLS, so that cookies may be Secure."""
        return self.base_url.startswith("https://")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `COACHING_*` variables. Raises BadSettings with what to do about it."""
    environ = os.environ if environ is None else environ
    _refuse_unknown(environ)
    environment = environ.get("COACHING_ENVIRONMENT", "development")
    secret = environ.get("COACHING_SECRET_KEY")
    if secret is None and environment != "development":
        raise BadSettings(f"COACHING_SECRET_KEY is not set. {MAKE_A_SECRET}")
    notes_key = environ.get("COACHING_NOTES_KEY", "")
    if not notes_key.strip() and environment != "development":
        raise BadSettings(f"COACHING_NOTES_KEY is not set. {MAKE_A_NOTES_KEY}")
    uploads = environ.get("COACHING_UPLOADS", "").strip()
    base_url = environ.get("COACHING_BASE_URL") or f"http://127.0.0.1:{environ.get('PORT') or '8000'}"
    return Settings(
        environment=environment,
        database_url=_driver_named(environ.get("COACHING_DATABASE_URL", "")),
        secret_key=secret or DEVELOPMENT_SECRET,
        base_url=base_url.rstrip("/"),
        mail_url=environ.get("COACHING_MAIL_URL", ""),
        mail_from=environ.get("COACHING_MAIL_FROM", Settings.mail_from),
        instance=Path(environ.get("COACHING_INSTANCE") or ROOT / "instance").resolve(),
        uploads=Path(uploads).resolve() if uploads else Path(),
        resend_unknown=_yes(environ, "COACHING_RESEND_UNKNOWN"),
        late_after=_minutes(environ, "COACHING_LATE_AFTER", 10),
        chat_hosts=_hosts(environ, "COACHING_CHAT_HOSTS"),
        trusted_proxies=_count(environ, "COACHING_TRUSTED_PROXIES"),
        mail_connections=_number(environ, "COACHING_MAIL_CONNECTIONS", Settings.mail_connections),
        mail_rate=_number(environ, "COACHING_MAIL_RATE", Settings.mail_rate),
        notes_key=notes_key,
    )


def read_notes_keys(text: str) -> tuple[bytes, ...]:
    """The keys of private notes, in the order in which they are written. Raises BadSettings for what is none."""
    return tuple(_notes_key(word) for word in text.replace(",", " ").split())


def _notes_key(word: str) -> bytes:
    """32 bytes in URL-safe base 64, with or without its padding. What is wrong is said without showing it."""
    try:
        key = b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except ValueError:
        key = b""
    if len(key) != NOTES_KEY_BYTES or len(set(key)) < 10:
        raise BadSettings(f"COACHING_NOTES_KEY holds something that is no key of 32 random bytes. {MAKE_A_NOTES_KEY}")
    return key


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    """A slip in a name would otherwise leave the default in force, and people's data in another database."""
    for name in sorted(environ):
        if name.startswith("COACHING_") and not name.startswith("COACHING_TEST_") and name not in KNOWN:
            likely = get_close_matches(name, KNOWN, n=1)
            hint = f"Did you mean {likely[0]}?" if likely else f"There are {', '.join(KNOWN)}."
            raise BadSettings(f"{name} is not a setting. {hint}")


def _yes(environ: Mapping[str, str], name: str) -> bool:
    word = environ.get(name, "no").strip().lower()
    if word not in {"yes", "no", "true", "false", "1", "0"}:
        raise BadSettings(f"{name} is {word!r}. Write yes or no.")
    return word in {"yes", "true", "1"}


def _count(environ: Mapping[str, str], name: str) -> int:
    word = environ.get(name, "0").strip()
    if not word.isdigit() or int(word) > 5:
        raise BadSettings(f"{name} is {word!r}. Write how many proxies stand in front, from 0 to 5.")
    return int(word)


def _hosts(environ: Mapping[str, str], name: str) -> frozenset[str]:
    hosts = environ.get(name, "").lower().replace(",", " ").split()
    wrong = next((host for host in hosts if not _HOST_NAME.fullmatch(host)), None)
    if wrong is not None:
        raise BadSettings(f"{name} has {wrong!r} in it. Write names of hosts, such as chat.example.org, and commas.")
    return frozenset(hosts)


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    """A whole number; what is not set, or empty, is the default."""
    word = environ.get(name, "").strip()
    if word and not (word.isascii() and word.isdigit()):
        raise BadSettings(f"{name} is {word!r}. Write a whole number.")
    return int(word) if word else default


def _minutes(environ: Mapping[str, str], name: str, standard: int) -> timedelta:
    word = environ.get(name, str(standard)).strip()
    if not (word.isascii() and word.isdigit()) or not 1 <= int(word[:5]) <= 1440:
        raise BadSettings(f"{name} is {word!r}. Write a number of minutes, from 1 to 1440.")
    return timedelta(minutes=int(word))


def _driver_named(url: str) -> str:
    """The URL with the driver that we use, so that `postgresql://` works as people write it."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _check(settings: Settings) -> None:
    if settings.environment not in {"development", "production", "test"}:
        raise BadSettings(f"COACHING_ENVIRONMENT is {settings.environment!r}. Write development or production.")
    _check_secret(settings)
    read_notes_keys(settings.notes_key)
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("COACHING_DATABASE_URL must start with sqlite:/// or postgresql://.")
    _parts("COACHING_DATABASE_URL", settings.database_url)
    if settings.database_url.startswith("postgresql") and find_spec("psycopg") is None:
        raise BadSettings("PostgreSQL needs its driver. Install it: pip install 'coaching[postgres]'")
    base = _parts("COACHING_BASE_URL", settings.base_url)
    if base.scheme not in {"http", "https"} or not base.hostname or base.path or base.query or base.fragment:
        raise BadSettings(
            "COACHING_BASE_URL must be where people reach the pages, a host of their own without a path, such as "
            "https://coaching.example.org."
        )
    _check_pace(settings)
    mail = _parts("COACHING_MAIL_URL", settings.mail_url)
    if mail.scheme == "file":
        return
    if mail.scheme not in {"smtp", "smtp+starttls", "smtps"} or not mail.hostname:
        raise BadSettings(
            "COACHING_MAIL_URL must be smtp://host:port, smtp+starttls://user:password@host:587, smtps://host:465, "
            "or file: and a folder for a mail drop."
        )


def _check_pace(settings: Settings) -> None:
    if not 1 <= settings.mail_connections <= MOST_CONNECTIONS:
        raise BadSettings(f"COACHING_MAIL_CONNECTIONS must be from 1 to {MOST_CONNECTIONS}.")
    if not 0 <= settings.mail_rate <= HIGHEST_RATE:
        raise BadSettings(
            f"COACHING_MAIL_RATE is mails a minute, from 1 to {HIGHEST_RATE}; leave it empty for no limit."
        )


def _parts(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadSettings(f"{name} cannot be read as a URL: {error}.") from error
    return parts


def _check_secret(settings: Settings) -> None:
    if settings.is_development:
        return
    secret = settings.secret_key
    if secret == DEVELOPMENT_SECRET:
        raise BadSettings(f"COACHING_SECRET_KEY is the one for development. {MAKE_A_SECRET}")
    if len(secret) < SECRET_LENGTH or len(set(secret)) < 10:
        raise BadSettings(
            f"COACHING_SECRET_KEY is too weak: it needs {SECRET_LENGTH} characters or more, not a repetition. "
            f"{MAKE_A_SECRET}"
        )
