"""Requests that no program of good will sends: each gets an answer that says so, none a fault, none leads elsewhere.

The stage is in the test environment, where a fault is raised instead of answered: whatever is sent here and faults,
fails its test with the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.security.recipes import BODIES, FORMS, SEEN, UPLOADS, request_options
from tests.security.stage import Answer, Stage
from tests.security.table import ROWS
from tests.security.test_mass_assignment import ROW_BY_ENDPOINT, doer
from tests.turns import share_of

ENGINES = ("sqlite", "postgresql")
TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.fixture(params=ENGINES)
def each_stage(request: pytest.FixtureRequest) -> Stage:
    """The stage on each engine: they refuse different things."""
    found: Stage = request.getfixturevalue("stage" if request.param == "sqlite" else "stage_on_postgresql")
    return found


def raw(stage: Stage, identity: str, path: bytes, query: bytes = b"", method: str = "GET", **options: Any) -> Answer:
    """A request whose path and query are these bytes, which no client would have let through."""
    who, is_of_api = stage.identities[identity], path.startswith(b"/api/")
    headers = {**(who.to_api if is_of_api else who.to_pages), **options.pop("headers", {})}
    # WSGI hands bytes over as Latin-1.
    environ = {"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
    return stage.send(identity, method, "/", environ_overrides=environ, headers=headers, **options)


PATHS = {
    "zero byte": b"/\x00",
    "zero byte in an identifier": b"/goals/0000000000000000000\x00",
    "zero byte in a secret": b"/check-in/\x00",
    "not UTF-8": b"/\xff\xfe",
    "not UTF-8 in a secret": b"/invitations/\xff\xfe",
    "half a surrogate": b"/check-in/\xed\xa0\x80",
    "very long": b"/" + b"a" * 100_000,
    "a very long secret": b"/check-in/" + b"a" * 100_000,
    "very deep": b"/a" * 10_000,
    "climbing": b"/assets/0/../../../../etc/passwd",
    "climbing from the root": b"/../../etc/passwd",
    "an absolute asset": b"/assets/0//etc/passwd",
    "a line break": b"/account\r\nX-Injected: yes",
    "nothing": b"",
    "two slashes": b"//evil.example/account",
    "two slashes and a page": b"//account",
    "three slashes": b"///account",
    "a backslash": b"/\\evil.example",
    "a slash too many": b"/account/",
    "other letters": "/goals/０００００００００００００００００００".encode(),
}


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("identity", ["anonymous", "coach"])
def test_a_path_that_cannot_be_is_not_there(each_stage: Stage, identity: str, name: str) -> None:
    answer = raw(each_stage, identity, PATHS[name])
    if name not in {"nothing", "two slashes and a page", "three slashes"}:
        assert answer.status in {404, 308}, name
    assert answer.status < 500
    assert "X-Injected" not in answer.response.headers
    assert_leads_home(answer)


QUERIES = {
    "zero byte": b"after=%00&state=%00&start=%00&next=%00&text=%00&programme=%00",
    "not UTF-8": b"after=%ff&state=%ff&start=%ff&next=%ff&%ff=%ff",
    "no number": b"start=1e9&limit=NaN",
    "an endless number": b"start=" + b"9" * 400 + b"&limit=" + b"9" * 400 + b"&after=" + b"9" * 400,
    "past 64 bits": b"start=99999999999999999999",
    "below zero": b"start=-1&limit=-1&after=-1",
    "nonsense": b"%&=&&&=%zz&%",
    "very long": b"x=" + b"a" * 100_000,
    "very many": b"a=1&" * 5_000,
    "twice": b"limit=1&limit=2&after=x&after=y&state=sent&state=due",
    "a list": b"state[]=sent&after[$ne]=1",
}
# These read their query themselves, so that both engines are asked.
READERS = ("programmes.show", "messages.list", "sign_in.form", "check_in_links.show", "api_cohorts.index",
           "api_members.index", "api_check_ins.index", "api_messages.index", "api_progress.show_programme")  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_cannot_be_is_no_fault(stage: Stage, name: str) -> None:
    for row in share_of(name, ROWS):
        if stage.method(row.endpoint) == "GET" and not row.variant:
            answer = raw(stage, doer_or_coach(row), row.path(stage, stage.world.here).encode(), QUERIES[name])
            assert answer.status < 500, row.name
            if row.endpoint.startswith("api_") and not stage.is_public(row.endpoint):
                assert answer.status == 422, row.name


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("identity", ["coach", "administrator"])
def test_neither_engine_faults_over_a_query(stage_on_postgresql: Stage, name: str, identity: str) -> None:
    stage = stage_on_postgresql
    for endpoint in READERS:
        answer = raw(stage, identity, stage.path(endpoint, stage.world.here).encode(), QUERIES[name])
        assert answer.status < 500, endpoint


def doer_or_coach(row: Any) -> str:
    return doer(row) if "ok" in row.expected.values() else "coach"


TEXTS = {
    "zero byte": "A\x00B",
    "very long": "x" * 70_000,
    "digits": "9" * 400,
    "past 64 bits": "99999999999999999999",
    "below zero": "-9223372036854775809",
    "a day that is none": "2026-02-30",
    "the end of time": "9999-12-31T23:59",
    "the beginning": "0001-01-01",
    "writing backwards": "\u202e\U0001f600\ufeff",
    "another zone": "Mars/Olympus",
    "a file as a zone": "../../etc/passwd",
}

# What one engine may refuse and the other take; the rest is refused before it reaches either.
OF_AN_ENGINE = ("zero byte", "past 64 bits")


UNREAD = {"password", "theme", "next", "date_order", "file", "anyway"}
# One page has several acts, each of which looks at its own fields.
OF_ANOTHER_ACT = {("session_record.update", "membership_id")}


def _tried(endpoint: str, each_stage: Stage, things: Mapping[str, Any]) -> Sequence[str]:
    return share_of(endpoint, tuple(things) if each_stage.engine.dialect.name == "sqlite" else OF_AN_ENGINE)


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_no_text_in_a_form_is_a_fault(each_stage: Stage, endpoint: str) -> None:
    row, here = ROW_BY_ENDPOINT[endpoint], each_stage.world.here
    texts = {name: TEXTS[name] for name in _tried(endpoint, each_stage, TEXTS)}
    fields = list(request_options(endpoint, here)["data"])
    # The version is asked for before the rest is looked at.
    shape = [field for field in fields if field != "version"]
    for number, (name, text) in enumerate(texts.items()):
        together = each_stage.send(
            doer(row),
            "POST",
            row.path(each_stage, here),
            **request_options(endpoint, here, **dict.fromkeys(shape, text)),
        )
        assert together.status < 500, name
        # A field that the refusal names went no further than its schema. Of the others every second is sent alone, with
        # each text another half of them.
        for field in [field for field in fields[number % 2 :: 2] if field not in together.refused_fields]:
            options = request_options(endpoint, here, **{field: text})
            answer = each_stage.send(doer(row), "POST", row.path(each_stage, here), **options)
            assert answer.status < 500, (field, name)
            if name == "zero byte" and field not in UNREAD and (endpoint, field) not in OF_ANOTHER_ACT:
                assert not answer.kept, (field, answer.kept)


THINGS: dict[str, Any] = TEXTS | {
    "nothing": None,
    "an object": {"a": 1},
    "a list": [1],
    "yes": True,
    "half": 0.5,
    "a huge number": 2**70,
    "a small number": -(2**70),
    "a surrogate": "\ud800",
}


@pytest.mark.parametrize("endpoint", sorted(BODIES))
def test_no_thing_in_a_body_is_a_fault(each_stage: Stage, endpoint: str) -> None:
    row, here = ROW_BY_ENDPOINT[endpoint], each_stage.world.here
    things = {name: THINGS[name] for name in _tried(endpoint, each_stage, THINGS)}
    whole = request_options(endpoint, here)["json"]

    def send(**instead: Any) -> Answer:
        # Written by the standard library, which writes what no careful program would.
        body = json.dumps(whole | instead)
        options = {"data": body, "content_type": "application/json", "headers": {"If-Match": SEEN}}
        return each_stage.send(doer(row), each_stage.method(endpoint), row.path(each_stage, here), **options)

    for name, thing in things.items():
        together = send(**dict.fromkeys(whole, thing))
        assert together.status < 500, name
        for field in whole.keys() - together.refused_fields:
            assert send(**{field: thing}).status < 500, (field, name)


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
BODIES_OF_A_PAGE: dict[str, tuple[str, bytes]] = {
    "nonsense": (FORM, b"%&=%zz&\xff\xfe=\x00&" * 10),
    "JSON": ("application/json", b'{"name": "x"}'),
    "no type": ("", b"name=x"),
    "an unknown type": ("nonsense", b"name=x"),
    "an unknown charset": (f"{FORM}; charset=nonsense", b"name=x"),
    "too large": (FORM, b"name=" + b"x" * TEN_MEGABYTES),
    "too large in parts": (
        MULTIPART, b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"x" * TEN_MEGABYTES + b"\r\n--x--",
    ),
    "too large a file": (
        MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        + b"x" * TEN_MEGABYTES + b"\r\n--x--",
    ),
    "no boundary": ("multipart/form-data", b"name=x"),
    "no end": (MULTIPART, b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx'),
    "no beginning": (MULTIPART, b"x\r\n--x--"),
    "no name": (MULTIPART, b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--"),
    "no head": (MULTIPART, b"--x\r\n\r\nx\r\n--x--"),
    "a file with no name": (
        MULTIPART, b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--x--',
    ),
    "a name that climbs": (
        MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../\x00etc/passwd"\r\n\r\nx\r\n--x--',
    ),
    "very many parts": (
        MULTIPART, b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' for _ in range(2000)),
    ),
    "very many fields": (FORM, b"a=1&" * 20_000),
}  # fmt: skip


TAKES_LARGE_FILES = {
    "evidence.create_file",
    "api_evidence.bring_file",
    "file_imports.bring_in",
    "api_file_imports.bring_in",
}


@pytest.mark.parametrize("name", BODIES_OF_A_PAGE)
def test_no_body_is_a_fault(stage: Stage, name: str) -> None:
    """A body is read before the view is asked, in one place for all of them: each kind is sent to a third of them."""
    content_type, body = BODIES_OF_A_PAGE[name]
    third = list(BODIES_OF_A_PAGE).index(name) % 3
    for endpoint in sorted({*sorted({*FORMS, *BODIES})[third::3], *UPLOADS}):
        row, here = ROW_BY_ENDPOINT[endpoint], stage.world.here
        answer = stage.send(
            doer(row),
            stage.method(endpoint),
            row.path(stage, here),
            data=body,
            content_type=content_type or None,
            headers={"If-Match": SEEN},
        )
        assert answer.status < 500, endpoint
        if "too large" in name and not (endpoint in TAKES_LARGE_FILES and name.endswith("a file")):
            assert answer.status in {413, 415}, endpoint
            assert not answer.kept


LENGTHS = ("-1", "nonsense", "99999999999999999999", "", " 5 ", "0x10")


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_is_none_is_no_fault(stage: Stage, length: str) -> None:
    for path in ("/account", "/api/v1/tokens"):
        answer = stage.send("coach", "POST", path, data=b"name=x", environ_overrides={"CONTENT_LENGTH": length})
        assert 400 <= answer.status < 500
        assert not answer.kept


HEADERS: dict[str, dict[str, str]] = {
    "cookie": {"Cookie": "coaching=nonsense; theme=\xff; =; coaching=.eJ.a.b"},
    "a long cookie": {"Cookie": "coaching=" + "a" * 100_000},
    "token": {"Authorization": "Bearer \xff\xfe"},
    "a long token": {"Authorization": "Bearer " + "a" * 100_000},
    "no token": {"Authorization": "Bearer"},
    "digest": {"Authorization": 'Digest username="x", realm=, nonce'},
    "half a basic": {"Authorization": "Basic %%%"},
    "if-match": {"If-Match": 'W/"x", "\xff", nonsense,,,*'},
    "if-none-match": {"If-None-Match": "nonsense,,,"},
    "accept": {"Accept": ";;;q=x,*/*;q=-1,\xff", "Accept-Language": ";q=", "Accept-Encoding": "gzip;q=x,,"},
    "range": {"Range": "bytes=9999999999-1,-,x"},
    "key": {"Idempotency-Key": "\xff" * 200},
    "no key": {"Idempotency-Key": ""},
    "method": {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"},
    "modified": {"If-Modified-Since": "nonsense", "If-Unmodified-Since": "0"},
    "encoding": {"Content-Encoding": "gzip", "Transfer-Encoding": "nonsense"},
}


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_is_a_fault(stage: Stage, name: str) -> None:
    asked = (
        ("GET", "/"), ("GET", "/api/v1/me"), ("POST", "/account"), ("POST", "/api/v1/tokens"),
        ("GET", "/assets/0/js/coaching.js"), ("GET", "/api/v1/openapi.json"), ("GET", "/nowhere"),
        ("PATCH", stage.path("api_cohorts.edit", stage.world.here)),
    )  # fmt: skip
    for method, path in asked:
        assert stage.send("coach", method, path, headers=HEADERS[name]).status < 500, path


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE")


def test_a_method_that_is_not_there_says_which_are(stage: Stage) -> None:
    adapter = stage.app.url_map.bind("localhost")
    for row in ROWS:
        if row.variant:
            continue
        path = row.path(stage, stage.world.here)
        allowed = set(adapter.allowed_methods(path))
        for method in share_of(row.name, [method for method in METHODS if method not in allowed]):
            answer = stage.send("coach", method, path)
            assert answer.status == 405, (method, path)
            assert set(answer.response.headers["Allow"].replace(" ", "").split(",")) == allowed
            assert not answer.kept


ELSEWHERE = (
    "//evil.example", "///evil.example", "https://evil.example/", "HTTPS:evil.example", "/\\evil.example",
    "\\/evil.example", "/%2f%2fevil.example", "/%5cevil.example", "/\t/evil.example", "\t//evil.example",
    "/account\r\nLocation: https://evil.example", "//evil.example/account", "/.//evil.example", "/..//evil.example",
    "javascript:alert(1)", "data:text/html,x", "/account?next=//evil.example", "/account#//evil.example",
    "//account@evil.example", "/sign-in?next=//evil.example", "\x00//evil.example", "／／evil.example", "evil.example",
    "/api/v1/me", "/demo/x", "/health/live",
)  # fmt: skip


def assert_leads_home(answer: Answer) -> None:
    """Where the answer leads is a path on our own server."""
    place = answer.response.headers.get("Location")
    if place is None:
        return
    parts = urlsplit(place)
    assert not parts.scheme, place
    assert not parts.netloc, place
    assert re.fullmatch(r"/([^/\\\s].*)?", place), place
    assert "evil.example" not in parts.path, place


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_elsewhere(stage: Stage, wanted: str) -> None:
    options = request_options("sign_in.submit", stage.world.here)
    after = stage.send("anonymous", "POST", f"/sign-in?next={quote(wanted)}", **options)
    assert after.status == 303
    assert_leads_home(after)
    page = stage.send("anonymous", "GET", f"/sign-in?next={quote(wanted)}")
    assert page.status == 200
    assert "evil.example" not in page.response.text
    switched = stage.send("coach", "POST", "/appearance", data={"theme": "dark", "next": wanted})
    assert switched.status == 303
    assert_leads_home(switched)


HOSTS = ("evil.example", "evil.example:8000", "localhost@evil.example", "evil.example/x", "", "a b", "\xff", "x" * 9000)


def asked_of(stage: Stage) -> Iterator[tuple[str, str, dict[str, Any]]]:
    here = stage.world.here
    yield "GET", "/", {}
    yield "GET", "/sign-in", {}
    yield "GET", "/nowhere", {}
    yield "POST", "/sign-in", request_options("sign_in.submit", here)
    yield "POST", "/sign-out", {}
    for endpoint in ("password_resets.create", "cohorts.create", "api_tokens.create", "api_cohorts.index",
                     "api_members.add", "invitations.show", "members.invite"):  # fmt: skip
        row = ROW_BY_ENDPOINT[endpoint]
        yield stage.method(endpoint), row.path(stage, here), request_options(endpoint, here)


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_request_calls_us_stands_in_no_answer(stage: Stage, host: str) -> None:
    for method, path, options in asked_of(stage):
        for identity in ("anonymous", "coach"):
            extra = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": host}
            headers = options.get("headers", {}) | extra
            answer = stage.send(
                identity, method, path, **options | {"headers": headers}, environ_overrides={"HTTP_HOST": host}
            )
            assert answer.status < 500
            assert "evil.example" not in answer.response.text
            assert "evil.example" not in str(answer.response.headers)
            assert_leads_home(answer)


def test_routing_redirects_lead_home(stage: Stage) -> None:
    """Werkzeug mends an address with two slashes by a redirect that would name the host it was asked by."""
    answer = raw(stage, "coach", b"//account", headers={"Host": "evil.example"})
    assert_leads_home(answer)
