"""People of a list: what is said beside the file."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.importers.times import ORDERS
from coaching.models import Role
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Day, Line, Word

LONGEST_COLUMN = 120
MOST_ROWS = 500


def _column(thing: str) -> Line:
    text = (
        f"The heading of the column that has {thing}. Blank: there is none. Left out: guessed, or as it was last time."
    )
    return Line(LONGEST_COLUMN, load_default=None, metadata={"description": text})


def _rows(text: str) -> fields.List[int]:
    return fields.List(
        fields.Integer(),
        load_default=list,
        validate=validate.Length(max=MOST_ROWS, error=f"Name at most {MOST_ROWS} rows."),
        error_messages=LIST_MESSAGES,
        metadata={"description": text},
    )


class PeopleImportSchema(BaseSchema):
    """Which column is what, and what the file does not say."""

    column_email = _column("the e-mail address")
    column_name = _column("the whole name")
    column_first_name = _column("the first name")
    column_last_name = _column("the last name")
    column_role = _column("the role")
    column_joined_on = _column("the day on which they joined")
    column_groups = _column("their groups")
    sheet = Line(LONGEST_COLUMN, load_default=None, metadata={"description": "Which sheet of a workbook is meant."})
    date_order = fields.String(
        load_default=None,
        validate=validate.OneOf(ORDERS, error="Choose mdy or dmy."),
        metadata={"description": "Which comes first in its dates, where they can be read both ways."},
    )
    role = Word(Role, load_default=Role.PARTICIPANT, metadata={"description": "What they are where no row says it."})
    joined_on = Day(
        load_default=None, allow_none=True, metadata={"description": "Since when, where no row says it; the first day."}
    )
    is_invited = fields.Boolean(
        load_default=True, metadata={"description": "Whether those without an account get their invitation now."}
    )
    as_new = _rows("Rows in doubt that are somebody new.")
    as_same = _rows("Rows in doubt that are who they seem to be.")
