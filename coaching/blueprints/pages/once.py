"""A form that is sent twice acts once: by a double click, a reload, or the way back, with JavaScript off as well.

Every showing of a form has an identifier in a hidden field. With what was typed it makes an idempotency key, kept and
sealed as those of the API are; a form that is filled in otherwise after going back is another request, and acts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import orjson
from flask import Response, current_app, flash, g, request, session
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from coaching.blueprints.access import current_actor
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.schemas.base import CSRF_FIELD, FORM_ID
from coaching.services.idempotency import Answer, claim_key, keep_answer
from coaching.tokens import new_public_id

KEPT_HEADERS = ("Content-Type", "Location")
FLASHES = "_flashes"


def form_id() -> str:
    """What the forms of the page that is being made have in their hidden field."""
    if "form_id" not in g:
        g.form_id = new_public_id()
    known: str = g.form_id
    return known


def acts_once(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose form leads to the first result again, and says the same, where it comes a second time.

    A refusal undoes the transaction, and the key with it.
    """

    @wraps(view)
    def once(**arguments: Any) -> Any:
        if not request.form.get(FORM_ID):
            return view(**arguments)
        actor, now, secret = current_actor(), utc_now(), current_user.get_id()
        digest = _digest(secret)
        key = f"form-{digest}"
        found = claim_key(db.session(), key, actor=actor, fingerprint=digest, secret=secret, now=now)
        if found is not None:
            return _again(found)
        unread = len(session.get(FLASHES, ()))
        response = current_app.make_response(view(**arguments))
        if response.status_code < 400:
            said = session.get(FLASHES, [])[unread:]
            headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            answer = Answer(response.status_code, orjson.dumps([said, response.get_data(as_text=True)]), headers)
            keep_answer(db.session(), key, answer, actor=actor, secret=secret, now=now)
        return response

    return once


def _again(answer: Answer) -> Response:
    said, page = orjson.loads(answer.body)
    for category, text in said:
        flash(text, category)
    return Response(page, answer.status, answer.headers)


def _digest(secret: str) -> str:
    """A digest of what was sent in this browser's session, the showing of the form that it was sent from included."""
    digest = hashlib.sha256()
    for part in (
        secret,
        request.path,
        *(piece for name, values in request.form.lists() for piece in _pieces(name, values)),
        *(piece for name, files in request.files.lists() for file in files for piece in (name, digest_of(file))),
    ):
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()


def digest_of(file: FileStorage) -> str:
    """A digest of a file and its name, read piece by piece."""
    found = hashlib.file_digest(cast(Any, file.stream), "sha256").hexdigest()
    file.stream.seek(0)
    return f"{found} {file.filename}"


def _pieces(name: str, values: list[str]) -> list[str]:
    return [] if name == CSRF_FIELD else [name, *values]
