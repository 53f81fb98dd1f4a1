"""A feed: which sessions it is to have, and what goes out of it."""

from __future__ import annotations

from marshmallow import fields

from coaching.schemas.base import BaseSchema, PublicId


class FeedSchema(BaseSchema):
    """A feed as its owner sees it; `address` is there once, in the answer that makes it."""

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = PublicId(load_default=None, allow_none=True)
    created_at = fields.AwareDateTime(dump_only=True)
    renewed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    address = fields.String(dump_only=True)
