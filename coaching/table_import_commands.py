"""Commands that bring tables in: Moodle's reports, tables of figures and of lags, lists of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import click

from coaching import clock, tokens
from coaching.cli import AS_JSON, database, find_person, print_json
from coaching.errors import Invalid
from coaching.importers.base import Findings, FoundFile, Importer, NoLearners, SourceFile

FEW = 10
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what is in the file, and change nothing.")
_COLUMN = click.option(
    "--column", "columns", multiple=True, metavar="THING=HEADING", help="Which column is what, where it is not guessed."
)
_ORDER = click.option("--date-order", type=click.Choice(["mdy", "dmy"]), help="Where its dates can be read both ways.")
_SHEET = click.option("--sheet", help="Which sheet of a workbook is meant.")
ON_THE_PAGE = "Look at the file with --dry-run; figures are brought in on the cohort's page."
# How to answer what a table makes the command ask.
ANSWERS = {
    "columns": "Use --column, such as --column joiners=Registrations.",
    "date_order": "Use --date-order mdy or --date-order dmy.",
    "sheet": "Use --sheet.",
}


def _table_options(command: Callable[..., None]) -> Callable[..., None]:
    """What may have to be said beside a table."""
    for option in (AS_JSON, _SHEET, _ORDER, _COLUMN, _DRY_RUN):
        command = option(command)
    return command


@click.command("moodle")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@_DRY_RUN
@click.option("--course", help="The course of files whose name does not say it.")
@click.option("--run", help="The run of files whose name does not say it: files of one run are counted together.")
@_ORDER
@AS_JSON
def import_moodle(files: tuple[Path, ...], dry_run: bool, as_json: bool, **said: str | None) -> None:
    """Read Moodle's reports: activity and course completion, participants, grades and quizzes."""
    from coaching.importers.moodle import MOODLE  # noqa: PLC0415  Few commands need the importers.

    _refuse_wet(dry_run)
    _print_findings(_read(MOODLE, files, {name: text for name, text in said.items() if text}), as_json=as_json)


@click.command("figures")
@click.argument("file", type=_FILE)
@click.option("--as-of", help="The day of figures that have none, as YYYY-MM-DD.")
@_table_options
def import_figures(file: Path, dry_run: bool, as_json: bool, as_of: str | None, **said: Any) -> None:
    """Read a table of figures: a row for each run of a course, in CSV or XLSX."""
    from coaching.importers.figures import FIGURES  # noqa: PLC0415

    _refuse_wet(dry_run)
    _print_findings(_read(FIGURES, [file], _choices(**said) | ({"as_of": as_of} if as_of else {})), as_json=as_json)


@click.command("lags")
@click.argument("file", type=_FILE)
@_table_options
def import_lags(file: Path, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Tell how long people took from learning something to doing it. Nothing is kept: there is only the dry run."""
    from coaching.importers.lags import read_lags  # noqa: PLC0415

    if not dry_run:
        raise Invalid("Nothing is kept of such a table: look at it with --dry-run.")
    findings, lags = read_lags(_source(file), choices=_choices(**said))
    if as_json:
        print_json({"lags": asdict(lags)} | _as_dict(findings, is_whole=False))
        return
    click.echo("\n".join(_in_words(findings)))
    if lags.median is not None:
        click.echo(
            f"{lags.rows:,} lags, median {lags.median:g} days, from {lags.shortest:,} to {lags.longest:,}; "
            f"{lags.negative:,} below nought: they did it before."
        )


@click.command("people")
@click.argument("file", type=_FILE)
@click.option("--cohort", "cohort_id", required=True, help="The cohort's identifier, as in its page's address.")
@click.option("--by", "email", help="Who brings them in, by e-mail address: somebody who runs the cohort.")
@click.option("--role", type=click.Choice(["participant", "observer", "coach"]), default="participant")
@click.option("--no-invitations", is_flag=True, help="Write to nobody yet.")
@_table_options
def import_people(file: Path, cohort_id: str, dry_run: bool, as_json: bool, **said: Any) -> None:
    """Bring people of a list into a cohort, from any CSV or XLSX with a column of e-mail addresses."""
    from coaching.importers.people import keep_little  # noqa: PLC0415
    from coaching.models import Role  # noqa: PLC0415
    from coaching.services import people_imports  # noqa: PLC0415
    from coaching.services.actors import load_actor  # noqa: PLC0415
    from coaching.services.observation_imports import find_cohort  # noqa: PLC0415
    from coaching.services.people_matching import PeopleChoices  # noqa: PLC0415

    email, role, is_invited = said.pop("email"), Role(said.pop("role")), not said.pop("no_invitations")
    if not dry_run and not email:
        raise Invalid("Say with --by who brings them in, or look at the list with --dry-run.")
    table = _choices(**said)
    choices = PeopleChoices(
        columns=table.get("columns"), sheet=table.get("sheet"), date_order=table.get("date_order"),
        role=role, is_invited=is_invited,
    )  # fmt: skip
    data, now = keep_little(file.read_bytes()), clock.utc_now()
    with database() as session:
        cohort = find_cohort(session, cohort_id)
        actor = load_actor(session, find_person(session, email)) if email else None
        seen = people_imports.preview_people(session, cohort, data, choices, file_name=file.name, actor=actor, now=now)
        answer = _of_people(seen)
        if actor is not None and not dry_run:
            batch = people_imports.apply_people(
                session, cohort, data, choices, file_name=file.name, actor=actor, new_secret=tokens.new_secret, now=now
            )
            answer |= {"import": batch.public_id}
    _print_people(answer, as_json=as_json)


def _of_people(seen: Any) -> dict[str, Any]:
    lines = [
        {"row": one.number, "name": one.name, "email": one.email, "outcome": one.outcome, "reason": one.reason}
        for one in seen.lines
    ]
    columns = {"headings": seen.file.headings, "columns": seen.file.columns}
    return {"counts": seen.counts, "asks": list(seen.asks), "notes": seen.file.notes, **columns, "rows": lines}


def _print_people(answer: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    for line in answer["rows"]:
        click.echo(f"row {line['row']:<5} {line['outcome'].replace('_', ' '):<9} {line['reason']}")
    for ask in answer["asks"]:
        click.echo(f"Say first: {ANSWERS[ask]}")
    click.echo(", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in answer["counts"].items()))


def _refuse_wet(dry_run: bool) -> None:
    if not dry_run:
        raise Invalid(ON_THE_PAGE)


def _choices(*, columns: Sequence[str], date_order: str | None, sheet: str | None) -> dict[str, Any]:
    """What was said beside a table, as importers ask for it."""
    said: dict[str, Any] = {"date_order": date_order, "sheet": sheet}
    mapped = [column.partition("=") for column in columns]
    if any(not sign for _, sign, _ in mapped):
        raise Invalid("Write a column as THING=HEADING, such as --column joiners=Registrations.")
    said["columns"] = {thing.strip(): heading.strip() or None for thing, _, heading in mapped} or None
    return {name: value for name, value in said.items() if value}


def _source(path: Path) -> SourceFile:
    return SourceFile(path.name, path.stat().st_size, partial(_open, path))


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _read(importer: Importer, paths: Sequence[Path], choices: Mapping[str, Any]) -> Findings:
    sources = [_source(path) for path in paths]
    return importer.read(sources, choices=choices, learners=NoLearners(), watch=lambda _read: None)


def _print_findings(findings: Findings, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_dict(findings, is_whole=True))
    else:
        click.echo("\n".join(_in_words(findings)))


def _as_dict(findings: Findings, *, is_whole: bool) -> dict[str, Any]:
    """What was found, as JSON. Of a table that has very many rows, those are told that a person should know of."""
    rows = [{"row": row.number, **row.values, "reason": row.reason} for row in findings.rows if is_whole or row.reason]
    return {
        "files": [asdict(file) for file in findings.files],
        "runs": [asdict(run) for run in findings.runs],
        "rows": rows,
        "asks": findings.asks,
    }


def _in_words(findings: Findings) -> list[str]:
    lines: list[str] = []
    for file in findings.files:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in file.counts.items())
        lines += [f"{file.name}: {file.rows:,} rows" + (f", {counts}" if counts else "")]
        lines += [f"  {note}" for note in file.notes]
        lines += _problems_of(file)
    for run in findings.runs:
        figures = ", ".join(f"{value:,} {metric.replace('_', ' ')}" for metric, value in run.figures.items())
        lines.append(f"{run.key}: {figures}")
    lines += [f"Say first: {ANSWERS[ask]}" for ask in findings.asks]
    return lines


def _problems_of(file: FoundFile) -> list[str]:
    lines = [f"  row {problem.number}: {problem.reason}" for problem in file.problems[:FEW]]
    more = len(file.problems) - FEW
    return [*lines, f"  and {more:,} more rows"] if more > 0 else lines


COMMANDS = (import_moodle, import_figures, import_lags, import_people)
