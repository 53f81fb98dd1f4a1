"""The only reader of randomness: public identifiers, secrets, and the hashes that are stored of them."""

from __future__ import annotations

import hashlib
import secrets
from binascii import b2a_base64

# Lower-case Crockford base 32: nothing to confuse when read aloud, nothing a shell or a URL would quote.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 20
# Without what a projector makes alike: 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B, U and V.
_ROOM_ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"
ROOM_CODE_LENGTH = 8
_SECRET_BYTES = 32
# As `urlsafe_b64encode` has it.
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# A byte's lowest five bits choose the letter.
_LETTERS = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))


def new_public_id() -> str:
    """An identifier of 100 random bits in 20 characters: it cannot be enumerated."""
    return secrets.token_bytes(PUBLIC_ID_LENGTH).translate(_LETTERS).decode()


def new_public_ids(count: int) -> list[str]:
    """As many identifiers, for which the system is asked for randomness once."""
    letters = secrets.token_bytes(PUBLIC_ID_LENGTH * count).translate(_LETTERS).decode()
    return [letters[start : start + PUBLIC_ID_LENGTH] for start in range(0, len(letters), PUBLIC_ID_LENGTH)]


def is_public_id(text: str) -> bool:
    """Whether this could be one. Nothing else is looked for: PostgreSQL refuses a text with a zero byte."""
    return len(text) == PUBLIC_ID_LENGTH and set(text) <= set(_ALPHABET)


def new_secret() -> str:
    """A 256-bit secret, safe in a URL: for links, sign-in sessions, API tokens and claims."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_secrets(count: int) -> list[str]:
    """As many secrets, for which the system is asked for randomness once."""
    drawn = secrets.token_bytes(_SECRET_BYTES * count)
    return [_spelt(drawn[start : start + _SECRET_BYTES]) for start in range(0, len(drawn), _SECRET_BYTES)]


def derive_secret(secret: str, name: str) -> str:
    """A secret of its own for each thing of this name that a message has a link to; it stands wherever the message's
    own secret is known, and cannot be told without it.

    BLAKE2b has a key of its own, which makes it as good as an HMAC in a fifth of the time: every mail has two of them.
    """
    return _spelt(hashlib.blake2b(name.encode(), key=secret.encode(), digest_size=_SECRET_BYTES).digest())


def link_token(public_id: str, secret: str) -> str:
    """What stands in a link that names a row, which is found by its public identifier and opened by the secret."""
    return f"{public_id}.{secret}"


def read_link_token(token: str) -> tuple[str, str] | None:
    """The public identifier and the secret of such a link; None where it cannot be one."""
    public_id, _, secret = token.partition(".")
    return (public_id, secret) if secret and is_public_id(public_id) else None


def hash_secret(secret: str) -> str:
    """SHA-256 in hex, all that the database keeps of a secret.

    A plain hash is enough because every secret here has 256 random bits; passwords go through argon2.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _spelt(secret: bytes) -> str:
    """As it stands in a URL, without padding. A batch has hundreds, and the library's own way takes twice as long."""
    return b2a_base64(secret, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


def new_key() -> bytes:
    """A key of 256 random bits, for sealing texts."""
    return secrets.token_bytes(32)


def new_nonce(length: int) -> bytes:
    """Random bytes that make each sealing another, under the same key as well."""
    return secrets.token_bytes(length)


def new_chance() -> float:
    """A number from 0 up to 1, for waits that are not all to end at once."""
    return secrets.randbits(53) / (1 << 53)


def new_room_code() -> str:
    """Eight letters and digits to be read off a wall and typed on a phone: one of 10^11, with no look-alikes."""
    return "".join(secrets.choice(_ROOM_ALPHABET) for _ in range(ROOM_CODE_LENGTH))


def read_room_code(typed: str) -> str:
    """The code that somebody typed, in whatever case and with whatever between its letters. It may be none."""
    return "".join(letter for letter in typed.upper() if letter in _ROOM_ALPHABET)[: ROOM_CODE_LENGTH + 1]
