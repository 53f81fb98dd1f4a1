"""Where the web listens, looked at before anything is loaded: a port that is taken is said at once."""

from __future__ import annotations

import errno
import socket

from coaching.errors import Conflict


def check_place(host: str, port: int) -> None:
    """Refuses to start where nobody can listen; gunicorn would try for five seconds, and say so in its log alone."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = f"PORT={port % 65535 + 1}"
            text = f"Port {port} of {host} is taken by another program. Choose another port, such as {other}."
        else:
            text = f"Nobody can listen on port {port} of {host}: {error.strerror}. Choose others by --host and --port."
        raise Conflict(text, code="port") from error
