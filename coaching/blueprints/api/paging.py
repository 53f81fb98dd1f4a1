"""What every list that comes in pages may be asked."""

from __future__ import annotations

from coaching.schemas.base import PublicId, QuerySchema, Whole
from coaching.services.paging import LONGEST_PAGE


class PageQuery(QuerySchema):
    """How many rows, and after which."""

    limit = Whole(1, LONGEST_PAGE, load_default=50, metadata={"description": "How many rows a page has."})
    after = PublicId(metadata={"description": "The last row of the page before. `next` has it for you."})
