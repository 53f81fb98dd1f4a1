"""The keys of private notes: text is sealed by the first and opened by any, and none of them is in the database.

AES-256-GCM, with the row that a text belongs to as associated data: a text that was changed, or put into another row or
under another author, does not open. A key is known by a name that tells nothing of it, and the row names its key.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from coaching.config import BadSettings, Settings, read_notes_keys
from coaching.errors import Conflict
from coaching.models import PrivateNote
from coaching.tokens import new_key, new_nonce

KEY_FILE = "notes-key"
NO_KEY = "its key is missing"
ALTERED = "what is stored is not what was written"
CANNOT_WRITE = "Private notes cannot be kept, because no key is set up for them. Tell your administrator."
_FORMAT = b"\x01"
_NONCE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """What a private note says; where it cannot be read, `text` is None and `fault` says why."""

    text: str | None
    fault: str = ""


class Keyring:
    """The keys that this installation has. Where a key file may be made, it is at the first text that needs one."""

    def __init__(self, keys: tuple[bytes, ...], *, file: Path | None = None) -> None:
        self._keys = {_name_of(key): key for key in keys}
        self._file = file

    @property
    def names(self) -> frozenset[str]:
        """The names of the keys that can be read with."""
        self._look_for_file()
        return frozenset(self._keys)

    @property
    def first(self) -> str:
        """The name of the key that is written with. Raises Conflict where there is none."""
        self._look_for_file()
        if not self._keys and self._file is not None:
            _make_key_file(self._file)
            self._look_for_file()
        if not self._keys:
            raise Conflict(CANNOT_WRITE, code="no-notes-key")
        return next(iter(self._keys))

    def seal(self, note: PrivateNote, text: str) -> None:
        """Puts the text into the row, which has its identifier, its author and what it is about already."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  A start has no need of it.

        name, nonce = self.first, new_nonce(_NONCE_LENGTH)
        sealed = AESGCM(self._keys[name]).encrypt(nonce, text.encode(), _bound(note))
        note.key_name, note.sealed = name, _FORMAT + nonce + sealed

    def read(self, note: PrivateNote) -> Reading:
        """What the row says. Whatever is wrong with it is said in the answer: the other notes of a page are shown."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  A start has no need of it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        if note.key_name not in self.names:
            return Reading(None, NO_KEY)
        nonce, sealed = note.sealed[1 : 1 + _NONCE_LENGTH], note.sealed[1 + _NONCE_LENGTH :]
        if note.sealed[:1] != _FORMAT or len(nonce) != _NONCE_LENGTH:
            return Reading(None, ALTERED)
        try:
            return Reading(AESGCM(self._keys[note.key_name]).decrypt(nonce, sealed, _bound(note)).decode())
        except InvalidTag:
            return Reading(None, ALTERED)

    def _look_for_file(self) -> None:
        """Another process may have made the file since."""
        if not self._keys and self._file is not None and self._file.exists():
            try:
                keys = read_notes_keys(self._file.read_text())
            except (BadSettings, UnicodeDecodeError) as error:
                raise Conflict(f"{self._file} holds no key. Put the one back that was there.") from error
            self._keys = {_name_of(key): key for key in keys}


def open_keyring(settings: Settings) -> Keyring:
    """The keys that the settings name; in development, where they name none, those of a file in the instance folder."""
    file = settings.instance / KEY_FILE if settings.is_development and not settings.notes_key else None
    return Keyring(read_notes_keys(settings.notes_key), file=file)


def _name_of(key: bytes) -> str:
    return sha256(b"the name of a key of private notes\x1f" + key).hexdigest()[:16]


def _bound(note: PrivateNote) -> bytes:
    """All that makes the row this one. Rows of another place or author have other words here."""
    words = (note.public_id, note.author_id, note.cohort_id, note.membership_id, note.session_id)
    return "\x1f".join(map(str, words)).encode()


def _make_key_file(file: Path) -> None:
    """A new key that only this account reads. Of two processes that make one at once, the first one's stays."""
    number, new = mkstemp(dir=file.parent, prefix=f"{file.name}-")
    try:
        with os.fdopen(number, "w") as stream:
            stream.write(urlsafe_b64encode(new_key()).decode())
            stream.flush()
            os.fsync(number)
        os.link(new, file)
    except FileExistsError:
        pass
    finally:
        Path(new).unlink()
