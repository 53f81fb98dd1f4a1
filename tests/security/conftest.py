"""The stage on each engine, built once a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Base
from coaching.schema import MIGRATIONS
from tests.conftest import skip_or_fail
from tests.databases import Databases, make_engine
from tests.postgres import NoServerError
from tests.security.stage import Stage
from tests.security.world import PLACES, build_world, evidence_words

MakeApp = Callable[..., Flask]


@contextmanager
def standing_stage(
    databases: Databases, make_app: MakeApp, engine_name: str, *, attack: str = "", **settings: Any
) -> Iterator[Stage]:
    """An app on a database of its own, with the world in it."""
    with databases.empty(engine_name) as url:
        engine = make_engine(url)
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            MigrationContext.configure(connection).stamp(ScriptDirectory(str(MIGRATIONS)), "head")
        with Session(engine, expire_on_commit=False) as session:
            # The edge reads the clock, so the world stands around the real present.
            stage = Stage(make_app(database_url=url, **settings), build_world(session, now=utc_now(), attack=attack))
            stage.admit(session)
            session.commit()
            session.expunge_all()
        keep_files(stage)
        engine.dispose()
        yield stage
        stage.engine.dispose()


def keep_files(stage: Stage) -> None:
    """Puts the files that rows of the world name where the app looks for them."""
    folder = stage.app.extensions["settings"].uploads
    for label in PLACES:
        (folder / stage.world.place(label).rows["evidence"].stored_name).write_bytes(evidence_words(label))


@pytest.fixture(scope="session")
def stage(databases: Databases, make_app: MakeApp) -> Iterator[Stage]:
    with standing_stage(databases, make_app, "sqlite") as stage:
        yield stage


@pytest.fixture(scope="session")
def stage_on_postgresql(databases: Databases, make_app: MakeApp) -> Iterator[Stage]:
    try:
        with standing_stage(databases, make_app, "postgresql") as stage:
            yield stage
    except NoServerError as error:
        skip_or_fail(str(error))
