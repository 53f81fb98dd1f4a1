"""Files from a zip, read in place: nothing is unpacked onto the disk, and a name in it is a name and no path."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, cast

from coaching.errors import Invalid
from coaching.importers.base import SourceFile

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
MOST_MEMBERS = 500
MOST_UNPACKED = 4 * 1024**3
# A table of learners becomes a tenth; a bomb becomes a thousandth.
MOST_RATIO = 250
_SMALL = 1024 * 1024
_UNPACK = "Unpack it, and bring in the files that are in it."
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


def unpack(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files, with those of a zip in its place. Raises Invalid on `file` for a zip that is not to be trusted."""
    found: list[SourceFile] = []
    for file in files:
        found += _members(file) if is_zip(file) else [file]
    if len(found) > MOST_MEMBERS:
        raise Invalid.field("file", f"These are more than {MOST_MEMBERS} files. Bring them in by several times.")
    return _with_names_of_their_own(found)


def is_zip(file: SourceFile) -> bool:
    with file.open() as stream:
        return stream.read(4) in {ZIP, EMPTY_ZIP}


def _members(file: SourceFile) -> list[SourceFile]:
    with _opened(file) as archive:
        members = [member for member in archive.infolist() if not _is_nothing(member)]
    _check(file, members)
    return [
        SourceFile(_last_part(member.filename), member.file_size, partial(_open_member, file, member))
        for member in members
    ]


def _is_nothing(member: zipfile.ZipInfo) -> bool:
    """Folders, and what desktops leave in archives."""
    name = _last_part(member.filename)
    return member.is_dir() or not name or name.startswith(".") or "__MACOSX" in member.filename or name == "Thumbs.db"


def _last_part(name: str) -> str:
    return re.split(r"[/\\]", name.replace("\0", ""))[-1].strip()


def _check(file: SourceFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Before anything is read, by what the archive says of itself; reading stops where it says too little."""
    if not members:
        raise _refuse(file, "is a zip with no files in it.")
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise _refuse(
            file, "is a workbook or document of an office program. Save the sheet as 'CSV UTF-8', and bring that in."
        )
    if len(members) > MOST_MEMBERS:
        raise _refuse(file, f"has more than {MOST_MEMBERS} files in it. {_UNPACK}")
    if any(member.flag_bits & 0x1 for member in members):
        raise _refuse(file, f"is encrypted, and its password is not asked for. {_UNPACK}")
    if any(_last_part(member.filename).casefold().endswith(".zip") for member in members):
        raise _refuse(file, f"has a zip in it, which is not opened. {_UNPACK}")
    if any(member.compress_type not in _METHODS for member in members):
        raise _refuse(file, f"is packed in a way that is not read here. {_UNPACK}")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise _refuse(file, f"has more than {MOST_UNPACKED // 1024**3} GB in it. Bring the files in by several times.")
    if any(member.file_size > _SMALL + MOST_RATIO * member.compress_size for member in members):
        raise _refuse(file, f"unpacks to far more than tables of learners do. {_UNPACK}")
    # Members that lie over one another are how a small archive claims to be a large one.
    if sum(member.compress_size for member in members) > file.size:
        raise _refuse(file, f"is damaged. Download it again. {_UNPACK}")


def _refuse(file: SourceFile, why: str) -> Invalid:
    return Invalid.field("file", f"{file.name[:100]} {why}")


@contextmanager
def _opened(file: SourceFile) -> Iterator[zipfile.ZipFile]:
    with file.open() as stream, _as_invalid(file), zipfile.ZipFile(stream) as archive:
        yield archive


@contextmanager
def _as_invalid(file: SourceFile) -> Iterator[None]:
    """An archive can be wrong in many ways, and zipfile raises nearly as many errors."""
    try:
        yield
    except _FAULTS as error:
        raise _refuse(file, f"is damaged. Download it again. {_UNPACK}") from error


class _Member(io.RawIOBase):
    """A file of an archive, open for reading, which closes the archive with itself."""

    def __init__(self, file: SourceFile, member: zipfile.ZipInfo) -> None:
        self._file = file
        self._under: list[Callable[[], None]] = []
        stream = file.open()
        self._under.append(stream.close)
        with _as_invalid(file):
            archive = zipfile.ZipFile(stream)
            self._under.append(archive.close)
            self._data = archive.open(member)
            self._under.append(self._data.close)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        with _as_invalid(self._file):
            return self._data.read(size)

    def close(self) -> None:
        while self._under:
            self._under.pop()()
        super().close()


def _open_member(file: SourceFile, member: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, _Member(file, member))


def _with_names_of_their_own(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Files of one name, from several folders of a zip, told apart as a browser would."""
    seen: dict[str, int] = {}
    found: list[SourceFile] = []
    for file in files:
        seen[file.name] = seen.get(file.name, 0) + 1
        if seen[file.name] == 1:
            found.append(file)
            continue
        stem, dot, ending = file.name.rpartition(".")
        name = f"{stem} ({seen[file.name]}).{ending}" if dot else f"{file.name} ({seen[file.name]})"
        found.append(SourceFile(name, file.size, file.open))
    return found
