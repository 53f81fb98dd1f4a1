"""`Idempotency-Key` at the edge: what makes two requests the same, and an answer that is given again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, cast

from flask import Response, current_app, request

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.parsing import MULTIPART, read_body
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.services.idempotency import FIELD, Answer, claim_key, keep_answer

REPLAYED = "Idempotency-Replayed"
# What a view says about its answer; the other headers are the same on every answer anyway.
KEPT_HEADERS = ("Content-Type", "ETag", "Link", "Location")


def answer_once(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose answer is kept under the request's key, in the transaction of what it did, and given again.

    A refusal undoes the transaction and with it the key, which is free for another try.
    """

    @wraps(view)
    def once(*args: Any, **arguments: Any) -> Any:
        key = request.headers.get(FIELD)
        if key is None:
            return view(*args, **arguments)
        session, actor, now, secret = db.session(), current_actor(), utc_now(), request.headers["Authorization"]
        found = claim_key(session, key, actor=actor, fingerprint=_fingerprint(), secret=secret, now=now)
        if found is not None:
            return _again(found)
        response = current_app.make_response(view(*args, **arguments))
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        answer = Answer(response.status_code, response.get_data(), headers)
        keep_answer(session, key, answer, actor=actor, secret=secret, now=now)
        return response

    return once


def _again(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    response.headers[REPLAYED] = "true"
    return response


def _fingerprint() -> str:
    """A digest of all that makes a request this one: who asks by which token, for what, with what body."""
    digest = hashlib.sha256()
    for part in (request.headers["Authorization"], request.method, request.full_path, request.mimetype, *_body()):
        piece = part if isinstance(part, bytes) else part.encode()
        digest.update(hashlib.sha256(piece).digest())
    return digest.hexdigest()


def _body() -> Iterator[str | bytes]:
    """The body's parts. The line between the parts of an upload is another at each sending, so it is left out."""
    if request.mimetype != MULTIPART:
        yield read_body()
        return
    for name, values in sorted(request.form.lists()):
        yield from (name, *values)
    for name, files in sorted(request.files.lists()):
        for file in files:
            # Piece by piece: it may be large.
            digest = hashlib.file_digest(cast(Any, file.stream), "sha256").digest()
            file.stream.seek(0)
            yield from (name, file.filename or "", digest)
