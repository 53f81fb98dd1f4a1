"""One POST to a host that somebody named: to an address that was looked at first, and to no other.

The name is looked up once. Every address that it has must be one of the public network, or none is used; the
connection goes to one of those very addresses, so that a name which means something else a moment later changes
nothing. TLS and the header Host go by the name. Nothing is followed, and of an answer only its head is read.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import urlsplit

TIMEOUT = 10.0
# A server that answers a letter at a time would otherwise never be over.
DEADLINE = 30.0
MOST_ADDRESSES = 4
# Addresses that have an IPv4 address in them, which is where the packets end up: NAT64, twice.
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
# Set aside for protocols and relays, of which not every Python knows.
_SET_ASIDE = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))

Address = IPv4Address | IPv6Address


class RefusedAddressError(Exception):
    """The name leads where nothing of ours may go. The text says why, without the name."""


class NotSentError(Exception):
    """The request had not left as a whole: whoever is there cannot have acted on it."""


class UnansweredError(Exception):
    """The request had left, and no answer came that can be read: it may have been acted on."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public network: not of this machine, this network or a provider's own."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    is_own = address.is_loopback or address.is_link_local or address.is_private or address.is_unspecified
    is_odd = address.is_multicast or address.is_reserved or any(address in network for network in _SET_ASIDE)
    is_old = address.version == 6 and address.is_site_local
    # What is shared by a provider's customers is neither private nor global.
    return address.is_global and not (is_own or is_odd or is_old)


def _inner(address: Address) -> IPv4Address | None:
    """The IPv4 address within one of IPv6 that only wraps it."""
    if not isinstance(address, IPv6Address):
        return None
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allow: Callable[[Address], bool] = is_public,
    timeout: float = TIMEOUT, deadline: float = DEADLINE,
) -> int:  # fmt: skip
    """Sends it, and returns the status of the answer.

    Raises RefusedAddressError, NotSentError or UnansweredError, whose texts name neither the host nor the address.
    """
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    connection = _Pinned(host, port, _look_up(host, port, allow), is_tls=is_tls, timeout=timeout)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    alarm = Timer(deadline, connection.cut)
    alarm.daemon = True
    alarm.start()
    try:
        return _ask(connection, path, body, headers)
    finally:
        alarm.cancel()
        connection.close()


def _ask(connection: _Pinned, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    try:
        connection.connect()
        connection.request("POST", path, body, dict(headers) | {"Connection": "close"})
    except (OSError, http.client.HTTPException) as error:
        raise NotSentError(_words(error)) from error
    try:
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise UnansweredError(_words(error)) from error


def _look_up(host: str, port: int, allow: Callable[[Address], bool]) -> list[str]:
    """The addresses of a name, looked up once, all of them allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except OSError as error:
        raise NotSentError("The name of its host cannot be found.") from error
    addresses = list(dict.fromkeys(str(place[0]).partition("%")[0] for *_, place in found))
    if not addresses or not all(allow(ip_address(address)) for address in addresses):
        raise RefusedAddressError("Its host lies within a network that is not public.")
    return addresses[:MOST_ADDRESSES]


class _Pinned(http.client.HTTPConnection):
    """A connection to one of these addresses, which speaks to them by the host's name."""

    def __init__(self, host: str, port: int, addresses: list[str], *, is_tls: bool, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._addresses = addresses
        self._is_tls = is_tls
        # As the header Host leaves it out.
        self.default_port = 443 if is_tls else 80

    def connect(self) -> None:
        self.sock = self._open_socket()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def _open_socket(self) -> socket.socket:
        """The first of the addresses that answers."""
        for address in self._addresses[:-1]:
            try:
                return socket.create_connection((address, self.port), self.timeout)
            except OSError:
                continue
        return socket.create_connection((self._addresses[-1], self.port), self.timeout)

    def cut(self) -> None:
        """Ends the conversation from another thread: whoever waits for a word is told that none will come."""
        try:
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _words(error: Exception) -> str:
    """What went wrong, in words of ours: the other side's may quote the address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "Its certificate is not good for it."
    if isinstance(error, TimeoutError):
        return "It did not answer in time."
    if isinstance(error, ConnectionRefusedError):
        return "It does not answer there."
    return f"The connection was lost ({type(error).__name__})."
