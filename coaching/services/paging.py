"""A page of a list: rows as JSON has them, read by one statement, the next page by the last row seen.

A page size stands in its statement as a literal: a bound LIMIT would make PostgreSQL plan it anew each time. The next
page starts after the row whose public identifier is the cursor, so that rows which come and go meanwhile shift nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.tokens import is_public_id

Statement = Select[*tuple[Any, ...]]

LONGEST_PAGE = 100
GONE = "There is no such row to go on from. Start again without it."


class Page(NamedTuple):
    """`next` is the cursor of the page after this one, None on the last."""

    items: list[dict[str, Any]]
    next: str | None


def check_limit(limit: int) -> int:
    """The page size again, where a page may be so long."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid.field("limit", f"Ask for 1 to {LONGEST_PAGE} rows a page.")
    return limit


def read_page(
    session: Session,
    statement: Statement,
    values: Mapping[str, Any],
    *,
    mark: Callable[[], Statement],
    limit: int,
) -> Page:
    """Runs a statement that asks for one row more than the page holds, which tells whether there is a next page.

    The statement's labels are the keys of the rows, `id` is one of them, and `mark` makes the statement that finds the
    row of this list that `values["after"]` names. Another list's row is refused as one that is nowhere: it would tell
    where that row stands.
    """
    after = values["after"]
    if after is not None and not is_public_id(after):
        raise Invalid.field("after", GONE)
    connection = session.connection()
    result = connection.execute(statement, values)
    keys = tuple(result.keys())
    items = [dict(zip(keys, row, strict=True)) for row in result.all()]
    if not items and after is not None and connection.execute(mark(), values).first() is None:
        raise Invalid.field("after", GONE)
    if len(items) <= limit:
        return Page(items, None)
    del items[limit:]
    return Page(items, items[-1]["id"])
