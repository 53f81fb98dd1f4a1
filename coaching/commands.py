"""Commands on people, programmes, the audit trail and imports: the part of `coaching` that operators use by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from coaching import clock, tokens
from coaching.cli import AS_JSON, database, find_person, main, print_json
from coaching.config import read_settings
from coaching.errors import Invalid

if TYPE_CHECKING:
    from coaching.services.report_description import Reading

# How to answer what a report makes the command ask, by the field or the refusal's code.
OPTIONS = {
    "date_order": "Use --date-order mdy or --date-order dmy.",
    "unconfirmed": "To record it as it is, use --anyway.",
}


@main.group()
def person() -> None:
    """Add, suspend, restore, export or erase a person."""


@person.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--timezone", default="UTC", show_default=True)
@click.option("--administrator", is_flag=True, help="Let the person administer the site.")
def add_person(email: str, name: str, timezone: str, administrator: bool) -> None:
    """Add a person and print the link by which they choose a password. It goes out by mail too."""
    from coaching.schemas.base import checked  # noqa: PLC0415
    from coaching.schemas.person import AddPersonSchema  # noqa: PLC0415
    from coaching.services import people  # noqa: PLC0415

    values = checked(AddPersonSchema(), {"email": email, "name": name, "timezone": timezone})
    settings, secret, now = read_settings(), tokens.new_secret(), clock.utc_now()
    with database(settings) as session:
        added = people.create_person(session, now=now, **values)
        added.is_administrator = administrator
        people.invite_person(session, added, to="Coaching", by="your administrator", secret=secret, now=now)
    click.echo(f"{settings.base_url}/invitations/{secret}")


@person.command("suspend")
@click.argument("email")
def suspend(email: str) -> None:
    """Shut a person out by every door, at once."""
    from coaching.services.people import suspend_person  # noqa: PLC0415

    with database() as session:
        suspend_person(session, find_person(session, email), actor=None, now=clock.utc_now())
    click.echo("Suspended.")


@person.command("restore")
@click.argument("email")
def restore(email: str) -> None:
    """Let a suspended person sign in again."""
    from coaching.services.people import restore_person  # noqa: PLC0415

    with database() as session:
        restore_person(session, find_person(session, email), actor=None, now=clock.utc_now())
    click.echo("Restored.")


@person.command("export")
@click.argument("email")
def export(email: str) -> None:
    """Print all that is held on a person, as JSON."""
    from coaching.services.note_cipher import open_keyring  # noqa: PLC0415
    from coaching.services.privacy import export_person  # noqa: PLC0415

    settings = read_settings()
    with database(settings) as session:
        print_json(export_person(session, find_person(session, email), actor=None, keys=open_keyring(settings)))


@person.command("erase")
@click.argument("email")
@click.confirmation_option(prompt="Erasing cannot be undone. Go on?")
def erase(email: str) -> None:
    """Erase a person. Counts they are part of stay; backups made before keep what they hold."""
    from coaching.services.privacy import erase_person  # noqa: PLC0415
    from coaching.uploads import remove_upload  # noqa: PLC0415

    settings = read_settings()
    with database(settings) as session:
        for name in erase_person(session, find_person(session, email), actor=None, now=clock.utc_now()):
            remove_upload(session, settings.uploads, name)
    click.echo("Erased.")


@main.group()
def programme() -> None:
    """Add a programme, appoint its coordinators."""


@programme.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--timezone", default="Europe/London", show_default=True)
def add_programme(slug: str, name: str, timezone: str) -> None:
    """Add a programme under a short name."""
    from coaching.schemas.base import checked  # noqa: PLC0415
    from coaching.schemas.programme import AddProgrammeSchema  # noqa: PLC0415
    from coaching.services.programmes import create_programme  # noqa: PLC0415

    values = checked(AddProgrammeSchema(), {"slug": slug, "name": name, "timezone": timezone})
    with database() as session:
        create_programme(session, actor=None, now=clock.utc_now(), **values)
    click.echo("Added.")


@programme.command("coordinator")
@click.argument("slug")
@click.argument("email")
def appoint(slug: str, email: str) -> None:
    """Make a person coordinator of a programme."""
    from coaching.services.programmes import appoint_coordinator, find_programme  # noqa: PLC0415

    with database() as session:
        found = find_programme(session, slug)
        appoint_coordinator(session, found, find_person(session, email), actor=None, now=clock.utc_now())
    click.echo("Appointed.")


@main.command()
def audit() -> None:
    """Check the audit trail. Exits 1 where an entry was changed, removed or moved."""
    from coaching.services.audit import verify_trail  # noqa: PLC0415

    with database() as session:
        finds = verify_trail(session)
    click.echo("\n".join(finds) or "The audit trail is whole.")
    sys.exit(1 if finds else 0)


@main.group("import")
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


@main.command("follow-ups")
@click.option("--cohort", "cohort_id", required=True, help="The cohort's identifier, as in its page's address.")
@AS_JSON
def follow_ups(cohort_id: str, as_json: bool) -> None:
    """List what a cohort is asked, when, and what became of it."""
    from coaching.services.follow_up_timeline import describe_timeline  # noqa: PLC0415

    with database() as session:
        lines = describe_timeline(session, cohort_id)
    if as_json:
        print_json(lines)
        return
    for line in lines:
        counts = f"{line['asked']} asked, {line['answered']} answered, {line['silent']} silent"
        label = line["label"] + (" (not asked any more)" if line["is_gone"] else "")
        click.echo(f"{line['first'] or 'no date yet'!s:<12}{label}: {counts}")


@main.group()
def notes() -> None:
    """Look after the key of coach-private notes."""


@notes.command("rotate-key")
def rotate_key() -> None:
    """Put all private notes under the first key of COACHING_NOTES_KEY. The keys after it may go when it is through."""
    from coaching.services.note_cipher import open_keyring  # noqa: PLC0415
    from coaching.services.note_keys import reseal_batch  # noqa: PLC0415

    settings = read_settings()
    keys, after, resealed, unreadable = open_keyring(settings), 0, 0, 0
    while True:
        # A batch is a transaction, so that pages write between two, and who is interrupted has lost none.
        with database(settings) as session:
            batch = reseal_batch(session, keys, after=after)
        resealed, unreadable = resealed + batch.resealed, unreadable + batch.unreadable
        if batch.last is None:
            break
        after = batch.last
    click.echo(f"{resealed:,} put under the first key.")
    if unreadable:
        click.echo(f"{unreadable:,} cannot be read with any key that is here. Add the key that wrote them.", err=True)
        sys.exit(1)
    click.echo("Every private note is under the first key.")
