"""Commands that bring files in: reports of who came, values of metrics, and exports of platforms."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from coaching import clock
from coaching.cli import AS_JSON, database, print_json
from coaching.errors import Invalid

if TYPE_CHECKING:
    from coaching.services.report_description import Reading

# How to answer what a report makes the command ask, by the field or the refusal's code.
OPTIONS = {
    "date_order": "Use --date-order mdy or --date-order dmy.",
    "unconfirmed": "To record it as it is, use --anyway.",
}


@click.group("import")
def import_group() -> None:
    """Bring files in."""


def _report_options(command: Callable[..., None]) -> Callable[..., None]:
    """What has to be said beside a report, whichever service wrote it."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.option("--session", "session_id", help="The session's identifier, as in its page's address."),
            click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing."),
            click.option("--timezone", help="The zone of the report's times; the session's own unless told."),
            click.option("--date-order", type=click.Choice(["mdy", "dmy"]), help="Where both would be possible."),
            click.option(
                "--anyway", is_flag=True, help="Import it as it is: another day's, or with rows that are unreadable."
            ),
            AS_JSON,
        )
    ):
        command = option(command)
    return command


@import_group.command("zoom")
@_report_options
def import_zoom(**how: Any) -> None:
    """Record who came to a session from a Zoom participants report."""
    _import_report("zoom", **how)


@import_group.command("teams")
@_report_options
def import_teams(**how: Any) -> None:
    """Record who came to a session from a Microsoft Teams attendance report."""
    _import_report("teams", **how)


def _import_report(
    service: Literal["zoom", "teams"],
    *,
    file: Path,
    session_id: str | None,
    dry_run: bool,
    timezone: str | None,
    date_order: Literal["mdy", "dmy"] | None,
    anyway: bool,
    as_json: bool,
) -> None:
    """The report of this service looked at, and unless it is a dry run, recorded."""
    from coaching.services import report_description as reports  # noqa: PLC0415

    if session_id is None and not dry_run:
        raise Invalid("Name the session with --session, or look at the file alone with --dry-run.")
    reading = reports.Reading(timezone=timezone, date_order=date_order, anyway=anyway, service=service)
    try:
        if session_id is None:
            answer = reports.describe_report(file.read_bytes(), reading)
        else:
            answer = _bring_in(session_id, file, reading, dry_run=dry_run)
    except Invalid as refusal:
        raise _with_option(refusal) from refusal
    if as_json:
        print_json(answer)
    else:
        click.echo(reports.describe_in_words(answer))


def _bring_in(session_id: str, file: Path, reading: Reading, *, dry_run: bool) -> dict[str, Any]:
    """What a report does to a session, and what it did unless it is a dry run."""
    from coaching.services import attendance_imports as imports  # noqa: PLC0415
    from coaching.services import import_batches, import_preview  # noqa: PLC0415

    data, now = file.read_bytes(), clock.utc_now()
    with database() as session:
        meeting = import_batches.find_session(session, session_id)
        preview = import_preview.preview_import(session, meeting, data, reading, actor=None, now=now)
        answer = preview.as_dict()
        if not dry_run:
            batch = imports.apply_import(session, meeting, data, reading, file_name=file.name, actor=None, now=now)
            answer |= {"import": batch.public_id}
    return answer


def _with_option(refusal: Invalid) -> Invalid:
    """The refusal, with the option that answers what it asks."""
    options = [text for name, text in OPTIONS.items() if name in {refusal.code, *refusal.messages}]
    return Invalid(" ".join([refusal.message, *options]), refusal.messages, code=refusal.code)


@import_group.command("observations")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cohort", "cohort_id", required=True, help="The cohort's identifier, as in its page's address.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@AS_JSON
def import_values(file: Path, cohort_id: str, dry_run: bool, as_json: bool) -> None:
    """Record values of goals' metrics from a table with email, goal, metric, date and value."""
    from coaching.services import observation_imports as imports  # noqa: PLC0415

    with database() as session:
        cohort = imports.find_cohort(session, cohort_id)
        lines = imports.import_observations(
            session, cohort, file.read_bytes(), actor=None, now=clock.utc_now(), is_dry_run=dry_run
        )
    if as_json:
        print_json([line._asdict() for line in lines])
        return
    for line in lines:
        click.echo(f"row {line.number:<5} {line.outcome.replace('_', ' '):<9} {line.reason}")
    click.echo(
        ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in imports.count_outcomes(lines).items())
    )


@import_group.command("futurelearn")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Say what is in the files, and change nothing. Needs no database.")
@click.option("--course", help="The course of files whose name does not say it, as FutureLearn's address has it.")
@click.option("--run", type=click.IntRange(1, 999), help="The run of files whose name does not say it.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the files were exported.")
@click.option("--project", "project_id", help="The course's identifier, as in its page's address.")
@click.option("--as", "email", help="Whose import it is: the e-mail address of who may log the course's launches.")
@AS_JSON
def import_futurelearn(
    files: tuple[Path, ...],
    *,
    dry_run: bool,
    as_of: datetime | None,
    project_id: str | None,
    email: str | None,
    as_json: bool,
    **named: Any,
) -> None:
    """Read exports of FutureLearn's runs: CSV files, or zips of them, of as many runs as you like."""
    day = as_of.date() if as_of is not None else None
    if not dry_run:
        if project_id is None or email is None:
            raise Invalid("Name the course with --project and yourself with --as, or look at the files with --dry-run.")
        _bring_exports_in(project_id, email, day, files, as_json=as_json)
        return
    from coaching import futurelearn_command  # noqa: PLC0415  Few commands need the importers.

    known = futurelearn_command.look_at(files, named | {"as_of": day or clock.utc_now().date()})
    if as_json:
        print_json(known.as_dict())
    else:
        click.echo(known.in_words())
    if known.unnamed:
        click.echo(known.what_to_say(), err=True)
        sys.exit(1)


def _bring_exports_in(project_id: str, email: str, day: date | None, files: tuple[Path, ...], *, as_json: bool) -> None:
    from coaching.config import read_settings  # noqa: PLC0415
    from coaching.futurelearn_import import Bringing  # noqa: PLC0415

    done = Bringing(read_settings(), project_id, email, day).bring_in(files)
    if as_json:
        print_json(done)
    elif done["is_new"]:
        click.echo(f"Imported as {done['import']}. Its page says what it brought, and takes it back.")
    else:
        click.echo(f"These files came in before, as {done['import']}, which is {done['state']}. Nothing was changed.")
