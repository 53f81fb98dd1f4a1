"""Third-party and own files: only those of the list, kept for ever, under an address that changes with them."""

from __future__ import annotations

import gzip
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coaching.blueprints import assets
from tests.blueprints.plain_app import make_plain_app

OWN = ["css/coaching.css", "js/coaching.js", "img/favicon.svg", "img/icons.svg"]


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_plain_app()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return assets.asset_url(name)


@pytest.mark.parametrize("name", [*assets.THIRD_PARTY, *OWN])
def test_a_listed_file_is_served_to_be_kept(app: Flask, visitor: FlaskClient, name: str) -> None:
    response = visitor.get(address(app, name))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.content_type == assets.CONTENT_TYPES[Path(name).suffix]
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(("name", "place"), assets.THIRD_PARTY.items())
def test_a_third_party_file_is_what_the_package_carries(
    app: Flask, visitor: FlaskClient, name: str, place: tuple[str, str]
) -> None:
    package, path = place
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    carried = Path(spec.submodule_search_locations[0], path).read_bytes()
    assert visitor.get(address(app, name)).data == carried


def test_a_bundle_is_its_parts_in_order(app: Flask, visitor: FlaskClient) -> None:
    served = visitor.get(address(app, "css/coaching.css")).data
    parts = [(assets.STATIC / part).read_bytes() for part in assets.BUNDLES["css/coaching.css"]]
    assert served == b"\n".join(parts)


# The style sheets that a single page loads by itself, beside the bundle.
ALONE = {"css/api-docs.css"}


def test_every_style_sheet_of_ours_is_in_a_bundle_or_on_a_page_of_its_own() -> None:
    bundled = {part for parts in assets.BUNDLES.values() for part in parts}
    assert {f"css/{path.name}" for path in (assets.STATIC / "css").iterdir()} == bundled | ALONE


@pytest.mark.parametrize(
    "name",
    [
        "css/tokens.css",
        "css/../../config.py",
        "../config.py",
        "%2e%2e/config.py",
        "/etc/passwd",
        "bootstrap.min.css",
        "flask_bootstrap/static/bootstrap5/css/bootstrap.min.css",
        "",
    ],
)
def test_nothing_else_is_served(visitor: FlaskClient, name: str) -> None:
    response = visitor.get(f"/assets/0123456789abcdef0123/{name}", follow_redirects=True)
    assert response.status_code == 404


def test_a_browser_that_has_the_file_gets_no_copy(app: Flask, visitor: FlaskClient) -> None:
    first = visitor.get(address(app, "htmx.js"))
    again = visitor.get(address(app, "htmx.js"), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_packed_copy_is_the_same_file_under_another_tag(app: Flask, visitor: FlaskClient) -> None:
    plain = visitor.get(address(app, "bootstrap.css"))
    packed = visitor.get(address(app, "bootstrap.css"), headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 4
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_a_browser_that_refuses_packed_files_gets_a_plain_one(app: Flask, visitor: FlaskClient) -> None:
    response = visitor.get(address(app, "htmx.js"), headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in response.headers


def test_yesterdays_address_gives_todays_file_but_not_to_keep(app: Flask, visitor: FlaskClient) -> None:
    response = visitor.get("/assets/0123456789abcdef0123/js/coaching.js")
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.data == visitor.get(address(app, "js/coaching.js")).data


def test_the_address_follows_the_content() -> None:
    one, same, other = assets.Asset("a.css", b"one"), assets.Asset("b.css", b"one"), assets.Asset("a.css", b"two")
    assert one.digest == same.digest != other.digest


def test_a_name_that_is_not_on_the_list_is_a_mistake_in_a_template(app: Flask) -> None:
    with pytest.raises(KeyError):
        address(app, "css/missing.css")


def test_no_package_runs_only_because_it_carries_a_file() -> None:
    carriers = {package for package, _ in assets.THIRD_PARTY.values()}
    program = (
        "import sys; from coaching.blueprints import assets; list(assets.read_assets());"
        f"print(*sorted({carriers!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_missing_package_is_named_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(assets.THIRD_PARTY, "gone.css", ("a_package_that_is_not_there", "gone.css"))
    with pytest.raises(RuntimeError, match="a_package_that_is_not_there"):
        list(assets.read_assets())
