"""Bytes to text: what encodes the file is found and said."""

from __future__ import annotations

import pytest

from coaching.errors import Invalid
from coaching.importers.caps import MEETING
from coaching.importers.text import guess_delimiter, read_text

NAMES = "Name,Email\r\nZoë Müller,zoe@example.org\r\nŁucja 🎓 Nowak,\r\nمريم حداد,\r\n"


@pytest.mark.parametrize(
    ("codec", "mark", "encoding", "guessed"),
    [
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig", False),
        ("utf-8", b"", "utf-8", False),
        ("utf-16-le", b"\xff\xfe", "utf-16-le", False),
        ("utf-16-be", b"\xfe\xff", "utf-16-be", False),
        ("utf-16-le", b"", "utf-16-le", True),
        ("utf-16-be", b"", "utf-16-be", True),
        ("utf-32-le", b"\xff\xfe\x00\x00", "utf-32-le", False),
        ("utf-32-be", b"\x00\x00\xfe\xff", "utf-32-be", False),
    ],
)
def test_unicode_is_told_with_and_without_its_mark(codec: str, mark: bytes, encoding: str, guessed: bool) -> None:
    file = read_text(mark + NAMES.encode(codec))
    assert (file.text, file.encoding, file.guessed) == (NAMES, encoding, guessed)
    assert not file.cut
    assert not file.damaged


def test_a_mark_written_twice_is_taken_off_twice() -> None:
    assert read_text(b"\xef\xbb\xbf" + NAMES.encode("utf-8-sig")).text == NAMES


@pytest.mark.parametrize("name", ["Zoë Müller", "José Núñez", "Siân O’Hara", "Jürgen Groß", "Françoise Lefèvre"])
def test_one_short_western_name_is_cp1252(name: str) -> None:
    file = read_text(f"Name,Email\r\n{name},\r\n".encode("cp1252"))
    assert name in file.text
    assert (file.encoding, file.guessed) == ("cp1252", True)


def test_cyrillic_is_not_taken_for_accents() -> None:
    text = "Name,Email\r\n" + "Владимир Кузнецов,\r\nЕкатерина Смирнова,\r\nАлександр Попов,\r\n" * 4
    file = read_text(text.encode("cp1251"))
    assert file.text == text
    assert file.guessed


@pytest.mark.parametrize(
    ("name", "codec"), [("山田太郎", "cp932"), ("王小明", "gb18030"), ("김민준", "cp949"), ("Αλέξης Παππάς", "cp1253")]
)
def test_a_long_file_in_an_old_encoding(name: str, codec: str) -> None:
    text = "Name,Email\r\n" + "".join(f"{name},p{number}@example.org\r\n" for number in range(9_000))
    assert name in read_text(text.encode(codec)).text


def test_one_broken_character_does_not_turn_a_utf8_file_into_another() -> None:
    data = NAMES.encode() + b"Bro\xffken,\r\n"
    file = read_text(data)
    assert file.encoding == "utf-8"
    assert file.damaged
    assert "Zoë Müller" in file.text


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_half_a_character_at_the_end_is_a_cut(codec: str) -> None:
    file = read_text("Name,Email\r\nZoë,\r\n🎓".encode(codec)[:-1])
    assert file.cut
    assert file.text == "Name,Email\r\nZoë,\r\n"
    assert not file.damaged


@pytest.mark.parametrize("data", [b"", b"  \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf \n"])
def test_an_empty_file_is_called_empty(data: bytes) -> None:
    with pytest.raises(Invalid, match="empty") as refusal:
        read_text(data)
    assert set(refusal.value.messages) == {"file"}


def test_the_cap_on_bytes_comes_before_anything_else() -> None:
    with pytest.raises(Invalid, match="larger than 5 MB"):
        read_text(b"%PDF" + b"x" * MEETING.max_bytes)
    assert read_text(b"x" * MEETING.max_bytes).encoding == "utf-8"


def test_nul_bytes_are_not_text() -> None:
    with pytest.raises(Invalid, match="NUL bytes"):
        read_text(b"Name,Email\r\nA\x00nn,\r\n")


def test_bytes_of_no_encoding_are_not_text() -> None:
    with pytest.raises(Invalid, match="not a text file"):
        read_text(bytes(range(1, 256)) * 20)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b;c,d\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3\n", ";"),
        ("a\tb\n1, 2, 3, 4\t5\n", "\t"),
        ('"a;b;c;d;e;f",b\n1,2\n', ","),
        ("one column\nonly\n", ","),
        ("sep=;\na,b,c,d\n1,2,3,4\n", ";"),
        ('"sep=\t"\na\n', "\t"),
        ("a;b\r1;2\r", ";"),
    ],
)
def test_the_delimiter_is_the_one_in_most_lines(text: str, delimiter: str) -> None:
    assert guess_delimiter(text) == delimiter
