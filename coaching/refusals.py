"""How the `coaching` command refuses: in a line on standard error, in JSON with `--json`, never by a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click
import orjson
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from coaching.config import BadSettings
from coaching.errors import Invalid, Messages, Refusal

# These are faults of what the command stands on, and none of what was asked of it.
OF_SURROUNDINGS = frozenset({"schema-too-new", "port"})


class Refused(click.ClickException):
    """What is wrong, in a line, and in one more for each field."""

    exit_code = 2

    def __init__(self, message: str, *, code: str, messages: Messages | None = None) -> None:
        super().__init__(message)
        self.code, self.messages = code, messages or {}

    def show(self, file: Any = None) -> None:
        said = [
            f"  {name}: {text}" for name, texts in self.messages.items() for text in texts if text not in self.message
        ]
        click.echo("\n".join([self.message, *said]), file=file, err=True)


class CannotRun(Refused):
    """Nothing was wrong with what was asked, but here it cannot be done."""

    exit_code = 1


class Commands(click.Group):
    """Turns refusals, and surroundings in which nothing can run, into one line each; faults keep their traceback."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        if "--json" not in words:
            return super().main(words, *rest, **options)
        try:
            sys.exit(super().main(words, *rest, **options | {"standalone_mode": False}) or 0)
        except click.ClickException as error:
            told = {"code": getattr(error, "code", "usage"), "detail": error.format_message()}
            messages = getattr(error, "messages", {})
            click.echo(orjson.dumps(told | ({"errors": messages} if messages else {})), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadSettings as error:
            raise Refused(str(error), code="settings") from error
        except Refusal as error:
            messages = error.messages if isinstance(error, Invalid) else None
            kind = CannotRun if error.code in OF_SURROUNDINGS else Refused
            raise kind(error.message, code=error.code, messages=messages) from error
        except (ArgumentError, DBAPIError) as error:
            raise _out_of_reach(error) from error
        except OSError as error:
            if error.filename is None:
                raise
            text = f"{error.filename} cannot be used: {error.strerror}. Check the folder and whose it is, or name"
            raise CannotRun(f"{text} another: COACHING_INSTANCE=...", code="folder") from error


def _out_of_reach(error: ArgumentError | DBAPIError) -> CannotRun:
    """The database cannot be worked with. What is wrong with a statement of ours is a fault, and goes on as one."""
    if isinstance(error, DBAPIError) and error.statement and type(error) not in {DatabaseError, OperationalError}:
        raise error
    cause = error.orig if isinstance(error, DBAPIError) else error
    lines = str(cause).strip().splitlines()
    what = (lines[0] if lines else type(cause).__name__).rstrip(".")
    text = f"The database cannot be used: {what}. Check that it is there, and COACHING_DATABASE_URL."
    return CannotRun(text, code="database")
