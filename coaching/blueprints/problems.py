"""Refusals and faults become HTTP here and nowhere else: problem details (RFC 9457) to programs, a page to people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.globals import request_ctx
from flask.json import dumps
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from coaching.database import Trouble, trouble_of
from coaching.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from coaching.extensions import db
from coaching.tokens import new_public_id

logger = logging.getLogger(__name__)

STATUS_BY_CODE = {
    "malformed": 400, "wrong-purpose": 400, "link-ended": 410, "stale": 412, "too-large": 413, "wrong-type": 415,
    "body-changed": 422, "no-condition": 428, "too-many": 429, "no-room": 503,
}  # fmt: skip
STATUS_BY_KIND: dict[type[Refusal], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}
CHANGED_MEANWHILE = "Somebody changed this in the meantime. Load it again, and make your change once more."
BUSY = "The database is busy. Nothing was changed: try again in a moment."
FULL = "There is no room left to keep this, so nothing was changed. Tell your administrator that the disk is full."

WHAT_TO_DO = {
    400: "What was sent cannot be read. Go back, load the page again, and send it once more.",
    404: "There is nothing here, or it is not yours to see.",
    405: "This address does not take that kind of request.",
    413: "What was sent is too large. Send a smaller file, at most 5 MB.",
    415: "Send this as JSON, with the content type application/json.",
    429: "Too many requests. Wait a moment, then try again.",
    500: "Something went wrong on our side. Nothing was changed. Tell your administrator the reference.",
}


def init_problems(app: Flask) -> None:
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(StaleDataError, _on_lost_update)
    app.register_error_handler(IntegrityError, _on_lost_update)
    app.register_error_handler(OperationalError, _on_busy_database)
    app.register_error_handler(Exception, _on_fault)


def wants_json() -> bool:
    """Whether the answer is for a program."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"], "text/html") == "application/json"


# Where a form ends on a page without its fields, what was typed into it would be lost.
_LOSES_WORDS = (400, 403, 404, 409, 410)
_LONG_ENOUGH = 20


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its code or else its kind."""
    return STATUS_BY_CODE.get(refusal.code) or STATUS_BY_KIND[type(refusal)]


def problem(
    status: int, detail: str, *, code: str, errors: Any = None, reference: str | None = None, headers: Any = None
) -> Response:
    """The answer that says what went wrong and what to do, in the asker's own kind. Undoes what was begun."""
    db.session.rollback()
    title = HTTPStatus(status).phrase
    # Who calls us by a name that cannot be one gets no page, because its links could not be written.
    if wants_json() or request_ctx.url_adapter is None:
        body: dict[str, Any] = {"type": f"urn:coaching:problem:{code}", "title": title, "status": status}
        body |= {"detail": detail, "code": code}
        if errors:
            body["errors"] = errors
        if reference:
            body["reference"] = reference
        response = make_response(dumps(body), status)
        response.content_type = "application/problem+json"
    else:
        page = render_template(
            "problems/problem.html", title=title, status=status, detail=detail, errors=errors, reference=reference,
            typed=_typed_words(status),
        )  # fmt: skip
        response = make_response(page, status)
    for name, value in headers or ():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _typed_words(status: int) -> list[str]:
    """The longer texts of a form that no page takes any more, so that they can be copied: its sign-in has ended, or
    what it was about is gone. Never for a form that another site sent: its words would stand on a page of ours."""
    if request.method != "POST" or status not in _LOSES_WORDS or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return []
    return [
        words
        for name, words in request.form.items()
        if len(words) >= _LONG_ENOUGH and not any(secret in name for secret in ("password", "token", "code", "id"))
    ]


def kept_problem(refusal: Invalid) -> Response:
    """The answer to a program whose request is refused, while what it wrote stands all the same."""
    status = status_of(refusal)
    body: dict[str, Any] = {"type": f"urn:coaching:problem:{refusal.code}", "title": HTTPStatus(status).phrase}
    body |= {"status": status, "detail": refusal.message, "code": refusal.code, "errors": dict(refusal.messages)}
    response = make_response(dumps(body), status)
    response.content_type = "application/problem+json"
    response.keeps_writes = True  # type: ignore[attr-defined]
    return response


def _on_refusal(refusal: Refusal) -> Response:
    errors = dict(refusal.messages) if isinstance(refusal, Invalid) else None
    status = status_of(refusal)
    headers = [("Retry-After", "900")] if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return problem(status, refusal.message, code=refusal.code, errors=errors, headers=headers)


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None and error.code is None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        # A redirect that routing raises, for a missing slash say.
        return make_response(error.get_response())
    detail = WHAT_TO_DO.get(status) or str(error.description or HTTPStatus(status).phrase)
    errors = None
    if isinstance(error, CSRFError):
        detail = "The form had expired. Go back, load the page again, and send it once more."
    data = getattr(error, "data", None)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and isinstance(data, dict):
        from coaching.schemas.base import invalid_from  # noqa: PLC0415  Only webargs' errors come this way.

        refusal = invalid_from(data.get("messages", {}))
        detail, errors = refusal.message, dict(refusal.messages)
    code = HTTPStatus(status).phrase.lower().replace(" ", "-")
    headers = error.get_headers(request.environ)
    return problem(status, detail, code=code, errors=errors, headers=headers)


def _on_lost_update(_error: Exception) -> Response:
    return problem(409, CHANGED_MEANWHILE, code="changed-meanwhile")


def _on_busy_database(error: OperationalError) -> Response:
    trouble = trouble_of(error)
    if trouble == Trouble.LOCKED:
        return problem(503, BUSY, code="busy", headers=[("Retry-After", "2")])
    if trouble == Trouble.FULL:
        logger.error("The disk of the database is full: %s was not kept.", request.endpoint)
        return problem(503, FULL, code="no-room", headers=[("Retry-After", "60")])
    return _on_fault(error)


def _on_fault(error: Exception) -> Response:
    reference = new_public_id()
    # The exception's text may hold what somebody wrote, so the log has its kind and place alone.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    logger.error("fault %s %s %s at %s", reference, request.endpoint, type(error).__name__, where)
    if current_app.config["TESTING"] or current_app.debug:
        raise error
    return problem(500, WHAT_TO_DO[500], code="fault", reference=reference)
