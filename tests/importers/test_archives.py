"""Zips: what is in them is read, and what they claim is not believed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from coaching.errors import Invalid
from coaching.importers import archives
from coaching.importers.archives import unpack
from tests.importers.exports import ENROLMENTS, enrolment, fixtures, from_bytes, read, source, zipped

TABLE = "".join(f"{line}\n" for line in (ENROLMENTS, enrolment("a"))).encode()
NAME = "my-course-3_enrolments.csv"


def altered(data: bytes, where: bytes, offset: int, value: bytes) -> bytes:
    """The zip with some bytes of each header of this kind replaced."""
    changed, at = bytearray(data), data.find(where)
    while at >= 0:
        changed[at + offset : at + offset + len(value)] = value
        at = data.find(where, at + 1)
    return bytes(changed)


def test_files_of_one_name_are_told_apart_and_other_files_stay() -> None:
    files = [zipped("x.zip", {"1/a.csv": b"1", "2/a.csv": b"2", "2/": b"", "2\\b.csv": b"3"}), source("c.csv", "4")]
    unpacked = unpack(files)
    assert [file.name for file in unpacked] == ["a.csv", "a (2).csv", "b.csv", "c.csv"]
    for file in unpacked * 2:
        with file.open() as stream:
            assert len(stream.read()) == file.size


ENCRYPTED = altered(zipped("x.zip", {NAME: TABLE}).open().read(), b"PK\x01\x02", 8, b"\x01\x00")
BOMB = zipped("x.zip", {NAME: TABLE + bytes(50_000_000)})
LZMA = io.BytesIO()
with zipfile.ZipFile(LZMA, "w", zipfile.ZIP_LZMA) as packed:
    packed.writestr(NAME, TABLE)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (from_bytes("x.zip", ENCRYPTED), "is encrypted"),
        (zipped("x.zip", {"inner.ZIP": b"PK\x03\x04", NAME: TABLE}), "has a zip in it"),
        (zipped("x.zip", {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b""}), "a workbook"),
        (zipped("x.zip", {"folder/": b""}), "no files in it"),
        (zipped("x.zip", {f"{number}.csv": b"" for number in range(501)}), "more than 500 files"),
        (BOMB, "unpacks to far more"),
        (from_bytes("x.zip", LZMA.getvalue()), "packed in a way"),
        (from_bytes("x.zip", b"PK\x03\x04" + bytes(40)), "is damaged"),
        (from_bytes("x.zip", zipped("x.zip", {NAME: TABLE * 20}).open().read()[:-30]), "is damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_to_be_trusted_is_refused_before_it_is_read(file: object, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        unpack([file])  # type: ignore[list-item]
    assert set(refused.value.messages) == {"file"}


def test_what_is_too_much_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 2 * 1024**3)
    data = altered(zipped("x.zip", {NAME: TABLE}).open().read(), b"PK\x01\x02", 24, struct.pack("<I", 3 * 1024**3))
    with pytest.raises(Invalid, match="more than 2 GB"):
        unpack([from_bytes("x.zip", data)])
    with pytest.raises(Invalid, match="several times"):
        unpack([zipped("x.zip", {f"{number}.csv": b"" for number in range(400)})] * 2)


def test_a_member_that_is_not_what_its_header_says_is_refused_while_it_is_read() -> None:
    """Its checksum is wrong, its bytes are no deflated ones, or it is longer than it says."""
    whole = zipped("x.zip", {NAME: TABLE}).open().read()
    packed = zlib.compress(TABLE, wbits=-15)
    broken = [
        altered(whole, b"PK\x01\x02", 16, b"\0\0\0\1"),
        whole.replace(whole[30 + len(NAME) : 40 + len(NAME)], b"\xff" * 10, 1),
        altered(whole, b"PK\x01\x02", 24, struct.pack("<I", len(TABLE) - 10)),
        altered(whole, b"PK\x01\x02", 20, struct.pack("<I", len(packed) - 10)),
    ]
    for data in broken:
        with pytest.raises(Invalid, match=r"x\.zip is damaged"):
            read([from_bytes("x.zip", data)])


def test_members_that_lie_over_one_another_are_refused() -> None:
    whole = zipped("x.zip", {NAME: TABLE * 50}).open().read()
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    entry, times = whole[start:end], 30
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, times, times, len(entry) * times, start, 0)
    with pytest.raises(Invalid, match="is damaged"):
        unpack([from_bytes("x.zip", whole[:start] + entry * times + tail)])


def test_progress_is_by_the_bytes_that_came_in() -> None:
    file = zipped("x.zip", {one.name: one.open().read() for one in fixtures()})
    watched = read([file]).watched
    assert file.size * 0.95 <= watched[-1] <= file.size
