"""Fixtures for every test: a database on each engine, the app and a client on it, and a browser where there is one."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from coaching.config import Settings
from coaching.memory import freeze_memory
from coaching.services import passwords
from tests.databases import ENGINES, Databases, hurry
from tests.factories import HASTY, NOTES_KEY, NOW
from tests.postgres import NoServerError, Run
from tests.turns import find_left_out, is_ci

SECRET_KEY = "a-secret-that-only-tests-use-0123456789"
# Other people's exports, which are never part of the project.
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_RUN = pytest.StashKey[Run]()


def skip_or_fail(reason: str) -> None:
    """For a test whose surroundings are missing."""
    if is_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_RUN] = Run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _RUN in config.stash:
        config.stash[_RUN].end()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In CI, and where a test is asked for by its name, both engines have their turn."""
    if is_ci() or any("::" in argument for argument in config.args):
        return
    left_out = find_left_out(items)
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))


def pytest_collection_finish() -> None:
    """Thousands of tests and all they import stay until the end, and are not to be searched for garbage between."""
    freeze_memory()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and chromium() is None:
        skip_or_fail("There is no Chromium to test in: `apt-get install chromium`.")


def chromium() -> str | None:
    """The path of a Chromium that the system has."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright starts the system's browser, which asks nothing of the network by itself."""
    return browser_type_launch_args | {"executable_path": chromium(), "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session", autouse=True)
def hasty_passwords() -> Iterator[None]:
    """Hashes with little effort. The product has the parameters of argon2's library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", HASTY)
        yield


@pytest.fixture
def now() -> datetime:
    """The moment at which a test happens."""
    return NOW


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The databases of this worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    own = tmp_path_factory.getbasetemp()
    databases = Databases(tmp_path_factory.mktemp("databases"), own if worker == "main" else own.parent, worker)
    yield databases
    databases.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Runs the test once on each engine."""
    return request.param


@pytest.fixture
def engine(databases: Databases, engine_name: str) -> Iterator[Engine]:
    """An engine on a database with every table and no row. What the test leaves in it is removed afterwards."""
    try:
        database = databases.standing(engine_name)
    except NoServerError as error:
        skip_or_fail(str(error))
        raise
    yield database.engine
    database.clean()


@pytest.fixture
def database_url(engine: Engine) -> str:
    """The URL of the database that `engine`, `session` and `app` use."""
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def empty_database_url(databases: Databases, engine_name: str) -> Iterator[str]:
    """The URL of a new database without any table."""
    try:
        with databases.empty(engine_name) as url:
            yield url
    except NoServerError as error:
        skip_or_fail(str(error))


@pytest.fixture
def demo_database_url(databases: Databases, engine_name: str) -> Iterator[str]:
    """The URL of a database with the demo programme as it is at `NOW`, which a test may change."""
    try:
        with databases.copy_of_demo(engine_name) as url:
            yield url
    except NoServerError as error:
        skip_or_fail(str(error))


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session outside of Flask, for preparing rows and for looking at them."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def demo_session(databases: Databases, engine_name: str) -> Iterator[Session]:
    """A session in the demo programme as it is at `NOW`. A test must not commit there: all is rolled back."""
    try:
        with databases.demo(engine_name).connect() as connection, Session(connection) as session:
            yield session
            session.rollback()
    except NoServerError as error:
        skip_or_fail(str(error))


@pytest.fixture(scope="session")
def make_settings(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Settings]:
    """Settings for tests; what a test needs otherwise it names."""

    def make(**values: Any) -> Settings:
        standard = {
            "environment": "test",
            "secret_key": SECRET_KEY,
            "notes_key": NOTES_KEY,
            "base_url": "http://localhost",
            "instance": tmp_path_factory.mktemp("instance"),
        }
        return Settings(**standard | values)

    return make


@pytest.fixture(scope="session")
def make_app(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Flask]]:
    """Makes an app with the settings named, once: tests share an app as the requests of a process do."""
    # Imported here because most tests need no app, and it is the slowest import of all.
    from coaching.app import create_app
    from coaching.extensions import db

    apps: dict[tuple[tuple[str, Any], ...], Flask] = {}
    # One app compiles a template for all of them, in all workers: theirs are folders in the run's.
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "templates"
    folder.mkdir(exist_ok=True)
    templates = FileSystemBytecodeCache(str(folder))

    def make(**values: Any) -> Flask:
        key = tuple(sorted(values.items()))
        if key not in apps:
            apps[key] = create_app(make_settings(**values))
            apps[key].jinja_env.bytecode_cache = templates
            with apps[key].app_context():
                hurry(db.engine)
        return apps[key]

    yield make
    for app in apps.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The app on the test's database."""
    return make_app(database_url=database_url)


@pytest.fixture
def new_client(app: Flask, session: Session) -> Callable[[], FlaskClient]:
    """Makes a browser or a program of its own, with its own cookies."""

    class Client(FlaskClient):
        """Whatever the test has written in `session` is there for a request, and its transaction is not in the way."""

        def open(self, *args: Any, **options: Any) -> Any:
            session.commit()
            return super().open(*args, **options)

    return lambda: Client(app, app.response_class, use_cookies=True)


@pytest.fixture
def client(new_client: Callable[[], FlaskClient]) -> FlaskClient:
    """A browser, or a program, that talks to the app."""
    return new_client()


@pytest.fixture
def live_url(make_app: Callable[..., Flask], database_url: str) -> Iterator[str]:
    """The address at which the app is served, for a browser. What a test writes itself it has to commit."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        app = make_app(database_url=database_url, base_url=url)
        server = make_server("127.0.0.1", port, app, threaded=True, fd=listener.fileno())
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield url
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """Counts statements: `with count_queries() as statements: ...`, then `len(statements)`."""
    uncounted = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ")

    @contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.lstrip().upper().startswith(uncounted):
                statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return count


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real exports that stand beside a checkout; a test that reads one is skipped where there are none."""
    if not SAMPLES.is_dir():
        pytest.skip("The sample exports are not beside this checkout.")
    return SAMPLES
