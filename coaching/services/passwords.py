"""Passwords: argon2 with its library's current parameters, and the one rule for a new one."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from coaching.errors import Invalid

SHORTEST = 12
LONGEST = 256
_hasher = PasswordHasher()
# Verified where there is no account, so that a stranger learns nothing from the time it takes.
_DECOY = _hasher.hash("no account has this password")


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises Invalid where the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid.field("password", f"Choose a password of {SHORTEST} to {LONGEST} characters.")
    return _hasher.hash(password)


def is_password_right(password: str, stored: str | None) -> bool:
    """Whether the password fits; as slow where nothing is stored."""
    try:
        _hasher.verify(stored or _DECOY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
