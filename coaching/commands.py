"""Commands on people, programmes, the audit trail and notes: the part of `coaching` that operators use by hand.

Those that bring files in stand in import_commands.py, and join the others from there.
"""

from __future__ import annotations

import sys

import click

from coaching import clock, import_commands, table_import_commands, tokens
from coaching.cli import AS_JSON, database, find_person, main, print_json
from coaching.config import read_settings


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

    with database(settings := read_settings()) as session:
        erase_person(session, find_person(session, email), actor=None, now=clock.utc_now(), uploads=settings.uploads)
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


for _command in table_import_commands.COMMANDS:
    import_commands.import_group.add_command(_command)
main.add_command(import_commands.import_group)
