"""What pages load: our own styles, scripts and pictures, and the few third-party files that packages carry.

Nothing is served that is not on the list made at start. The address holds a digest of the content, so that a browser
may keep a file for ever and a changed file is fetched at once.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

# The name pages use: the package that carries the file, and where. The package's Python is never imported.
THIRD_PARTY = {
    "bootstrap.css": ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"),
    "htmx.js": ("js_lib_htmx", "static/htmx/htmx.min.js"),
    "swagger-ui.css": ("flask_swagger_ui", "dist/swagger-ui.css"),
    "swagger-ui-bundle.js": ("flask_swagger_ui", "dist/swagger-ui-bundle.js"),
    "swagger-ui-standalone-preset.js": ("flask_swagger_ui", "dist/swagger-ui-standalone-preset.js"),
}
# One request for what is written as several files; the order matters to the cascade.
BUNDLES = {
    "css/coaching.css": (
        "css/tokens.css", "css/base.css", "css/layout.css", "css/menus.css", "css/page.css", "css/buttons.css",
        "css/forms.css", "css/data.css", "css/tables.css", "css/lists.css", "css/attendance.css", "css/marks.css",
        "css/charts.css", "css/room.css", "css/mails.css", "css/timeline.css", "css/lanes.css", "css/goals.css",
        "css/notes.css", "css/board.css",
    ),
}  # fmt: skip
# Written out because the table of `mimetypes` differs between machines.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
COMPRESSIBLE = frozenset({".css", ".js", ".svg", ".txt"})
FOR_EVER = "public, max-age=31536000, immutable"
STATIC = Path(__file__).resolve().parent.parent / "static"

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


@dataclass(frozen=True)
class Asset:
    """One file, read once at start."""

    name: str
    body: bytes

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:20]

    @cached_property
    def packed(self) -> bytes | None:
        """The body under gzip, made at the first request for it; None where packing does not pay."""
        if Path(self.name).suffix not in COMPRESSIBLE:
            return None
        return gzip.compress(self.body, mtime=0)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[Path(self.name).suffix]


def init_assets(app: Flask) -> None:
    """Reads every asset, serves the list under /assets and gives templates `asset_url`."""
    app.extensions["assets"] = {asset.name: asset for asset in read_assets()}
    app.extensions["asset_addresses"] = {}
    app.register_blueprint(blueprint)
    app.add_template_global(asset_url)


def asset_url(name: str) -> str:
    """The address of an asset, with the digest of its content in it. An unknown name is a mistake in a template.

    It is kept once built: a page asks for the address of the icons a hundred times.
    """
    addresses: dict[tuple[str, str], str] = current_app.extensions["asset_addresses"]
    key = (request.script_root, name)
    if key not in addresses:
        asset: Asset = current_app.extensions["assets"][name]
        addresses[key] = url_for("assets.asset", digest=asset.digest, name=name)
    return addresses[key]


def read_assets() -> Iterator[Asset]:
    """The whole list: what packages carry, our bundles, and our other static files."""
    for name, (package, path) in THIRD_PARTY.items():
        yield Asset(name, _package_folder(package).joinpath(path).read_bytes())
    parts = {part for bundle in BUNDLES.values() for part in bundle}
    for name, bundle in BUNDLES.items():
        yield Asset(name, b"\n".join((STATIC / part).read_bytes() for part in bundle))
    for file in sorted(STATIC.rglob("*")):
        name = file.relative_to(STATIC).as_posix()
        if file.suffix in CONTENT_TYPES and name not in parts:
            yield Asset(name, file.read_bytes())


def _package_folder(package: str) -> Path:
    """Where a package lies, without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"The package {package} is missing; install the requirements again.")
    return Path(spec.submodule_search_locations[0])


@blueprint.get("/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """One file of the list.

    A digest that is not today's comes from a page made just before or just after an update. It gets the file that we
    have, not to be kept, because a page without styles is worse than one with yesterday's.
    """
    found: Asset | None = current_app.extensions["assets"].get(name)
    if found is None:
        abort(404)
    packed = found.packed if request.accept_encodings["gzip"] else None
    response = Response(found.body if packed is None else packed, content_type=found.content_type)
    response.headers["Cache-Control"] = FOR_EVER if digest == found.digest else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if packed is None:
        response.set_etag(found.digest)
    else:
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{found.digest}-gzip")
    response.make_conditional(request)
    return response
