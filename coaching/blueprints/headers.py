"""The headers that every answer carries: a strict content policy, no sniffing, no storing of personal pages."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, current_app, request

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'"
)
FIXED = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Links in mail carry a secret in their path, which must not travel on to anywhere.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_headers(app: Flask) -> None:
    app.after_request(_dress)


def _dress(response: Response) -> Response:
    present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118  Headers iterate over pairs.
    for name, value in FIXED.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    if request.routing_exception is not None and "Location" in response.headers:
        # Routing redirects an address with slashes too many, and names the host that we were asked by, which whoever
        # asks can choose. What stays of it is the path.
        parts = urlsplit(response.headers["Location"])
        response.headers["Location"] = urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))
    if request.blueprint != "assets":
        response.headers.setdefault("Cache-Control", "no-store")
    if current_app.extensions["settings"].is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
