"""Passwords: argon2 with its library's current parameters, and the one rule for a new one."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coaching.errors import Invalid

SHORTEST = 12
LONGEST = 256
_hasher = PasswordHasher()


@cache
def _decoy() -> str:
    """Verified where there is no account, so that a stranger learns nothing from the time it takes.

    Made when it is first needed: to hash takes long on purpose, and every process would start later for it.
    """
    return _hasher.hash("no account has this password")


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises Invalid where the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid.field("password", f"Choose a password of {SHORTEST} to {LONGEST} characters.")
    return _hasher.hash(password)


def is_password_right(password: str, stored: str | None) -> bool:
    """Whether the password fits; as slow where nothing is stored."""
    # Made in any case, or the first stranger would wait longer than the first member.
    decoy = _decoy()
    try:
        _hasher.verify(stored or decoy, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
