"""The folder of uploads: files under names that nobody chose, each whole before a row names it.

The order is what keeps rows and files together. A file is streamed to a temporary name, synced, renamed, and only then
may a row name it, so that a kill in between leaves a file without a row and never a row without its file. It goes the
other way round: the row lets go of it, that is committed, and then the file is removed. `coaching.jobs.sweep_uploads`
removes what either order leaves lying.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy import event
from sqlalchemy.orm import Session

from coaching.config import BadSettings
from coaching.errors import Conflict, Invalid

FIELD = "file"
AT_ONCE = 256 * 1024
KEPT_FOR = timedelta(days=1)
FULL = "There is no room left to keep this file, so nothing was changed. Tell your administrator that the disk is full."
NO_ROOM = "no-room"
_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})
_TEMPORARY = ".part"
# What `coaching.tokens` makes: it begins with no dot and has none in it, nor anything that leads to another folder.
_NAME = re.compile(r"[0-9A-Za-z_-]{16,64}")
_LET_GO = "uploads_let_go"


class Stream(Protocol):
    """Whatever can be read piece by piece."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class KeptFile:
    """A file as it lies in the folder, for a row to name."""

    stored_name: str
    size: int
    sha256: str


def prepare_folder(folder: Path) -> None:
    """Makes the folder, for its owner alone. Raises BadSettings where it cannot hold what people bring."""
    advice = "Name another in COACHING_UPLOADS, or give this one to the user that the software runs as."
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        raise BadSettings(f"{folder} cannot be the folder of uploads: {error.strerror}. {advice}") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise BadSettings(f"{folder}, the folder of uploads, cannot be read and written. {advice}")
    if mode & 0o007:
        raise BadSettings(f"{folder}, the folder of uploads, is open to everybody on this machine: chmod o= {folder}")


def keep_upload(stream: Stream, *, limit: int, folder: Path, token: str) -> KeptFile:
    """Keeps what the stream holds, under the token as its name. Nothing is left of a file that is refused.

    Raises Invalid (`too-large`) on the field `file` past `limit` bytes, and Conflict (`no-room`) on a full disk.
    """
    temporary, final = _path(folder, token + _TEMPORARY), _path(folder, token)
    try:
        with _new_file(temporary) as file:
            try:
                kept = _copy(stream, file, token, limit)
                os.fsync(file.fileno())
                temporary.rename(final)
                _sync_folder(folder)
            except BaseException:
                temporary.unlink(missing_ok=True)
                final.unlink(missing_ok=True)
                raise
    except OSError as error:
        if is_full_disk(error):
            raise Conflict(FULL, code=NO_ROOM) from error
        raise
    return kept


def open_upload(folder: Path, stored_name: str) -> BinaryIO:
    """The file, to be read. Raises FileNotFoundError where it does not lie there: the folder was not restored, say."""
    return _path(folder, stored_name).open("rb")


def discard_upload(folder: Path, stored_name: str) -> None:
    """Removes a file that no row names, or has named: one that was refused after it was kept."""
    _path(folder, stored_name).unlink(missing_ok=True)


def remove_upload(session: Session, folder: Path, stored_name: str) -> None:
    """Removes a file that a row has just let go of, once that is committed; never, where it is undone.

    Where the process ends in between, the sweep finds a file that no row names.
    """
    session.info.setdefault(_LET_GO, []).append((folder, stored_name))


def find_leftovers(folder: Path, *, now: datetime) -> list[str]:
    """The names in the folder that are older than a day. Whichever of them no row names by then, none will name."""
    limit = (now - KEPT_FOR).timestamp()
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if _is_ours(entry.name) and _is_before(entry, limit))


def is_temporary(name: str) -> bool:
    """Whether a file was left by somebody who never came to its end: no row names such a one."""
    return name.endswith(_TEMPORARY)


def is_full_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _FULL_DISK


def _copy(stream: Stream, file: BinaryIO, token: str, limit: int) -> KeptFile:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(stream):
        size += len(piece)
        if size > limit:
            text = f"This file is over {_megabytes(limit)}. Choose a smaller one."
            raise Invalid(text, {FIELD: [text]}, code="too-large")
        digest.update(piece)
        rest = memoryview(piece)
        while rest:
            # Without a buffer between, a write may take a part of what it is given.
            rest = rest[file.write(rest) :]
    return KeptFile(token, size, digest.hexdigest())


def _pieces(stream: Stream) -> Iterator[bytes]:
    while piece := stream.read(AT_ONCE):
        yield piece


def _megabytes(limit: int) -> str:
    return f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit:,} bytes"


def _new_file(path: Path) -> BinaryIO:
    """A file that is there for its owner alone. Raises FileExistsError where somebody else has one of this name."""
    return open(path, "xb", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))


def _sync_folder(folder: Path) -> None:
    """Has the disk keep the name, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _path(folder: Path, name: str) -> Path:
    if not _is_ours(name):
        raise ValueError("This is no name of a file in the folder of uploads.")
    return folder / name


def _is_ours(name: str) -> bool:
    return _NAME.fullmatch(name.removesuffix(_TEMPORARY)) is not None


def _is_before(entry: os.DirEntry[str], limit: float) -> bool:
    """Whether it is a file that has lain there for long. Another host may be removing it at this moment."""
    try:
        return entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < limit
    except FileNotFoundError:
        return False


@event.listens_for(Session, "after_commit")
def _remove_let_go(session: Session) -> None:
    if session.in_nested_transaction():
        # This ends a part; what surrounds it may still be undone.
        return
    for folder, name in session.info.pop(_LET_GO, ()):
        # What cannot be removed now is found by the sweep; the act itself is done.
        with suppress(OSError):
            discard_upload(folder, name)


@event.listens_for(Session, "after_soft_rollback")
def _forget_let_go(session: Session, _transaction: object) -> None:
    session.info.pop(_LET_GO, None)
