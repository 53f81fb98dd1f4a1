"""The `coaching` command: serve, run schedulers, look after the schema, people and imports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import orjson
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coaching import __version__, clock, tokens
from coaching.config import Settings, read_settings
from coaching.database import open_engine
from coaching.errors import Conflict, Invalid, NotFound
from coaching.listening import check_place
from coaching.logs import log_to_stderr
from coaching.memory import collector_at_rest
from coaching.refusals import Commands

PORT = click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
HOST = click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
DEMO_SEED = 2022
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """Cohort coaching that keeps the evidence of practice. Settings are COACHING_* variables: see the README."""


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    """An engine for the length of a command, with the instance folder made where it may have to lie."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def database(settings: Settings | None = None) -> Iterator[Session]:
    """One command is one transaction: kept at the end, undone when the command is refused."""
    from coaching import schema  # noqa: PLC0415  Alembic is loaded by the commands that need it.

    with _engine(settings or read_settings()) as engine:
        current = schema.current_revision(engine)
        schema.refuse_newer(current)
        if current != schema.head_revision():
            raise Conflict("The database does not have this version's schema. Run: coaching upgrade")
        with Session(engine) as session, session.begin():
            yield session


def upgrade_schema(settings: Settings, revision: str = "head") -> None:
    """Brings the database's schema up to a revision."""
    from coaching import schema  # noqa: PLC0415  Alembic is loaded by the commands that need it.

    with _engine(settings) as engine:
        schema.upgrade(engine, revision)


def check_database(settings: Settings) -> None:
    """Refuses to start on a database that cannot be reached, or that a newer version has been at."""
    from coaching import schema  # noqa: PLC0415  Alembic is loaded by the commands that need it.

    with _engine(settings) as engine:
        schema.refuse_newer(schema.current_revision(engine))


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


def _warn_of_plain_http(settings: Settings) -> None:
    """Says so where a production site is reached without TLS."""
    if settings.environment == "production" and not settings.is_secure:
        click.echo("Note: COACHING_BASE_URL is not https, so cookies travel in the clear.", err=True)


@main.command()
@HOST
@PORT
@click.option("--demo", "with_demo", is_flag=True, help="With the demo, as `coaching demo --if-empty` makes it.")
def serve(host: str, port: int, with_demo: bool) -> None:
    """Upgrade the schema, then run the web and the scheduler in one process. Right for one machine."""
    settings = _served_settings(host, port)
    with collector_at_rest():
        from coaching import jobs, serving  # noqa: PLC0415  Only the servers need gunicorn and APScheduler.

    if with_demo:
        _say_links(_make_demo(settings, if_empty=True))
    else:
        upgrade_schema(settings)
    click.echo(f"Serving on {settings.base_url}. Stop with Ctrl-C.")
    log_to_stderr()
    beside = lambda: jobs.start_scheduler(settings)  # noqa: E731
    serving.WebServer(settings, host=host, port=port, workers=1, threads=8, beside=beside).run()


@main.command()
@HOST
@PORT
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1, 32), default=2, show_default=True)
def web(host: str, port: int, workers: int, threads: int) -> None:
    """Run the web alone. Schedulers and the schema have commands of their own."""
    settings = _served_settings(host, port)
    with collector_at_rest():
        from coaching import serving  # noqa: PLC0415

    check_database(settings)
    serving.WebServer(settings, host=host, port=port, workers=workers, threads=threads).run()


@main.command()
def scheduler() -> None:
    """Run a scheduler. Any number may run, on any number of machines; each finishes its batch when told to stop."""
    from coaching import jobs  # noqa: PLC0415

    settings = read_settings()
    check_database(settings)
    log_to_stderr()
    jobs.run_scheduler(settings)


@main.command()
@click.option("--revision", default="head", show_default=True)
def upgrade(revision: str) -> None:
    """Bring the database's schema up to this version."""
    upgrade_schema(read_settings(), revision)
    click.echo("The schema is current.")


@main.command()
@click.option(
    "--check", is_flag=True, help="Say only what there is to look at, and exit with 1 where there is anything."
)
@AS_JSON
def status(check: bool, as_json: bool) -> None:
    """Tell how things stand: what is late, what waits, what was sent lately, which schedulers live."""
    from coaching.services.note_cipher import open_keyring  # noqa: PLC0415
    from coaching.services.status import ALL_WELL, describe_status, read_status  # noqa: PLC0415

    settings = read_settings()
    known, now = open_keyring(settings).names, clock.utc_now()
    with database(settings) as session:
        found = read_status(session, now=now, late_after=settings.late_after, note_keys=known)
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(found["problems"] or [ALL_WELL]) if check else describe_status(found))
    if check and found["problems"]:
        sys.exit(1)


@main.command()
@click.argument("email")
@click.option("--label", default="command line", show_default=True)
@click.option(
    "--scope", "scopes", type=click.Choice(["read", "write", "private_notes"]), multiple=True, default=("read",)
)
@click.option("--days", type=int, default=90, show_default=True)
@AS_JSON
def token(email: str, label: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    """Make an API token for a person. It is shown this once."""
    from coaching.schemas.base import checked  # noqa: PLC0415
    from coaching.schemas.person import ApiTokenSchema  # noqa: PLC0415
    from coaching.services.api_tokens import create_api_token  # noqa: PLC0415

    values = checked(ApiTokenSchema(), {"label": label, "scopes": list(scopes), "days": days})
    with database() as session:
        person = find_person(session, email)
        made, shown = create_api_token(
            session,
            person,
            label=values["label"],
            scopes=frozenset(values["scopes"]),
            days=values["days"],
            secret=tokens.new_secret(),
            now=clock.utc_now(),
        )
        answer = {"token": shown, "scopes": made.scopes.split(), "expires_at": made.expires_at}
    if as_json:
        print_json(answer)
    else:
        click.echo(shown)


@main.command()
@click.option("--seed", type=int, default=DEMO_SEED, show_default=True, help="Another seed makes another programme.")
@click.option("--if-empty", is_flag=True, help="Do nothing but print links where the database has people already.")
@click.option("--links", "only_links", is_flag=True, help="Only print fresh sign-in links to the demo.")
@AS_JSON
def demo(seed: int, if_empty: bool, only_links: bool, as_json: bool) -> None:
    """Fill an empty database with a synthetic programme, and print sign-in links."""
    links = _make_demo(read_settings(), seed=seed, if_empty=if_empty, only_links=only_links)
    if as_json:
        print_json({"synthetic": True, "links": links})
    else:
        _say_links(links)


def _make_demo(
    settings: Settings, *, seed: int = DEMO_SEED, if_empty: bool = False, only_links: bool = False
) -> dict[str, str]:
    """Fills the database where it is empty. The links that sign in, by who they sign in."""
    from coaching.services import demo as demo_service  # noqa: PLC0415
    from coaching.services.note_cipher import open_keyring  # noqa: PLC0415
    from coaching.uploads import prepare_folder  # noqa: PLC0415

    if not settings.is_development:
        raise Invalid("The demo is for development: its links sign in whoever has them.")
    upgrade_schema(settings)
    now = clock.utc_now()
    with database(settings) as session:
        is_empty = demo_service.is_empty(session)
        if not is_empty and not if_empty and not only_links:
            raise Invalid("The database has people already. Use an empty one, or --links for fresh sign-in links.")
        if is_empty and not only_links:
            prepare_folder(settings.uploads)
            keys = open_keyring(settings)
            demo_service.build_demo(session, seed=seed, now=now, keys=keys, uploads=settings.uploads)
        return demo_service.make_links(session, base_url=settings.base_url, new_secret=tokens.new_secret, now=now)


def _say_links(links: dict[str, str]) -> None:
    click.echo("The demo programme is synthetic data. Sign in as:")
    for who, link in links.items():
        click.echo(f"  {who:<14}{link}")


def find_person(session: Session, email: str) -> Any:
    """The person with this address. Raises NotFound with what to do."""
    from coaching.services.people import find_person_by_email  # noqa: PLC0415

    person = find_person_by_email(session, email)
    if person is None:
        raise NotFound("There is nobody with this e-mail address. Check it, or add the person first.")
    return person


def _served_settings(host: str, port: int) -> Settings:
    """The settings, where one can listen; without a base URL of its own, the product is reached there."""
    if not os.environ.get("COACHING_BASE_URL"):
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104
        os.environ["COACHING_BASE_URL"] = f"http://{shown}:{port}"
    settings = read_settings()
    check_place(host, port)
    _warn_of_plain_http(settings)
    return settings
