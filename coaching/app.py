"""create_app: config, extensions, hooks, blueprints, commands, in that order."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import orjson
from flask import Flask, Request, Response, current_app, has_request_context, request
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from coaching import blueprints
from coaching.blueprints.addresses import LateRule
from coaching.config import Settings, read_settings
from coaching.database import engine_options, prepare_engine, read_options
from coaching.extensions import csrf, db, login_manager
from coaching.uploads import prepare_folder

CONNECTIONLESS = frozenset({"assets"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_VALUES = frozenset({"public_id"})
LARGEST_BODY = 6 * 1024 * 1024
LARGEST_FORM_MEMORY = 1024 * 1024
# What of a file is kept in memory before it goes to the disk.
IN_MEMORY = 256 * 1024
LAST_WORD = "Something went wrong on our side. Nothing was changed. Tell your administrator.\n"


class FastJSON(DefaultJSONProvider):
    """orjson for answers and bodies: UTC moments end in Z, unknown types are an error."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        return orjson.loads(s)


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookies, whose signer is made once and not for each request."""

    signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self.signer is None:
            self.signer = super().get_signing_serializer(app)
        return self.signer


class CoachingRequest(Request):
    """Flask's, where every field of a form has a name: without one, what looks through the names would fail."""

    def _get_file_stream(self, *_told: Any, **_more: Any) -> IO[bytes]:
        """A file that is no small one goes to the disk that it is meant for: elsewhere there may be no room for it,
        and where temporary files lie is memory on some machines. It has no name there, so that nothing can be left."""
        folder = current_app.extensions["settings"].uploads
        file = SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115
        self.__dict__.setdefault("spooled", []).append(file)
        return file

    def close(self) -> None:
        """Closes also the files of a body that was not read to its end."""
        super().close()
        for file in self.__dict__.get("spooled", ()):
            file.close()

    def _load_form_data(self) -> None:
        super()._load_form_data()
        if any(name is None for name in (*self.form, *self.files)):
            raise BadRequest("A part of the form has no name.")


class Templates(Environment):
    """Flask's, where templates share the environment's globals, which nobody changes once it serves.

    Jinja would give each template a chain of mappings. Comparing two of them, at each import on each page, takes longer
    than the rest of the import.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class CoachingApp(Flask):
    """Flask, where one request is one transaction: kept when it succeeded, undone when it was refused."""

    jinja_environment = Templates
    json_provider_class = FastJSON
    request_class = CoachingRequest
    url_rule_class = LateRule

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.session_interface = Cookies()
        self.kept_address = lru_cache(maxsize=4096)(self._build_address)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is asynchronous, so that no call of a view or a hook has to be asked whether it is."""
        return func

    def url_for(
        self,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Keeps the addresses of pages that have at most one identifier: a long page names them a hundred times.

        `flask.url_for` names every option, so that only an option with a value asks for more than the plain address.
        """
        is_plain = _anchor is None and _method is None and _scheme is None and _external is None
        if is_plain and values.keys() <= KEPT_VALUES and "." in endpoint[1:] and has_request_context():
            return self.kept_address(request.script_root, endpoint, **values)
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _build_address(self, _root: str, endpoint: str, **values: Any) -> str:
        return super().url_for(endpoint, **values)

    def dispatch_request(self) -> ResponseReturnValue:
        if request.method in SAFE_METHODS:
            return super().dispatch_request()
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400 or getattr(response, "keeps_writes", False):
            db.session.commit()
        else:
            db.session.rollback()
        return response

    def log_exception(self, exc_info: Any) -> None:
        """Names the fault alone: Flask would log the address, which may be a link's, and the text, which may quote."""
        self.logger.error("fault in an error's own handling: %s", getattr(exc_info[0], "__name__", "?"))

    def handle_exception(self, e: Exception) -> Response:
        """The last word: what left the app from here, the server would log with the address."""
        try:
            return super().handle_exception(e)
        except Exception:
            if self.testing or self.debug:
                raise
            return self.finalize_request(Response(LAST_WORD, 500, content_type="text/plain"), from_error_handler=True)


def _begin_as_reader() -> None:
    """Gives a request that must not write a reader's connection: it takes no write lock and commits nothing."""
    if request.method in SAFE_METHODS and request.blueprint not in CONNECTIONLESS:
        db.session.connection(execution_options=current_app.extensions["read_options"])


def create_app(settings: Settings | None = None) -> CoachingApp:
    """The WSGI application. Raises BadSettings where it must not start."""
    settings = settings or read_settings()
    # The pages' own files are served by `assets`, under addresses that change with their content.
    app = CoachingApp("coaching", instance_path=str(settings.instance), static_folder=None)
    _configure(app, settings)
    _bind_extensions(app)
    app.before_request(_begin_as_reader)
    blueprints.register(app)
    return app


def _configure(app: CoachingApp, settings: Settings) -> None:
    settings.instance.mkdir(parents=True, exist_ok=True)
    prepare_folder(settings.uploads)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_MEMORY,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_NAME="coaching",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        WTF_CSRF_TIME_LIMIT=None,
        TESTING=settings.environment == "test",
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _bind_extensions(app: CoachingApp) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        app.extensions["read_options"] = read_options(db.engine)
    login_manager.init_app(app)
    csrf.init_app(app)
