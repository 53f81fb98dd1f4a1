"""A mail put together by hand is read as the one that the standard library makes of the same words."""

from __future__ import annotations

import email
import email.policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coaching.channels.mime import one_line
from coaching.channels.two_parts import write_address, write_header, write_two_parts

BOUNDARY = "==0123456789abcdefghjk=="
ADDRESS = "ann@example.org"


def read(wire: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(wire, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def make_by_library(headers: dict[str, str], plain: str, html: str) -> EmailMessage:
    mail = EmailMessage(policy=email.policy.SMTP)
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(plain, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    mail.set_boundary(BOUNDARY)
    return read(mail.as_bytes())


@settings(deadline=None, max_examples=60)
@given(
    name=st.text(max_size=80), subject=st.text(max_size=150), plain=st.text(max_size=400), html=st.text(max_size=400)
)
@example("=?utf-8?q?Eve?=", "=?utf-8?q?=0ABcc:?=", ".\n..\n--" + BOUNDARY + "--\n", "a \r\rb\t\nc=\n")
@example('Ann "the, <author>" A.', "x" * 150, "ö" * 300, " trailing \n")
def test_it_is_read_as_the_library_s_own(name: str, subject: str, plain: str, html: str) -> None:
    address = write_address(one_line(name), ADDRESS)
    headers = {"To": address, "Subject": one_line(subject), "Message-ID": "<0123456789abcdefghjk@coaching.internal>"}
    wire = write_two_parts(headers, plain=plain, html=html, boundary=BOUNDARY)
    assert wire.isascii()
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    ours, theirs = read(wire), make_by_library(headers, plain, html)
    assert sorted(ours.keys()) == sorted(theirs.keys())
    assert {each: str(ours[each]) for each in headers} == {each: str(theirs[each]) for each in headers}
    assert [each.addr_spec for each in ours["To"].addresses] == [ADDRESS]
    parts = [(each.get_content_type(), each.get_content()) for each in ours.iter_parts()]
    assert parts == [(each.get_content_type(), each.get_content()) for each in theirs.iter_parts()]


@pytest.mark.parametrize(
    "value", ["a\r\nBcc: eve@example.org", "a\nb", "a\rb", "=?utf-8?q?=0ABcc:_eve?=", "=?utf-8?q?=0D?="]
)
def test_a_line_break_in_a_header_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="may not contain linefeed"):
        write_header("Subject", value)


def test_the_address_to_unsubscribe_at_stands_as_it_is() -> None:
    address = f"<https://coaching.example.org/unsubscribe/{'s' * 60}>"
    assert write_header("List-Unsubscribe", address) == f"List-Unsubscribe: {address}\r\n".encode()


@pytest.mark.parametrize(
    "address", ["ann@example.org", "a.n+n@mail.example.org", "o'neil@example.org", '"a b"@example.org', "x@localhost"]
)
def test_an_address_stands_as_the_library_writes_it(address: str) -> None:
    assert write_address("Ann, A.", address) == str(Address("Ann, A.", addr_spec=address))


@pytest.mark.parametrize("address", ["ann", "ann@example.org, eve@example.org", "a..b@example.org>"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  The library has a class of error for each way to be none.
        write_address("Ann", address)
