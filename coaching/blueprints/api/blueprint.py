"""ApiBlueprint: what every route of the API has in common, so that a route itself is load, act, dump, return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Response, request
from flask_smorest import Blueprint
from flask_smorest.exceptions import NotModified, PreconditionFailed
from sqlalchemy.orm.exc import StaleDataError

from coaching.blueprints.access import SAFE_METHODS
from coaching.blueprints.api.parsing import MULTIPART, StrictParser
from coaching.blueprints.api.replays import answer_once
from coaching.blueprints.api.shapes import to_json
from coaching.blueprints.api.specification import PREFIX
from coaching.errors import Conflict, Invalid
from coaching.extensions import db

View = Callable[..., Any]
JSON = "application/json"
STALE = "Somebody changed this in the meantime. Load it again, and send If-Match with its new ETag."
WEAK = "If-Match takes strong ETags alone. Send the ETag in its quotes, without the W/ in front of it."
ANY = "If-Match: * names no version. Send the ETag of what you read, so that nobody's change is lost."


class Slice(NamedTuple):
    """A part of a list. `next` is what the next part starts after, None on the last."""

    items: Sequence[Any]
    next: str | None


class ApiBlueprint(Blueprint):
    """A noun of the API. Reads strictly, answers a POST once for each Idempotency-Key, and documents what it does."""

    ARGUMENTS_PARSER = StrictParser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING = Blueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING | {"multipart": MULTIPART}

    def __init__(self, noun: str, *, tag: str, description: str) -> None:
        super().__init__(f"api_{noun}", __name__, url_prefix=PREFIX, description=description)
        self.tag = tag
        self._prepare_doc_cbks.append(self._prepare_header_doc)
        self._untold: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: View | None = None, **options: Any
    ) -> None:
        """Registers a view with what surrounds every view, and documents every status that can come of it."""
        if view_func is None:
            raise TypeError("A route of the API needs a view.")
        method = options.setdefault("methods", ["GET"])[0]
        about = dict(getattr(view_func, "_apidoc", {}))
        view = _without_arguments(view_func) if "query" not in _locations(about) else view_func
        view = answer_once(view) if method == "POST" else view
        view = _mind_staleness(view)
        manual = about["manual_doc"] = dict(about.get("manual_doc", {}))
        manual["operationId"] = f"{self.name.removeprefix('api_')}_{view_func.__name__}"
        problems = {code: HTTPStatus(code).name for code in _problems(rule, method, about)}
        manual["responses"] = problems | manual.get("responses", {})
        view._apidoc = about  # type: ignore[attr-defined]
        super().add_url_rule(rule, endpoint, view, **options | {"tags": [self.tag]})

    def _store_endpoint_docs(self, *about: Any, **options: Any) -> None:
        """Keeps for later what flask-smorest would copy for the document, which most processes never make."""
        self._untold.append((about, options))

    def register_views_in_doc(self, *where: Any, **options: Any) -> None:
        while self._untold:
            about, more = self._untold.pop(0)
            super()._store_endpoint_docs(*about, **more)
        super().register_views_in_doc(*where, **options)

    def response(self, status_code: int, schema: Any = None, **options: Any) -> Callable[[View], View]:
        """flask-smorest's, which dumps what the view returns; what a view wrote is sent to the database before.

        Identifiers and versions are given there, and the answer has them.
        """
        dumps = super().response(status_code, schema, **options)

        def decorator(view: View) -> View:
            @wraps(view)
            def settled(*args: Any, **arguments: Any) -> Any:
                result = view(*args, **arguments)
                if request.method not in SAFE_METHODS:
                    db.session.flush()
                return result

            decorated: View = dumps(settled)
            return decorated

        return decorator

    def refuses(self, *codes: int) -> Callable[[View], View]:
        """Documents refusals that are this route's own."""
        described: Callable[[View], View] = self.doc(responses={code: HTTPStatus(code).name for code in codes})
        return described

    def answers(self, shape: dict[str, Any], *, headers: dict[str, Any] | None = None) -> Callable[[View], View]:
        """For a view whose value goes to JSON as it is, without a schema; `shape` documents it."""
        answer = {"description": "The answer.", "content": {JSON: {"schema": shape}}, "headers": headers or {}}

        def decorator(view: View) -> View:
            @wraps(view)
            def answered(*args: Any, **arguments: Any) -> Response:
                value = view(*args, **arguments)
                return value if isinstance(value, Response) else json_response(value)

            about = deepcopy(getattr(view, "_apidoc", {}))
            about.setdefault("success_status_codes", []).append(200)
            about.setdefault("response", {}).setdefault("responses", {}).setdefault(200, []).append(
                answer | {"content_type": None}
            )
            answered._apidoc = about  # type: ignore[attr-defined]
            return answered

        return decorator

    def lists(self, line: dict[str, Any], *, is_paged: bool = False) -> Callable[[View], View]:
        """For a view that gives lines, or where `is_paged` a part of them with `items` and `next`."""
        decorate = self.answers(_list_shape(line), headers={"Link": "LINK"} if is_paged else None)

        def decorator(view: View) -> View:
            @wraps(view)
            def listed(*args: Any, **arguments: Any) -> Response:
                found = view(*args, **arguments)
                return _list_response(found.items, found.next) if is_paged else _list_response(found, None)

            return decorate(listed)

        return decorator

    # ETags: flask-smorest makes them of what is dumped, `version` included, and asks for If-Match on an edit.

    def _check_precondition(self) -> None:
        """Asks for the version that was seen: `*` would overwrite whatever stands there by now."""
        if request.method not in self.METHODS_NEEDING_CHECK_ETAG:
            return
        if request.if_match.star_tag:
            raise Invalid(ANY, {"If-Match": ["Send the ETag of what you read."]}, code="no-condition")
        if not request.if_match:
            raise Invalid(
                "Send the ETag of what you read as If-Match, so that nobody's change is lost.",
                {"If-Match": ["Send the ETag of what you read."]},
                code="no-condition",
            )

    def check_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        """Refuses an edit of anything but the version that `If-Match` names."""
        try:
            super().check_etag(etag_data, etag_schema)
        except PreconditionFailed as error:
            is_weak = not request.if_match.as_set()
            raise Conflict(WEAK if is_weak else STALE, code="stale") from error

    def _check_not_modified(self, etag: str) -> None:
        if request.method in SAFE_METHODS and request.if_none_match.contains_weak(etag):
            unchanged = Response(status=304)
            unchanged.set_etag(etag)
            raise NotModified(response=unchanged)

    @staticmethod
    def _prepare_header_doc(doc: dict[str, Any], doc_info: dict[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
        """Documents the headers that our own parts read and write."""
        successes = doc_info.get("success_status_codes", [])
        if method == "post":
            doc.setdefault("parameters", []).append("IDEMPOTENCY_KEY")
            for code in successes:
                doc["responses"][code].setdefault("headers", {})["Idempotency-Replayed"] = "REPLAYED"
        for code in successes:
            if code == HTTPStatus.CREATED:
                doc["responses"][code].setdefault("headers", {})["Location"] = "LOCATION"
        return doc


def _list_shape(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": line},
            "next": {"type": ["string", "null"], "description": "The address of the next page, if there is one."},
        },
    }


def json_response(value: Any) -> Response:
    """The value as JSON."""
    return Response(to_json(value), content_type=JSON)


def _list_response(items: Sequence[Any], cursor: str | None) -> Response:
    """The list, with the address of the page that starts after `cursor`."""
    following = None
    if cursor is not None:
        asked = request.args.to_dict(flat=False) | {"after": [cursor]}
        following = f"{request.path}?{urlencode(asked, doseq=True)}"
    response = json_response({"items": items, "next": following})
    if following is not None:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _locations(about: Mapping[str, Any]) -> set[str]:
    """Where a view reads its arguments from."""
    return {one["in"] for one in about.get("arguments", {}).get("parameters", ())}


def _problems(rule: str, method: str, about: Mapping[str, Any]) -> list[int]:
    """The refusals that can come of any such request; ETags add theirs themselves."""
    codes = [401, 403, 422, 500, 503]
    if "<" in rule:
        codes.append(404)
    if method not in SAFE_METHODS:
        codes += [404, 409]
    if _locations(about) & {"json", "multipart"}:
        codes += [400, 413, 415]
    return sorted(set(codes))


def _without_arguments(view: View) -> View:
    """A view that takes no arguments in its address, and says so."""

    @wraps(view)
    def strict(*args: Any, **arguments: Any) -> Any:
        if request.args:
            raise Invalid(
                "This address takes no arguments. Leave them out.",
                {name[:80]: ["There is no such argument here. Leave it out."] for name in request.args},
            )
        return view(*args, **arguments)

    return strict


def _mind_staleness(view: View) -> View:
    """Two edits that both passed the check of If-Match: the database lets one through, and the other is stale."""

    @wraps(view)
    def careful(*args: Any, **arguments: Any) -> Any:
        try:
            return view(*args, **arguments)
        except StaleDataError as error:
            if not request.if_match:
                raise
            raise Conflict(STALE, code="stale") from error

    return careful
