"""How Alembic runs our revisions: on the connection that coaching/schema.py gives it, or, from the command line,
on the database that the settings name."""

from pathlib import Path

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from sqlalchemy import Connection

from coaching.config import read_settings
from coaching.database import open_engine
from coaching.models import Base, UTCDateTime
from coaching.models.decimals import ExactDecimal
from coaching.schema import schema_lock

VERSIONS = Path(__file__).resolve().parent / "versions"


def render_item(kind: str, item: object, _context: AutogenContext) -> str | bool:
    """Writes our own column types as what they are in the database: a revision must not change when our code does."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ExactDecimal):
        return "sa.BigInteger()"
    return False


def number_revision(_context: object, _revision: object, scripts: list[MigrationScript]) -> None:
    """Numbers revisions in their order, and writes none where the models and the database agree."""
    (script,) = scripts
    if script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        scripts.clear()
        print("The models and the database agree: there is no revision to write.")  # noqa: T201
        return
    script.rev_id = f"{len(list(VERSIONS.glob('*.py'))) + 1:04}"


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        process_revision_directives=number_revision,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = read_settings().database_url
    engine = open_engine(url)
    with schema_lock(engine) as locked:
        run(locked)
    engine.dispose()
