"""The bytes of a mail that is a text and its HTML twin, put together by hand.

The standard library builds the same mail through its header registry, which takes longer than sending it. What is not
plain, such as a header with letters beyond ASCII, too long for a line, or with a line break in it, is still left to the
standard library, which encodes it or refuses it.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Mapping
from email.headerregistry import Address
from email.policy import SMTP

# What RFC 5322 asks of a line, without its end: it should have no more than the one, and must not than the other.
LINE = 78
LONGEST_LINE = 998
_PART = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
# Any line end that is not the folding of a long line.
_BREAK = re.compile(rb"\r\n(?![ \t])|(?<!\r)\n|\r(?!\n)")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def write_two_parts(headers: Mapping[str, str], *, plain: str, html: str, boundary: str) -> bytes:
    """The whole mail, with CRLF. The bodies are quoted-printable, so that the boundary cannot stand in one."""
    mark = f"--{boundary}".encode("ascii")
    lines = [write_headers(headers), b"MIME-Version: 1.0\r\n"]
    lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode("ascii"))
    for subtype, words in (("plain", plain), ("html", html)):
        lines += [mark, b"\r\n", _PART % subtype.encode("ascii"), _quoted_printable(words), b"\r\n"]
    return b"".join([*lines, mark, b"--\r\n"])


def write_headers(headers: Mapping[str, str]) -> bytes:
    """All headers, in their order."""
    return b"".join(write_header(name, value) for name, value in headers.items())


def write_header(name: str, value: str) -> bytes:
    """One header with its line end. It stands as it is where it is one short line of ASCII that nobody can take for an
    encoded word. Where it has no blank at which a line could end it may be long: the library would encode it, but what
    machines read, such as the address in List-Unsubscribe, must not be. Raises ValueError where there is a line break
    in it, or would be once it is decoded."""
    line = f"{name}: {value}"
    longest = LINE if " " in value else LONGEST_LINE
    if value and line.isascii() and line.isprintable() and len(line) <= longest and "=?" not in value:
        return line.encode("ascii") + b"\r\n"
    folded = SMTP.fold_binary(*SMTP.header_store_parse(name, value))
    if _BREAK.search(folded[:-2]):
        raise ValueError(f"The header {name} may not contain linefeed or carriage return characters.")
    return folded


def write_address(name: str, address: str) -> str:
    """Name and address as they stand in a header. An address that is more than letters, digits and dots is read by the
    standard library, which refuses what is none."""
    if _PLAIN_ADDRESS.fullmatch(address):
        local, _at, domain = address.partition("@")
        return str(Address(name, local, domain))
    return str(Address(name, addr_spec=address))


def _quoted_printable(words: str) -> bytes:
    # Every kind of line end becomes the one that mail has.
    lines = words.encode("utf-8").splitlines() or [b""]
    return b2a_qp(b"\r\n".join([*lines, b""]), istext=True)
